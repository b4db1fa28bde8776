//! The version history: a timeline beside the board, and a version in the board's place. It must not know how versions
//! are fetched or gone back to.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_VERSION_NAME_CHARS;
use protocol::{Role, VersionView};

use crate::clock::{now_ms, relative};
use crate::pages::home::data_url;
use crate::preferences::{Preferences, Theme};
use crate::store::BoardStore;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{Mounted, dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::tooltip::Side;
use crate::versions::{Preview, Versions};
use crate::words::{Words, key};

/// How long a replay stays at a version.
const REPLAY_STEP: Duration = Duration::from_millis(700);
/// Versions that are listed.
const MAX_LISTED: usize = 60;

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
                {when(many, move || replay_button(versions))}
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

fn replay_button(versions: Versions) -> AnyView {
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
            attr:data-testid="replay"
            label=label
            icon=Signal::derive(move || if playing.get() { icondata::LuPause } else { icondata::LuPlay })
            side=Side::BottomEnd
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
fn NameForm(
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

fn when_of(words: Words, version: &VersionView) -> Signal<String> {
    // Milliseconds since 1970 are exact in a double.
    let at_ms = version.created_at_ms as f64;
    Signal::derive(move || relative(at_ms, now_ms(), words.0.get()))
}

fn name_of(words: Words, version: &VersionView) -> String {
    version.name.clone().unwrap_or_else(|| words.get(key::VERSIONS_BY_ITSELF).to_owned())
}

#[component]
fn Row(version: VersionView) -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let (id, name, is_named) = (version.id.clone(), name_of(words, &version), version.name.is_some());
    let shown = Signal::derive(move || versions.preview.read().as_ref().is_some_and(|shown| shown.version.id == id));
    let when = when_of(words, &version);
    let author = version.author.clone().map(|author| {
        view! { <span>{words.fill(key::VERSIONS_BY, &[("name", &author)])}</span> }
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
                    <span class="versions__meta"><span>{when}</span>{author}</span>
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

/// A version in the board's place, and what can be done with it.
#[component]
fn PreviewLayer() -> impl IntoView {
    let versions: Versions = expect_context();
    let (store, words) = (BoardStore::of_page(), versions.words);
    let label = Signal::derive(move || {
        let name = versions.preview.read().as_ref().map(|shown| name_of(words, &shown.version)).unwrap_or_default();
        words.fill(key::VERSIONS_PREVIEW, &[("name", &name)])
    });
    let source = Signal::derive(move || versions.preview.read().as_ref().map(|shown| data_url(&shown.svg)));
    let told = move || versions.preview.get().map_or_else(|| ().into_any(), |shown| words_of(words, &shown));
    let writes = Signal::derive(move || store.may_write());
    let is_owner = Signal::derive(move || store.role.get() == Role::Owner);
    let nameless =
        Signal::derive(move || versions.preview.read().as_ref().is_some_and(|shown| shown.version.name.is_none()));
    let forget = move || {
        view! {
            <IconButton
                attr:data-testid="forget-version"
                label=words.of(key::VERSIONS_FORGET)
                icon=icondata::LuTrash2
                side=Side::Top
                on_press=Callback::new(move |()| {
                    if let Some(id) = shown_id(versions) {
                        versions.end_preview();
                        versions.forget(id);
                    }
                })
            />
        }
        .into_any()
    };
    view! {
        <section class="preview" aria-label=label data-testid="preview">
            <img class="preview__image" src=source alt="" />
            <div class="panel preview__bar">
                <div class="preview__words">{dynamic(told)}</div>
                {when(nameless, || view! { <NameIt /> }.into_any())}
                <Scrubber />
                <div class="preview__actions">
                    {when(is_owner, forget)}
                    <Button
                        attr:data-testid="end-preview"
                        label=words.of(key::VERSIONS_CLOSE_PREVIEW)
                        weight=Weight::Secondary
                        on_press=Callback::new(move |()| versions.end_preview())
                    />
                    {when(writes, || view! { <PreviewActions /> }.into_any())}
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// What somebody who may edit can make of the version that is shown.
#[component]
fn PreviewActions() -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    view! {
        <Button
            attr:data-testid="copy-version"
            label=words.of(key::VERSIONS_COPY)
            weight=Weight::Secondary
            icon=icondata::LuCopy
            on_press=Callback::new(move |()| {
                if let Some(id) = shown_id(versions) { versions.copy(id) }
            })
        />
        <Button
            attr:data-testid="restore-version"
            label=words.of(key::VERSIONS_RESTORE)
            weight=Weight::Primary
            icon=icondata::LuHistory
            on_press=Callback::new(move |()| versions.restore())
        />
    }
    .into_any()
}

/// Gives a version that was kept by itself a name, so that it stays.
#[component]
fn NameIt() -> impl IntoView {
    let versions: Versions = expect_context();
    let name = move |name| {
        if let Some(id) = shown_id(versions) {
            versions.name(id, name);
        }
    };
    view! {
        <NameForm
            class="preview__name"
            label=versions.words.of(key::VERSIONS_RENAME_LABEL)
            button=versions.words.of(key::VERSIONS_SAVE_NAME)
            weight=Weight::Secondary
            on_name=Callback::new(name)
        />
    }
    .into_any()
}

fn shown_id(versions: Versions) -> Option<protocol::VersionId> {
    versions.preview.read_untracked().as_ref().map(|shown| shown.version.id.clone())
}

/// Name, time and changes of what is shown.
fn words_of(words: Words, shown: &Preview) -> AnyView {
    let crate::board::past::Changes { added, changed, removed } = shown.changes;
    let [added, changed, removed] = [added, changed, removed].map(|count| count.to_string());
    let changes = if shown.is_first {
        words.fill(key::VERSIONS_FIRST, &[("added", &added)])
    } else {
        words.fill(key::VERSIONS_CHANGES, &[("added", &added), ("changed", &changed), ("removed", &removed)])
    };
    view! {
        <strong>{name_of(words, &shown.version)}</strong>
        <span>{when_of(words, &shown.version)}</span>
        <span data-testid="changes">{changes}</span>
    }
    .into_any()
}

/// Goes to and fro between versions.
#[component]
fn Scrubber() -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let last = Signal::derive(move || versions.replayed().len().saturating_sub(1));
    let at = Signal::derive(move || {
        let shown = versions.preview.read();
        let id = shown.as_ref().map(|shown| &shown.version.id);
        versions.replayed().iter().position(|version| Some(&version.id) == id).unwrap_or_default().to_string()
    });
    let scrub = move |event| {
        let at: usize = event_target_value(&event).parse().unwrap_or_default();
        versions.playing.set(false);
        if let Some(version) = versions.replayed().into_iter().nth(at) {
            versions.show(version);
        }
    };
    view! {
        <input
            class="preview__scrubber"
            type="range"
            min="0"
            data-testid="scrubber"
            aria-label=words.of(key::VERSIONS_MOMENT)
            max=Signal::derive(move || last.get().to_string())
            prop:value=at
            on:input=scrub
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_units_that_fit() {
        for (bytes, expected) in [(0, "0 B"), (1023, "1023 B"), (2048, "2 KiB"), (1_572_864, "1.5 MiB")] {
            assert_eq!(size_in_words(bytes), expected);
        }
    }
}
