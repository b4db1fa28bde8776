//! A frame: a named area that holds other shapes and cuts off what sticks out of it.

use kurbo::{BezPath, Point, Rect, Shape as _};
use scene::{Cap, Colour, Dash, DisplayList, StrokeStyle, Swatch, TextRun, text};

use super::{Frame, PlacedText, ShapeKind, closed, label, look};
use crate::{Align, Field, Shape};

/// Its edge, in board pixels.
const EDGE: StrokeStyle = StrokeStyle { width: 1.5, dash: Dash::Solid, cap: Cap::Butt };
/// The em of its name, and the room between the name and the edge.
const NAME_SIZE: f64 = 15.0;
const NAME_GAP: f64 = 5.0;

impl ShapeKind for Frame {
    fn extent(&self, shape: &Shape) -> Rect {
        closed::extent(shape)
    }

    fn outline(&self, shape: &Shape) -> BezPath {
        shape.local_bounds().to_path(0.1)
    }

    fn paint(&self, shape: &Shape, list: &mut DisplayList) {
        let outline = std::sync::Arc::new(self.outline(shape));
        let paper = shape.shown_fill().map_or(Colour::INK, Colour::softened);
        list.fill(outline.clone(), look::paint(shape, paper));
        list.stroke(outline, look::paint(shape, Colour::Shade(Swatch::Grey, scene::Shade::Light)), EDGE);
        let Some(placed) = self.placed_text(shape) else { return };
        for line in placed.layout.lines.into_iter().filter(|line| !line.range.is_empty()) {
            list.text(TextRun {
                text: shape.text[line.range].into(),
                x: placed.at.x,
                baseline_y: placed.at.y + line.baseline_y,
                font_size_px: placed.font_size,
                face: text::Face::default(),
                paint: look::paint(shape, Colour::Swatch(Swatch::Grey)),
            });
        }
    }

    /// At its edge and its name: what lies in it is reached through it.
    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
        let named = self.placed_text(shape).map(|placed| placed.rect().inflate(reach, reach));
        let on_name = !shape.text.is_empty() && named.is_some_and(|rect| rect.contains(at));
        on_name || closed::is_near(&self.outline(shape), at, reach + EDGE.width / 2.0)
    }

    fn painted(&self, shape: &Shape) -> Rect {
        label::with_label(shape, shape.local_bounds().inflate(EDGE.width / 2.0, EDGE.width / 2.0))
    }

    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
        closed::resized(shape, from, to)
    }

    /// Its name, above its top left corner.
    fn placed_text(&self, shape: &Shape) -> Option<PlacedText> {
        let layout = text::layout(&shape.text, NAME_SIZE, None);
        let rect = shape.local_bounds();
        let at = Point::new(rect.x0, rect.y0 - NAME_GAP - layout.height);
        Some(PlacedText { layout, at, font_size: NAME_SIZE, align: Align::Left, wrap: None })
    }
}
