//! Copy, cut, paste, duplicate. What is pasted is an input, as only the page can read the clipboard.

use board::ShapeId;
use kurbo::Vec2;

use super::{Command, EDIT, LOOK, has_selection, remove};
use crate::clipboard;
use crate::limits;
use crate::tools::Effect;
use crate::view::{Copied, View};

pub(super) const COPY: Command = Command {
    id: "copy",
    shortcuts: &["Mod+C"],
    is_browser_event: true,
    enabled: has_selection,
    run: Some(|view| vec![Effect::Clipboard(clipboard::copied(view))]),
    ..LOOK
};

pub(super) const COPY_TEXT: Command = Command {
    id: "copy-text",
    enabled: |view| view.selected().any(|shape| !shape.text.is_empty()),
    run: Some(|view| {
        let shapes = view.selected_in_order();
        let texts: Vec<&str> = shapes.iter().map(|shape| &*shape.text).filter(|text| !text.is_empty()).collect();
        vec![Effect::Clipboard(texts.join("\n"))]
    }),
    ..LOOK
};

pub(super) const CUT: Command = Command {
    id: "cut",
    shortcuts: &["Mod+X"],
    is_browser_event: true,
    run: Some(|view| vec![Effect::Clipboard(clipboard::copied(view)), remove::removal(view)]),
    ..EDIT
};

/// The page asks the browser for what is on the clipboard.
pub(super) const PASTE: Command = Command {
    id: "paste",
    shortcuts: &["Mod+V"],
    is_browser_event: true,
    enabled: |view| view.can_edit,
    run: Some(|_| vec![Effect::Page("paste")]),
    ..EDIT
};

pub(super) const DUPLICATE: Command = Command {
    id: "duplicate",
    shortcuts: &["Mod+D"],
    run: Some(|view| {
        let (edits, ids) = clipboard::copies(view, next_offset(view));
        let from = view.selected_in_order().into_iter().map(|shape| shape.id.clone()).collect();
        let copied = Copied { from, to: ids.clone() };
        vec![Effect::Apply(edits, None), Effect::Select(ids), Effect::Copied(copied)]
    }),
    ..EDIT
};

/// Where the next copy goes: as far from this one as this one is from what it is a copy of; else a little aside.
fn next_offset(view: &View) -> Vec2 {
    let aside = Vec2::new(limits::COPY_OFFSET_BOARD, limits::COPY_OFFSET_BOARD);
    let again = view.last_copy.filter(|last| last.to.iter().all(|id| view.is_selected(id))).and_then(|last| {
        let at = |ids: &[ShapeId]| view.board.shape(ids.first()?).map(|shape| shape.local_bounds().center());
        (last.to.len() == view.selection.len()).then_some(at(&last.to)? - at(&last.from)?)
    });
    again.filter(|by| by.hypot() > 0.0).unwrap_or(aside)
}
