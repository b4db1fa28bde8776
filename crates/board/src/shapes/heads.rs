//! The heads of lines: what stands at an end. One table; each head is drawn in a plane of its own and put to the end.
//! Must not know which lines have them.

use kurbo::{Affine, BezPath, Circle, Point, Shape as _, Vec2};

use crate::Head;

/// A head's length, in line widths and at least, in board pixels.
const WIDTHS: f64 = 4.5;
const MIN: f64 = 11.0;
/// A head is at most this share of the line.
const SHARE: f64 = 0.45;

/// A head at an end.
pub(super) struct Drawn {
    /// Its lines.
    pub(super) path: BezPath,
    /// What its inside is filled with.
    pub(super) inside: Inside,
}

/// The inside of a head.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// It has none.
    Open,
    /// The board's colour, so that the line ends where the head begins.
    Paper,
    /// The line's colour.
    Ink,
}

/// A head with its tip here, for a line that comes along `along`, is `length` long and `width` thick.
pub(super) fn drawn(head: Head, tip: Point, along: Vec2, length: f64, width: f64) -> Option<Drawn> {
    if head == Head::None || along.hypot() == 0.0 || length == 0.0 {
        return None;
    }
    let size = (WIDTHS * width).max(MIN).min(SHARE * length);
    // In the head's own plane the tip is the origin and the line comes from -x; 1 is the head's length.
    let to_board = Affine::translate(tip.to_vec2()) * Affine::rotate(along.atan2()) * Affine::scale(size);
    let (path, inside) = shape(head);
    Some(Drawn { path: to_board * path, inside })
}

/// The path of a head, and its inside.
fn shape(head: Head) -> (BezPath, Inside) {
    const WING: f64 = 0.46;
    let barbs: &[&[(f64, f64)]] = &[&[(-1.0, -WING), (0.0, 0.0), (-1.0, WING)]];
    let triangle: &[&[(f64, f64)]] = &[&[(-1.0, -WING), (0.0, 0.0), (-1.0, WING), (-1.0, -WING)]];
    let diamond: &[&[(f64, f64)]] = &[&[(-1.0, 0.0), (-0.5, -0.4), (0.0, 0.0), (-0.5, 0.4), (-1.0, 0.0)]];
    let square: &[&[(f64, f64)]] = &[&[(-0.7, -0.35), (0.0, -0.35), (0.0, 0.35), (-0.7, 0.35), (-0.7, -0.35)]];
    let foot: &[&[(f64, f64)]] = &[&[(0.0, -0.5), (-0.8, 0.0), (0.0, 0.5)], &[(-0.8, 0.0), (0.0, 0.0)]];
    let bar: &[&[(f64, f64)]] = &[&[(0.0, -0.5), (0.0, 0.5)]];
    let one: &[&[(f64, f64)]] = &[&[(-0.5, -0.45), (-0.5, 0.45)]];
    let only_one: &[&[(f64, f64)]] = &[&[(-0.45, -0.45), (-0.45, 0.45)], &[(-0.8, -0.45), (-0.8, 0.45)]];
    let behind: &[&[(f64, f64)]] = &[&[(-1.0, -0.45), (-1.0, 0.45)]];
    let ring = |middle: f64| Circle::new((middle, 0.0), 0.3).to_path(0.005);
    let joined = |mut path: BezPath, more: BezPath| {
        path.extend(more);
        path
    };
    match head {
        Head::None => (BezPath::new(), Inside::Open),
        Head::Arrow => (lines(barbs), Inside::Open),
        Head::Triangle => (closed(triangle), Inside::Ink),
        Head::TriangleOpen => (closed(triangle), Inside::Paper),
        Head::Diamond => (closed(diamond), Inside::Ink),
        Head::DiamondOpen => (closed(diamond), Inside::Paper),
        Head::Dot => (ring(-0.3), Inside::Ink),
        Head::Circle => (ring(-0.3), Inside::Paper),
        Head::Square => (closed(square), Inside::Ink),
        Head::SquareOpen => (closed(square), Inside::Paper),
        Head::Bar => (lines(bar), Inside::Open),
        Head::One => (lines(one), Inside::Open),
        Head::OnlyOne => (lines(only_one), Inside::Open),
        Head::ZeroOrOne => (joined(lines(one), ring(-1.0)), Inside::Paper),
        Head::Many => (lines(foot), Inside::Open),
        Head::OneOrMany => (joined(lines(foot), lines(behind)), Inside::Open),
        Head::ZeroOrMany => (joined(lines(foot), ring(-1.1)), Inside::Paper),
    }
}

fn lines(runs: &[&[(f64, f64)]]) -> BezPath {
    let mut path = BezPath::new();
    for run in runs {
        path.move_to(run[0]);
        run[1..].iter().for_each(|point| path.line_to(*point));
    }
    path
}

fn closed(runs: &[&[(f64, f64)]]) -> BezPath {
    let mut path = lines(runs);
    path.close_path();
    path
}
