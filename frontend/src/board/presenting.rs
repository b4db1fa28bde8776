//! Presenting frames, one after the other: which keys go on and back, and the browser's full screen. It must not know how a
//! frame is found or shown.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::KeyboardEvent;

use crate::store::BoardStore;

/// Whether a key was one of the presentation's.
pub(super) fn key(store: BoardStore, event: &KeyboardEvent) -> bool {
    if store.presenting.get_untracked().is_none() {
        return false;
    }
    match event.key().as_str() {
        "ArrowRight" | "ArrowDown" | "PageDown" | " " | "Enter" => store.present_by(1),
        "ArrowLeft" | "ArrowUp" | "PageUp" | "Backspace" => store.present_by(-1),
        "Home" => store.present_by(isize::MIN),
        "End" => store.present_by(isize::MAX),
        "Escape" => store.stop_presenting(),
        _ => return false,
    }
    true
}

/// Takes the whole screen, or gives it back. A browser that refuses leaves the page as large as it is.
pub(super) fn fill_screen(fill: bool) {
    let page = document();
    let (owner, name): (JsValue, &str) = match (fill, page.document_element()) {
        (true, Some(root)) => (root.into(), "requestFullscreen"),
        _ => (page.into(), "exitFullscreen"),
    };
    let is_full = is_screen_filled();
    if fill == is_full {
        return;
    }
    if let Ok(ask) = Reflect::get(&owner, &name.into())
        && let Ok(ask) = ask.dyn_into::<Function>()
        && let Ok(answer) = ask.call0(&owner)
        && let Ok(answer) = answer.dyn_into::<js_sys::Promise>()
    {
        wasm_bindgen_futures::spawn_local(async move {
            drop(wasm_bindgen_futures::JsFuture::from(answer).await);
        });
    }
}

/// Whether the page has the whole screen.
pub(super) fn is_screen_filled() -> bool {
    Reflect::get(&document(), &"fullscreenElement".into()).is_ok_and(|element| element.is_truthy())
}
