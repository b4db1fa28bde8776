//! The few level and upright lines on which a route may run, and the cheapest way over them. Must not know where boxes come
//! from.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kurbo::{Point, Rect};

use super::{BERTH, CLEARANCE, MARGIN, overlaps};

/// What a bend costs, in board pixels of detour.
const BEND_COST: f64 = 60.0;
/// What a bend right beside a shape costs on top, so that lines turn half way.
const EDGE_COST: f64 = 2.0;
/// What it costs to run through an obstacle: a long way around is better, one of miles is not.
const CROSSING_COST: f64 = 4_000.0;
/// Positions that are tried for one axis, beside those along obstacles.
const AXIS_MAX: usize = 12;

/// Where a line may turn.
pub(super) struct Grid<'a> {
    xs: Vec<f64>,
    ys: Vec<f64>,
    /// What it never crosses.
    held: Vec<Rect>,
    /// What it goes around.
    obstacles: &'a [Rect],
    /// The share of the margins.
    ease: f64,
}

impl<'a> Grid<'a> {
    /// The lines from one place to another that are worth trying.
    pub(super) fn new(from: Point, to: Point, held: Vec<Rect>, obstacles: &'a [Rect], ease: f64) -> Self {
        let across = |rect: &Rect| (rect.x0, rect.x1);
        let down = |rect: &Rect| (rect.y0, rect.y1);
        let xs = axis(from.x, to.x, held.iter().map(across), obstacles.iter().map(across), ease);
        let ys = axis(from.y, to.y, held.iter().map(down), obstacles.iter().map(down), ease);
        Grid { xs, ys, held, obstacles, ease }
    }

    fn node(&self, at: Point) -> usize {
        let near = |line: &[f64], at: f64| line.iter().position(|known| (known - at).abs() < 1e-9).unwrap_or(0);
        near(&self.xs, at.x) + near(&self.ys, at.y) * self.xs.len()
    }

    fn point(&self, node: usize) -> Point {
        Point::new(self.xs[node % self.xs.len()], self.ys[node / self.xs.len()])
    }

    /// What a stretch costs; none where it is closed. The margin belongs to the line: only a box itself, and a little of
    /// it, is closed.
    fn cost(&self, a: Point, b: Point) -> Option<f64> {
        let stretch = Rect::from_points(a, b);
        let around = |rect: &Rect, margin: f64| overlaps(stretch, rect.inflate(margin * self.ease, margin * self.ease));
        if self.held.iter().any(|rect| around(rect, MARGIN / 2.0)) {
            return None;
        }
        let crossed = self.obstacles.iter().filter(|rect| around(rect, CLEARANCE)).count();
        Some(a.distance(b) + crossed as f64 * CROSSING_COST)
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
    pub(super) fn cheapest(
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
            if cost > ordered(best[goal * 2].min(best[goal * 2 + 1])) {
                break;
            }
            if cost > ordered(best[state]) || node == goal {
                continue;
            }
            for (next, way) in self.neighbours(node) {
                let Some(length) = self.cost(self.point(node), self.point(next)) else { continue };
                let early = if node == begin { EDGE_COST } else { 0.0 };
                let turn = if way == level { 0.0 } else { BEND_COST + early };
                let turns_last = next == goal && last_level.is_some_and(|last| last != (way == 1));
                let last = if turns_last { BEND_COST + EDGE_COST } else { 0.0 };
                let next_cost = best[state] + length + turn + last;
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
fn axis(
    from: f64,
    to: f64,
    held: impl Iterator<Item = (f64, f64)>,
    obstacles: impl Iterator<Item = (f64, f64)>,
    ease: f64,
) -> Vec<f64> {
    let mut line = vec![from, to];
    let mut edges: Vec<f64> = held.flat_map(|(low, high)| [low, high]).collect();
    edges.sort_by(f64::total_cmp);
    // The way between two boxes lies in the middle of the gap.
    if let [_, a, b, _] = edges[..] {
        line.push((a + b) / 2.0);
    }
    line.extend(edges.iter().flat_map(|edge| [edge - MARGIN * ease, edge + MARGIN * ease]));
    line.push((from + to) / 2.0);
    line.truncate(AXIS_MAX);
    line.extend(obstacles.flat_map(|(low, high)| [low - BERTH * ease, high + BERTH * ease]));
    line.sort_by(f64::total_cmp);
    line.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    line
}
