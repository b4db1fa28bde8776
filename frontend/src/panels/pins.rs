//! Threads on the board: a pin for each, in a layer over the canvas that moves with the camera by CSS alone, and beside the
//! open one its comments. It must not know where the camera is, nor how a thread is kept.

use leptos::ev::KeyboardEvent;
use leptos::html::Ul;
use leptos::prelude::*;
use protocol::meeting::{Comment, Thread};

use super::company::Floats;
use super::composer::Composer;
use super::drag::{Drag, arrow};
use super::facilitate::Marks;
use super::private_notes::PrivateCards;
use super::signed_in::plain_mark;
use crate::calls::pieces;
use crate::clock::{now_ms, relative};
use crate::meeting::speaking::{NEW, edited};
use crate::meeting::{Meeting, Open};
use crate::person_name::initials;
use crate::ui::button::IconButton;
use crate::ui::dynamic::{dynamic, effect, keyed, list, when};
use crate::ui::icon::Icon;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// The layer's id: the canvas shell lays it over the board.
pub const PINS: &str = "board-pins";

/// So far above its end a thread's list still shows its newest comment.
const NEAR_END_PX: i32 = 48;

/// The layer.
#[component]
pub fn PinLayer() -> impl IntoView {
    let meeting = Meeting::of_page();
    let shown = Memo::new(move |_| {
        let (threads, open) = (meeting.threads.read(), meeting.open.get());
        let is_open = |thread: &Thread| open == Some(Open::Thread(thread.id.clone()));
        threads.iter().filter(|thread| !thread.resolved || is_open(thread)).cloned().collect::<Vec<_>>()
    });
    let pin = |thread| view! { <Pin thread=thread /> }.into_any();
    let card = move || match meeting.open.get() {
        Some(Open::Thread(id)) => view! { <ThreadCard id=id /> }.into_any(),
        Some(Open::New(_)) => view! { <NewCard /> }.into_any(),
        None => ().into_any(),
    };
    // Presses on the board come here after the canvas has had them.
    let pressed = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok());
        let is_board = target.is_some_and(|target| matches!(target.closest("#board-host"), Ok(Some(_))));
        if is_board {
            meeting.board_pressed();
        }
    });
    on_cleanup(move || pressed.remove());
    let open = Memo::new(move |_| meeting.open.get());
    view! {
        <div class="pins" id=PINS>
            {keyed(shown.into(), |thread| thread.id.to_string(), pin)}
            <PrivateCards />
            <Floats />
            <Marks />
            {dynamic(move || {
                open.track();
                card()
            })}
        </div>
    }
    .into_any()
}

/// Sets where something stands on the board, for the layer's CSS.
fn at(meeting: Meeting, id: String) -> Signal<String> {
    Signal::derive(move || {
        let places = meeting.places.read();
        let [x, y] = places.get(&id).copied().unwrap_or_default();
        format!("--x: {x:.2}; --y: {y:.2}")
    })
}

#[component]
fn Pin(thread: Signal<Thread>) -> impl IntoView {
    let meeting = Meeting::of_page();
    let id = thread.with_untracked(|thread| thread.id.clone());
    let name = Signal::derive(move || {
        thread.with(|thread| thread.comments.first().map(|first| first.name.clone()).unwrap_or_default())
    });
    let label = said_of(thread);
    let count = Memo::new(move |_| thread.with(|thread| thread.comments.len()));
    let counted = move || view! { <span class="pin__count" aria-hidden="true">{count}</span> }.into_any();
    let may_move = Memo::new(move |_| thread.with(|thread| meeting.may_move(thread)));
    let drag = Drag::new();
    let place = dragged(meeting, id.to_string(), drag);
    let release = {
        let id = id.clone();
        move || drop_pin(meeting, &id, drag)
    };
    let (let_go, key_up) = (release.clone(), release);
    let is_unread = Signal::derive(move || thread.with(|thread| meeting.is_unread(thread)).to_string());
    let is_open = {
        let id = id.clone();
        Signal::derive(move || (meeting.open.get() == Some(Open::Thread(id.clone()))).to_string())
    };
    let name_of_thread = id.to_string();
    let toggle = move |_| {
        if Drag::is_end_of_drag() {
            return;
        }
        let open = Some(Open::Thread(id.clone()));
        meeting.open.set(if meeting.open.get_untracked() == open { None } else { open });
    };
    view! {
        <button
            type="button"
            class="pin"
            style=place
            aria-label=label
            aria-haspopup="dialog"
            aria-expanded=is_open
            data-testid="pin"
            data-thread=name_of_thread
            data-unread=is_unread
            data-resolved=Signal::derive(move || thread.with(|thread| thread.resolved).to_string())
            data-movable=Signal::derive(move || may_move.get().to_string())
            on:click=toggle
            on:pointerdown=move |event| drag.press(&event, may_move.get_untracked())
            on:pointermove=move |event| drag.go(&event)
            on:pointerup=move |_| let_go()
            on:pointercancel=move |_| drag.cancel()
            on:keydown=move |event| {
                if may_move.get_untracked() {
                    drag.nudge(&event);
                }
            }
            on:keyup=move |event| {
                if arrow(&event.key()).is_some() {
                    key_up();
                }
            }
        >
            <span aria-hidden="true">{Signal::derive(move || initials(&name.get()))}</span>
            {when(Signal::derive(move || count.get() > 1), counted)}
        </button>
    }
    .into_any()
}

/// What a thread's pin says to who does not see it: who began it, and how.
fn said_of(thread: Signal<Thread>) -> Signal<String> {
    let words = Words::of_page();
    Signal::derive(move || {
        let thread = thread.get();
        let said = thread.comments.first().map(|first| (first.name.as_str(), first.text.as_str()));
        let (name, text) = said.unwrap_or_default();
        words.fill(key::COMMENTS_PIN, &[("name", name), ("text", text)])
    })
}

/// The same of what is being dragged.
fn dragged(meeting: Meeting, id: String, drag: Drag) -> Signal<String> {
    Signal::derive(move || {
        let [x, y] = meeting.places.read().get(&id).copied().unwrap_or_default();
        let [across, down] = drag.by.get().unwrap_or_default();
        format!("--x: {:.2}; --y: {:.2}", x + across, y + down)
    })
}

/// The drag of a pin has ended: it stays there.
fn drop_pin(meeting: Meeting, thread: &protocol::ThreadId, drag: Drag) {
    let Some([across, down]) = drag.release() else { return };
    let place = meeting.places.read_untracked().get(thread.as_str()).copied();
    if let Some([x, y]) = place {
        meeting.drop_at(thread.clone(), [x + across, y + down]);
    }
}

/// Escape closes the card, and the board has its keys again.
fn close_on_escape(meeting: Meeting) -> impl Fn(KeyboardEvent) + Clone {
    move |event| {
        if event.key() == "Escape" {
            event.stop_propagation();
            if matches!(meeting.open.get_untracked(), Some(Open::New(_))) {
                meeting.drafts.forget(NEW);
            }
            meeting.open.set(None);
            focus_board();
        }
    }
}

/// Gives the board its keys.
pub fn focus_board() {
    let host = document().get_element_by_id("board-host");
    if let Some(host) = host.and_then(|host| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(host).ok()) {
        let _ = host.focus();
    }
}

#[component]
fn NewCard() -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let begin = move |text: String| {
        if let Some(Open::New(place)) = meeting.open.get_untracked() {
            meeting.begin(place, text);
        }
    };
    let place = at(meeting, String::new());
    view! {
        <span class="pin pin--new" style=place aria-hidden="true"><Icon shape=icondata::LuPlus /></span>
        <div
            class="thread panel"
            role="dialog"
            aria-label=words.of(key::COMMENTS_NEW)
            style=place
            on:keydown=close_on_escape(meeting)
        >
            <Composer
                label=words.of(key::COMMENTS_NEW)
                send=words.of(key::COMMENTS_SEND)
                place=NEW.to_owned()
                on_send=Callback::new(begin)
            />
            <ReadOnlyNote />
        </div>
    }
    .into_any()
}

#[component]
fn ThreadCard(id: protocol::ThreadId) -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let wanted = id.clone();
    let thread = Memo::new(move |_| meeting.threads.read().iter().find(|thread| thread.id == wanted).cloned());
    effect(move || {
        if let Some(thread) = thread.get() {
            meeting.mark_seen(&thread);
        }
    });
    let is_resolved = Signal::derive(move || thread.read().as_ref().is_some_and(|thread| thread.resolved));
    let editing = RwSignal::new(None::<u32>);
    let shown = Signal::derive(move || {
        let comments = thread.get().map(|thread| thread.comments).unwrap_or_default();
        let editing = editing.get();
        comments.into_iter().map(|comment| (editing == Some(comment.id), comment)).collect::<Vec<_>>()
    });
    let row = {
        let id = id.clone();
        move |row: Signal<(bool, Comment)>| match row.get_untracked() {
            (true, comment) => view! { <Editing thread=id.clone() comment=comment editing=editing /> }.into_any(),
            (false, comment) => view! { <CommentRow thread=id.clone() comment=comment editing=editing /> }.into_any(),
        }
    };
    let comments = NodeRef::<Ul>::new();
    let newest = Signal::derive(move || {
        let thread = thread.read();
        thread.as_ref().and_then(|thread| thread.comments.last()).map(|last| (last.id, meeting.is_own(last)))
    });
    follow_newest(comments, newest);
    let place = at(meeting, id.to_string());
    let has_voice = Signal::derive(move || meeting.has_voice());
    let reply = {
        let id = id.clone();
        move || {
            let id = id.clone();
            view! {
                <Composer
                    label=words.of(key::COMMENTS_REPLY)
                    send=words.of(key::COMMENTS_SEND)
                    place=id.to_string()
                    on_send=Callback::new(move |text| meeting.reply(id.clone(), text))
                />
            }
            .into_any()
        }
    };
    view! {
        <div
            class="thread panel"
            role="dialog"
            aria-label=words.of(key::COMMENTS_THREAD)
            data-testid="thread"
            style=place
            on:keydown=close_on_escape(meeting)
        >
            <ThreadHead id=id is_resolved=is_resolved />
            <ul class="thread__comments" node_ref=comments>{keyed(shown, row_key, row)}</ul>
            {when(has_voice, reply)}
            <ReadOnlyNote />
        </div>
    }
    .into_any()
}

/// A row is made anew when its comment is changed, or is to be: not while its author writes, whatever others do.
fn row_key((is_edited, comment): &(bool, Comment)) -> String {
    match is_edited {
        true => format!("{}/", comment.id),
        false => format!("{} {:?}", comment.id, comment.edited_at_ms),
    }
}

/// Keeps the newest comment in view, unless somebody else wrote it and the reader looks at older ones. Takes its number and
/// whether it is the reader's own.
fn follow_newest(comments: NodeRef<Ul>, newest: Signal<Option<(u32, bool)>>) {
    let height_px = StoredValue::new(0);
    let newest = Memo::new(move |_| newest.get());
    effect(move || {
        let (Some((_, is_own)), Some(list)) = (newest.get(), comments.get()) else { return };
        request_animation_frame(move || {
            let is_at_end = is_own || list.scroll_top() + list.client_height() + NEAR_END_PX >= height_px.get_value();
            height_px.set_value(list.scroll_height());
            if is_at_end {
                list.set_scroll_top(list.scroll_height());
            }
        });
    });
}

/// Says why nothing can be written.
#[component]
pub fn ReadOnlyNote() -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let note = move || {
        view! { <p class="comments__none" data-testid="comments-offline">{words.of(key::COMMENTS_OFFLINE)}</p> }
            .into_any()
    };
    when(Signal::derive(move || meeting.has_voice() && meeting.is_offline()), note)
}

#[component]
fn ThreadHead(id: protocol::ThreadId, is_resolved: Signal<bool>) -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let (resolved, copied) = (id.clone(), id);
    let resolve = move || {
        let id = resolved.clone();
        let word = if is_resolved.get() { key::COMMENTS_REOPEN } else { key::COMMENTS_RESOLVE };
        view! {
            <IconButton
                attr:data-testid="resolve"
                label=words.of(word)
                icon=if is_resolved.get() { icondata::LuRotateCcw } else { icondata::LuCheck }
                side=Side::BottomEnd
                on_press=Callback::new(move |()| meeting.resolve(id.clone(), !is_resolved.get_untracked()))
            />
        }
        .into_any()
    };
    view! {
        <header class="thread__head">
            <strong>{words.of(key::COMMENTS_THREAD)}</strong>
            {dynamic(move || if meeting.may_comment() { resolve() } else { ().into_any() })}
            <IconButton
                attr:data-testid="copy-thread"
                label=words.of(key::COMMENTS_COPY)
                icon=icondata::LuLink
                side=Side::BottomEnd
                on_press=Callback::new(move |()| meeting.copy_address(&copied))
            />
            <IconButton
                label=words.of(key::ACTION_CLOSE)
                icon=icondata::LuX
                side=Side::BottomEnd
                on_press=Callback::new(move |()| meeting.open.set(None))
            />
        </header>
    }
    .into_any()
}

#[component]
fn CommentRow(thread: protocol::ThreadId, comment: Comment, editing: RwSignal<Option<u32>>) -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let id = comment.id;
    let text = pieces(&comment.text, &comment.mentions).into_iter().map(|(piece, is_call)| match is_call {
        true => view! { <span class="thread__call">{piece.to_owned()}</span> }.into_any(),
        false => piece.to_owned().into_any(),
    });
    // Milliseconds since 1970 are exact in a double.
    let when_ms = comment.created_at_ms as f64;
    let is_edited = comment.edited_at_ms.is_some();
    let when = Signal::derive(move || {
        let when = relative(when_ms, now_ms(), words.0.get());
        if is_edited { words.fill(key::COMMENTS_EDITED, &[("when", &when)]) } else { when }
    });
    let own = {
        let comment = comment.clone();
        move || {
            let edit = meeting.is_own(&comment).then(|| {
                view! {
                    <IconButton
                        attr:data-testid="edit-comment"
                        label=words.of(key::COMMENTS_EDIT)
                        icon=icondata::LuPencil
                        side=Side::BottomEnd
                        on_press=Callback::new(move |()| editing.set(Some(id)))
                    />
                }
            });
            let thread = thread.clone();
            let delete = meeting.may_delete(&comment).then(|| {
                view! {
                    <IconButton
                        attr:data-testid="delete-comment"
                        label=words.of(key::COMMENTS_DELETE)
                        icon=icondata::LuTrash2
                        side=Side::BottomEnd
                        on_press=Callback::new(move |()| meeting.delete(thread.clone(), id))
                    />
                }
            });
            view! { <span class="thread__own">{edit}{delete}</span> }.into_any()
        }
    };
    view! {
        <li class="thread__comment" data-testid="comment">
            <span class="avatar" aria-hidden="true">{initials(&comment.name)}</span>
            <span class="thread__who">
                <strong>{comment.name.clone()}{comment.is_signed_in.then(plain_mark)}</strong>
                <small>{when}</small>
                {dynamic(own)}
            </span>
            <p class="thread__text">{list(text)}</p>
        </li>
    }
    .into_any()
}

#[component]
fn Editing(thread: protocol::ThreadId, comment: Comment, editing: RwSignal<Option<u32>>) -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let id = comment.id;
    let place = edited(&thread, id);
    let save = move |text: String| {
        editing.set(None);
        meeting.edit(thread.clone(), id, text);
    };
    view! {
        <li class="thread__comment">
            <Composer
                label=words.of(key::COMMENTS_EDIT)
                send=words.of(key::COMMENTS_SAVE)
                place=place
                before=comment.text
                on_send=Callback::new(save)
            />
        </li>
    }
    .into_any()
}
