//! Which parts of a picture are kept as bitmaps, at which scales, and which one to paint next: a machine for a shell
//! that owns the bitmaps and the clock.
//!
//! A *level* is the picture at one scale, cut into square *tiles* on a grid that is fixed to the board; a *job* is a
//! tile, or a spoilt part of one, to be painted; a *blit* puts a part of a tile on the screen. Where the tiles of the
//! wanted level are missing, blits take whatever other level has, the overview at last. It must not know shapes, the
//! DOM, or how long painting takes. The reasons are in `docs/decisions/0015-tiles.md`.

mod compose;
mod pixels;
mod viewport;

use std::collections::HashMap;

use kurbo::{Affine, Rect};

pub use compose::Blit;
pub use pixels::PixelRect;
pub use viewport::Viewport;

/// A tile's side in CSS pixels; on finer screens it has more device pixels.
const TILE_CSS_PX: f64 = 256.0;
/// What all bitmaps together may have: 128 MiB at 4 bytes a pixel. (What is seen at once is never dropped, so that a
/// screen of more pixels than this takes what it takes.)
pub const PIXELS_MAX: i64 = 32 * 1024 * 1024;
/// How long a shell may paint tiles in one frame, so that the frame is still drawn in time.
pub const FRAME_BUDGET_MS: f64 = 8.0;
/// Once the zoom has rested for this long, tiles are painted at exactly its scale.
pub const SETTLE_MS: u64 = 120;
/// While the zoom moves, the last level is stretched up to this factor, and down to one by it.
const STRETCH_MAX: f64 = 2.0;
/// A spoilt part of at most this share of its tile is an edit that a hand waits for; more is a board that arrives.
const EDIT_SHARE: i64 = 4;
/// The overview's longer side, in device pixels.
const OVERVIEW_PX: f64 = 1536.0;
/// A view whose scale is at most so many times the overview's has none: it would be painted twice for little.
const HARDLY_FINER: f64 = 2.0;

/// One tile: its level, by the bits of its scale, and its place in the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    scale_bits: u64,
    column: i64,
    row: i64,
}

/// A tile, or a part of it, to be painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Rises with every job.
    pub number: u64,
    /// Which.
    pub tile: TileId,
    /// What of it, in its own device pixels.
    pub pixels: PixelRect,
    /// The same on the board.
    pub region: Rect,
    /// From the board to the tile's device pixels.
    pub transform: Affine,
    /// Device pixels of a board pixel.
    pub scale: f64,
    /// The whole tile on the board.
    pub tile_region: Rect,
    /// How much of its tile it is.
    pub share: Share,
    /// It lies in view; what does not is painted ahead of need.
    pub is_seen: bool,
}

/// How much of its tile a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// A small part, as a hand's edit changes it.
    Small,
    /// More than that.
    Large,
    /// All of it.
    Whole,
}

#[derive(Debug)]
struct Tile {
    spoilt: Option<PixelRect>,
    /// In which frame.
    shown: u64,
    /// By which job.
    painted: u64,
}

#[derive(Debug)]
struct Running {
    job: Job,
    /// What became wrong since it was begun.
    spoilt: Option<PixelRect>,
}

#[derive(Debug)]
struct Level {
    scale: f64,
    tiles: HashMap<(i64, i64), Tile>,
}

/// The machine.
#[derive(Debug, Default)]
pub struct Tiles {
    view: Option<Viewport>,
    levels: Vec<Level>,
    /// The scale of the level that is being painted.
    target: f64,
    zoomed_ms: Option<u64>,
    extent: Option<Rect>,
    running: Option<Running>,
    jobs: u64,
    frames: u64,
}

impl Tiles {
    /// The view is this now.
    pub fn look(&mut self, now_ms: u64, view: Viewport) {
        match self.view.replace(view) {
            Some(before) if before.pixel_ratio() == view.pixel_ratio() => {
                if before.scale() != view.scale() {
                    self.zoomed_ms = Some(now_ms);
                }
            }
            _ => {
                self.clear();
                self.target = view.scale();
                self.zoomed_ms = None;
            }
        }
        let stretch = view.scale() / self.target;
        if !(1.0 / STRETCH_MAX..=STRETCH_MAX).contains(&stretch) {
            self.target = view.scale();
        }
    }

    /// Once the zoom rests its exact level is wanted.
    pub fn tick(&mut self, now_ms: u64) {
        if let (Some(view), Some(zoomed_ms)) = (self.view, self.zoomed_ms)
            && now_ms >= zoomed_ms + SETTLE_MS
        {
            self.zoomed_ms = None;
            self.target = view.scale();
        }
    }

    /// When [`Tiles::tick`] is due.
    pub fn wake_ms(&self) -> Option<u64> {
        self.zoomed_ms.map(|zoomed_ms| zoomed_ms + SETTLE_MS)
    }

    /// Everything lies in here: what the overview shows.
    pub fn extend(&mut self, extent: Option<Rect>) {
        self.extent = extent;
    }

    /// The picture has changed here.
    pub fn spoil(&mut self, rect: Rect) {
        let Some(view) = self.view else { return };
        for level in &mut self.levels {
            for (cell, tile) in &mut level.tiles {
                tile.spoilt = PixelRect::join(tile.spoilt, view.pixels_in(rect, *cell, level.scale));
            }
        }
        if let Some(running) = &mut self.running {
            let TileId { column, row, .. } = running.job.tile;
            let spoilt = view.pixels_in(rect, (column, row), running.job.scale);
            running.spoilt = PixelRect::join(running.spoilt, spoilt);
        }
    }

    /// Nothing painted so far is good for anything; its bitmaps are to be dropped.
    pub fn clear(&mut self) {
        self.levels.clear();
        self.running = None;
    }

    /// What to paint next: the same job again until it is finished, or no longer the thing to do.
    pub fn next_job(&mut self) -> Option<&Job> {
        let wanted = self.wanted();
        self.running.take_if(|running| Some(running.job.tile) != wanted.map(|(tile, _)| tile));
        let (tile, is_seen) = wanted?;
        if let Some(running) = &mut self.running {
            running.job.is_seen = is_seen;
        }
        if self.running.is_none() {
            let view = self.view?;
            let pixels = self.tile(tile).and_then(|tile| tile.spoilt).unwrap_or_else(|| view.whole_tile());
            self.jobs += 1;
            let (region, transform) = view.job_place(tile, pixels);
            let (scale, tile_region) = (tile.scale(), view.tile_region(tile));
            let share = match pixels {
                all if all == view.whole_tile() => Share::Whole,
                part if is_edit(&view, part) => Share::Small,
                _ => Share::Large,
            };
            let number = self.jobs;
            let job = Job { number, tile, pixels, region, transform, scale, tile_region, share, is_seen };
            self.running = Some(Running { job, spoilt: None });
        }
        self.running.as_ref().map(|running| &running.job)
    }

    /// The job given last is painted and in its tile's bitmap. Answers with the tiles whose bitmaps are to be dropped.
    pub fn finish(&mut self) -> Vec<TileId> {
        let Some(running) = self.running.take() else { return vec![] };
        let TileId { column, row, .. } = running.job.tile;
        let (shown, painted) = (self.frames, running.job.number);
        let level = match self.levels.iter_mut().position(|level| level.scale == running.job.scale) {
            Some(at) => &mut self.levels[at],
            None => {
                self.levels.push(Level { scale: running.job.scale, tiles: HashMap::new() });
                self.levels.last_mut().expect("it was pushed")
            }
        };
        let tile = level.tiles.entry((column, row)).or_insert(Tile { spoilt: None, shown, painted });
        tile.painted = painted;
        tile.spoilt = running.spoilt;
        self.evict()
    }

    /// Whether a tile shows what was meanwhile found wrong in a part of it.
    pub fn is_spoilt(&self, id: TileId) -> bool {
        self.tile(id).is_some_and(|tile| tile.spoilt.is_some())
    }

    /// Whether every pixel of the view is as the picture is.
    pub fn is_exact(&self) -> bool {
        let Some(view) = self.view else { return true };
        self.target == view.scale() && self.first_visible().is_none()
    }

    /// Whether there is something to paint.
    pub fn is_idle(&self) -> bool {
        self.wanted().is_none()
    }

    /// A tile's side in device pixels.
    pub fn tile_side(&self) -> u32 {
        self.view.map_or(1, |view| view.tile_px() as u32)
    }

    /// Edits of what is seen come first, then what is missing there, then the overview and what lies just outside. Which
    /// tile, and whether it is seen.
    fn wanted(&self) -> Option<(TileId, bool)> {
        let view = self.view?;
        if let Some(visible) = self.first_visible() {
            return Some((visible, true));
        }
        if self.target != view.scale() {
            return None;
        }
        let overview = self
            .overview()
            .and_then(|(scale, extent)| self.first_of(view.cells(extent, scale).map(|cell| TileId::new(scale, cell))));
        let ahead = overview.or_else(|| self.first_of(self.nearest(view.margin())));
        ahead.map(|tile| (tile, false))
    }

    fn first_visible(&self) -> Option<TileId> {
        let view = self.view?;
        let nearest = self.nearest(view.region());
        let spoilt = |id: &TileId| Some((self.tile(*id)?.painted, self.tile(*id)?.spoilt?));
        let is_edit = |id: &&TileId| spoilt(id).is_some_and(|(_, part)| is_edit(&view, part));
        let is_missing = |id: &&TileId| self.tile(**id).is_none();
        // Where changes come faster than they can be painted, every tile has its turn.
        let oldest = || nearest.iter().filter_map(|id| Some((spoilt(id)?.0, *id))).min().map(|(_, id)| id);
        let first = nearest.iter().find(is_edit).or_else(|| nearest.iter().find(is_missing));
        first.copied().or_else(oldest)
    }

    fn first_of(&self, tiles: impl IntoIterator<Item = TileId>) -> Option<TileId> {
        tiles.into_iter().find(|id| self.tile(*id).is_none_or(|tile| tile.spoilt.is_some()))
    }

    /// The tiles of the wanted level that meet a region, the nearest to the middle of the view first. Nothing is painted
    /// where there is nothing to see.
    fn nearest(&self, region: Rect) -> Vec<TileId> {
        let Some(view) = self.view else { return vec![] };
        let Some(extent) = self.extent.filter(|extent| region.overlaps(*extent)) else {
            return self.nearest_spoilt(view, region);
        };
        let seen = region.intersect(extent);
        let mut tiles: Vec<TileId> = view.cells(seen, self.target).map(|cell| TileId::new(self.target, cell)).collect();
        tiles.extend(self.nearest_spoilt(view, region));
        let middle = view.region().center();
        let distance = |tile: &TileId| (view.tile_region(*tile).center() - middle).hypot2();
        tiles.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        tiles.dedup();
        tiles
    }

    /// Tiles that show what is no longer there, beyond all that is.
    fn nearest_spoilt(&self, view: Viewport, region: Rect) -> Vec<TileId> {
        let Some(level) = self.level(self.target) else { return vec![] };
        let spoilt = level.tiles.iter().filter(|(_, tile)| tile.spoilt.is_some());
        let ids = spoilt.map(|(cell, _)| TileId::new(self.target, *cell));
        ids.filter(|id| view.tile_region(*id).overlaps(region)).collect()
    }

    /// The overview's scale and what it shows, unless the view itself is hardly finer.
    fn overview(&self) -> Option<(f64, Rect)> {
        let (view, extent) = (self.view?, self.extent?);
        let side = extent.width().max(extent.height()).max(1.0);
        // A whole number of halvings.
        let scale = 2.0_f64.powi((OVERVIEW_PX / side).min(1.0).log2().floor() as i32);
        (scale * HARDLY_FINER < view.scale()).then_some((scale, extent))
    }

    fn level(&self, scale: f64) -> Option<&Level> {
        self.levels.iter().find(|level| level.scale == scale)
    }

    fn tile(&self, id: TileId) -> Option<&Tile> {
        self.level(id.scale())?.tiles.get(&(id.column, id.row))
    }

    fn tile_mut(&mut self, id: TileId) -> Option<&mut Tile> {
        self.levels.iter_mut().find(|level| level.scale == id.scale())?.tiles.get_mut(&(id.column, id.row))
    }

    /// Drops what was not shown for the longest time, never what is seen now, its margin or the overview.
    fn evict(&mut self) -> Vec<TileId> {
        let Some(view) = self.view else { return vec![] };
        let room = (PIXELS_MAX / view.whole_tile().area()) as usize;
        let overview = self.overview().map(|(scale, _)| scale);
        let count: usize = self.levels.iter().map(|level| level.tiles.len()).sum();
        if count <= room {
            return vec![];
        }
        let mut others: Vec<(u64, TileId)> = vec![];
        for level in self.levels.iter().filter(|level| overview != Some(level.scale)) {
            let ids = level.tiles.iter().map(|(cell, tile)| (tile.shown, TileId::new(level.scale, *cell)));
            let is_near = |id: TileId| level.scale == self.target && view.tile_region(id).overlaps(view.margin());
            others.extend(ids.filter(|(_, id)| !is_near(*id)));
        }
        others.sort();
        let dropped: Vec<TileId> = others.into_iter().take(count - room).map(|(_, id)| id).collect();
        for id in &dropped {
            if let Some(level) = self.levels.iter_mut().find(|level| level.scale == id.scale()) {
                level.tiles.remove(&(id.column, id.row));
            }
        }
        self.levels.retain(|level| !level.tiles.is_empty());
        dropped
    }
}

/// Whether a spoilt part is small.
fn is_edit(view: &Viewport, part: PixelRect) -> bool {
    part.area() * EDIT_SHARE <= view.whole_tile().area()
}

impl TileId {
    fn new(scale: f64, (column, row): (i64, i64)) -> Self {
        Self { scale_bits: scale.to_bits(), column, row }
    }

    fn scale(self) -> f64 {
        f64::from_bits(self.scale_bits)
    }
}
