//! The root component: what every page shares, and which page is on. It must not know what a page shows.

use leptos::prelude::*;

use crate::pages::problem::ProblemPage;
use crate::parts;
use crate::preferences::Preferences;
use crate::route::{Route, Router};
use crate::store::Problem;
use crate::ui::dynamic::dynamic;
use crate::ui::toast::{Toaster, Toasts};
use crate::words::Words;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let preferences = Preferences::load();
    let router = Router::start();
    provide_context(preferences);
    provide_context(router);
    provide_context(Words(preferences.language));
    provide_context(Toasts::none());
    let page = move || match router.route() {
        Route::Home => parts::home(),
        Route::Board { id, key } => parts::board(id, key),
        Route::Recover { key } => parts::recover(key),
        Route::Unknown => view! { <ProblemPage problem=Problem::NoPage /> }.into_any(),
    };
    view! {
        {dynamic(page)}
        <Toaster />
    }
    .into_any()
}
