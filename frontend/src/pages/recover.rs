//! The page of a recovery link: adds the boards behind it to this browser. It must not know how the list is sealed.

use leptos::prelude::*;
use protocol::LinkSecret;

use crate::keyring::KeptBoard;
use crate::panels::menu::MARK;
use crate::recovery::{self, RecoveryError};
use crate::route::{RouteLink, Router};
use crate::ui::button::{Button, Weight};
use crate::ui::dynamic::{Mounted, dynamic, effect};
use crate::ui::icon::Icon;
use crate::words::{Words, key};

/// The page.
#[component]
pub fn RecoverPage(
    /// The secret of the address; none where it had none.
    secret: Option<LinkSecret>,
) -> impl IntoView {
    let words = Words::of_page();
    let router: Router = expect_context();
    let mounted = Mounted::here();
    effect(move || document().set_title(words.get(key::APP_NAME)));
    let found = RwSignal::new(None::<Result<Vec<KeptBoard>, ()>>);
    let kept = StoredValue::new(secret.clone());
    match secret {
        Some(secret) => mounted.ask(async move { recovery::fetch(&secret).await }, move |answer| {
            // What is shown needs the address no more, and nobody shall find it in the browser's history.
            router.hide_recovery();
            found.set(Some(answer.map_err(drop)));
        }),
        None => found.set(Some(Err(()))),
    }
    let adopt = move |boards: Vec<KeptBoard>| {
        let Some(secret) = kept.get_value() else { return };
        mounted.ask(
            async move { recovery::adopt(boards, &secret).await },
            move |adopted: Result<(), RecoveryError>| match adopted {
                Ok(()) => router.go("/"),
                Err(_) => found.set(Some(Err(()))),
            },
        );
    };
    let body = move || match found.get() {
        None => view! { <p role="status">{words.of(key::RECOVER_LOADING)}</p> }.into_any(),
        Some(Err(())) => view! {
            <h1>{words.of(key::RECOVER_FAILED_TITLE)}</h1>
            <p>{words.of(key::RECOVER_FAILED_TEXT)}</p>
            <div class="problem__actions">
                <RouteLink to="/" class="button button--loud"><span>{words.of(key::ACTION_HOME)}</span></RouteLink>
            </div>
        }
        .into_any(),
        Some(Ok(boards)) => {
            let text = words.count(key::RECOVER_TEXT_ONE, key::RECOVER_TEXT_MANY, boards.len());
            view! {
                <h1>{words.of(key::RECOVER_TITLE)}</h1>
                <p>{text}</p>
                <div class="problem__actions">
                    <Button
                        attr:data-testid="adopt-boards"
                        label=words.of(key::RECOVER_CONFIRM)
                        weight=Weight::Primary
                        icon=icondata::LuDownload
                        on_press=Callback::new(move |()| adopt(boards.clone()))
                    />
                </div>
            }
            .into_any()
        }
    };
    view! {
        <main class="problem" data-testid="recover">
            <RouteLink to="/" class="brand">
                <span class="mark" aria-hidden="true" inner_html=MARK></span>
                <span>{words.of(key::APP_NAME)}</span>
            </RouteLink>
            <div class="problem__body">
                <span class="problem__icon"><Icon shape=icondata::LuMonitorSmartphone /></span>
                {dynamic(body)}
            </div>
        </main>
    }
    .into_any()
}
