//! The style of the selection or of the next shape: only what applies is shown. It must not know how a style is painted.

mod colours;
mod options;

use leptos::ev;
use leptos::prelude::*;
use scene::{Colour, Theme};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::text_bar::LetterButtons;
use crate::store::{BoardStore, StyleChange, UiRequest};
use crate::ui::dynamic::when;
use crate::words::{Words, key};
use colours::Colours;
#[cfg(test)]
pub use options::labels as options;
use options::{Amount, Description, Kinds, Options};

/// Whether the panel of a narrow page is open; provided by context, as its button stands in the toolbar.
#[derive(Clone, Copy)]
pub struct StyleOpen(pub RwSignal<bool>);

/// Whether there is something to style.
fn applies(store: BoardStore) -> bool {
    store.may_write() && !store.style.read().0.is_empty()
}

/// Whether there is something to style by one of these keys.
fn has(store: BoardStore, keys: &'static [&'static str]) -> Signal<bool> {
    Signal::derive(move || keys.iter().any(|key| store.style.read().has(key)))
}

/// The value of a style; none where shapes differ or have none.
fn value_of(store: BoardStore, key: &'static str) -> Signal<Option<String>> {
    Memo::new(move |_| store.style.read().value(key).map(str::to_owned)).into()
}

fn change(store: BoardStore, key: &'static str, value: String) {
    store.request(UiRequest::SetStyle(StyleChange(key, value)));
}

/// The panel. On a narrow page it opens above the toolbar, by [`StyleButton`].
#[component]
pub fn StylePanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let StyleOpen(open) = expect_context();
    close_elsewhere(open);
    let panel = move || {
        view! {
            <section
                class="panel style"
                aria-label=words.of(key::STYLE_TITLE)
                data-open=Signal::derive(move || open.get().to_string())
            >
                {parts()}
            </section>
        }
        .into_any()
    };
    when(Signal::derive(move || applies(store)), panel)
}

fn heading(word: crate::words::Word) -> AnyView {
    view! { <h2 class="style__heading">{Words::of_page().of(word)}</h2> }.into_any()
}

fn parts() -> AnyView {
    let store = BoardStore::of_page();
    let part = |keys: &'static [&'static str], view: fn() -> AnyView| when(has(store, keys), view);
    let can_change_kind = Signal::derive(move || store.selection_count.get() > 0 && store.style.read().has("kind"));
    view! {
        {part(&["stroke"], || view! { {heading(key::STYLE_STROKE)} <Colours name="stroke" /> }.into_any())}
        {part(&["fill"], || view! {
            {heading(key::STYLE_FILL)}
            <Colours name="fill" />
            <Options name="fill_style" />
        }.into_any())}
        {part(&["width"], || view! {
            {heading(key::STYLE_LINE)}
            <div class="style__row">
                <Options name="width" />
                <Amount name="width" label=key::STYLE_WIDTH_NUMBER min=0.5 max=64.0 step=0.5 is_slider=false />
            </div>
        }.into_any())}
        <div class="style__row">
            {part(&["dash"], || view! { <Options name="dash" /> }.into_any())}
            {part(&["sketch"], || view! { <Options name="sketch" /> }.into_any())}
        </div>
        {part(&["route"], || view! { {heading(key::STYLE_ROUTE)} <Options name="route" /> }.into_any())}
        {part(&["start_head"], || view! {
            <Disclosure label=key::STYLE_HEADS>
                {heading(key::STYLE_START_HEAD)}
                <div class="mirrored"><Options name="start_head" /></div>
                {heading(key::STYLE_END_HEAD)}
                <Options name="end_head" />
            </Disclosure>
        }.into_any())}
        {part(&["radius"], || view! { {heading(key::STYLE_CORNERS)} <Options name="radius" /> }.into_any())}
        {part(&["font_size"], || view! {
            {heading(key::STYLE_TEXT)}
            <Options name="font" />
            <div class="style__row">
                <Options name="font_size" />
                <Amount name="font_size" label=key::STYLE_FONT_SIZE_NUMBER min=4.0 max=400.0 step=1.0 is_slider=false />
            </div>
        }.into_any())}
        {when(Signal::derive(move || store.letters.read().is_some()), || view! {
            <div class="style__letters"><LetterButtons /></div>
        }.into_any())}
        <div class="style__row">
            {part(&["align"], || view! { <Options name="align" /> }.into_any())}
            {part(&["align_y"], || view! { <Options name="align_y" /> }.into_any())}
        </div>
        {part(&["text_colour"], || view! { {heading(key::STYLE_TEXT_COLOUR)} <Colours name="text_colour" /> }.into_any())}
        {part(&["opacity"], || view! {
            {heading(key::STYLE_OPACITY)}
            <Amount name="opacity" label=key::STYLE_OPACITY min=0.0 max=1.0 step=0.05 is_slider=true />
        }.into_any())}
        {part(&["alt"], || view! { {heading(key::STYLE_ALT)} <Description name="alt" label=key::STYLE_ALT /> }.into_any())}
        {part(&["link"], || view! { {heading(key::STYLE_LINK)} <Description name="link" label=key::STYLE_LINK /> }.into_any())}
        {when(can_change_kind, || view! { {heading(key::STYLE_KIND)} <Kinds /> }.into_any())}
    }
    .into_any()
}

/// Something that is not needed often.
#[component]
fn Disclosure(label: crate::words::Word, children: Children) -> impl IntoView {
    view! {
        <details class="disclosure">
            <summary>{Words::of_page().of(label)}</summary>
            <div class="disclosure__content">{children()}</div>
        </details>
    }
    .into_any()
}

/// Closes the panel of a narrow page on Escape and on a press anywhere but on it and its button.
fn close_elsewhere(open: RwSignal<bool>) {
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let inside = element.and_then(|element| element.closest(".style, .style-button").ok().flatten()).is_some();
        if open.get_untracked() && !inside {
            open.set(false);
        }
    });
    let escaped = window_event_listener(ev::keydown, move |event| {
        if open.get_untracked() && event.key() == "Escape" {
            open.set(false);
        }
    });
    on_cleanup(move || {
        pressed.remove();
        escaped.remove();
    });
}

/// Opens the panel on a narrow page; shows the colours in use.
#[component]
pub fn StyleButton() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let StyleOpen(open) = expect_context();
    let colour = move |key: &'static str, theme: Theme| {
        Signal::derive(move || css(store.style.read().value(key).unwrap_or_default(), theme))
    };
    view! {
        <button
            type="button"
            class="tool style-button"
            data-testid="style"
            aria-label=words.of(key::STYLE_TITLE)
            aria-haspopup="true"
            aria-expanded=Signal::derive(move || open.get().to_string())
            aria-disabled=Signal::derive(move || (!applies(store)).to_string())
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <span
                class="style-button__dot"
                style:--stroke-light=colour("stroke", Theme::Light)
                style:--stroke-dark=colour("stroke", Theme::Dark)
                style:--fill-light=colour("fill", Theme::Light)
                style:--fill-dark=colour("fill", Theme::Dark)
            ></span>
        </button>
    }
    .into_any()
}

/// A stored colour in a theme, as CSS; nothing for none.
fn css(colour: &str, theme: Theme) -> String {
    colour.parse::<Colour>().map(|colour| theme.resolve(colour).css()).unwrap_or_default()
}
