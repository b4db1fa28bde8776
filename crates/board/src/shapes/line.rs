//! A line through its corners.

use kurbo::{BezPath, Point, Rect};
use scene::DisplayList;

use super::{Line, ShapeKind, closed, look, open};
use crate::{Field, Shape};

impl ShapeKind for Line {
    fn extent(&self, shape: &Shape) -> Rect {
        open::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        open::path(shape)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        look::paint_line(shape, open::path(shape), list);
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        closed::is_near(&open::path(shape), at, reach + shape.width / 2.0)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        look::painted(shape, shape.local_bounds())
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        open::resized(shape, from, to)
    }
}
