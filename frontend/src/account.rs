//! Who is signed in: the way to sign in or the person's menu, in the home page's header, and their boards, which come to
//! this browser and leave it with them. It must not know how boards are shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;
use protocol::{BoardId, ErrorCode, OwnBoard};

use crate::api::{self, ApiError};
use crate::connection::copies;
use crate::keyring::{self, KeptBoard, KeptLink, KeyringError};
use crate::person_name::{cleaned, friendly_name, initials};
use crate::preferences::{Preferences, keep_account_name, kept_account_name};
use crate::route::Router;
use crate::sign_in::{self, SignInDesk};
use crate::store::Problem;
use crate::ui::button::Weight;
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{Mounted, dynamic, effect};
use crate::ui::icon::Icon;
use crate::ui::popover::Popover;
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// Where signing in begins; it ends on the home page.
const SIGN_IN: &str = "/api/sign-in";
/// What the server puts before a problem's code in the address where signing in failed.
const FAILED: &str = "#sign-in=";

/// Who is signed in, as far as this page knows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    /// The server has not said yet, or cannot be reached.
    Unknown,
    /// Nobody.
    Nobody,
    /// Somebody, perhaps without a name.
    Somebody(String),
}

/// The button or the menu, and the dialog that offers to sign in.
#[component]
pub fn AccountMenu(
    /// What the home page tells, and is told.
    desk: SignInDesk,
) -> impl IntoView {
    let (words, toasts, preferences) = (Words::of_page(), Toasts::of_page(), Preferences::of_page());
    let (mounted, router): (Mounted, Router) = (Mounted::here(), expect_context());
    let (who, leaving) = (RwSignal::new(Who::Unknown), Arc::new(AtomicBool::new(false)));
    let is_leaving = leaving.clone();
    if let Some(problem) = failure() {
        router.hide_failure();
        toasts.push(words.named("problem", &format!("{}.text", problem.id())));
    }
    mounted.ask(api::session(), move |answer| {
        who.set(answer.map_or(Who::Unknown, |view| view.name.map_or(Who::Nobody, Who::Somebody)));
    });
    effect(move || {
        let (Who::Somebody(name), lost) = (who.get(), desk.lost.get()) else { return };
        take_name(preferences, &name);
        mounted.ask(bring(lost, is_leaving.clone()), move |brought| match brought {
            Ok(true) => desk.changed.run(()),
            Ok(false) => {}
            // Signed out elsewhere meanwhile.
            Err(BringError::Api(ApiError::Refused(ErrorCode::SignInNeeded))) => who.set(Who::Nobody),
            Err(BringError::Api(error)) => toasts.push(told(words, error)),
            // A browser that keeps nothing says so where the boards would be.
            Err(BringError::Keyring(_)) => {}
        });
    });
    let leave = Callback::new(move |()| {
        // What is being brought now may come after all else was taken away.
        leaving.store(true, Ordering::Relaxed);
        let leaving = leaving.clone();
        mounted.ask(leave(), move |left| match left {
            Ok(()) => {
                keep_account_name(None);
                let language = preferences.language.get_untracked();
                preferences.name.set(friendly_name(language, js_sys::Math::random(), js_sys::Math::random()));
                who.set(Who::Nobody);
                toasts.push(words.get(key::ACCOUNT_SIGNED_OUT).to_owned());
                desk.changed.run(());
            }
            Err(error) => {
                leaving.store(false, Ordering::Relaxed);
                toasts.push(told(words, error));
            }
        });
    });
    let face = move || match who.get() {
        Who::Unknown => ().into_any(),
        Who::Nobody => sign_in_link(words, "secondary"),
        Who::Somebody(name) => view! { <PersonMenu name=name leave=leave /> }.into_any(),
    };
    view! {
        {dynamic(face)}
        <Dialog open=desk.needed title=words.of(key::ACCOUNT_NEEDED_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <div class="dialog__form">
                <p class="dialog__text">{words.of(key::ACCOUNT_NEEDED_TEXT)}</p>
                <div class="dialog__actions">{sign_in_link(words, "primary")}</div>
            </div>
        </Dialog>
    }
    .into_any()
}

/// A link, as it leads to another page: the provider's.
fn sign_in_link(words: Words, weight: &'static str) -> AnyView {
    view! {
        <a class="button" data-weight=weight data-testid="sign-in" href=SIGN_IN>
            <Icon shape=icondata::LuLogIn />
            <span>{words.of(key::ACCOUNT_SIGN_IN)}</span>
        </a>
    }
    .into_any()
}

#[component]
fn PersonMenu(name: String, leave: Callback<()>) -> impl IntoView {
    let words = Words::of_page();
    let open = RwSignal::new(false);
    let name = StoredValue::new(name);
    let called = Signal::derive(move || {
        let name = name.get_value();
        if name.is_empty() { words.get(key::ACCOUNT_NAMELESS).to_owned() } else { name }
    });
    let menu = Signal::derive(move || words.fill(key::ACCOUNT_MENU, &[("name", &called.get())]));
    let face = view! {
        <span class="avatar" aria-hidden="true">{Signal::derive(move || initials(&called.get()))}</span>
        <span class="account__name">{called}</span>
    };
    view! {
        <Popover
            open=open
            label=words.of(key::ACCOUNT_TITLE)
            panel_class="panel menu account__panel popover__panel popover__panel--end"
            button_label=menu
            button_class="button account"
            weight=Weight::Secondary
            button_id="account"
            face=face.into_any()
        >
            <p class="account__who">
                <Icon shape=icondata::LuBadgeCheck />
                <span>{called}</span>
            </p>
            <hr class="menu__line" />
            <button type="button" class="menu__entry" data-testid="sign-out" on:click=move |_| leave.run(())>
                <Icon shape=icondata::LuLogOut />
                <span>{words.of(key::ACCOUNT_SIGN_OUT)}</span>
            </button>
        </Popover>
    }
    .into_any()
}

/// Why signing in failed, where the address says so.
fn failure() -> Option<ErrorCode> {
    let hash = window().location().hash().ok()?;
    ErrorCode::from_id(hash.strip_prefix(FAILED)?)
}

/// The name of who has just signed in is the one that others see, until they choose another.
fn take_name(preferences: Preferences, name: &str) {
    if kept_account_name().as_deref() == Some(name) {
        return;
    }
    keep_account_name(Some(name));
    if let Some(name) = cleaned(name) {
        preferences.name.set(name);
    }
}

#[derive(Debug, thiserror::Error)]
enum BringError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

/// Brings the boards of whoever is signed in to this browser, with a key for each that it has none for, or a lost one; says
/// whether anything changed. Nothing is brought any more once its reader is `leaving`.
async fn bring(lost: Vec<BoardId>, leaving: Arc<AtomicBool>) -> Result<bool, BringError> {
    let (own, kept) = (api::own_boards().await?, keyring::boards().await?);
    let mut changed = false;
    let is_leaving = || leaving.load(Ordering::Relaxed);
    for board in own {
        let earlier = kept.iter().find(|kept| kept.id == board.id);
        let is_lost = lost.contains(&board.id);
        let opens = earlier.is_some_and(KeptBoard::is_owned) && !is_lost;
        if earlier.map_or_else(|| sign_in::removed().contains(&board.id), |earlier| opens && earlier.of_account) {
            continue;
        }
        changed = true;
        if opens {
            // One that is forgotten meanwhile stays so.
            keyring::change(&board.id, |board| board.of_account |= !is_leaving()).await?;
            continue;
        }
        let unlocked = api::own_board_key(&board.id).await?;
        let (id, was_kept, link) =
            (board.id.clone(), earlier.is_some(), KeptLink { role: unlocked.role, key: unlocked.key, id: None });
        let keep = |now| match now {
            _ if is_leaving() => None,
            // It was taken out of the list meanwhile.
            None if was_kept || sign_in::removed().contains(&board.id) => None,
            now => Some(brought(board, link, now, is_lost)),
        };
        keyring::change_or_keep(&id, keep).await?;
    }
    Ok(changed)
}

/// A board of the account with the key to it, beside what is kept of it now: it may have been made in this browser only a
/// moment ago, and is kept with all of its links by now.
fn brought(board: OwnBoard, link: KeptLink, now: Option<KeptBoard>, is_lost: bool) -> KeptBoard {
    let moment = |moment_ms: i64| u64::try_from(moment_ms).unwrap_or_default();
    match now {
        Some(now) if now.is_owned() && !is_lost => KeptBoard { of_account: true, ..now },
        now => {
            let opened_at_ms = now.as_ref().map_or_else(|| moment(board.created_at_ms), |now| now.opened_at_ms);
            let visit = KeptBoard {
                title: board.title,
                links: vec![link],
                deleted_at_ms: board.deleted_at_ms.map(moment),
                of_account: true,
                ..KeptBoard::new(board.id, opened_at_ms)
            };
            visit.with_links_of(now)
        }
    }
}

/// Ends the session, and takes the boards that came with it out of this browser. What was drawn offline and not sent yet
/// stays, and is sent when the board is opened here again.
async fn leave() -> Result<(), ApiError> {
    match api::sign_out().await {
        // It was over already.
        Ok(()) | Err(ApiError::Refused(ErrorCode::SignInNeeded)) => {}
        Err(error) => return Err(error),
    }
    sign_in::forget_removed();
    // Where the browser keeps nothing, there is nothing to forget.
    for board in keyring::boards().await.unwrap_or_default().into_iter().filter(|board| board.of_account) {
        let _ = copies::forget(&board.id).await;
        let _ = keyring::forget(&board.id).await;
    }
    Ok(())
}

fn told(words: Words, error: ApiError) -> String {
    let reason = words.named("problem", &format!("{}.text", Problem::from(error).id()));
    words.fill(key::HOME_FAILED, &[("reason", &reason)])
}

#[cfg(test)]
mod tests {
    use protocol::{LinkSecret, Role};

    use super::*;

    #[test]
    fn a_board_that_was_made_meanwhile_keeps_its_links() {
        let link = |role, fill| KeptLink { role, key: LinkSecret::from_random([fill; LinkSecret::LENGTH]), id: None };
        let id = BoardId::from_random([1; BoardId::LENGTH]);
        let own = OwnBoard { id: id.clone(), title: "Plan".to_owned(), created_at_ms: 5, deleted_at_ms: None };
        let made = KeptBoard { links: vec![link(Role::Owner, 1), link(Role::Edit, 2)], ..KeptBoard::new(id, 7) };
        let (key, visited) = (link(Role::Owner, 3), KeptBoard { links: vec![link(Role::View, 2)], ..made.clone() });
        let links = |now: Option<&KeptBoard>, is_lost| {
            let board = brought(own.clone(), key.clone(), now.cloned(), is_lost);
            assert!(board.of_account);
            (board.links, board.opened_at_ms)
        };
        assert_eq!(links(Some(&made), false), (made.links.clone(), 7));
        assert_eq!(links(Some(&made), true), (vec![key.clone(), link(Role::Edit, 2)], 7), "the lost key makes room");
        assert_eq!(links(Some(&visited), false), (vec![key.clone(), link(Role::View, 2)], 7));
        assert_eq!(links(None, false), (vec![key.clone()], 5));
    }
}
