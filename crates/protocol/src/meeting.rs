//! What people do on a board besides drawing, as the gateway tells it and the page shows it: threads of comments. Plain
//! values; rights and rules are the gateway's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{PersonId, ThreadId};

/// Where a thread is pinned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreadPlace {
    /// On the board, in board pixels; where the thread stays should its shape go.
    pub point: [f64; 2],
    /// The shape that it follows, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<PinnedShape>,
}

/// A place on a shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedShape {
    /// The shape's id in the document.
    pub id: String,
    /// From the top left corner of its box, in widths and heights: 0 to 1 each.
    pub offset: [f64; 2],
}

/// Somebody whom a comment calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// Who.
    pub person: PersonId,
    /// As the text spells them, without the @.
    pub name: String,
}

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Names it within its thread; rises.
    pub id: u32,
    /// Who wrote it.
    pub author: PersonId,
    /// As they called themselves then.
    pub name: String,
    /// Whether that is the name of the account that they were signed in with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_signed_in: bool,
    /// Plain text.
    pub text: String,
    /// Whom it calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// When its author last changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at_ms: Option<i64>,
}

/// A thread: its comments, oldest first; never empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// Names it among those of its board.
    pub id: ThreadId,
    /// Where it is pinned.
    pub place: ThreadPlace,
    /// Whether it is done with.
    pub resolved: bool,
    /// Oldest first.
    pub comments: Vec<Comment>,
}

/// `GET /api/boards/{id}/comments`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadList {
    /// Who asks, by the person's secret that came along; absent without one.
    pub you: Option<PersonId>,
    /// Number of the newest change that this list has.
    pub seq: u64,
    /// In no order.
    pub threads: Vec<Thread>,
}

/// What is written: a comment before it has an author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writing {
    /// From one to `limits::MAX_COMMENT_CHARS` characters.
    pub text: String,
    /// How the author calls themselves; at most `limits::MAX_AUTHOR_CHARS` characters.
    #[serde(default)]
    pub name: String,
    /// At most `limits::MAX_MENTIONS`.
    #[serde(default)]
    pub mentions: Vec<Mention>,
}

/// `POST /api/boards/{id}/comments`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewThread {
    /// Where to pin it.
    pub place: ThreadPlace,
    /// Its first comment.
    pub comment: Writing,
}

/// `PATCH /api/boards/{id}/comments/{thread}`: what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeThread {
    /// Done with, or open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// Pinned elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<ThreadPlace>,
}

/// The board's timer, which everybody sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// When it ends: milliseconds since 1970 by the server's clock; absent while it is paused.
    pub ends_at_ms: Option<i64>,
    /// What is left of it while it is paused, in milliseconds.
    pub left_ms: Option<i64>,
}

/// `POST /api/boards/{id}/timer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum TimerWish {
    /// Starts it anew, with so many milliseconds.
    Start(u64),
    /// Holds it.
    Pause,
    /// Lets it go on.
    Resume,
    /// Gives so many milliseconds more.
    Extend(u64),
    /// Takes it away.
    Stop,
}

/// A voting: on shapes, anonymous, its results hidden until it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voting {
    /// What is asked.
    pub question: String,
    /// Votes of each person.
    pub budget: u32,
    /// Ids of the shapes that may be voted for.
    pub shapes: Vec<String>,
    /// Whether votes are still taken.
    pub is_open: bool,
    /// How many people have voted.
    pub voters: u32,
    /// Votes for each shape, in the order of `shapes`; empty until it is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<u32>,
}

/// `POST /api/boards/{id}/voting`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewVoting {
    /// At most `limits::MAX_QUESTION_CHARS` characters; may be empty.
    #[serde(default)]
    pub question: String,
    /// From one to `limits::MAX_VOTES`.
    pub budget: u32,
    /// From one to `limits::MAX_VOTED_SHAPES`, none twice.
    pub shapes: Vec<String>,
}

/// `PUT /api/boards/{id}/voting/ballot`, and its answer: all votes of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ballot {
    /// Ids of shapes, one for each vote.
    pub votes: Vec<String>,
}

/// A round of private notes: what people write on notes is kept from the others, and out of the document, until somebody
/// reveals it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateRound {
    /// Whether the notes are still hidden.
    pub is_hidden: bool,
}

/// A note that its author alone can read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateNote {
    /// The id that its shape will have in the document.
    pub id: String,
    /// Its top left corner, in board pixels.
    pub point: [f64; 2],
    /// At most `limits::MAX_PRIVATE_NOTE_CHARS` characters; may be empty.
    pub text: String,
}

/// `PUT /api/boards/{id}/private/notes`: all private notes of one person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateNotes {
    /// How the author calls themselves; at most `limits::MAX_AUTHOR_CHARS` characters.
    #[serde(default)]
    pub name: String,
    /// At most `limits::MAX_PRIVATE_NOTES`, no id twice.
    pub notes: Vec<PrivateNote>,
}

/// `POST /api/boards/{id}/private/placed`: revealed notes that are in the document now, and saved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacedNotes {
    /// Which.
    pub ids: Vec<String>,
}

/// A private note as others see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteView {
    /// The id that its shape will have in the document.
    pub id: String,
    /// Its top left corner, in board pixels.
    pub point: [f64; 2],
    /// What it says; absent until it is revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who wrote it; absent until it is revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// `GET /api/boards/{id}/facilitation`: what is going on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facilitation {
    /// The server's clock: milliseconds since 1970.
    pub now_ms: i64,
    /// The timer, if there is one.
    pub timer: Option<Timer>,
    /// The latest voting, if there is one.
    pub voting: Option<Voting>,
    /// The votes of who asks.
    pub ballot: Ballot,
    /// The round of private notes, if there is one.
    pub round: Option<PrivateRound>,
    /// The private notes of who asks.
    pub own_notes: Vec<PrivateNote>,
    /// Those of the others, by their author's [`PersonId`].
    pub notes: BTreeMap<String, Vec<NoteView>>,
}

/// A change of a board's meeting, as people on the board are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeetingChange {
    /// Names the record among those of the board.
    pub id: String,
    /// Number of the change.
    pub seq: u64,
    /// What the record is now; absent when it is gone.
    pub value: Option<MeetingValue>,
}

/// A record of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeetingValue {
    /// A thread of comments.
    Thread(Thread),
    /// The timer.
    Timer(Timer),
    /// The voting.
    Voting(Voting),
    /// The round of private notes.
    Round(PrivateRound),
    /// Where somebody's private notes are; never what they say.
    Notes(Vec<NoteView>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_spelled_as_the_page_reads_them() {
        let comment = Comment {
            id: 1,
            author: PersonId::from_random([1; 16]),
            name: "Ada".to_owned(),
            is_signed_in: false,
            text: "<b>".to_owned(),
            mentions: Vec::new(),
            created_at_ms: 5,
            edited_at_ms: None,
        };
        let place = ThreadPlace { point: [1.5, 2.0], shape: None };
        let id = ThreadId::from_random([2; 20]);
        let thread = Thread { id, place, resolved: false, comments: vec![comment] };
        let change = MeetingChange { id: "t".to_owned(), seq: 3, value: Some(MeetingValue::Thread(thread)) };
        let text = serde_json::to_string(&change).expect("plain values");
        let expected = r#"{"id":"t","seq":3,"value":{"thread":{"id":"CCCCCCCCCCCCCCCCCCCC","place":{"point":[1.5,2.0]},"resolved":false,"comments":[{"id":1,"author":"BBBBBBBBBBBBBBBB","name":"Ada","text":"<b>","created_at_ms":5}]}}}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<MeetingChange>(&text).expect("what was written"), change);
    }
}
