//! Takes the selection off the board.

use board::{Edit, ShapeId};

use super::{Command, EDIT};
use crate::connecting;
use crate::tools::Effect;
use crate::view::View;

pub(super) const DELETE: Command =
    Command { id: "delete", shortcuts: &["Delete", "Backspace"], run: Some(|view| vec![removal(view)]), ..EDIT };

pub(super) fn removal(view: &View) -> Effect {
    // What lies in a frame goes with it.
    let gone: Vec<ShapeId> = view.board.with_contents(view.movable().map(|shape| &shape.id));
    let mut edits = connecting::released(view, &gone);
    edits.extend(gone.into_iter().map(|id| Edit::Remove { id }));
    Effect::Apply(edits, None)
}
