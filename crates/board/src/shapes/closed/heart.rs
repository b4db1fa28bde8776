//! A heart.

use kurbo::{BezPath, Rect};

use super::Closed;
use super::outline::{at, fitted};

pub(in crate::shapes) static KIND: Closed = Closed::new(outline, [0.17, 0.2, 0.17, 0.35]);

fn outline(rect: Rect, _radius: Option<f64>) -> BezPath {
    let mut path = BezPath::new();
    path.move_to(at(rect, (0.5, 1.0)));
    path.curve_to(at(rect, (0.2, 0.76)), at(rect, (-0.02, 0.56)), at(rect, (0.0, 0.29)));
    path.curve_to(at(rect, (0.02, -0.06)), at(rect, (0.4, -0.1)), at(rect, (0.5, 0.2)));
    path.curve_to(at(rect, (0.6, -0.1)), at(rect, (0.98, -0.06)), at(rect, (1.0, 0.29)));
    path.curve_to(at(rect, (1.02, 0.56)), at(rect, (0.8, 0.76)), at(rect, (0.5, 1.0)));
    path.close_path();
    fitted(&path, rect)
}
