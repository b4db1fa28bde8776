//! Where shapes are: an R-tree of their bounds, for hit tests and for painting only what is seen. Knows nothing else of
//! them.

use std::collections::HashMap;

use board::{Board, ShapeId};
use kurbo::Rect;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::output::Damage;

type Entry = GeomWithData<Rectangle<[f64; 2]>, ShapeId>;

/// From this share of all shapes on, building the tree anew is quicker than changing it.
const REBUILD_FROM_SHARE: usize = 4;

/// The bounds of every shape of the board.
#[derive(Debug, Default)]
pub(crate) struct Index {
    tree: RTree<Entry>,
    bounds: HashMap<ShapeId, Rect>,
}

impl Index {
    /// The bounds of one shape.
    pub(crate) fn bounds(&self, id: &ShapeId) -> Option<Rect> {
        self.bounds.get(id).copied()
    }

    /// Around everything on the board.
    pub(crate) fn extent(&self) -> Option<Rect> {
        let all = self.tree.root().envelope();
        (!self.bounds.is_empty()).then(|| Rect::new(all.lower()[0], all.lower()[1], all.upper()[0], all.upper()[1]))
    }

    /// Takes note of what has changed, and of what of the board looks different.
    pub(crate) fn update(&mut self, board: &Board, touched: &[ShapeId], damage: &mut Damage) {
        let rebuild = touched.len() > 64 && touched.len() * REBUILD_FROM_SHARE > self.bounds.len();
        for id in touched {
            let now = board.shape(id).map(|shape| shape.bounds());
            let before = match now {
                Some(now) => self.bounds.insert(id.clone(), now),
                None => self.bounds.remove(id),
            };
            match (before, now) {
                // Most edits leave a shape close to where it was: one rectangle will do.
                (Some(before), Some(now)) if before.overlaps(now) => damage.add(before.union(now)),
                _ => before.into_iter().chain(now).for_each(|rect| damage.add(rect)),
            }
            if rebuild || before == now {
                continue;
            }
            if let Some(before) = before {
                self.tree.remove(&entry(id, before));
            }
            if let Some(now) = now {
                self.tree.insert(entry(id, now));
            }
        }
        if rebuild {
            self.tree = RTree::bulk_load(self.bounds.iter().map(|(id, rect)| entry(id, *rect)).collect());
        }
    }

    /// Shapes whose bounds meet the rectangle, in no order.
    pub(crate) fn meeting(&self, rect: Rect) -> impl Iterator<Item = &ShapeId> {
        let rect = rect.abs();
        let envelope = AABB::from_corners([rect.x0, rect.y0], [rect.x1, rect.y1]);
        self.tree.locate_in_envelope_intersecting(envelope).map(|entry| &entry.data)
    }
}

fn entry(id: &ShapeId, rect: Rect) -> Entry {
    GeomWithData::new(Rectangle::from_corners([rect.x0, rect.y0], [rect.x1, rect.y1]), id.clone())
}
