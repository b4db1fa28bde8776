//! A hexagon with flat top and bottom. A preparation in flow charts.

use super::Closed;
use super::outline::polygon;

pub(in crate::shapes) static KIND: Closed =
    Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.15, 0.1, 0.15, 0.1]);

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 6] = [(0.25, 0.0), (0.75, 0.0), (1.0, 0.5), (0.75, 1.0), (0.25, 1.0), (0.0, 0.5)];
