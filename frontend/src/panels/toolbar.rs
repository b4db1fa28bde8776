//! The toolbar: the tools in daily use, a button each; all shapes, and tools in rarer use, wait behind one button, so that
//! the bar stays calm.

use board::Kind;
use editor::{TOOLS, ToolSpec};
use leptos::html;
use leptos::prelude::*;

use super::actions::{shortcut_of, spoken_keys};
use super::icons::{ToolIcon, command_icon};
use super::style::StyleButton;
use crate::store::{BoardStore, UiRequest};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::{dynamic, list, when};
use crate::ui::icon::Icon;
use crate::ui::popover::close_on_leave;
use crate::ui::tooltip::{Side, Tooltip};
use crate::words::{Words, key};

/// Tools on the bar itself, in its order; those of [`SHAPES`] come between the two groups.
const ON_BAR: [&str; 7] = ["select", "hand", "arrow", "ink", "text", "note", "eraser"];
/// The command that keeps a tool in hand.
const TOOL_LOCK: &str = "toggle-tool-lock";
/// Tools on the bar before the button with all shapes.
const BEFORE_SHAPES: usize = 2;

/// Whether a tool makes a shape that is shown among the shapes.
fn is_shape(tool: &str) -> bool {
    let kind = Kind::from_name(tool);
    kind.is_area() || kind == Kind::Frame || (kind.is_line() && !ON_BAR.contains(&tool))
}

fn by_id(id: &str) -> Option<&'static ToolSpec> {
    TOOLS.iter().find(|tool| tool.id == id)
}

/// The toolbar.
#[component]
pub fn Toolbar() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let around = NodeRef::<html::Div>::new();
    let open = RwSignal::new(false);
    close_on_leave(around, open);
    let may_write = Memo::new(move |_| store.may_write());
    let tools = move || {
        let shown = |id: &&str| by_id(id).filter(|tool| may_write.get() || !tool.edits);
        let button = |tool| view! { <ToolButton tool=tool open=open /> }.into_any();
        let before = ON_BAR[..BEFORE_SHAPES].iter().filter_map(&shown).map(button);
        let gap = may_write.get().then(|| view! { <span class="toolbar__gap"></span> }.into_any());
        let shapes = may_write.get().then(|| view! { <ShapesButton open=open /> }.into_any());
        let after = ON_BAR[BEFORE_SHAPES..].iter().filter_map(shown).map(button);
        list(before.chain(gap).chain(shapes).chain(after))
    };
    view! {
        <div
            class="toolbar panel"
            data-locked=Signal::derive(move || store.tool_locked.get().to_string())
            node_ref=around
        >
            <ChoiceGroup label=words.of(key::BOARD_TOOLBAR) class="toolbar__tools">
                {dynamic(tools)}
            </ChoiceGroup>
            {when(may_write.into(), || view! { <StyleButton /> }.into_any())}
            {when(open.into(), move || view! { <Shapes open=open /> }.into_any())}
        </div>
    }
    .into_any()
}

#[component]
fn ToolButton(tool: &'static ToolSpec, open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let label = Signal::derive(move || words.named("tool", tool.id));
    let choose = move |()| {
        if is_shape(tool.id) {
            store.last_shape.set(tool.id);
        }
        open.set(false);
        store.request(UiRequest::SetTool(tool.id));
    };
    view! {
        <Choice
            attr:data-tool=tool.id
            attr:aria-keyshortcuts=shortcut_of(tool.id).as_deref().map(crate::shortcut::aria)
            label=label
            class="tool"
            chosen=Signal::derive(move || store.tool.get() == tool.id)
            on_choose=Callback::new(choose)
        >
            <ToolIcon id=tool.id />
            <Tooltip label=label keys=spoken_keys(tool.id) side=Side::Top />
        </Choice>
    }
    .into_any()
}

/// Takes the shape that was used last, and opens all others.
#[component]
fn ShapesButton(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let is_in_hand = Memo::new(move |_| !ON_BAR.contains(&store.tool.get()));
    let shown = Memo::new(move |_| if is_in_hand.get() { store.tool.get() } else { store.last_shape.get() });
    let press = move |_| {
        if !open.get_untracked() && !is_in_hand.get_untracked() {
            store.request(UiRequest::SetTool(store.last_shape.get_untracked()));
        }
        open.update(|open| *open = !*open);
    };
    view! {
        <button
            type="button"
            class="tool tool--shapes"
            data-testid="more-tools"
            aria-label=words.of(key::BOARD_MORE_TOOLS)
            aria-haspopup="true"
            aria-expanded=Signal::derive(move || open.get().to_string())
            data-active=Signal::derive(move || is_in_hand.get().to_string())
            on:click=press
        >
            {dynamic(move || view! { <ToolIcon id=shown.get() /> }.into_any())}
            <Tooltip label=words.of(key::BOARD_MORE_TOOLS) keys=Signal::derive(String::new) side=Side::Top />
        </button>
    }
    .into_any()
}

/// All shapes, and the tools that have no place on the bar.
#[component]
fn Shapes(open: RwSignal<bool>) -> impl IntoView {
    let words = Words::of_page();
    let buttons = move |shapes: bool| {
        let tools = TOOLS.iter().filter(|tool| !ON_BAR.contains(&tool.id) && is_shape(tool.id) == shapes);
        tools.map(|tool| view! { <ToolButton tool=tool open=open /> }.into_any()).collect::<Vec<_>>()
    };
    let rest = buttons(false);
    let has_rest = !rest.is_empty();
    view! {
        <div class="shapes panel" role="dialog" aria-label=words.of(key::BOARD_MORE_TOOLS)>
            <ChoiceGroup label=words.of(key::BOARD_MORE_TOOLS) class="shapes__grid">
                {list(buttons(true).into_iter())}
            </ChoiceGroup>
            {has_rest.then(|| view! {
                <ChoiceGroup label=words.of(key::BOARD_OTHER_TOOLS) class="shapes__grid shapes__rest">
                    {list(rest.into_iter())}
                </ChoiceGroup>
            }.into_any())}
            <div class="shapes__lock"><ToolLock /></div>
        </div>
    }
    .into_any()
}

/// Keeps the tool in hand after use, or not any more.
#[component]
fn ToolLock() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    view! {
        <button
            type="button"
            class="menu__entry"
            data-command=TOOL_LOCK
            aria-pressed=Signal::derive(move || store.tool_locked.get().to_string())
            on:click=move |_| store.request(UiRequest::Command(TOOL_LOCK))
        >
            <Icon shape=command_icon(TOOL_LOCK) />
            <span>{Signal::derive(move || words.named("command", TOOL_LOCK))}</span>
            <kbd class="menu__keys">{spoken_keys(TOOL_LOCK)}</kbd>
        </button>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_take_the_tools_in_the_order_of_the_bar() {
        let (before, after) = ON_BAR.split_at(BEFORE_SHAPES);
        let order = before.iter().chain(&["rectangle"]).chain(after);
        for (place, id) in order.enumerate() {
            if let Some(tool) = by_id(id) {
                assert!(tool.shortcuts.contains(&&*(place + 1).to_string()), "{id} has place {}", place + 1);
            }
        }
    }
}
