//! Colour, fill and width of the selection or of the next shape. It must not know how a colour is painted on the board.

use leptos::ev;
use leptos::prelude::*;
use scene::{Colour, Swatch, Theme};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::store::{BoardStore, NO_FILL, StyleChange, UiRequest, WIDTHS};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::{list, when};
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
    let panel = move || {
        view! {
            <section
                class="panel style"
                aria-label=words.of(key::STYLE_TITLE)
                data-open=Signal::derive(move || open.get().to_string())
            >
                <Strokes />
                <Fills />
                <Widths />
            </section>
        }
        .into_any()
    };
    when(Signal::derive(move || applies(store)), panel)
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
    let stroke = move |theme| Signal::derive(move || css(store.style.get().stroke.as_deref(), theme));
    let fill = move |theme| Signal::derive(move || css(store.style.get().fill.as_deref(), theme));
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
                style:--stroke-light=stroke(Theme::Light)
                style:--stroke-dark=stroke(Theme::Dark)
                style:--fill-light=fill(Theme::Light)
                style:--fill-dark=fill(Theme::Dark)
            ></span>
        </button>
    }
    .into_any()
}

#[component]
fn Strokes() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = Signal::derive(move || store.style.get().stroke);
    view! {
        <h2 class="style__heading">{words.of(key::STYLE_STROKE)}</h2>
        <ChoiceGroup label=words.of(key::STYLE_STROKE) class="swatches">
            {swatches("stroke", current, StyleChange::Stroke)}
        </ChoiceGroup>
    }
    .into_any()
}

#[component]
fn Fills() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = Signal::derive(move || store.style.get().fill);
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
            {swatches("fill", current, StyleChange::Fill)}
        </ChoiceGroup>
    }
    .into_any()
}

/// One option for each colour.
fn swatches(kind: &'static str, current: Signal<Option<String>>, change: fn(String) -> StyleChange) -> AnyView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let option = move |(at, colour): (usize, &'static str)| {
        let label = Signal::derive(move || words.named("colour", colour));
        view! {
            <Choice
                attr:data-stroke=(kind == "stroke").then_some(colour)
                attr:data-fill=(kind == "fill").then_some(colour)
                attr:title=label
                label=label
                class="swatch"
                chosen=Signal::derive(move || current.get().as_deref() == Some(colour))
                entry=Signal::derive(move || at == 0 && kind == "stroke" && current.get().is_none())
                on_choose=Callback::new(move |()| store.request(UiRequest::SetStyle(change(colour.to_owned()))))
            >
                <span class="swatch__colour" style:--light=css(Some(colour), Theme::Light) style:--dark=css(Some(colour), Theme::Dark)></span>
            </Choice>
        }
        .into_any()
    };
    list(Swatch::ALL.iter().map(|swatch| swatch.name()).enumerate().map(option))
}

/// A stored colour in a theme, as CSS; nothing for none.
fn css(colour: Option<&str>, theme: Theme) -> String {
    colour
        .and_then(|colour| colour.parse::<Colour>().ok())
        .map(|colour| theme.resolve(colour).css())
        .unwrap_or_default()
}

#[component]
fn Widths() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let current = Signal::derive(move || store.style.get().width);
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
        .into_any()
    };
    view! {
        <h2 class="style__heading">{words.of(key::STYLE_WIDTH)}</h2>
        <ChoiceGroup label=words.of(key::STYLE_WIDTH) class="segments">
            {list(WIDTHS.into_iter().enumerate().map(option))}
        </ChoiceGroup>
    }
    .into_any()
}
