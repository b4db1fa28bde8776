//! A box with round ends. Start and end in flow charts.

use kurbo::{RoundedRect, Shape as _};

use super::Closed;

pub(in crate::shapes) static KIND: Closed = Closed::new(
    |rect, _| RoundedRect::from_rect(rect, rect.width().min(rect.height()) / 2.0).to_path(ACCURACY),
    [0.1, 0.0, 0.1, 0.0],
);

/// How far the path may be from the circle, in board pixels.
const ACCURACY: f64 = 0.01;
