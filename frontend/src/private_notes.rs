//! Private notes of the board that is open, as this page knows them: one's own with their texts, of the others only the
//! places, until they are revealed and become shapes. It must not know how they look.

use std::collections::BTreeMap;
use std::time::Duration;

use board::ShapeId;
use editor::PlacedNote;
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use protocol::meeting::{Facilitation, MeetingValue, NoteView, PlacedNotes, PrivateNote, PrivateRound};
use protocol::{BoardId, ErrorCode, LinkSecret};
use scene::BoardPoint;

use crate::api::{self, ApiError};
use crate::preferences::Preferences;
use crate::random;
use crate::store::{BoardStore, Problem, Status, UiRequest};
use crate::ui::dynamic::{Mounted, effect};
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// How long typing rests before a note is sent.
const REST: Duration = Duration::from_millis(500);
/// How long after a failure a note is sent again, unless the board is joined again before.
const RETRY: Duration = Duration::from_secs(10);
/// What the ids of people's records begin with.
const RECORD: &str = "notes/";

/// Of the board that is open.
#[derive(Clone, Copy)]
pub struct PrivateNotes {
    board: StoredValue<Option<(BoardId, LinkSecret)>>,
    /// The round, if there is one.
    pub round: RwSignal<Option<PrivateRound>>,
    /// The reader's own.
    pub own: RwSignal<Vec<PrivateNote>>,
    /// The others', by their author.
    pub others: RwSignal<BTreeMap<String, Vec<NoteView>>>,
    /// The note that was begun last: it wants the focus.
    pub begun: StoredValue<Option<String>>,
    /// What was typed and not sent yet.
    unsent: StoredValue<Option<TimeoutHandle>>,
    /// How often some of it is on its way to the server.
    sending: StoredValue<u32>,
    /// The reader's own as the server told them last.
    told: StoredValue<Vec<PrivateNote>>,
    /// The own note that has the focus, and its field.
    written: StoredValue<Option<(String, NodeRef<html::Textarea>)>>,
    /// An input method is at work on it: the field must not go.
    is_composing: StoredValue<bool>,
    /// The own note that is written on still though all are revealed, until its shape takes over. Until then the own notes
    /// stay as they are: its field must not go.
    late: StoredValue<Option<String>>,
    /// The one whose shape has: it is shown no more, whether the server has it still or not.
    taken_over: StoredValue<Option<String>>,
    /// Notes that are in the document here, and may not be saved yet.
    placing: RwSignal<Vec<String>>,
    store: BoardStore,
    mounted: Mounted,
    preferences: Preferences,
    words: Words,
    toasts: Toasts,
}

impl PrivateNotes {
    /// Of a board that is being opened. For the component that is being made.
    pub fn opening(store: BoardStore) -> Self {
        let notes = Self {
            board: StoredValue::new(None),
            round: RwSignal::new(None),
            own: RwSignal::default(),
            others: RwSignal::default(),
            begun: StoredValue::new(None),
            unsent: StoredValue::new(None),
            sending: StoredValue::new(0),
            told: StoredValue::default(),
            written: StoredValue::new(None),
            is_composing: StoredValue::new(false),
            late: StoredValue::new(None),
            taken_over: StoredValue::new(None),
            placing: RwSignal::default(),
            store,
            mounted: Mounted::here(),
            preferences: Preferences::of_page(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        };
        effect(move || {
            if store.status.get() == Status::Saved && !notes.placing.read().is_empty() {
                notes.tell_placed();
            }
        });
        notes
    }

    /// The board was joined, now or again.
    pub fn joined(self, id: BoardId, key: LinkSecret) {
        self.board.set_value(Some((id, key)));
        // What could not be sent waits for this.
        if self.unsent.with_value(Option::is_some) {
            self.send_in(REST);
        }
    }

    /// What the server says of all of them.
    pub fn take(self, now: &Facilitation) {
        self.go_round(now.round);
        self.others.set(now.notes.clone());
        self.told.set_value(now.own_notes.clone());
        // What is being typed is newer than what the server has.
        let is_told = self.unsent.with_value(Option::is_none) && !self.is_sending();
        if is_told && self.late.with_value(Option::is_none) {
            self.show_told();
        }
    }

    /// One's own notes are as the server told them last.
    fn show_told(self) {
        let (mut own, taken_over) = (self.told.get_value(), self.taken_over.get_value());
        own.retain(|note| taken_over.as_ref() != Some(&note.id));
        self.own.set(own);
    }

    /// The round is so now; where it has just been revealed, own words go on.
    fn go_round(self, round: Option<PrivateRound>) {
        let is_hidden = |round: Option<PrivateRound>| round.is_some_and(|round| round.is_hidden);
        let was_hidden = is_hidden(self.round.get_untracked());
        self.round.set(round);
        if was_hidden && !is_hidden(round) {
            self.finish();
        }
    }

    /// The server told of a change. Says whether everything is to be read anew.
    pub fn hear(self, record: &str, value: Option<MeetingValue>, you: &str) -> bool {
        match (record.strip_prefix(RECORD), value) {
            (Some(author), _) if author == you => self.unsent.with_value(Option::is_none),
            (Some(author), Some(MeetingValue::Notes(notes))) => {
                self.others.update(|others| drop(others.insert(author.to_owned(), notes)));
                false
            }
            (Some(author), _) => {
                self.others.update(|others| drop(others.remove(author)));
                false
            }
            (None, Some(MeetingValue::Round(round))) => {
                self.go_round(Some(round));
                !round.is_hidden
            }
            _ => record == "round",
        }
    }

    /// Whether the reader's notes are private now.
    pub fn is_private(self) -> bool {
        self.round.get().is_some_and(|round| round.is_hidden)
    }

    /// How many notes there are.
    pub fn count(self) -> usize {
        self.own.read().len() + self.others.read().values().map(Vec::len).sum::<usize>()
    }

    /// Begins a round.
    pub fn begin(self) {
        let Some((id, key)) = self.board.get_value() else { return };
        self.mounted.ask(async move { api::begin_private(&id, &key).await }, move |answer| self.answered(answer));
    }

    /// Begins a note with its top left corner at a place.
    pub fn write_at(self, at: BoardPoint) {
        let Ok(random) = random::bytes() else { return };
        let id = ShapeId::from_random(u64::from_le_bytes(random)).to_string();
        if self.own.read_untracked().len() >= protocol::limits::MAX_PRIVATE_NOTES {
            return self.fail(ApiError::Refused(ErrorCode::TooLarge));
        }
        self.begun.set_value(Some(id.clone()));
        self.own.update(|own| own.push(PrivateNote { id, point: [at.x, at.y], text: String::new() }));
        self.send_soon();
    }

    /// One's own note says something else.
    pub fn edit(self, id: &str, text: String) {
        self.own.update(|own| own.iter_mut().filter(|note| note.id == id).for_each(|note| note.text.clone_from(&text)));
        if self.late.with_value(|late| late.as_deref() == Some(id)) {
            let late = self.own_placed().into_iter().filter(|note| note.id.as_str() == id);
            self.store.request(UiRequest::FinishNotes(late.collect()));
            return self.go_on();
        }
        self.send_soon();
    }

    /// The reader writes on one of their notes.
    pub fn enter(self, id: &str, field: NodeRef<html::Textarea>) {
        self.written.set_value(Some((id.to_owned(), field)));
    }

    /// The reader writes elsewhere from now on.
    pub fn leave(self) {
        // The board may have been left meanwhile.
        self.written.try_update_value(|written| *written = None);
        if let Some(late) = self.late.try_update_value(Option::take).flatten() {
            if self.store.text_at.get_untracked().is_some() {
                self.taken_over.set_value(Some(late));
            }
            self.store.request(UiRequest::WriteOn(None));
            self.show_told();
        }
        self.send();
    }

    /// An input method has begun its work on the note that is written on, or is done.
    pub fn compose(self, is_composing: bool) {
        self.is_composing.set_value(is_composing);
        if self.late.with_value(Option::is_some) {
            self.go_on();
        }
    }

    /// Has the shape of the note that is written on take over where the caret is, as soon as it is there.
    fn go_on(self) {
        let field =
            |(id, field): &(String, NodeRef<html::Textarea>)| Some((id.clone(), field.try_get_untracked().flatten()?));
        let Some((id, field)) = self.written.with_value(|written| written.as_ref().and_then(field)) else { return };
        let caret_utf16 = field.selection_end().ok().flatten().unwrap_or(u32::MAX);
        let shape = ShapeId::parse(&id).filter(|_| !self.is_composing.get_value());
        self.late.set_value(Some(id));
        self.store.request(UiRequest::WriteOn(shape.map(|id| (id, caret_utf16))));
    }

    /// One's own note is elsewhere, in board pixels.
    pub fn move_to(self, id: &str, point: [f64; 2]) {
        self.own.update(|own| own.iter_mut().filter(|note| note.id == id).for_each(|note| note.point = point));
        self.send_soon();
    }

    /// Throws one's own note away.
    pub fn delete(self, id: &str) {
        self.own.update(|own| own.retain(|note| note.id != id));
        self.send_soon();
    }

    fn send_soon(self) {
        self.send_in(REST);
    }

    fn send_in(self, rest: Duration) {
        let due = set_timeout_with_handle(move || self.send(), rest).ok();
        let former = self.unsent.try_update_value(|unsent| std::mem::replace(unsent, due)).flatten();
        if let Some(former) = former {
            former.clear();
        }
    }

    /// Sends what was typed.
    pub fn send(self) {
        // The board may have been left meanwhile.
        if !self.take_unsent() {
            return;
        }
        let Some((id, key)) = self.board.get_value() else { return };
        let wish = self.wish();
        self.sending.update_value(|sending| *sending += 1);
        self.mounted.ask(async move { api::put_private_notes(&id, &key, &wish).await }, move |answer| {
            self.sending.update_value(|sending| *sending -= 1);
            match answer {
                // Kept here, and sent with what is typed meanwhile.
                Err(error) if error.is_passing() => {
                    if self.unsent.with_value(Option::is_none) {
                        self.send_in(RETRY);
                    }
                    self.toasts.push(self.words.get(key::PRIVATE_KEPT).to_owned());
                }
                // Revealed in the same moment: what did not reach the server goes to the board from here.
                Err(ApiError::Refused(ErrorCode::Forbidden)) => {
                    self.place_late();
                    self.go_on();
                    if self.late.with_value(Option::is_none) {
                        self.own.set(Vec::new());
                    }
                }
                answer => self.answered(answer),
            }
        });
    }

    fn is_sending(self) -> bool {
        self.sending.get_value() > 0
    }

    /// Whether something was typed that nobody has sent; whoever asks does.
    fn take_unsent(self) -> bool {
        let due = self.unsent.try_update_value(Option::take).flatten();
        let is_unsent = due.is_some();
        if let Some(due) = due {
            due.clear();
        }
        is_unsent
    }

    fn wish(self) -> protocol::meeting::PrivateNotes {
        let name = self.preferences.name.get_untracked();
        protocol::meeting::PrivateNotes { name, notes: self.own.get_untracked() }
    }

    /// Somebody else has revealed the notes: they put what the server had of ours on the board, and we what was typed
    /// since and goes on being typed.
    fn finish(self) {
        let is_unsent = self.take_unsent();
        if is_unsent || self.is_sending() {
            self.place_late();
        }
        self.go_on();
    }

    /// Notes that the server never had are made here; into the others goes what they say by now, once they are there.
    fn place_late(self) {
        let is_told =
            |note: &PlacedNote| self.told.with_value(|told| told.iter().any(|told| note.id.as_str() == told.id));
        let (known, fresh): (Vec<_>, Vec<_>) = self.own_placed().into_iter().partition(is_told);
        self.store.request(UiRequest::PlaceNotes(fresh));
        self.store.request(UiRequest::FinishNotes(known));
    }

    /// Reveals all notes and puts them on the board; those that were left behind, too.
    pub fn reveal(self) {
        let unsent = self.take_unsent().then(|| self.wish());
        let Some((id, key)) = self.board.get_value() else { return };
        let call = async move {
            if let Some(unsent) = unsent {
                match api::put_private_notes(&id, &key, &unsent).await {
                    // Somebody else was faster; then they are revealed already.
                    Ok(_) | Err(ApiError::Refused(ErrorCode::Forbidden)) => {}
                    Err(error) => return Err(error),
                }
            }
            api::reveal_private(&id, &key).await
        };
        self.mounted.ask(call, move |answer| match answer {
            Ok(now) => {
                self.take(&now);
                self.place();
            }
            Err(error) => self.fail(error),
        });
    }

    fn place(self) {
        let others = self.others.get_untracked().into_values().flatten();
        let others =
            others.filter_map(|note| placed(&note.id, note.point, note.text?, note.author.unwrap_or_default()));
        let notes: Vec<PlacedNote> = self.own_placed().into_iter().chain(others).collect();
        let ids = notes.iter().map(|note| note.id.to_string()).collect();
        self.store.request(UiRequest::PlaceNotes(notes));
        self.placing.set(ids);
    }

    fn own_placed(self) -> Vec<PlacedNote> {
        let name = self.preferences.name.get_untracked();
        let own = self.own.get_untracked().into_iter();
        own.filter_map(|note| placed(&note.id, note.point, note.text, name.clone())).collect()
    }

    fn tell_placed(self) {
        let ids = self.placing.try_update(std::mem::take).unwrap_or_default();
        let Some((id, key)) = self.board.get_value() else { return };
        let call = async move { api::placed_private(&id, &key, &PlacedNotes { ids }).await };
        self.mounted.ask(call, move |answer| self.answered(answer));
    }

    fn answered(self, answer: Result<Facilitation, ApiError>) {
        match answer {
            Ok(now) => self.take(&now),
            Err(error) => self.fail(error),
        }
    }

    fn fail(self, error: ApiError) {
        let reason = self.words.named("problem", &format!("{}.text", Problem::from(error).id()));
        self.toasts.push(self.words.fill(key::FACILITATE_FAILED, &[("reason", &reason)]));
    }
}

fn placed(id: &str, [x, y]: [f64; 2], text: String, author: String) -> Option<PlacedNote> {
    Some(PlacedNote { id: ShapeId::parse(id)?, at: BoardPoint::new(x, y), text, author })
}
