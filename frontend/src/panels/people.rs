//! Who is on the board, and the reader's own name.

use leptos::prelude::*;

use super::company::{FollowButton, LeadButton};
use crate::person_name::{MAX_NAME_CHARS, cleaned, initials};
use crate::preferences::Preferences;
use crate::store::{BoardStore, Person};
use crate::ui::dynamic::{dynamic, list};
use crate::ui::popover::Popover;
use crate::words::{Words, key};

/// Avatars that are shown at once; the others are counted.
const MAX_AVATARS: usize = 4;

/// The avatars; pressing them opens the list.
#[component]
pub fn PeoplePanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let open = RwSignal::new(false);
    let count =
        Signal::derive(move || words.count(key::PEOPLE_COUNT_ONE, key::PEOPLE_COUNT_MANY, store.people.read().len()));
    let avatars = move || {
        let people = store.people.get();
        let more = people.len().saturating_sub(MAX_AVATARS);
        let more = (more > 0).then(|| {
            view! { <span class="avatar avatar--more" aria-hidden="true">{format!("+{more}")}</span> }.into_any()
        });
        let avatars =
            people.into_iter().enumerate().map(|(at, person)| view! { <Avatar person=person at=at /> }.into_any());
        list(avatars.chain(more))
    };
    view! {
        <Popover
            open=open
            label=words.of(key::PEOPLE_TITLE)
            panel_class="panel people-list popover__panel popover__panel--end"
            button_label=count
            button_class="people"
            button_id="people"
            face=dynamic(avatars)
        >
            <OwnName />
            <LeadButton />
            <ul class="people-list__others">{dynamic(move || others(store))}</ul>
        </Popover>
    }
    .into_any()
}

fn others(store: BoardStore) -> AnyView {
    list(store.people.get().into_iter().filter(|person| !person.is_self).map(|person| {
        view! {
            <li class="people-list__row">
                <span class="avatar" aria-hidden="true" style:--avatar=person.color.clone()>{initials(&person.name)}</span>
                <FollowButton person=person.clone() />
            </li>
        }
        .into_any()
    }))
}

#[component]
fn Avatar(person: Person, at: usize) -> impl IntoView {
    view! {
        <span
            class="avatar"
            aria-hidden="true"
            data-person=person.name.clone()
            data-self=person.is_self.to_string()
            data-beyond=(at >= MAX_AVATARS).to_string()
            style:--avatar=person.color.clone()
        >
            {initials(&person.name)}
        </span>
    }
    .into_any()
}

/// The field for the reader's own name; kept and told to others when it is left.
#[component]
fn OwnName() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let preferences = Preferences::of_page();
    let own = Signal::derive(move || {
        let people = store.people.read();
        people.iter().find(|person| person.is_self).map(|person| person.color.clone()).unwrap_or_default()
    });
    let rename = move |event: leptos::ev::Event| match cleaned(&event_target_value(&event)) {
        Some(name) => preferences.name.set(name),
        // Nobody is nameless: the field shows the last name again.
        None => preferences.name.notify(),
    };
    view! {
        <label class="people-list__row people-list__own">
            <span class="avatar" aria-hidden="true" style:--avatar=own>{Signal::derive(move || initials(&preferences.name.get()))}</span>
            <span class="field">
                <span class="field__label">{words.of(key::PEOPLE_YOUR_NAME)}</span>
                <input
                    class="input"
                    type="text"
                    data-testid="own-name"
                    maxlength=MAX_NAME_CHARS.to_string()
                    autocomplete="off"
                    prop:value=preferences.name
                    on:change=rename
                />
            </span>
        </label>
        <p class="people-list__note">{words.of(key::PEOPLE_NAME_NOTE)}</p>
    }
    .into_any()
}
