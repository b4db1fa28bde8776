//! The page of a link that wants a password. It must not know what a board is made of.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use protocol::{BoardId, ErrorCode, LinkSecret};

use crate::opening::unlock;
use crate::panels::menu::MARK;
use crate::route::RouteLink;
use crate::store::Problem;
use crate::ui::dynamic::{Mounted, effect};
use crate::ui::icon::Icon;
use crate::words::{Words, key};

/// Asks for the password, then opens the board with a key of one's own.
#[component]
pub fn UnlockPage(
    /// The board.
    id: BoardId,
    /// The link's key.
    link_key: LinkSecret,
) -> impl IntoView {
    let words = Words::of_page();
    let mounted = Mounted::here();
    let field = NodeRef::<html::Input>::new();
    let (opening, problem) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    effect(move || {
        if let Some(field) = field.get() {
            // A page that may not take the focus is no worse for it.
            let _ = field.focus();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let password = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if password.is_empty() || opening.get_untracked() {
            return;
        }
        opening.set(true);
        mounted.ask(unlock(id.clone(), link_key.clone(), password), move |answer| match answer {
            Ok(address) => enter(&address),
            Err(failed) => {
                opening.set(false);
                problem.set(Some(failed));
            }
        });
    };
    let note = Signal::derive(move || match problem.get() {
        None => String::new(),
        Some(Problem::Refused(ErrorCode::WrongPassword)) => words.get(key::UNLOCK_WRONG).to_owned(),
        Some(Problem::Refused(ErrorCode::Busy)) => words.get(key::UNLOCK_BUSY).to_owned(),
        Some(other) => words.named("problem", &format!("{}.text", other.id())),
    });
    let label = Signal::derive(move || {
        words.get(if opening.get() { key::UNLOCK_OPENING } else { key::UNLOCK_OPEN }).to_owned()
    });
    view! {
        <main class="problem" data-testid="unlock">
            <RouteLink to="/" class="brand">
                <span class="mark" aria-hidden="true" inner_html=MARK></span>
                <span>{words.of(key::APP_NAME)}</span>
            </RouteLink>
            <div class="problem__body">
                <span class="problem__icon"><Icon shape=icondata::LuKeyRound /></span>
                <h1>{words.of(key::UNLOCK_TITLE)}</h1>
                <p>{words.of(key::UNLOCK_TEXT)}</p>
                <form class="unlock" on:submit=submit>
                    <input
                        class="input"
                        type="password"
                        autocomplete="current-password"
                        aria-label=words.of(key::LINKS_PASSWORD)
                        data-testid="password"
                        maxlength="200"
                        node_ref=field
                    />
                    <button type="submit" class="button" data-weight="primary" prop:disabled=opening>{label}</button>
                </form>
                <p class="unlock__note" role="alert">{note}</p>
            </div>
        </main>
    }
    .into_any()
}

/// Opens the board anew, as if its own link had been followed.
fn enter(address: &str) {
    let location = window().location();
    // Only the part after # differs, which alone would not load the page.
    if location.set_href(address).is_ok() {
        let _ = location.reload();
    }
}
