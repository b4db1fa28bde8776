//! What stands in for a kind that this version does not know: a quiet dashed box where the shape says it is.

use kurbo::{BezPath, Point, Rect, Shape as _};
use scene::{Cap, Colour, Dash, DisplayList, StrokeStyle, Swatch};

use super::{ShapeKind, closed};
use crate::{Field, Shape};

/// The placeholder's line, in board pixels.
const LINE: StrokeStyle = StrokeStyle { width: 1.0, dash: Dash::Dashed { on: 4.0, off: 4.0 }, cap: Cap::Butt };

pub(super) struct Unknown;

impl ShapeKind for Unknown {
    fn extent(&self, shape: &Shape) -> Rect {
        closed::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        shape.local_bounds().to_path(0.1)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        list.stroke(self.outline(shape), Colour::Swatch(Swatch::Grey), LINE);
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        closed::is_near(&self.outline(shape), at, reach + LINE.width / 2.0)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        shape.local_bounds().inflate(LINE.width / 2.0, LINE.width / 2.0)
    }

    /// What a size means there is not known, so it only moves.
    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        let rect = closed::Scaling::new(from, to).rect(shape.local_bounds());
        vec![shape.moved(rect.origin() - shape.local_bounds().origin())]
    }
}
