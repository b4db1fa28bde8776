//! What goes on the screen now, from the tiles that there are.

use kurbo::Rect;

use super::{Level, TileId, Tiles, Viewport};

/// Levels that fill one gap, beside the overview.
const LEVELS_IN_GAP: usize = 2;
/// A level with more tiles than this in one gap is too fine for it.
const TILES_IN_GAP: f64 = 36.0;

/// A part of a tile's bitmap, to be put on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blit {
    /// Whose bitmap.
    pub tile: TileId,
    /// What of it, in its device pixels.
    pub source: Rect,
    /// Where to, in the screen's device pixels: whole numbers.
    pub place: Rect,
    /// Something coarser may lie there already, to be wiped away first.
    pub wipes: bool,
}

impl Tiles {
    /// What to put on the screen, in this order; the screen is blank before.
    pub fn compose(&mut self) -> Vec<Blit> {
        let Some(view) = self.view else { return vec![] };
        self.frames += 1;
        let mut blits = vec![];
        for cell in view.cells(view.region(), self.target) {
            let id = TileId::new(self.target, cell);
            if self.tile(id).is_some() {
                blits.push(whole(&view, id));
            } else if self.extent.is_some_and(|extent| view.tile_region(id).overlaps(extent)) {
                self.fill_gap(&view, id, &mut blits);
            }
        }
        let frames = self.frames;
        for blit in &blits {
            if let Some(tile) = self.tile_mut(blit.tile) {
                tile.shown = frames;
            }
        }
        blits
    }

    /// Other levels in a missing tile's place: one that has all of it, else the coarsest first.
    fn fill_gap(&self, view: &Viewport, gap: TileId, blits: &mut Vec<Blit>) {
        let region = view.tile_region(gap);
        let overview = self.overview().map(|(scale, _)| scale);
        let mut levels: Vec<&Level> = self
            .levels
            .iter()
            .filter(|level| level.scale != self.target && view.cell_count(region, level.scale) <= TILES_IN_GAP)
            .collect();
        levels.sort_by(|a, b| unlike(a.scale, self.target).total_cmp(&unlike(b.scale, self.target)));
        let has_all = |level: &&&Level| view.cells(region, level.scale).all(|cell| level.tiles.contains_key(&cell));
        let chosen: Vec<&Level> = match levels.iter().find(has_all) {
            Some(level) => vec![level],
            None => {
                let (overviews, others): (Vec<&Level>, Vec<&Level>) =
                    levels.into_iter().partition(|level| Some(level.scale) == overview);
                overviews.into_iter().chain(others.into_iter().take(LEVELS_IN_GAP).rev()).collect()
            }
        };
        let place = view.tile_on_screen(gap);
        let wipes = chosen.len() > 1;
        for level in chosen {
            for cell in view.cells(region, level.scale).filter(|cell| level.tiles.contains_key(cell)) {
                blits.extend(part(view, TileId::new(level.scale, cell), place, wipes));
            }
        }
    }
}

fn whole(view: &Viewport, tile: TileId) -> Blit {
    Blit { tile, source: view.whole_tile().to_rect(), place: view.tile_on_screen(tile), wipes: false }
}

/// The part of a tile that falls into a place on the screen.
fn part(view: &Viewport, tile: TileId, place: Rect, wipes: bool) -> Option<Blit> {
    let whole = view.tile_on_screen(tile);
    let met = whole.intersect(place);
    if met.width() <= 0.0 || met.height() <= 0.0 {
        return None;
    }
    let side = view.tile_px();
    let (across, down) = (side / whole.width(), side / whole.height());
    let source = Rect::new(
        (met.x0 - whole.x0) * across,
        (met.y0 - whole.y0) * down,
        (met.x1 - whole.x0) * across,
        (met.y1 - whole.y0) * down,
    );
    Some(Blit { tile, source, place: met, wipes })
}

/// How far two scales are apart; a coarser level is a better stand-in than an equally much finer one.
fn unlike(scale: f64, target: f64) -> f64 {
    let octaves = (scale / target).log2();
    if octaves > 0.0 { octaves * 1.5 } else { -octaves }
}
