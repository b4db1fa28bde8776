//! Where a line that is bound to shapes runs. Derived from the shapes as they are, wherever it is needed, and never
//! stored: so bound ends follow every move, resize and rotation on every client, without a write. Must not know
//! documents, tools or paints.

mod elbow;

use kurbo::{BezPath, ParamCurve, ParamCurveNearest, PathSeg, Point, Rect, Vec2};

use crate::{Binding, Route, Shape};

/// Between a bound end and the outline that it points at, in board pixels.
const GAP: f64 = 6.0;
/// How far a curve leaves straight, as a share of the distance between its ends.
const CURVE_SHARE: f64 = 0.45;
/// The straight start of a curve is at least and at most this long.
const CURVE_MIN: f64 = 30.0;
const CURVE_MAX: f64 = 240.0;
/// How far flattened outlines may be off when a line is cut off at them.
const ACCURACY: f64 = 1e-6;

/// What a bound end holds on to: the shape, and where.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a> {
    /// The shape as it is, or as a gesture shows it.
    pub(crate) shape: &'a Shape,
    /// Where; none is the shape as a whole.
    pub(crate) at: Option<Vec2>,
}

impl<'a> Held<'a> {
    pub(crate) fn new(shape: &'a Shape, binding: &Binding) -> Self {
        Self { shape, at: binding.at }
    }

    /// The point that the line runs to: the exact one, or the middle.
    fn anchor(&self) -> Point {
        let rect = self.shape.local_bounds();
        let at = self.at.unwrap_or(Vec2::new(0.5, 0.5));
        self.shape.rotation() * Point::new(rect.x0 + at.x * rect.width(), rect.y0 + at.y * rect.height())
    }

    /// The upright box of the shape.
    fn around(&self) -> Rect {
        self.shape.rotation().transform_rect_bbox(self.shape.local_bounds())
    }

    /// The direction in which a line leaves, upright or level: out of the side that an exact point is nearest to, else
    /// towards the other end.
    fn direction(&self, other: Point) -> Vec2 {
        let rect = self.around();
        let anchor = self.anchor();
        let sides = [
            (anchor.x - rect.x0, Vec2::new(-1.0, 0.0)),
            (rect.x1 - anchor.x, Vec2::new(1.0, 0.0)),
            (anchor.y - rect.y0, Vec2::new(0.0, -1.0)),
            (rect.y1 - anchor.y, Vec2::new(0.0, 1.0)),
        ];
        let towards = other - rect.center();
        let level = towards.x.abs() * rect.height() >= towards.y.abs() * rect.width();
        let outward = match level {
            true => Vec2::new(1.0_f64.copysign(towards.x), 0.0),
            false => Vec2::new(0.0, 1.0_f64.copysign(towards.y)),
        };
        match self.at {
            None => outward,
            Some(_) => sides.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(outward, |side| side.1),
        }
    }
}

/// Where a bound line runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Course {
    /// On the board.
    pub(crate) path: BezPath,
    /// Where an elbow has looked for what is in its way: elsewhere nothing changes it.
    pub(crate) corridor: Option<Rect>,
}

/// A line's path on the board, from its stored corners (on the board) and what its ends hold on to. `others` says what else
/// meets a rectangle, for an elbow to go around.
pub(crate) fn course(
    shape: &Shape,
    corners: &[Point],
    [start, end]: [Option<Held>; 2],
    others: &dyn Fn(Rect) -> Vec<Rect>,
) -> Course {
    let via: Vec<elbow::Lane> = shape.via.chunks_exact(2).map(|pair| elbow::Lane::stored(pair, shape.pos)).collect();
    let (Some(first), Some(last), Route::Elbow) = (corners.first(), corners.last(), shape.route) else {
        return Course { path: path(shape, corners, start, end), corridor: None };
    };
    let from = start.map_or(*first, |held| held.anchor());
    let to = end.map_or(*last, |held| held.anchor());
    let routed = elbow::route(port(from, start, to), port(to, end, from), &via, others);
    Course { path: straight(&routed.corners), corridor: routed.corridor }
}

/// The path of a line that nothing else is in the way of.
pub(crate) fn path(shape: &Shape, corners: &[Point], start: Option<Held>, end: Option<Held>) -> BezPath {
    let (Some(first), Some(last)) = (corners.first(), corners.last()) else { return BezPath::new() };
    let from = start.map_or(*first, |held| held.anchor());
    let to = end.map_or(*last, |held| held.anchor());
    let inner = &corners[1..corners.len() - 1];
    match shape.route {
        Route::Elbow => course(shape, corners, [start, end], &|_| vec![]).path,
        Route::Straight => {
            let corners: Vec<Point> = std::iter::once(from).chain(inner.iter().copied()).chain([to]).collect();
            trimmed(straight(&corners), start, end)
        }
        Route::Curved if inner.is_empty() => trimmed(curve(from, to, start, end), start, end),
        Route::Curved => {
            let corners: Vec<Point> = std::iter::once(from).chain(inner.iter().copied()).chain([to]).collect();
            trimmed(smooth(&corners), start, end)
        }
    }
}

fn straight(corners: &[Point]) -> BezPath {
    let mut path = BezPath::new();
    for (index, corner) in corners.iter().enumerate() {
        if index == 0 { path.move_to(*corner) } else { path.line_to(*corner) }
    }
    path
}

/// One swing from end to end.
fn curve(from: Point, to: Point, start: Option<Held>, end: Option<Held>) -> BezPath {
    let by = to - from;
    let along = match by.x.abs() >= by.y.abs() {
        true => Vec2::new(1.0_f64.copysign(by.x), 0.0),
        false => Vec2::new(0.0, 1.0_f64.copysign(by.y)),
    };
    let out = start.map_or(along, |held| held.direction(to));
    let back = end.map_or(-along, |held| held.direction(from));
    // From the middle of a shape the swing begins at its edge.
    let edge = |at: Point, held: Option<Held>, direction: Vec2| match held {
        Some(held) if held.at.is_none() => on_edge(at, held.around(), direction),
        _ => at,
    };
    let (from, to) = (edge(from, start, out), edge(to, end, back));
    let reach = ((to - from).hypot() * CURVE_SHARE).clamp(CURVE_MIN, CURVE_MAX);
    let mut path = BezPath::new();
    path.move_to(from);
    path.curve_to(from + out * reach, to + back * reach, to);
    path
}

/// Through all corners, without a kink.
fn smooth(corners: &[Point]) -> BezPath {
    let mut path = BezPath::new();
    path.move_to(corners[0]);
    for index in 0..corners.len() - 1 {
        let at = |index: isize| corners[index.clamp(0, corners.len() as isize - 1) as usize];
        let index = index as isize;
        let (before, from, to, after) = (at(index - 1), at(index), at(index + 1), at(index + 2));
        path.curve_to(from + (to - before) / 6.0, to - (after - from) / 6.0, to);
    }
    path
}

/// Where an elbow begins or ends.
fn port(at: Point, held: Option<Held>, other: Point) -> elbow::Port {
    let Some(held) = held else { return elbow::Port { at, direction: None, avoid: None } };
    let direction = held.direction(other);
    let around = held.around();
    // The line leaves from the outline as it is seen, which in an ellipse lies inside of its box.
    let edge = seen_edge(held, on_edge(at, around, direction), direction);
    let at = if held.at.is_some() { held.anchor() } else { edge + direction * GAP };
    elbow::Port { at, direction: Some(direction), avoid: Some(around) }
}

/// Where a level or upright line through a point leaves a box.
fn on_edge(at: Point, rect: Rect, direction: Vec2) -> Point {
    Point::new(
        if direction.x == 0.0 {
            at.x
        } else if direction.x < 0.0 {
            rect.x0
        } else {
            rect.x1
        },
        if direction.y == 0.0 {
            at.y
        } else if direction.y < 0.0 {
            rect.y0
        } else {
            rect.y1
        },
    )
}

/// Where a line that comes from outside meets the outline.
fn seen_edge(held: Held, outside: Point, direction: Vec2) -> Point {
    let from = outside + direction * GAP;
    let middle = held.shape.rotation() * held.shape.local_bounds().center();
    let inward = Vec2::new(
        if direction.x == 0.0 { 0.0 } else { middle.x - from.x },
        if direction.y == 0.0 { 0.0 } else { middle.y - from.y },
    );
    let line = kurbo::Line::new(from, from + inward);
    crossings(&held.shape.outline(), line).map(|along| line.eval(along)).next().unwrap_or(outside)
}

/// Where a line crosses an outline, along the line, the first first.
fn crossings(outline: &BezPath, line: kurbo::Line) -> impl Iterator<Item = f64> {
    let mut along: Vec<f64> =
        outline.segments().flat_map(|segment| segment.intersect_line(line)).map(|crossing| crossing.line_t).collect();
    along.sort_by(f64::total_cmp);
    along.into_iter()
}

/// Cuts off what of the path lies in the shapes that its ends hold as a whole, and a little more for the eye.
fn trimmed(path: BezPath, start: Option<Held>, end: Option<Held>) -> BezPath {
    let path = match end.filter(|held| held.at.is_none()) {
        Some(held) => cut_end(&path, held),
        None => path,
    };
    match start.filter(|held| held.at.is_none()) {
        Some(held) => cut_end(&path.reverse_subpaths(), held).reverse_subpaths(),
        None => path,
    }
}

/// Without what lies in `held` at the end.
fn cut_end(path: &BezPath, held: Held) -> BezPath {
    let outline = held.shape.outline();
    let segments: Vec<PathSeg> = path.segments().collect();
    for (index, segment) in segments.iter().enumerate() {
        let Some(along) = enters(segment, &outline, held) else { continue };
        let length = kurbo::ParamCurveArclen::arclen(segment, 0.5);
        let gap = if length > 0.0 { GAP / length } else { 0.0 };
        let along = (along - gap).max(0.0);
        let mut kept: Vec<PathSeg> = segments[..index].to_vec();
        kept.push(segment.subsegment(0.0..along));
        return BezPath::from_path_segments(kept.into_iter());
    }
    path.clone()
}

/// Where a segment goes into the shape for good, along itself.
fn enters(segment: &PathSeg, outline: &BezPath, held: Held) -> Option<f64> {
    if !encloses(outline, segment.end()) {
        // An end that is already at the edge needs only its gap.
        let near = outline.segments().any(|edge| edge.nearest(segment.end(), ACCURACY).distance_sq < 0.25);
        return near.then_some(1.0);
    }
    if encloses(outline, segment.start()) || held.shape.local_bounds().area() == 0.0 {
        return None;
    }
    // Halving finds the border.
    let (mut outside, mut inside) = (0.0, 1.0);
    for _ in 0..24 {
        let middle = (outside + inside) / 2.0;
        if encloses(outline, segment.eval(middle)) { inside = middle } else { outside = middle }
    }
    Some(outside)
}

fn encloses(outline: &BezPath, at: Point) -> bool {
    use kurbo::Shape as _;
    outline.winding(at) != 0
}
