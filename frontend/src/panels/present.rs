//! Who is on the board beside the link they came by, for its owner, and who is locked out. It must not know how that is
//! asked for or enforced.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{LinkDescription, LockedPersonView, PersonView};

use super::confirm::Confirm;
use super::signed_in::mark;
use crate::clock::{now_ms, relative};
use crate::person_name::initials;
use crate::sharing::Managed;
use crate::store::{BoardStore, Person};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{effect, keyed, when};
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// How long after an answer that leaves somebody nameless the list is read again.
const SETTLING: Duration = Duration::from_secs(2);

/// Somebody, as presence and the server know them together.
#[derive(Clone)]
struct Row {
    seen: PersonView,
    name: String,
    colour: String,
    link: String,
}

impl Row {
    /// Their browser and the link they came by. Windows that do not say whose they are, as stock clients, are told apart
    /// by their names in presence.
    fn key(&self) -> String {
        let PersonView { person, link, clients, .. } = &self.seen;
        format!("{} {}", link.as_str(), person.clone().unwrap_or_else(|| clients.join(" ")))
    }
}

/// The section of the dialog.
#[component]
pub fn Present(
    /// Who asks, in the owner's name.
    managed: Managed,
) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), managed.words);
    // Whoever comes or goes is asked about, also where somebody else goes or comes in the same moment.
    let clients = Memo::new(move |_| {
        store.people.read().iter().flat_map(|person| person.clients.clone()).collect::<Vec<String>>()
    });
    effect(move || {
        // A memo that nobody reads does not look.
        clients.with(|_| ());
        managed.read_people();
    });
    // Who has said goodbye is here until their connection ends, which nobody tells: asked again until all have a name.
    let is_due = StoredValue::new(false);
    effect(move || {
        let people = managed.people.read();
        let is_settled =
            untrack(|| people.iter().flat_map(|people| &people.here).all(|seen| known(store, seen).is_some()));
        if is_settled || is_due.get_value() {
            return;
        }
        is_due.set_value(true);
        let ask = move || {
            // The dialog may have been closed meanwhile.
            if is_due.try_update_value(std::mem::take) == Some(true) {
                managed.read_people();
            }
        };
        set_timeout(ask, SETTLING);
    });
    let here = Signal::derive(move || {
        let people = managed.people.get().unwrap_or_default();
        people.here.into_iter().map(|seen| row_of(store, managed, seen)).collect::<Vec<_>>()
    });
    let here = keyed(here, Row::key, move |row| view! { <PersonRow managed=managed row=row /> }.into_any());
    let locked = Signal::derive(move || managed.people.get().unwrap_or_default().locked);
    let locked = keyed(
        locked,
        |who| who.person.clone(),
        move |who| view! { <LockedRow managed=managed who=who.get_untracked() /> }.into_any(),
    );
    let asking = Signal::derive(move || managed.locking.read().is_some());
    view! {
        <section class="links-section" tabindex="-1" aria-label=words.of(key::PRESENT_TITLE) data-testid="present">
            <h3 class="field__label">{words.of(key::PRESENT_TITLE)}</h3>
            <ul class="links">{here}{locked}</ul>
            {when(asking, move || view! { <Sure managed=managed /> }.into_any())}
        </section>
    }
    .into_any()
}

/// Name and colour of somebody, where presence knows one of their windows.
fn known(store: BoardStore, seen: &PersonView) -> Option<(String, String)> {
    let people = store.people.read();
    let is_theirs = |person: &&Person| match seen.is_you {
        true => person.is_self,
        false => person.clients.iter().any(|client| seen.clients.contains(client)),
    };
    people.iter().find(is_theirs).map(|person| (person.name.clone(), person.color.clone()))
}

fn row_of(store: BoardStore, managed: Managed, seen: PersonView) -> Row {
    let words = managed.words;
    let (name, colour) =
        known(store, &seen).unwrap_or_else(|| (words.get(key::PRESENT_STOCK).to_owned(), String::new()));
    let links = managed.links.read();
    let link = links.iter().flatten().find(|link| link.id == seen.link).map(|link| link_name(words, link));
    Row { seen, name, colour, link: link.unwrap_or_default() }
}

fn link_name(words: Words, link: &LinkDescription) -> String {
    if link.label.is_empty() { words.named("role", link.role.as_str()) } else { link.label.clone() }
}

#[component]
fn PersonRow(managed: Managed, row: Signal<Row>) -> impl IntoView {
    let words = managed.words;
    let Row { seen, .. } = row.get_untracked();
    let name = Signal::derive(move || row.with(|row| row.name.clone()));
    let meta = Signal::derive(move || match row.with(|row| row.link.clone()) {
        link if link.is_empty() => String::new(),
        link => words.fill(key::PRESENT_BY, &[("name", &link)]),
    });
    let role = Signal::derive(move || row.with(|row| row.seen.role.as_str()));
    let you = seen.is_you.then(|| view! { <span class="badge">{words.of(key::PRESENT_YOU)}</span> });
    let lock = seen.person.filter(|_| !seen.is_you).map(|person| {
        view! {
            <IconButton
                attr:data-testid="lock-person"
                label=Signal::derive(move || words.fill(key::PRESENT_LOCK, &[("name", &name.get())]))
                icon=icondata::LuUserX
                side=Side::BottomEnd
                on_press=Callback::new(move |()| managed.locking.set(Some((person.clone(), name.get_untracked()))))
            />
        }
    });
    // Said by the server, of a session: nobody can call themselves so.
    let account = Signal::derive(move || row.with(|row| row.seen.account.clone()));
    let says = Signal::derive(move || match account.get().unwrap_or_default() {
        account if account.is_empty() => words.get(key::PRESENT_SIGNED_IN).to_owned(),
        account => words.fill(key::PRESENT_SIGNED_IN_AS, &[("name", &account)]),
    });
    let signed_in = when(Signal::derive(move || account.get().is_some()), move || mark(says));
    view! {
        <li class="links__row" data-testid="present-person">
            <span class="avatar" aria-hidden="true" style:--avatar=move || row.with(|row| row.colour.clone())>
                {move || initials(&name.get())}
            </span>
            <span class="links__text">
                <span class="links__name">{name}{signed_in}</span>
                <span class="links__meta">{meta}</span>
            </span>
            {you}
            <span class="badge" data-role=role>{Signal::derive(move || words.named("role", role.get()))}</span>
            {lock}
        </li>
    }
    .into_any()
}

#[component]
fn LockedRow(managed: Managed, who: LockedPersonView) -> impl IntoView {
    let words = managed.words;
    let LockedPersonView { person, name, locked_at_ms } = who;
    let called = if name.is_empty() { words.get(key::PRESENT_STOCK).to_owned() } else { name };
    // Milliseconds since 1970 are exact in a double.
    let when = relative(locked_at_ms as f64, now_ms(), words.0.get_untracked());
    let shown = called.clone();
    view! {
        <li class="links__row" data-testid="locked-person">
            <span class="avatar avatar--more" aria-hidden="true">{initials(&called)}</span>
            <span class="links__text">
                <span class="links__name">{shown}</span>
                <span class="links__meta">{words.fill(key::PRESENT_LOCKED, &[("when", &when)])}</span>
            </span>
            <Button
                label=words.of(key::PRESENT_UNLOCK)
                weight=Weight::Secondary
                on_press=Callback::new(move |()| managed.unlock_person(person.clone(), called.clone()))
            />
        </li>
    }
    .into_any()
}

/// Asks before somebody is locked out.
#[component]
fn Sure(managed: Managed) -> impl IntoView {
    let words = managed.words;
    let Some((person, name)) = managed.locking.get_untracked() else { return ().into_any() };
    let title = words.fill(key::PRESENT_LOCK_TITLE, &[("name", &name)]);
    let press = move |()| managed.lock_person(person.clone(), name.clone());
    view! {
        <Confirm
            title=title
            text=words.of(key::PRESENT_LOCK_TEXT)
            confirm=words.of(key::PRESENT_LOCK_CONFIRM)
            confirm_id="confirm-lock"
            on_confirm=Callback::new(press)
            on_close=Callback::new(move |()| managed.locking.set(None))
        />
    }
    .into_any()
}
