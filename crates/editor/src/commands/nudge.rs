//! The arrow keys: move the selection a little or, with shift, further. Without a selection they pan.

use kurbo::Vec2;

use super::{Command, LOOK};
use crate::framing;
use crate::history::StepKind;
use crate::limits;
use crate::tools::Effect;
use crate::transform::Transform;
use crate::view::View;

const NEAR: f64 = limits::NUDGE_BOARD;
const FAR: f64 = limits::NUDGE_FAR_BOARD;
/// What an arrow key pans by, for each board pixel that it would nudge.
const PAN_PX: f64 = 10.0;

macro_rules! nudge {
    ($name:ident $id:literal $key:literal $x:expr, $y:expr) => {
        pub(super) const $name: Command =
            Command { id: $id, shortcuts: &[$key], run: Some(|view| nudged(view, Vec2::new($x, $y))), ..LOOK };
    };
}

nudge!(LEFT "nudge-left" "ArrowLeft" -NEAR, 0.0);
nudge!(RIGHT "nudge-right" "ArrowRight" NEAR, 0.0);
nudge!(UP "nudge-up" "ArrowUp" 0.0, -NEAR);
nudge!(DOWN "nudge-down" "ArrowDown" 0.0, NEAR);
nudge!(FAR_LEFT "nudge-far-left" "Shift+ArrowLeft" -FAR, 0.0);
nudge!(FAR_RIGHT "nudge-far-right" "Shift+ArrowRight" FAR, 0.0);
nudge!(FAR_UP "nudge-far-up" "Shift+ArrowUp" 0.0, -FAR);
nudge!(FAR_DOWN "nudge-far-down" "Shift+ArrowDown" 0.0, FAR);

fn nudged(view: &View, by: Vec2) -> Vec<Effect> {
    if view.selection.is_empty() || !view.can_edit {
        return vec![Effect::Pan(-by * PAN_PX)];
    }
    let edits = framing::transformed(&Transform::Move { by }, view);
    vec![Effect::Apply(edits, Some(StepKind::Nudge))]
}
