//! Help: every tool and command with its keys, read off the same lists that the editor obeys.

use leptos::prelude::*;

use crate::shortcut::spoken;
use crate::store::{BoardStore, Entry};
use crate::ui::dialog::Dialog;
use crate::words::{Word, Words, key};

/// The dialog.
#[component]
pub fn HelpDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    view! {
        <Dialog open=open title=words.of(key::HELP_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <div class="help">
                <Bindings heading=key::HELP_TOOLS kind="tool" entries=store.choices.tools />
                <Bindings heading=key::HELP_COMMANDS kind="command" entries=store.choices.commands />
                <Gestures />
            </div>
        </Dialog>
    }
}

#[component]
fn Bindings(heading: Word, kind: &'static str, entries: &'static [Entry]) -> impl IntoView {
    let words = Words::of_page();
    let row = move |entry: &'static Entry| {
        let keys = entry.shortcut?;
        Some(view! {
            <div class="help__row">
                <dt>{move || words.named(kind, entry.id)}</dt>
                <dd><kbd>{move || spoken(keys, words)}</kbd></dd>
            </div>
        })
    };
    view! {
        <section class="help__section">
            <h3>{words.of(heading)}</h3>
            <dl>{entries.iter().filter_map(row).collect_view()}</dl>
        </section>
    }
}

/// What is done with the mouse or the fingers.
#[component]
fn Gestures() -> impl IntoView {
    let words = Words::of_page();
    let rows = [
        (key::HELP_PAN, key::HELP_PAN_KEYS),
        (key::HELP_ZOOM, key::HELP_ZOOM_KEYS),
        (key::HELP_ADD, key::HELP_ADD_KEYS),
    ];
    let row = move |(what, how): (Word, Word)| {
        let how = move || words.fill(how, &[("mod", &spoken("Mod", words)), ("shift", &spoken("Shift", words))]);
        view! {
            <div class="help__row">
                <dt>{words.of(what)}</dt>
                <dd>{how}</dd>
            </div>
        }
    };
    view! {
        <section class="help__section">
            <h3>{words.of(key::HELP_MOVING)}</h3>
            <dl>{rows.map(row).collect_view()}</dl>
        </section>
    }
}
