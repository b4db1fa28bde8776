//! Snapping: what is dragged comes to rest where it lines up with its neighbours, keeps their gaps, or meets the grid.
//! Works on boxes alone; knows no tool.

use kurbo::{Line, Point, Rect, Vec2};

use crate::limits;
use crate::view::View;

/// What a drag has snapped to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Snap {
    /// To be added to the drag.
    pub(crate) by: Vec2,
    /// Lines to show, on the board.
    pub(crate) guides: Vec<Line>,
}

/// The boxes that a drag may snap to, gathered once when it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Neighbours {
    boxes: Vec<Rect>,
    grid: Option<f64>,
    reach: f64,
}

/// Which sides of the box move: those of a resize, or all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides {
    pub(crate) x: &'static [f64],
    pub(crate) y: &'static [f64],
}

impl Sides {
    /// Everything moves.
    pub(crate) const ALL: Sides = Sides { x: &[0.0, 0.5, 1.0], y: &[0.0, 0.5, 1.0] };

    /// A corner or side is dragged: -1 is the left or top, 1 the right or bottom.
    pub(crate) fn of((x, y): (i8, i8)) -> Sides {
        let share = |side: i8| -> &'static [f64] {
            match side {
                -1 => &[0.0],
                1 => &[1.0],
                _ => &[],
            }
        };
        Sides { x: share(x), y: share(y) }
    }
}

impl Neighbours {
    /// What is seen and not selected, the nearest to the selection first.
    pub(crate) fn of(view: &View) -> Neighbours {
        let reach = limits::SNAP_PX / view.camera.zoom();
        let grid = view.aids.grid.then_some(limits::GRID_BOARD);
        if !view.aids.snaps {
            return Neighbours { boxes: vec![], grid, reach };
        }
        let (width_px, height_px) = view.size_px;
        let middle = view.selected().map(|shape| shape.bounds()).reduce(|all, rect| all.union(rect));
        let middle = middle.map_or(Point::ORIGIN, |rect| rect.center());
        let seen = view.index.meeting(view.camera.visible(width_px, height_px));
        let others = seen
            .take(limits::SNAP_SEEN)
            .filter(|slot| !view.selection.contains(*slot))
            .filter_map(|slot| view.board.at(slot));
        let mut boxes: Vec<Rect> =
            others.map(|shape| shape.rotation().transform_rect_bbox(shape.local_bounds())).collect();
        boxes.sort_by(|a, b| a.center().distance(middle).total_cmp(&b.center().distance(middle)));
        boxes.truncate(limits::SNAP_SHAPES);
        Neighbours { boxes, grid, reach }
    }

    /// Where a box that was dragged here comes to rest.
    pub(crate) fn snap(&self, rect: Rect, sides: Sides) -> Snap {
        let across = self.along(rect, sides.x, |rect| (rect.x0, rect.x1), |rect| (rect.y0, rect.y1));
        let down = self.along(rect, sides.y, |rect| (rect.y0, rect.y1), |rect| (rect.x0, rect.x1));
        let mut snap = Snap { by: Vec2::new(across.unwrap_or(0.0), down.unwrap_or(0.0)), guides: vec![] };
        let landed = rect + snap.by;
        if across.is_some() {
            self.guides(
                landed,
                sides.x,
                |rect| (rect.x0, rect.x1),
                |rect| (rect.y0, rect.y1),
                |along, from, to| {
                    snap.guides.push(Line::new((along, from), (along, to)));
                },
            );
        }
        if down.is_some() {
            self.guides(
                landed,
                sides.y,
                |rect| (rect.y0, rect.y1),
                |rect| (rect.x0, rect.x1),
                |along, from, to| {
                    snap.guides.push(Line::new((from, along), (to, along)));
                },
            );
        }
        // The sides of one box that is moved; what is resized by one side has no gap of its own.
        if across.is_some() && sides.x.len() > 1 {
            let gaps = self.equal_gaps(landed, |rect| (rect.x0, rect.x1), |rect| (rect.y0, rect.y1));
            gaps.into_iter().for_each(|line| snap.guides.extend(self.dimension(line)));
        }
        if down.is_some() && sides.y.len() > 1 {
            let gaps = self.equal_gaps(landed, |rect| (rect.y0, rect.y1), |rect| (rect.x0, rect.x1));
            let turned = |line: Line| Line::new((line.p0.y, line.p0.x), (line.p1.y, line.p1.x));
            gaps.into_iter().for_each(|line| snap.guides.extend(self.dimension(line).map(turned)));
        }
        snap
    }

    /// The gaps of the box's row that are as wide as one beside it, if there is another: each a line along the row, in the
    /// middle of what its neighbours have in common.
    fn equal_gaps(&self, rect: Rect, span: Span, across: Span) -> Vec<Line> {
        let (low, high) = across(rect);
        let is_in_row = |other: &&Rect| {
            let (from, to) = across(**other);
            from < high && to > low
        };
        let mut row: Vec<Rect> = self.boxes.iter().filter(is_in_row).take(limits::SNAP_ROW).copied().collect();
        row.push(rect);
        row.sort_by(|a, b| span(*a).0.total_cmp(&span(*b).0));
        let width = |pair: &[Rect]| span(pair[1]).0 - span(pair[0]).1;
        let of_width =
            |wanted: f64| row.windows(2).filter(move |pair| wanted > 0.0 && (width(pair) - wanted).abs() < SAME);
        let beside = row.windows(2).filter(|pair| pair.contains(&rect)).map(width);
        let Some(wanted) = beside.into_iter().find(|wanted| of_width(*wanted).count() > 1) else { return vec![] };
        let line = |pair: &[Rect]| {
            let (one, next) = (across(pair[0]), across(pair[1]));
            let at = (one.0.max(next.0) + one.1.min(next.1)) / 2.0;
            Line::new((span(pair[0]).1, at), (span(pair[1]).0, at))
        };
        of_width(wanted).map(line).collect()
    }

    /// A line with a tick at both ends, as drawings show a distance.
    fn dimension(&self, line: Line) -> [Line; 3] {
        let tick = |at: Point| Line::new((at.x, at.y - self.reach / 2.0), (at.x, at.y + self.reach / 2.0));
        [line, tick(line.p0), tick(line.p1)]
    }

    /// The smallest way to something along one axis: a neighbour's edge or middle, an equal gap, the grid.
    fn along(&self, rect: Rect, shares: &[f64], span: Span, across: Span) -> Option<f64> {
        let (start, end) = span(rect);
        let own = shares.iter().map(|share| start + (end - start) * share);
        let mut best: Option<f64> = None;
        let mut offer = |by: f64| {
            if by.abs() <= self.reach && best.is_none_or(|best| by.abs() < best.abs()) {
                best = Some(by);
            }
        };
        for own in own.clone() {
            for other in &self.boxes {
                let (start, end) = span(*other);
                [start, (start + end) / 2.0, end].into_iter().for_each(|theirs| offer(theirs - own));
            }
        }
        if shares.len() > 1 {
            self.gaps(rect, span, across).into_iter().for_each(&mut offer);
        }
        if let (None, Some(grid), Some(own)) = (best, self.grid, own.clone().next()) {
            return Some((own / grid).round() * grid - own);
        }
        best
    }

    /// Ways to where the gap to a neighbour is as wide as one between two neighbours in the same row.
    fn gaps(&self, rect: Rect, span: Span, across: Span) -> Vec<f64> {
        let (low, high) = across(rect);
        let mut row: Vec<(f64, f64)> = self
            .boxes
            .iter()
            .filter(|other| {
                let (from, to) = across(**other);
                from < high && to > low
            })
            .take(limits::SNAP_ROW)
            .map(|other| span(*other))
            .collect();
        row.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (start, end) = span(rect);
        let mut ways = vec![];
        for pair in row.windows(2) {
            let [(a0, a1), (b0, b1)] = *pair else { continue };
            let gap = b0 - a1;
            if gap <= 0.0 {
                continue;
            }
            // After the second, before the first, and in the middle between them.
            ways.extend([b1 + gap - start, a0 - gap - end, (a1 + b0) / 2.0 - (start + end) / 2.0]);
        }
        ways
    }

    /// Tells of every line that the box now shares with a neighbour: where it is, from where to where.
    fn guides(&self, rect: Rect, shares: &[f64], span: Span, across: Span, mut tell: impl FnMut(f64, f64, f64)) {
        let (start, end) = span(rect);
        for share in shares {
            let own = start + (end - start) * share;
            let (mut from, mut to) = across(rect);
            let mut is_shared = false;
            for other in &self.boxes {
                let (start, end) = span(*other);
                if [start, (start + end) / 2.0, end].iter().any(|theirs| (theirs - own).abs() < SAME) {
                    let (low, high) = across(*other);
                    (from, to) = (from.min(low), to.max(high));
                    is_shared = true;
                }
            }
            if is_shared {
                tell(own, from, to);
            }
        }
    }
}

type Span = fn(Rect) -> (f64, f64);

/// Places closer together than this are the same, in board pixels.
const SAME: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;

    fn neighbours(boxes: &[[f64; 4]], grid: Option<f64>) -> Neighbours {
        let boxes = boxes.iter().map(|[x0, y0, x1, y1]| Rect::new(*x0, *y0, *x1, *y1)).collect();
        Neighbours { boxes, grid, reach: 8.0 }
    }

    #[test]
    fn where_a_drag_comes_to_rest() {
        let one = neighbours(&[[0.0, 0.0, 100.0, 100.0]], None);
        let row = neighbours(&[[0.0, 0.0, 100.0, 100.0], [130.0, 0.0, 230.0, 100.0]], None);
        let grid = neighbours(&[], Some(20.0));
        let table = [
            ("an edge", &one, Rect::new(103.0, 500.0, 143.0, 540.0), (-3.0, 0.0)),
            ("a middle", &one, Rect::new(500.0, 33.0, 540.0, 63.0), (0.0, 2.0)),
            ("too far", &one, Rect::new(110.0, 510.0, 140.0, 530.0), (0.0, 0.0)),
            ("an equal gap", &row, Rect::new(257.0, 10.0, 277.0, 21.0), (3.0, 0.0)),
            ("the grid", &grid, Rect::new(9.0, 11.0, 109.0, 111.0), (-9.0, 9.0)),
        ];
        for (name, neighbours, rect, by) in table {
            assert_eq!(neighbours.snap(rect, Sides::ALL).by, Vec2::from(by), "{name}");
        }
    }

    #[test]
    fn equal_gaps_are_shown_with_their_ends() {
        let row = neighbours(&[[0.0, 0.0, 100.0, 100.0], [130.0, 0.0, 230.0, 100.0]], None);
        let snap = row.snap(Rect::new(257.0, 10.0, 277.0, 21.0), Sides::ALL);
        let gaps: Vec<Line> = snap.guides.into_iter().filter(|line| line.p0.y == line.p1.y).collect();
        assert_eq!(gaps, [Line::new((100.0, 50.0), (130.0, 50.0)), Line::new((230.0, 15.5), (260.0, 15.5))]);
        let column = neighbours(&[[0.0, 0.0, 100.0, 100.0], [0.0, 130.0, 100.0, 230.0]], None);
        let snap = column.snap(Rect::new(10.0, 257.0, 21.0, 277.0), Sides::ALL);
        let gaps: Vec<Line> = snap.guides.into_iter().filter(|line| line.p0.x == line.p1.x).collect();
        assert_eq!(gaps, [Line::new((50.0, 100.0), (50.0, 130.0)), Line::new((15.5, 230.0), (15.5, 260.0))]);
    }

    #[test]
    fn guides_join_what_lines_up() {
        let one = neighbours(&[[0.0, 0.0, 100.0, 100.0]], None);
        let snap = one.snap(Rect::new(98.0, 200.0, 150.0, 240.0), Sides::ALL);
        assert_eq!(snap.guides, [Line::new((100.0, 0.0), (100.0, 240.0))]);
        let corner = one.snap(Rect::new(20.0, 200.0, 98.0, 240.0), Sides::of((1, 1)));
        assert_eq!(corner.by, Vec2::new(2.0, 0.0));
    }
}
