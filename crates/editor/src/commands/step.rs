//! One's own steps, backwards and forwards.

use super::{Command, EDIT};
use crate::history::Direction;
use crate::tools::Effect;

pub(super) const UNDO: Command = Command {
    id: "undo",
    shortcuts: &["Mod+Z"],
    enabled: |view| view.is_typing || view.history.can_undo(),
    is_for_text: true,
    run: Some(|_| vec![Effect::Step(Direction::Undo)]),
    ..EDIT
};

pub(super) const REDO: Command = Command {
    id: "redo",
    shortcuts: &["Mod+Shift+Z", "Mod+Y"],
    enabled: |view| view.is_typing || view.history.can_redo(),
    is_for_text: true,
    run: Some(|_| vec![Effect::Step(Direction::Redo)]),
    ..EDIT
};
