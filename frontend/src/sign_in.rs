//! Whether people can sign in here, and what the home page and the part that does it tell each other. It must not know how
//! people sign in: a page of a server without sign-in has nothing else of it.

use leptos::prelude::*;
use protocol::BoardId;

/// Whether this server knows a sign-in provider: it marks its pages then.
pub fn is_offered() -> bool {
    document().query_selector("meta[name=boardwalk-sign-in]").ok().flatten().is_some()
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
