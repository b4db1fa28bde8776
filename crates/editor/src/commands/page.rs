//! What the page around the board does at a key: shown in the help and in the palette like every other command.

use super::{Command, EDIT, LOOK};
use crate::linking;
use crate::tools::Effect;
use crate::view::{Aids, View};

macro_rules! page {
    ($($name:ident $id:literal $keys:expr;)*) => {
        $(pub(super) const $name: Command =
            Command { id: $id, shortcuts: $keys, run: Some(|_| vec![Effect::Page($id)]), ..LOOK };)*
    };
}

page! {
    HELP "help" &["?", "Mod+Alt+/"];
    PALETTE "palette" &["Mod+/", "Mod+Shift+P"];
    FIND "find" &["Mod+F"];
    EXPORT "export" &["Mod+Shift+E"];
    ZEN "zen" &["Alt+Z", "Mod+."];
    CURSOR_CHAT "cursor-chat" &["/"];
    THEME "theme" &["Alt+Shift+D"];
    GEOMETRY "geometry" &["Alt+/"];
    COPY_LINK "copy-link" &[];
    MAP "toggle-map" &["Alt+M"];
    FRAMES "frames" &["Alt+F"];
    PRESENT "present" &["Alt+Shift+P"];
}

/// A picture of the selection, or of the board where nothing is selected.
pub(super) const COPY_PNG: Command = Command {
    id: "copy-png",
    shortcuts: &["Alt+Shift+C", "Mod+Shift+C"],
    enabled: |view| !view.board.is_empty(),
    run: Some(|_| vec![Effect::Page("copy-png")]),
    ..LOOK
};

pub(super) const COPY_SVG: Command =
    Command { id: "copy-svg", shortcuts: &[], run: Some(|_| vec![Effect::Page("copy-svg")]), ..COPY_PNG };

pub(super) const INSERT_IMAGE: Command = Command {
    id: "insert-image",
    shortcuts: &["9"],
    enabled: |view| view.can_edit,
    run: Some(|_| vec![Effect::Page("insert-image")]),
    ..LOOK
};

pub(super) const REPLACE_IMAGE: Command = Command {
    id: "replace-image",
    enabled: |view| matches!(view.selected().collect::<Vec<_>>()[..], [shape] if shape.kind == board::Kind::Image),
    run: Some(|_| vec![Effect::Page("replace-image")]),
    ..EDIT
};

pub(super) const OPEN_LINK: Command = Command {
    id: "open-link",
    shortcuts: &["Alt+Enter"],
    enabled: |view| linking::of_selection(view).is_some(),
    run: Some(|_| vec![Effect::Page("open-link")]),
    ..LOOK
};

pub(super) const SNAP: Command = Command {
    id: "toggle-snapping",
    shortcuts: &["Alt+S"],
    run: Some(|view| helped(Aids { snaps: !view.aids.snaps, ..view.aids })),
    ..LOOK
};

pub(super) const GRID: Command = Command {
    id: "toggle-grid",
    shortcuts: &["Mod+'"],
    run: Some(|view| helped(Aids { grid: !view.aids.grid, ..view.aids })),
    ..LOOK
};

pub(super) const VIEW_MODE: Command =
    Command { id: "view-mode", shortcuts: &["Alt+R"], run: Some(|_: &View| vec![Effect::ToggleViewMode]), ..LOOK };

pub(super) const FIND_NEXT: Command =
    Command { id: "find-next", shortcuts: &["F3"], run: Some(|_| vec![Effect::Found(1)]), ..LOOK };

pub(super) const FIND_PREVIOUS: Command =
    Command { id: "find-previous", shortcuts: &["Shift+F3"], run: Some(|_| vec![Effect::Found(-1)]), ..LOOK };

fn helped(aids: Aids) -> Vec<Effect> {
    vec![Effect::Help(aids)]
}
