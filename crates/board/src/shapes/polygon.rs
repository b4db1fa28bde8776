//! A polygon: any corners, closed, filled and labelled as closed shapes are.

use kurbo::{BezPath, Point, Rect, Shape as _, Vec2};
use scene::DisplayList;
use std::sync::Arc;

use super::closed::{self, Scaling};
use super::{Polygon, ShapeKind, label, look};
use crate::{Field, Shape};

/// The label's box, in shares of the sides that are left out: what most polygons have inside.
const LABEL_INSET: f64 = 0.2;

impl ShapeKind for Polygon {
    fn extent(&self, shape: &Shape) -> Rect {
        let corners = shape.points.iter().map(|corner| corner.to_point());
        let boxes = corners.map(|corner| Rect::from_points(corner, corner));
        boxes.reduce(|one, next| one.union(next)).unwrap_or_default()
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        path(shape)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        look::paint_area(shape, path(shape), None, list);
        label::paint(shape, list);
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        closed::touches(shape, &path(shape), at, reach)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        label::with_label(shape, look::painted(shape, path(shape).bounding_box()))
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        let scaling = Scaling::new(from, to);
        let points: Arc<[Vec2]> = shape.points.iter().map(|corner| scaling.vector(*corner)).collect();
        vec![Field::Pos(scaling.point(shape.pos.into()).into()), Field::Points(points)]
    }

    fn label_box(&self, shape: &Shape) -> Option<Rect> {
        let rect = shape.local_bounds();
        Some(rect.inset((-LABEL_INSET * rect.width(), -LABEL_INSET * rect.height())))
    }
}

fn path(shape: &Shape) -> BezPath {
    let mut path = BezPath::new();
    for (index, corner) in shape.points.iter().enumerate() {
        let corner = Point::from(shape.pos) + *corner;
        if index == 0 { path.move_to(corner) } else { path.line_to(corner) }
    }
    path.close_path();
    path
}
