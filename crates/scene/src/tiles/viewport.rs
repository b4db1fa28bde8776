//! What is looked at, in device pixels, and the grid of tiles in it.

use kurbo::{Affine, Rect, Vec2};

use super::{PixelRect, TILE_CSS_PX, TileId};
use crate::Camera;

/// What is turned or stretched is looked at with at most so many times the screen's pixels.
const PIXELS_SEEN_MAX: f64 = 3.0;

/// A camera's view on a screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Device pixels of a board pixel.
    scale: f64,
    pixel_ratio: f64,
    /// The view's top left corner in device pixels from the board's zero, a whole number: at an unchanged zoom panning
    /// moves tiles by whole pixels.
    offset: (f64, f64),
    /// What the camera says beyond that.
    snap: Vec2,
    /// In device pixels.
    size: (f64, f64),
}

impl Viewport {
    /// The view of a camera, `width_px` by `height_px` CSS pixels large, on a screen with so many device pixels each.
    pub fn new(camera: &Camera, width_px: f64, height_px: f64, pixel_ratio: f64) -> Self {
        let scale = camera.zoom() * pixel_ratio;
        let at = Vec2::new(camera.origin().x * scale, camera.origin().y * scale);
        let offset = (at.x.round(), at.y.round());
        let size = ((width_px * pixel_ratio).round(), (height_px * pixel_ratio).round());
        Self { scale, pixel_ratio, offset, snap: at - Vec2::from(offset), size }
    }

    /// The same, looking at the picture as if it were moved by so much, in board pixels.
    #[must_use]
    pub fn moved(&self, by: Vec2) -> Self {
        let at = Vec2::from(self.offset) - by * self.scale;
        Self { offset: (at.x.round(), at.y.round()), ..*self }
    }

    /// The same, looking at all of the picture that is seen here once `affine` has turned or stretched it, about as finely as
    /// that shows it.
    #[must_use]
    pub fn before(&self, affine: Affine) -> Self {
        let region = affine.inverse().transform_rect_bbox(self.region());
        let wanted = self.scale * affine.determinant().abs().sqrt();
        // What is stretched far one way only would be too much.
        let pixels = region.area() * wanted * wanted;
        let scale = wanted * (PIXELS_SEEN_MAX * self.size.0 * self.size.1 / pixels).sqrt().min(1.0);
        if !(scale.is_finite() && scale > 0.0 && region.is_finite()) {
            return *self;
        }
        let at = |edge: f64| (edge * scale).floor();
        let size = ((region.width() * scale).ceil() + 1.0, (region.height() * scale).ceil() + 1.0);
        Self { scale, offset: (at(region.x0), at(region.y0)), snap: Vec2::ZERO, size, ..*self }
    }

    /// How many device pixels it has, across and down.
    pub fn size(&self) -> (u32, u32) {
        (self.size.0 as u32, self.size.1 as u32)
    }

    /// Device pixels of a board pixel.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// From the board to the screen's device pixels, as tiles lie there.
    pub fn transform(&self) -> Affine {
        Affine::translate(-Vec2::from(self.offset)) * Affine::scale(self.scale)
    }

    /// How far tiles lie from where the camera says, in CSS pixels: at most half a device pixel.
    pub fn snap_px(&self) -> Vec2 {
        self.snap / self.pixel_ratio
    }

    pub(super) fn pixel_ratio(&self) -> f64 {
        self.pixel_ratio
    }

    pub(super) fn tile_px(&self) -> f64 {
        (TILE_CSS_PX * self.pixel_ratio).round()
    }

    pub(super) fn whole_tile(&self) -> PixelRect {
        let side = self.tile_px() as i64;
        PixelRect { x0: 0, y0: 0, x1: side, y1: side }
    }

    /// What of the board is seen.
    pub(super) fn region(&self) -> Rect {
        let (x, y) = self.offset;
        Rect::new(x, y, x + self.size.0, y + self.size.1).scale_from_origin(1.0 / self.scale)
    }

    /// That and a tile around it.
    pub(super) fn margin(&self) -> Rect {
        let side = self.tile_px() / self.scale;
        self.region().inflate(side, side)
    }

    /// The grid's cells that a region meets, at a scale.
    pub(super) fn cells(&self, region: Rect, scale: f64) -> impl Iterator<Item = (i64, i64)> + use<> {
        let side = self.tile_px() / scale;
        let span = |from: f64, to: f64| {
            let first = (from / side).floor() as i64;
            first..((to / side).ceil() as i64).max(first + 1)
        };
        let columns = span(region.x0, region.x1);
        span(region.y0, region.y1).flat_map(move |row| columns.clone().map(move |column| (column, row)))
    }

    /// How many cells that is, as a fraction where it is too many to count.
    pub(super) fn cell_count(&self, region: Rect, scale: f64) -> f64 {
        let side = self.tile_px() / scale;
        (region.width() / side + 1.0) * (region.height() / side + 1.0)
    }

    /// A tile's place on the board.
    pub(super) fn tile_region(&self, tile: TileId) -> Rect {
        let side = self.tile_px() / tile.scale();
        let (x, y) = (tile.column as f64 * side, tile.row as f64 * side);
        Rect::new(x, y, x + side, y + side)
    }

    /// A tile's place on the screen: edges that tiles share are rounded alike.
    pub(super) fn tile_on_screen(&self, tile: TileId) -> Rect {
        let side = self.tile_px() * (self.scale / tile.scale());
        let edge = |cell: i64, offset: f64| (cell as f64 * side).round() - offset;
        Rect::new(
            edge(tile.column, self.offset.0),
            edge(tile.row, self.offset.1),
            edge(tile.column + 1, self.offset.0),
            edge(tile.row + 1, self.offset.1),
        )
    }

    /// What of a tile lies in a rectangle of the board, with a pixel around it for soft edges.
    pub(super) fn pixels_in(&self, rect: Rect, (column, row): (i64, i64), scale: f64) -> Option<PixelRect> {
        let side = self.tile_px();
        let at = Vec2::new(column as f64 * side, row as f64 * side);
        let pixels = rect.scale_from_origin(scale) - at;
        // Far away, a rectangle may not fit whole numbers; what is outside the tile does not matter.
        let near = pixels.intersect(Rect::new(-2.0, -2.0, side + 2.0, side + 2.0));
        if near.x0 > near.x1 || near.y0 > near.y1 || !is_near(pixels, side) {
            return None;
        }
        PixelRect::around(near.inflate(1.0, 1.0)).meet(self.whole_tile())
    }

    /// Where a job lies on the board, and the way from there to its tile's pixels.
    pub(super) fn job_place(&self, tile: TileId, pixels: PixelRect) -> (Rect, Affine) {
        let side = self.tile_px();
        let at = Vec2::new(tile.column as f64 * side, tile.row as f64 * side);
        let region = (pixels.to_rect() + at).scale_from_origin(1.0 / tile.scale());
        (region, Affine::translate(-at) * Affine::scale(tile.scale()))
    }
}

fn is_near(pixels: Rect, side: f64) -> bool {
    pixels.x1 >= -1.0 && pixels.y1 >= -1.0 && pixels.x0 <= side + 1.0 && pixels.y0 <= side + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BoardPoint;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_seen_after_is_looked_at_before(
            (across, down) in (0.02f64..50.0, 0.02f64..50.0), angle in -4.0f64..4.0, mirrored: bool,
            (x, y) in (-1e4f64..1e4, -1e4f64..1e4), zoom in 0.01f64..100.0,
        ) {
            let view = Viewport::new(&Camera::new(BoardPoint::new(x, y), zoom), 1440.0, 900.0, 1.0);
            let across = if mirrored { -across } else { across };
            let affine = Affine::rotate(angle) * Affine::scale_non_uniform(across, down) * Affine::translate((y, x));
            let before = view.before(affine);
            let (width, height) = before.size();
            prop_assert!(f64::from(width) * f64::from(height) <= (PIXELS_SEEN_MAX + 0.1) * 1440.0 * 900.0 + 1e5);
            let seen = before.region();
            for corner in [(0.0, 0.0), (1440.0, 0.0), (1440.0, 900.0), (0.0, 900.0)] {
                let at = affine.inverse() * (view.transform().inverse() * kurbo::Point::from(corner));
                let near = 2.0 / before.scale();
                prop_assert!(seen.inflate(near, near).contains(at), "{at:?} is not in {seen:?}");
            }
        }
    }
}
