//! Threads on the board: a pin for each, in a layer over the canvas that moves with the camera by CSS alone, and beside the
//! open one its comments. It must not know where the camera is, nor how a thread is kept.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::limits::MAX_COMMENT_CHARS;
use protocol::meeting::{Comment, Thread};

use super::company::Floats;
use super::facilitate::Marks;
use super::private_notes::PrivateCards;
use crate::clock::{now_ms, relative};
use crate::meeting::{Meeting, Open, pieces};
use crate::person_name::initials;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, effect, list, when};
use crate::ui::icon::Icon;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// The layer's id: the canvas shell lays it over the board.
pub const PINS: &str = "board-pins";

/// The layer.
#[component]
pub fn PinLayer() -> impl IntoView {
    let meeting = Meeting::of_page();
    let pins = move || {
        let threads = meeting.threads.get();
        let open = meeting.open.get();
        let is_open = |thread: &Thread| open == Some(Open::Thread(thread.id.clone()));
        let shown = threads.iter().filter(|thread| !thread.resolved || is_open(thread)).cloned();
        list(shown.map(|thread| view! { <Pin thread=thread /> }.into_any()))
    };
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
            {dynamic(pins)}
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
fn Pin(thread: Thread) -> impl IntoView {
    let (meeting, words) = (Meeting::of_page(), Words::of_page());
    let id = thread.id.clone();
    let first = thread.comments.first().cloned();
    let name = first.as_ref().map(|first| first.name.clone()).unwrap_or_default();
    let label = {
        let name = name.clone();
        let text = first.map(|first| first.text).unwrap_or_default();
        Signal::derive(move || words.fill(key::COMMENTS_PIN, &[("name", &name), ("text", &text)]))
    };
    let count = thread.comments.len();
    let place = at(meeting, id.to_string());
    let is_unread = {
        let thread = thread.clone();
        Signal::derive(move || meeting.is_unread(&thread).to_string())
    };
    let is_open = {
        let id = id.clone();
        Signal::derive(move || (meeting.open.get() == Some(Open::Thread(id.clone()))).to_string())
    };
    let toggle = move |_| {
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
            data-thread=thread.id.to_string()
            data-unread=is_unread
            data-resolved=thread.resolved.to_string()
            on:click=toggle
        >
            <span aria-hidden="true">{initials(&name)}</span>
            {(count > 1).then(|| view! { <span class="pin__count" aria-hidden="true">{count}</span> })}
        </button>
    }
    .into_any()
}

/// Escape closes the card, and the board has its keys again.
fn close_on_escape(meeting: Meeting) -> impl Fn(KeyboardEvent) + Clone {
    move |event| {
        if event.key() == "Escape" {
            event.stop_propagation();
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
            <Composer label=words.of(key::COMMENTS_NEW) send=words.of(key::COMMENTS_SEND) on_send=Callback::new(begin) />
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
    let comments = {
        let id = id.clone();
        move || {
            let comments = thread.get().map(|thread| thread.comments).unwrap_or_default();
            let editing_now = editing.get();
            list(comments.into_iter().map(|comment| match editing_now == Some(comment.id) {
                true => view! { <Editing thread=id.clone() comment=comment editing=editing /> }.into_any(),
                false => view! { <CommentRow thread=id.clone() comment=comment editing=editing /> }.into_any(),
            }))
        }
    };
    let place = at(meeting, id.to_string());
    let may_comment = Signal::derive(move || meeting.may_comment());
    let reply = {
        let id = id.clone();
        move || {
            let id = id.clone();
            view! {
                <Composer
                    label=words.of(key::COMMENTS_REPLY)
                    send=words.of(key::COMMENTS_SEND)
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
            <ul class="thread__comments">{dynamic(comments)}</ul>
            {when(may_comment, reply)}
        </div>
    }
    .into_any()
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
                <strong>{comment.name.clone()}</strong>
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
    let save = move |text: String| {
        editing.set(None);
        meeting.edit(thread.clone(), id, text);
    };
    view! {
        <li class="thread__comment">
            <Composer
                label=words.of(key::COMMENTS_EDIT)
                send=words.of(key::COMMENTS_SAVE)
                before=comment.text
                on_send=Callback::new(save)
            />
        </li>
    }
    .into_any()
}

/// The name that is being typed at the end of a text, after its @.
fn called(text: &str) -> Option<&str> {
    let (before, name) = text.rsplit_once('@')?;
    let begins = before.chars().next_back().is_none_or(char::is_whitespace);
    (begins && !name.contains('\n') && name.chars().count() <= 20).then_some(name)
}

/// Where a comment is written: Enter sends it, Shift+Enter begins a line, @ calls somebody.
#[component]
fn Composer(
    label: Signal<String>,
    send: Signal<String>,
    #[prop(optional, into)] before: String,
    on_send: Callback<String>,
) -> impl IntoView {
    let text = RwSignal::new(before);
    let field = NodeRef::<html::Textarea>::new();
    effect(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let submit = move || {
        let written = text.get_untracked().trim().to_owned();
        if !written.is_empty() {
            text.set(String::new());
            on_send.run(written);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            submit();
        }
    };
    view! {
        <div class="composer">
            <textarea
                class="input composer__text"
                rows="2"
                node_ref=field
                aria-label=label
                placeholder=label
                data-testid="comment-text"
                maxlength=MAX_COMMENT_CHARS.to_string()
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <Suggestions text=text field=field />
            <Button
                attr:data-testid="send-comment"
                label=send
                weight=Weight::Primary
                disabled=Signal::derive(move || text.read().trim().is_empty())
                on_press=Callback::new(move |()| submit())
            />
        </div>
    }
    .into_any()
}

/// People whose names begin as what is being typed after an @.
#[component]
fn Suggestions(text: RwSignal<String>, field: NodeRef<html::Textarea>) -> impl IntoView {
    let meeting = Meeting::of_page();
    let suggestions = move || {
        let written = text.get();
        let suggested = called(&written).map(|name| meeting.suggested(name)).unwrap_or_default();
        list(suggested.into_iter().map(|mention| {
            let name = mention.name.clone();
            let choose = move |_| {
                text.update(|text| {
                    let at = text.rfind('@').unwrap_or(text.len());
                    text.truncate(at);
                    text.push_str(&format!("@{name} "));
                });
                if let Some(field) = field.get_untracked() {
                    let _ = field.focus();
                }
            };
            view! {
                <button type="button" class="button" data-weight="secondary" data-testid="suggestion" on:click=choose>
                    {format!("@{}", mention.name)}
                </button>
            }
            .into_any()
        }))
    };
    view! { <div class="composer__calls">{dynamic(suggestions)}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_called_after_an_at() {
        for (text, expected) in [
            ("@", Some("")),
            ("hi @Ad", Some("Ad")),
            ("hi @Ada Lo", Some("Ada Lo")),
            ("mail@home", None),
            ("@Ada\nnext", None),
            ("plain", None),
        ] {
            assert_eq!(called(text), expected, "{text}");
        }
    }
}
