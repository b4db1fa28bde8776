//! The eyedropper: takes the colour of what it is pressed on, for the selection or for the next shapes. Alt swaps outline
//! and fill.

use board::Shape;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::input::StyleField;
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "eyedropper", shortcuts: &["i"], edits: true, new: |_| Box::new(Eyedropper) };

struct Eyedropper;

impl Tool for Eyedropper {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        let Event::Down(pointer) = event else { return vec![] };
        let shape = view.hit(pointer.at, pointer.device).and_then(|id| view.board.shape(&id));
        let picked = shape.map(|shape| vec![picked(shape, pointer, view)]);
        [Effect::Rest].into_iter().chain(picked.map(Effect::Style)).collect()
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        false
    }
}

fn picked(shape: &Shape, pointer: &Pointer, view: &View) -> StyleField {
    let bare = shape.with(&[board::Field::Fill(None)]);
    let is_inside = shape.fill.is_some() && !bare.hit(pointer.at, view.hit_margin(pointer.device));
    let colour = shape.fill.filter(|_| is_inside).unwrap_or(shape.stroke);
    match is_inside != pointer.modifiers.alt {
        true => StyleField::Fill(Some(colour)),
        false => StyleField::Stroke(colour),
    }
}
