//! The bodies of what people do on a board besides drawing.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// Where a thread is pinned.
#[derive(ToSchema)]
pub struct ThreadPlace {
    /// On the board, in board pixels; where the thread stays should its shape go.
    #[schema(min_items = 2, max_items = 2)]
    point: Vec<f64>,
    /// The shape that it follows, if any.
    shape: Option<PinnedShape>,
}

/// A place on a shape.
#[derive(ToSchema)]
pub struct PinnedShape {
    /// The shape's id in the document.
    #[schema(max_length = 64)]
    id: String,
    /// From the top left corner of its box, in widths and heights: 0 to 1 each.
    #[schema(min_items = 2, max_items = 2)]
    offset: Vec<f64>,
}

/// Somebody whom a comment calls.
#[derive(ToSchema)]
pub struct Mention {
    /// Who.
    #[schema(min_length = 16, max_length = 16, pattern = "^[A-Za-z0-9_-]{16}$")]
    person: String,
    /// As the text spells them, without the @.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

/// One comment.
#[derive(ToSchema)]
pub struct Comment {
    /// Names it within its thread.
    id: u32,
    /// Who wrote it.
    author: String,
    /// As they called themselves then.
    name: String,
    /// Whether that is the name of the account that they were signed in with; absent where it is not.
    is_signed_in: Option<bool>,
    /// Plain text.
    text: String,
    /// Whom it calls; absent where it calls nobody.
    mentions: Option<Vec<Mention>>,
    /// Milliseconds since 1970, UTC.
    created_at_ms: i64,
    /// When its author last changed it; absent where they did not.
    edited_at_ms: Option<i64>,
}

/// A thread of comments.
#[derive(ToSchema)]
pub struct Thread {
    /// Names it among those of its board.
    #[schema(min_length = 20, max_length = 20, pattern = "^[A-Za-z0-9_-]{20}$")]
    id: String,
    place: ThreadPlace,
    /// Whether it is done with.
    resolved: bool,
    /// Oldest first; never empty.
    comments: Vec<Comment>,
}

/// The threads of a board, in no order.
#[derive(ToSchema)]
pub struct ThreadList {
    /// Who asks, by the person's secret; null without one.
    you: Option<String>,
    /// Number of the newest change that this list has.
    seq: u64,
    threads: Vec<Thread>,
}

/// What is written.
#[derive(ToSchema)]
pub struct Writing {
    /// Plain text.
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
    /// How the author calls themselves.
    #[schema(max_length = 60)]
    name: Option<String>,
    /// Whom it calls.
    #[schema(max_items = 20)]
    mentions: Option<Vec<Mention>>,
}

/// A thread to begin.
#[derive(ToSchema)]
pub struct NewThread {
    place: ThreadPlace,
    comment: Writing,
}

/// What is absent stays.
#[derive(ToSchema)]
pub struct ChangeThread {
    /// Done with, or open again.
    resolved: Option<bool>,
    /// Pinned elsewhere: by who began it, and by who may edit.
    place: Option<ThreadPlace>,
}

/// The board's timer.
#[derive(ToSchema)]
pub struct Timer {
    /// When it ends: milliseconds since 1970 by the server's clock; null while it is paused.
    ends_at_ms: Option<i64>,
    /// What is left of it while it is paused, in milliseconds.
    left_ms: Option<i64>,
}

/// What the timer is to do.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
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

/// A voting on shapes.
#[derive(ToSchema)]
pub struct Voting {
    /// What is asked.
    question: String,
    /// Votes of each person.
    budget: u32,
    /// Ids of the shapes that may be voted for.
    shapes: Vec<String>,
    /// Whether votes are still taken.
    is_open: bool,
    /// How many people have voted.
    voters: u32,
    /// Votes for each shape, in the order of `shapes`; absent until it is closed.
    results: Option<Vec<u32>>,
}

/// A voting to begin.
#[derive(ToSchema)]
pub struct NewVoting {
    /// What is asked; may be left out.
    #[schema(max_length = 200)]
    question: Option<String>,
    /// Votes of each person.
    #[schema(minimum = 1, maximum = 99)]
    budget: u32,
    /// None twice.
    #[schema(min_items = 1, max_items = 200)]
    shapes: Vec<String>,
}

/// All votes of one person.
#[derive(ToSchema)]
pub struct Ballot {
    /// Ids of shapes, one for each vote.
    #[schema(max_items = 99)]
    votes: Vec<String>,
}

/// What is going on.
#[derive(ToSchema)]
pub struct Facilitation {
    /// The server's clock: milliseconds since 1970.
    now_ms: i64,
    timer: Option<Timer>,
    voting: Option<Voting>,
    /// The votes of who asks.
    ballot: Ballot,
    /// The round of private notes, if there is one.
    round: Option<PrivateRound>,
    /// The private notes of who asks.
    own_notes: Vec<PrivateNote>,
    /// Those of the others, by their author.
    notes: BTreeMap<String, Vec<NoteView>>,
}

/// A round of private notes.
#[derive(ToSchema)]
pub struct PrivateRound {
    /// Whether the notes are still hidden.
    is_hidden: bool,
}

/// A note that its author alone can read.
#[derive(ToSchema)]
pub struct PrivateNote {
    /// The id that its shape will have in the document.
    #[schema(min_length = 1, max_length = 64)]
    id: String,
    /// Its top left corner, in board pixels.
    #[schema(min_items = 2, max_items = 2)]
    point: Vec<f64>,
    #[schema(max_length = 1000)]
    text: String,
}

/// All private notes of one person.
#[derive(ToSchema)]
pub struct PrivateNotes {
    /// How the author calls themselves.
    name: Option<String>,
    /// No id twice.
    #[schema(max_items = 40)]
    notes: Vec<PrivateNote>,
}

/// Revealed notes that are in the document now, and saved.
#[derive(ToSchema)]
pub struct PlacedNotes {
    /// Which.
    ids: Vec<String>,
}

/// A private note as others see it.
#[derive(ToSchema)]
pub struct NoteView {
    /// The id that its shape will have in the document.
    id: String,
    /// Its top left corner, in board pixels.
    #[schema(min_items = 2, max_items = 2)]
    point: Vec<f64>,
    /// What it says; absent until it is revealed.
    text: Option<String>,
    /// Who wrote it; absent until it is revealed.
    author: Option<String>,
}

#[cfg(test)]
mod tests {
    use protocol::meeting as told;
    use protocol::{PersonId, ThreadId};
    use serde_json::json;

    use super::super::tests::{described, keys};
    use super::*;

    #[test]
    fn the_description_names_what_is_sent() {
        let person = PersonId::from_random([1; 16]);
        let shape = told::PinnedShape { id: "s".to_owned(), offset: [0.0, 1.0] };
        let place = told::ThreadPlace { point: [0.0, 0.0], shape: Some(shape.clone()) };
        let mention = told::Mention { person: person.clone(), name: "Bo".to_owned() };
        let comment = told::Comment {
            id: 1,
            author: person,
            name: String::new(),
            is_signed_in: true,
            text: String::new(),
            mentions: vec![mention.clone()],
            created_at_ms: 0,
            edited_at_ms: Some(0),
        };
        let id = ThreadId::from_random([1; 20]);
        let thread = told::Thread { id, place: place.clone(), resolved: false, comments: vec![comment.clone()] };
        let writing = told::Writing { text: String::new(), name: String::new(), mentions: vec![] };
        assert_eq!(described::<PinnedShape>(), keys(&json!(shape)));
        assert_eq!(described::<ThreadPlace>(), keys(&json!(place)));
        assert_eq!(described::<Mention>(), keys(&json!(mention)));
        assert_eq!(described::<Comment>(), keys(&json!(comment)));
        assert_eq!(described::<Thread>(), keys(&json!(thread)));
        assert_eq!(described::<ThreadList>(), keys(&json!(told::ThreadList::default())));
        assert_eq!(described::<Writing>(), keys(&json!(writing)));
        let new = told::NewThread { place: place.clone(), comment: writing };
        assert_eq!(described::<NewThread>(), keys(&json!(new)));
        let change = told::ChangeThread { resolved: Some(true), place: Some(place) };
        assert_eq!(described::<ChangeThread>(), keys(&json!(change)));
        let timer = told::Timer { ends_at_ms: None, left_ms: None };
        let voting = told::Voting {
            question: String::new(),
            budget: 1,
            shapes: vec![],
            is_open: false,
            voters: 0,
            results: vec![1],
        };
        let new = told::NewVoting { question: String::new(), budget: 1, shapes: vec![] };
        assert_eq!(described::<Timer>(), keys(&json!(timer)));
        assert_eq!(described::<Voting>(), keys(&json!(voting)));
        assert_eq!(described::<NewVoting>(), keys(&json!(new)));
        assert_eq!(described::<Ballot>(), keys(&json!(told::Ballot::default())));
        let note = told::PrivateNote { id: String::new(), point: [0.0, 0.0], text: String::new() };
        let seen = told::NoteView {
            id: String::new(),
            point: [0.0, 0.0],
            text: Some(String::new()),
            author: Some(String::new()),
        };
        assert_eq!(described::<PrivateRound>(), keys(&json!(told::PrivateRound { is_hidden: true })));
        assert_eq!(described::<PrivateNote>(), keys(&json!(note)));
        assert_eq!(described::<PrivateNotes>(), keys(&json!(told::PrivateNotes::default())));
        assert_eq!(described::<PlacedNotes>(), keys(&json!(told::PlacedNotes::default())));
        assert_eq!(described::<NoteView>(), keys(&json!(seen)));
        assert_eq!(described::<Facilitation>(), keys(&json!(told::Facilitation::default())));
    }
}
