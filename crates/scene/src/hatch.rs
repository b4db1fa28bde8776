//! What fills an area other than plain colour: slanting lines and dots, cut off at the outline. Must not know shapes.

use kurbo::{Affine, BezPath, PathEl, Point, Rect, Vec2};

use crate::sketch::Random;

/// How far the flattened outline may be from the outline.
const ACCURACY_PX: f64 = 0.25;
/// The most lines of one hatching; the gap grows in larger areas.
const LINES_MAX: f64 = 400.0;
/// The most dots along a side.
const DOTS_MAX: f64 = 96.0;

/// Lines that slant by `angle` radians and are `gap_px` apart; with a seed, drawn by an unsteady hand.
pub fn lines(outline: &BezPath, angle: f64, gap_px: f64, seed: Option<u32>) -> BezPath {
    let turn = Affine::rotate(-angle);
    let edges = edges(&(turn * outline));
    let around = bounds(&edges);
    let gap = gap_px.max(around.height() / LINES_MAX);
    let mut random = seed.map(Random::new);
    let mut drawn = BezPath::new();
    let back = turn.inverse();
    let mut y = around.y0 + gap / 2.0;
    while y < around.y1 && gap > 0.0 {
        for (from, to) in inside(&edges, y) {
            let mut stray = |by: f64| random.as_mut().map_or(0.0, |random| random.signed() * by);
            let (start, end) = (Point::new(from, y + stray(0.2 * gap)), Point::new(to, y + stray(0.2 * gap)));
            drawn.move_to(back * start);
            match seed {
                None => drawn.line_to(back * end),
                Some(_) => drawn.quad_to(back * (start.midpoint(end) + Vec2::new(0.0, stray(0.25 * gap))), back * end),
            }
        }
        y += gap;
    }
    drawn
}

/// Dots `gap_px` apart in rows that are offset by half: as strokes of no length, to be drawn with round ends.
pub fn dots(outline: &BezPath, gap_px: f64) -> BezPath {
    let edges = edges(outline);
    let around = bounds(&edges);
    let gap = gap_px.max(around.width() / DOTS_MAX).max(around.height() / DOTS_MAX);
    let mut drawn = BezPath::new();
    let (mut y, mut is_odd) = (around.y0 + gap / 2.0, false);
    while y < around.y1 && gap > 0.0 {
        for (from, to) in inside(&edges, y) {
            let offset = around.x0 + if is_odd { gap / 2.0 } else { 0.0 };
            let mut x = offset + ((from + gap / 4.0 - offset) / gap).ceil() * gap;
            while x <= to - gap / 4.0 {
                drawn.move_to((x, y));
                drawn.line_to((x, y));
                x += gap;
            }
        }
        y += gap;
        is_odd = !is_odd;
    }
    drawn
}

type Edge = (Point, Point);

fn edges(outline: &BezPath) -> Vec<Edge> {
    let mut edges = Vec::new();
    let (mut start, mut last) = (Point::ORIGIN, Point::ORIGIN);
    kurbo::flatten(outline.elements().iter().copied(), ACCURACY_PX, |element| match element {
        PathEl::MoveTo(to) => {
            edges.push((last, start));
            (start, last) = (to, to);
        }
        PathEl::LineTo(to) => {
            edges.push((last, to));
            last = to;
        }
        PathEl::ClosePath => {
            edges.push((last, start));
            last = start;
        }
        PathEl::QuadTo(..) | PathEl::CurveTo(..) => {}
    });
    edges.push((last, start));
    edges.retain(|(from, to)| from.y != to.y);
    edges
}

fn bounds(edges: &[Edge]) -> Rect {
    let boxes = edges.iter().map(|(from, to)| Rect::from_points(*from, *to));
    boxes.reduce(|all, one| all.union(one)).unwrap_or_default()
}

/// The stretches of a horizontal line that lie inside, by the non-zero rule.
fn inside(edges: &[Edge], y: f64) -> Vec<(f64, f64)> {
    let mut crossings: Vec<(f64, i32)> = edges
        .iter()
        .filter(|(from, to)| (from.y <= y) != (to.y <= y))
        .map(|(from, to)| {
            (from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x), if from.y < to.y { 1 } else { -1 })
        })
        .collect();
    crossings.sort_by(|one, next| one.0.total_cmp(&next.0));
    let mut stretches = Vec::new();
    let (mut depth, mut from) = (0, 0.0);
    for (x, turn) in crossings {
        if depth == 0 {
            from = x;
        }
        depth += turn;
        if depth == 0 && x > from {
            stretches.push((from, x));
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use kurbo::{Ellipse, Shape as _};
    use proptest::prelude::*;

    fn stays_in(path: &BezPath, outline: &BezPath, slack: f64) -> bool {
        outline.bounding_box().inflate(slack, slack).contains_rect(path.bounding_box())
    }

    #[test]
    fn a_square_gets_its_lines_and_dots() {
        let square = Rect::new(0.0, 0.0, 40.0, 40.0).to_path(0.1);
        assert_eq!(lines(&square, 0.0, 10.0, None).to_svg(), "M0,5 L40,5 M0,15 L40,15 M0,25 L40,25 M0,35 L40,35");
        assert_eq!(dots(&square, 20.0).segments().count(), 3);
    }

    #[test]
    fn a_hole_stays_empty() {
        let mut ring = Rect::new(0.0, 0.0, 40.0, 40.0).to_path(0.1);
        ring.extend(Rect::new(10.0, 10.0, 30.0, 30.0).to_path(0.1).reverse_subpaths());
        assert_eq!(lines(&ring, 0.0, 40.0, None).to_svg(), "M0,20 L10,20 M30,20 L40,20");
    }

    proptest! {
        #[test]
        fn hatching_stays_inside_and_is_bounded(
            (w, h) in (0.0f64..1e6, 0.0f64..1e6), angle in -4.0f64..4.0, gap in 0.1f64..50.0, seed in prop::option::of(any::<u32>()),
        ) {
            let outline = Ellipse::from_rect(Rect::new(5.0, 5.0, 5.0 + w, 5.0 + h)).to_path(0.1);
            let drawn = lines(&outline, angle, gap, seed);
            prop_assert!(drawn.elements().len() <= 2 * (LINES_MAX as usize + 1));
            prop_assert!(drawn.is_empty() || seed.is_some() || stays_in(&drawn, &outline, 0.5));
            let drawn = dots(&outline, gap);
            prop_assert!(drawn.elements().len() <= 2 * ((DOTS_MAX + 1.0) * (DOTS_MAX + 1.0)) as usize);
            prop_assert!(drawn.is_empty() || stays_in(&drawn, &outline, 0.5));
        }
    }
}
