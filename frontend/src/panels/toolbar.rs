//! The toolbar: one button a tool. On a narrow page the tools outside of [`FIRST`] wait behind one button.

use editor::{TOOLS, ToolSpec};
use leptos::html;
use leptos::prelude::*;

use super::icons::tool_icon;
use super::style::StyleButton;
use crate::shortcut::spoken;
use crate::store::{BoardStore, UiRequest};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dynamic::{dynamic, list, when};
use crate::ui::icon::Icon;
use crate::ui::popover::close_on_leave;
use crate::ui::tooltip::{Side, Tooltip};
use crate::words::{Words, key};

/// Tools that a narrow page shows at once.
const FIRST: [&str; 6] = ["select", "hand", "ink", "eraser", "arrow", "text"];
/// Tools after which the toolbar leaves a gap, so that the eye finds groups: moving, shapes, free drawing.
const GROUP_ENDS: [&str; 2] = ["hand", "arrow"];

/// The toolbar.
#[component]
pub fn Toolbar() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let around = NodeRef::<html::Div>::new();
    let more_open = RwSignal::new(false);
    close_on_leave(around, more_open);
    let may_write = Memo::new(move |_| store.may_write());
    let tools = move || {
        let tools = TOOLS.iter().filter(|tool| may_write.get() || !tool.edits);
        list(tools.map(|tool| view! { <ToolButton tool=tool more_open=more_open /> }.into_any()))
    };
    let rest = move || {
        view! {
            <MoreButton open=more_open />
            <StyleButton />
        }
        .into_any()
    };
    view! {
        <div class="toolbar panel" node_ref=around data-more=Signal::derive(move || more_open.get().to_string())>
            <ChoiceGroup label=words.of(key::BOARD_TOOLBAR) class="toolbar__tools">
                {dynamic(tools)}
            </ChoiceGroup>
            {when(may_write.into(), rest)}
        </div>
    }
    .into_any()
}

#[component]
fn ToolButton(tool: &'static ToolSpec, more_open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let label = Signal::derive(move || words.named("tool", tool.id));
    let shortcut = tool.shortcuts.first().copied();
    let keys = Signal::derive(move || shortcut.map(|keys| spoken(keys, words)).unwrap_or_default());
    let choose = move |()| {
        store.request(UiRequest::SetTool(tool.id));
        more_open.set(false);
    };
    view! {
        <Choice
            attr:data-tool=tool.id
            attr:data-first=FIRST.contains(&tool.id).to_string()
            attr:aria-keyshortcuts=shortcut.map(crate::shortcut::aria)
            label=label
            class="tool"
            chosen=Signal::derive(move || store.tool.get() == tool.id)
            on_choose=Callback::new(choose)
        >
            <Icon shape=tool_icon(tool.id) />
            <Tooltip label=label keys=keys side=Side::Top />
        </Choice>
        {GROUP_ENDS.contains(&tool.id).then(|| view! { <span class="toolbar__gap"></span> })}
    }
    .into_any()
}

/// Opens the tools that a narrow page has no room for, and shows the one of them that is in hand.
#[component]
fn MoreButton(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let in_hand = move || {
        let tool = store.tool.get();
        (!FIRST.contains(&tool)).then_some(tool)
    };
    view! {
        <button
            type="button"
            class="tool tool--more"
            data-testid="more-tools"
            aria-label=words.of(key::BOARD_MORE_TOOLS)
            aria-haspopup="true"
            aria-expanded=Signal::derive(move || open.get().to_string())
            data-active=Signal::derive(move || in_hand().is_some().to_string())
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {dynamic(move || view! { <Icon shape=in_hand().map_or(icondata::LuShapes, tool_icon) /> }.into_any())}
        </button>
    }
    .into_any()
}
