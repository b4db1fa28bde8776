//! A diamond: its corners are the middles of its box's sides.

use kurbo::{BezPath, Point, Rect};
use scene::DisplayList;

use super::{Diamond, ShapeKind, boxed};
use crate::{Field, Shape};

impl ShapeKind for Diamond {
    fn extent(&self, shape: &Shape) -> Rect {
        boxed::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        path(shape)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        boxed::paint(shape, path(shape), list);
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        boxed::touches(shape, &path(shape), at, reach)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        boxed::painted(shape)
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        boxed::resized(shape, from, to)
    }
}

fn path(shape: &Shape) -> BezPath {
    let (rect, middle) = (shape.local_bounds(), shape.local_bounds().center());
    let corners = [(middle.x, rect.y0), (rect.x1, middle.y), (middle.x, rect.y1), (rect.x0, middle.y)];
    let mut path = BezPath::new();
    path.move_to(corners[0]);
    corners[1..].iter().for_each(|corner| path.line_to(*corner));
    path.close_path();
    path
}
