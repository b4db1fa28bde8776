//! A cylinder: stored data.

use kurbo::{BezPath, Rect};

use super::Closed;
use super::outline::at;

pub(in crate::shapes) static KIND: Closed =
    Closed { details: Some(front), ..Closed::new(outline, [0.04, 2.0 * RIM, 0.04, RIM / 2.0]) };

/// Half the height of the rim, as a share of the box's.
const RIM: f64 = 0.12;
/// Where a quarter of an ellipse has its control points, from the axis.
const ROUND: f64 = 0.5523;

fn outline(rect: Rect, _radius: Option<f64>) -> BezPath {
    let mut path = BezPath::new();
    path.move_to(at(rect, (0.0, RIM)));
    arch(&mut path, rect, RIM, -1.0, true);
    path.line_to(at(rect, (1.0, 1.0 - RIM)));
    arch(&mut path, rect, 1.0 - RIM, 1.0, false);
    path.close_path();
    path
}

/// The rim's front edge.
fn front(rect: Rect) -> BezPath {
    let mut path = BezPath::new();
    path.move_to(at(rect, (0.0, RIM)));
    arch(&mut path, rect, RIM, 1.0, true);
    path
}

/// Half an ellipse from one side to the other at this height, upwards (-1) or downwards (1).
fn arch(path: &mut BezPath, rect: Rect, y: f64, down: f64, to_right: bool) {
    let x = |x: f64| if to_right { x } else { 1.0 - x };
    let (bend, edge) = (y + down * RIM * ROUND, y + down * RIM);
    path.curve_to(at(rect, (x(0.0), bend)), at(rect, (x(0.5 - 0.5 * ROUND), edge)), at(rect, (0.5, edge)));
    path.curve_to(at(rect, (x(0.5 + 0.5 * ROUND), edge)), at(rect, (x(1.0), bend)), at(rect, (x(1.0), y)));
}
