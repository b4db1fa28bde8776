//! A thick arrow to the right.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.05, 0.27, 0.2, 0.27]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 7] =
    [(0.0, 0.25), (0.6, 0.25), (0.6, 0.0), (1.0, 0.5), (0.6, 1.0), (0.6, 0.75), (0.0, 0.75)];
