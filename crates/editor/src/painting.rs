//! Painting the board, all at once or bit by bit into tiles, and the selection that moves as one bitmap. Knows no bitmaps.

use kurbo::{Affine, Rect};
use scene::Painter;

use crate::draft::Motion;
use crate::editor::Editor;
use crate::limits;
use crate::picture::{Painting, seen};

/// What is painted apart from the rest, so that a shell may keep and move it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The board without what is in motion.
    Board,
    /// A large selection in motion, as it lies on the board; [`Editor::carried`] says how it moves.
    Carried,
    /// The board as it is stored, whatever is in motion: for a map.
    Stored,
}

impl Editor {
    /// Paints the board as the view shows it, in CSS pixels, without background.
    pub fn paint_board(&mut self, painter: &mut impl Painter) {
        let (width_px, height_px) = self.size_px;
        painter.push(self.camera.transform());
        self.paint_region(self.camera.visible(width_px, height_px), painter);
        painter.pop();
    }

    /// Paints what meets a region of the board, in board pixels. What is in motion is left out.
    pub fn paint_region(&mut self, region: Rect, painter: &mut impl Painter) {
        let mut painting = self.painting(Layer::Board, region);
        self.paint_some(&mut painting, usize::MAX, f64::INFINITY, painter);
    }

    /// What meets a region of the board, to be painted by [`Editor::paint_some`].
    pub fn painting(&self, layer: Layer, region: Rect) -> Painting {
        let all_are_lifted = self.lifted.len() == self.board.len();
        if layer == Layer::Board && all_are_lifted {
            return Painting::default();
        }
        let is_chosen = |id: &_| match layer {
            Layer::Board => !self.lifted.contains(id),
            Layer::Carried => self.selection.contains(id),
            Layer::Stored => true,
        };
        let shapes = seen(&self.board, &self.index, region, is_chosen);
        Painting::of(shapes.into_iter().map(|shape| shape.id.clone()).collect())
    }

    /// Paints at most `count` shapes more, as they look at `scale` device pixels a board pixel. What was deleted meanwhile
    /// is passed over.
    pub fn paint_some(&mut self, painting: &mut Painting, count: usize, scale: f64, painter: &mut impl Painter) {
        for id in painting.take(count) {
            if let Some(shape) = self.board.shape(id) {
                self.picture.paint(shape, scale, painter);
            }
        }
    }

    /// Around everything on the board.
    pub fn extent(&self) -> Option<Rect> {
        self.index.extent()
    }

    /// How one's own selection is being moved, if there is so much of it that it is carried as one bitmap:
    /// [`Editor::paint_overlay`] leaves it out.
    pub fn carried(&self) -> Option<Affine> {
        match self.announcer.motion() {
            Some(Motion::Transform { transform, .. }) if self.selection.len() >= limits::CARRIED_SHAPES => {
                transform.affine()
            }
            _ => None,
        }
    }

    /// Whether all of the board is carried.
    pub fn carries_all(&self) -> bool {
        self.carried().is_some() && self.lifted.len() == self.board.len()
    }
}
