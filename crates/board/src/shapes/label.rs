//! Text in shapes: how a label lies in its box, and how lines of text are painted. Must not know kinds.

use kurbo::{Point, Rect};
use scene::{DisplayList, TextRun, text};

use super::look;
use crate::{Align, AlignY, Shape};

/// Between a label and the sides of its box, in board pixels.
pub(super) const PADDING: f64 = 8.0;
/// A narrower box than this many ems still breaks lines as if it were this wide: letter by letter nobody can read.
const WIDTH_MIN_EM: f64 = 2.0;

/// Lines of text, and where they lie.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedText {
    /// The lines; each `x` says where it begins, by its alignment.
    pub layout: text::TextLayout,
    /// The top left corner of it all, in the shape's own straight plane.
    pub at: Point,
    /// The em, in board pixels.
    pub font_size: f64,
    /// Where lines begin or end.
    pub align: Align,
    /// Where lines wrap; none is nowhere.
    pub wrap: Option<f64>,
}

impl PlacedText {
    /// The box of it all.
    pub fn rect(&self) -> Rect {
        Rect::from_origin_size(self.at, (self.layout.width, self.layout.height))
    }
}

impl Shape {
    /// Its text as it is painted: a text's own lines, or the label in its box. None where its kind has no text.
    pub fn placed_text(&self) -> Option<PlacedText> {
        self.kind.behaviour().placed_text(self)
    }

    /// Whether people may write in or on it.
    pub fn has_text(&self) -> bool {
        self.kind.has_text()
    }

    /// The least size at which its label fits into it, keeping its width; the size it has, where it does.
    pub fn size_for_label(&self) -> kurbo::Size {
        let Some(space) = self.kind.behaviour().label_box(self) else { return self.size };
        let Some(placed) = self.placed_text() else { return self.size };
        let missing = placed.layout.height + 2.0 * PADDING - space.height();
        if missing <= 0.0 || space.height() <= 0.0 {
            return self.size;
        }
        // The label's box is a share of the shape's.
        let share = space.height() / self.local_bounds().height();
        kurbo::Size::new(self.size.width, (self.size.height + missing / share).ceil())
    }
}

/// The label in its box.
pub(super) fn in_box(shape: &Shape, space: Rect) -> PlacedText {
    in_box_at(shape, space, shape.font_size)
}

/// The label in its box, at a font size.
pub(super) fn in_box_at(shape: &Shape, space: Rect, font_size: f64) -> PlacedText {
    let inner = (space.width() - 2.0 * PADDING).max(font_size * WIDTH_MIN_EM);
    let mut layout = text::layout(&shape.text, font_size, Some(inner));
    let align = shape.align.unwrap_or(Align::Center);
    align_lines(&mut layout, align);
    let free = space.height() - layout.height - 2.0 * PADDING;
    let down = match shape.align_y.unwrap_or(AlignY::Middle) {
        // What does not fit sticks out evenly.
        AlignY::Top if free >= 0.0 => 0.0,
        AlignY::Bottom if free >= 0.0 => free,
        AlignY::Top | AlignY::Middle | AlignY::Bottom => free / 2.0,
    };
    let at = Point::new(space.center().x - layout.width / 2.0, space.y0 + PADDING + down);
    PlacedText { layout, at, font_size, align, wrap: Some(inner) }
}

/// Moves the lines to their side.
pub(super) fn align_lines(layout: &mut text::TextLayout, align: Align) {
    let share = match align {
        Align::Left => return,
        Align::Center => 0.5,
        Align::Right => 1.0,
    };
    let width = layout.width;
    layout.lines.iter_mut().for_each(|line| line.x = (width - line.width) * share);
}

/// Paints the label, if there is one.
pub(super) fn paint(shape: &Shape, list: &mut DisplayList) {
    if shape.text.is_empty() {
        return;
    }
    let Some(placed) = shape.placed_text() else { return };
    let colour = shape.text_colour.unwrap_or(shape.stroke);
    for line in placed.layout.lines {
        if line.range.is_empty() {
            continue;
        }
        list.text(TextRun {
            text: shape.text[line.range].into(),
            x: placed.at.x + line.x,
            baseline_y: placed.at.y + line.baseline_y,
            font_size_px: placed.font_size,
            paint: look::paint(shape, colour),
        });
    }
}

/// A box, grown so that it holds the label too. Letters hang over their advance a little.
pub(super) fn with_label(shape: &Shape, painted: Rect) -> Rect {
    if shape.text.is_empty() {
        return painted;
    }
    match shape.placed_text() {
        Some(placed) => painted.union(placed.rect().inflate(placed.font_size / 4.0, placed.font_size / 4.0)),
        None => painted,
    }
}
