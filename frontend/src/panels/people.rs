//! Who is on the board, and the reader's own name.

use leptos::prelude::*;

use crate::person_name::{MAX_NAME_CHARS, cleaned, initials};
use crate::preferences::Preferences;
use crate::store::{BoardStore, Person};
use crate::ui::popover::Popover;
use crate::words::{Words, key};

/// Avatars that are shown at once; the others are counted.
const MAX_AVATARS: usize = 4;

/// The avatars; pressing them opens the list.
#[component]
pub fn PeoplePanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let open = RwSignal::new(false);
    let count = move || words.count(key::PEOPLE_COUNT_ONE, key::PEOPLE_COUNT_MANY, store.people.read().len());
    let trigger = view! {
        <button
            type="button"
            class="people"
            data-testid="people"
            aria-label=count
            title=count
            aria-haspopup="true"
            aria-expanded=move || open.get().to_string()
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <For each=move || numbered(store.people.get()) key=|(at, person)| (*at, person.clone()) let((at, person))>
                <Avatar person=person at=at />
            </For>
            {move || {
                let more = store.people.read().len().saturating_sub(MAX_AVATARS);
                (more > 0).then(|| view! { <span class="avatar avatar--more" aria-hidden="true">"+" {more}</span> })
            }}
        </button>
    };
    view! {
        <Popover
            open=open
            label=words.of(key::PEOPLE_TITLE)
            class="popover"
            panel_class="panel people-list popover__panel popover__panel--end"
            trigger=trigger.into_any()
        >
            <OwnName />
            <ul class="people-list__others">
                <For each=move || others(store.people.get()) key=|person| (person.id.clone(), person.name.clone()) let(person)>
                    <li class="people-list__row">
                        <span class="avatar" aria-hidden="true" style:--avatar=person.color.clone()>{initials(&person.name)}</span>
                        <span class="people-list__name">{person.name.clone()}</span>
                    </li>
                </For>
            </ul>
        </Popover>
    }
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
}

/// The field for the reader's own name; kept and told to others when it is left.
#[component]
fn OwnName() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let preferences = Preferences::of_page();
    let own = move || store.people.read().iter().find(|person| person.is_self).map(|person| person.color.clone());
    let rename = move |event: leptos::ev::Event| match cleaned(&event_target_value(&event)) {
        Some(name) => preferences.name.set(name),
        // Nobody is nameless: the field shows the last name again.
        None => preferences.name.notify(),
    };
    view! {
        <label class="people-list__row people-list__own">
            <span class="avatar" aria-hidden="true" style:--avatar=own>{move || initials(&preferences.name.get())}</span>
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
}

fn numbered(people: Vec<Person>) -> Vec<(usize, Person)> {
    people.into_iter().enumerate().collect()
}

fn others(people: Vec<Person>) -> Vec<Person> {
    people.into_iter().filter(|person| !person.is_self).collect()
}
