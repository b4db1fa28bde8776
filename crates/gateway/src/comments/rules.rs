//! The rules of comments: what a thread becomes by what somebody does, or why they may not. It must not know requests,
//! stores or clocks.

use protocol::limits::{MAX_AUTHOR_CHARS, MAX_COMMENT_CHARS, MAX_COMMENTS_PER_THREAD, MAX_MENTIONS};
use protocol::meeting::{ChangeThread, Comment, Mention, PinnedShape, Thread, ThreadPlace, Writing};
use protocol::{ErrorCode, PersonId, Role, ThreadId};

use crate::boards::one_line;
use crate::session::is_called;

/// Farthest place from the board's middle, in board pixels: farther than any camera goes.
const FARTHEST: f64 = 1e9;
/// Longest id of a shape, in bytes.
const MAX_SHAPE_ID_BYTES: usize = 64;

/// Whoever does something.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// What their link allows.
    pub role: Role,
    /// What their sign-in provider calls them, where they are signed in.
    pub account: Option<String>,
}

/// A new thread with its first comment.
///
/// # Errors
/// `Malformed` or `TooLarge`.
pub fn begin(
    id: ThreadId,
    place: ThreadPlace,
    first: Writing,
    actor: &Actor,
    now_ms: u64,
) -> Result<Thread, ErrorCode> {
    let comment = written(1, first, actor, now_ms)?;
    Ok(Thread { id, place: checked_place(place)?, resolved: false, comments: vec![comment] })
}

/// A thread with one comment more. A thread that was done with is open again.
///
/// # Errors
/// `Malformed`, or `TooLarge`: also when the thread has as many comments as it may.
pub fn reply(mut thread: Thread, writing: Writing, actor: &Actor, now_ms: u64) -> Result<Thread, ErrorCode> {
    if thread.comments.len() >= MAX_COMMENTS_PER_THREAD {
        return Err(ErrorCode::TooLarge);
    }
    let id = thread.comments.last().map_or(0, |last| last.id).saturating_add(1);
    thread.comments.push(written(id, writing, actor, now_ms)?);
    thread.resolved = false;
    Ok(thread)
}

/// A thread with a comment that says something else. Only its author may.
///
/// # Errors
/// `UnknownComment`, `Forbidden`, `Malformed` or `TooLarge`.
pub fn edit(mut thread: Thread, id: u32, writing: Writing, actor: &Actor, now_ms: u64) -> Result<Thread, ErrorCode> {
    let comment = thread.comments.iter_mut().find(|comment| comment.id == id).ok_or(ErrorCode::UnknownComment)?;
    if comment.author != actor.person {
        return Err(ErrorCode::Forbidden);
    }
    let created_at_ms = comment.created_at_ms;
    let edited = written(id, writing, actor, now_ms)?;
    *comment = Comment { created_at_ms, edited_at_ms: Some(edited.created_at_ms), ..edited };
    Ok(thread)
}

/// A thread without a comment; nothing where it was the last. Its author may, and owners.
///
/// # Errors
/// `UnknownComment` or `Forbidden`.
pub fn delete(mut thread: Thread, id: u32, actor: &Actor) -> Result<Option<Thread>, ErrorCode> {
    let at = thread.comments.iter().position(|comment| comment.id == id).ok_or(ErrorCode::UnknownComment)?;
    if thread.comments[at].author != actor.person && actor.role != Role::Owner {
        return Err(ErrorCode::Forbidden);
    }
    thread.comments.remove(at);
    Ok((!thread.comments.is_empty()).then_some(thread))
}

/// A thread that is done with or open again, or pinned elsewhere: the latter by who began it, and by who may edit.
///
/// # Errors
/// `Forbidden` or `Malformed`.
pub fn change(mut thread: Thread, change: ChangeThread, actor: &Actor) -> Result<Thread, ErrorCode> {
    if let Some(place) = change.place {
        let is_own = thread.comments.first().is_some_and(|first| first.author == actor.person);
        if !is_own && !actor.role.may_write() {
            return Err(ErrorCode::Forbidden);
        }
        thread.place = checked_place(place)?;
    }
    thread.resolved = change.resolved.unwrap_or(thread.resolved);
    Ok(thread)
}

fn written(id: u32, writing: Writing, actor: &Actor, now_ms: u64) -> Result<Comment, ErrorCode> {
    let text = writing.text.trim();
    if text.chars().count() > MAX_COMMENT_CHARS || writing.mentions.len() > MAX_MENTIONS {
        return Err(ErrorCode::TooLarge);
    }
    if text.is_empty() || text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(ErrorCode::Malformed);
    }
    let mention = |mention: Mention| {
        let name = one_line(&mention.name, MAX_AUTHOR_CHARS)?;
        if name.is_empty() { Err(ErrorCode::Malformed) } else { Ok(Mention { name, ..mention }) }
    };
    let name = one_line(&writing.name, MAX_AUTHOR_CHARS)?;
    Ok(Comment {
        id,
        author: actor.person.clone(),
        is_signed_in: actor.account.as_deref().is_some_and(|account| is_called(account, &name)),
        name,
        text: text.to_owned(),
        mentions: writing.mentions.into_iter().map(mention).collect::<Result<_, _>>()?,
        created_at_ms: i64::try_from(now_ms).unwrap_or(i64::MAX),
        edited_at_ms: None,
    })
}

/// Whether a place is one on a board.
pub fn is_point(point: [f64; 2]) -> bool {
    point.iter().all(|at| at.is_finite() && at.abs() <= FARTHEST)
}

/// Whether a text may be the id of a shape.
pub fn is_shape_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_SHAPE_ID_BYTES && !id.chars().any(char::is_control)
}

fn checked_place(place: ThreadPlace) -> Result<ThreadPlace, ErrorCode> {
    if !is_point(place.point) {
        return Err(ErrorCode::Malformed);
    }
    let shape = place.shape.map(|PinnedShape { id, offset }| {
        let fits = is_shape_id(&id) && offset.iter().all(|at| at.is_finite());
        if fits {
            Ok(PinnedShape { id, offset: offset.map(|at| at.clamp(0.0, 1.0)) })
        } else {
            Err(ErrorCode::Malformed)
        }
    });
    Ok(ThreadPlace { shape: shape.transpose()?, ..place })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(number: u8, role: Role) -> Actor {
        Actor { person: PersonId::from_random([number; 16]), role, account: None }
    }

    fn text(text: &str) -> Writing {
        Writing { text: text.to_owned(), name: " Ada ".to_owned(), mentions: Vec::new() }
    }

    fn at(x: f64, shape: Option<(&str, f64)>) -> ThreadPlace {
        let shape = shape.map(|(id, offset)| PinnedShape { id: id.to_owned(), offset: [offset, 0.5] });
        ThreadPlace { point: [x, 0.0], shape }
    }

    fn thread() -> Thread {
        let id = ThreadId::from_random([1; 20]);
        let thread = begin(id, at(0.0, None), text("one"), &actor(1, Role::Comment), 5).expect("a thread");
        reply(thread, text("two"), &actor(2, Role::Comment), 6).expect("a reply")
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        let long = "ä".repeat(MAX_COMMENT_CHARS);
        for (given, expected) in [
            (" a\nb ", Ok("a\nb")),
            ("<script>", Ok("<script>")),
            (&long, Ok(long.as_str())),
            (&format!("{long}x"), Err(ErrorCode::TooLarge)),
            (" \n ", Err(ErrorCode::Malformed)),
            ("a\0b", Err(ErrorCode::Malformed)),
            ("a\u{1b}b", Err(ErrorCode::Malformed)),
        ] {
            let comment = written(1, text(given), &actor(1, Role::Comment), 0);
            assert_eq!(comment.map(|comment| comment.text), expected.map(str::to_owned), "{given:?}");
        }
        let mention = Mention { person: PersonId::from_random([1; 16]), name: "Bo".to_owned() };
        let crowd = Writing { mentions: vec![mention.clone(); MAX_MENTIONS + 1], ..text("x") };
        assert_eq!(written(1, crowd, &actor(1, Role::Edit), 0), Err(ErrorCode::TooLarge));
        let nameless = Writing { mentions: vec![Mention { name: " ".to_owned(), ..mention }], ..text("x") };
        assert_eq!(written(1, nameless, &actor(1, Role::Edit), 0), Err(ErrorCode::Malformed));
        let long_name = Writing { name: "x".repeat(MAX_AUTHOR_CHARS + 1), ..text("x") };
        assert_eq!(written(1, long_name, &actor(1, Role::Edit), 0), Err(ErrorCode::TooLarge));
    }

    #[test]
    fn places_are_near_and_on_their_shape() {
        for (place, expected) in [
            (at(5.0, None), Ok(at(5.0, None))),
            (at(5.0, Some(("s", 7.0))), Ok(at(5.0, Some(("s", 1.0))))),
            (at(f64::NAN, None), Err(ErrorCode::Malformed)),
            (at(1e12, None), Err(ErrorCode::Malformed)),
            (at(0.0, Some(("", 0.0))), Err(ErrorCode::Malformed)),
            (at(0.0, Some(("s", f64::INFINITY))), Err(ErrorCode::Malformed)),
            (at(0.0, Some((&"s".repeat(65), 0.0))), Err(ErrorCode::Malformed)),
        ] {
            assert_eq!(checked_place(place.clone()), expected, "{place:?}");
        }
    }

    #[test]
    fn only_authors_edit_and_only_they_and_owners_delete() {
        for (person, role, may_edit, may_delete) in [
            (1, Role::Comment, true, true),
            (2, Role::Comment, false, false),
            (2, Role::Edit, false, false),
            (3, Role::Owner, false, true),
        ] {
            let actor = actor(person, role);
            assert_eq!(edit(thread(), 1, text("new"), &actor, 9).is_ok(), may_edit, "{actor:?}");
            assert_eq!(delete(thread(), 1, &actor).is_ok(), may_delete, "{actor:?}");
        }
        let edited = edit(thread(), 1, text("new"), &actor(1, Role::Comment), 9).expect("its own");
        let first = &edited.comments[0];
        assert_eq!((first.text.as_str(), first.created_at_ms, first.edited_at_ms), ("new", 5, Some(9)));
        assert_eq!(edit(thread(), 7, text("x"), &actor(1, Role::Owner), 9), Err(ErrorCode::UnknownComment));
        let rest = delete(thread(), 1, &actor(1, Role::Comment)).expect("its own").expect("one is left");
        assert_eq!(rest.comments.len(), 1);
        assert_eq!(delete(rest, 2, &actor(2, Role::Comment)), Ok(None), "the last one takes the thread along");
    }

    #[test]
    fn a_reply_opens_a_thread_again_and_a_thread_ends_somewhere() {
        let done = change(thread(), ChangeThread { resolved: Some(true), place: None }, &actor(2, Role::Comment));
        let done = done.expect("whoever comments may");
        assert!(done.resolved);
        let mut again = reply(done, text("wait"), &actor(2, Role::Comment), 7).expect("a reply");
        assert!(!again.resolved && again.comments[2].id == 3);
        while again.comments.len() < MAX_COMMENTS_PER_THREAD {
            again = reply(again, text("more"), &actor(2, Role::Comment), 8).expect("there is room");
        }
        assert_eq!(reply(again, text("x"), &actor(2, Role::Comment), 8), Err(ErrorCode::TooLarge));
    }

    #[test]
    fn threads_are_moved_by_who_began_them_and_by_editors() {
        for (person, role, expected) in
            [(1, Role::Comment, true), (2, Role::Comment, false), (2, Role::Edit, true), (3, Role::Owner, true)]
        {
            let moved = ChangeThread { resolved: None, place: Some(at(9.0, None)) };
            assert_eq!(change(thread(), moved, &actor(person, role)).is_ok(), expected, "{person} {role:?}");
        }
    }

    #[test]
    fn a_name_is_an_accounts_only_where_it_is_its_own() {
        for (account, expected) in [(None, false), (Some("Bo"), false), (Some("Ada"), true)] {
            let actor = Actor { account: account.map(str::to_owned), ..actor(1, Role::Comment) };
            assert_eq!(written(1, text("x"), &actor, 0).expect("a comment").is_signed_in, expected);
        }
    }
}
