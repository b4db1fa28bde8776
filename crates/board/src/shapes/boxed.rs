//! What shapes of a width and a height share. Must not know which kinds those are.

use kurbo::{BezPath, ParamCurveNearest, Point, Rect, Shape as _, Size, Vec2};
use scene::{BoardPoint, DisplayList, StrokeStyle};

use crate::{Field, Shape};

/// How exactly the nearest point of a curve is found, as a share of the curve.
const ACCURACY: f64 = 1e-6;

pub(super) fn extent(shape: &Shape) -> Rect {
    Rect::from_origin_size(Point::ORIGIN, shape.size)
}

pub(super) fn paint(shape: &Shape, outline: BezPath, list: &mut DisplayList) {
    let outline = std::sync::Arc::new(outline);
    if let Some(fill) = shape.fill {
        list.fill(outline.clone(), fill);
    }
    list.stroke(outline, shape.stroke, StrokeStyle::solid(shape.width));
}

/// Half of a stroke lies outside its path.
pub(super) fn painted(shape: &Shape) -> Rect {
    shape.local_bounds().inflate(shape.width / 2.0, shape.width / 2.0)
}

/// A filled shape is touched inside, an empty one at its line.
pub(super) fn touches(shape: &Shape, outline: &BezPath, at: Point, reach: f64) -> bool {
    (shape.fill.is_some() && outline.winding(at) != 0) || is_near(outline, at, reach + shape.width / 2.0)
}

pub(super) fn is_near(path: &BezPath, at: Point, reach: f64) -> bool {
    path.segments().any(|segment| segment.nearest(at, ACCURACY).distance_sq <= reach * reach)
}

pub(super) fn resized(shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
    let Scaling { stretch, .. } = Scaling::new(from, to);
    let rect = Scaling::new(from, to).rect(shape.local_bounds());
    let size = Size::new(shape.size.width * stretch.x.abs(), shape.size.height * stretch.y.abs());
    vec![Field::Pos(BoardPoint::new(rect.x0, rect.y0)), Field::Size(size)]
}

/// How one box becomes another: mirrored where the other runs backwards, unstretched where the first has no length.
pub(super) struct Scaling {
    from: Point,
    to: Point,
    pub(super) stretch: Vec2,
}

impl Scaling {
    pub(super) fn new(from: Rect, to: Rect) -> Self {
        let axis = |from: f64, to: f64| if from == 0.0 { 1.0 } else { to / from };
        Self {
            from: from.origin(),
            to: to.origin(),
            stretch: Vec2::new(axis(from.width(), to.width()), axis(from.height(), to.height())),
        }
    }

    pub(super) fn point(&self, at: Point) -> Point {
        self.to + self.vector(at - self.from)
    }

    pub(super) fn vector(&self, by: Vec2) -> Vec2 {
        Vec2::new(by.x * self.stretch.x, by.y * self.stretch.y)
    }

    /// Running forwards again.
    pub(super) fn rect(&self, rect: Rect) -> Rect {
        Rect::from_points(self.point(rect.origin()), self.point(Point::new(rect.x1, rect.y1)))
    }
}
