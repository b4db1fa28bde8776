//! What comments say to one person: which of them are news, which call them by name, and where in a text a name is called.
//! Plain functions of threads. It must not know how any of that is shown.

use protocol::PersonId;
use protocol::meeting::{Comment, Mention, Thread};

/// Whether a thread has comments of others that came after what was seen of it.
pub fn is_unread(thread: &Thread, you: Option<&PersonId>, seen_at_ms: i64) -> bool {
    unread(thread, you, seen_at_ms).next().is_some()
}

/// Whether such a comment calls the reader.
pub fn calls_unread(thread: &Thread, you: &PersonId, seen_at_ms: i64) -> bool {
    unread(thread, Some(you), seen_at_ms).any(|comment| does_call(comment, you))
}

/// The comment of somebody else that calls the reader and did not before.
pub fn new_call<'a>(before: Option<&Thread>, now: &'a Thread, you: &PersonId) -> Option<&'a Comment> {
    let known = |id: u32| before.and_then(|thread| thread.comments.iter().find(|comment| comment.id == id));
    let is_new = |comment: &&Comment| known(comment.id).is_none_or(|known| !does_call(known, you));
    now.comments.iter().rev().filter(|comment| comment.author != *you && does_call(comment, you)).find(is_new)
}

fn unread<'a>(thread: &'a Thread, you: Option<&'a PersonId>, seen_at_ms: i64) -> impl Iterator<Item = &'a Comment> {
    let is_news = move |comment: &&Comment| comment.created_at_ms > seen_at_ms && Some(&comment.author) != you;
    thread.comments.iter().filter(is_news)
}

fn does_call(comment: &Comment, person: &PersonId) -> bool {
    comment.mentions.iter().any(|mention| mention.person == *person)
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
    use protocol::ThreadId;
    use protocol::meeting::ThreadPlace;

    use super::*;

    fn person(fill: u8) -> PersonId {
        PersonId::from_random([fill; 16])
    }

    fn mention(fill: u8, name: &str) -> Mention {
        Mention { person: person(fill), name: name.to_owned() }
    }

    /// Comments by their author, when they were written and whom they call.
    fn thread(comments: &[(u8, i64, &[u8])]) -> Thread {
        let comment = |(at, (author, created_at_ms, called)): (usize, &(u8, i64, &[u8]))| Comment {
            id: at as u32 + 1,
            author: person(*author),
            name: String::new(),
            is_signed_in: false,
            text: String::new(),
            mentions: called.iter().map(|fill| mention(*fill, "x")).collect(),
            created_at_ms: *created_at_ms,
            edited_at_ms: None,
        };
        let place = ThreadPlace { point: [0.0, 0.0], shape: None };
        let comments = comments.iter().enumerate().map(comment).collect();
        Thread { id: ThreadId::from_random([1; 20]), place, resolved: false, comments }
    }

    #[test]
    fn only_what_others_wrote_since_is_unread() {
        const YOU: u8 = 1;
        for (comments, seen, is_new, calls) in [
            (&[(2, 5, &[] as &[u8])][..], 0, true, false),
            (&[(2, 5, &[YOU])], 0, true, true),
            (&[(2, 5, &[YOU])], 5, false, false),
            (&[(YOU, 5, &[YOU])], 0, false, false),
            (&[(2, 5, &[YOU]), (3, 6, &[2])], 5, true, false),
            (&[(2, 5, &[]), (3, 6, &[2, YOU])], 5, true, true),
        ] {
            let thread = thread(comments);
            assert_eq!(is_unread(&thread, Some(&person(YOU)), seen), is_new, "{comments:?}");
            assert_eq!(calls_unread(&thread, &person(YOU), seen), calls, "{comments:?}");
        }
    }

    #[test]
    fn a_call_is_news_once() {
        let you = person(1);
        let (before, now) = (thread(&[(2, 5, &[])]), thread(&[(2, 5, &[1]), (1, 6, &[1])]));
        assert_eq!(new_call(Some(&before), &now, &you).map(|comment| comment.id), Some(1), "it was edited to call");
        assert_eq!(new_call(None, &now, &you).map(|comment| comment.id), Some(1));
        assert_eq!(new_call(Some(&now), &now, &you), None);
        let next = thread(&[(2, 5, &[1]), (1, 6, &[]), (3, 7, &[1])]);
        assert_eq!(new_call(Some(&now), &next, &you).map(|comment| comment.id), Some(3));
    }

    #[test]
    fn texts_are_cut_at_the_names_they_call() {
        let mentions = [mention(1, "Ada"), mention(1, "Ada Lovelace")];
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
