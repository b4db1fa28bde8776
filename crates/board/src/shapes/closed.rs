//! What all closed shapes share: a box, an outline in it, a fill, a line and a label. Must not know which kinds those
//! are; each kind's file below says its outline.

pub(super) mod block_arrow;
pub(super) mod cloud;
pub(super) mod cross;
pub(super) mod cylinder;
pub(super) mod delay;
pub(super) mod diamond;
pub(super) mod document;
pub(super) mod ellipse;
pub(super) mod heart;
pub(super) mod hexagon;
pub(super) mod manual_input;
pub(super) mod octagon;
mod outline;
pub(super) mod parallelogram;
pub(super) mod pentagon;
pub(super) mod pill;
pub(super) mod rectangle;
pub(super) mod speech;
pub(super) mod star;
pub(super) mod subprocess;
pub(super) mod trapezoid;
pub(super) mod triangle;

use kurbo::{Affine, BezPath, ParamCurveNearest, Point, Rect, Shape as _, Size, Vec2};
use scene::{BoardPoint, DisplayList};

use super::{ShapeKind, label, look};
use crate::{Field, Shape};

/// How exactly the nearest point of a curve is found, as a share of the curve.
const ACCURACY: f64 = 1e-6;

/// A closed kind.
pub(crate) struct Closed {
    /// The outline in a box; the radius is how round corners were asked to be.
    outline: fn(Rect, Option<f64>) -> BezPath,
    /// Lines inside: a rim, bars.
    details: Option<fn(Rect) -> BezPath>,
    /// Where the label goes: shares of the box's sides that are left out, from the left, top, right and bottom.
    label_inset: [f64; 4],
}

impl Closed {
    const fn new(outline: fn(Rect, Option<f64>) -> BezPath, label_inset: [f64; 4]) -> Self {
        Self { outline, details: None, label_inset }
    }

    fn path(&self, shape: &Shape) -> BezPath {
        mirrored(shape, (self.outline)(shape.local_bounds(), shape.radius))
    }
}

impl ShapeKind for Closed {
    fn extent(&self, shape: &Shape) -> Rect {
        extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        self.path(shape)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        let details = self.details.map(|details| mirrored(shape, details(shape.local_bounds())));
        look::paint_area(shape, self.path(shape), details, list);
        label::paint(shape, list);
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        touches(shape, &self.path(shape), at, reach)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        label::with_label(shape, look::painted(shape, shape.local_bounds()))
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        resized(shape, from, to).into_iter().chain(turned_over(shape, from, to)).collect()
    }

    fn label_box(&self, shape: &Shape) -> Option<Rect> {
        let [mut left, mut top, mut right, mut bottom] = self.label_inset;
        if shape.scale.x < 0.0 {
            std::mem::swap(&mut left, &mut right);
        }
        if shape.scale.y < 0.0 {
            std::mem::swap(&mut top, &mut bottom);
        }
        let rect = shape.local_bounds();
        let (width, height) = (rect.width(), rect.height());
        Some(Rect::new(
            rect.x0 + left * width,
            rect.y0 + top * height,
            rect.x1 - right * width,
            rect.y1 - bottom * height,
        ))
    }
}

pub(super) fn extent(shape: &Shape) -> Rect {
    Rect::from_origin_size(Point::ORIGIN, shape.size)
}

/// What is filled or labelled is touched inside, an empty shape at its line.
pub(super) fn touches(shape: &Shape, outline: &BezPath, at: Point, reach: f64) -> bool {
    let is_full = shape.fill.is_some() || !shape.text.is_empty();
    (is_full && outline.winding(at) != 0) || is_near(outline, at, reach + shape.width / 2.0)
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

/// A path in the shape's box, mirrored there where the scale is negative.
fn mirrored(shape: &Shape, path: BezPath) -> BezPath {
    let (x, y) = (shape.scale.x.signum(), shape.scale.y.signum());
    if (x, y) == (1.0, 1.0) {
        return path;
    }
    let middle = shape.local_bounds().center().to_vec2();
    Affine::translate(middle) * Affine::scale_non_uniform(x, y) * Affine::translate(-middle) * path
}

/// The other mirror image, where the new box runs backwards.
pub(super) fn turned_over(shape: &Shape, from: Rect, to: Rect) -> Option<Field> {
    let Vec2 { x, y } = Scaling::new(from, to).stretch;
    let turned = |scale: f64, stretch: f64| scale.signum() * if stretch < 0.0 { -1.0 } else { 1.0 };
    (x < 0.0 || y < 0.0).then(|| Field::Scale(Vec2::new(turned(shape.scale.x, x), turned(shape.scale.y, y))))
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
