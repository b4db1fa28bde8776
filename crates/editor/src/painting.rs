//! Painting the board, all at once or bit by bit into tiles, and the selection that moves as one bitmap. Knows no bitmaps.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use board::{Board, InMotion, ShapeId, Slot};
use kurbo::{Affine, Rect};
use scene::{DisplayList, Painter, replay};

use crate::draft::Motion;
use crate::editor::Editor;
use crate::limits;
use crate::picture::{Painting, seen};
use crate::slots::SlotSet;
use crate::transform::Transform;

/// How far what is not stretched along may reach out of the stretched picture, in board pixels.
const REACH_BOARD: f64 = 100.0;

/// What is painted apart from the rest, so that a shell may keep and move it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The board without what is in motion.
    Board,
    /// A large selection in motion, as it lies on the board; [`Editor::carried`] says how it moves.
    Carried,
    /// The same as it would be if the gesture ended now: where a bitmap that is turned or stretched is not good enough.
    Transformed,
    /// The board as it is stored, whatever is in motion: for a map.
    Stored,
}

/// What of the selection does not move as one with it.
#[derive(Debug, Default)]
pub(crate) struct Carrying {
    /// Selected lines that hold something that stays: they are stretched, not moved.
    left_behind: SlotSet,
    /// Everything on the board moves.
    is_all: bool,
}

impl Carrying {
    /// Of a gesture that moves these shapes and lifts so many.
    pub(crate) fn new(moving: &[ShapeId], lifted: usize, selection: &[ShapeId], board: &Board) -> Self {
        let is_all = moving.len() == board.len() && lifted == moving.len();
        if moving.is_empty() || is_all || !board.has_dependents() || selection.len() < limits::CARRIED_SHAPES {
            return Self { left_behind: SlotSet::default(), is_all };
        }
        let moves: HashSet<&ShapeId> = moving.iter().collect();
        let stays = selection.iter().filter(|id| !moves.contains(id));
        Self { left_behind: stays.filter_map(|id| board.slot(id)).collect(), is_all }
    }
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
        let is_chosen = |slot| match layer {
            Layer::Board => !self.lifted.contains(slot),
            Layer::Carried | Layer::Transformed => self.is_carried(slot),
            Layer::Stored => true,
        };
        let transform = self.transform().filter(|_| layer == Layer::Transformed);
        let region = transform.map_or(region, |transform| {
            // What is not scaled along, as thick lines and letters, may reach further.
            transform.picture().inverse().transform_rect_bbox(region.inflate(REACH_BOARD, REACH_BOARD))
        });
        Painting::of(seen(&self.board, &self.index, region, is_chosen), transform)
    }

    /// A number for what a painting of the board as it is now shows: the same number, at the same place and scale, means the same
    /// pixels, but for what the shell knows of itself: the theme, which pictures have come; and for what changes until it is
    /// done, see [`Editor::is_damage_withheld`].
    pub fn print(&self, painting: &Painting) -> u64 {
        let mut hasher = DefaultHasher::new();
        for shape in painting.shapes().iter().filter_map(|slot| self.board.at(*slot)) {
            (shape.slot, shape.revision).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Paints at most `count` shapes more, as they look at `scale` device pixels a board pixel. What was deleted meanwhile
    /// is passed over.
    pub fn paint_some(&mut self, painting: &mut Painting, count: usize, scale: f64, painter: &mut impl Painter) {
        let transform = painting.transform();
        for slot in painting.take(count) {
            let Some(shape) = self.board.at(*slot) else { continue };
            let Some(transform) = transform else {
                self.picture.paint(shape, scale, painter);
                continue;
            };
            let preview = |id: &ShapeId| {
                let other = self.board.shape(id).filter(|other| self.is_carried(other.slot))?;
                Some(transform.preview(other))
            };
            let motion = InMotion { shown: &preview, obstacles: &[] };
            let mut list = DisplayList::new();
            self.board.derived(transform.preview(shape), &motion).paint(&mut list);
            replay(&list, painter);
        }
    }

    /// Whether a shape is part of the selection's bitmap while that is carried.
    pub(crate) fn is_carried(&self, slot: Slot) -> bool {
        self.selection.contains(slot) && !self.carrying.left_behind.contains(slot)
    }

    /// How one's own selection is being changed, if there is so much of it that it is carried as one bitmap.
    fn transform(&self) -> Option<Transform> {
        match self.announcer.motion() {
            Some(Motion::Transform { transform, .. }) if self.selection.len() >= limits::CARRIED_SHAPES => {
                Some(*transform)
            }
            _ => None,
        }
    }

    /// Around everything on the board.
    pub fn extent(&self) -> Option<Rect> {
        self.index.extent()
    }

    /// How the picture of one's own selection is moved, turned or stretched, if there is so much of it that it is carried as
    /// one bitmap: [`Editor::paint_overlay`] leaves it out. A stretched picture is not exact, [`Layer::Transformed`] is.
    pub fn carried(&self) -> Option<Affine> {
        self.transform().map(|transform| transform.picture())
    }

    /// Whether all of the board is carried, and nothing of it is stretched meanwhile.
    pub fn carries_all(&self) -> bool {
        self.carried().is_some() && self.carrying.is_all
    }
}
