//! An octagon.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.12, 0.12, 0.12, 0.12]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 8] =
    [(0.29, 0.0), (0.71, 0.0), (1.0, 0.29), (1.0, 0.71), (0.71, 1.0), (0.29, 1.0), (0.0, 0.71), (0.0, 0.29)];
