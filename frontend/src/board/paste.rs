//! What is copied, and what is pasted before the editor sees it: SVG markup, and shapes of another board with their images.

use std::rc::Rc;

use editor::Input;
use js_sys::Array;
use protocol::BoardId;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, File, FileList};

use super::shell::Shell;
use super::tasks::Task;
use crate::words::key;

/// Our own form begins so, whatever wrote it.
const OWN_FORM: &str = "{\"boardwalk\"";

/// Notes in copied shapes from which board they are, for the images.
fn with_origin(text: &str, board: &BoardId) -> String {
    match text.strip_prefix('{').filter(|_| text.starts_with(OWN_FORM) && text.contains("\"asset\"")) {
        Some(rest) => format!("{{\"board\":\"{board}\",{rest}"),
        None => text.to_owned(),
    }
}

/// Answers the browser's copy or cut with the selection.
pub(super) fn copy(shell: &Rc<Shell>, event: ClipboardEvent, command: &str) {
    *shell.copying.borrow_mut() = Some(event);
    shell.edit(Input::Command(command.to_owned()));
    shell.copying.borrow_mut().take();
}

/// What is copied goes into the event that asks for it; without one, onto the clipboard.
pub(super) fn put_on_clipboard(shell: &Shell, text: &str) {
    let text = &with_origin(text, &shell.place.id);
    let event = shell.copying.borrow_mut().take();
    let answered = event.is_some_and(|event| {
        event.prevent_default();
        event.clipboard_data().is_some_and(|clipboard| clipboard.set_data("text/plain", text).is_ok())
    });
    if !answered {
        crate::clipboard::copy(text);
    }
}

/// Whether the clipboard's text says more than its HTML can: shapes, SVG, a table.
pub(super) fn is_own(data: Option<&web_sys::DataTransfer>) -> bool {
    let text = data.and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
    let text = text.trim_start();
    text.starts_with('{') || text.starts_with('<') || text.contains('\t')
}

/// Pastes at a press: the browser is asked for the clipboard's text, and who is refused is told the keys.
pub(super) fn ask(shell: &Rc<Shell>) {
    let shell = Rc::downgrade(shell);
    spawn_local(async move {
        let read = crate::clipboard::read().await.filter(|read| !read.is_empty());
        let Some(shell) = shell.upgrade() else { return };
        match read {
            Some(read) => text(&shell, read, false),
            None => shell.page.toasts.push(shell.page.words.get(key::NOTICE_PASTE_BY_KEY).to_owned()),
        }
    });
}

/// A text from the clipboard.
pub(super) fn text(shell: &Rc<Shell>, text: String, is_plain: bool) {
    if is_plain {
        return shell.edit(Input::PastePlain(text));
    }
    if is_svg(&text) {
        let parts = Array::of1(&text.as_str().into());
        if let Ok(file) = File::new_with_str_sequence(&parts, "drawing.svg") {
            return shell.leave(Task::BringFiles { files: vec![file], at: None });
        }
    }
    if text.contains("\"board\"") && text.contains("\"asset\"") {
        shell.leave(Task::BringImages(text.clone()));
    }
    shell.edit(Input::Paste(text));
}

fn is_svg(text: &str) -> bool {
    protocol::ImageFormat::sniff(text.trim_start().as_bytes()) == Some(protocol::ImageFormat::Svg)
        && text.trim_end().ends_with("</svg>")
}

/// The files of a list.
pub(super) fn files_of(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return vec![] };
    (0..list.length()).filter_map(|index| list.get(index)).collect()
}
