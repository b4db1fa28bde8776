//! What is copied, and what is pasted before the editor sees it: which of the clipboard's forms counts, SVG markup, and shapes
//! of another board with their images.

use std::rc::Rc;

use editor::Input;
use js_sys::Array;
use leptos::prelude::GetUntracked;
use protocol::BoardId;
use scene::ScreenPoint;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, File};

use super::rich_paste;
use super::shell::Shell;
use super::tasks::Task;
use crate::clipboard::Held;
use crate::words::{Word, key};

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

/// Pastes at a press: the browser is asked for what the clipboard holds, and who is refused is told the keys. It goes where
/// the menu is open.
pub(super) fn ask(shell: &Rc<Shell>) {
    let at = shell.page.store.menu_at.get_untracked().map(|(x, y)| {
        let rect = shell.host.get_bounding_client_rect();
        ScreenPoint::new(x - rect.left(), y - rect.top())
    });
    let shell = Rc::downgrade(shell);
    spawn_local(async move {
        let read = crate::clipboard::read().await;
        let Some(shell) = shell.upgrade() else { return };
        match read {
            Some(held) if held.is_empty() => say(&shell, key::NOTICE_PASTE_REFUSED),
            Some(held) => take(&shell, held, at, false),
            None => say(&shell, key::NOTICE_PASTE_BY_KEY),
        }
    });
}

fn say(shell: &Shell, word: Word) {
    shell.page.toasts.push(shell.page.words.get(word).to_owned());
}

impl Shell {
    /// Gives the editor something that is pasted, there if that is known.
    pub(super) fn edit_at(self: &Rc<Self>, at: Option<ScreenPoint>, pasted: Input) {
        if let Some(at) = at {
            self.edit(Input::PasteAt(at));
        }
        self.edit(pasted);
    }
}

/// Puts on the board what a clipboard holds, or what was dropped: there, if that is known. Of several forms the one that
/// says most: shapes, a table, letters with looks; an image, where there are no letters to it, as spreadsheets bring a
/// picture of their cells; text. `is_plain` is text that stays text.
pub(super) fn take(shell: &Rc<Shell>, held: Held, at: Option<ScreenPoint>, is_plain: bool) {
    if let Some(at) = at {
        shell.edit(Input::PasteAt(at));
    }
    let Held { text, html, files } = held;
    if is_plain && !text.is_empty() {
        return shell.edit(Input::PastePlain(text));
    }
    if text.trim_start().starts_with('{') || is_svg(&text) {
        return take_text(shell, text, at);
    }
    let written = rich_paste::read(&html);
    let (has_letters, has_looks) =
        written.as_ref().map_or((false, false), |written| (!written.text.trim().is_empty(), written.has_looks()));
    match written {
        Some(written) if written.table.is_some() => shell.edit(Input::PasteTable(written.table.unwrap_or_default())),
        _ if !files.is_empty() && !has_letters => shell.leave(Task::BringFiles { files, at }),
        // Tabs are a table, or code: the text says it better.
        Some(written) if has_looks && !text.contains('\t') || text.is_empty() && has_letters => {
            shell.edit(Input::PasteRich { text: written.text, spans: written.spans });
        }
        _ if !text.is_empty() => take_text(shell, text, at),
        _ => {}
    }
}

/// A text that may be shapes, an SVG, a table, an address, or words.
fn take_text(shell: &Rc<Shell>, text: String, at: Option<ScreenPoint>) {
    if is_svg(&text) {
        let parts = Array::of1(&text.as_str().into());
        if let Ok(file) = File::new_with_str_sequence(&parts, "drawing.svg") {
            return shell.leave(Task::BringFiles { files: vec![file], at });
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
