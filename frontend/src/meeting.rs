//! What people do on a board besides drawing, as this page knows it: the threads of comments, which of them were seen, and
//! the calls that change them. It must not know how it looks.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use editor::Pin;
use leptos::prelude::*;
use protocol::meeting::{
    ChangeThread, Comment, MeetingChange, MeetingValue, PinnedShape, Thread, ThreadList, ThreadPlace,
};
use protocol::{BoardId, LinkSecret, PersonId, ThreadId};

use crate::api::{self, ApiError};
use crate::calls;
use crate::clipboard;
use crate::connection::belongings;
use crate::drafts::Drafts;
use crate::facilitation::Facilitating;
use crate::preferences::Preferences;
use crate::route::{board_path, thread_of};
use crate::seen::{self, Seen};
use crate::store::{BoardStore, Problem, Status, UiRequest};
use crate::ui::dynamic::{Mounted, effect};
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

pub mod speaking;

/// Characters of a comment that a notice says.
const NOTICE_CHARS: usize = 80;
/// Comments that changed are kept for when there is no network so long after the first change.
const KEEP_AFTER: Duration = Duration::from_secs(2);

/// What is open beside its pin.
#[derive(Debug, Clone, PartialEq)]
pub enum Open {
    /// A thread.
    Thread(ThreadId),
    /// One that is being begun.
    New(ThreadPlace),
}

/// The meeting of the board that is open; provided by context.
#[derive(Clone, Copy)]
pub struct Meeting {
    board: StoredValue<Option<(BoardId, LinkSecret)>>,
    /// Up to which change all is known; nothing is before the first answer.
    known: StoredValue<Option<u64>>,
    /// The thread that the address named, until it is known.
    linked: StoredValue<Option<ThreadId>>,
    /// Who the reader is.
    pub you: RwSignal<Option<PersonId>>,
    /// In no order.
    pub threads: RwSignal<Vec<Thread>>,
    /// Where the pins are, in board pixels: threads by their id, the new one by nothing.
    pub places: RwSignal<HashMap<String, [f64; 2]>>,
    /// What is open.
    pub open: RwSignal<Option<Open>>,
    /// What is being written.
    pub drafts: Drafts,
    /// The press that is being handled has opened it.
    is_fresh: StoredValue<bool>,
    /// The time of the newest comment that was seen, by thread.
    seen: RwSignal<Seen>,
    /// What is known is about to be kept.
    is_keeping: StoredValue<bool>,
    /// The timer and the voting.
    pub facilitating: Facilitating,
    mounted: Mounted,
    store: BoardStore,
    preferences: Preferences,
    words: Words,
    toasts: Toasts,
}

impl Meeting {
    /// Of a board that is being opened. For the component that is being made.
    pub fn opening(store: BoardStore, facilitating: Facilitating) -> Self {
        let meeting = Self {
            board: StoredValue::new(None),
            known: StoredValue::new(None),
            linked: StoredValue::new(thread_of(&window().location().hash().unwrap_or_default())),
            you: store.you,
            threads: RwSignal::default(),
            places: RwSignal::default(),
            open: RwSignal::new(None),
            drafts: Drafts::default(),
            is_fresh: StoredValue::new(false),
            seen: RwSignal::default(),
            is_keeping: StoredValue::new(false),
            facilitating,
            mounted: Mounted::here(),
            store,
            preferences: Preferences::of_page(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        };
        effect(move || meeting.keep_calls());
        facilitating.follow_votes();
        seen::on_change(move || {
            if let Some((board, _)) = meeting.board.try_get_value().flatten() {
                meeting.seen.update(|seen| *seen = seen::merged(std::mem::take(seen), seen::kept(&board)));
            }
        });
        meeting
    }

    /// The meeting that the board's page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// The board was joined, now or again: reads everything.
    pub fn joined(self, id: BoardId, key: LinkSecret) {
        if self.board.with_value(Option::is_none) {
            self.seen.set(seen::kept(&id));
        }
        self.facilitating.joined(id.clone(), key.clone());
        self.board.set_value(Some((id, key)));
        self.read();
    }

    /// What this browser keeps of a board's comments is shown until the server tells them.
    pub fn recall(self, id: BoardId) {
        let seen = seen::kept(&id);
        self.mounted.ask(async move { belongings::comments(&id).await }, move |kept| {
            let list: Option<ThreadList> = kept.and_then(|text| serde_json::from_str(&text).ok());
            if let Some(list) = list.filter(|_| self.known.get_value().is_none()) {
                self.seen.set(seen);
                self.you.set(list.you);
                self.threads.set(list.threads);
            }
        });
    }

    fn keep_soon(self) {
        if self.is_keeping.try_update_value(|is_keeping| std::mem::replace(is_keeping, true)) == Some(false) {
            set_timeout(move || self.keep(), KEEP_AFTER);
        }
    }

    fn keep(self) {
        // The board may have been left meanwhile: then the next visit keeps it.
        let Some(true) = self.is_keeping.try_update_value(std::mem::take) else { return };
        let Some(((id, _), seq)) = self.board.get_value().zip(self.known.get_value()) else { return };
        let list = ThreadList { you: self.you.get_untracked(), seq, threads: self.threads.get_untracked() };
        let Ok(text) = serde_json::to_string(&list) else { return };
        // Where there is no room, comments are not there offline.
        self.mounted.ask(async move { belongings::keep_comments(&id, &text).await }, drop);
    }

    fn read(self) {
        let Some((id, key)) = self.board.get_value() else { return };
        self.mounted.ask(async move { api::threads(&id, &key).await }, move |answer| {
            // Without an answer the page says already that it is offline; the next join reads again.
            if let Ok(list) = answer {
                self.take(list);
            }
        });
    }

    fn take(self, list: ThreadList) {
        if self.known.get_value().is_some_and(|known| known > list.seq) {
            return;
        }
        let was_known = self.known.try_update_value(|known| known.replace(list.seq)).flatten().is_some();
        self.you.set(list.you);
        if was_known {
            list.threads.iter().for_each(|thread| self.note_call(thread));
        }
        self.threads.set(list.threads);
        self.settle();
        self.keep_soon();
        self.close_what_is_gone();
        let linked = self.linked.try_update_value(Option::take).flatten();
        let is_there = |linked: &ThreadId| self.threads.read_untracked().iter().any(|known| known.id == *linked);
        match linked {
            Some(linked) if is_there(&linked) => self.show(linked),
            Some(_) => self.toasts.push(self.words.named("problem", "unknown-comment.title")),
            None => {}
        }
    }

    /// The server told of changes: see `EdgeMessage::Meeting`.
    pub fn hear(self, from: u64, head: u64, changes: &str) {
        let Some(known) = self.known.get_value() else { return };
        let changes: Option<Vec<MeetingChange>> = serde_json::from_str(changes).ok();
        let Some(changes) = changes.filter(|_| from <= known) else {
            self.facilitating.read();
            return self.read();
        };
        for change in changes.into_iter().filter(|change| change.seq > known) {
            match change.value {
                Some(MeetingValue::Thread(thread)) => {
                    self.note_call(&thread);
                    self.put(thread);
                }
                other if !change.id.starts_with("thread/") => {
                    let you = self.you.get_untracked();
                    let you = you.as_ref().map(PersonId::as_str).unwrap_or_default();
                    self.facilitating.hear(&change.id, other, you);
                }
                _ => self.threads.update(|threads| threads.retain(|thread| !change.id.ends_with(thread.id.as_str()))),
            }
        }
        self.known.set_value(Some(known.max(head)));
        self.settle();
        self.keep_soon();
        self.close_what_is_gone();
    }

    fn put(self, thread: Thread) {
        self.threads.update(|threads| match threads.iter_mut().find(|known| known.id == thread.id) {
            Some(known) => *known = thread,
            None => threads.push(thread),
        });
    }

    /// Says so where somebody calls the reader, unless they are reading it.
    fn note_call(self, thread: &Thread) {
        let Some(you) = self.you.get_untracked() else { return };
        let threads = self.threads.read_untracked();
        let before = threads.iter().find(|known| known.id == thread.id);
        let Some(comment) = calls::new_call(before, thread, &you) else { return };
        if self.open.get_untracked() == Some(Open::Thread(thread.id.clone())) {
            return;
        }
        let is_cut = comment.text.chars().count() > NOTICE_CHARS;
        let text: String = comment.text.chars().take(NOTICE_CHARS).chain(is_cut.then_some('…')).collect();
        let notice = self.words.fill(key::COMMENTS_CALLED, &[("name", &comment.name), ("text", &text)]);
        let id = thread.id.clone();
        let show = Callback::new(move |()| self.show(id.clone()));
        self.toasts.push_with(notice, self.words.get(key::COMMENTS_SHOW).to_owned(), show);
    }

    /// The home page says how many threads call the reader.
    fn keep_calls(self) {
        let (threads, seen, you) = (self.threads.read(), self.seen.read(), self.you.get());
        let (Some((board, _)), Some(you)) = (self.board.get_value(), you) else { return };
        let seen_at = |thread: &Thread| seen.get(thread.id.as_str()).copied().unwrap_or(0);
        let calls = |thread: &&Thread| !thread.resolved && calls::calls_unread(thread, &you, seen_at(thread));
        seen::keep_calls(&board, threads.iter().filter(calls).count());
    }

    fn close_what_is_gone(self) {
        if let Some(Open::Thread(id)) = self.open.get_untracked()
            && !self.threads.read_untracked().iter().any(|thread| thread.id == id)
        {
            self.open.set(None);
        }
    }

    /// The comment tool was pressed.
    pub fn begin_at(self, pin: Pin) {
        if self.has_voice() {
            self.open.set(Some(Open::New(place_of(pin))));
            self.is_fresh.set_value(true);
        }
    }

    /// The board was pressed: what is open closes, unless this very press has opened it.
    pub fn board_pressed(self) {
        let is_fresh = self.is_fresh.try_update_value(std::mem::take).unwrap_or_default();
        if !is_fresh && self.open.get_untracked().is_some() {
            self.open.set(None);
        }
    }

    /// Tells where pins are now; `find` says it for one place.
    pub fn place(self, find: impl Fn(&ThreadPlace) -> [f64; 2]) {
        let mut places: HashMap<String, [f64; 2]> = HashMap::new();
        for thread in self.threads.read_untracked().iter() {
            places.insert(thread.id.to_string(), find(&thread.place));
        }
        if let Some(Open::New(place)) = self.open.get_untracked() {
            places.insert(String::new(), find(&place));
        }
        for shape in self.facilitating.voting.read_untracked().iter().flat_map(|voting| &voting.shapes) {
            let shape = PinnedShape { id: shape.clone(), offset: [1.0, 0.0] };
            // A shape that is not there has no place.
            let place = ThreadPlace { point: [f64::NAN; 2], shape: Some(shape.clone()) };
            let at = find(&place);
            if at.iter().all(|part| part.is_finite()) {
                places.insert(format!("vote/{}", shape.id), at);
            }
        }
        if *self.places.read_untracked() != places {
            self.places.set(places);
        }
    }

    /// Opens a thread and brings it into view.
    pub fn show(self, id: ThreadId) {
        let place =
            self.threads.read_untracked().iter().find(|thread| thread.id == id).map(|thread| thread.place.clone());
        if let Some(place) = place {
            self.store.request(UiRequest::LookAt(place.point, place.shape.map(|shape| (shape.id, shape.offset))));
            self.open.set(Some(Open::Thread(id)));
        }
    }

    /// Whether the reader may write, now.
    pub fn may_comment(self) -> bool {
        self.has_voice() && !self.is_offline()
    }

    /// Whether the reader may write as soon as the server can be reached.
    pub fn has_voice(self) -> bool {
        self.store.role.get().may_comment()
    }

    /// Whether comments can be read but not written, as nobody can be told.
    pub fn is_offline(self) -> bool {
        matches!(self.store.status.get(), Status::Offline { .. })
    }

    /// Whether the reader may pin a thread elsewhere: who began it, and who may edit.
    pub fn may_move(self, thread: &Thread) -> bool {
        let is_own = thread.comments.first().is_some_and(|first| self.is_own(first));
        self.may_comment() && (is_own || self.store.role.get().may_write())
    }

    /// Has a thread pinned to what is at a place of the board.
    pub fn drop_at(self, thread: ThreadId, at: [f64; 2]) {
        self.store.request(UiRequest::PinThread(thread, at));
    }

    /// Pins a thread elsewhere.
    pub fn move_thread(self, thread: ThreadId, pin: Pin) {
        let Some((id, key)) = self.board.get_value() else { return };
        let place = place_of(pin);
        self.threads.update(|threads| {
            threads.iter_mut().filter(|known| known.id == thread).for_each(|known| known.place = place.clone());
        });
        let wish = ChangeThread { resolved: None, place: Some(place) };
        let call = async move { api::change_thread(&id, &key, &thread, &wish).await };
        self.mounted.ask(call, move |answer| {
            if answer.is_err() {
                // It is where it was.
                self.read();
            }
            self.answered(answer);
        });
    }

    /// Marks a thread as done with, or not.
    pub fn resolve(self, thread: ThreadId, resolved: bool) {
        let Some((id, key)) = self.board.get_value() else { return };
        let wish = ChangeThread { resolved: Some(resolved), place: None };
        let call = async move { api::change_thread(&id, &key, &thread, &wish).await };
        self.mounted.ask(call, move |answer| self.answered(answer));
        if resolved {
            self.open.set(None);
        }
    }

    /// Deletes a comment. Who is told is told by the socket.
    pub fn delete(self, thread: ThreadId, comment: u32) {
        let Some((id, key)) = self.board.get_value() else { return };
        let call = async move { api::delete_comment(&id, &key, &thread, comment).await };
        self.mounted.ask(call, move |answer| match answer {
            Ok(()) => {}
            Err(error) => self.fail(error),
        });
    }

    /// Whether the reader may delete a comment.
    pub fn may_delete(self, comment: &Comment) -> bool {
        self.may_comment() && (self.is_own(comment) || self.store.role.get() == protocol::Role::Owner)
    }

    /// Whether the reader wrote a comment.
    pub fn is_own(self, comment: &Comment) -> bool {
        self.you.get().as_ref() == Some(&comment.author)
    }

    /// Puts the address of a thread on the clipboard. It holds no key: it is for those who have the board.
    pub fn copy_address(self, thread: &ThreadId) {
        if let Some((id, _)) = self.board.get_value() {
            let origin = window().location().origin().unwrap_or_default();
            clipboard::copy(&format!("{origin}{}#thread={thread}", board_path(&id)));
            self.toasts.push(self.words.get(key::COMMENTS_COPIED).to_owned());
        }
    }

    /// Whether a thread has comments of others that were not seen.
    pub fn is_unread(self, thread: &Thread) -> bool {
        let seen_at_ms = self.seen.read().get(thread.id.as_str()).copied().unwrap_or(0);
        calls::is_unread(thread, self.you.get().as_ref(), seen_at_ms)
    }

    /// How many threads that are not done with are unread.
    pub fn unread(self) -> usize {
        self.threads.read().iter().filter(|thread| !thread.resolved && self.is_unread(thread)).count()
    }

    /// The reader has seen a thread as it is.
    pub fn mark_seen(self, thread: &Thread) {
        let newest = thread.comments.iter().map(|comment| comment.created_at_ms).max().unwrap_or(0);
        let id = thread.id.to_string();
        if self.seen.read_untracked().get(&id).is_none_or(|seen| *seen < newest) {
            self.seen.update(|seen| {
                seen.insert(id, newest);
            });
            self.keep_seen();
        }
    }

    fn keep_seen(self) {
        let Some((board, _)) = self.board.get_value() else { return };
        let there: HashSet<String> = self.threads.read_untracked().iter().map(|thread| thread.id.to_string()).collect();
        let all = seen::keep(&board, &self.seen.read_untracked(), &there);
        if all != *self.seen.read_untracked() {
            self.seen.set(all);
        }
    }

    fn answered(self, answer: Result<Thread, ApiError>) {
        match answer {
            Ok(thread) => self.take_own(thread),
            Err(error) => self.fail(error),
        }
    }

    fn take_own(self, thread: Thread) {
        self.mark_seen(&thread);
        self.put(thread);
    }

    fn fail(self, error: ApiError) {
        let reason = self.words.named("problem", &format!("{}.text", Problem::from(error).id()));
        self.toasts.push(self.words.fill(key::COMMENTS_FAILED, &[("reason", &reason)]));
    }
}

fn place_of(pin: Pin) -> ThreadPlace {
    let shape = pin.on.map(|(id, offset)| PinnedShape { id: id.to_string(), offset });
    ThreadPlace { point: [pin.at.x, pin.at.y], shape }
}
