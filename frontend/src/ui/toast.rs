//! Short notices that appear for a few seconds and are read out.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use super::dynamic::{dynamic, effect, list};

/// Most notices on the screen; older ones make room.
const MAX_TOASTS: usize = 3;
/// How long a notice stays.
const TOAST_MS: u64 = 6000;
/// How long one stays that something can be done about.
const ACTION_MS: u64 = 12_000;

/// The notices of the page, provided by context.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

#[derive(Clone)]
struct Toast {
    number: u64,
    text: String,
    /// What can be done about it: what the button says, and what it does.
    action: Option<(String, Callback<()>)>,
}

impl Toasts {
    /// No notices.
    pub fn none() -> Self {
        Self { shown: RwSignal::default(), next: StoredValue::new(0) }
    }

    /// The notices that the page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Shows a notice, already in the reader's language. One that is still on the screen is not repeated.
    pub fn push(self, text: String) {
        self.show(text, None);
    }

    /// The same with a button that does something about it.
    pub fn push_with(self, text: String, label: String, press: Callback<()>) {
        self.show(text, Some((label, press)));
    }

    fn show(self, text: String, action: Option<(String, Callback<()>)>) {
        if self.shown.read_untracked().iter().any(|toast| toast.text == text) {
            return;
        }
        let stays = Duration::from_millis(if action.is_some() { ACTION_MS } else { TOAST_MS });
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        self.shown.update(|shown| {
            if shown.len() == MAX_TOASTS {
                shown.remove(0);
            }
            shown.push(Toast { number, text, action });
        });
        set_timeout(move || self.remove(number), stays);
    }

    fn remove(self, number: u64) {
        // The page may have gone meanwhile.
        let _ = self.shown.try_update(|shown| shown.retain(|toast| toast.number != number));
    }
}

/// The place where notices appear.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = Toasts::of_page();
    let notices = move || {
        list(toasts.shown.get().into_iter().map(|toast| view! { <Notice toasts=toasts toast=toast /> }.into_any()))
    };
    let place = NodeRef::<html::Div>::new();
    effect(move || {
        if let Some(place) = place.get().filter(|_| !toasts.shown.read().is_empty()) {
            lift(&place);
        }
    });
    view! {
        <div class="toaster" role="status" aria-live="polite" popover="manual" node_ref=place>
            {dynamic(notices)}
        </div>
    }
    .into_any()
}

/// Over a dialog that is open, which covers everything else; a browser that cannot leaves them below.
fn lift(place: &web_sys::HtmlDivElement) {
    if matches!(document().query_selector("dialog[open]"), Ok(Some(_))) {
        let _ = place.hide_popover();
        let _ = place.show_popover();
    }
}

#[component]
fn Notice(toasts: Toasts, toast: Toast) -> impl IntoView {
    let Toast { number, text, action } = toast;
    let action = action.map(|(label, press)| {
        let run = move |_| {
            toasts.remove(number);
            press.run(());
        };
        view! { <button type="button" class="toast__action" data-testid="toast-action" on:click=run>{label}</button> }
    });
    view! { <p class="toast">{text}{action}</p> }.into_any()
}
