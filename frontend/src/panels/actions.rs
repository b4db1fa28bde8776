//! Buttons that run a command, and the group of those that act on the selection.

use editor::COMMANDS;
use leptos::prelude::*;

use super::icons::command_icon;
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
    let shortcut = shortcut_of(id);
    view! {
        <IconButton
            attr:data-command=id
            attr:aria-keyshortcuts=shortcut.map(crate::shortcut::aria)
            label=Signal::derive(move || words.named("command", id))
            keys=Signal::derive(move || shortcut.map(|keys| spoken(keys, words)).unwrap_or_default())
            icon=command_icon(id)
            side=side
            disabled=disabled
            on_press=Callback::new(move |()| store.request(UiRequest::Command(id)))
        />
    }
    .into_any()
}

/// The first key binding of a command.
pub fn shortcut_of(command: &str) -> Option<&'static str> {
    COMMANDS.iter().find(|known| known.id == command)?.shortcuts.first().copied()
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
