//! An ellipse in its box.

use kurbo::{BezPath, Point, Rect, Shape as _};
use scene::DisplayList;

use super::{Ellipse, ShapeKind, boxed};
use crate::{Field, Shape};

/// How far the path may be from the ellipse, in board pixels.
const ACCURACY: f64 = 0.01;

impl ShapeKind for Ellipse {
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
    kurbo::Ellipse::from_rect(shape.local_bounds()).to_path(ACCURACY)
}
