//! Places on the board that something outside of the document is pinned to: a point, or a place on a shape, which it
//! follows.

use board::ShapeId;
use scene::BoardPoint;

use super::Editor;
use crate::output::{Output, Pin};

impl Editor {
    /// Somebody wants something pinned here.
    pub(super) fn pin(&mut self, at: BoardPoint, shape: Option<ShapeId>) {
        let on = shape.and_then(|id| {
            let bounds = self.board.shape(&id)?.bounds();
            let part = |at: f64, from: f64, length: f64| {
                if length > 0.0 { ((at - from) / length).clamp(0.0, 1.0) } else { 0.0 }
            };
            let offset = [part(at.x, bounds.x0, bounds.width()), part(at.y, bounds.y0, bounds.height())];
            Some((id, offset))
        });
        self.emit(Output::Pin(Pin { at, on }));
    }

    /// Where something is that was pinned: on its shape if that is there, else where it was put.
    pub fn pinned_at(&self, point: [f64; 2], shape: Option<(&str, [f64; 2])>) -> BoardPoint {
        let found = shape.and_then(|(id, offset)| Some((self.board.shape(&ShapeId::parse(id)?)?, offset)));
        let [x, y] = match found {
            Some((shape, [across, down])) => {
                let bounds = shape.bounds();
                [bounds.x0 + across * bounds.width(), bounds.y0 + down * bounds.height()]
            }
            None => point,
        };
        BoardPoint::new(x, y)
    }
}
