//! Copy, cut, duplicate. Paste is an input, as only the page can read the clipboard.

use kurbo::Vec2;

use super::{Command, EDIT, LOOK, has_selection, remove};
use crate::clipboard;
use crate::limits;
use crate::tools::Effect;

pub(super) const COPY: Command = Command {
    id: "copy",
    shortcuts: &["Mod+C"],
    is_browser_event: true,
    enabled: has_selection,
    run: |view| vec![Effect::Clipboard(clipboard::copied(view))],
    ..LOOK
};

pub(super) const CUT: Command = Command {
    id: "cut",
    shortcuts: &["Mod+X"],
    is_browser_event: true,
    run: |view| vec![Effect::Clipboard(clipboard::copied(view)), remove::removal(view)],
    ..EDIT
};

pub(super) const DUPLICATE: Command = Command {
    id: "duplicate",
    shortcuts: &["Mod+D"],
    run: |view| {
        let (edits, ids) = clipboard::copies(view, Vec2::new(limits::COPY_OFFSET_BOARD, limits::COPY_OFFSET_BOARD));
        vec![Effect::Apply(edits, None), Effect::Select(ids)]
    },
    ..EDIT
};
