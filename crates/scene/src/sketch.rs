//! The hand-drawn look: a path as an unsteady hand would draw it, twice. A function of the path and a seed alone, so that
//! every screen and every export shows the same hand. Must not know shapes, colours or where seeds come from.

use kurbo::{BezPath, ParamCurve, PathEl, PathSeg, Point, Vec2};

/// Everything that [`sketched`] draws lies within this distance of the path, in the path's own pixels.
pub const REACH_PX: f64 = 4.0;
/// How far the ends of a stretch stray.
const STRAY_PX: f64 = 1.6;
/// How far the middle of a long stretch bows out.
const BOW_PX: f64 = 2.2;
/// A stretch of this length strays fully; shorter ones less, so that small shapes keep their form.
const CALM_PX: f64 = 80.0;
/// Curves are drawn as this many stretches at most.
const STRETCHES: usize = 8;

/// Small, fast, and the same everywhere.
pub struct Random(u32);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(2_654_435_769) ^ 0x9e37_79b9)
    }

    /// The next number of the sequence, in -1..=1.
    pub fn signed(&mut self) -> f64 {
        // Xorshift; zero would stay zero.
        self.0 = self.0.max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / f64::from(u32::MAX) * 2.0 - 1.0
    }

    fn vector(&mut self, length: f64) -> Vec2 {
        Vec2::new(self.signed(), self.signed()) * (length / std::f64::consts::SQRT_2)
    }
}

/// The path as two passes of an unsteady hand.
pub fn sketched(path: &BezPath, seed: u32) -> BezPath {
    let mut drawn = pass(path, &mut Random::new(seed), 0.7);
    drawn.extend(pass(path, &mut Random::new(seed ^ 0x5bd1_e995), 1.0));
    drawn
}

/// One pass, closed where the path is: what an unsteady hand would fill.
pub fn filled(path: &BezPath, seed: u32) -> BezPath {
    pass(path, &mut Random::new(seed), 0.7)
}

fn pass(path: &BezPath, random: &mut Random, unrest: f64) -> BezPath {
    let mut drawn = BezPath::new();
    for element in subpaths(path) {
        draw(&element, random, unrest, &mut drawn);
    }
    drawn
}

/// Runs of segments that hang together, and whether they close.
fn subpaths(path: &BezPath) -> Vec<(Vec<PathSeg>, bool)> {
    let mut runs: Vec<(Vec<PathSeg>, bool)> = Vec::new();
    let (mut start, mut last) = (Point::ORIGIN, Point::ORIGIN);
    for element in path.elements() {
        let segment = match *element {
            PathEl::MoveTo(to) => {
                (start, last) = (to, to);
                runs.push((Vec::new(), false));
                continue;
            }
            PathEl::ClosePath => {
                let segment = (last != start).then(|| PathSeg::Line(kurbo::Line::new(last, start)));
                if let Some((run, closes)) = runs.last_mut() {
                    run.extend(segment);
                    *closes = true;
                }
                last = start;
                continue;
            }
            PathEl::LineTo(to) => PathSeg::Line(kurbo::Line::new(last, to)),
            PathEl::QuadTo(by, to) => PathSeg::Quad(kurbo::QuadBez::new(last, by, to)),
            PathEl::CurveTo(by, and, to) => PathSeg::Cubic(kurbo::CubicBez::new(last, by, and, to)),
        };
        last = segment.end();
        if let Some((run, _)) = runs.last_mut() {
            run.push(segment);
        }
    }
    runs
}

fn draw((run, closes): &(Vec<PathSeg>, bool), random: &mut Random, unrest: f64, drawn: &mut BezPath) {
    let Some(first) = run.first() else { return };
    let begin = first.start() + random.vector(STRAY_PX * unrest * calm(first));
    drawn.move_to(begin);
    let mut at = begin;
    for (index, segment) in run.iter().enumerate() {
        let is_last = index + 1 == run.len();
        let stray = STRAY_PX * unrest * calm(segment);
        let end = if is_last && *closes { begin } else { segment.end() + random.vector(stray) };
        match segment {
            PathSeg::Line(line) => {
                let across = Vec2::new(-(line.p1 - line.p0).y, (line.p1 - line.p0).x);
                let across = if across.hypot() > 0.0 { across.normalize() } else { Vec2::ZERO };
                let bow = across * (BOW_PX * unrest * calm(segment) * random.signed());
                let along = 0.45 + 0.1 * random.signed();
                drawn.quad_to(at.lerp(end, along) + bow, end);
            }
            PathSeg::Quad(curve) => drawn.quad_to(curve.p1 + random.vector(stray), end),
            PathSeg::Cubic(curve) => {
                drawn.curve_to(curve.p1 + random.vector(stray), curve.p2 + random.vector(stray), end);
            }
        }
        at = end;
    }
    if *closes {
        drawn.close_path();
    }
}

/// From 0 for a point to 1 for a long stretch.
fn calm(segment: &PathSeg) -> f64 {
    let mut length = 0.0;
    let mut last = segment.start();
    for step in 1..=STRETCHES {
        let at = segment.eval(step as f64 / STRETCHES as f64);
        length += last.distance(at);
        last = at;
    }
    (length / CALM_PX).sqrt().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kurbo::{Ellipse, Rect, Shape as _};
    use proptest::prelude::*;

    #[test]
    fn the_same_seed_draws_the_same_hand() {
        let path = Rect::new(0.0, 0.0, 80.0, 40.0).to_path(0.1);
        assert_eq!(sketched(&path, 7), sketched(&path, 7));
        assert_ne!(sketched(&path, 7), sketched(&path, 8));
        assert_eq!(sketched(&BezPath::new(), 7), BezPath::new());
    }

    proptest! {
        #[test]
        fn the_hand_stays_near_the_path(seed: u32, w in 0.0f64..2000.0, h in 0.0f64..2000.0, round: bool) {
            let rect = Rect::new(-5.0, 3.0, w - 5.0, h + 3.0);
            let path = if round { Ellipse::from_rect(rect).to_path(0.01) } else { rect.to_path(0.1) };
            let drawn = sketched(&path, seed).bounding_box();
            prop_assert!(rect.inflate(REACH_PX, REACH_PX).contains_rect(drawn), "{drawn:?} of {rect:?}");
        }
    }
}
