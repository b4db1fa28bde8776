//! The eraser: whole shapes under its trail fade at once and go at release.

use std::collections::BTreeSet;

use board::ShapeId;
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::connecting;
use crate::draft::Motion;
use crate::input::Device;
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "eraser", shortcuts: &["e", "8"], edits: true, new: |_| Box::new(Eraser::default()) };

#[derive(Default)]
enum Eraser {
    #[default]
    Lifted,
    Rubbing {
        last: BoardPoint,
        ids: BTreeSet<ShapeId>,
    },
}

impl Tool for Eraser {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&mut *self, event) {
            (Eraser::Lifted, Event::Down(pointer)) => {
                *self = Eraser::Rubbing { last: pointer.at, ids: BTreeSet::new() };
                self.rub(pointer, view)
            }
            (Eraser::Rubbing { .. }, Event::Move(pointer)) => self.rub(pointer, view),
            (Eraser::Rubbing { .. }, Event::Up(pointer)) => {
                let mut effects = self.rub(pointer, view);
                if let Eraser::Rubbing { ids, .. } = std::mem::take(self) {
                    let there = ids.iter().filter(|id| view.board.shape(id).is_some());
                    effects.push(Effect::Finish(connecting::removed(view, there)));
                }
                effects
            }
            (Eraser::Rubbing { .. }, Event::Cancel) => {
                *self = Eraser::Lifted;
                vec![Effect::Abandon]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Eraser
    }

    fn is_busy(&self) -> bool {
        matches!(self, Eraser::Rubbing { .. })
    }
}

impl Eraser {
    /// Adds what the trail since the last event touches; alt gives it back.
    fn rub(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        let Eraser::Rubbing { last, ids } = self else { return vec![] };
        let before = ids.len();
        let trail = pointer.trail.iter().map(|(at, _)| *at);
        for at in trail.chain([pointer.at]) {
            let touched = under_segment(*last, at, pointer.device, view);
            match pointer.modifiers.alt {
                true => ids.retain(|id| !touched.contains(id)),
                false => ids.extend(touched),
            }
            *last = at;
        }
        if ids.len() == before {
            return vec![];
        }
        vec![Effect::Draft(Motion::Erase { ids: ids.iter().cloned().collect() })]
    }
}

/// Every shape that a straight stroke of the eraser touches.
fn under_segment(from: BoardPoint, to: BoardPoint, device: Device, view: &View) -> Vec<ShapeId> {
    let margin = view.hit_margin(device);
    let steps = ((to - from).hypot() / margin).ceil().clamp(1.0, MAX_STEPS);
    let candidates = view.near_segment(from, to, margin);
    candidates
        .into_iter()
        .filter(|shape| {
            (0..=steps as u32).any(|step| shape.hit(from + (to - from) * (f64::from(step) / steps), margin))
        })
        .map(|shape| shape.id.clone())
        .collect()
}

/// Places along one segment at which shapes are tried.
const MAX_STEPS: f64 = 256.0;
