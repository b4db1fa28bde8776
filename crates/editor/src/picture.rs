//! The board's picture: display lists of shapes, made at first sight and kept until the shape changes. Knows no overlay.

use std::collections::{HashMap, HashSet};

use board::{Board, Shape, ShapeId};
use kurbo::Rect;
use scene::{DisplayList, Painter, replay};

use crate::index::Index;
use crate::limits;

/// From this share of all shapes on, walking the pile is quicker than sorting what is seen.
const WALK_FROM_SHARE: usize = 8;

/// The lists that have been made.
#[derive(Default)]
pub(crate) struct Picture {
    lists: HashMap<ShapeId, (u64, DisplayList)>,
}

impl Picture {
    /// The list of one shape of the board.
    pub(crate) fn list(&mut self, shape: &Shape) -> &DisplayList {
        if self.lists.len() >= limits::CACHED_LISTS && !self.lists.contains_key(&shape.id) {
            self.lists.clear();
        }
        let (revision, list) = self.lists.entry(shape.id.clone()).or_default();
        if *revision != shape.revision || list.is_empty() {
            list.clear();
            shape.paint(list);
            *revision = shape.revision;
        }
        list
    }

    pub(crate) fn forget(&mut self, id: &ShapeId) {
        self.lists.remove(id);
    }

    /// Paints what meets a region of the board, lowest first, except what is lifted.
    pub(crate) fn paint(
        &mut self,
        board: &Board,
        index: &Index,
        region: Rect,
        lifted: &HashSet<ShapeId>,
        painter: &mut impl Painter,
    ) {
        for shape in seen(board, index, region) {
            if !lifted.contains(&shape.id) {
                replay(self.list(shape), painter);
            }
        }
    }
}

/// The shapes that meet a region of the board, lowest first.
pub(crate) fn seen<'a>(board: &'a Board, index: &Index, region: Rect) -> Vec<&'a Shape> {
    if index.extent().is_some_and(|extent| region.contains_rect(extent)) {
        return board.shapes().collect();
    }
    let mut ids: HashSet<&ShapeId> = HashSet::new();
    let mut shapes: Vec<&Shape> = vec![];
    for id in index.meeting(region) {
        ids.insert(id);
        shapes.extend(board.shape(id));
    }
    if shapes.len() * WALK_FROM_SHARE > board.len() {
        return board.shapes().filter(|shape| ids.contains(&shape.id)).collect();
    }
    shapes.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
    shapes
}
