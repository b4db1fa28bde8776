//! A rectangle with softly rounded corners.

use kurbo::{BezPath, Rect, RoundedRect, Shape as _};

use super::Closed;

pub(in crate::shapes) static KIND: Closed = Closed::new(outline, [0.0; 4]);

/// The radius of a corner where none is stored, in board pixels; small shapes have smaller ones.
const CORNER_RADIUS: f64 = 8.0;
/// How far the path may be from the circle, in board pixels.
const ACCURACY: f64 = 0.01;

fn outline(rect: Rect, radius: Option<f64>) -> BezPath {
    let side = rect.width().min(rect.height());
    let radius = radius.map_or(CORNER_RADIUS.min(side / 4.0), |radius| radius.min(side / 2.0));
    if radius == 0.0 { rect.to_path(ACCURACY) } else { RoundedRect::from_rect(rect, radius).to_path(ACCURACY) }
}
