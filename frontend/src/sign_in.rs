//! Whether people can sign in here, and what the home page and the part that does it tell each other. It must not know how
//! people sign in: a page of a server without sign-in has nothing else of it.

use leptos::prelude::*;
use protocol::BoardId;

/// Where the browser keeps which boards of the account were taken out of its list.
const REMOVED: &str = "boardwalk.removed";
/// Most of them; the oldest come back.
const MAX_REMOVED: usize = 1_000;

/// Whether this server knows a sign-in provider: it marks its pages then.
pub fn is_offered() -> bool {
    marked("meta[name=boardwalk-sign-in]")
}

/// Whether only those who are signed in make boards here.
pub fn is_needed() -> bool {
    marked("meta[name=boardwalk-sign-in][content=needed]")
}

fn marked(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

/// Boards of the account that were taken out of this browser's list, until it is signed out; newest first. All come back
/// where the browser keeps nothing.
pub fn removed() -> Vec<BoardId> {
    let kept = storage().and_then(|storage| storage.get_item(REMOVED).ok().flatten()).unwrap_or_default();
    kept.lines().filter_map(|line| line.parse().ok()).collect()
}

/// One more is taken out.
pub fn note_removed(board: &BoardId) {
    let Some(storage) = storage() else { return };
    let all = std::iter::once(board.clone()).chain(removed().into_iter().filter(|other| other != board));
    let lines: Vec<String> = all.take(MAX_REMOVED).map(|board| board.to_string()).collect();
    let _ = storage.set_item(REMOVED, &lines.join("\n"));
}

/// They may come back.
pub fn forget_removed() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(REMOVED);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// What is told, provided by context on the home page.
#[derive(Clone, Copy)]
pub struct SignInDesk {
    /// Set where only those who are signed in may do what was tried.
    pub needed: RwSignal<bool>,
    /// Boards whose keys of this browser open nothing any more.
    pub lost: RwSignal<Vec<BoardId>>,
    /// Called when boards came to this browser or left it.
    pub changed: Callback<()>,
}

impl SignInDesk {
    /// The one that the page provides.
    pub fn of_page() -> Self {
        expect_context()
    }
}
