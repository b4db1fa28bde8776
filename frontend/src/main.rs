//! The page: a WASM program that mounts itself on the body. What it shows is in `app`.

mod account;
mod api;
mod app;
mod assets;
mod board;
mod calls;
mod clipboard;
mod clock;
mod connection;
mod drafts;
mod facilitation;
mod keyring;
mod meeting;
mod opening;
mod pages;
mod panels;
mod parts;
mod person_name;
mod preferences;
mod private_notes;
mod random;
mod recovery;
mod route;
mod seen;
mod sharing;
mod shortcut;
mod sign_in;
mod signed_in;
mod store;
mod ui;
mod versions;
mod words;

fn main() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        // Without its texts the page speaks English.
        parts::learn(preferences::kept_language()).await;
        leptos::mount::mount_to_body(app::App);
    });
}
