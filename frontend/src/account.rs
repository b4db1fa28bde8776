//! Who is signed in: the way to sign in or the person's menu, in the home page's header, and their boards, which come to
//! this browser and leave it with them. It must not know how boards are shown.

use leptos::prelude::*;
use protocol::{BoardId, ErrorCode};

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
    let who = RwSignal::new(Who::Unknown);
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
        mounted.ask(bring(lost), move |brought| match brought {
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
        mounted.ask(leave(), move |left| match left {
            Ok(()) => {
                keep_account_name(None);
                let language = preferences.language.get_untracked();
                preferences.name.set(friendly_name(language, js_sys::Math::random(), js_sys::Math::random()));
                who.set(Who::Nobody);
                toasts.push(words.get(key::ACCOUNT_SIGNED_OUT).to_owned());
                desk.changed.run(());
            }
            Err(error) => toasts.push(told(words, error)),
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
/// whether anything changed.
async fn bring(lost: Vec<BoardId>) -> Result<bool, BringError> {
    let (own, kept) = (api::own_boards().await?, keyring::boards().await?);
    let (mut changed, removed) = (false, sign_in::removed());
    for board in own {
        let earlier = kept.iter().find(|kept| kept.id == board.id);
        if earlier.is_none() && removed.contains(&board.id) {
            continue;
        }
        let opens = earlier.is_some_and(KeptBoard::is_owned) && !lost.contains(&board.id);
        if opens && earlier.is_some_and(|earlier| earlier.of_account) {
            continue;
        }
        changed = true;
        if opens {
            keyring::change(&board.id, |board| board.of_account = true).await?;
            continue;
        }
        let unlocked = api::own_board_key(&board.id).await?;
        let moment = |moment_ms: i64| u64::try_from(moment_ms).unwrap_or_default();
        let visit = KeptBoard {
            title: board.title,
            links: vec![KeptLink { role: unlocked.role, key: unlocked.key, id: None }],
            deleted_at_ms: board.deleted_at_ms.map(moment),
            of_account: true,
            ..KeptBoard::new(
                board.id,
                earlier.map_or_else(|| moment(board.created_at_ms), |earlier| earlier.opened_at_ms),
            )
        };
        keyring::keep(&visit.with_links_of(earlier.cloned())).await?;
    }
    Ok(changed)
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
