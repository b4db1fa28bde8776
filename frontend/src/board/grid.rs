//! The dots behind the board, painted with it: a background of the page that moved would make the browser paint the whole
//! page anew for each frame. It must not know shapes.

use kurbo::{Affine, Rect};
use scene::{BoardPoint, Camera};
use wasm_bindgen::JsValue;

use super::canvas2d::Surface;

/// Between two dots at 100 %, in board pixels: what shapes snap to.
const STEP_BOARD: f64 = editor::limits::GRID_BOARD;
/// On the screen dots stay within this factor of that, so that they are neither a fog nor far between.
const STRETCH_MAX: f64 = 1.5;
/// A dot's radius in CSS pixels.
const RADIUS_PX: f64 = 1.2;

/// What a row of dots was painted for.
#[derive(Clone, Copy, PartialEq)]
struct Row {
    first: f64,
    step: f64,
    width: u32,
}

/// The dots.
pub struct Grid {
    dot: Surface,
    /// A dot in each column of the view, put down once for each row.
    row: Surface,
    painted: Option<Row>,
    /// The top edges of the rows.
    tops: Vec<f64>,
    /// In which colour the dot is painted, if it is.
    colour: Option<String>,
}

impl Grid {
    /// No dots yet.
    ///
    /// # Errors
    /// The browser gives no canvas.
    pub fn new() -> Result<Self, JsValue> {
        Ok(Self { dot: Surface::detached()?, row: Surface::detached()?, painted: None, tops: vec![], colour: None })
    }

    /// Another theme, or finer pixels.
    pub fn forget(&mut self) {
        self.colour = None;
        self.painted = None;
    }

    /// Puts the dots that a camera sees onto its canvas. They have the colour that the page's styles give it.
    pub fn paint(&mut self, onto: &Surface, camera: Camera, pixel_ratio: f64) {
        let side = 2.0 * (RADIUS_PX * pixel_ratio).ceil();
        if self.colour.is_none() {
            let colour = onto.colour();
            self.dot.resize(side as u32, side as u32);
            self.dot.fill_circle(RADIUS_PX * pixel_ratio, &colour);
            self.colour = Some(colour);
        }
        let step = step_px(camera.zoom()) * pixel_ratio;
        let zero = camera.to_screen(BoardPoint::ORIGIN);
        let (width, height) = onto.size();
        let row = Row { first: (zero.x * pixel_ratio).rem_euclid(step), step, width };
        if self.painted.replace(row) != Some(row) {
            self.row.fit(width, side as u32);
            self.row.wipe_all();
            for x in places(row.first, step, width) {
                let whole = Rect::new(0.0, 0.0, side, side);
                self.row.put(&self.dot, whole, whole + kurbo::Vec2::new(x - side / 2.0, 0.0), Affine::IDENTITY);
            }
        }
        let first = (zero.y * pixel_ratio).rem_euclid(step);
        self.tops.clear();
        self.tops.extend(places(first, step, height).map(|y| y - side / 2.0));
        self.fill(onto, Rect::new(0.0, 0.0, f64::from(width), f64::from(height)));
    }

    /// Puts the dots painted last into a part of the canvas, in device pixels.
    pub fn fill(&self, onto: &Surface, part: Rect) {
        let (width, side) = self.row.size();
        for top in &self.tops {
            let row = Rect::new(0.0, *top, f64::from(width), top + f64::from(side));
            let met = row.intersect(part);
            if met.width() > 0.0 && met.height() > 0.0 {
                onto.put(&self.row, met - kurbo::Vec2::new(0.0, *top), met, Affine::IDENTITY);
            }
        }
    }
}

/// Between two dots on the screen, in CSS pixels.
fn step_px(zoom: f64) -> f64 {
    let mut step_px = STEP_BOARD * zoom;
    while step_px < STEP_BOARD / STRETCH_MAX {
        step_px *= 2.0;
    }
    while step_px > STEP_BOARD * STRETCH_MAX {
        step_px /= 2.0;
    }
    step_px
}

/// Whole device pixels, a step apart, up to `length` and half a dot beyond.
fn places(first: f64, step: f64, length: u32) -> impl Iterator<Item = f64> {
    let count = ((f64::from(length) - first) / step).max(0.0) as u32 + 1;
    (0..=count).map(move |at| (first + f64::from(at) * step).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stay_a_pleasant_way_apart_and_reach_the_edge() {
        for zoom in [0.01, 0.3, 0.67, 1.0, 1.4, 3.0, 100.0] {
            let step = step_px(zoom);
            assert!((16.0..=36.0).contains(&step), "{step} at {zoom}");
            let all: Vec<f64> = places(3.0, step, 100).collect();
            assert_eq!(all[0], 3.0);
            assert!(all.last().is_some_and(|last| *last > 100.0 - step), "{all:?}");
        }
    }
}
