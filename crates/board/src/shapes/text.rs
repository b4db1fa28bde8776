//! Text. Its size follows from its letters and is never stored.

use kurbo::{BezPath, Point, Rect, Shape as _};
use scene::{BoardPoint, DisplayList, text};

use super::closed::Scaling;
use super::{PlacedText, ShapeKind, Text, label};
use crate::{Align, Field, Shape};

impl ShapeKind for Text {
    fn extent(&self, shape: &Shape) -> Rect {
        let layout = shape.text_layout();
        Rect::new(0.0, 0.0, layout.width, layout.height)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        shape.local_bounds().to_path(0.1)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        label::paint(shape, list);
    }

    fn placed_text(&self, shape: &Shape) -> Option<PlacedText> {
        let mut layout = shape.text_layout();
        let align = shape.align.unwrap_or(Align::Left);
        label::align_lines(&mut layout, align);
        Some(PlacedText { layout, at: shape.pos.into(), font_size: shape.font_size, align, wrap: shape.wrap })
    }

    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        // A rectangle holds no point on its far sides; a text of no width is a line.
        let rect = shape.local_bounds().inflate(reach, reach);
        (rect.x0..=rect.x1).contains(&at.x) && (rect.y0..=rect.y1).contains(&at.y)
    }

    /// Letters hang over their advance a little.
    fn painted(&self, shape: &Shape) -> Rect {
        shape.local_bounds().inflate(shape.font_size / 4.0, shape.font_size / 4.0)
    }

    /// Pulled sideways the text wraps anew; pulled otherwise its letters grow.
    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        let scaling = Scaling::new(from, to);
        let (across, down) = (scaling.stretch.x.abs(), scaling.stretch.y.abs());
        let rect = scaling.rect(shape.local_bounds());
        let pos = Field::Pos(BoardPoint::new(rect.x0, rect.y0));
        if down == 1.0 && across != 1.0 {
            return vec![pos, Field::Wrap(Some(rect.width()))];
        }
        let growth = (across * down).sqrt();
        let wrap = shape.wrap.map(|wrap| Field::Wrap(Some(wrap * growth)));
        [pos, Field::FontSize(shape.font_size * growth)].into_iter().chain(wrap).collect()
    }
}

impl Shape {
    /// How the text breaks into lines, relative to `pos`.
    pub fn text_layout(&self) -> text::TextLayout {
        self.laid_out(self.font_size, self.wrap)
    }
}
