//! A freehand stroke, as thick as the pen was pressed.

use kurbo::{Affine, BezPath, Line as Segment, ParamCurveNearest, Point, Rect, Vec2};
use scene::{Colour, DisplayList, StrokeStyle};

use super::closed::Scaling;
use super::{Ink, ShapeKind, look};
use crate::{Field, Shape, ink};

/// How far ink reaches from the pen's path, in line widths: the outline's base size times its largest thickness.
const REACH_WIDTHS: f64 = 1.2;
/// From far away, points of the pen's path are this far apart, in device pixels.
const FAR_STEP_PX: f64 = 1.5;

impl ShapeKind for Ink {
    fn extent(&self, shape: &Shape) -> Rect {
        let boxes = pen(shape).map(|at| Rect::from_points(at, at));
        boxes.reduce(|one, next| one.union(next)).unwrap_or_default()
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        Affine::translate((shape.pos.x, shape.pos.y)) * ink::outline(&shape.ink, shape.scale, shape.width)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        if !shape.ink.is_empty() {
            list.fill(self.outline(shape), look::paint(shape, seen_colour(shape)));
        }
    }

    /// A line along the pen's path instead of the outline of its ink, through points that can be told apart.
    fn paint_far(&self, shape: &Shape, pixel: f64, list: &mut DisplayList) {
        let size = shape.local_bounds().size();
        if size.max_side() < shape.width {
            return self.paint(shape, list);
        }
        let at = Point::from(shape.pos).to_vec2();
        let end = shape.ink.len().saturating_sub(1);
        let (mut path, mut last) = (BezPath::new(), None);
        for (index, point) in pen(shape).enumerate() {
            let is_apart = last.is_none_or(|last: Point| last.distance(point) >= FAR_STEP_PX * pixel);
            if is_apart || index == end {
                match last.replace(point) {
                    None => path.move_to(point + at),
                    Some(_) => path.line_to(point + at),
                }
            }
        }
        list.stroke(path, look::paint(shape, seen_colour(shape)), StrokeStyle::solid(shape.width));
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        let reach = reach + shape.width / 2.0;
        let at = at - Point::from(shape.pos).to_vec2();
        let mut last = None;
        pen(shape).any(|point| {
            let segment = Segment::new(last.replace(point).unwrap_or(point), point);
            segment.nearest(at, 0.0).distance_sq <= reach * reach
        })
    }

    fn painted(&self, shape: &Shape) -> Rect {
        let reach = REACH_WIDTHS * shape.width;
        shape.local_bounds().inflate(reach, reach)
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        let scaling = Scaling::new(from, to);
        vec![Field::Pos(scaling.point(shape.pos.into()).into()), Field::Scale(scaling.vector(shape.scale))]
    }
}

/// Ink that lets through what lies below marks it, whatever it was drawn with.
fn seen_colour(shape: &Shape) -> Colour {
    match shape.stroke {
        Colour::Rgba(packed) if packed & 0xff < 0xff || shape.opacity < 1.0 => Colour::Mark(packed),
        colour => colour,
    }
}

/// The pen's path, relative to the shape's `pos`.
fn pen(shape: &Shape) -> impl Iterator<Item = Point> + '_ {
    shape.ink.iter().map(|point| Vec2::new(point.x * shape.scale.x, point.y * shape.scale.y).to_point())
}
