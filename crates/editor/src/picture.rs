//! The board's picture: display lists of shapes, made at first sight and kept until the shape changes. Knows no overlay.

use std::collections::HashMap;

use board::{Board, Shape, Slot};
use kurbo::Rect;
use scene::{DisplayList, Painter, replay};

use crate::index::Index;
use crate::limits;
use crate::slots::SlotSet;
use crate::transform::Transform;

/// From this share of all shapes on, walking the pile is quicker than sorting what is seen.
const WALK_FROM_SHARE: usize = 8;
/// A shape with no longer side than this, in device pixels, is painted as from far away.
const FAR_PX: f64 = 24.0;
/// Unless its line is thicker than this: a pen's pressure would be seen.
const FAR_LINE_PX: f64 = 2.0;

/// The lists that have been made.
#[derive(Default)]
pub(crate) struct Picture {
    lists: HashMap<Slot, (u64, DisplayList)>,
    /// For what is painted from far away, where making a list costs less than finding it.
    passing: DisplayList,
}

/// A part of the picture that is being painted, as far as it is done: painting may stop and go on.
#[derive(Clone, Debug, Default)]
pub struct Painting {
    /// Lowest first.
    shapes: Vec<Slot>,
    done: usize,
    /// What becomes of them before they are painted.
    transform: Option<Transform>,
}

impl Painting {
    pub(crate) fn of(shapes: Vec<Slot>, transform: Option<Transform>) -> Self {
        Self { shapes, done: 0, transform }
    }

    pub(crate) fn transform(&self) -> Option<Transform> {
        self.transform
    }

    /// Lowest first.
    pub(crate) fn shapes(&self) -> &[Slot] {
        &self.shapes
    }

    /// Whether nothing is left to paint.
    pub fn is_done(&self) -> bool {
        self.done >= self.shapes.len()
    }

    /// Whether there was nothing to paint at all.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// The next shapes, at most so many.
    pub(crate) fn take(&mut self, count: usize) -> &[Slot] {
        let from = self.done;
        self.done = self.shapes.len().min(from.saturating_add(count));
        &self.shapes[from..self.done]
    }
}

impl Picture {
    /// The list of one shape of the board.
    pub(crate) fn list(&mut self, shape: &Shape) -> &DisplayList {
        if self.lists.len() >= limits::CACHED_LISTS && !self.lists.contains_key(&shape.slot) {
            self.lists.clear();
        }
        let (revision, list) = self.lists.entry(shape.slot).or_default();
        if *revision != shape.revision || list.is_empty() {
            list.clear();
            shape.paint(list);
            *revision = shape.revision;
        }
        list
    }

    pub(crate) fn forget(&mut self, slot: Slot) {
        self.lists.remove(&slot);
    }

    /// Paints one shape as it looks at so many device pixels a board pixel.
    pub(crate) fn paint(&mut self, shape: &Shape, scale: f64, painter: &mut impl Painter) {
        let size = shape.local_bounds().size();
        if size.max_side() * scale > FAR_PX || shape.width * scale > FAR_LINE_PX {
            return replay(self.list(shape), painter);
        }
        self.passing.clear();
        shape.paint_far(1.0 / scale, &mut self.passing);
        replay(&self.passing, painter);
    }
}

/// The shapes that meet a region of the board and are chosen, lowest first.
pub(crate) fn seen(board: &Board, index: &Index, region: Rect, is_chosen: impl Fn(Slot) -> bool) -> Vec<Slot> {
    if index.extent().is_some_and(|extent| region.contains_rect(extent)) {
        return board.slots().filter(|slot| is_chosen(*slot)).collect();
    }
    let slots: Vec<Slot> = index.meeting(region).filter(|slot| is_chosen(*slot)).collect();
    if slots.len() * WALK_FROM_SHARE > board.len() {
        let slots: SlotSet = slots.into_iter().collect();
        return board.slots().filter(|slot| slots.contains(*slot)).collect();
    }
    let mut shapes: Vec<&Shape> = slots.into_iter().filter_map(|slot| board.at(slot)).collect();
    shapes.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
    shapes.into_iter().map(|shape| shape.slot).collect()
}
