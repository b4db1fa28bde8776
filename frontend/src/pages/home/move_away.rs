//! The recovery link: making it, showing it, withdrawing it. It must not know how the list is sealed.

use leptos::prelude::*;
use protocol::LinkSecret;

use super::shelf::Shelf;
use crate::panels::invite::{CopyField, Copying};
use crate::recovery::{self, RecoveryError};
use crate::route::recovery_link;
use crate::store::Problem;
use crate::ui::button::{Button, Weight};
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{Mounted, dynamic};
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// The dialog.
#[component]
pub fn MoveAway(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// Whose boards.
    shelf: Shelf,
) -> impl IntoView {
    let words = shelf.words;
    view! {
        <Dialog open=open title=words.of(key::RECOVERY_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <p class="dialog__text">{words.of(key::RECOVERY_TEXT)}</p>
            <Link />
        </Dialog>
    }
    .into_any()
}

#[component]
fn Link() -> impl IntoView {
    let (words, toasts) = (Words::of_page(), Toasts::of_page());
    let mounted = Mounted::here();
    let secret = RwSignal::new(recovery::secret());
    let (making, copying) = (RwSignal::new(false), RwSignal::new(Copying::NotYet));
    let make = move |()| {
        making.set(true);
        mounted.ask(recovery::make(), move |made| {
            making.set(false);
            match made {
                Ok(made) => secret.set(Some(made)),
                Err(error) => toasts.push(failure(words, &error)),
            }
        });
    };
    let withdraw = move |()| {
        mounted.ask(recovery::withdraw(), move |ended| match ended {
            Ok(()) => {
                secret.set(None);
                toasts.push(words.get(key::RECOVERY_WITHDRAWN).to_owned());
            }
            Err(error) => toasts.push(failure(words, &error)),
        });
    };
    let label = Signal::derive(move || {
        words.get(if making.get() { key::RECOVERY_MAKING } else { key::RECOVERY_MAKE }).to_owned()
    });
    let body = move || match secret.get() {
        Some(secret) => told(words, &secret, copying, Callback::new(withdraw)),
        None => view! {
            <div class="dialog__actions">
                <Button
                    attr:data-testid="make-recovery"
                    label=label
                    weight=Weight::Primary
                    icon=icondata::LuKeyRound
                    disabled=making
                    on_press=Callback::new(make)
                />
            </div>
        }
        .into_any(),
    };
    dynamic(body)
}

fn told(words: Words, secret: &LinkSecret, copying: RwSignal<Copying>, withdraw: Callback<()>) -> AnyView {
    view! {
        <CopyField link=Signal::stored(recovery_link(secret)) copying=copying take_focus=true />
        <p class="dialog__text">{words.of(key::RECOVERY_NOTE)}</p>
        <div class="dialog__actions">
            <Button
                attr:data-testid="withdraw-recovery"
                label=words.of(key::RECOVERY_WITHDRAW)
                weight=Weight::Secondary
                on_press=withdraw
            />
        </div>
    }
    .into_any()
}

fn failure(words: Words, error: &RecoveryError) -> String {
    let reason = match error {
        RecoveryError::Api(error) => words.named("problem", &format!("{}.text", Problem::from(*error).id())),
        RecoveryError::Keyring(_) => words.get(key::HOME_UNKEPT).to_owned(),
        RecoveryError::Unreadable => words.named("problem", "internal.text"),
    };
    words.fill(key::RECOVERY_FAILED, &[("reason", &reason)])
}
