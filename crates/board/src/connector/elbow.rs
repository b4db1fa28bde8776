//! Routes of level and upright stretches, from one end to the other, around the boxes of what the ends hold and around what
//! else is in the way. Must not know shapes.

mod grid;

use kurbo::{Point, Rect, Vec2};
use scene::BoardPoint;

use grid::Grid;

/// The least distance from a box that is held, in board pixels.
const MARGIN: f64 = 24.0;
/// The distance from an obstacle that is sought, and the one that is kept.
const BERTH: f64 = 16.0;
const CLEARANCE: f64 = 8.0;
/// Where it is tight, these shares of the margins are tried, one after the other.
const EASES: [f64; 3] = [1.0, 0.5, 0.25];
/// Obstacles that one route goes around.
const OBSTACLES_MAX: usize = 16;
/// How often a route is looked for again with new obstacles, for all shares of the margins together.
const ROUNDS_MAX: usize = 12;

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

/// What else is in the way: the boxes that meet a rectangle.
pub(super) type Others<'a> = &'a dyn Fn(Rect) -> Vec<Rect>;

/// A route.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Routed {
    pub(super) corners: Vec<Point>,
    /// Around everything that was asked about; none where nothing was.
    pub(super) corridor: Option<Rect>,
}

/// The route.
pub(super) fn route(start: Port, end: Port, via: &[Lane], others: Others) -> Routed {
    if via.is_empty() {
        return Search { start, end, others, known: vec![], corridor: None, rounds: 0 }.run();
    }
    let (from, to) = (left(start, 1.0), left(end, 1.0));
    let mut corners = vec![start.at, from];
    corners.extend(through(from, to, via));
    corners.extend([to, end.at]);
    Routed { corners: tidied(corners), corridor: None }
}

/// Where a line is free to turn.
fn left(port: Port, ease: f64) -> Point {
    match (port.direction, port.avoid) {
        (Some(direction), Some(rect)) => {
            let rect = rect.inflate(MARGIN * ease, MARGIN * ease);
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

/// A route that is looked for again with every obstacle that it meets, so that what is not in the way never bends it.
struct Search<'a> {
    start: Port,
    end: Port,
    others: Others<'a>,
    known: Vec<Rect>,
    corridor: Option<Rect>,
    rounds: usize,
}

impl Search<'_> {
    fn run(mut self) -> Routed {
        let mut best: Option<(usize, Vec<Point>)> = None;
        for ease in EASES {
            let (corners, is_free) = self.at(ease);
            let met =
                |margin: f64| self.known.iter().filter(|rect| meets(&corners, rect.inflate(margin, margin))).count();
            let (near, crossed) = (met(CLEARANCE * ease), met(0.0));
            // Worse than to cross anything is to cross what it holds.
            let cost = if is_free { crossed } else { OBSTACLES_MAX + 1 };
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, corners));
            }
            if is_free && near == 0 {
                break;
            }
        }
        let (_, corners) = best.unwrap_or_default();
        Routed { corners, corridor: self.corridor }
    }

    /// The route with so much of the margins, and whether there is one.
    fn at(&mut self, ease: f64) -> (Vec<Point>, bool) {
        let mut way = self.way(ease);
        while self.meets_more(&way.0, ease) && self.rounds < ROUNDS_MAX {
            self.rounds += 1;
            way = self.way(ease);
        }
        way
    }

    /// The cheapest way around what is known, and whether there is one.
    fn way(&self, ease: f64) -> (Vec<Point>, bool) {
        let (from, to) = (left(self.start, ease), left(self.end, ease));
        let held = [self.start.avoid, self.end.avoid].into_iter().flatten().collect();
        let grid = Grid::new(from, to, held, &self.known, ease);
        let is_level = |port: Port| port.direction.map(|direction| direction.x != 0.0);
        let way = grid.cheapest((from, is_level(self.start)), (to, is_level(self.end)));
        let is_free = way.is_some();
        // The boxes may lie over each other: then straight there, with one bend.
        let way = way.unwrap_or(vec![from, Point::new(to.x, from.y), to]);
        (tidied([self.start.at].into_iter().chain(way).chain([self.end.at]).collect()), is_free)
    }

    /// Looks along a route for obstacles that were not known.
    fn meets_more(&mut self, corners: &[Point], ease: f64) -> bool {
        let mut found: Vec<Rect> = vec![];
        for pair in corners.windows(2) {
            let near = Rect::from_points(pair[0], pair[1]).inflate(CLEARANCE * ease, CLEARANCE * ease);
            self.corridor = Some(self.corridor.map_or(near, |corridor| corridor.union(near)));
            let others = (self.others)(near).into_iter();
            // Edges that only touch are not in the way.
            found.extend(
                others.map(|rect| rect.expand()).filter(|rect| overlaps(near, *rect) && self.is_in_the_way(*rect)),
            );
        }
        found.sort_by(|a, b| sides(a).partial_cmp(&sides(b)).unwrap_or(std::cmp::Ordering::Equal));
        found.dedup();
        found.retain(|rect| !self.known.contains(rect));
        found.truncate(OBSTACLES_MAX.saturating_sub(self.known.len()));
        let more = !found.is_empty();
        self.known.extend(found);
        more
    }

    /// Nothing leads around what lies around an end, or around what that holds.
    fn is_in_the_way(&self, rect: Rect) -> bool {
        let around = |port: Port| rect.contains(port.at) || port.avoid.is_some_and(|held| rect.contains(held.center()));
        !around(self.start) && !around(self.end)
    }
}

fn sides(rect: &Rect) -> [f64; 4] {
    [rect.x0, rect.y0, rect.x1, rect.y1]
}

/// Whether they have more than an edge in common; a stretch has no inside and still lies in a box.
fn overlaps(a: Rect, b: Rect) -> bool {
    a.x0 < b.x1 && a.x1 > b.x0 && a.y0 < b.y1 && a.y1 > b.y0
}

fn meets(corners: &[Point], rect: Rect) -> bool {
    corners.windows(2).any(|pair| overlaps(Rect::from_points(pair[0], pair[1]), rect))
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

    fn alone(start: Port, end: Port, via: &[Lane]) -> Vec<Point> {
        route(start, end, via, &|_| vec![]).corners
    }

    const RIGHT: Vec2 = Vec2::new(1.0, 0.0);
    const LEFT: Vec2 = Vec2::new(-1.0, 0.0);

    fn square(x: f64, y: f64) -> Rect {
        Rect::new(x, y, x + 100.0, y + 100.0)
    }

    #[test]
    fn side_by_side_it_turns_half_way() {
        let corners = alone(port(square(0.0, 0.0), RIGHT), port(square(300.0, 200.0), LEFT), &[]);
        let expected = [(100.0, 50.0), (200.0, 50.0), (200.0, 250.0), (300.0, 250.0)];
        assert_eq!(corners, expected.map(Point::from));
    }

    #[test]
    fn a_kept_stretch_stays() {
        let lane = Lane { is_level: false, at: 130.0 };
        let corners = alone(port(square(0.0, 0.0), RIGHT), port(square(300.0, 200.0), LEFT), &[lane]);
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
            let corners = alone(port(one, ways_of[ways.0]), port(other, ways_of[ways.1]), &[]);
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
