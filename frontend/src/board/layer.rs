//! The bitmaps of one layer of the board: paints what [`Tiles`] asks for while a frame has time, and puts tiles on a
//! canvas. It must not decide which tiles; that is the machine's.

use std::collections::HashMap;

use editor::{Editor, Painting};
use kurbo::Affine;
use scene::Theme;
use scene::tiles::{TileId, Tiles};
use wasm_bindgen::JsValue;

use super::canvas2d::{Brush, Surface};

/// Shapes painted between two looks at the clock, at first and at most. A look costs as much as some tens of small shapes.
const SHAPES_AT_ONCE: usize = 48;
const SHAPES_AT_ONCE_MAX: usize = 768;
/// A look is worth what is painted in this time.
const LOOK_MS: f64 = 1.0;
/// Blank bitmaps that are kept for the next tiles.
const SPARES: usize = 16;

/// One layer: the board, or the selection that is carried over it.
pub struct Layer {
    what: editor::Layer,
    pub tiles: Tiles,
    bitmaps: HashMap<TileId, Surface>,
    spares: Vec<Surface>,
    /// Where a job is painted, so that nobody sees it half done.
    scratch: Surface,
    job: Option<(u64, Painting)>,
    pace: Pace,
}

/// How much is painted between two looks at the clock: as much as takes about [`LOOK_MS`], at one scale.
struct Pace {
    scale: f64,
    shapes: usize,
}

impl Pace {
    /// What the last shapes took says how many the next are.
    fn took(&mut self, ms: f64) {
        if ms < LOOK_MS / 2.0 {
            self.shapes = (self.shapes * 2).min(SHAPES_AT_ONCE_MAX);
        } else if ms > LOOK_MS {
            self.shapes = (self.shapes / 2).max(SHAPES_AT_ONCE);
        }
    }

    /// At another scale the same shapes take another time.
    fn at(&mut self, scale: f64) {
        if self.scale != scale {
            *self = Self { scale, shapes: SHAPES_AT_ONCE };
        }
    }
}

impl Layer {
    /// A layer without tiles.
    ///
    /// # Errors
    /// The browser gives no canvas.
    pub fn new(what: editor::Layer) -> Result<Self, JsValue> {
        Ok(Self {
            what,
            tiles: Tiles::default(),
            bitmaps: HashMap::new(),
            spares: vec![],
            scratch: Surface::detached()?,
            job: None,
            pace: Pace { scale: 0.0, shapes: SHAPES_AT_ONCE },
        })
    }

    /// The same tiles show another layer from now on.
    pub fn becomes(mut self, what: editor::Layer) -> Self {
        self.what = what;
        self.job = None;
        self
    }

    /// Drops every bitmap.
    pub fn clear(&mut self) {
        self.tiles.clear();
        self.job = None;
        self.bitmaps.drain().for_each(|(_, bitmap)| bitmap.release());
    }

    /// Paints tiles until there is nothing to do or `left_ms`, which is given where was painted, is not positive. Whether one
    /// was finished.
    pub fn paint(
        &mut self,
        editor: &mut Editor,
        brush: &mut Brush,
        theme: Theme,
        left_ms: impl Fn(&Surface) -> f64,
    ) -> bool {
        let waits = self.waits(editor);
        let mut has_finished = false;
        while let Some(job) = self.tiles.next_job().filter(|job| job.is_seen || !waits) {
            let (number, tile, part) = (job.number, job.tile, job.pixels.to_rect());
            let (region, transform, scale) = (job.region, job.transform, job.scale);
            if self.job.as_ref().is_none_or(|(known, _)| *known != number) {
                let side = self.tiles.tile_side();
                self.scratch.fit(side, side);
                self.scratch.wipe(part);
                self.job = Some((number, editor.painting(self.what, region)));
            }
            let Some((_, painting)) = &mut self.job else { break };
            self.pace.at(scale);
            let mut before_ms = None;
            while !painting.is_done() {
                let painter = brush.take_to(&self.scratch, theme, transform);
                editor.paint_some(painting, self.pace.shapes, scale, painter);
                let left_ms = left_ms(&self.scratch);
                if let Some(before_ms) = before_ms.replace(left_ms) {
                    self.pace.took(before_ms - left_ms);
                }
                if left_ms <= 0.0 && !painting.is_done() {
                    return has_finished;
                }
            }
            let is_blank = painting.is_empty();
            self.job = None;
            self.keep(tile, part, is_blank);
            for dropped in self.tiles.finish() {
                self.drop_bitmap(dropped);
            }
            has_finished = true;
            if left_ms(&self.scratch) <= 0.0 {
                break;
            }
        }
        has_finished
    }

    /// While a hand moves or draws something over the board, what of it does not lie in view waits.
    fn waits(&self, editor: &Editor) -> bool {
        self.what == editor::Layer::Board && editor.is_drafting()
    }

    /// Whether [`Layer::paint`] would find something to do.
    pub fn has_more(&self, editor: &Editor) -> bool {
        let waits = self.waits(editor) && self.tiles.is_exact();
        !waits && !self.tiles.is_idle()
    }

    /// Puts what there is onto a canvas, moved by `transform`. `wipe` makes a part as it was before.
    pub fn compose(&mut self, onto: &Surface, transform: Affine, wipe: impl Fn(kurbo::Rect)) {
        for blit in self.tiles.compose() {
            let Some(bitmap) = self.bitmaps.get(&blit.tile) else { continue };
            if blit.wipes {
                wipe(blit.place);
            }
            onto.put(bitmap, blit.source, blit.place, transform);
        }
    }

    /// Keeps what was painted. A tile with nothing in it needs no bitmap.
    fn keep(&mut self, tile: TileId, part: kurbo::Rect, is_blank: bool) {
        if is_blank && !self.bitmaps.contains_key(&tile) {
            return;
        }
        if is_blank && part.area() >= f64::from(self.tiles.tile_side()).powi(2) {
            return self.drop_bitmap(tile);
        }
        let side = self.tiles.tile_side();
        if !self.bitmaps.contains_key(&tile) {
            let Some(bitmap) = self.spares.pop().or_else(|| Surface::detached().ok()) else { return };
            self.bitmaps.insert(tile, bitmap);
        }
        let Some(bitmap) = self.bitmaps.get(&tile) else { return };
        bitmap.fit(side, side);
        bitmap.wipe(part);
        bitmap.put(&self.scratch, part, part, Affine::IDENTITY);
    }

    fn drop_bitmap(&mut self, tile: TileId) {
        let Some(bitmap) = self.bitmaps.remove(&tile) else { return };
        match self.spares.len() < SPARES {
            true => {
                bitmap.wipe_all();
                self.spares.push(bitmap);
            }
            false => bitmap.release(),
        }
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        // The browser frees a canvas when it likes; one without size costs nothing until then.
        self.bitmaps.values().chain(&self.spares).chain([&self.scratch]).for_each(Surface::release);
    }
}
