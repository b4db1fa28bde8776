//! What this browser knows of comments where their board is not open: which were seen, and how many unread ones call its
//! person. In local storage; all tabs write there. It must not know how threads are kept or shown.

use std::collections::{HashMap, HashSet};

use leptos::prelude::*;
use protocol::BoardId;

/// Where the browser keeps which comments were seen, by board.
const SEEN: &str = "boardwalk.seen.";
/// Where it keeps how many threads call its person unread.
const CALLS: &str = "boardwalk.calls.";

/// Where it tells its other tabs that its person has voted.
const VOTED: &str = "boardwalk.voted.";

/// The time of the newest comment that was seen, by thread.
pub type Seen = HashMap<String, i64>;

/// What was seen of a board, in any tab.
pub fn kept(board: &BoardId) -> Seen {
    parse(&read(SEEN, board).unwrap_or_default())
}

/// Keeps what was seen of the threads that are there, and gives it with what other tabs have kept. Where the browser keeps
/// nothing, comments are unread again at the next visit.
pub fn keep(board: &BoardId, seen: &Seen, there: &HashSet<String>) -> Seen {
    let all = merged(seen.clone(), kept(board));
    let lines = all.iter().filter(|(id, _)| there.contains(*id)).map(|(id, at_ms)| format!("{id} {at_ms}"));
    write(SEEN, board, &lines.collect::<Vec<_>>().join("\n"));
    all
}

/// What either knows as seen.
pub fn merged(mut one: Seen, other: Seen) -> Seen {
    for (id, at_ms) in other {
        let newest = one.entry(id).or_insert(at_ms);
        *newest = at_ms.max(*newest);
    }
    one
}

/// How many threads of a board call this browser's person unread, as it was last known here.
pub fn calls(board: &BoardId) -> usize {
    read(CALLS, board).and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Notes how many do.
pub fn keep_calls(board: &BoardId, count: usize) {
    if calls(board) != count {
        write(CALLS, board, &if count == 0 { String::new() } else { count.to_string() });
    }
}

/// Another tab has written something of a board: runs for the life of the component that is being made.
pub fn on_change(run: impl Fn() + 'static) {
    let listener = window_event_listener_untyped("storage", move |_| run());
    on_cleanup(move || listener.remove());
}

/// Tells the other tabs that this browser's person has voted on a board.
pub fn tell_voted(board: &BoardId) {
    // Only a change is told: taken away first, it is one every time.
    write(VOTED, board, "");
    write(VOTED, board, "voted");
}

/// Another tab has voted on a board: runs for the life of the component that is being made.
pub fn on_voted(run: impl Fn(&str) + 'static) {
    let listener = window_event_listener(leptos::ev::storage, move |event| {
        let (name, is_news) = (event.key().unwrap_or_default(), event.new_value().is_some());
        if let Some(board) = name.strip_prefix(VOTED).filter(|_| is_news) {
            run(board);
        }
    });
    on_cleanup(move || listener.remove());
}

fn parse(text: &str) -> Seen {
    let line = |line: &str| line.split_once(' ').and_then(|(id, at_ms)| Some((id.to_owned(), at_ms.parse().ok()?)));
    text.lines().filter_map(line).collect()
}

fn read(prefix: &str, board: &BoardId) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(&format!("{prefix}{board}")).ok().flatten()
}

fn write(prefix: &str, board: &BoardId, text: &str) {
    let Ok(Some(storage)) = window().local_storage() else { return };
    let name = format!("{prefix}{board}");
    let _ = if text.is_empty() { storage.remove_item(&name) } else { storage.set_item(&name, text) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_either_tab_has_seen_was_seen() {
        let [one, other] = ["a 5\nb 7\nbroken\nc x", "a 6\nb 2\nd 1"].map(parse);
        let all = merged(one, other);
        let mut all: Vec<_> = all.iter().map(|(id, at_ms)| (id.as_str(), *at_ms)).collect();
        all.sort_unstable();
        assert_eq!(all, [("a", 6), ("b", 7), ("d", 1)]);
    }
}
