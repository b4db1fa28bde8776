//! What people do on a board besides drawing, as this page knows it: the threads of comments, which of them were seen, and
//! the calls that change them. It must not know how it looks.

use std::collections::{HashMap, HashSet};

use editor::Pin;
use leptos::prelude::*;
use protocol::meeting::{
    ChangeThread, Comment, MeetingChange, MeetingValue, Mention, NewThread, PinnedShape, Thread, ThreadList,
    ThreadPlace, Writing,
};
use protocol::{BoardId, LinkSecret, PersonId, ThreadId};

use crate::api::{self, ApiError};
use crate::clipboard;
use crate::facilitation::Facilitating;
use crate::preferences::Preferences;
use crate::route::board_path;
use crate::store::{BoardStore, Problem, UiRequest};
use crate::ui::dynamic::Mounted;
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// Whom a list of suggestions may name at once.
pub const MAX_SUGGESTED: usize = 5;
/// Where the browser keeps which comments were seen, by board.
const SEEN: &str = "boardwalk.seen.";

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
    /// The press that is being handled has opened it.
    is_fresh: StoredValue<bool>,
    /// The time of the newest comment that was seen, by thread.
    seen: RwSignal<HashMap<String, i64>>,
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
        Self {
            board: StoredValue::new(None),
            known: StoredValue::new(None),
            linked: StoredValue::new(thread_of(&window().location().hash().unwrap_or_default())),
            you: store.you,
            threads: RwSignal::default(),
            places: RwSignal::default(),
            open: RwSignal::new(None),
            is_fresh: StoredValue::new(false),
            seen: RwSignal::default(),
            facilitating,
            mounted: Mounted::here(),
            store,
            preferences: Preferences::of_page(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        }
    }

    /// The meeting that the board's page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// The board was joined, now or again: reads everything.
    pub fn joined(self, id: BoardId, key: LinkSecret) {
        if self.board.with_value(Option::is_none) {
            self.seen.set(kept_seen(&id));
        }
        self.facilitating.joined(id.clone(), key.clone());
        self.board.set_value(Some((id, key)));
        self.read();
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
        self.known.set_value(Some(list.seq));
        self.you.set(list.you);
        self.threads.set(list.threads);
        self.close_what_is_gone();
        let linked = self.linked.try_update_value(Option::take).flatten();
        if let Some(thread) =
            linked.filter(|linked| self.threads.read_untracked().iter().any(|known| known.id == *linked))
        {
            self.show(thread);
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
                Some(MeetingValue::Thread(thread)) => self.put(thread),
                other if !change.id.starts_with("thread/") => {
                    let you = self.you.get_untracked();
                    let you = you.as_ref().map(PersonId::as_str).unwrap_or_default();
                    self.facilitating.hear(&change.id, other, you);
                }
                _ => self.threads.update(|threads| threads.retain(|thread| !change.id.ends_with(thread.id.as_str()))),
            }
        }
        self.known.set_value(Some(known.max(head)));
        self.close_what_is_gone();
    }

    fn put(self, thread: Thread) {
        self.threads.update(|threads| match threads.iter_mut().find(|known| known.id == thread.id) {
            Some(known) => *known = thread,
            None => threads.push(thread),
        });
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
        if self.may_comment() {
            let shape = pin.on.map(|(id, offset)| PinnedShape { id: id.to_string(), offset });
            self.open.set(Some(Open::New(ThreadPlace { point: [pin.at.x, pin.at.y], shape })));
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
            let place = ThreadPlace { point: [0.0, 0.0], shape: Some(shape.clone()) };
            places.insert(format!("vote/{}", shape.id), find(&place));
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

    /// Whether the reader may write.
    pub fn may_comment(self) -> bool {
        self.store.role.get().may_comment()
    }

    /// Begins a thread at a place.
    pub fn begin(self, place: ThreadPlace, text: String) {
        let wish = NewThread { place, comment: self.writing(text) };
        let Some((id, key)) = self.board.get_value() else { return };
        self.mounted.ask(async move { api::begin_thread(&id, &key, &wish).await }, move |answer| match answer {
            Ok(thread) => {
                let id = thread.id.clone();
                self.take_own(thread);
                self.open.set(Some(Open::Thread(id)));
            }
            Err(error) => self.fail(error),
        });
    }

    /// Adds a comment to a thread.
    pub fn reply(self, thread: ThreadId, text: String) {
        let writing = self.writing(text);
        let Some((id, key)) = self.board.get_value() else { return };
        let call = async move { api::reply(&id, &key, &thread, &writing).await };
        self.mounted.ask(call, move |answer| self.answered(answer));
    }

    /// Changes what one's own comment says.
    pub fn edit(self, thread: ThreadId, comment: u32, text: String) {
        let writing = self.writing(text);
        let Some((id, key)) = self.board.get_value() else { return };
        let call = async move { api::edit_comment(&id, &key, &thread, comment, &writing).await };
        self.mounted.ask(call, move |answer| self.answered(answer));
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
        let you = self.you.get();
        let seen = self.seen.read().get(thread.id.as_str()).copied().unwrap_or(0);
        thread.comments.iter().any(|comment| comment.created_at_ms > seen && Some(&comment.author) != you.as_ref())
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
        let seen = self.seen.read_untracked();
        let lines = seen.iter().filter(|(id, _)| there.contains(*id)).map(|(id, at_ms)| format!("{id} {at_ms}"));
        let text = lines.collect::<Vec<_>>().join("\n");
        if let Ok(Some(storage)) = window().local_storage() {
            // Where the browser keeps nothing, comments are unread again at the next visit.
            let _ = storage.set_item(&format!("{SEEN}{board}"), &text);
        }
    }

    /// People whom a comment may call, by the beginning of their name: who is on the board, and who has commented.
    pub fn suggested(self, beginning: &str) -> Vec<Mention> {
        let beginning = beginning.to_lowercase();
        let fits = |mention: &Mention| mention.name.to_lowercase().starts_with(&beginning);
        self.people().into_iter().filter(fits).take(MAX_SUGGESTED).collect()
    }

    fn people(self) -> Vec<Mention> {
        let you = self.you.get_untracked();
        let mut known: Vec<Mention> = Vec::new();
        let threads = self.threads.read_untracked();
        let authors = threads.iter().flat_map(|thread| &thread.comments);
        let authors = authors.map(|comment| Mention { person: comment.author.clone(), name: comment.name.clone() });
        let present = self.store.people.read_untracked();
        let present = present
            .iter()
            .filter(|person| !person.is_self)
            .filter_map(|person| Some(Mention { person: person.person.parse().ok()?, name: person.name.clone() }));
        for mention in present.chain(authors) {
            let is_known = known.iter().any(|other| other.person == mention.person);
            if !is_known && !mention.name.is_empty() && Some(&mention.person) != you.as_ref() {
                known.push(mention);
            }
        }
        known
    }

    fn writing(self, text: String) -> Writing {
        let mut mentions = self.people();
        mentions.retain(|mention| text.contains(&format!("@{}", mention.name)));
        mentions.truncate(protocol::limits::MAX_MENTIONS);
        Writing { text, name: self.preferences.name.get_untracked(), mentions }
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

/// The thread that a fragment names.
fn thread_of(fragment: &str) -> Option<ThreadId> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    fragment.split('&').find_map(|part| part.strip_prefix("thread="))?.parse().ok()
}

fn kept_seen(board: &BoardId) -> HashMap<String, i64> {
    let storage = window().local_storage().ok().flatten();
    let text = storage.and_then(|storage| storage.get_item(&format!("{SEEN}{board}")).ok().flatten());
    let read = |line: &str| line.split_once(' ').and_then(|(id, at_ms)| Some((id.to_owned(), at_ms.parse().ok()?)));
    text.unwrap_or_default().lines().filter_map(read).collect()
}

/// A comment's text cut at the names that it calls: each piece, and whether it is such a name with its @.
pub fn pieces<'a>(text: &'a str, mentions: &[Mention]) -> Vec<(&'a str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let next = mentions.iter().filter_map(|mention| {
            let call = format!("@{}", mention.name);
            rest.find(&call).map(|at| (at, call.len()))
        });
        // Of two names that begin at the same place the longer one is meant.
        let Some((at, length)) = next.min_by_key(|(at, length)| (*at, usize::MAX - length)) else {
            pieces.push((rest, false));
            break;
        };
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push((before, false));
        }
        let (call, after) = after.split_at(length);
        pieces.push((call, true));
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_threads() {
        let id = "t".repeat(20);
        for (fragment, expected) in [
            (format!("#thread={id}"), Some(id.as_str())),
            (format!("key=x&thread={id}"), Some(id.as_str())),
            ("#thread=short".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(thread_of(&fragment).as_ref().map(ThreadId::as_str), expected, "{fragment}");
        }
    }

    #[test]
    fn texts_are_cut_at_the_names_they_call() {
        let mention = |name: &str| Mention { person: PersonId::from_random([1; 16]), name: name.to_owned() };
        let mentions = [mention("Ada"), mention("Ada Lovelace")];
        for (text, expected) in [
            ("", vec![]),
            ("no one", vec![("no one", false)]),
            ("@Ada", vec![("@Ada", true)]),
            ("hi @Ada Lovelace!", vec![("hi ", false), ("@Ada Lovelace", true), ("!", false)]),
            ("@Ada@Ada", vec![("@Ada", true), ("@Ada", true)]),
            ("ä@Bo", vec![("ä@Bo", false)]),
        ] {
            assert_eq!(pieces(text, &mentions), expected, "{text}");
        }
        assert_eq!(pieces("@Ada", &[]), [("@Ada", false)]);
    }
}
