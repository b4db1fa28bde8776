//! What part of the board the view shows. Must not know the view's size except where it is passed in.

use crate::{BoardPoint, ScreenPoint};
use kurbo::{Affine, Rect, Vec2};

/// The smallest zoom: a hundred board pixels on one screen pixel.
pub const ZOOM_MIN: f64 = 0.01;
/// The largest zoom: one board pixel on a hundred screen pixels.
pub const ZOOM_MAX: f64 = 100.0;

/// The mapping between board and screen: the board point at the view's top left corner, and the zoom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    origin: BoardPoint,
    zoom: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self { origin: BoardPoint::ORIGIN, zoom: 1.0 }
    }
}

impl Camera {
    /// The camera whose view starts at `origin`; `zoom` is screen pixels per board pixel, held within
    /// [`ZOOM_MIN`]..=[`ZOOM_MAX`]. What is not finite becomes the default.
    pub fn new(origin: BoardPoint, zoom: f64) -> Self {
        let origin = if origin.x.is_finite() && origin.y.is_finite() { origin } else { BoardPoint::ORIGIN };
        let zoom = if zoom.is_finite() { zoom.clamp(ZOOM_MIN, ZOOM_MAX) } else { 1.0 };
        Self { origin, zoom }
    }

    /// The camera that shows all of `bounds` with `margin_px` screen pixels around it, centred, zoomed to at most
    /// `zoom_max`, in a view of the given size.
    pub fn fitting(bounds: Rect, width_px: f64, height_px: f64, margin_px: f64, zoom_max: f64) -> Self {
        let room = |view_px: f64, board: f64| (view_px - 2.0 * margin_px).max(1.0) / board.max(1.0);
        let zoom = room(width_px, bounds.width()).min(room(height_px, bounds.height())).min(zoom_max);
        Self::new(BoardPoint::ORIGIN, zoom).centred(bounds.center().into(), width_px, height_px)
    }

    /// The camera of a map: like [`Camera::fitting`], but as far back as it takes.
    pub fn overlooking(bounds: Rect, width_px: f64, height_px: f64, margin_px: f64) -> Self {
        let fitting = Self::fitting(bounds, width_px, height_px, margin_px, 1.0);
        let room = |view_px: f64, board: f64| (view_px - 2.0 * margin_px).max(1.0) / board.max(1.0);
        let zoom = room(width_px, bounds.width()).min(room(height_px, bounds.height())).min(1.0);
        if zoom >= ZOOM_MIN || !zoom.is_finite() || zoom <= 0.0 {
            return fitting;
        }
        let origin = BoardPoint::from(bounds.center()) - Vec2::new(width_px, height_px) / (2.0 * zoom);
        Self { origin, zoom }
    }

    /// The same zoom with `at` in the middle of a view of the given size.
    pub fn centred(self, at: BoardPoint, width_px: f64, height_px: f64) -> Self {
        Self::new(at - Vec2::new(width_px, height_px) / (2.0 * self.zoom), self.zoom)
    }

    /// The board point at the view's top left corner.
    pub fn origin(&self) -> BoardPoint {
        self.origin
    }

    /// Screen pixels per board pixel.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// Where a board point is seen.
    pub fn to_screen(&self, point: BoardPoint) -> ScreenPoint {
        ScreenPoint::new((point.x - self.origin.x) * self.zoom, (point.y - self.origin.y) * self.zoom)
    }

    /// What a screen point shows.
    pub fn to_board(&self, point: ScreenPoint) -> BoardPoint {
        self.origin + Vec2::new(point.x, point.y) / self.zoom
    }

    /// The same zoom after the hand dragged the board by `by_px` screen pixels.
    pub fn panned(self, by_px: Vec2) -> Self {
        Self::new(self.origin - by_px / self.zoom, self.zoom)
    }

    /// The zoom changed to `zoom`, with the board point under `at` staying under it.
    pub fn zoomed_at(self, at: ScreenPoint, zoom: f64) -> Self {
        let held = self.to_board(at);
        let zoomed = Self::new(self.origin, zoom);
        Self::new(held - Vec2::new(at.x, at.y) / zoomed.zoom, zoomed.zoom)
    }

    /// The transform from board to screen pixels.
    pub fn transform(&self) -> Affine {
        Affine::scale(self.zoom) * Affine::translate((-self.origin.x, -self.origin.y))
    }

    /// The part of the board that a view of the given size shows.
    pub fn visible(&self, width_px: f64, height_px: f64) -> Rect {
        Rect::new(
            self.origin.x,
            self.origin.y,
            self.origin.x + width_px / self.zoom,
            self.origin.y + height_px / self.zoom,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn board_and_screen_are_inverse(
            x in -1e6..1e6, y in -1e6..1e6, zoom in 0.001..1000.0, at_x in -1e3..1e3, at_y in -1e3..1e3
        ) {
            let camera = Camera::new(BoardPoint::new(x, y), zoom);
            let at = ScreenPoint::new(at_x, at_y);
            prop_assert!(camera.to_screen(camera.to_board(at)).distance(at) < 1e-3);
        }

        #[test]
        fn zooming_holds_the_point_under_the_pointer(zoom in 0.001..1000.0, at_x in 0.0..2e3, at_y in 0.0..2e3) {
            let camera = Camera::new(BoardPoint::new(10.0, -20.0), 1.5);
            let at = ScreenPoint::new(at_x, at_y);
            let zoomed = camera.zoomed_at(at, zoom);
            prop_assert!((ZOOM_MIN..=ZOOM_MAX).contains(&zoomed.zoom()));
            prop_assert!(zoomed.to_screen(camera.to_board(at)).distance(at) < 1e-6);
        }
    }

    #[test]
    fn fitting_shows_everything_in_the_middle() {
        let bounds = Rect::new(100.0, 100.0, 1100.0, 300.0);
        let camera = Camera::fitting(bounds, 800.0, 600.0, 50.0, 1.0);
        assert_eq!(camera.zoom(), 0.7);
        let visible = camera.visible(800.0, 600.0);
        assert!(visible.contains_rect(bounds) && visible.center().distance(bounds.center()) < 1e-9);
    }

    #[test]
    fn a_map_shows_all_of_a_board_of_any_size() {
        for side in [10.0, 5e3, 4e5] {
            let bounds = Rect::new(-side, 0.0, side, side);
            let camera = Camera::overlooking(bounds, 224.0, 144.0, 8.0);
            assert!(camera.visible(224.0, 144.0).contains_rect(bounds), "{side}");
        }
    }

    #[test]
    fn what_is_not_finite_is_not_kept() {
        assert_eq!(Camera::new(BoardPoint::new(f64::NAN, 0.0), f64::INFINITY), Camera::default());
    }
}
