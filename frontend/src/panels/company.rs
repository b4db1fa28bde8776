//! Being in one room: following somebody, leading everybody, reactions and a word at one's cursor. It must not know how
//! any of it travels.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use visit::Showing;

use super::signed_in::plain_mark;
use crate::store::{BoardStore, Float, Person, UiRequest};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::popover::Popover;
use crate::ui::toast::Toasts;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// Reactions that float at once; older ones make room.
const MAX_FLOATS: usize = 30;
/// How long one floats, as its animation does.
const FLOAT_MS: u64 = 2_400;
/// How long somebody who is followed may be away, as when they load their page anew.
const COMES_BACK: Duration = Duration::from_secs(6);
/// Longest word at a cursor, in characters.
const MAX_SAID_CHARS: usize = 80;

/// Lets a reaction float up for a while.
pub fn float(store: BoardStore, which: String, at: Option<[f64; 2]>, color: String) {
    let floats = store.floats;
    let number = floats.read_untracked().last().map_or(0, |last| last.number) + 1;
    floats.update(|floats| {
        if floats.len() >= MAX_FLOATS {
            floats.remove(0);
        }
        floats.push(Float { number, which, at, color });
    });
    let end = move || {
        // The board may have been left meanwhile.
        let _ = floats.try_update(|floats| floats.retain(|float| float.number != number));
    };
    set_timeout(end, Duration::from_millis(FLOAT_MS));
}

fn icon(which: &str) -> IconShape {
    match which {
        "thumbs-up" => icondata::LuThumbsUp,
        "heart" => icondata::LuHeart,
        "laugh" => icondata::LuLaugh,
        "party" => icondata::LuPartyPopper,
        "surprise" => icondata::LuZap,
        _ => icondata::LuCircleHelp,
    }
}

/// The reactions that float, in the layer of the pins.
#[component]
pub fn Floats() -> impl IntoView {
    let store = BoardStore::of_page();
    let floats = move || {
        list(store.floats.get().into_iter().map(|float| {
            let place = float.at.map(|[x, y]| format!("--x: {x:.2}; --y: {y:.2};")).unwrap_or_default();
            view! {
                <span
                    class="float"
                    data-testid="float"
                    data-edge=float.at.is_none().to_string()
                    style=format!("{place} color: {}", float.color)
                    aria-hidden="true"
                >
                    <Icon shape=icon(&float.which) />
                </span>
            }
            .into_any()
        }))
    };
    dynamic(floats)
}

/// A person in the list: pressing follows them.
#[component]
pub fn FollowButton(person: Person) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let label = {
        let name = person.name.clone();
        Signal::derive(move || words.fill(key::COMPANY_FOLLOW, &[("name", &name)]))
    };
    let (id, name) = (person.id.clone(), person.name.clone());
    let state = match (person.leads, person.is_away) {
        (true, _) => Some(key::COMPANY_LEADS),
        (_, true) => Some(key::COMPANY_AWAY),
        _ => None,
    };
    // The answer who is signed in may come while the list is open.
    let signed_in = when(Signal::derive(move || store.is_signed_in(&person)), plain_mark);
    view! {
        <span class="people-list__name">{name}{signed_in}</span>
        {state.map(|word| view! { <small class="people-list__state">{words.of(word)}</small> })}
        <IconButton
            attr:data-testid="follow"
            label=label
            icon=icondata::LuEye
            side=Side::BottomEnd
            on_press=Callback::new(move |()| store.request(UiRequest::Follow(Some(id.clone()))))
        />
    }
    .into_any()
}

/// Brings everybody to the reader, until they have led enough.
#[component]
pub fn LeadButton() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let button = move || {
        let leads = store.leading.get();
        let word = if leads { key::COMPANY_LEAD_END } else { key::COMPANY_LEAD };
        let lead = move |()| lead(store, !leads);
        view! {
            <Button
                attr:data-testid="lead"
                label=words.of(word)
                weight=Weight::Secondary
                icon=icondata::LuUsers
                on_press=Callback::new(lead)
            />
        }
        .into_any()
    };
    let has_others = Signal::derive(move || store.people.read().len() > 1 || store.leading.get());
    when(has_others, move || dynamic(button))
}

/// Begins to lead, or ends it.
pub(super) fn lead(store: BoardStore, leads: bool) {
    store.leading.set(leads);
    store.request(UiRequest::Follow(None));
    store.request(UiRequest::ShowSelf(Showing::Lead(leads)));
}

/// Says that the reader leads, and ends it.
#[component]
pub fn LeadChip() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let chip = move || {
        view! {
            <div class="panel meeting-chip" role="status" data-testid="leading">
                <Icon shape=icondata::LuUsers />
                <span>{words.of(key::COMPANY_LEADING)}</span>
                <Button
                    attr:data-testid="lead-end"
                    label=words.of(key::COMPANY_LEAD_END)
                    weight=Weight::Secondary
                    on_press=Callback::new(move |()| lead(store, false))
                />
            </div>
        }
        .into_any()
    };
    when(store.leading.into(), chip)
}

/// A frame in the colour of whom the view follows, and an end to it.
#[component]
pub fn FollowFrame() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    follow_on(store, words, Toasts::of_page());
    let followed = Memo::new(move |_| {
        let id = store.following.get()?;
        store.people.read().iter().find(|person| person.id == id).cloned()
    });
    let frame = move || match followed.get() {
        None => ().into_any(),
        Some(person) => view! {
            <div class="follow" style:--person=person.color data-testid="following">
                <p class="follow__who" role="status">
                    {words.fill(key::COMPANY_FOLLOWING, &[("name", &person.name)])}
                    <button
                        type="button"
                        class="follow__end"
                        data-testid="unfollow"
                        on:click=move |_| store.request(UiRequest::Follow(None))
                    >
                        {words.of(key::COMPANY_UNFOLLOW)}
                    </button>
                </p>
            </div>
        }
        .into_any(),
    };
    dynamic(frame)
}

/// Whoever is followed and loads their page anew is followed on; of whoever stays away the reader is told.
fn follow_on(store: BoardStore, words: Words, toasts: Toasts) {
    let [followed, lost] = [(); 2].map(|()| StoredValue::new(None::<Person>));
    effect(move || {
        let (people, following) = (store.people.get(), store.following.get());
        let there = |id: &str| people.iter().find(|person| person.id == id || person.clients.iter().any(|of| of == id));
        if let Some(id) = following {
            followed.set_value(there(&id).cloned());
            return lost.set_value(None);
        }
        // Whoever is there still is not followed because the reader wanted so.
        let gone = followed.try_update_value(Option::take).flatten().filter(|former| there(&former.id).is_none());
        if let Some(former) = gone {
            let name = former.name.clone();
            lost.set_value(Some(former));
            let tell = move || {
                // Neither the page has gone nor the person come back.
                if lost.try_update_value(Option::take).flatten().is_some() {
                    toasts.push(words.fill(key::COMPANY_LEFT, &[("name", &name)]));
                }
            };
            set_timeout(tell, COMES_BACK);
        }
        let is_back =
            |former: &Person| people.iter().find(|person| !person.person.is_empty() && person.person == former.person);
        if let Some(back) = lost.with_value(|lost| lost.as_ref().and_then(is_back).cloned()) {
            lost.set_value(None);
            store.request(UiRequest::Follow(Some(back.id)));
        }
    });
}

/// Reactions, and a word at one's cursor.
#[component]
pub fn ReactionsPanel(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::of_page();
    view! {
        <Popover
            open=open
            label=words.of(key::COMPANY_REACTIONS)
            panel_class="panel reactions popover__panel popover__panel--end"
            button_id="reactions"
            tip=Side::BottomEnd
            face=view! { <Icon shape=icondata::LuSmilePlus /> }.into_any()
        >
            <div class="reactions__row" role="group" aria-label=words.of(key::COMPANY_REACTIONS)>
                {list(editor::REACTIONS.into_iter().map(|which| view! { <Reaction which=which /> }.into_any()))}
            </div>
            <Saying open=open />
        </Popover>
    }
    .into_any()
}

#[component]
fn Reaction(which: &'static str) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    view! {
        <IconButton
            attr:data-reaction=which
            label=Signal::derive(move || words.named("reaction", which))
            icon=icon(which)
            side=Side::BottomEnd
            on_press=Callback::new(move |()| store.request(UiRequest::ShowSelf(Showing::React(which))))
        />
    }
    .into_any()
}

/// What is typed here others read beside the reader's cursor, as it is typed; it ends with the panel.
#[component]
fn Saying(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let say = move |text: String| store.request(UiRequest::ShowSelf(Showing::Say(text)));
    on_cleanup(move || say(String::new()));
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            open.set(false);
        }
    };
    view! {
        <input
            class="input"
            type="text"
            node_ref=field
            data-testid="say"
            maxlength=MAX_SAID_CHARS.to_string()
            autocomplete="off"
            aria-label=words.of(key::COMPANY_SAY)
            placeholder=words.of(key::COMPANY_SAY)
            on:input=move |event| say(event_target_value(&event))
            on:keydown=on_key
        />
    }
    .into_any()
}
