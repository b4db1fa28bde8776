//! A cross, or plus.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.05, 0.34, 0.05, 0.34]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 12] = [
    (0.33, 0.0),
    (0.67, 0.0),
    (0.67, 0.33),
    (1.0, 0.33),
    (1.0, 0.67),
    (0.67, 0.67),
    (0.67, 1.0),
    (0.33, 1.0),
    (0.33, 0.67),
    (0.0, 0.67),
    (0.0, 0.33),
    (0.33, 0.33),
];
