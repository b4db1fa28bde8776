//! A version in the board's place: seen on a canvas, with what changed marked on it and said in words, and what can be done
//! with it. It must not know how versions are fetched or gone back to.

use std::rc::Rc;
use std::sync::Arc;

use board::{Aspects, Became};
use kurbo::Vec2;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use protocol::{Role, VersionChanges, VersionPerson};
use scene::ScreenPoint;

use super::signed_in;
use super::versions::{NameForm, changes_in_words, name_of, people_in_words, replay_button, when_of};
use crate::board::past::MARKS_MAX;
use crate::board::past_view::{PastView, Shown};
use crate::board::{Drawn, scene_theme};
use crate::preferences::Preferences;
use crate::store::BoardStore;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::ui::tooltip::Side;
use crate::versions::{Preview, Versions};
use crate::words::{Word, Words, key};

/// People who are named with what they are signed in as.
const MAX_NAMED: usize = 12;
/// How much one notch of the wheel, in CSS pixels, magnifies.
const ZOOM_PER_PX: f64 = 0.002;

/// The version, and what can be done with it.
#[component]
pub fn PreviewLayer() -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let label = Signal::derive(move || {
        let name = versions.preview.read().as_ref().map(|shown| name_of(words, &shown.version)).unwrap_or_default();
        words.fill(key::VERSIONS_PREVIEW, &[("name", &name)])
    });
    let told = move || versions.preview.get().map_or_else(|| ().into_any(), |shown| words_of(words, &shown));
    let nameless =
        Signal::derive(move || versions.preview.read().as_ref().is_some_and(|shown| shown.version.name.is_none()));
    let has_marks =
        Signal::derive(move || versions.preview.read().as_ref().is_some_and(|shown| !shown.marks.is_empty()));
    view! {
        <section class="preview" aria-label=label data-testid="preview">
            <PastCanvas />
            <div class="panel preview__bar">
                <div class="preview__words">{dynamic(told)}</div>
                {when(has_marks, || view! { <ChangesBar /> }.into_any())}
                {when(nameless, || view! { <NameIt /> }.into_any())}
                <div class="preview__replay">{replay_button(versions, "replay-preview", Side::Top)} <Scrubber /></div>
                <Actions />
            </div>
        </section>
    }
    .into_any()
}

/// The view of the version, once it is there.
type View = RwSignal<Option<Rc<PastView>>, LocalStorage>;

/// The canvas: dragged, and magnified by the wheel; a mark that is pressed is taken in hand.
#[component]
fn PastCanvas() -> impl IntoView {
    let versions: Versions = expect_context();
    let (host, free) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let view: View = RwSignal::new_local(None);
    follow(versions, host, free, view);
    let shown = move || view.try_get_untracked().flatten();
    let resized = window_event_listener(ev::resize, move |_| {
        if let Some(view) = shown() {
            view.refresh();
        }
    });
    on_cleanup(move || resized.remove());
    let mark_at = move |x: i32, y: i32| shown()?.mark_at(ScreenPoint::new(x.into(), y.into()));
    let was_dragged = StoredValue::new(false);
    let press = move |event: ev::PointerEvent| {
        was_dragged.set_value(false);
        if let Some(host) = host.get_untracked() {
            let _ = host.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: ev::PointerEvent| {
        if event.buttons() & 1 == 1 {
            was_dragged.set_value(true);
            if let Some(view) = shown() {
                view.pan(Vec2::new(event.movement_x().into(), event.movement_y().into()));
            }
            return;
        }
        let hit = mark_at(event.offset_x(), event.offset_y());
        if let Some(host) = host.get_untracked() {
            let preview = versions.preview.get_untracked();
            let says = hit.and_then(|hit| mark_in_words(versions.words, preview.as_ref()?, hit));
            host.set_title(&says.unwrap_or_default());
        }
    };
    let click = move |event: ev::MouseEvent| {
        let hit = mark_at(event.offset_x(), event.offset_y());
        if hit.is_some() && !was_dragged.get_value() {
            versions.in_hand.set(hit);
        }
    };
    let wheel = move |event: ev::WheelEvent| {
        event.prevent_default();
        let at = ScreenPoint::new(event.offset_x().into(), event.offset_y().into());
        if let Some(view) = shown() {
            view.zoom(at, (-event.delta_y() * ZOOM_PER_PX).exp());
        }
    };
    view! {
        <div
            class="preview__canvas"
            node_ref=host
            on:pointerdown=press
            on:pointermove=drag
            on:click=click
            on:wheel=wheel
        >
            <div class="preview__free" node_ref=free></div>
        </div>
    }
    .into_any()
}

/// Shows what is looked at, and goes where the change in hand is.
fn follow(versions: Versions, host: NodeRef<html::Div>, free: NodeRef<html::Div>, view: View) {
    let (preferences, Drawn(drawn)) = (Preferences::of_page(), expect_context());
    effect(move || {
        let (Some(host), Some(free)) = (host.get(), free.get()) else { return };
        // Images that the board shows are here already.
        let pictures = drawn.read_untracked().upgrade().map(|shell| shell.pictures()).unwrap_or_default();
        view.set(PastView::new((*host).clone(), (*free).clone(), pictures).ok());
    });
    // What the view went to last: it stays where a hand moved it until there is something else to see.
    let went_to = StoredValue::new(None);
    effect(move || {
        let (Some(view), Some(shown)) = (view.get(), versions.preview.get()) else { return };
        let (in_hand, theme) = (versions.in_hand.get(), scene_theme(preferences.theme()));
        let past = versions.past(&shown.version.id);
        let marks = if versions.marking.get() { Arc::clone(&shown.marks) } else { [].into() };
        view.show(Shown { past, marks, in_hand }, theme);
        let goes_to = Some((shown.version.id, in_hand));
        if went_to.get_value() == goes_to {
            return;
        }
        went_to.set_value(goes_to);
        match in_hand.and_then(|at| shown.marks.get(at)) {
            Some(mark) => view.go_to(mark),
            None => view.overlook(versions.frame()),
        }
    });
}

/// Name, time, people and changes of what is shown.
fn words_of(words: Words, shown: &Preview) -> AnyView {
    let version = &shown.version;
    let [added, changed, removed] =
        [shown.counts.added, shown.counts.changed, shown.counts.removed].map(|count| count as u64);
    let changes = changes_in_words(words, VersionChanges { added, changed, removed });
    let since = if shown.is_first { key::VERSIONS_FIRST } else { key::VERSIONS_SINCE };
    let who = match (version.people.is_empty(), &version.author) {
        (false, _) => {
            let names = people_in_words(words, &version.people, MAX_NAMED);
            words.fill(key::VERSIONS_EDITED_BY, &[("people", &names)])
        }
        (true, Some(author)) => words.fill(key::VERSIONS_BY, &[("name", author)]),
        (true, None) => words.get(key::VERSIONS_UNKNOWN_PEOPLE).to_owned(),
    };
    let named = |person: &VersionPerson| {
        let account = person.account.clone()?;
        let says = words.fill(key::PRESENT_SIGNED_IN_AS, &[("name", &account)]);
        Some(signed_in::mark(Signal::derive(move || says.clone())))
    };
    let marks = list(version.people.iter().filter_map(named).take(MAX_NAMED));
    view! {
        <strong>{name_of(words, version)}</strong>
        <span>{when_of(words, version)}</span>
        <span data-testid="edited-by">{who}{marks}</span>
        <span data-testid="changes">{words.get(since)}": "{changes}</span>
    }
    .into_any()
}

/// What the marks stand for, and the way from one to the next.
#[component]
fn ChangesBar() -> impl IntoView {
    let versions: Versions = expect_context();
    let words = versions.words;
    let in_hand = Signal::derive(move || {
        let (shown, in_hand) = (versions.preview.read(), versions.in_hand.get());
        let Some(shown) = shown.as_ref() else { return String::new() };
        let count = shown.marks.len();
        match in_hand.and_then(|at| Some((at, mark_in_words(words, shown, at)?))) {
            Some((at, what)) => {
                let (at, count) = ((at + 1).to_string(), count.to_string());
                words.fill(key::VERSIONS_CHANGE_OF, &[("at", &at), ("count", &count), ("what", &what)])
            }
            None if shown.counts.all() > count => {
                words.fill(key::VERSIONS_MARKS_LIMIT, &[("count", &MARKS_MAX.to_string())])
            }
            None => String::new(),
        }
    });
    let step = |label: Word, icon, test_id: &'static str, forwards: bool| {
        view! {
            <IconButton
                attr:data-testid=test_id
                label=words.of(label)
                icon=icon
                side=Side::Top
                on_press=Callback::new(move |()| {
                    versions.marking.set(true);
                    versions.step_change(forwards);
                })
            />
        }
        .into_any()
    };
    view! {
        <div class="preview__changes">
            <label class="preview__toggle">
                <input
                    type="checkbox"
                    data-testid="show-marks"
                    prop:checked=versions.marking
                    on:change=move |event| versions.marking.set(event_target_checked(&event))
                />
                <span>{words.of(key::VERSIONS_MARKS)}</span>
            </label>
            <ul class="preview__legend" data-testid="legend">{dynamic(move || legend(versions))}</ul>
            <span class="preview__in-hand" role="status" data-testid="change-in-hand">{in_hand}</span>
            {step(key::VERSIONS_PREVIOUS_CHANGE, icondata::LuChevronLeft, "previous-change", false)}
            {step(key::VERSIONS_NEXT_CHANGE, icondata::LuChevronRight, "next-change", true)}
            <IconButton
                attr:data-testid="whole-board"
                label=words.of(key::VERSIONS_WHOLE)
                icon=icondata::LuMaximize
                side=Side::Top
                on_press=Callback::new(move |()| versions.in_hand.set(None))
            />
        </div>
    }
    .into_any()
}

/// How many shapes became what, each beside the line of its marks.
fn legend(versions: Versions) -> AnyView {
    let counts = versions.preview.read().as_ref().map(|shown| shown.counts).unwrap_or_default();
    let kinds = [
        ("added", key::VERSIONS_ADDED, counts.added),
        ("changed", key::VERSIONS_CHANGED, counts.changed),
        ("removed", key::VERSIONS_REMOVED, counts.removed),
    ];
    list(kinds.into_iter().filter(|(.., count)| *count > 0).map(|(kind, word, count)| {
        let says = versions.words.fill(word, &[("count", &count.to_string())]);
        view! { <li class="preview__kind" data-kind=kind>{says}</li> }.into_any()
    }))
}

/// What became of a marked shape, and by whom as far as is known.
fn mark_in_words(words: Words, shown: &Preview, at: usize) -> Option<String> {
    let mark = shown.marks.get(at)?;
    let kind = Word::find("tool", &mark.kind).unwrap_or(key::VERSIONS_SOME_SHAPE);
    let (kind, what) = (words.get(kind), became_in_words(words, mark.became));
    let wrote = |person: &&VersionPerson| person.clients.iter().any(|client| mark.clients.contains(client));
    let writers: Vec<VersionPerson> = shown.version.people.iter().filter(wrote).cloned().collect();
    let by = people_in_words(words, &writers, MAX_NAMED);
    Some(match by.is_empty() {
        true => words.fill(key::VERSIONS_CHANGE, &[("kind", kind), ("what", &what)]),
        false => words.fill(key::VERSIONS_CHANGE_BY, &[("kind", kind), ("what", &what), ("people", &by)]),
    })
}

fn became_in_words(words: Words, became: Became) -> String {
    let Aspects { moved, reshaped, restyled, retexted, restacked, other } = match became {
        Became::Added => return words.get(key::VERSIONS_WAS_ADDED).to_owned(),
        Became::Removed => return words.get(key::VERSIONS_WAS_REMOVED).to_owned(),
        Became::Changed(aspects) => aspects,
    };
    let aspects = [
        (moved, key::VERSIONS_WAS_MOVED),
        (reshaped, key::VERSIONS_WAS_RESHAPED),
        (restyled, key::VERSIONS_WAS_RESTYLED),
        (retexted, key::VERSIONS_WAS_RETEXTED),
        (restacked, key::VERSIONS_WAS_RESTACKED),
        (other, key::VERSIONS_WAS_OTHERWISE),
    ];
    let said: Vec<&str> = aspects.into_iter().filter(|(is, _)| *is).map(|(_, word)| words.get(word)).collect();
    said.join(", ")
}

/// What can be made of the version that is shown.
#[component]
fn Actions() -> impl IntoView {
    let versions: Versions = expect_context();
    let (store, words) = (BoardStore::of_page(), versions.words);
    let writes = Signal::derive(move || store.may_write());
    let is_owner = Signal::derive(move || store.role.get() == Role::Owner);
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
