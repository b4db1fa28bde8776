//! Flipping and turning the selection by command.

use board::Edit;
use std::f64::consts::PI;

use super::{Command, EDIT};
use crate::framing;
use crate::history::StepKind;
use crate::limits;
use crate::tools::Effect;
use crate::transform::{Frame, Transform, flipped};
use crate::view::View;

macro_rules! turn {
    ($($name:ident $id:literal $key:literal $steps:expr;)*) => {
        $(pub(super) const $name: Command =
            Command { id: $id, shortcuts: &[$key], enabled: can_turn, run: Some(|view| turned(view, $steps)), ..EDIT };)*
    };
}

turn! {
    TURN_RIGHT "turn-right" "Shift+." 1.0;
    TURN_LEFT "turn-left" "Shift+," -1.0;
}

pub(super) const FLIP_ACROSS: Command = Command {
    id: "flip-across",
    shortcuts: &["Shift+H"],
    enabled: can_turn,
    run: Some(|view| flip(view, true)),
    ..EDIT
};

pub(super) const FLIP_DOWN: Command = Command {
    id: "flip-down",
    shortcuts: &["Shift+V"],
    enabled: can_turn,
    run: Some(|view| flip(view, false)),
    ..EDIT
};

fn can_turn(view: &View) -> bool {
    view.movable().next().is_some()
}

fn frame(view: &View) -> Option<Frame> {
    let shapes: Vec<_> = view.movable().collect();
    Frame::around(shapes)
}

fn turned(view: &View, steps: f64) -> Vec<Effect> {
    let Some(frame) = frame(view) else { return vec![] };
    let by = steps * PI / limits::ANGLE_STEPS_PER_PI;
    let transform = Transform::Rotate { about: frame.rect.center(), by };
    let edits = framing::transformed(&transform, view);
    vec![Effect::Apply(edits, Some(StepKind::Turn))]
}

fn flip(view: &View, across: bool) -> Vec<Effect> {
    let Some(frame) = frame(view) else { return vec![] };
    // What lies in a frame is mirrored with it.
    let ids = view.board.with_contents(view.movable().map(|shape| &shape.id));
    let edits = ids.iter().filter_map(|id| view.board.shape(id)).flat_map(|shape| {
        let fields = flipped(shape, frame.rect.center(), across);
        fields.into_iter().map(|field| Edit::Set { id: shape.id.clone(), field })
    });
    vec![Effect::Apply(edits.collect(), None)]
}
