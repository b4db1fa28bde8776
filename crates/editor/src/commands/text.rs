//! How letters look: of what is selected in the text that is being typed, or of all texts of the selected shapes.

use scene::text::Mark;

use super::{Command, EDIT};
use crate::lists::ListKind;
use crate::tools::Effect;
use crate::view::View;

/// A command on letters.
const TEXT: Command = Command { is_for_text: true, enabled: has_letters, ..EDIT };

pub(super) const BOLD: Command =
    Command { id: "bold", shortcuts: &["Mod+B"], run: Some(|_| vec![Effect::ToggleMark(Mark::Bold(true))]), ..TEXT };

pub(super) const ITALIC: Command = Command {
    id: "italic",
    shortcuts: &["Mod+I"],
    run: Some(|_| vec![Effect::ToggleMark(Mark::Italic(true))]),
    ..TEXT
};

pub(super) const UNDERLINE: Command = Command {
    id: "underline",
    shortcuts: &["Mod+U"],
    run: Some(|_| vec![Effect::ToggleMark(Mark::Underline(true))]),
    ..TEXT
};

pub(super) const STRIKE: Command = Command {
    id: "strike",
    shortcuts: &["Mod+Shift+X"],
    run: Some(|_| vec![Effect::ToggleMark(Mark::Strike(true))]),
    ..TEXT
};

pub(super) const CODE: Command =
    Command { id: "code", shortcuts: &["Mod+E"], run: Some(|_| vec![Effect::ToggleMark(Mark::Code(true))]), ..TEXT };

/// The page asks where to.
pub(super) const LINK: Command =
    Command { id: "link", shortcuts: &["Mod+K"], run: Some(|_| vec![Effect::Page("link")]), ..TEXT };

pub(super) const BULLETS: Command = Command {
    id: "bullets",
    shortcuts: &["Mod+Shift+8"],
    run: Some(|_| vec![Effect::ToggleList(ListKind::Bullets)]),
    ..TEXT
};

pub(super) const NUMBERS: Command = Command {
    id: "numbers",
    shortcuts: &["Mod+Shift+7"],
    run: Some(|_| vec![Effect::ToggleList(ListKind::Numbers)]),
    ..TEXT
};

fn has_letters(view: &View) -> bool {
    view.is_typing || view.selected().any(|shape| shape.has_letters())
}
