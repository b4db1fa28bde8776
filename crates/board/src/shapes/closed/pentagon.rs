//! A pentagon that stands on its base.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.16, 0.3, 0.16, 0.08]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 5] = [(0.5, 0.0), (1.0, 0.38), (0.81, 1.0), (0.19, 1.0), (0.0, 0.38)];
