//! Routes of level and upright stretches, from one end to the other, around the boxes of what the ends hold. Must not
//! know shapes.

use kurbo::{Point, Rect, Vec2};
use scene::BoardPoint;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The least distance from a box that is avoided, in board pixels.
const MARGIN: f64 = 24.0;
/// What a bend costs, in board pixels of detour.
const BEND_COST: f64 = 60.0;
/// What a bend right beside a shape costs on top, so that lines turn half way.
const EDGE_COST: f64 = 2.0;
/// Positions on the grid that are tried for one axis.
const AXIS_MAX: usize = 12;

/// One end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port {
    /// Where the line begins or ends.
    pub(super) at: Point,
    /// Which way it leaves; none is any.
    pub(super) direction: Option<Vec2>,
    /// What it must not cross.
    pub(super) avoid: Option<Rect>,
}

/// A stretch that a person has put somewhere and that stays there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lane {
    is_level: bool,
    /// The y of a level lane, the x of an upright one.
    at: f64,
}

impl Lane {
    /// As stored: 1 for level or 0 for upright, and where, relative to the line's `pos`.
    pub(super) fn stored(pair: &[f64], pos: BoardPoint) -> Self {
        let is_level = pair[0] != 0.0;
        Self { is_level, at: pair[1] + if is_level { pos.y } else { pos.x } }
    }
}

/// The corners of the route.
pub(super) fn route(start: Port, end: Port, via: &[Lane]) -> Vec<Point> {
    let from = left(start);
    let to = left(end);
    let mut corners = vec![start.at];
    if via.is_empty() {
        corners.extend(around(from, to, start, end));
    } else {
        corners.push(from);
        corners.extend(through(from, to, via));
        corners.push(to);
    }
    corners.push(end.at);
    tidied(corners)
}

/// Where a line is free to turn.
fn left(port: Port) -> Point {
    match (port.direction, port.avoid) {
        (Some(direction), Some(rect)) => {
            let rect = rect.inflate(MARGIN, MARGIN);
            let x = if direction.x < 0.0 {
                rect.x0
            } else if direction.x > 0.0 {
                rect.x1
            } else {
                port.at.x
            };
            let y = if direction.y < 0.0 {
                rect.y0
            } else if direction.y > 0.0 {
                rect.y1
            } else {
                port.at.y
            };
            Point::new(x, y)
        }
        _ => port.at,
    }
}

/// Along the lanes, one after the other.
fn through(from: Point, to: Point, via: &[Lane]) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    let mut at = from;
    for (index, lane) in via.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| via[before])
            && before.is_level == lane.is_level
        {
            // Two lanes side by side are joined half way to what comes next.
            let next = via.get(index + 1).filter(|next| next.is_level != lane.is_level).map(|next| next.at);
            let middle = next.unwrap_or(if lane.is_level { (at.x + to.x) / 2.0 } else { (at.y + to.y) / 2.0 });
            at = if lane.is_level { Point::new(middle, at.y) } else { Point::new(at.x, middle) };
            corners.push(at);
        }
        at = if lane.is_level { Point::new(at.x, lane.at) } else { Point::new(lane.at, at.y) };
        corners.push(at);
    }
    if let Some(last) = via.last() {
        corners.push(if last.is_level { Point::new(to.x, at.y) } else { Point::new(at.x, to.y) });
    }
    corners
}

/// The cheapest way over a small grid of promising lines: short, with few bends, around both boxes.
fn around(from: Point, to: Point, start: Port, end: Port) -> Vec<Point> {
    let boxes: Vec<Rect> = [start.avoid, end.avoid].into_iter().flatten().collect();
    let grid = Grid {
        xs: axis(from.x, to.x, boxes.iter().map(|rect| (rect.x0, rect.x1))),
        ys: axis(from.y, to.y, boxes.iter().map(|rect| (rect.y0, rect.y1))),
        boxes,
    };
    let is_level = |port: Port| port.direction.map(|direction| direction.x != 0.0);
    // The boxes may lie over each other: then straight there, with one bend.
    grid.cheapest((from, is_level(start)), (to, is_level(end))).unwrap_or(vec![from, Point::new(to.x, from.y), to])
}

/// Where a line may turn.
struct Grid {
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// What it goes around.
    boxes: Vec<Rect>,
}

impl Grid {
    fn node(&self, at: Point) -> usize {
        let near = |line: &[f64], at: f64| line.iter().position(|known| (known - at).abs() < 1e-9).unwrap_or(0);
        near(&self.xs, at.x) + near(&self.ys, at.y) * self.xs.len()
    }

    fn point(&self, node: usize) -> Point {
        Point::new(self.xs[node % self.xs.len()], self.ys[node / self.xs.len()])
    }

    /// The margin belongs to the line: only the box itself, and a little of it, is closed.
    fn is_blocked(&self, a: Point, b: Point) -> bool {
        let stretch = Rect::from_points(a, b);
        self.boxes.iter().any(|rect| {
            let closed = rect.inflate(MARGIN / 2.0, MARGIN / 2.0);
            stretch.x0 < closed.x1 && stretch.x1 > closed.x0 && stretch.y0 < closed.y1 && stretch.y1 > closed.y0
        })
    }

    /// The neighbours of a node, and whether the way there is level (1) or upright (0).
    fn neighbours(&self, node: usize) -> impl Iterator<Item = (usize, usize)> {
        let (width, height) = (self.xs.len(), self.ys.len());
        let (x, y) = (node % width, node / width);
        let steps = [
            (x > 0).then(|| (node - 1, 1)),
            (x + 1 < width).then(|| (node + 1, 1)),
            (y > 0).then(|| (node - width, 0)),
            (y + 1 < height).then(|| (node + width, 0)),
        ];
        steps.into_iter().flatten()
    }

    /// Dijkstra's search, over nodes with the way in which they were reached.
    fn cheapest(
        &self,
        (from, first_level): (Point, Option<bool>),
        (to, last_level): (Point, Option<bool>),
    ) -> Option<Vec<Point>> {
        let (begin, goal) = (self.node(from), self.node(to));
        let count = self.xs.len() * self.ys.len();
        let (mut best, mut came) = (vec![f64::INFINITY; count * 2], vec![None; count * 2]);
        let mut open = BinaryHeap::new();
        for level in [0, 1] {
            if first_level.is_none_or(|first| first == (level == 1)) {
                best[begin * 2 + level] = 0.0;
                open.push((Reverse(ordered(0.0)), begin * 2 + level));
            }
        }
        while let Some((Reverse(cost), state)) = open.pop() {
            let (node, level) = (state / 2, state % 2);
            if cost > ordered(best[state]) || node == goal {
                continue;
            }
            for (next, way) in self.neighbours(node) {
                let (a, b) = (self.point(node), self.point(next));
                if self.is_blocked(a, b) {
                    continue;
                }
                let early = if node == begin { EDGE_COST } else { 0.0 };
                let turn = if way == level { 0.0 } else { BEND_COST + early };
                let turns_last = next == goal && last_level.is_some_and(|last| last != (way == 1));
                let last = if turns_last { BEND_COST + EDGE_COST } else { 0.0 };
                let next_cost = best[state] + a.distance(b) + turn + last;
                if next_cost + 1e-9 < best[next * 2 + way] {
                    best[next * 2 + way] = next_cost;
                    came[next * 2 + way] = Some(state);
                    open.push((Reverse(ordered(next_cost)), next * 2 + way));
                }
            }
        }
        let reached = if best[goal * 2] <= best[goal * 2 + 1] { goal * 2 } else { goal * 2 + 1 };
        best[reached].is_finite().then(|| {
            let back = std::iter::successors(Some(reached), |state| came[*state]).take(2 * count);
            let mut corners: Vec<Point> = back.map(|state| self.point(state / 2)).collect();
            corners.reverse();
            corners
        })
    }
}

/// Costs compare as whole 256ths, so that every machine agrees.
fn ordered(cost: f64) -> u64 {
    (cost * 256.0) as u64
}

/// Places worth a turn: the ends, beside the boxes, half way between.
fn axis(from: f64, to: f64, sides: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
    let mut line = vec![from, to];
    let mut edges: Vec<f64> = sides.flat_map(|(low, high)| [low, high]).collect();
    edges.sort_by(f64::total_cmp);
    // The way between two boxes lies in the middle of the gap.
    if let [_, a, b, _] = edges[..] {
        line.push((a + b) / 2.0);
    }
    line.extend(edges.iter().flat_map(|edge| [edge - MARGIN, edge + MARGIN]));
    line.push((from + to) / 2.0);
    line.truncate(AXIS_MAX);
    line.sort_by(f64::total_cmp);
    line.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    line
}

/// Without corners that are none.
fn tidied(corners: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for corner in corners {
        if kept.last().is_some_and(|last| last.distance(corner) < 0.01) {
            continue;
        }
        if let [.., before, last] = kept[..] {
            let level = |a: Point, b: Point| (a.y - b.y).abs() < 0.01;
            let upright = |a: Point, b: Point| (a.x - b.x).abs() < 0.01;
            if (level(before, last) && level(last, corner)) || (upright(before, last) && upright(last, corner)) {
                kept.pop();
            }
        }
        kept.push(corner);
    }
    if kept.len() == 1 {
        kept.push(kept[0]);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn port(rect: Rect, direction: Vec2) -> Port {
        let middle = rect.center();
        let at = Point::new(middle.x + direction.x * rect.width() / 2.0, middle.y + direction.y * rect.height() / 2.0);
        Port { at, direction: Some(direction), avoid: Some(rect) }
    }

    const RIGHT: Vec2 = Vec2::new(1.0, 0.0);
    const LEFT: Vec2 = Vec2::new(-1.0, 0.0);

    fn square(x: f64, y: f64) -> Rect {
        Rect::new(x, y, x + 100.0, y + 100.0)
    }

    #[test]
    fn side_by_side_it_turns_half_way() {
        let corners = route(port(square(0.0, 0.0), RIGHT), port(square(300.0, 200.0), LEFT), &[]);
        let expected = [(100.0, 50.0), (200.0, 50.0), (200.0, 250.0), (300.0, 250.0)];
        assert_eq!(corners, expected.map(Point::from));
    }

    #[test]
    fn a_kept_stretch_stays() {
        let lane = Lane { is_level: false, at: 130.0 };
        let corners = route(port(square(0.0, 0.0), RIGHT), port(square(300.0, 200.0), LEFT), &[lane]);
        let expected = [(100.0, 50.0), (130.0, 50.0), (130.0, 250.0), (300.0, 250.0)];
        assert_eq!(corners, expected.map(Point::from));
    }

    proptest! {
        #[test]
        fn routes_are_level_or_upright_and_avoid_both(
            (x, y) in (-500.0f64..500.0, -500.0f64..500.0), ways in (0usize..4, 0usize..4),
        ) {
            let ways_of = [RIGHT, LEFT, Vec2::new(0.0, 1.0), Vec2::new(0.0, -1.0)];
            let (one, other) = (square(0.0, 0.0), square(x, y));
            prop_assume!(one.inflate(60.0, 60.0).intersect(other).area() == 0.0);
            let corners = route(port(one, ways_of[ways.0]), port(other, ways_of[ways.1]), &[]);
            for pair in corners.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                prop_assert!((a.x - b.x).abs() < 0.02 || (a.y - b.y).abs() < 0.02, "{corners:?}");
                let stretch = Rect::from_points(a, b);
                for rect in [one, other] {
                    let inner = rect.inflate(-1.0, -1.0);
                    let crosses = stretch.x0 < inner.x1 && stretch.x1 > inner.x0 && stretch.y0 < inner.y1 && stretch.y1 > inner.y0;
                    prop_assert!(!crosses, "{corners:?} crosses {rect:?}");
                }
            }
        }
    }
}
