//! The version history: a timeline beside the board. It must not know how versions are fetched or gone back to, nor what a
//! preview shows.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_VERSION_NAME_CHARS;
use protocol::{VersionChanges, VersionPerson, VersionView};

use super::preview::PreviewLayer;
use crate::clock::{now_ms, relative};
use crate::pages::home::data_url;
use crate::preferences::{Preferences, Theme};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{Mounted, dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::tooltip::Side;
use crate::versions::{MAX_LISTED, Versions};
use crate::words::{Words, key};

/// How long a replay stays at a version.
const REPLAY_STEP: Duration = Duration::from_millis(700);
/// People whom a row names; the preview names more.
const MAX_NAMED_IN_ROW: usize = 3;

/// Panel and preview; nothing while neither is wanted.
#[component]
pub fn VersionHistory() -> impl IntoView {
    let versions: Versions = expect_context();
    effect(move || {
        if versions.open.get() {
            versions.read();
        } else {
            versions.end_preview();
        }
    });
    effect(move || {
        if versions.playing.get() && versions.preview.read().is_some() {
            let mounted = Mounted::here();
            set_timeout(move || mounted.ask(std::future::ready(()), move |()| step_if_playing(versions)), REPLAY_STEP);
        }
    });
    let shown = Signal::derive(move || versions.preview.read().is_some());
    view! {
        {when(versions.open.into(), || view! { <Panel /> }.into_any())}
        {when(shown, || view! { <PreviewLayer /> }.into_any())}
    }
    .into_any()
}

fn step_if_playing(versions: Versions) {
    if versions.playing.get_untracked() {
        versions.step();
    }
}

#[component]
fn Panel() -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let rows = move || match versions.list.get() {
        None => view! { <p class="versions__note">{words.of(key::VERSIONS_LOADING)}</p> }.into_any(),
        Some(all) if all.is_empty() => view! {
            <div class="versions__empty">
                <Icon shape=icondata::LuHistory />
                <h3>{words.of(key::VERSIONS_EMPTY_TITLE)}</h3>
                <p>{words.of(key::VERSIONS_EMPTY_TEXT)}</p>
            </div>
        }
        .into_any(),
        Some(all) => {
            let rows = all.into_iter().take(MAX_LISTED).map(|version| view! { <Row version=version /> }.into_any());
            view! { <ol class="versions__list">{list(rows)}</ol> }.into_any()
        }
    };
    let is_damaged = Signal::derive(move || !versions.damage.read().is_empty());
    let many = Signal::derive(move || versions.list.read().as_ref().is_some_and(|all| all.len() > 1));
    view! {
        <aside class="panel versions" aria-label=words.of(key::VERSIONS_TITLE) data-testid="versions">
            <header class="versions__header">
                <h2>{words.of(key::VERSIONS_TITLE)}</h2>
                {when(many, move || replay_button(versions, "replay", Side::BottomEnd))}
                <IconButton
                    label=words.of(key::ACTION_CLOSE)
                    icon=icondata::LuX
                    side=Side::BottomEnd
                    on_press=Callback::new(move |()| versions.open.set(false))
                />
            </header>
            <KeepNow />
            {when(is_damaged, || view! { <Damage /> }.into_any())}
            {dynamic(rows)}
        </aside>
    }
    .into_any()
}

/// Plays the versions one after the other, from the oldest or from the one that is looked at.
pub fn replay_button(versions: Versions, test_id: &'static str, side: Side) -> AnyView {
    let words = versions.words;
    let playing = versions.playing;
    let label = Signal::derive(move || {
        words.get(if playing.get() { key::VERSIONS_PAUSE } else { key::VERSIONS_REPLAY }).to_owned()
    });
    let press = move |()| {
        if playing.get_untracked() {
            return playing.set(false);
        }
        playing.set(true);
        let newest =
            versions.list.read_untracked().as_ref().and_then(|all| all.first()).map(|newest| newest.id.clone());
        let at_newest =
            versions.preview.read_untracked().as_ref().is_none_or(|shown| Some(&shown.version.id) == newest.as_ref());
        if at_newest && let Some(oldest) = versions.replayed().into_iter().next() {
            versions.show(oldest);
        }
    };
    view! {
        <IconButton
            attr:data-testid=test_id
            label=label
            icon=Signal::derive(move || if playing.get() { icondata::LuPause } else { icondata::LuPlay })
            side=side
            on_press=Callback::new(press)
        />
    }
    .into_any()
}

/// Keeps the board as it is now, under a name.
#[component]
fn KeepNow() -> impl IntoView {
    let versions: Versions = expect_context();
    view! {
        <NameForm
            class="versions__keep"
            attr:data-testid="keep-version"
            label=versions.words.of(key::VERSIONS_NAME_NOW)
            button=versions.words.of(key::VERSIONS_KEEP)
            weight=Weight::Primary
            on_name=Callback::new(move |name| versions.keep(name))
        />
    }
    .into_any()
}

/// A field for a version's name, which is empty again once it was given.
#[component]
pub fn NameForm(
    class: &'static str,
    label: Signal<String>,
    button: Signal<String>,
    weight: Weight,
    on_name: Callback<String>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        let name = field.value().trim().to_owned();
        if !name.is_empty() {
            field.set_value("");
            on_name.run(name);
        }
    };
    view! {
        <form class=class on:submit=submit>
            <input
                class="input"
                type="text"
                autocomplete="off"
                maxlength=MAX_VERSION_NAME_CHARS.to_string()
                aria-label=label
                placeholder=label
                node_ref=field
            />
            <button type="submit" class="button" data-weight=weight.id()>{button}</button>
        </form>
    }
    .into_any()
}

/// What could not be read of the board, for its owner.
#[component]
fn Damage() -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let text = Signal::derive(move || {
        let bytes: u64 = versions.damage.read().iter().map(|part| part.size_bytes).sum();
        words.fill(key::VERSIONS_DAMAGED_TEXT, &[("size", &size_in_words(bytes))])
    });
    view! {
        <section class="versions__damage">
            <h3>{words.of(key::VERSIONS_DAMAGED_TITLE)}</h3>
            <p>{text}</p>
            <Button
                label=words.of(key::VERSIONS_DISCARD)
                weight=Weight::Secondary
                on_press=Callback::new(move |()| versions.discard_damage())
            />
        </section>
    }
    .into_any()
}

/// Bytes as a person reads them.
pub fn size_in_words(bytes: u64) -> String {
    // Sizes that a person reads are far below 2^53.
    match bytes as f64 {
        bytes if bytes >= 1_048_576.0 => format!("{:.1} MiB", bytes / 1_048_576.0),
        bytes if bytes >= 1024.0 => format!("{:.0} KiB", bytes / 1024.0),
        bytes => format!("{bytes:.0} B"),
    }
}

/// How long ago a version was kept.
pub fn when_of(words: Words, version: &VersionView) -> Signal<String> {
    // Milliseconds since 1970 are exact in a double.
    let at_ms = version.created_at_ms as f64;
    Signal::derive(move || relative(at_ms, now_ms(), words.0.get()))
}

/// What a version is called.
pub fn name_of(words: Words, version: &VersionView) -> String {
    version.name.clone().unwrap_or_else(|| words.get(key::VERSIONS_BY_ITSELF).to_owned())
}

/// Who edited, in one line: the first `most` names, and that there were others; empty where nobody is known.
pub fn people_in_words(words: Words, people: &[VersionPerson], most: usize) -> String {
    let mut names: Vec<&str> = Vec::new();
    for person in people.iter().filter(|person| !person.name.is_empty()) {
        // Somebody signed in and somebody who only says the same name are two people of one name.
        if !names.contains(&&*person.name) {
            names.push(&person.name);
        }
    }
    let nameless = people.iter().filter(|person| person.name.is_empty()).count();
    let more = names.len().saturating_sub(most);
    let mut said: Vec<String> = names.into_iter().take(most).map(str::to_owned).collect();
    if more > 0 {
        said.push(words.fill(key::VERSIONS_MORE_PEOPLE, &[("count", &more.to_string())]));
    }
    match nameless {
        0 => {}
        1 => said.push(words.get(key::VERSIONS_GUEST).to_owned()),
        // Whoever loads the page anew is somebody else, as far as anybody knows: no number.
        _ => said.push(words.get(key::VERSIONS_GUESTS).to_owned()),
    }
    said.join(", ")
}

/// How much differs, in one line.
pub fn changes_in_words(words: Words, VersionChanges { added, changed, removed }: VersionChanges) -> String {
    let parts = [(key::VERSIONS_ADDED, added), (key::VERSIONS_CHANGED, changed), (key::VERSIONS_REMOVED, removed)];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| words.fill(word, &[("count", &count.to_string())]))
        .collect();
    if said.is_empty() { words.get(key::VERSIONS_SAME).to_owned() } else { said.join(", ") }
}

#[component]
fn Row(version: VersionView) -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let (id, name, is_named) = (version.id.clone(), name_of(words, &version), version.name.is_some());
    let shown = Signal::derive(move || versions.preview.read().as_ref().is_some_and(|shown| shown.version.id == id));
    let when = when_of(words, &version);
    let people = people_in_words(words, &version.people, MAX_NAMED_IN_ROW);
    // A release from before people were noted says a few names as its author.
    let by = if people.is_empty() { version.author.clone().unwrap_or_default() } else { people };
    let by = (!by.is_empty()).then(|| view! { <span>{words.fill(key::VERSIONS_BY, &[("name", &by)])}</span> });
    let counted = version.id.clone();
    let changes = Signal::derive(move || {
        versions.changes(&counted).map(|changes| changes_in_words(words, changes)).unwrap_or_default()
    });
    let picture = view! { <Thumbnail version=version.clone() /> };
    let look = move |_| {
        versions.playing.set(false);
        versions.show(version.clone());
    };
    view! {
        <li>
            <button
                type="button"
                class="versions__row"
                data-testid="version"
                data-named=is_named.to_string()
                aria-pressed=Signal::derive(move || shown.get().to_string())
                on:click=look
            >
                {picture}
                <span class="versions__text">
                    <span class="versions__name">{name}</span>
                    <span class="versions__meta"><span>{when}</span>{by}</span>
                    <span class="versions__changes" data-testid="row-changes">{changes}</span>
                </span>
            </button>
        </li>
    }
    .into_any()
}

#[component]
fn Thumbnail(version: VersionView) -> impl IntoView {
    let versions: Versions = expect_context();
    let preferences = Preferences::of_page();
    let mounted = Mounted::here();
    let source = RwSignal::new(None::<String>);
    effect(move || {
        let is_dark = preferences.theme() == Theme::Dark;
        // Without a picture the tile stays.
        mounted.ask(versions.picture(version.id.clone(), is_dark), move |svg| source.set(svg.as_deref().map(data_url)));
    });
    let image = move || match source.get() {
        Some(source) => view! { <img src=source alt="" decoding="async" /> }.into_any(),
        None => ().into_any(),
    };
    view! { <span class="versions__picture" aria-hidden="true">{dynamic(image)}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_edited_is_said_once_each() {
        let words = Words(RwSignal::new(crate::words::Language::English));
        let person = |name: &str| VersionPerson { name: name.to_owned(), ..VersionPerson::default() };
        let say =
            |names: &[&str]| people_in_words(words, &names.iter().map(|name| person(name)).collect::<Vec<_>>(), 2);
        assert_eq!(say(&[]), "");
        assert_eq!(say(&["Ada", "Ben", "Ada"]), "Ada, Ben");
        assert_eq!(say(&["Ada", "", "Ben", "Cleo", "Dan"]), "Ada, Ben, 2 more, somebody without a name");
        assert_eq!(say(&["", ""]), "people without a name");
    }

    #[test]
    fn sizes_are_told_in_units_that_fit() {
        for (bytes, expected) in [(0, "0 B"), (1023, "1023 B"), (2048, "2 KiB"), (1_572_864, "1.5 MiB")] {
            assert_eq!(size_in_words(bytes), expected);
        }
    }
}
