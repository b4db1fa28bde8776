//! Private notes over the board: one's own to write on, of the others the places; and what begins and ends a round. It
//! must not know how notes are kept.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_PRIVATE_NOTE_CHARS;

use super::drag::{Drag, arrow};
use super::pins::focus_board;
use crate::facilitation::Facilitating;
use crate::private_notes::PrivateNotes;
use crate::store::BoardStore;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// All notes, in the layer of the pins.
#[component]
pub fn PrivateCards() -> impl IntoView {
    let (notes, words) = (Facilitating::of_page().notes, Words::of_page());
    let places = Memo::new(move |_| {
        notes.own.read().iter().map(|note| (note.id.clone(), note.point)).collect::<Vec<(String, [f64; 2])>>()
    });
    let own = move || list(places.get().into_iter().map(|(id, at)| view! { <OwnCard id=id at=at /> }.into_any()));
    let others = move || {
        let others = notes.others.get().into_values().flatten();
        list(others.map(move |note| {
            view! {
                <div
                    class="private-note private-note--hidden"
                    style=style(note.point)
                    role="img"
                    aria-label=words.of(key::PRIVATE_HIDDEN)
                    data-testid="hidden-note"
                >
                    <Icon shape=icondata::LuEyeOff />
                </div>
            }
            .into_any()
        }))
    };
    view! {
        {dynamic(others)}
        {dynamic(own)}
    }
    .into_any()
}

/// Escape gives the keys back to the board.
fn leave_on_escape(event: KeyboardEvent) {
    if event.key() == "Escape" {
        event.stop_propagation();
        focus_board();
    }
}

fn style([x, y]: [f64; 2]) -> String {
    format!("--x: {x:.2}; --y: {y:.2}")
}

#[component]
fn OwnCard(id: String, at: [f64; 2]) -> impl IntoView {
    let (notes, words) = (Facilitating::of_page().notes, Words::of_page());
    let field = NodeRef::<html::Textarea>::new();
    let is_new = notes.begun.with_value(|begun| begun.as_ref() == Some(&id));
    effect(move || {
        if let Some(field) = field.get().filter(|_| is_new) {
            notes.begun.set_value(None);
            let _ = field.focus();
        }
    });
    let text = {
        let id = id.clone();
        Memo::new(move |_| {
            notes.own.read().iter().find(|note| note.id == id).map(|note| note.text.clone()).unwrap_or_default()
        })
    };
    let edit = {
        let id = id.clone();
        move |event: leptos::ev::Event| notes.edit(&id, event_target_value(&event))
    };
    let enter = {
        let id = id.clone();
        move |_| notes.enter(&id, field)
    };
    let drag = Drag::new();
    let place = Signal::derive(move || {
        let [across, down] = drag.by.get().unwrap_or_default();
        style([at[0] + across, at[1] + down])
    });
    let release = {
        let id = id.clone();
        move || {
            if let Some([across, down]) = drag.release() {
                notes.move_to(&id, [at[0] + across, at[1] + down]);
            }
        }
    };
    view! {
        <div class="private-note" style=place data-testid="private-note">
            {grip(drag, release)}
            <textarea
                class="private-note__text"
                node_ref=field
                aria-label=words.of(key::PRIVATE_NOTE)
                placeholder=words.of(key::PRIVATE_PLACEHOLDER)
                maxlength=MAX_PRIVATE_NOTE_CHARS.to_string()
                prop:value=text
                on:input=edit
                on:keydown=leave_on_escape
                on:focus=enter
                on:blur=move |_| leave(notes, field)
                on:compositionstart=move |_| notes.compose(true)
                on:compositionend=move |_| notes.compose(false)
            ></textarea>
            <IconButton
                attr:data-testid="delete-private-note"
                label=words.of(key::PRIVATE_DELETE)
                icon=icondata::LuTrash2
                side=Side::BottomEnd
                on_press=Callback::new(move |()| notes.delete(&id))
            />
        </div>
    }
    .into_any()
}

/// The focus has left a field. A page that only loses it to another window is written on when it has it again.
fn leave(notes: PrivateNotes, field: NodeRef<html::Textarea>) {
    let (active, field) = (document().active_element(), field.try_get_untracked().flatten());
    if !active.zip(field).is_some_and(|(active, field)| active.is_same_node(Some(&field))) {
        notes.leave();
    }
}

/// What one's own card is dragged by, with a pointer or arrow keys; then it is let go of.
fn grip(drag: Drag, release: impl Fn() + Clone + 'static) -> AnyView {
    let label = Words::of_page().of(key::PRIVATE_MOVE);
    let let_go = release.clone();
    view! {
        <button
            type="button"
            class="private-note__grip"
            aria-label=label
            title=label
            data-testid="move-private-note"
            on:pointerdown=move |event| drag.press(&event, true)
            on:pointermove=move |event| drag.go(&event)
            on:pointerup=move |_| let_go()
            on:pointercancel=move |_| drag.cancel()
            on:keydown=move |event| {
                if !drag.nudge(&event) {
                    leave_on_escape(event);
                }
            }
            on:keyup=move |event| {
                if arrow(&event.key()).is_some() {
                    release();
                }
            }
        >
            <Icon shape=icondata::LuGripHorizontal />
        </button>
    }
    .into_any()
}

/// Begins a round.
#[component]
pub fn PrivateStart(open: RwSignal<bool>) -> impl IntoView {
    let (notes, words) = (Facilitating::of_page().notes, Words::of_page());
    let begin = move |()| {
        open.set(false);
        notes.begin();
    };
    view! {
        <section class="facilitate__part">
            <h3 class="field__label">{words.of(key::PRIVATE_TITLE)}</h3>
            <p class="facilitate__note">{words.of(key::PRIVATE_TEXT)}</p>
            <Button
                attr:data-testid="begin-private"
                label=words.of(key::PRIVATE_BEGIN)
                weight=Weight::Secondary
                icon=icondata::LuEyeOff
                disabled=Signal::derive(move || notes.round.get().is_some())
                on_press=Callback::new(begin)
            />
        </section>
    }
    .into_any()
}

/// The round while there is one, beside timer and voting.
#[component]
pub fn PrivateChip() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let notes: PrivateNotes = Facilitating::of_page().notes;
    let text = Signal::derive(move || words.count(key::PRIVATE_COUNT_ONE, key::PRIVATE_COUNT_MANY, notes.count()));
    let reveal = move || {
        // Revealed already and still here: who revealed them went before they were on the board.
        let word = if notes.is_private() { key::PRIVATE_REVEAL } else { key::PRIVATE_PLACE };
        view! {
            <Button
                attr:data-testid="reveal"
                label=words.of(word)
                weight=Weight::Secondary
                on_press=Callback::new(move |()| notes.reveal())
            />
        }
        .into_any()
    };
    let chip = move || {
        view! {
            <div class="panel meeting-chip" role="status" data-testid="private-round">
                <Icon shape=icondata::LuEyeOff />
                <span>{text}</span>
                {when(Signal::derive(move || store.may_write()), move || dynamic(reveal))}
            </div>
        }
        .into_any()
    };
    when(Signal::derive(move || notes.round.get().is_some()), chip)
}
