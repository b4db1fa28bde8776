//! Ways to say an outline in a box. Must not know kinds.

use kurbo::{BezPath, Point, Rect, Shape as _, Vec2};

/// The point of a box at these shares of its sides, from the top left.
pub(super) fn at(rect: Rect, (x, y): (f64, f64)) -> Point {
    Point::new(rect.x0 + x * rect.width(), rect.y0 + y * rect.height())
}

/// A polygon with corners at these shares of the box's sides; its corners are rounded by `radius`, as far as its sides
/// allow.
pub(super) fn polygon(rect: Rect, corners: &[(f64, f64)], radius: f64) -> BezPath {
    let corners: Vec<Point> = corners.iter().map(|corner| at(rect, *corner)).collect();
    let mut path = BezPath::new();
    for (index, corner) in corners.iter().enumerate() {
        let before = corners[(index + corners.len() - 1) % corners.len()];
        let after = corners[(index + 1) % corners.len()];
        let cut = |to: Point| {
            let side = to - *corner;
            let length = side.hypot();
            if length > 0.0 { *corner + side * (radius.min(length / 2.0) / length) } else { *corner }
        };
        let step = |path: &mut BezPath, to: Point| if index == 0 { path.move_to(to) } else { path.line_to(to) };
        if radius > 0.0 {
            step(&mut path, cut(before));
            path.quad_to(*corner, cut(after));
        } else {
            step(&mut path, *corner);
        }
    }
    path.close_path();
    path
}

/// An open run of lines through these shares of the box's sides.
pub(super) fn lines(rect: Rect, runs: &[&[(f64, f64)]]) -> BezPath {
    let mut path = BezPath::new();
    for run in runs {
        for (index, corner) in run.iter().enumerate() {
            let to = at(rect, *corner);
            if index == 0 { path.move_to(to) } else { path.line_to(to) }
        }
    }
    path
}

/// A path that was made anywhere, stretched so that it fills the box.
pub(super) fn fitted(path: &BezPath, rect: Rect) -> BezPath {
    let from = path.bounding_box();
    if from.width() == 0.0 || from.height() == 0.0 {
        return rect.to_path(0.1);
    }
    let fit = |point: Point| {
        let share = Vec2::new((point.x - from.x0) / from.width(), (point.y - from.y0) / from.height());
        at(rect, (share.x, share.y))
    };
    use kurbo::PathEl::{ClosePath, CurveTo, LineTo, MoveTo, QuadTo};
    let fit_step = |element: &kurbo::PathEl| match *element {
        MoveTo(to) => MoveTo(fit(to)),
        LineTo(to) => LineTo(fit(to)),
        QuadTo(by, to) => QuadTo(fit(by), fit(to)),
        CurveTo(by, and, to) => CurveTo(fit(by), fit(and), fit(to)),
        ClosePath => ClosePath,
    };
    path.elements().iter().map(fit_step).collect()
}
