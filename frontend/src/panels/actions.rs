//! Buttons that run a command, and the group of those that act on the selection.

use editor::{COMMANDS, KeyMap, TOOLS};
use leptos::prelude::*;

use super::icons::command_icon;
use crate::preferences::Preferences;
use crate::shortcut::spoken;
use crate::store::{BoardStore, UiRequest};
use crate::ui::button::IconButton;
use crate::ui::dynamic::when;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// The button of a command.
#[component]
pub fn CommandButton(
    /// The command.
    id: &'static str,
    /// Where its tooltip stands.
    side: Side,
    /// Whether it cannot be run now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    view! {
        <IconButton
            attr:data-command=id
            attr:aria-keyshortcuts=shortcut_of(id).as_deref().map(crate::shortcut::aria)
            label=Signal::derive(move || words.named("command", id))
            keys=spoken_keys(id)
            icon=command_icon(id)
            side=side
            disabled=disabled
            on_press=Callback::new(move |()| store.request(UiRequest::Command(id)))
        />
    }
    .into_any()
}

/// The first key binding of a command or a tool, as this person has it.
pub fn shortcut_of(id: &str) -> Option<String> {
    shortcuts_of(id, &Preferences::of_page().keys.read_untracked()).into_iter().next()
}

/// All key bindings of a tool or the first one of a command, for a tooltip; follows what a person chooses.
pub fn spoken_keys(id: &'static str) -> Signal<String> {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    let count = if TOOLS.iter().any(|tool| tool.id == id) { usize::MAX } else { 1 };
    Signal::derive(move || {
        let keys = shortcuts_of(id, &preferences.keys.read());
        keys.iter().take(count).map(|keys| spoken(keys, words)).collect::<Vec<_>>().join(" · ")
    })
}

fn shortcuts_of(id: &str, keys: &KeyMap) -> Vec<String> {
    let command = COMMANDS.iter().find(|known| known.id == id).map(|command| command.shortcuts);
    let own = command.or_else(|| TOOLS.iter().find(|known| known.id == id).map(|tool| tool.shortcuts));
    keys.shortcuts(id, own.unwrap_or_default()).into_iter().map(str::to_owned).collect()
}

/// What can be done with the selection; there while something is selected.
#[component]
pub fn SelectionActions() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let something = Signal::derive(move || store.may_write() && store.selection_count.get() != 0);
    let buttons = move || {
        view! {
            <div class="panel actions" role="group" aria-label=words.of(key::BOARD_SELECTION_ACTIONS)>
                <CommandButton id="duplicate" side=Side::Top />
                <CommandButton id="delete" side=Side::Top />
            </div>
        }
        .into_any()
    };
    when(something, buttons)
}
