//! A star with five points.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.27, 0.36, 0.27, 0.24]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 10] = [
    (0.5, 0.0),
    (0.63, 0.365),
    (1.0, 0.382),
    (0.71, 0.625),
    (0.809, 1.0),
    (0.5, 0.785),
    (0.191, 1.0),
    (0.29, 0.625),
    (0.0, 0.382),
    (0.37, 0.365),
];
