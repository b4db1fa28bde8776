//! The toolbar: one button a tool. On a narrow page the tools outside of [`FIRST`] wait behind one button.

use leptos::html;
use leptos::prelude::*;

use super::icons::tool_icon;
use super::style::StyleButton;
use crate::shortcut::spoken;
use crate::store::{BoardStore, Entry, UiRequest};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::icon::Icon;
use crate::ui::popover::close_on_leave;
use crate::ui::tooltip::{Side, Tooltip};
use crate::words::{Words, key};

/// Tools that a narrow page shows at once.
const FIRST: [&str; 6] = ["select", "hand", "ink", "eraser", "arrow", "text"];
/// Tools that work without the right to write.
const READING: [&str; 2] = ["select", "hand"];
/// Tools after which the toolbar leaves a gap, so that the eye finds groups: moving, shapes, free drawing.
const GROUP_ENDS: [&str; 2] = ["hand", "arrow"];

/// The toolbar.
#[component]
pub fn Toolbar() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let around = NodeRef::<html::Div>::new();
    let more_open = RwSignal::new(false);
    close_on_leave(around, more_open);
    let tools = move || {
        let may_write = store.may_write();
        store.choices.tools.iter().filter(|tool| may_write || READING.contains(&tool.id)).copied().collect::<Vec<_>>()
    };
    view! {
        <div class="toolbar panel" node_ref=around data-more=move || more_open.get().to_string()>
            <ChoiceGroup label=words.of(key::BOARD_TOOLBAR) class="toolbar__tools">
                <For each=tools key=|tool| tool.id let(tool)>
                    <ToolButton tool=tool more_open=more_open />
                </For>
            </ChoiceGroup>
            <Show when=move || store.may_write()>
                <MoreButton open=more_open />
                <span class="toolbar__gap toolbar__gap--narrow"></span>
                <StyleButton />
            </Show>
        </div>
    }
}

#[component]
fn ToolButton(tool: Entry, more_open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let label = Signal::derive(move || words.named("tool", tool.id));
    let keys = Signal::derive(move || tool.shortcut.map(|keys| spoken(keys, words)).unwrap_or_default());
    let choose = move |()| {
        store.request(UiRequest::SetTool(tool.id));
        more_open.set(false);
    };
    view! {
        <Choice
            attr:data-tool=tool.id
            attr:data-first=FIRST.contains(&tool.id).to_string()
            attr:aria-keyshortcuts=tool.shortcut.map(crate::shortcut::aria)
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
}

/// Opens the tools that a narrow page has no room for, and shows the one of them that is in hand.
#[component]
fn MoreButton(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let in_hand = Memo::new(move |_| {
        let tool = store.tool.get();
        (!FIRST.contains(&tool)).then_some(tool)
    });
    view! {
        <button
            type="button"
            class="tool tool--more"
            data-testid="more-tools"
            aria-label=words.of(key::BOARD_MORE_TOOLS)
            aria-haspopup="true"
            aria-expanded=move || open.get().to_string()
            data-active=move || in_hand.get().is_some().to_string()
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {move || view! { <Icon shape=in_hand.get().map_or(icondata::LuShapes, tool_icon) /> }}
        </button>
    }
}
