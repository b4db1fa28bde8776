//! The bitmaps of one layer of the board: paints what [`Tiles`] asks for while a frame has time, and puts tiles on a
//! canvas. It must not decide which tiles; that is the machine's.

use std::collections::HashMap;

use editor::{Editor, Painting};
use kurbo::{Affine, Rect};
use scene::Theme;
use scene::tiles::{Job, Share, TileId, Tiles};
use wasm_bindgen::JsValue;

use super::canvas2d::{Brush, Surface};
use super::earlier::Earlier;
use crate::clock::now_ms;

/// Shapes painted between two looks at the clock, at first and at most. A look costs as much as some tens of small shapes.
const SHAPES_AT_ONCE: usize = 48;
const SHAPES_AT_ONCE_MAX: usize = 768;
/// A look is worth what is painted in this time.
const LOOK_MS: f64 = 1.0;
/// Blank bitmaps that are kept for the next tiles.
const SPARES: usize = 16;

/// What is on a bitmap for so long may be wanted again.
const SETTLED_MS: f64 = 250.0;

/// One layer: the board, or the selection that is carried over it.
pub struct Layer {
    what: editor::Layer,
    pub tiles: Tiles,
    bitmaps: HashMap<TileId, Surface>,
    /// What is on those bitmaps, where that is known.
    prints: HashMap<TileId, Print>,
    earlier: Earlier,
    spares: Vec<Surface>,
    /// Where a job is painted, so that nobody sees it half done.
    scratch: Surface,
    job: Option<Begun>,
    pace: Pace,
}

/// What is on a tile's bitmap.
#[derive(Clone, Copy)]
struct Print {
    print: u64,
    /// Since when, in milliseconds since 1970.
    since_ms: f64,
}

impl Print {
    /// Whether it has been there for so long that it may be wanted again: a board that arrives looks another way in each moment.
    fn is_settled(&self) -> bool {
        now_ms() - self.since_ms >= SETTLED_MS
    }
}

/// A job that was begun.
struct Begun {
    number: u64,
    painting: Painting,
    /// What will be on all of the tile, if the job is a large part of it.
    print: Option<u64>,
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
            prints: HashMap::new(),
            earlier: Earlier::default(),
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
        self.prints.clear();
        self.earlier.clear();
        self.bitmaps.drain().for_each(|(_, bitmap)| bitmap.release());
    }

    /// Takes over what another layer has shown, for when it is to be shown again.
    pub fn inherit(&mut self, mut other: Layer) {
        for (tile, print, bitmap) in other.earlier.drain() {
            self.keep_earlier(tile, print, bitmap);
        }
        for (tile, Print { print, .. }) in std::mem::take(&mut other.prints) {
            if let Some(bitmap) = other.bitmaps.remove(&tile) {
                self.keep_earlier(tile, print, bitmap);
            }
        }
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
        while let Some(job) = self.tiles.next_job().filter(|job| job.is_seen || !waits).cloned() {
            if self.job.as_ref().is_none_or(|begun| begun.number != job.number) && self.begin(&job, editor, brush) {
                has_finished = true;
                if left_ms(&self.scratch) <= 0.0 {
                    break;
                }
                continue;
            }
            let Some(begun) = &mut self.job else { break };
            self.pace.at(job.scale);
            let mut before_ms = None;
            while !begun.painting.is_done() {
                let painter = brush.take_to(&self.scratch, theme, job.transform);
                editor.paint_some(&mut begun.painting, self.pace.shapes, job.scale, painter);
                let left_ms = left_ms(&self.scratch);
                if let Some(before_ms) = before_ms.replace(left_ms) {
                    self.pace.took(before_ms - left_ms);
                }
                if left_ms <= 0.0 && !begun.painting.is_done() {
                    return has_finished;
                }
            }
            let (is_blank, print) = (begun.painting.is_empty(), begun.print);
            self.job = None;
            self.keep(&job, is_blank);
            let print = print.filter(|_| !editor.is_damage_withheld());
            self.finish(job.tile, print.map(|print| Print { print, since_ms: now_ms() }));
            has_finished = true;
            if left_ms(&self.scratch) <= 0.0 {
                break;
            }
        }
        has_finished
    }

    /// Begins a job. Whether it is done with that, as the tile has looked so before.
    fn begin(&mut self, job: &Job, editor: &Editor, brush: &Brush) -> bool {
        let painting = editor.painting(self.what, job.region);
        let tells = self.what == editor::Layer::Board && !editor.is_damage_withheld();
        let print = match job.share {
            Share::Whole if tells => Some(editor.print(&painting)),
            // Finding out costs a look at all of the tile.
            Share::Large if tells && (self.is_settled(job.tile) || self.earlier.has(job.tile)) => {
                Some(editor.print(&editor.painting(self.what, job.tile_region)))
            }
            Share::Small | Share::Large | Share::Whole => None,
        };
        let print = print.map(|print| print.wrapping_add(brush.pictures_brought()));
        if let Some(print) = print
            && let Some(bitmap) = self.earlier.take(job.tile, print)
        {
            self.job = None;
            self.put_away(job.tile);
            self.drop_bitmap(job.tile);
            self.bitmaps.insert(job.tile, bitmap);
            // It has been seen before.
            self.finish(job.tile, Some(Print { print, since_ms: 0.0 }));
            return true;
        }
        let side = self.tiles.tile_side();
        self.scratch.fit(side, side);
        self.scratch.wipe(job.pixels.to_rect());
        self.job = Some(Begun { number: job.number, painting, print });
        false
    }

    /// A job's tile shows what it is to show.
    fn finish(&mut self, tile: TileId, print: Option<Print>) {
        for dropped in self.tiles.finish() {
            self.prints.remove(&dropped);
            self.drop_bitmap(dropped);
        }
        match print.filter(|_| !self.tiles.is_spoilt(tile)) {
            Some(print) => drop(self.prints.insert(tile, print)),
            None => drop(self.prints.remove(&tile)),
        }
    }

    /// Keeps a tile's bitmap as it is for later, if it is known what is on it.
    fn put_away(&mut self, tile: TileId) {
        if let Some(Print { print, .. }) = self.prints.remove(&tile)
            && let Some(bitmap) = self.bitmaps.remove(&tile)
        {
            self.keep_earlier(tile, print, bitmap);
        }
    }

    fn is_settled(&self, tile: TileId) -> bool {
        self.prints.get(&tile).is_some_and(Print::is_settled)
    }

    fn keep_earlier(&mut self, tile: TileId, print: u64, bitmap: Surface) {
        for dropped in self.earlier.keep(tile, print, bitmap) {
            self.spare(dropped);
        }
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

    /// Keeps what was painted. A tile with nothing in it needs no bitmap. What a large part replaces is kept for later.
    fn keep(&mut self, job: &Job, is_blank: bool) {
        let (tile, part, is_whole) = (job.tile, job.pixels.to_rect(), job.share == Share::Whole);
        if is_blank && !self.bitmaps.contains_key(&tile) {
            return;
        }
        let side = self.tiles.tile_side();
        if job.share != Share::Small && self.is_settled(tile) {
            let next = self.blank(side);
            if let (Some(next), Some(old)) = (&next, self.bitmaps.get(&tile))
                && !is_whole
            {
                let all = Rect::new(0.0, 0.0, f64::from(side), f64::from(side));
                next.put(old, all, all, Affine::IDENTITY);
            }
            self.put_away(tile);
            self.bitmaps.extend(next.map(|next| (tile, next)));
        }
        if is_blank && is_whole {
            return self.drop_bitmap(tile);
        }
        if !self.bitmaps.contains_key(&tile) {
            let Some(bitmap) = self.blank(side) else { return };
            self.bitmaps.insert(tile, bitmap);
        }
        let Some(bitmap) = self.bitmaps.get(&tile) else { return };
        bitmap.wipe(part);
        bitmap.put(&self.scratch, part, part, Affine::IDENTITY);
    }

    /// A bitmap with nothing on it.
    fn blank(&mut self, side: u32) -> Option<Surface> {
        let bitmap = self.spares.pop().or_else(|| Surface::detached().ok())?;
        bitmap.fit(side, side);
        Some(bitmap)
    }

    fn drop_bitmap(&mut self, tile: TileId) {
        if let Some(bitmap) = self.bitmaps.remove(&tile) {
            self.spare(bitmap);
        }
    }

    fn spare(&mut self, bitmap: Surface) {
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
