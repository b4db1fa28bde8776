//! What stands on the board that elbows go around, and which elbows have looked where: two R-trees, empty until there is
//! such an elbow. Must not know how a route is found.

use std::collections::{BTreeSet, HashMap};

use kurbo::Rect;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::{Shape, ShapeId};

/// From this share of all boxes on, building a tree anew is quicker than changing it.
const REBUILD_FROM_SHARE: usize = 4;
/// Fewer changes than this never rebuild it.
const REBUILD_FROM: usize = 64;

type Entry = GeomWithData<Rectangle<[f64; 2]>, ShapeId>;

/// Boxes by name and by place.
#[derive(Default)]
struct Boxes {
    tree: RTree<Entry>,
    by_id: HashMap<ShapeId, Rect>,
}

impl Boxes {
    /// Takes note of boxes that are new or gone; says which box there was and is, where that is a change.
    fn update(&mut self, changes: Vec<(ShapeId, Option<Rect>)>, mut changed: impl FnMut(Rect)) {
        let rebuilds = changes.len() > REBUILD_FROM && changes.len() * REBUILD_FROM_SHARE > self.by_id.len();
        for (id, now) in changes {
            let before = match now {
                Some(now) => self.by_id.insert(id.clone(), now),
                None => self.by_id.remove(&id),
            };
            if before == now {
                continue;
            }
            before.into_iter().chain(now).for_each(&mut changed);
            if rebuilds {
                continue;
            }
            if let Some(before) = before {
                self.tree.remove(&entry(&id, before));
            }
            if let Some(now) = now {
                self.tree.insert(entry(&id, now));
            }
        }
        if rebuilds {
            self.tree = RTree::bulk_load(self.by_id.iter().map(|(id, rect)| entry(id, *rect)).collect());
        }
    }

    fn meeting(&self, rect: Rect) -> impl Iterator<Item = (&ShapeId, Rect)> {
        let envelope = AABB::from_corners([rect.x0, rect.y0], [rect.x1, rect.y1]);
        self.tree.locate_in_envelope_intersecting(envelope).map(|entry| {
            let (low, high) = (entry.geom().lower(), entry.geom().upper());
            (&entry.data, Rect::new(low[0], low[1], high[0], high[1]))
        })
    }
}

fn entry(id: &ShapeId, rect: Rect) -> Entry {
    GeomWithData::new(Rectangle::from_corners([rect.x0, rect.y0], [rect.x1, rect.y1]), id.clone())
}

/// Both trees.
#[derive(Default)]
pub(crate) struct Surroundings {
    obstacles: Boxes,
    /// Where elbows have looked for obstacles.
    corridors: Boxes,
    is_kept: bool,
}

impl Surroundings {
    /// Takes note of shapes that were read anew, `all` being every shape there is by now; answers with the elbows that
    /// these are in the way of, or were.
    pub(crate) fn update<'a>(
        &mut self,
        touched: &BTreeSet<ShapeId>,
        shape: impl Fn(&ShapeId) -> Option<&'a Shape>,
        all: impl Iterator<Item = &'a Shape>,
    ) -> BTreeSet<ShapeId> {
        let goes_around = |id: &ShapeId| shape(id).is_some_and(Shape::goes_around);
        if !self.is_kept {
            if touched.iter().any(goes_around) {
                self.is_kept = true;
                let boxes = all.map(|shape| (shape.id.clone(), shape.obstacle())).collect();
                self.obstacles.update(boxes, |_| {});
            }
            return BTreeSet::new();
        }
        let boxes = touched.iter().map(|id| (id.clone(), shape(id).and_then(Shape::obstacle))).collect();
        let (obstacles, corridors) = (&mut self.obstacles, &self.corridors);
        let mut disturbed = BTreeSet::new();
        obstacles.update(boxes, |rect| disturbed.extend(corridors.meeting(rect).map(|(id, _)| id.clone())));
        disturbed
    }

    /// Where these elbows have looked; none is nowhere.
    pub(crate) fn looked(&mut self, corridors: Vec<(ShapeId, Option<Rect>)>) {
        self.corridors.update(corridors, |_| {});
    }

    /// Whether anybody looks at all.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The obstacles that meet a rectangle.
    pub(crate) fn obstacles(&self, rect: Rect) -> impl Iterator<Item = (&ShapeId, Rect)> {
        self.obstacles.meeting(rect)
    }

    /// The elbows that have looked somewhere in a rectangle.
    pub(crate) fn elbows(&self, rect: Rect) -> impl Iterator<Item = &ShapeId> {
        self.corridors.meeting(rect).map(|(id, _)| id)
    }

    /// Whether there are elbows that go around something.
    pub(crate) fn has_elbows(&self) -> bool {
        !self.corridors.by_id.is_empty()
    }
}
