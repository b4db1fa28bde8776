//! Copying text and reading it, also over plain http, where the browser has no asynchronous clipboard.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Clipboard, ClipboardEvent, Document, HtmlInputElement};

/// Copies a text, if the browser allows it. To be called while a press or a key is handled.
pub fn copy(text: &str) {
    let text = text.to_owned();
    spawn_local(async move {
        write(&text).await;
    });
}

/// Copies what an input on the page shows; false where the browser refuses, and then the input is left selected, for the
/// person to copy.
pub async fn copy_shown(input: HtmlInputElement) -> bool {
    // Some browsers copy only where something is selected, and a dialog may have moved the focus.
    let _ = input.focus();
    input.select();
    write(&input.value()).await
}

/// Copies a text; false where the browser refuses.
pub async fn write(text: &str) -> bool {
    if let Some(writing) = write_async(text)
        && JsFuture::from(writing).await.is_ok()
    {
        return true;
    }
    let document = web_sys::window().and_then(|window| window.document());
    document.and_then(|document| write_by_event(&document, text)).unwrap_or(false)
}

/// The clipboard's text; none where the browser does not hand it over. To be called while a press is handled: the browser
/// may ask the person.
pub async fn read() -> Option<String> {
    let clipboard = asynchronous()?;
    // Not every browser lets pages read.
    Reflect::get(&clipboard, &"readText".into()).ok()?.dyn_into::<Function>().ok()?;
    JsFuture::from(clipboard.read_text()).await.ok()?.as_string()
}

/// Begins writing to the asynchronous clipboard; none where there is none.
fn write_async(text: &str) -> Option<Promise> {
    Some(asynchronous()?.write_text(text))
}

/// The asynchronous clipboard; none outside a secure context.
fn asynchronous() -> Option<Clipboard> {
    let window = web_sys::window()?;
    let navigator = window.navigator();
    let clipboard = Reflect::get(&navigator, &"clipboard".into()).ok()?;
    (window.is_secure_context() && !clipboard.is_undefined()).then(|| navigator.clipboard())
}

/// Answers the event of `document.execCommand("copy")`: deprecated, yet the only way outside a secure context.
fn write_by_event(document: &Document, text: &str) -> Option<bool> {
    let exec = Reflect::get(document, &"execCommand".into()).ok()?.dyn_into::<Function>().ok()?;
    let is_written = Rc::new(Cell::new(false));
    let (written, text) = (Rc::clone(&is_written), text.to_owned());
    let on_copy = Closure::<dyn Fn(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        event.stop_immediate_propagation();
        event.prevent_default();
        let clipboard = event.clipboard_data();
        written.set(clipboard.is_some_and(|clipboard| clipboard.set_data("text/plain", &text).is_ok()));
    });
    let listener = on_copy.as_ref().unchecked_ref();
    document.add_event_listener_with_callback_and_bool("copy", listener, true).ok()?;
    let answer = exec.call1(document, &"copy".into()).ok().and_then(|answer| answer.as_bool());
    document.remove_event_listener_with_callback_and_bool("copy", listener, true).ok()?;
    Some(answer? && is_written.get())
}
