//! Saying something on a board: comments on their way to the server, what becomes of those that do not arrive, and whom
//! they may call. It must not know how that looks.

use std::future::Future;

use leptos::prelude::*;
use protocol::ThreadId;
use protocol::meeting::{Mention, NewThread, Thread, ThreadPlace, Writing};

use super::{Meeting, Open};
use crate::api::{self, ApiError};

/// Whom a list of suggestions may name at once.
pub const MAX_SUGGESTED: usize = 5;
/// Where a thread that is being begun is written.
pub const NEW: &str = "";

/// Where a comment is written anew.
pub fn edited(thread: &ThreadId, comment: u32) -> String {
    format!("{thread}/{comment}")
}

impl Meeting {
    /// Begins a thread at a place.
    pub fn begin(self, place: ThreadPlace, text: String) {
        let Some((id, key)) = self.board.get_value() else { return };
        let wish = NewThread { place, comment: self.writing(text.clone()) };
        let then = move |thread: Thread| {
            let id = thread.id.clone();
            self.take_own(thread);
            self.open.set(Some(Open::Thread(id)));
        };
        self.say(NEW.to_owned(), text, async move { api::begin_thread(&id, &key, &wish).await }, then);
    }

    /// Adds a comment to a thread.
    pub fn reply(self, thread: ThreadId, text: String) {
        let Some((id, key)) = self.board.get_value() else { return };
        let (place, writing) = (thread.to_string(), self.writing(text.clone()));
        let call = async move { api::reply(&id, &key, &thread, &writing).await };
        self.say(place, text, call, move |thread| self.take_own(thread));
    }

    /// Changes what one's own comment says.
    pub fn edit(self, thread: ThreadId, comment: u32, text: String) {
        let Some((id, key)) = self.board.get_value() else { return };
        let (place, writing) = (edited(&thread, comment), self.writing(text.clone()));
        let call = async move { api::edit_comment(&id, &key, &thread, comment, &writing).await };
        self.say(place, text, call, move |thread| self.take_own(thread));
    }

    /// Sends what was written at a place; what does not arrive stands there again.
    fn say(
        self,
        place: String,
        text: String,
        call: impl Future<Output = Result<Thread, ApiError>> + 'static,
        then: impl FnOnce(Thread) + 'static,
    ) {
        let said = self.said(&text);
        self.drafts.forget(&place);
        self.mounted.ask(call, move |answer| match answer {
            Ok(thread) => then(thread),
            Err(error) => {
                match error {
                    ApiError::Unreachable => self.drafts.give_back_unanswered(&place, &text, said),
                    ApiError::Refused(_) => self.drafts.give_back(&place, &text),
                }
                self.settle();
                self.fail(error);
            }
        });
    }

    /// How often the reader says something in the comments that are known.
    fn said(self, text: &str) -> usize {
        let you = self.you.get_untracked();
        let threads = self.threads.read_untracked();
        let own =
            threads.iter().flat_map(|thread| &thread.comments).filter(|comment| Some(&comment.author) == you.as_ref());
        own.filter(|comment| comment.text == text).count()
    }

    /// Comments are known anew: what had arrived after all is no draft any more.
    pub(super) fn settle(self) {
        self.drafts.settle(|text| self.said(text));
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
}
