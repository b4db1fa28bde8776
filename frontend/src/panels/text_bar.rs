//! How letters look: the bar beside the text that is being typed, and its buttons in the style panel.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use scene::text::{Mark, TextSize, link_address};

use super::actions::{shortcut_of, spoken_keys};
use super::icons::command_icon;
use crate::store::{BoardStore, TextAt, UiRequest};
use crate::ui::button::IconButton;
use crate::ui::dynamic::{effect, list, when};
use crate::ui::icon::IconShape;
use crate::ui::tooltip::Side;
use crate::words::{Word, Words, key};

/// The least room between the bar and the edges of the view, in CSS pixels.
const EDGE_PX: f64 = 8.0;
/// How far above the shape that is written on, or else above the text, the bar stands.
const ABOVE_PX: f64 = 56.0;
/// What is above here is the heading's, and as much at the lower edge the toolbar's.
const TOP_PX: f64 = 68.0;
const BELOW_PX: f64 = 14.0;
/// What stands on the right, while it is shown.
const STYLE_PANEL: &str = ".side .style[data-shown=true]";
/// How wide it is.
const WIDTH_PX: f64 = 376.0;

/// The bar; there while a text is typed, or somebody writes a link's address.
#[component]
pub fn TextBar() -> impl IntoView {
    let store = BoardStore::of_page();
    let linking = RwSignal::new(false);
    effect(move || {
        if store.asked.get() == Some("link") {
            store.asked.set(None);
            linking.set(true);
        }
    });
    effect(move || {
        if store.letters.get().is_none() {
            linking.set(false);
        }
    });
    let is_shown = Signal::derive(move || linking.get() || store.text_at.get().is_some());
    when(is_shown, move || view! { <Bar linking=linking /> }.into_any())
}

#[component]
fn Bar(linking: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let place = Memo::new(move |_| {
        let at = store.text_at.get();
        let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let top = at.map_or(TOP_PX, |at| top_of_bar(at, height));
        let middle = (width - WIDTH_PX) / 2.0;
        let right = free_until(width, top) - EDGE_PX;
        (at.map_or(middle, |at| at.x).min(right - WIDTH_PX).max(EDGE_PX), top)
    });
    view! {
        <div
            class="panel text-bar"
            role="toolbar"
            data-testid="text-bar"
            aria-label=words.of(key::LETTERS_BAR)
            style:left=move || format!("{:.0}px", place.get().0)
            style:top=move || format!("{:.0}px", place.get().1)
        >
            <div class="text-bar__row"><LetterButtons /></div>
            {when(linking.into(), move || view! { <LinkField linking=linking /> }.into_any())}
        </div>
    }
    .into_any()
}

/// How far to the right there is room for the bar: the style panel keeps its place.
fn free_until(width: f64, top: f64) -> f64 {
    let panel = document().query_selector(STYLE_PANEL).ok().flatten().map(|panel| panel.get_bounding_client_rect());
    let is_beside = |panel: &web_sys::DomRect| panel.left() > WIDTH_PX + 2.0 * EDGE_PX && top < panel.bottom();
    panel.filter(is_beside).map_or(width, |panel| panel.left())
}

/// Above the shape or below it, whichever is in a view of this height, in CSS pixels; where neither is, above or below the text.
fn top_of_bar(at: TextAt, view_height: f64) -> f64 {
    let is_in_view = |top: &f64| (TOP_PX..=view_height - TOP_PX - ABOVE_PX).contains(top);
    let (shape_top, shape_bottom) = at.shape;
    let sides = [shape_top - ABOVE_PX, shape_bottom + BELOW_PX, at.y - ABOVE_PX];
    sides.into_iter().find(is_in_view).unwrap_or(at.y + at.height + BELOW_PX).max(TOP_PX)
}

/// The buttons.
#[component]
pub fn LetterButtons() -> impl IntoView {
    let store = BoardStore::of_page();
    let toggles = ["bold", "italic", "underline", "strike", "code", "bullets", "numbers"];
    view! {
        {list(toggles.into_iter().map(|id| view! { <Toggle id=id /> }.into_any()))}
        <Toggle id="link" />
        {size_button(store, "letters-smaller", key::LETTERS_SMALLER, icondata::LuAArrowDown, -1)}
        {size_button(store, "letters-larger", key::LETTERS_LARGER, icondata::LuAArrowUp, 1)}
    }
    .into_any()
}

#[component]
fn Toggle(id: &'static str) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let is_on = move || store.letters.read().as_ref().is_some_and(|letters| is_on(letters, id));
    view! {
        <IconButton
            attr:data-command=id
            attr:aria-pressed=move || is_on().to_string()
            attr:aria-keyshortcuts=shortcut_of(id).as_deref().map(crate::shortcut::aria)
            label=Signal::derive(move || words.named("command", id))
            keys=spoken_keys(id)
            icon=command_icon(id)
            side=Side::BottomStart
            on_press=Callback::new(move |()| store.request(UiRequest::CommandKeepingFocus(id)))
        />
    }
    .into_any()
}

fn is_on(letters: &editor::Letters, id: &str) -> bool {
    let look = &letters.look;
    match id {
        "bold" => look.bold,
        "italic" => look.italic,
        "underline" => look.underline,
        "strike" => look.strike,
        "code" => look.code,
        "link" => look.link.is_some(),
        "bullets" => letters.list == Some(editor::ListKind::Bullets),
        _ => letters.list == Some(editor::ListKind::Numbers),
    }
}

fn size_button(store: BoardStore, id: &'static str, label: Word, icon: IconShape, step: isize) -> AnyView {
    let words = Words::of_page();
    let next = move || {
        let size = store.letters.read().as_ref().map(|letters| letters.look.size).unwrap_or_default();
        let at = TextSize::ALL.iter().position(|one| *one == size).unwrap_or(1);
        at.checked_add_signed(step).and_then(|at| TextSize::ALL.get(at)).copied()
    };
    view! {
        <IconButton
            attr:data-command=id
            label=words.of(label)
            icon=icon
            side=Side::BottomStart
            disabled=Signal::derive(move || next().is_none())
            on_press=Callback::new(move |()| {
                if let Some(size) = untrack(next) {
                    store.request(UiRequest::SetMark(Mark::Size(size)));
                }
            })
        />
    }
    .into_any()
}

/// Where the letters lead.
#[component]
fn LinkField(linking: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let field = NodeRef::<html::Input>::new();
    let link = store.letters.read_untracked().as_ref().and_then(|letters| letters.look.link.clone());
    let address = RwSignal::new(link.as_deref().unwrap_or_default().to_owned());
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let is_bad = Signal::derive(move || !address.read().trim().is_empty() && link_address(&address.read()).is_none());
    let close = move || {
        linking.set(false);
        store.request(UiRequest::Focus);
    };
    let finish = move || {
        if !is_bad.get_untracked() {
            store.request(UiRequest::SetMark(Mark::Link(link_address(&address.read_untracked()))));
            close();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => finish(),
            "Escape" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="text-bar__row">
            <input
                class="input"
                inputmode="url"
                autocomplete="off"
                maxlength=scene::text::LINK_BYTES_MAX
                data-testid="link-address"
                placeholder="https://"
                aria-label=words.of(key::LETTERS_ADDRESS)
                aria-invalid=move || is_bad.get().to_string()
                title=move || if is_bad.get() { words.get(key::LETTERS_NO_ADDRESS) } else { "" }
                node_ref=field
                prop:value=address
                on:input=move |event| address.set(event_target_value(&event))
                on:keydown=on_key
            />
            <IconButton
                attr:data-testid="link-done"
                label=words.of(key::LETTERS_LINK_DONE)
                icon=icondata::LuCheck
                side=Side::BottomStart
                disabled=is_bad
                on_press=Callback::new(move |()| finish())
            />
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_leaves_the_shape_free() {
        let cases = [
            // The shape's sides, the text's top, where the bar goes.
            ((300.0, 500.0), 380.0, 300.0 - ABOVE_PX),
            ((80.0, 280.0), 160.0, 280.0 + BELOW_PX),
            // Higher than the view.
            ((-500.0, 1500.0), 400.0, 400.0 - ABOVE_PX),
            ((-500.0, 1500.0), 80.0, 80.0 + 20.0 + BELOW_PX),
            ((-500.0, -100.0), -300.0, TOP_PX),
        ];
        for (shape, y, expected) in cases {
            let at = TextAt { x: 0.0, y, height: 20.0, shape };
            assert_eq!(top_of_bar(at, 900.0), expected, "{shape:?}");
        }
    }
}
