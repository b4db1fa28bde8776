//! Short notices that appear for a few seconds and are read out.

use std::time::Duration;

use leptos::prelude::*;

use super::dynamic::{dynamic, list};

/// Most notices on the screen; older ones make room.
const MAX_TOASTS: usize = 3;
/// How long a notice stays.
const TOAST_MS: u64 = 6000;

/// The notices of the page, provided by context.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Toast {
    number: u64,
    text: String,
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
        if self.shown.read_untracked().iter().any(|toast| toast.text == text) {
            return;
        }
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        self.shown.update(|shown| {
            if shown.len() == MAX_TOASTS {
                shown.remove(0);
            }
            shown.push(Toast { number, text });
        });
        set_timeout(move || self.remove(number), Duration::from_millis(TOAST_MS));
    }

    fn remove(self, number: u64) {
        self.shown.update(|shown| shown.retain(|toast| toast.number != number));
    }
}

/// The place where notices appear.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = Toasts::of_page();
    let notices = move || {
        list(toasts.shown.get().into_iter().map(|toast| view! { <p class="toast">{toast.text}</p> }.into_any()))
    };
    view! {
        <div class="toaster" role="status" aria-live="polite">
            {dynamic(notices)}
        </div>
    }
    .into_any()
}
