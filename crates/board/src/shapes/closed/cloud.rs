//! A cloud.

use kurbo::{BezPath, Point, Rect, Vec2};
use std::f64::consts::TAU;

use super::Closed;
use super::outline::fitted;

pub(in crate::shapes) static KIND: Closed = Closed::new(outline, [0.15, 0.2, 0.15, 0.2]);

/// Where the bumps meet, in shares of the circle: unevenly, as clouds are.
const SEAMS: [f64; 8] = [0.02, 0.17, 0.29, 0.4, 0.53, 0.66, 0.8, 0.92];
/// How far a bump stands out, in its own lengths.
const BULGE: f64 = 0.62;

fn outline(rect: Rect, _radius: Option<f64>) -> BezPath {
    let seam = |index: usize| Point::ORIGIN + Vec2::from_angle(SEAMS[index % SEAMS.len()] * TAU);
    let mut path = BezPath::new();
    path.move_to(seam(0));
    for index in 0..SEAMS.len() {
        let (from, to) = (seam(index), seam(index + 1));
        let along = to - from;
        let out = Vec2::new(along.y, -along.x) * BULGE;
        path.curve_to(from + out - along * 0.1, to + out + along * 0.1, to);
    }
    path.close_path();
    fitted(&path, rect)
}
