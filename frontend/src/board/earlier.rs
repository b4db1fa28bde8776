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

/// All of them, the oldest first.
#[derive(Default)]
pub(super) struct Earlier(VecDeque<EarlierTile>);

impl Earlier {
    /// Keeps one; the oldest make room for it.
    pub(super) fn keep(&mut self, tile: TileId, print: u64, bitmap: Surface) {
        self.0.push_back(EarlierTile { tile, print, bitmap });
        let pixels = |earlier: &EarlierTile| {
            let (width, height) = earlier.bitmap.size();
            u64::from(width) * u64::from(height)
        };
        let mut all: u64 = self.0.iter().map(pixels).sum();
        while all > PIXELS_MAX {
            let Some(oldest) = self.0.pop_front() else { return };
            all -= pixels(&oldest);
            oldest.bitmap.release();
        }
    }

    /// Takes the bitmap of a tile that has this print, if it is here.
    pub(super) fn take(&mut self, tile: TileId, print: u64) -> Option<Surface> {
        let at = self.0.iter().rposition(|earlier| earlier.tile == tile && earlier.print == print)?;
        self.0.remove(at).map(|earlier| earlier.bitmap)
    }

    /// Takes over what another has.
    pub(super) fn inherit(&mut self, mut other: Earlier) {
        std::mem::take(&mut other.0)
            .into_iter()
            .for_each(|EarlierTile { tile, print, bitmap }| self.keep(tile, print, bitmap));
    }

    /// Drops all of them.
    pub(super) fn clear(&mut self) {
        self.0.drain(..).for_each(|earlier| earlier.bitmap.release());
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        self.clear();
    }
}
