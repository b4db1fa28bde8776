//! Aligning, distributing, stretching, stacking, packing and tidying what is selected. A group moves as one.

use board::{Edit, Shape};
use kurbo::{Rect, Vec2};

use super::{Command, EDIT};
use crate::framing;
use crate::groups;
use crate::limits;
use crate::tools::Effect;
use crate::transform::{Frame, Transform, tidy};
use crate::view::View;

/// Shapes that go together, and the box around them.
struct Part<'a> {
    shapes: Vec<&'a Shape>,
    rect: Rect,
}

/// Left to right, or top to bottom: the same rules, read along the other axis.
#[derive(Clone, Copy, PartialEq)]
enum Axis {
    Across,
    Down,
}

impl Axis {
    fn span(self, rect: Rect) -> (f64, f64) {
        match self {
            Axis::Across => (rect.x0, rect.x1),
            Axis::Down => (rect.y0, rect.y1),
        }
    }

    fn by(self, by: f64) -> Vec2 {
        match self {
            Axis::Across => Vec2::new(by, 0.0),
            Axis::Down => Vec2::new(0.0, by),
        }
    }

    fn length(self, rect: Rect) -> f64 {
        let (start, end) = self.span(rect);
        end - start
    }
}

macro_rules! layout {
    ($($name:ident $id:literal $keys:expr, $least:literal, $run:expr;)*) => {
        $(pub(super) const $name: Command = Command {
            id: $id,
            shortcuts: $keys,
            enabled: |view| has_parts(view, $least),
            run: Some(|view| laid_out(view, $run)),
            ..EDIT
        };)*
    };
}

layout! {
    ALIGN_LEFT "align-left" &["Alt+A", "Mod+Shift+ArrowLeft"], 2, |parts| align(parts, Axis::Across, 0.0);
    ALIGN_CENTRE "align-centre" &["Alt+H"], 2, |parts| align(parts, Axis::Across, 0.5);
    ALIGN_RIGHT "align-right" &["Alt+D", "Mod+Shift+ArrowRight"], 2, |parts| align(parts, Axis::Across, 1.0);
    ALIGN_TOP "align-top" &["Alt+W", "Mod+Shift+ArrowUp"], 2, |parts| align(parts, Axis::Down, 0.0);
    ALIGN_MIDDLE "align-middle" &["Alt+V"], 2, |parts| align(parts, Axis::Down, 0.5);
    ALIGN_BOTTOM "align-bottom" &["Mod+Shift+ArrowDown"], 2, |parts| align(parts, Axis::Down, 1.0);
    DISTRIBUTE_ACROSS "distribute-across" &["Alt+Shift+H"], 3, |parts| distribute(parts, Axis::Across);
    DISTRIBUTE_DOWN "distribute-down" &["Alt+Shift+V"], 3, |parts| distribute(parts, Axis::Down);
    STACK_ACROSS "stack-across" &[], 2, |parts| stack(parts, Axis::Across);
    STACK_DOWN "stack-down" &[], 2, |parts| stack(parts, Axis::Down);
    PACK "pack" &[], 2, pack;
    TIDY "tidy" &[], 2, tidy_up;
}

pub(super) const STRETCH_ACROSS: Command = Command {
    id: "stretch-across",
    enabled: |view| has_parts(view, 2),
    run: Some(|view| stretched(view, Axis::Across)),
    ..EDIT
};

pub(super) const STRETCH_DOWN: Command = Command {
    id: "stretch-down",
    enabled: |view| has_parts(view, 2),
    run: Some(|view| stretched(view, Axis::Down)),
    ..EDIT
};

fn has_parts(view: &View, least: usize) -> bool {
    view.selection.len() >= least && groups::parts(view).len() >= least
}

fn parts<'a>(view: &'a View) -> Vec<Part<'a>> {
    let part = |shapes: Vec<&'a Shape>| {
        let rect = shapes.iter().map(|shape| place(shape)).reduce(|all, rect| all.union(rect))?;
        Some(Part { shapes, rect })
    };
    groups::parts(view).into_iter().filter_map(part).collect()
}

/// The box of a shape on the board, without its line's thickness: what a person lines up.
fn place(shape: &Shape) -> Rect {
    shape.rotation().transform_rect_bbox(shape.local_bounds())
}

fn around(parts: &[Part]) -> Rect {
    parts.iter().map(|part| part.rect).reduce(|all, rect| all.union(rect)).unwrap_or(Rect::ZERO)
}

/// Moves each part by what the layout says for it.
fn laid_out(view: &View, layout: fn(&mut [Part]) -> Vec<Vec2>) -> Vec<Effect> {
    let mut parts = parts(view);
    let moves = layout(&mut parts);
    let moves = parts.iter().zip(moves).flat_map(|(part, by)| {
        let by = Vec2::new(tidy(by.x), tidy(by.y));
        part.shapes.iter().map(move |shape| (*shape, by))
    });
    let edits = framing::moves(&moves.collect::<Vec<_>>(), view);
    vec![Effect::Apply(edits, None)]
}

/// `share` 0 is the start, 1 the end.
fn align(parts: &mut [Part], axis: Axis, share: f64) -> Vec<Vec2> {
    let at = |rect: Rect| {
        let (start, end) = axis.span(rect);
        start + (end - start) * share
    };
    let to = at(around(parts));
    parts.iter().map(|part| axis.by(to - at(part.rect))).collect()
}

/// The same gap between neighbours; the first and the last stay.
fn distribute(parts: &mut [Part], axis: Axis) -> Vec<Vec2> {
    let taken: f64 = parts.iter().map(|part| axis.length(part.rect)).sum();
    let gap = (axis.length(around(parts)) - taken) / (parts.len() as f64 - 1.0).max(1.0);
    in_row(parts, axis, gap)
}

/// Close together, by the gap that is there most, or else a plain one.
fn stack(parts: &mut [Part], axis: Axis) -> Vec<Vec2> {
    in_row(parts, axis, limits::STACK_GAP_BOARD)
}

fn in_row(parts: &mut [Part], axis: Axis, gap: f64) -> Vec<Vec2> {
    parts.sort_by(|a, b| axis.span(a.rect).0.total_cmp(&axis.span(b.rect).0));
    let mut next = axis.span(around(parts)).0;
    let moves = parts.iter().map(|part| {
        let by = next - axis.span(part.rect).0;
        next += axis.length(part.rect) + gap;
        axis.by(by)
    });
    moves.collect()
}

/// Into rows, the tallest first, about as wide as high.
fn pack(parts: &mut [Part]) -> Vec<Vec2> {
    parts.sort_by(|a, b| b.rect.height().total_cmp(&a.rect.height()));
    let gap = limits::STACK_GAP_BOARD;
    let area: f64 = parts.iter().map(|part| (part.rect.width() + gap) * (part.rect.height() + gap)).sum();
    let widest = parts.iter().map(|part| part.rect.width()).fold(0.0, f64::max);
    flow(parts, area.sqrt().max(widest), gap)
}

/// Into even rows in the order in which one reads, each cell as large as the largest part.
fn tidy_up(parts: &mut [Part]) -> Vec<Vec2> {
    let gap = limits::STACK_GAP_BOARD;
    let width = parts.iter().map(|part| part.rect.width()).fold(0.0, f64::max);
    let height = parts.iter().map(|part| part.rect.height()).fold(0.0, f64::max);
    let start = around(parts).origin();
    let row = |part: &Part| ((part.rect.center().y - start.y) / (height + gap)).floor();
    parts.sort_by(|a, b| row(a).total_cmp(&row(b)).then(a.rect.x0.total_cmp(&b.rect.x0)));
    let columns = (parts.len() as f64).sqrt().ceil() as usize;
    let cell = |at: usize| Vec2::new((at % columns) as f64 * (width + gap), (at / columns) as f64 * (height + gap));
    parts.iter().enumerate().map(|(at, part)| start + cell(at) - part.rect.origin()).collect()
}

fn flow(parts: &[Part], width: f64, gap: f64) -> Vec<Vec2> {
    let start = around(parts).origin();
    let (mut x, mut y, mut row_height) = (0.0, 0.0, 0.0f64);
    let moves = parts.iter().map(|part| {
        if x > 0.0 && x + part.rect.width() > width {
            (x, y, row_height) = (0.0, y + row_height + gap, 0.0);
        }
        let by = start + Vec2::new(x, y) - part.rect.origin();
        x += part.rect.width() + gap;
        row_height = row_height.max(part.rect.height());
        by
    });
    moves.collect()
}

/// Every part as long as all of them together.
fn stretched(view: &View, axis: Axis) -> Vec<Effect> {
    let parts = parts(view);
    let all = around(&parts);
    let edits = parts.iter().flat_map(|part| {
        let mut to = part.rect;
        match axis {
            Axis::Across => (to.x0, to.x1) = (all.x0, all.x1),
            Axis::Down => (to.y0, to.y1) = (all.y0, all.y1),
        }
        let transform = Transform::Resize { frame: Frame { rect: part.rect, angle: 0.0 }, to };
        let straight = part.shapes.iter().filter(|shape| shape.angle == 0.0);
        straight.flat_map(move |shape| {
            let fields = transform.fields(shape).into_iter();
            fields.map(|field| Edit::Set { id: shape.id.clone(), field }).collect::<Vec<_>>()
        })
    });
    vec![Effect::Apply(edits.collect(), None)]
}
