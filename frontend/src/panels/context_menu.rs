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
use crate::words::{Word, Words, key};

/// Stands for [`ON_ARRANGING`], which a press on it shows.
const ARRANGE: &str = "arrange";

/// With something selected; an empty id is a line.
const ON_SELECTION: &[&str] = &[
    "copy",
    "cut",
    "paste",
    "duplicate",
    "delete",
    "",
    "copy-text",
    "copy-png",
    "copy-svg",
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
    ARRANGE,
    "",
    "open-link",
    "copy-link",
];
/// Where the selected shapes lie to each other: too many to stand among the rest.
const ON_ARRANGING: &[&str] = &[
    "align-left",
    "align-centre",
    "align-right",
    "align-top",
    "align-middle",
    "align-bottom",
    "",
    "distribute-across",
    "distribute-down",
    "stretch-across",
    "stretch-down",
    "stack-across",
    "stack-down",
    "pack",
    "tidy",
    "",
    "flip-across",
    "flip-down",
];
/// On the empty board.
const ON_BOARD: &[&str] = &[
    "paste",
    "copy-png",
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
    let (menu, arranging) = (NodeRef::<html::Div>::new(), RwSignal::new(false));
    let close = move || store.menu_at.set(None);
    effect(move || {
        let Some(menu) = menu.get() else { return };
        place(&menu, at);
        focus_entry(&menu, 0);
    });
    let arrange = move |begins: bool| {
        arranging.set(begins);
        // Once the other entries are there.
        request_animation_frame(move || {
            if let Some(Some(menu)) = menu.try_get_untracked() {
                place(&menu, at);
                focus_entry(&menu, 0);
            }
        });
    };
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
            "Escape" | "ArrowLeft" if arranging.get_untracked() => arrange(false),
            "ArrowRight" if has_focus(ARRANGE) => arrange(true),
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
    let enabled = store.enabled_commands();
    let is_on_board = store.selection_count.get_untracked() == 0;
    let entries = move || match (arranging.get(), is_on_board) {
        (true, _) => {
            view! { {turn(key::MENU_BACK, arrange)} {line()} {listed(ON_ARRANGING, &enabled, arrange)} }.into_any()
        }
        (_, true) => listed(ON_BOARD, &enabled, arrange),
        (_, false) => listed(ON_SELECTION, &enabled, arrange),
    };
    view! {
        <div
            class="panel menu context-menu"
            role="menu"
            data-testid="context-menu"
            aria-label=words.of(key::BOARD_CONTEXT_MENU)
            node_ref=menu
            on:keydown=on_key
        >
            {dynamic(entries)}
        </div>
    }
    .into_any()
}

/// Those that can be run now, with a line only between others.
fn shown(ids: &[&'static str], enabled: &[&'static str]) -> Vec<&'static str> {
    let can_arrange = || ON_ARRANGING.iter().any(|id| enabled.contains(id));
    let is_shown = |id: &&str| id.is_empty() || enabled.contains(id) || (*id == ARRANGE && can_arrange());
    let mut shown: Vec<&'static str> = ids.iter().copied().filter(is_shown).collect();
    shown.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let shown = shown.strip_prefix(&[""]).unwrap_or(&shown);
    shown.strip_suffix(&[""]).unwrap_or(shown).to_vec()
}

/// Entries; the one that leads to others calls `arrange`.
fn listed(ids: &[&'static str], enabled: &[&'static str], arrange: impl Fn(bool) + Copy + 'static) -> AnyView {
    list(shown(ids, enabled).into_iter().map(|id| match id {
        "" => line(),
        ARRANGE => turn(key::MENU_ARRANGE, arrange),
        id => entry(id),
    }))
}

/// The entry that leads to the arrangements, or back from them.
fn turn(word: Word, arrange: impl Fn(bool) + 'static) -> AnyView {
    let words = Words::of_page();
    let begins = word == key::MENU_ARRANGE;
    let (icon, more) = match begins {
        true => (icondata::LuAlignHorizontalDistributeCenter, Some(view! { <Icon shape=icondata::LuChevronRight /> })),
        false => (icondata::LuChevronLeft, None),
    };
    view! {
        <button
            type="button"
            class="menu__entry"
            role="menuitem"
            tabindex="-1"
            aria-haspopup=begins.then_some("menu")
            data-command=if begins { ARRANGE } else { "back" }
            on:click=move |_| arrange(begins)
        >
            <Icon shape=icon />
            <span>{words.of(word)}</span>
            <span class="menu__more">{more}</span>
        </button>
    }
    .into_any()
}

/// Whether the entry of a command has the focus.
fn has_focus(id: &str) -> bool {
    document().active_element().and_then(|entry| entry.get_attribute("data-command")).as_deref() == Some(id)
}

fn line() -> AnyView {
    view! { <hr class="menu__line" /> }.into_any()
}

/// An entry of a menu that runs a command.
pub(super) fn entry(id: &'static str) -> AnyView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let keys = shortcut_of(id).map(|keys| spoken(&keys, words)).unwrap_or_default();
    let (name, icon) = match id {
        "lock" if store.selection_is_locked() => (words.get(key::MENU_UNLOCK).to_owned(), icondata::LuLockOpen),
        "lock" => (words.get(key::MENU_LOCK).to_owned(), command_icon(id)),
        id => (words.named("command", id), command_icon(id)),
    };
    let run = move |_| {
        // What is asked for while the menu is open may go where it is.
        store.request(UiRequest::Command(id));
        store.menu_at.set(None);
    };
    view! {
        <button type="button" class="menu__entry" role="menuitem" tabindex="-1" data-command=id on:click=run>
            <Icon shape=icon />
            <span>{name}</span>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_run_is_shown_and_lines_stand_between() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&[], &[]),
            (&["copy", "group"], &["copy", "", "group"]),
            (&["flip-across"], &[ARRANGE]),
            (&["delete", "tidy", "copy-link"], &["delete", "", ARRANGE, "", "copy-link"]),
        ];
        for (enabled, expected) in cases {
            assert_eq!(shown(ON_SELECTION, enabled), expected);
        }
    }

    #[test]
    fn every_entry_is_a_command() {
        for id in [ON_SELECTION, ON_ARRANGING, ON_BOARD].concat() {
            let is_known = id.is_empty() || id == ARRANGE || editor::COMMANDS.iter().any(|command| command.id == id);
            assert!(is_known, "{id}");
        }
    }
}
