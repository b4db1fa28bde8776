//! The menu at a right press or a long one: what can be done with what was pressed on. Every entry is a command.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::actions::shortcut_of;
use super::icons::command_icon;
use crate::shortcut::spoken;
use crate::store::{BoardStore, UiRequest};
use crate::ui::dynamic::{dynamic, effect, list};
use crate::ui::icon::Icon;
use crate::words::{Words, key};

/// With something selected; an empty id is a line.
const ON_SELECTION: &[&str] = &[
    "copy",
    "cut",
    "paste",
    "duplicate",
    "delete",
    "",
    "copy-text",
    "copy-styles",
    "paste-styles",
    "",
    "group",
    "ungroup",
    "lock",
    "",
    "bring-to-front",
    "bring-forward",
    "send-backward",
    "send-to-back",
    "",
    "flip-across",
    "flip-down",
    "",
    "align-left",
    "align-centre",
    "align-right",
    "align-top",
    "align-middle",
    "align-bottom",
    "distribute-across",
    "distribute-down",
    "stretch-across",
    "stretch-down",
    "stack-across",
    "stack-down",
    "pack",
    "tidy",
    "",
    "open-link",
    "copy-link",
];
/// On the empty board.
const ON_BOARD: &[&str] = &[
    "paste",
    "",
    "select-all",
    "unlock-all",
    "",
    "zoom-fit",
    "zoom-reset",
    "",
    "toggle-snapping",
    "toggle-grid",
    "toggle-map",
    "frames",
    "present",
    "zen",
    "view-mode",
    "",
    "copy-link",
    "find",
    "palette",
    "help",
];
/// How far the menu stays from the page's edges, in pixels.
const EDGE_PX: f64 = 8.0;

/// The menu, where it was asked for.
#[component]
pub fn ContextMenu() -> impl IntoView {
    let store = BoardStore::of_page();
    dynamic(move || match store.menu_at.get() {
        Some(at) => view! { <Menu at=at /> }.into_any(),
        None => ().into_any(),
    })
}

#[component]
fn Menu(at: (f64, f64)) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let menu = NodeRef::<html::Div>::new();
    let close = move || store.menu_at.set(None);
    effect(move || {
        let Some(menu) = menu.get() else { return };
        place(&menu, at);
        focus_entry(&menu, 0);
    });
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        let node = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !menu.get_untracked().is_some_and(|menu| menu.contains(node.as_ref())) {
            close();
        }
    });
    on_cleanup(move || pressed.remove());
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(menu) = menu.get_untracked() else { return };
        match event.key().as_str() {
            "Escape" | "Tab" => {
                close();
                store.request(UiRequest::Focus);
            }
            "ArrowDown" => focus_entry(&menu, 1),
            "ArrowUp" => focus_entry(&menu, -1),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let ids = if store.selection_count.get_untracked() == 0 { ON_BOARD } else { ON_SELECTION };
    let enabled = store.enabled_commands();
    let mut shown: Vec<&'static str> = ids.iter().copied().filter(|id| id.is_empty() || enabled.contains(id)).collect();
    shown.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let shown = shown.strip_prefix(&[""]).unwrap_or(&shown);
    let shown = shown.strip_suffix(&[""]).unwrap_or(shown);
    view! {
        <div
            class="panel menu context-menu"
            role="menu"
            data-testid="context-menu"
            aria-label=words.of(key::BOARD_CONTEXT_MENU)
            node_ref=menu
            on:keydown=on_key
        >
            {list(shown.iter().map(|id| if id.is_empty() { line() } else { entry(id) }))}
        </div>
    }
    .into_any()
}

fn line() -> AnyView {
    view! { <hr class="menu__line" /> }.into_any()
}

/// An entry of a menu that runs a command.
pub(super) fn entry(id: &'static str) -> AnyView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let keys = shortcut_of(id).map(|keys| spoken(&keys, words)).unwrap_or_default();
    let run = move |_| {
        store.menu_at.set(None);
        store.request(UiRequest::Command(id));
    };
    view! {
        <button type="button" class="menu__entry" role="menuitem" tabindex="-1" data-command=id on:click=run>
            <Icon shape=command_icon(id) />
            <span>{words.named("command", id)}</span>
            <kbd class="menu__keys">{keys}</kbd>
        </button>
    }
    .into_any()
}

/// Within the page, whatever was pressed.
fn place(menu: &HtmlElement, (x, y): (f64, f64)) {
    let page =
        |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or_default();
    let (width, height) = (page(window().inner_width()), page(window().inner_height()));
    let size = menu.get_bounding_client_rect();
    let left = x.min(width - size.width() - EDGE_PX).max(EDGE_PX);
    let top = y.min(height - size.height() - EDGE_PX).max(EDGE_PX);
    for (name, px) in [("left", left), ("top", top)] {
        let _ = menu.style().set_property(name, &format!("{px}px"));
    }
}

/// Gives the focus to the entry so many after the one that has it; to the first one, if none has.
fn focus_entry(menu: &HtmlElement, by: i32) {
    let Ok(entries) = menu.query_selector_all("[role=menuitem]") else { return };
    let entries: Vec<HtmlElement> =
        (0..entries.length()).filter_map(|at| entries.get(at)?.dyn_into::<HtmlElement>().ok()).collect();
    let focused = document().active_element();
    let from = entries.iter().position(|entry| focused.as_ref() == Some(&**entry));
    let count = entries.len() as i32;
    if count > 0 {
        let to = from.map_or(0, |from| (from as i32 + by).rem_euclid(count));
        let _ = entries[to as usize].focus();
    }
}
