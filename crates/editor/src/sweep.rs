//! Whether a marquee touches a shape. Knows no selection.

use board::Shape;
use kurbo::{PathEl, Point, Rect, Shape as _};

/// How far a flattened curve may be from itself, in board pixels.
const TOLERANCE: f64 = 0.5;

/// Whether any of the shape lies in the rectangle: its outline, or the inside of what is filled.
pub(crate) fn touches(rect: Rect, shape: &Shape) -> bool {
    let bounds = shape.bounds();
    if rect.contains_rect(bounds) {
        return true;
    }
    let outline = shape.outline();
    let mut touched = false;
    let (mut start, mut last) = (Point::ORIGIN, Point::ORIGIN);
    kurbo::flatten(&outline, TOLERANCE, |element| {
        let next = match element {
            PathEl::MoveTo(to) => {
                (start, last) = (to, to);
                touched |= rect.contains(to);
                return;
            }
            PathEl::LineTo(to) => to,
            PathEl::ClosePath => start,
            // Flattening leaves no curves.
            PathEl::QuadTo(_, to) | PathEl::CurveTo(_, _, to) => to,
        };
        touched |= crosses(rect, last, next);
        last = next;
    });
    let is_solid = shape.fill.is_some() || matches!(shape.kind, board::Kind::Text | board::Kind::Image);
    touched || (is_solid && outline.winding(rect.center()) != 0)
}

/// Whether any of the segment lies in the rectangle: it is cut by each side in turn until nothing or something is left.
fn crosses(rect: Rect, from: Point, to: Point) -> bool {
    let by = to - from;
    let (mut enters, mut leaves) = (0.0f64, 1.0f64);
    let sides = [(by.x, rect.x0 - from.x, rect.x1 - from.x), (by.y, rect.y0 - from.y, rect.y1 - from.y)];
    for (along, low, high) in sides {
        if along == 0.0 {
            if low > 0.0 || high < 0.0 {
                return false;
            }
            continue;
        }
        let (near, far) = if along > 0.0 { (low / along, high / along) } else { (high / along, low / along) };
        enters = enters.max(near);
        leaves = leaves.min(far);
    }
    enters <= leaves
}

#[cfg(test)]
mod tests {
    use board::{Field, Kind, ShapeId};
    use scene::Colour;

    use super::*;

    #[test]
    fn what_is_touched() {
        let square = Shape::blank(ShapeId::from_random(1), Kind::Rectangle);
        let filled = square.with(&[Field::Fill(Some(Colour::INK))]);
        let line = Shape::blank(ShapeId::from_random(2), Kind::Line)
            .with(&[Field::Points([kurbo::Vec2::ZERO, kurbo::Vec2::new(100.0, 100.0)].into())]);
        let table = [
            ("around", Rect::new(-5.0, -5.0, 105.0, 105.0), [true, true, true]),
            ("inside", Rect::new(40.0, 20.0, 50.0, 30.0), [false, true, false]),
            ("over an edge", Rect::new(-10.0, 40.0, 10.0, 50.0), [true, true, false]),
            ("across", Rect::new(-10.0, 40.0, 110.0, 60.0), [true, true, true]),
            ("apart", Rect::new(200.0, 0.0, 210.0, 10.0), [false, false, false]),
        ];
        for (name, rect, expected) in table {
            assert_eq!([&square, &filled, &line].map(|shape| touches(rect, shape)), expected, "{name}");
        }
    }
}
