//! Takes the selection off the board.

use board::Edit;

use super::{Command, EDIT};
use crate::tools::Effect;
use crate::view::View;

pub(super) const DELETE: Command =
    Command { id: "delete", shortcuts: &["Delete", "Backspace"], run: |view| vec![removal(view)], ..EDIT };

pub(super) fn removal(view: &View) -> Effect {
    Effect::Apply(view.movable().map(|shape| Edit::Remove { id: shape.id.clone() }).collect(), None)
}
