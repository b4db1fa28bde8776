//! An ellipse in its box.

use kurbo::Shape as _;

use super::Closed;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, _| kurbo::Ellipse::from_rect(rect).to_path(ACCURACY), [0.1465; 4]);

/// How far the path may be from the ellipse, in board pixels.
const ACCURACY: f64 = 0.01;
