//! A trapezoid on its long side. A manual operation in flow charts stands on its head.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.17, 0.08, 0.17, 0.05]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 4] = [(0.2, 0.0), (0.8, 0.0), (1.0, 1.0), (0.0, 1.0)];
