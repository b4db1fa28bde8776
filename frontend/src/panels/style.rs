//! Colour, fill and width of the selection or of the next shape. It must not know how a colour is painted on the board.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::store::{BoardStore, NO_FILL, StyleChange, Swatch, UiRequest};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::words::{Words, key};

/// Tools that draw nothing, so that a style would mean nothing while the selection is empty.
const STYLELESS: [&str; 3] = ["select", "hand", "eraser"];

/// Whether the panel of a narrow page is open; provided by context, as its button stands in the toolbar.
#[derive(Clone, Copy)]
pub struct StyleOpen(pub RwSignal<bool>);

/// Whether there is something to style.
fn applies(store: BoardStore) -> bool {
    store.may_write() && (store.selection_count.get() != 0 || !STYLELESS.contains(&store.tool.get()))
}

/// The panel. On a narrow page it opens above the toolbar, by [`StyleButton`].
#[component]
pub fn StylePanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let StyleOpen(open) = expect_context();
    close_elsewhere(open);
    view! {
        <Show when=move || applies(store)>
            <section class="panel style" aria-label=words.of(key::STYLE_TITLE) data-open=move || open.get().to_string()>
                <Strokes />
                <Fills />
                <Widths />
            </section>
        </Show>
    }
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
    let colour_of =
        move |id: Option<String>| store.choices.colours.iter().find(|colour| Some(colour.id) == id.as_deref());
    let stroke = Memo::new(move |_| colour_of(store.style.get().stroke));
    let fill = Memo::new(move |_| colour_of(store.style.get().fill));
    view! {
        <button
            type="button"
            class="tool style-button"
            data-testid="style"
            aria-label=words.of(key::STYLE_TITLE)
            aria-haspopup="true"
            aria-expanded=move || open.get().to_string()
            aria-disabled=move || (!applies(store)).to_string()
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <span
                class="style-button__dot"
                style:--stroke-light=move || stroke.get().map(|colour| colour.light)
                style:--stroke-dark=move || stroke.get().map(|colour| colour.dark)
                style:--fill-light=move || fill.get().map(|colour| colour.light)
                style:--fill-dark=move || fill.get().map(|colour| colour.dark)
            ></span>
        </button>
    }
}

#[component]
fn Strokes() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = Memo::new(move |_| store.style.get().stroke);
    view! {
        <h2 class="style__heading">{words.of(key::STYLE_STROKE)}</h2>
        <ChoiceGroup label=words.of(key::STYLE_STROKE) class="swatches">
            {swatches("stroke", store.choices.colours, current, StyleChange::Stroke)}
        </ChoiceGroup>
    }
}

#[component]
fn Fills() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = Memo::new(move |_| store.style.get().fill);
    let no_fill = words.of(key::STYLE_NO_FILL);
    view! {
        <h2 class="style__heading">{words.of(key::STYLE_FILL)}</h2>
        <ChoiceGroup label=words.of(key::STYLE_FILL) class="swatches">
            <Choice
                attr:data-fill=NO_FILL
                attr:title=no_fill
                label=no_fill
                class="swatch swatch--none"
                chosen=Signal::derive(move || current.get().as_deref() == Some(NO_FILL))
                entry=Signal::derive(move || current.get().is_none())
                on_choose=Callback::new(move |()| {
                    store.request(UiRequest::SetStyle(StyleChange::Fill(NO_FILL.to_owned())));
                })
            >
                <span class="swatch__colour"></span>
            </Choice>
            {swatches("fill", store.choices.colours, current, StyleChange::Fill)}
        </ChoiceGroup>
    }
}

/// One option for each colour.
fn swatches(
    kind: &'static str,
    colours: &'static [Swatch],
    current: Memo<Option<String>>,
    change: fn(String) -> StyleChange,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let option = move |(at, colour): (usize, &'static Swatch)| {
        let label = Signal::derive(move || words.named("colour", colour.id));
        view! {
            <Choice
                attr:data-stroke=(kind == "stroke").then_some(colour.id)
                attr:data-fill=(kind == "fill").then_some(colour.id)
                attr:title=label
                label=label
                class="swatch"
                chosen=Signal::derive(move || current.get().as_deref() == Some(colour.id))
                entry=Signal::derive(move || at == 0 && kind == "stroke" && current.get().is_none())
                on_choose=Callback::new(move |()| store.request(UiRequest::SetStyle(change(colour.id.to_owned()))))
            >
                <span class="swatch__colour" style:--light=colour.light style:--dark=colour.dark></span>
            </Choice>
        }
    };
    colours.iter().enumerate().map(option).collect_view()
}

#[component]
fn Widths() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = Memo::new(move |_| store.style.get().width);
    let option = move |(at, width): (usize, &'static str)| {
        let label = Signal::derive(move || words.named("width", width));
        view! {
            <Choice
                attr:data-width=width
                attr:title=label
                label=label
                class="segment"
                chosen=Signal::derive(move || current.get().as_deref() == Some(width))
                entry=Signal::derive(move || at == 0 && current.get().is_none())
                on_choose=Callback::new(move |()| {
                    store.request(UiRequest::SetStyle(StyleChange::Width(width.to_owned())));
                })
            >
                <span class="width-mark" data-width=width></span>
            </Choice>
        }
    };
    view! {
        <h2 class="style__heading">{words.of(key::STYLE_WIDTH)}</h2>
        <ChoiceGroup label=words.of(key::STYLE_WIDTH) class="segments">
            {store.choices.widths.iter().copied().enumerate().map(option).collect_view()}
        </ChoiceGroup>
    }
}
