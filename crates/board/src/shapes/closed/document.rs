//! A page with a torn lower edge. A document in flow charts.

use kurbo::{BezPath, Rect};

use super::Closed;
use super::outline::{at, fitted};

pub(in crate::shapes) static KIND: Closed = Closed::new(outline, [0.04, 0.02, 0.04, 0.18]);

fn outline(rect: Rect, _radius: Option<f64>) -> BezPath {
    let mut path = BezPath::new();
    path.move_to(at(rect, (0.0, 0.0)));
    path.line_to(at(rect, (1.0, 0.0)));
    path.line_to(at(rect, (1.0, 0.88)));
    path.curve_to(at(rect, (0.7, 0.7)), at(rect, (0.35, 1.14)), at(rect, (0.0, 0.92)));
    path.close_path();
    fitted(&path, rect)
}
