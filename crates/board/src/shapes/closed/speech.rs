//! A speech bubble whose tip points down to the left.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(10.0)), [0.06, 0.05, 0.06, 0.26]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 7] =
    [(0.0, 0.0), (1.0, 0.0), (1.0, 0.78), (0.45, 0.78), (0.2, 1.0), (0.25, 0.78), (0.0, 0.78)];
