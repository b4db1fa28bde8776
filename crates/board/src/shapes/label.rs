//! Text in shapes: how a label lies in its box, and how lines of text are painted. Must not know kinds.

use std::ops::Range;
use std::sync::Arc;

use kurbo::{Line, Point, Rect, Shape as _, Vec2};
use scene::text::{Look, TextLayout};
use scene::{Cap, Colour, DisplayList, Paint, StrokeStyle, Swatch, TextRun, text};

use super::look;
use crate::{Align, AlignY, Field, Shape};

/// Between a label and the sides of its box, in board pixels.
pub(super) const PADDING: f64 = 8.0;
/// A narrower box than this many ems still breaks lines as if it were this wide: letter by letter nobody can read.
const WIDTH_MIN_EM: f64 = 2.0;
/// A shape grows no wider than this for a long word, in board pixels.
const WIDENED_MAX: f64 = 400.0;
/// Letters that lead somewhere.
const LINK: Colour = Colour::Swatch(Swatch::Blue);
/// Lines below and through letters, in em of these: how thick, how far below and above the baseline.
const RULE_EM: f64 = 0.07;
const UNDERLINE_EM: f64 = 0.13;
const STRIKE_EM: f64 = 0.3;
/// The tint behind code.
const CODE_ABOVE_EM: f64 = 0.95;
const CODE_BELOW_EM: f64 = 0.27;
const CODE_CORNER_EM: f64 = 0.2;
const CODE_OPACITY: f32 = 0.12;

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

    /// Its text in lines.
    pub(super) fn laid_out(&self, font_size: f64, wrap: Option<f64>) -> TextLayout {
        text::layout_rich(self.font, &self.text, self.spans(), font_size, wrap)
    }

    /// Whether it has letters that can look different.
    pub fn has_letters(&self) -> bool {
        self.has_text() && !self.text.is_empty() && self.kind != crate::Kind::Frame
    }

    /// Where the caret stands before a byte of its text, in its own straight plane: from top to bottom.
    pub fn caret_line(&self, at: usize) -> Option<Line> {
        let placed = self.placed_text()?;
        let lines = &placed.layout.lines;
        // Where a line wraps, the caret stands at the start of the next.
        let line = lines.iter().rev().find(|line| line.range.start <= at)?;
        let before = line.range.start..at.min(line.range.end);
        let x =
            placed.at.x + line.x + text::width_of_em(self.font, &self.text, self.spans(), before) * placed.font_size;
        let top = placed.at.y + line.top;
        Some(Line::new((x, top), (x, top + line.height)))
    }

    /// Where a part of its text is, a box a line, in its own straight plane.
    pub fn text_boxes(&self, part: Range<usize>) -> Vec<Rect> {
        let Some(placed) = self.placed_text() else { return vec![] };
        let width = |from: usize, to: usize| {
            text::width_of_em(self.font, &self.text, self.spans(), from..to.max(from)) * placed.font_size
        };
        let mut boxes = vec![];
        for line in &placed.layout.lines {
            let (from, to) = (part.start.max(line.range.start), part.end.min(line.range.end));
            if from >= to {
                continue;
            }
            let x0 = placed.at.x + line.x + width(line.range.start, from);
            let y0 = placed.at.y + line.top;
            boxes.push(Rect::new(x0, y0, x0 + width(from, to), y0 + line.height));
        }
        boxes
    }

    /// Where the letters at a point of the board lead, if anywhere.
    pub fn link_at(&self, at: scene::BoardPoint) -> Option<Arc<str>> {
        let at = self.rotation().inverse() * Point::from(at);
        let links = self.spans().iter().filter_map(|span| Some((span.range.clone(), span.look.link.as_ref()?)));
        let mut hits = links.filter(|(range, _)| self.text_boxes(range.clone()).iter().any(|found| found.contains(at)));
        let whole = self.whole_link().filter(|_| self.local_bounds().contains(at));
        hits.next().map(|(_, link)| link).or(whole).cloned()
    }

    /// Where all letters of a text lead, but for those that lead elsewhere by themselves.
    fn whole_link(&self) -> Option<&Arc<str>> {
        self.link.as_ref().filter(|_| self.kind == crate::Kind::Text)
    }

    /// Whether people may write in or on it.
    pub fn has_text(&self) -> bool {
        self.kind.has_text()
    }

    /// The least size at which its label fits into it; the size it has, where it does. A closed shape gets as wide as its
    /// longest word, up to a limit; whatever else is missing goes to the height.
    pub fn size_for_label(&self) -> kurbo::Size {
        let width = self.width_for_words();
        match width > self.size.width {
            true => self.with(&[Field::Size(kurbo::Size::new(width, self.size.height))]).heightened_for_label(),
            false => self.heightened_for_label(),
        }
    }

    fn width_for_words(&self) -> f64 {
        let space = self.kind.behaviour().label_box(self).filter(|_| self.kind.is_closed());
        let Some(space) = space.filter(|space| space.width() > 0.0) else { return self.size.width };
        let widest = text::widest_word_em(self.font, &self.text, self.spans()) * self.font_size;
        let missing = widest + 2.0 * PADDING - space.width();
        if missing <= 0.0 {
            return self.size.width;
        }
        // The label's box is a share of the shape's.
        let share = space.width() / self.local_bounds().width();
        (self.size.width + missing / share).ceil().min(WIDENED_MAX).max(self.size.width)
    }

    fn heightened_for_label(&self) -> kurbo::Size {
        let Some(space) = self.kind.behaviour().label_box(self) else { return self.size };
        let Some(placed) = self.placed_text() else { return self.size };
        let missing = placed.layout.height + 2.0 * PADDING - space.height();
        if missing <= 0.0 || space.height() <= 0.0 {
            return self.size;
        }
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
    let mut layout = shape.laid_out(font_size, Some(inner));
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
    let ink = look::paint(shape, colour);
    for line in &placed.layout.lines {
        let at = placed.at + Vec2::new(line.x, line.baseline_y);
        for run in text::runs(shape.font, &shape.text, shape.spans(), line, placed.font_size) {
            paint_run(shape, run, at, placed.font_size, ink, list);
        }
    }
}

/// Paints letters of one look, in a line that begins at `at`, on its baseline.
fn paint_run(shape: &Shape, run: text::Run<'_>, at: Point, font_size: f64, ink: Paint, list: &mut DisplayList) {
    let plain = Look::default();
    let look = run.look.unwrap_or(&plain);
    let em = font_size * look.size.em();
    let (x0, x1) = (at.x + run.x, at.x + run.x + run.width);
    let leads = look.link.is_some() || shape.whole_link().is_some();
    let ink = if leads { Paint { colour: LINK, ..ink } } else { ink };
    if look.code {
        let tint = Rect::new(x0, at.y - CODE_ABOVE_EM * em, x1, at.y + CODE_BELOW_EM * em);
        let paint = Paint { colour: ink.colour, opacity: ink.opacity * CODE_OPACITY };
        list.fill(tint.to_rounded_rect(CODE_CORNER_EM * em).to_path(0.1), paint);
    }
    let letters: Arc<str> = shape.text[run.range].into();
    let (baseline_y, font_size_px) = (at.y, em);
    list.text(TextRun { text: letters, x: x0, baseline_y, font_size_px, face: look.face(shape.font), paint: ink });
    let mut rule = |down_em: f64| {
        let y = at.y + down_em * em;
        let style = StrokeStyle { cap: Cap::Butt, ..StrokeStyle::solid(RULE_EM * em) };
        list.stroke(Line::new((x0, y), (x1, y)).to_path(0.1), ink, style);
    };
    if look.underline || leads {
        rule(UNDERLINE_EM);
    }
    if look.strike {
        rule(-STRIKE_EM);
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
