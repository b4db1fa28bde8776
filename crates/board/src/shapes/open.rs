//! What shapes of corners share, lines and arrows. Must not know which kinds those are.

use kurbo::{BezPath, Point, Rect};
use std::sync::Arc;

use super::closed::Scaling;
use crate::{Field, Shape};

pub(super) fn extent(shape: &Shape) -> Rect {
    let corners = shape.points.iter().map(|corner| corner.to_point());
    let boxes = corners.map(|corner| Rect::from_points(corner, corner));
    boxes.reduce(|one, next| one.union(next)).unwrap_or_default()
}

pub(super) fn path(shape: &Shape) -> BezPath {
    let mut path = BezPath::new();
    let origin = Point::from(shape.pos);
    for (index, corner) in shape.points.iter().enumerate() {
        match index {
            0 => path.move_to(origin + *corner),
            _ => path.line_to(origin + *corner),
        }
    }
    path
}

pub(super) fn resized(shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
    let scaling = Scaling::new(from, to);
    let points: Arc<[_]> = shape.points.iter().map(|corner| scaling.vector(*corner)).collect();
    vec![Field::Pos(scaling.point(shape.pos.into()).into()), Field::Points(points)]
}
