//! Help: every tool and command with its keys, read off the same lists that the editor obeys; to be searched, and to be
//! changed.

use editor::{COMMANDS, KeyMap, KeyPhase, TOOLS, written_shortcut};
use leptos::ev;
use leptos::prelude::*;

use crate::board::key_event;
use crate::preferences::Preferences;
use crate::shortcut::spoken;
use crate::ui::button::IconButton;
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{dynamic, list};
use crate::ui::tooltip::Side;
use crate::words::{Word, Words, key};

/// The dialog.
#[component]
pub fn HelpDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::of_page();
    view! {
        <Dialog open=open title=words.of(key::HELP_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <Help />
        </Dialog>
    }
    .into_any()
}

/// Something with keys: what kind of thing, its id, the keys of the list.
type Bound = (&'static str, &'static str, &'static [&'static str]);

#[component]
fn Help() -> impl IntoView {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    let (wanted, asked) = (RwSignal::new(String::new()), RwSignal::new(None::<&'static str>));
    let tools = || TOOLS.iter().map(|tool| ("tool", tool.id, tool.shortcuts)).collect::<Vec<Bound>>();
    let commands = || COMMANDS.iter().map(|command| ("command", command.id, command.shortcuts)).collect::<Vec<Bound>>();
    let body = move || {
        let wanted = wanted.get().to_lowercase();
        let keys = preferences.keys.get();
        let rows = |all: Vec<Bound>| list(all.into_iter().filter_map(|bound| row_of(bound, &wanted, &keys, asked)));
        let gestures = wanted.is_empty().then(|| gestures(words));
        view! {
            <div class="help">
                {section(words, key::HELP_TOOLS, rows(tools()))}
                {gestures}
                {section(words, key::HELP_COMMANDS, rows(commands()))}
            </div>
        }
        .into_any()
    };
    let single = Signal::derive(move || preferences.keys.read().has_single_keys());
    view! {
        <div class="help__bar">
            <input
                class="input"
                type="search"
                autofocus=true
                data-testid="help-search"
                aria-label=words.of(key::HELP_SEARCH)
                placeholder=words.of(key::HELP_SEARCH)
                on:input=move |event| wanted.set(event_target_value(&event))
            />
            <label class="help__single">
                <input
                    type="checkbox"
                    data-testid="single-keys"
                    prop:checked=single
                    on:change=move |event| {
                        preferences.keys.update(|keys| keys.set_single_keys(event_target_checked(&event)));
                    }
                />
                <span>{words.of(key::HELP_SINGLE_KEYS)}</span>
            </label>
        </div>
        {dynamic(body)}
    }
    .into_any()
}

/// What something is called, its keys, and a way to change them. None where the search does not mean it.
fn row_of(
    (kind, id, own): Bound,
    wanted: &str,
    keys: &KeyMap,
    asked: RwSignal<Option<&'static str>>,
) -> Option<AnyView> {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    let name = words.named(kind, id);
    let written: Vec<String> = keys.shortcuts(id, own).into_iter().map(|keys| spoken(keys, words)).collect();
    let is_meant = |text: &str| text.to_lowercase().contains(wanted);
    if !wanted.is_empty() && !is_meant(&name) && !written.iter().any(|keys| is_meant(keys)) {
        return None;
    }
    let pressed = move |event: ev::KeyboardEvent| {
        if asked.get_untracked() != Some(id) {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let change = match event.key().as_str() {
            "Escape" => None,
            "Backspace" | "Delete" => Some(String::new()),
            _ => match written_shortcut(&key_event(&event, KeyPhase::Down)) {
                Some(shortcut) => Some(shortcut),
                None => return,
            },
        };
        asked.set(None);
        if let Some(shortcut) = change {
            preferences.keys.update(|keys| keys.set(id, Some(shortcut)));
        }
    };
    let label = words.fill(key::HELP_CHANGE, &[("name", &name)]);
    let shown = move || match asked.get() == Some(id) {
        true => view! { <kbd data-asked="true">{words.of(key::HELP_PRESS)}</kbd> }.into_any(),
        false if written.is_empty() => view! { <span class="help__none">"–"</span> }.into_any(),
        false => list(written.clone().into_iter().map(|keys| view! { <kbd>{keys}</kbd> }.into_any())),
    };
    let reset = keys.is_remapped(id).then(|| reset_button(id));
    Some(
        view! {
            <div class="help__row">
                <dt>{name}</dt>
                <dd>
                    {reset}
                    <button
                        type="button"
                        class="help__keys"
                        data-keys=id
                        aria-label=label
                        on:click=move |_| asked.set(Some(id))
                        on:keydown=pressed
                        on:blur=move |_| asked.set(None)
                    >
                        {dynamic(shown)}
                    </button>
                </dd>
            </div>
        }
        .into_any(),
    )
}

/// Gives something the keys of the list again.
fn reset_button(id: &'static str) -> AnyView {
    let (preferences, words) = (Preferences::of_page(), Words::of_page());
    view! {
        <IconButton
            label=words.of(key::HELP_RESET)
            icon=icondata::LuUndo2
            side=Side::BottomEnd
            on_press=Callback::new(move |()| preferences.keys.update(|keys| keys.set(id, None)))
        />
    }
    .into_any()
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

/// What is done with the mouse or the fingers.
fn gestures(words: Words) -> AnyView {
    let rows = [
        (key::HELP_PAN, key::HELP_PAN_KEYS),
        (key::HELP_ZOOM, key::HELP_ZOOM_KEYS),
        (key::HELP_ADD, key::HELP_ADD_KEYS),
        (key::HELP_DEEP, key::HELP_DEEP_KEYS),
        (key::HELP_COPY, key::HELP_COPY_KEYS),
        (key::HELP_NO_SNAP, key::HELP_NO_SNAP_KEYS),
        (key::HELP_STRAIGHT, key::HELP_STRAIGHT_KEYS),
    ];
    let gesture = move |(what, how): (Word, Word)| {
        let spoken = |part| spoken(part, words);
        let how = words.fill(how, &[("mod", &spoken("Mod")), ("shift", &spoken("Shift")), ("alt", &spoken("Alt"))]);
        view! {
            <div class="help__row">
                <dt>{words.of(what)}</dt>
                <dd>{how}</dd>
            </div>
        }
        .into_any()
    };
    section(words, key::HELP_MOVING, list(rows.into_iter().map(gesture)))
}
