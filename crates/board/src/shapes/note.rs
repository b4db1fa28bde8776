//! A sticky note: paper of a colour, writing that fits itself to the paper, and who wrote it.

use kurbo::{BezPath, Point, Rect, RoundedRect, Shape as _, Vec2};
use scene::{Colour, DisplayList, Paint, Shade, Swatch, TextRun, text};

use super::{Note, PlacedText, ShapeKind, closed, label, look};
use crate::{Field, Shape};

const CORNER: f64 = 3.0;
/// The shadow under the paper: how far down it lies and how dark it is.
const SHADOW_DOWN: f64 = 4.0;
const SHADOW_OPACITY: f32 = 0.3;
/// Grey: black would be white in the dark theme.
const SHADOW: Colour = Colour::Swatch(Swatch::Grey);
/// Writing begins at this share above the font size, and shrinks in these steps until it fits.
const LARGEST: f64 = 1.4;
const STEP: f64 = 0.9;
/// No smaller than this, in board pixels: then the paper has to grow.
const SMALLEST: f64 = 9.0;
/// The author's line, in board pixels; on small notes it is smaller, in shares of their width.
const AUTHOR_SIZE: f64 = 11.0;
const AUTHOR_SHARE: f64 = 0.075;
const AUTHOR_HEIGHT: f64 = 18.0;
const AUTHOR_OPACITY: f32 = 0.65;
const AUTHOR_MARGIN: f64 = 10.0;

impl ShapeKind for Note {
    fn extent(&self, shape: &Shape) -> Rect {
        closed::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        RoundedRect::from_rect(shape.local_bounds(), CORNER).to_path(0.05)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        let paper = std::sync::Arc::new(self.outline(shape));
        let shadow = RoundedRect::from_rect(shape.local_bounds() + Vec2::new(0.0, SHADOW_DOWN), CORNER).to_path(0.05);
        let opacity = shape.opacity as f32;
        list.fill(shadow, Paint { colour: SHADOW, opacity: SHADOW_OPACITY * opacity });
        list.fill(paper, look::paint(shape, paper_colour(shape)));
        label::paint(shape, list);
        if let Some(author) = author_line(shape) {
            list.text(TextRun { paint: Paint { colour: Colour::INK, opacity: AUTHOR_OPACITY * opacity }, ..author });
        }
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        let rect = shape.local_bounds().inflate(reach, reach);
        (rect.x0..=rect.x1).contains(&at.x) && (rect.y0..=rect.y1).contains(&at.y)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        let rect = shape.local_bounds();
        label::with_label(shape, rect.union(rect + Vec2::new(0.0, SHADOW_DOWN)).inflate(AUTHOR_SIZE / 4.0, 0.0))
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        closed::resized(shape, from, to)
    }

    fn label_box(&self, shape: &Shape) -> Option<Rect> {
        let rect = shape.local_bounds();
        let foot = if shape.author.is_some() { AUTHOR_HEIGHT.min(rect.height() / 4.0) } else { 0.0 };
        Some(Rect::new(rect.x0, rect.y0, rect.x1, rect.y1 - foot))
    }

    /// As large as fits.
    fn placed_text(&self, shape: &Shape) -> Option<PlacedText> {
        let space = self.label_box(shape)?;
        let (width, height) = (space.width() - 2.0 * label::PADDING, space.height() - 2.0 * label::PADDING);
        let widest_em = text::widest_word_em(shape.font, &shape.text, shape.spans());
        let smallest = SMALLEST.min(shape.font_size);
        let mut font_size = shape.font_size * LARGEST;
        while font_size > smallest {
            let fits_across = widest_em * font_size <= width;
            if fits_across && shape.laid_out(font_size, Some(width)).height <= height {
                break;
            }
            font_size = (font_size * STEP).max(smallest);
        }
        Some(label::in_box_at(shape, space, font_size))
    }
}

/// Paper is lighter than ink of its colour.
fn paper_colour(shape: &Shape) -> Colour {
    match shape.shown_fill().unwrap_or(Colour::INK) {
        Colour::Swatch(Swatch::White) => Colour::Swatch(Swatch::White),
        Colour::Swatch(swatch) => Colour::Shade(swatch, Shade::Light),
        other => other,
    }
}

/// Who wrote it, as far as there is room.
fn author_line(shape: &Shape) -> Option<TextRun> {
    let author = shape.author.as_ref()?;
    let rect = shape.local_bounds();
    let font_size_px = AUTHOR_SIZE.min(rect.width() * AUTHOR_SHARE);
    let margin = AUTHOR_MARGIN * font_size_px / AUTHOR_SIZE;
    let room_em = rect.width() / font_size_px - 2.0 * AUTHOR_MARGIN / AUTHOR_SIZE;
    if rect.height() < 3.0 * AUTHOR_HEIGHT || font_size_px <= 0.0 {
        return None;
    }
    let mut shown = author.to_string();
    if text::width_em(&shown) > room_em {
        while !shown.is_empty() && text::width_em(&shown) + text::width_em("…") > room_em {
            shown.pop();
        }
        shown.push('…');
    }
    Some(TextRun {
        text: shown.into(),
        x: rect.x0 + margin,
        baseline_y: rect.y1 - margin,
        font_size_px,
        face: text::Face::default(),
        paint: Colour::INK.into(),
    })
}
