//! The command palette: every tool and command by its name.

use editor::{COMMANDS, TOOLS};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::actions::shortcut_of;
use super::icons::{command_icon, tool_icon};
use crate::shortcut::spoken;
use crate::store::{BoardStore, UiRequest};
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::ui::icon::{Icon, IconShape};
use crate::words::{Words, key};

/// Entries that are shown at once.
const SHOWN: usize = 12;

/// Something that can be chosen.
#[derive(Clone, PartialEq)]
struct Entry {
    name: String,
    keys: String,
    icon: IconShape,
    request: UiRequest,
}

/// The dialog.
#[component]
pub fn PaletteDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::of_page();
    view! {
        <Dialog open=open title=words.of(key::PALETTE_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <Palette open=open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn Palette(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let (wanted, at) = (RwSignal::new(String::new()), RwSignal::new(0usize));
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let all = entries(store, words);
    let found = Memo::new(move |_| matching(&all, &wanted.get()));
    let choose = move |index: usize| {
        let Some(entry) = found.get_untracked().get(index).cloned() else { return };
        open.set(false);
        store.request(entry.request);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = found.read_untracked().len().max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => choose(at.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let rows = move || {
        list(found.get().into_iter().enumerate().map(|(index, entry)| {
            view! {
                <button
                    type="button"
                    class="menu__entry"
                    role="option"
                    tabindex="-1"
                    aria-selected=Signal::derive(move || (at.get() == index).to_string())
                    on:click=move |_| choose(index)
                >
                    <Icon shape=entry.icon />
                    <span>{entry.name}</span>
                    <kbd class="menu__keys">{entry.keys}</kbd>
                </button>
            }
            .into_any()
        }))
    };
    let has_none = Signal::derive(move || found.read().is_empty());
    view! {
        <input
            class="input palette__field"
            type="text"
            autofocus=true
            data-testid="palette"
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-label=words.of(key::PALETTE_TITLE)
            placeholder=words.of(key::PALETTE_HINT)
            node_ref=field
            on:input=move |event| {
                wanted.set(event_target_value(&event));
                at.set(0);
            }
            on:keydown=on_key
        />
        <div id="palette-list" class="menu palette__list" role="listbox" prop:hidden=has_none>{dynamic(rows)}</div>
        <div role="status">{when(has_none, move || nothing(wanted))}</div>
    }
    .into_any()
}

/// What stands where there is no entry.
fn nothing(wanted: RwSignal<String>) -> AnyView {
    let words = Words::of_page();
    let text = move || words.fill(key::PALETTE_NOTHING, &[("wanted", wanted.read().trim())]);
    view! { <p class="palette__nothing">{text}</p> }.into_any()
}

fn entries(store: BoardStore, words: Words) -> Vec<Entry> {
    let enabled = store.enabled_commands();
    let keys = |id: &str| shortcut_of(id).map(|keys| spoken(&keys, words)).unwrap_or_default();
    let commands = COMMANDS.iter().filter(|command| enabled.contains(&command.id)).map(|command| Entry {
        name: words.named("command", command.id),
        keys: keys(command.id),
        icon: command_icon(command.id),
        request: UiRequest::Command(command.id),
    });
    let may_write = store.may_write();
    let tools = TOOLS.iter().filter(|tool| may_write || !tool.edits).map(|tool| Entry {
        name: words.named("tool", tool.id),
        keys: keys(tool.id),
        icon: tool_icon(tool.id),
        request: UiRequest::SetTool(tool.id),
    });
    commands.chain(tools).collect()
}

/// Those whose name has every word, the ones that begin with the first of them first.
fn matching(all: &[Entry], wanted: &str) -> Vec<Entry> {
    let wanted = wanted.to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let has_all = |entry: &&Entry| {
        let name = entry.name.to_lowercase();
        words.iter().all(|word| name.contains(word))
    };
    let mut found: Vec<&Entry> = all.iter().filter(has_all).collect();
    found.sort_by_key(|entry| !entry.name.to_lowercase().starts_with(words.first().copied().unwrap_or_default()));
    found.into_iter().take(SHOWN).cloned().collect()
}
