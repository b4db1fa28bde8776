//! A box whose right end is round. A delay in flow charts.

use kurbo::{BezPath, Rect};

use super::Closed;
use super::outline::at;

pub(in crate::shapes) static KIND: Closed = Closed::new(outline, [0.03, 0.03, 0.14, 0.03]);

fn outline(rect: Rect, _radius: Option<f64>) -> BezPath {
    let mut path = BezPath::new();
    path.move_to(at(rect, (0.0, 0.0)));
    path.line_to(at(rect, (0.65, 0.0)));
    path.curve_to(at(rect, (0.84, 0.0)), at(rect, (1.0, 0.224)), at(rect, (1.0, 0.5)));
    path.curve_to(at(rect, (1.0, 0.776)), at(rect, (0.84, 1.0)), at(rect, (0.65, 1.0)));
    path.line_to(at(rect, (0.0, 1.0)));
    path.close_path();
    path
}
