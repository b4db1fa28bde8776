//! An image: a part of a picture whose bytes are an asset beside the board. Nothing of its pixels is known here.

use kurbo::{Affine, BezPath, Point, Rect, Shape as _, Vec2};
use scene::{Cap, Colour, Dash, DisplayList, ImageRun, StrokeStyle, Swatch};

use super::{Image, ShapeKind, closed, look};
use crate::{Field, Shape};

/// The line around a picture that is not known at all.
const MISSING: StrokeStyle = StrokeStyle { width: 1.0, dash: Dash::Dashed { on: 4.0, off: 4.0 }, cap: Cap::Butt };

impl ShapeKind for Image {
    fn extent(&self, shape: &Shape) -> Rect {
        closed::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        let radius = shape.radius.unwrap_or(0.0).min(shape.local_bounds().size().min_side() / 2.0);
        shape.local_bounds().to_rounded_rect(radius).to_path(0.1)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        let bounds = shape.local_bounds();
        let Some(picture) = &shape.picture else {
            return list.stroke(self.outline(shape), look::paint(shape, Colour::Swatch(Swatch::Grey)), MISSING);
        };
        let run = ImageRun {
            image: picture.asset,
            natural: picture.natural,
            part: picture.crop,
            place: bounds,
            opacity: shape.opacity as f32,
        };
        let mirror = Vec2::new(shape.scale.x.signum(), shape.scale.y.signum());
        let paint = |list: &mut DisplayList| match mirror {
            Vec2 { x: 1.0, y: 1.0 } => list.image(run),
            Vec2 { x, y } => {
                let to = Affine::translate(bounds.center().to_vec2()) * Affine::scale_non_uniform(x, y);
                list.transformed(to * Affine::translate(-bounds.center().to_vec2()), |list| list.image(run));
            }
        };
        match shape.radius {
            Some(radius) if radius > 0.0 => list.clipped(self.outline(shape), paint),
            _ => paint(list),
        }
    }

    fn paint_far(&self, shape: &Shape, _pixel: f64, list: &mut DisplayList) {
        let grey = Colour::Swatch(Swatch::Grey);
        list.fill(shape.local_bounds().to_path(0.1), look::paint(shape, grey));
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        let outline = self.outline(shape);
        outline.winding(at) != 0 || closed::is_near(&outline, at, reach)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        shape.local_bounds().inflate(MISSING.width / 2.0, MISSING.width / 2.0)
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        closed::resized(shape, from, to).into_iter().chain(closed::turned_over(shape, from, to)).collect()
    }
}
