//! The page that says why there is no board, and the way on.

use leptos::prelude::*;
use protocol::ErrorCode;

use crate::panels::menu::MARK;
use crate::route::RouteLink;
use crate::store::{BoardStore, Problem, Rescue};
use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::{dynamic, effect};
use crate::ui::icon::{Icon, IconShape};
use crate::words::{Words, key};

/// What went wrong, in two sentences, and a button.
#[component]
pub fn ProblemPage(
    /// What went wrong.
    problem: Problem,
) -> impl IntoView {
    let words = Words::of_page();
    let part =
        move |part: &'static str| Signal::derive(move || words.named("problem", &format!("{}.{part}", problem.id())));
    let reload = Callback::new(|()| {
        // Fails only where a page may not reload itself; the person then does.
        let _ = window().location().reload();
    });
    effect(move || document().set_title(words.get(key::APP_NAME)));
    let retry = retry(problem).map(|word| {
        view! {
            <Button label=words.of(word) weight=Weight::Primary icon=icondata::LuRefreshCw on_press=reload />
        }
    });
    let store = use_context::<BoardStore>();
    let rescue = move || match store.and_then(|store| store.rescue.get()) {
        Some(rescue) => view! { <RescueOffer rescue=rescue /> }.into_any(),
        None => ().into_any(),
    };
    let home_class = if retry.is_some() { "button button--quiet" } else { "button button--loud" };
    view! {
        <main class="problem" data-testid="problem" data-problem=problem.id()>
            <RouteLink to="/" class="brand">
                <span class="mark" aria-hidden="true" inner_html=MARK></span>
                <span>{words.of(key::APP_NAME)}</span>
            </RouteLink>
            <div class="problem__body">
                <span class="problem__icon"><Icon shape=icon(problem) /></span>
                <h1>{part("title")}</h1>
                <p>{part("text")}</p>
                {dynamic(rescue)}
                <div class="problem__actions">
                    {retry}
                    <RouteLink to="/" class=home_class>
                        <span>{words.of(key::ACTION_HOME)}</span>
                    </RouteLink>
                </div>
            </div>
        </main>
    }
    .into_any()
}

/// The way to one's own copy.
#[component]
fn RescueOffer(rescue: Rescue) -> impl IntoView {
    let words = Words::of_page();
    let text = words.count(key::RESCUE_ONE, key::RESCUE_MANY, rescue.count);
    let link = |url: String, name: &'static str, label: &'static str| {
        view! { <a class="button" data-weight="secondary" href=url download=name>{label}</a> }.into_any()
    };
    let png = rescue.png.map(|url| link(url, "board.png", "PNG"));
    view! {
        <section class="rescue" data-testid="rescue">
            <p>{text}</p>
            <div class="problem__actions">
                {link(rescue.json, "board.boardwalk.json", "JSON")}
                {png}
            </div>
        </section>
    }
    .into_any()
}

fn icon(problem: Problem) -> IconShape {
    match problem {
        Problem::NoPage | Problem::Refused(ErrorCode::UnknownBoard | ErrorCode::Deleted) => icondata::LuSearchX,
        Problem::Refused(ErrorCode::WrongKey | ErrorCode::Forbidden) => icondata::LuKeyRound,
        Problem::Refused(ErrorCode::Revoked | ErrorCode::Expired | ErrorCode::LockedOut) => icondata::LuLink2Off,
        Problem::Unreachable => icondata::LuUnplug,
        Problem::Refused(_) => icondata::LuCircleAlert,
    }
}

/// What the reload button says; none where reloading would change nothing.
fn retry(problem: Problem) -> Option<crate::words::Word> {
    match problem {
        Problem::NoPage => None,
        Problem::Unreachable => Some(key::ACTION_RETRY),
        Problem::Refused(ErrorCode::Outdated | ErrorCode::Malformed | ErrorCode::TooLarge) => Some(key::ACTION_RELOAD),
        Problem::Refused(code) => (code.retry() == protocol::Retry::Later).then_some(key::ACTION_RETRY),
    }
}
