//! The small arrow in the corner of a shape that leads somewhere.

use kurbo::{BezPath, Rect};
use scene::{Colour, DisplayList, StrokeStyle, Swatch};

use super::look;
use crate::Shape;

/// A side of the square that the mark takes, in board pixels, and how far it stays from the corner.
const SIDE: f64 = 20.0;
const INSET: f64 = 4.0;
/// Room between the square and the arrow in it.
const PADDING: f64 = 5.0;
const LINE: StrokeStyle = StrokeStyle::solid(1.75);

/// Where it is, in the shape's own straight plane; none where there is no link or no room, or letters show it.
pub(crate) fn link_mark(shape: &Shape) -> Option<Rect> {
    let rect = shape.local_bounds();
    let fits = rect.size().min_side() >= SIDE + 2.0 * INSET && !shape.kind.is_line() && shape.kind != crate::Kind::Text;
    let (right, top) = (rect.x1 - INSET, rect.y0 + INSET);
    (fits && shape.link.is_some()).then(|| Rect::new(right - SIDE, top, right, top + SIDE))
}

pub(crate) fn paint_link_mark(shape: &Shape, list: &mut DisplayList) {
    let Some(mark) = link_mark(shape) else { return };
    let arrow = mark.inset(-PADDING);
    let mut path = BezPath::new();
    path.move_to((arrow.x0, arrow.y1));
    path.line_to((arrow.x1, arrow.y0));
    path.move_to((arrow.x0 + PADDING / 2.0, arrow.y0));
    path.line_to((arrow.x1, arrow.y0));
    path.line_to((arrow.x1, arrow.y1 - PADDING / 2.0));
    list.stroke(path, look::paint(shape, Colour::Swatch(Swatch::Blue)), LINE);
}
