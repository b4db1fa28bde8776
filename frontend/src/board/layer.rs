//! The bitmaps of one layer of the board: paints what [`Tiles`] asks for while a frame has time, and puts tiles on a
//! canvas. It must not decide which tiles; that is the machine's.

use std::collections::HashMap;

use editor::{Editor, Painting};
use kurbo::Affine;
use scene::Theme;
use scene::tiles::{TileId, Tiles};
use wasm_bindgen::JsValue;

use super::canvas2d::{Brush, Surface};

/// Shapes painted between two looks at the clock.
const SHAPES_AT_ONCE: usize = 48;
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

    /// Paints tiles until there is nothing to do or `is_late` says so. Whether one was finished.
    pub fn paint(
        &mut self,
        editor: &mut Editor,
        brush: &mut Brush,
        theme: Theme,
        mut is_late: impl FnMut(&Surface) -> bool,
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
            while !painting.is_done() {
                let painter = brush.take_to(&self.scratch, theme, transform);
                editor.paint_some(painting, SHAPES_AT_ONCE, scale, painter);
                if is_late(&self.scratch) && !painting.is_done() {
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
            if is_late(&self.scratch) {
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
