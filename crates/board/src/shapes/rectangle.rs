//! A rectangle with softly rounded corners.

use kurbo::{BezPath, Point, Rect, RoundedRect, Shape as _};
use scene::DisplayList;

use super::{Rectangle, ShapeKind, boxed};
use crate::{Field, Shape};

/// The largest radius of a corner, in board pixels; small shapes have smaller ones.
const CORNER_RADIUS: f64 = 8.0;
/// How far the path may be from the circle, in board pixels.
const ACCURACY: f64 = 0.01;

impl ShapeKind for Rectangle {
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
    let radius = CORNER_RADIUS.min(shape.size.width.min(shape.size.height) / 4.0);
    RoundedRect::from_rect(shape.local_bounds(), radius).to_path(ACCURACY)
}
