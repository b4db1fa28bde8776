//! Addresses of the page: which there are, and going to them. It must not know what is shown there.

use leptos::ev;
use leptos::prelude::*;
use protocol::{BoardId, LinkSecret, ThreadId};
use wasm_bindgen::JsValue;

/// A place in the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/b/{board_id}#key={secret}`
    Board {
        /// The board.
        id: BoardId,
        /// The link's secret, while the address still shows it.
        key: Option<LinkSecret>,
    },
    /// `/recover#key={secret}`
    Recover {
        /// The recovery link's secret, if the address has one.
        key: Option<LinkSecret>,
    },
    /// Anything else.
    Unknown,
}

impl Route {
    /// The route of a path and a fragment (with or without its `#`).
    pub fn parse(path: &str, fragment: &str) -> Self {
        if path == "/" {
            return Self::Home;
        }
        if path == RECOVER {
            return Self::Recover { key: key_of(fragment) };
        }
        let id = path.strip_prefix("/b/").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        match id.and_then(|id| id.parse().ok()) {
            Some(id) => Self::Board { id, key: key_of(fragment) },
            None => Self::Unknown,
        }
    }
}

const RECOVER: &str = "/recover";

/// A whole recovery link.
pub fn recovery_link(secret: &LinkSecret) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{RECOVER}#key={}", secret.reveal())
}

/// The path of a board, without its key.
pub fn board_path(id: &BoardId) -> String {
    format!("/b/{id}")
}

/// A whole link, as it is given to others, under the address at which the page itself was reached.
pub fn board_link(id: &BoardId, key: &LinkSecret) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{}#key={}", board_path(id), key.reveal())
}

fn key_of(fragment: &str) -> Option<LinkSecret> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    fragment.split('&').find_map(|part| part.strip_prefix("key="))?.parse().ok()
}

/// Where the page is, provided by context.
#[derive(Clone, Copy)]
pub struct Router(RwSignal<Route>);

impl Router {
    /// Reads the address and follows the back and forward buttons.
    pub fn start() -> Self {
        let router = Self(RwSignal::new(current()));
        // A changed fragment fires this event too: somebody pasted another link of the same board.
        let listener = window_event_listener(ev::popstate, move |_| router.0.set(current()));
        on_cleanup(move || listener.remove());
        router
    }

    /// The current route.
    pub fn route(self) -> Route {
        self.0.get()
    }

    /// Goes to a path (with its fragment) and remembers where the page was.
    pub fn go(self, address: &str) {
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(address));
        }
        self.0.set(current());
    }

    /// Takes the key out of the address bar and its history, without leaving the board.
    pub fn hide_key(self, id: &BoardId) {
        replace(&board_path(id));
    }

    /// Takes out of the home page's address why signing in failed.
    pub fn hide_failure(self) {
        replace("/");
    }

    /// The same for a recovery link.
    pub fn hide_recovery(self) {
        replace(RECOVER);
    }
}

fn replace(address: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

fn current() -> Route {
    let location = window().location();
    Route::parse(&location.pathname().unwrap_or_default(), &location.hash().unwrap_or_default())
}

/// A link inside the page; opening it in a new tab works as with any link.
#[component]
pub fn RouteLink(
    /// The address.
    #[prop(into)]
    to: String,
    /// CSS classes.
    class: &'static str,
    /// What is shown.
    children: Children,
) -> impl IntoView {
    let router: Router = expect_context();
    let address = to.clone();
    let follow = move |event: ev::MouseEvent| {
        let plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key());
        if plain {
            event.prevent_default();
            router.go(&address);
        }
    };
    view! { <a href=to class=class on:click=follow>{children()}</a> }.into_any()
}

/// The thread of comments that a fragment names.
pub fn thread_of(fragment: &str) -> Option<ThreadId> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    fragment.split('&').find_map(|part| part.strip_prefix("thread="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed() {
        let id = "abcdefghij0123456789";
        let key = "k".repeat(LinkSecret::LENGTH);
        let board = |key: Option<&str>| Route::Board {
            id: id.parse().expect("twenty characters"),
            key: key.map(|key| key.parse().expect("forty characters")),
        };
        for (path, fragment, expected) in [
            ("/".to_owned(), String::new(), Route::Home),
            (format!("/b/{id}"), String::new(), board(None)),
            (format!("/b/{id}/"), format!("#key={key}"), board(Some(&key))),
            (format!("/b/{id}"), format!("#x=1&key={key}"), board(Some(&key))),
            (format!("/b/{id}"), "#key=short".to_owned(), board(None)),
            ("/b/short".to_owned(), String::new(), Route::Unknown),
            (format!("/b/{id}/more"), String::new(), Route::Unknown),
            ("/about".to_owned(), String::new(), Route::Unknown),
            ("/recover".to_owned(), "#key=short".to_owned(), Route::Recover { key: None }),
            ("/recover".to_owned(), format!("#key={key}"), Route::Recover { key: key.parse().ok() }),
        ] {
            assert_eq!(Route::parse(&path, &fragment), expected, "{path} {fragment}");
        }
    }

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
}
