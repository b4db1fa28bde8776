//! What a shape's style makes of its outline: fills, hatching, dashes, the hand-drawn look. Must not know kinds.

use kurbo::{BezPath, Rect};
use scene::{Cap, Colour, Dash, DisplayList, Paint, StrokeStyle, hatch, sketch};
use std::f64::consts::FRAC_PI_4;
use std::sync::Arc;

use crate::{FillStyle, LineStyle, Shape};

/// From one line of a hatching to the next, in board pixels; thicker lines lie further apart.
const HATCH_GAP: f64 = 7.0;
/// From one dot to the next.
const DOT_GAP: f64 = 12.0;
/// The thickness of a hatching's lines, in the shape's line widths and at least.
const HATCH_WIDTHS: f64 = 0.6;
const HATCH_MIN: f64 = 1.2;

/// A colour, as opaque as the shape.
pub(super) fn paint(shape: &Shape, colour: Colour) -> Paint {
    Paint { colour, opacity: shape.opacity as f32 }
}

/// How the shape's line is drawn.
pub(super) fn line_style(shape: &Shape) -> StrokeStyle {
    let width = shape.width;
    let solid = StrokeStyle::solid(width);
    match shape.dash {
        LineStyle::Solid => solid,
        LineStyle::Dashed => {
            StrokeStyle { dash: Dash::Dashed { on: 2.0 * width + 4.0, off: 2.0 * width + 5.0 }, ..solid }
        }
        LineStyle::Dotted => {
            StrokeStyle { dash: Dash::Dashed { on: 0.01, off: 1.5 * width + 4.0 }, cap: Cap::Round, ..solid }
        }
    }
}

/// Paints an area: what fills it, its line, and lines inside it.
pub(super) fn paint_area(shape: &Shape, outline: BezPath, details: Option<BezPath>, list: &mut DisplayList) {
    let outline = Arc::new(outline);
    if let Some(colour) = shape.fill {
        paint_fill(shape, colour, &outline, list);
    }
    let mut line = match shape.sketch {
        None if details.is_none() => return list.stroke(outline, paint(shape, shape.stroke), line_style(shape)),
        None => (*outline).clone(),
        Some(seed) => drawn(shape, &outline, seed),
    };
    if let Some(details) = details {
        match shape.sketch {
            None => line.extend(details),
            Some(seed) => line.extend(drawn(shape, &details, !seed)),
        }
    }
    list.stroke(line, paint(shape, shape.stroke), line_style(shape));
}

/// Paints an open line.
pub(super) fn paint_line(shape: &Shape, path: BezPath, list: &mut DisplayList) {
    let path = match shape.sketch {
        None => path,
        Some(seed) => drawn(shape, &path, seed),
    };
    list.stroke(path, paint(shape, shape.stroke), line_style(shape));
}

/// Dashes that are drawn twice would fill each other's gaps.
fn drawn(shape: &Shape, path: &BezPath, seed: u32) -> BezPath {
    match shape.dash {
        LineStyle::Solid => sketch::sketched(path, seed),
        LineStyle::Dashed | LineStyle::Dotted => sketch::filled(path, seed),
    }
}

/// How thick hatching is; dots are twice as wide.
fn hatch_thickness(shape: &Shape) -> f64 {
    (shape.width * HATCH_WIDTHS).max(HATCH_MIN)
}

fn paint_fill(shape: &Shape, colour: Colour, outline: &Arc<BezPath>, list: &mut DisplayList) {
    let area = || match shape.sketch {
        None => outline.clone(),
        Some(seed) => Arc::new(sketch::filled(outline, seed)),
    };
    let thickness = hatch_thickness(shape);
    let gap = HATCH_GAP + thickness;
    let lines = |angle, seed: Option<u32>| hatch::lines(outline, angle, gap, seed);
    let hatching = match shape.fill_style {
        FillStyle::Soft => return list.fill(area(), paint(shape, colour.softened())),
        FillStyle::Solid => return list.fill(area(), paint(shape, colour)),
        FillStyle::Hachure => lines(-FRAC_PI_4, shape.sketch),
        FillStyle::CrossHatch => {
            let mut both = lines(-FRAC_PI_4, shape.sketch);
            both.extend(lines(FRAC_PI_4, shape.sketch.map(|seed| !seed)));
            both
        }
        FillStyle::Dots => hatch::dots(outline, DOT_GAP + thickness),
    };
    // A shape with no area has none.
    if !hatching.is_empty() {
        let width = if shape.fill_style == FillStyle::Dots { thickness * 2.0 } else { thickness };
        list.stroke(hatching, paint(shape, colour), StrokeStyle::solid(width));
    }
}

/// The box of all that is painted of an area or a line in this box.
pub(super) fn painted(shape: &Shape, rect: Rect) -> Rect {
    let is_hatched = shape.fill.is_some() && !matches!(shape.fill_style, FillStyle::Soft | FillStyle::Solid);
    let hatching = if is_hatched { hatch_thickness(shape) } else { 0.0 };
    let stray = if shape.sketch.is_some() { sketch::REACH_PX } else { 0.0 };
    let reach = (shape.width / 2.0).max(hatching) + stray;
    rect.inflate(reach, reach)
}
