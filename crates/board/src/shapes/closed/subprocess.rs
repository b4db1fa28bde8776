//! A box with a bar at either side. A predefined process in flow charts.

use super::Closed;
use super::outline::{lines, polygon};

pub(in crate::shapes) static KIND: Closed = Closed {
    details: Some(|rect| lines(rect, &[&[(0.1, 0.0), (0.1, 1.0)], &[(0.9, 0.0), (0.9, 1.0)]])),
    ..Closed::new(|rect, radius| polygon(rect, &CORNERS, radius.unwrap_or(0.0)), [0.12, 0.05, 0.12, 0.05])
};

/// In shares of the box's sides.
const CORNERS: [(f64, f64); 4] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
