//! The export: what, as what, how large; with a preview of what comes out.

use leptos::prelude::*;

use crate::store::{BoardStore, ExportFormat, ExportTask, ExportWish, Preview, UiRequest};
use crate::ui::button::{Button, Weight};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{dynamic, effect, when};
use crate::ui::icon::Icon;
use crate::words::{Word, Words, key};

/// Scales of a PNG.
const SCALES: [u8; 3] = [1, 2, 3];

/// The dialog.
#[component]
pub fn ExportDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::of_page();
    view! {
        <Dialog open=open title=words.of(key::EXPORT_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <ExportForm />
        </Dialog>
    }
    .into_any()
}

#[component]
fn ExportForm() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let has_selection = store.selection_count.get_untracked() > 0;
    let is_dark = crate::preferences::Preferences::of_page().theme_untracked() == crate::preferences::Theme::Dark;
    let wish = RwSignal::new(ExportWish {
        format: ExportFormat::Png,
        selection: has_selection,
        scale: 2,
        background: true,
        dark: is_dark,
    });
    store.exported.set(Preview::Making);
    effect(move || {
        wish.track();
        store.request(UiRequest::Export(wish.get(), ExportTask::Preview));
    });
    let ask = move |task| Callback::new(move |()| store.request(UiRequest::Export(wish.get_untracked(), task)));
    let is = move |format| Signal::derive(move || wish.read().format == format);
    let is_picture = Signal::derive(move || wish.read().format != ExportFormat::Json);
    let scales = move || view! { <Scales wish=wish /> }.into_any();
    let looks = move || view! { <Looks wish=wish /> }.into_any();
    let is_empty = Signal::derive(move || *store.exported.read() == Preview::Empty);
    let copy = move || {
        view! {
            <Button
                label=words.of(key::EXPORT_COPY)
                weight=Weight::Secondary
                icon=icondata::LuCopy
                disabled=is_empty
                on_press=ask(ExportTask::Copy)
            />
        }
        .into_any()
    };
    view! {
        <div class="export">
            <PreviewFigure />
            <div class="export__form">
                {has_selection.then(|| view! { <Scopes wish=wish /> }.into_any())}
                <Formats wish=wish />
                {when(is(ExportFormat::Png), scales)}
                {when(is_picture, looks)}
                <div class="export__actions">
                    <Button
                        label=words.of(key::EXPORT_SAVE)
                        weight=Weight::Primary
                        icon=icondata::LuDownload
                        disabled=is_empty
                        on_press=ask(ExportTask::Save)
                    />
                    {copy()}
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// What comes out, and how large.
#[component]
fn PreviewFigure() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let picture = move || match store.exported.get() {
        Preview::Made(preview) => {
            let size = words.fill(
                key::EXPORT_SIZE,
                &[("width", &preview.width.to_string()), ("height", &preview.height.to_string())],
            );
            let note = if preview.is_reduced { words.get(key::EXPORT_REDUCED) } else { "" };
            view! {
                <img class="export__picture" data-testid="export-preview" src=preview.url alt=words.get(key::EXPORT_PREVIEW) />
                <figcaption>{size}" "{note}</figcaption>
            }
            .into_any()
        }
        Preview::Making => view! {
            <span class="export__making"></span>
            <figcaption>{words.get(key::EXPORT_MAKING)}</figcaption>
        }
        .into_any(),
        Preview::Empty => view! {
            <Icon shape=icondata::LuImageOff />
            <figcaption>{words.get(key::EXPORT_EMPTY)}</figcaption>
        }
        .into_any(),
    };
    let is_busy = Signal::derive(move || (*store.exported.read() == Preview::Making).to_string());
    view! { <figure class="export__preview" aria-live="polite" aria-busy=is_busy>{dynamic(picture)}</figure> }
        .into_any()
}

/// A row of choices: the label, and each choice with its name, its words, and how it changes the wish.
fn choices<T: Copy + PartialEq + Send + Sync + 'static>(
    label: Word,
    options: impl IntoIterator<Item = (T, &'static str, Signal<String>)>,
    get: fn(&ExportWish) -> T,
    set: fn(&mut ExportWish, T),
    wish: RwSignal<ExportWish>,
) -> AnyView {
    let words = Words::of_page();
    let options = options.into_iter().map(|(value, id, text)| {
        view! {
            <Choice
                attr:data-export=id
                label=text
                class="segment"
                chosen=Signal::derive(move || get(&wish.read()) == value)
                on_choose=Callback::new(move |()| wish.update(|wish| set(wish, value)))
            >
                {text}
            </Choice>
        }
        .into_any()
    });
    let options: Vec<_> = options.collect();
    view! {
        <div class="export__row">
            <span>{words.of(label)}</span>
            <ChoiceGroup label=words.of(label) class="segments">{options}</ChoiceGroup>
        </div>
    }
    .into_any()
}

#[component]
fn Scopes(wish: RwSignal<ExportWish>) -> impl IntoView {
    let words = Words::of_page();
    let options = [(true, "selection", words.of(key::EXPORT_SELECTION)), (false, "board", words.of(key::EXPORT_BOARD))];
    choices(key::EXPORT_WHAT, options, |wish| wish.selection, |wish, value| wish.selection = value, wish)
}

#[component]
fn Formats(wish: RwSignal<ExportWish>) -> impl IntoView {
    let fixed = |text: &str| Signal::stored(text.to_owned());
    let options = [
        (ExportFormat::Png, "png", fixed("PNG")),
        (ExportFormat::Svg, "svg", fixed("SVG")),
        (ExportFormat::Json, "json", fixed("JSON")),
    ];
    choices(key::EXPORT_FORMAT, options, |wish| wish.format, |wish, value| wish.format = value, wish)
}

#[component]
fn Scales(wish: RwSignal<ExportWish>) -> impl IntoView {
    const IDS: [&str; 3] = ["1x", "2x", "3x"];
    let options = SCALES.into_iter().zip(IDS).map(|(scale, id)| (scale, id, Signal::stored(format!("{scale}×"))));
    choices(key::EXPORT_SCALE, options, |wish| wish.scale, |wish, value| wish.scale = value, wish)
}

#[component]
fn Looks(wish: RwSignal<ExportWish>) -> impl IntoView {
    let words = Words::of_page();
    let grounds = [(true, "background", words.of(key::EXPORT_WITH)), (false, "clear", words.of(key::EXPORT_WITHOUT))];
    let themes = [(false, "light", words.of(key::EXPORT_LIGHT)), (true, "dark", words.of(key::EXPORT_DARK))];
    view! {
        {choices(key::EXPORT_BACKGROUND, grounds, |wish| wish.background, |wish, value| wish.background = value, wish)}
        {choices(key::EXPORT_COLOURS, themes, |wish| wish.dark, |wish, value| wish.dark = value, wish)}
    }
    .into_any()
}
