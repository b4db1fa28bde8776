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
use crate::ui::dynamic::{kept, when};
use crate::ui::field::is_taken_back;
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

/// Escape takes back what was typed in a field, and goes back to the board.
fn leave(store: BoardStore, event: &ev::KeyboardEvent, shown: Signal<String>) {
    if is_taken_back(event, &shown.get_untracked()) {
        store.request(UiRequest::Focus);
    }
}

/// The panel. On a narrow page it opens above the toolbar, by [`StyleButton`].
#[component]
pub fn StylePanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let StyleOpen(open) = expect_context();
    close_elsewhere(open);
    let made = RwSignal::new(0);
    make_ahead(store, made);
    let panel = move || {
        view! {
            <section
                class="panel style"
                aria-label=words.of(key::STYLE_TITLE)
                data-open=Signal::derive(move || open.get().to_string())
                data-shown=Signal::derive(move || applies(store).to_string())
            >
                {parts(made)}
            </section>
        }
        .into_any()
    };
    when(Signal::derive(move || made.get() > 0 || applies(store)), panel)
}

/// Makes the panel before something is selected, a part a frame: all at once would take several frames' time.
fn make_ahead(store: BoardStore, made: RwSignal<usize>) {
    request_animation_frame(move || {
        if !store.role.get_untracked().may_write() {
            return;
        }
        let count = made.try_update(|made| {
            *made += 1;
            *made
        });
        if count.is_some_and(|count| count <= PARTS) {
            make_ahead(store, made);
        }
    });
}

fn heading(word: crate::words::Word) -> AnyView {
    view! { <h2 class="style__heading">{Words::of_page().of(word)}</h2> }.into_any()
}

/// How many parts of many elements there are.
const PARTS: usize = 13;

/// The first so many parts are made ahead.
fn parts(made: RwSignal<usize>) -> AnyView {
    let store = BoardStore::of_page();
    let few = |keys: &'static [&'static str], view: fn() -> AnyView| when(has(store, keys), view);
    // While nothing is styled all parts lie ready in a panel that is not seen: then one that is needed is not laid out anew.
    let numbered = |number: usize, has: Signal<bool>, view: fn() -> AnyView| {
        let needed = Signal::derive(move || made.get() > number || has.get());
        kept(needed, Signal::derive(move || has.get() || !applies(store)), view)
    };
    let part =
        |number: usize, keys: &'static [&'static str], view: fn() -> AnyView| numbered(number, has(store, keys), view);
    let can_change_kind = Signal::derive(move || store.selection_count.get() > 0 && store.style.read().has("kind"));
    let has_letters = Signal::derive(move || store.letters.read().is_some());
    view! {
        {part(1, &["stroke"], || view! { {heading(key::STYLE_STROKE)} <Colours name="stroke" /> }.into_any())}
        {part(2, &["fill"], || view! {
            {heading(key::STYLE_FILL)}
            <Colours name="fill" />
            <Options name="fill_style" />
        }.into_any())}
        {part(3, &["width"], || view! {
            {heading(key::STYLE_LINE)}
            <div class="style__row">
                <Options name="width" />
                <Amount name="width" label=key::STYLE_WIDTH_NUMBER min=0.5 max=64.0 step=0.5 is_slider=false />
            </div>
        }.into_any())}
        <div class="style__row">
            {part(4, &["dash"], || view! { <Options name="dash" /> }.into_any())}
            {part(5, &["sketch"], || view! { <Options name="sketch" /> }.into_any())}
        </div>
        {part(6, &["route"], || view! { {heading(key::STYLE_ROUTE)} <Options name="route" /> }.into_any())}
        {few(&["start_head"], || view! { <Heads /> }.into_any())}
        {part(7, &["radius"], || view! { {heading(key::STYLE_CORNERS)} <Options name="radius" /> }.into_any())}
        {part(8, &["font_size"], || view! {
            {heading(key::STYLE_TEXT)}
            <Options name="font" />
            <div class="style__row">
                <Options name="font_size" />
                <Amount name="font_size" label=key::STYLE_FONT_SIZE_NUMBER min=4.0 max=400.0 step=1.0 is_slider=false />
            </div>
        }.into_any())}
        {numbered(9, has_letters, || view! { <div class="style__letters"><LetterButtons /></div> }.into_any())}
        <div class="style__row">
            {part(10, &["align"], || view! { <Options name="align" /> }.into_any())}
            {part(11, &["align_y"], || view! { <Options name="align_y" /> }.into_any())}
        </div>
        {part(12, &["text_colour"], || view! {
            {heading(key::STYLE_TEXT_COLOUR)}
            <Colours name="text_colour" />
        }.into_any())}
        {few(&["opacity"], || view! {
            {heading(key::STYLE_OPACITY)}
            <Amount name="opacity" label=key::STYLE_OPACITY min=0.0 max=1.0 step=0.05 is_slider=true />
        }.into_any())}
        {few(&["alt"], || view! { {heading(key::STYLE_ALT)} <Description name="alt" label=key::STYLE_ALT /> }.into_any())}
        {few(&["link"], || view! { {heading(key::STYLE_LINK)} <Description name="link" label=key::STYLE_LINK /> }.into_any())}
        {numbered(PARTS, can_change_kind, || view! { {heading(key::STYLE_KIND)} <Kinds /> }.into_any())}
    }
    .into_any()
}

/// What stands at the ends of lines: not needed often, and made when it is opened.
#[component]
fn Heads() -> impl IntoView {
    let is_open = RwSignal::new(false);
    let content = || {
        view! {
            {heading(key::STYLE_START_HEAD)}
            <div class="mirrored"><Options name="start_head" /></div>
            {heading(key::STYLE_END_HEAD)}
            <Options name="end_head" />
        }
        .into_any()
    };
    view! {
        <details class="disclosure" on:toggle=move |_| is_open.set(true)>
            <summary>{Words::of_page().of(key::STYLE_HEADS)}</summary>
            <div class="disclosure__content">{when(is_open.into(), content)}</div>
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
