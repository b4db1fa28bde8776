//! A line through its corners with a head at its end.

use kurbo::{BezPath, Point, Rect, Shape as _, Vec2};
use scene::DisplayList;

use super::{Arrow, ShapeKind, closed, look, open};
use crate::{Field, Shape};

/// The head's barbs, in line widths and at least, in board pixels.
const BARB_WIDTHS: f64 = 4.0;
const BARB_MIN: f64 = 10.0;
/// A barb is at most this share of the arrow's last stretch.
const BARB_SHARE: f64 = 0.6;
/// Between a barb and the line.
const BARB_ANGLE: f64 = 0.45;

impl ShapeKind for Arrow {
    fn extent(&self, shape: &Shape) -> Rect {
        open::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        path(shape)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        look::paint_line(shape, path(shape), list);
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        closed::is_near(&path(shape), at, reach + shape.width / 2.0)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        look::painted(shape, path(shape).bounding_box())
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        open::resized(shape, from, to)
    }
}

fn path(shape: &Shape) -> BezPath {
    let mut path = open::path(shape);
    let [.., before, end] = &*shape.points else { return path };
    let along = *end - *before;
    if along.hypot() > 0.0 {
        let length = (BARB_WIDTHS * shape.width).max(BARB_MIN).min(BARB_SHARE * along.hypot());
        let tip = Point::from(shape.pos) + *end;
        let back = along.normalize() * -length;
        path.move_to(tip + turned(back, BARB_ANGLE));
        path.line_to(tip);
        path.line_to(tip + turned(back, -BARB_ANGLE));
    }
    path
}

fn turned(vector: Vec2, angle: f64) -> Vec2 {
    let (sin, cos) = angle.sin_cos();
    Vec2::new(vector.x * cos - vector.y * sin, vector.x * sin + vector.y * cos)
}
