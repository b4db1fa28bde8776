//! Takes the selection off the board.

use super::{Command, EDIT};
use crate::connecting;
use crate::tools::Effect;
use crate::view::View;

pub(super) const DELETE: Command =
    Command { id: "delete", shortcuts: &["Delete", "Backspace"], run: Some(|view| vec![removal(view)]), ..EDIT };

pub(super) fn removal(view: &View) -> Effect {
    Effect::Apply(connecting::removed(view, view.movable().map(|shape| &shape.id)), None)
}
