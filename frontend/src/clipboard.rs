//! Copying text, and reading what the clipboard holds, also over plain http, where the browser has no asynchronous clipboard.
//! It must not know what becomes of it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, Clipboard, ClipboardEvent, DataTransfer, Document, File, HtmlInputElement};

/// Items of a clipboard that are looked at; browsers hand over one.
const ITEMS_MAX: usize = 8;
/// Bytes of a text that are read.
const TEXT_BYTES_MAX: f64 = 16.0 * 1024.0 * 1024.0;

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

/// What a clipboard holds, or a hand that drags something in, as far as a board can take it.
#[derive(Default)]
pub struct Held {
    /// Plain text.
    pub text: String,
    /// The same as a page would show it. Anybody may have written it.
    pub html: String,
    /// Files, images of other programs among them.
    pub files: Vec<File>,
}

impl Held {
    /// What an event brings.
    pub fn of(data: &DataTransfer) -> Self {
        let said = |kind| data.get_data(kind).unwrap_or_default();
        let files = data.files().map(|list| (0..list.length()).filter_map(|at| list.get(at)).collect());
        Self { text: said("text/plain"), html: said("text/html"), files: files.unwrap_or_default() }
    }

    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.html.is_empty() && self.files.is_empty()
    }
}

/// Everything that the clipboard holds; none where the browser does not hand it over. To be called while a press is
/// handled: the browser may ask the person.
pub async fn read() -> Option<Held> {
    let clipboard = asynchronous()?;
    // Not every browser lets pages read, and some only the text.
    let Some(reading) = call(&clipboard, "read", &Array::new()) else {
        let text = awaited(call(&clipboard, "readText", &Array::new())?).await?.as_string()?;
        return Some(Held { text, ..Held::default() });
    };
    let mut held = Held::default();
    for item in awaited(reading).await?.dyn_into::<Array>().ok()?.iter().take(ITEMS_MAX) {
        let kinds = Reflect::get(&item, &"types".into()).ok().map(|kinds| Array::from(&kinds)).unwrap_or_default();
        for kind in kinds.iter().filter_map(|kind| kind.as_string()) {
            if !matches!(kind.as_str(), "text/plain" | "text/html") && !kind.starts_with("image/") {
                continue;
            }
            let Some(part) = call(&item, "getType", &Array::of1(&kind.as_str().into())) else { continue };
            let Some(part) = awaited(part).await.and_then(|part| part.dyn_into::<Blob>().ok()) else { continue };
            match kind.as_str() {
                "text/plain" => held.text = text_of(&part).await,
                "text/html" => held.html = text_of(&part).await,
                _ => held.files.extend(File::new_with_blob_sequence(&Array::of1(&part), "").ok()),
            }
        }
    }
    Some(held)
}

/// A part's text; none of what is too large to be pasted.
async fn text_of(part: &Blob) -> String {
    match part.size() <= TEXT_BYTES_MAX {
        true => awaited(part.text().into()).await.and_then(|text| text.as_string()).unwrap_or_default(),
        false => String::new(),
    }
}

/// Calls a method, if the object has it.
fn call(object: &JsValue, name: &str, given: &Array) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()?.dyn_into::<Function>().ok()?.apply(object, given).ok()
}

async fn awaited(promise: JsValue) -> Option<JsValue> {
    JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()
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
