//! Bitmaps of tiles as they were a while ago: what is taken back looks as it did, and need not be painted again. Bounded. It
//! must not know what is on them, but for its print (`Editor::print`).

use std::collections::VecDeque;

use scene::tiles::TileId;

use super::canvas2d::Surface;

/// All of them take no more than this, in pixels (4 bytes each): a large screen's worth.
const PIXELS_MAX: u64 = 6 * 1024 * 1024;

/// A tile's bitmap with the print of what is on it.
struct EarlierTile {
    tile: TileId,
    print: u64,
    bitmap: Surface,
}

impl EarlierTile {
    fn pixels(&self) -> u64 {
        let (width, height) = self.bitmap.size();
        u64::from(width) * u64::from(height)
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Earlier {
    /// The oldest first.
    tiles: VecDeque<EarlierTile>,
    pixels: u64,
}

impl Earlier {
    /// Keeps one. Answers with the bitmaps that make room for it, the oldest.
    pub(super) fn keep(&mut self, tile: TileId, print: u64, bitmap: Surface) -> Vec<Surface> {
        let tile = EarlierTile { tile, print, bitmap };
        self.pixels += tile.pixels();
        self.tiles.push_back(tile);
        let mut dropped = vec![];
        while self.pixels > PIXELS_MAX
            && let Some(oldest) = self.tiles.pop_front()
        {
            self.pixels -= oldest.pixels();
            dropped.push(oldest.bitmap);
        }
        dropped
    }

    /// Whether there is any of this tile.
    pub(super) fn has(&self, tile: TileId) -> bool {
        self.tiles.iter().any(|earlier| earlier.tile == tile)
    }

    /// Takes the bitmap of a tile that has this print, if it is here.
    pub(super) fn take(&mut self, tile: TileId, print: u64) -> Option<Surface> {
        let at = self.tiles.iter().rposition(|earlier| earlier.tile == tile && earlier.print == print)?;
        let earlier = self.tiles.remove(at)?;
        self.pixels -= earlier.pixels();
        Some(earlier.bitmap)
    }

    /// Gives all of them away.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (TileId, u64, Surface)> + use<> {
        self.pixels = 0;
        std::mem::take(&mut self.tiles).into_iter().map(|EarlierTile { tile, print, bitmap }| (tile, print, bitmap))
    }

    /// Drops all of them.
    pub(super) fn clear(&mut self) {
        self.tiles.drain(..).for_each(|earlier| earlier.bitmap.release());
        self.pixels = 0;
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        self.clear();
    }
}
