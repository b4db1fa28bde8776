//! Copying text, also over plain http, where the browser has no asynchronous clipboard.

use js_sys::{Function, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

/// Copies what an input on the page shows; false where the browser refuses, and then the input is left selected.
pub async fn copy_shown(input: HtmlInputElement) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    let has_clipboard = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| !clipboard.is_undefined());
    if window.is_secure_context()
        && has_clipboard
        && JsFuture::from(navigator.clipboard().write_text(&input.value())).await.is_ok()
    {
        return true;
    }
    // A dialog may have moved the focus; only a focused selection is copied.
    let _ = input.focus();
    input.select();
    exec_copy().unwrap_or(false)
}

/// `document.execCommand("copy")`: deprecated, yet the only way outside a secure context.
fn exec_copy() -> Option<bool> {
    let document = web_sys::window()?.document()?;
    let exec = Reflect::get(&document, &"execCommand".into()).ok()?.dyn_into::<Function>().ok()?;
    exec.call1(&document, &"copy".into()).ok()?.as_bool()
}
