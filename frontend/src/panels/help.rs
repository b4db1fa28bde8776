//! Help: every tool and command with its keys, read off the same lists that the editor obeys.

use editor::{COMMANDS, TOOLS};
use leptos::prelude::*;

use crate::shortcut::spoken;
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::list;
use crate::words::{Word, Words, key};

/// The dialog.
#[component]
pub fn HelpDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::of_page();
    let tools = || TOOLS.iter().map(|tool| (tool.id, tool.shortcuts));
    let commands = || COMMANDS.iter().map(|command| (command.id, command.shortcuts));
    view! {
        <Dialog open=open title=words.of(key::HELP_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <div class="help">
                {section(words, key::HELP_TOOLS, bindings(words, "tool", tools()))}
                {gestures(words)}
                {section(words, key::HELP_COMMANDS, bindings(words, "command", commands()))}
            </div>
        </Dialog>
    }
    .into_any()
}

/// A row for each thing that has keys.
fn bindings(
    words: Words,
    kind: &'static str,
    entries: impl Iterator<Item = (&'static str, &'static [&'static str])>,
) -> AnyView {
    list(entries.filter_map(|(id, shortcuts)| {
        let keys = spoken(shortcuts.first()?, words);
        let what = Signal::derive(move || words.named(kind, id));
        Some(row(what, view! { <kbd>{keys}</kbd> }.into_any()))
    }))
}

fn section(words: Words, heading: Word, rows: AnyView) -> AnyView {
    view! {
        <section class="help__section">
            <h3>{words.of(heading)}</h3>
            <dl>{rows}</dl>
        </section>
    }
    .into_any()
}

fn row(what: Signal<String>, how: AnyView) -> AnyView {
    view! {
        <div class="help__row">
            <dt>{what}</dt>
            <dd>{how}</dd>
        </div>
    }
    .into_any()
}

/// What is done with the mouse or the fingers.
fn gestures(words: Words) -> AnyView {
    let rows = [
        (key::HELP_PAN, key::HELP_PAN_KEYS),
        (key::HELP_ZOOM, key::HELP_ZOOM_KEYS),
        (key::HELP_ADD, key::HELP_ADD_KEYS),
    ];
    let gesture = move |(what, how): (Word, Word)| {
        let how = words.fill(how, &[("mod", &spoken("Mod", words)), ("shift", &spoken("Shift", words))]);
        row(words.of(what), how.into_any())
    };
    section(words, key::HELP_MOVING, list(rows.into_iter().map(gesture)))
}
