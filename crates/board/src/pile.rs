//! The shapes of a board as they were read last: by number, by id, and in the order of their pile; and which of them are
//! derived from which. Must not know the document.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use crate::{Kind, OrderKey, Shape, ShapeId};

/// A shape's number on one copy of a board: small, and never another shape's, so that sets of shapes can be bits and what
/// is kept of shapes can be found without looking for their ids. An id that comes back has its number again. On other
/// copies it means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    /// Of a shape that is on no board.
    pub const NONE: Slot = Slot(u32::MAX);

    /// Counted from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The shapes.
#[derive(Default)]
pub(crate) struct Pile {
    /// By slot.
    shapes: Vec<Option<Box<Shape>>>,
    slots: HashMap<ShapeId, Slot>,
    /// The lowest first.
    places: BTreeMap<(OrderKey, ShapeId), Slot>,
    /// Which shapes are derived from this one: lines that hold it, shapes that lie in it.
    dependents: HashMap<ShapeId, BTreeSet<ShapeId>>,
    /// The frames: few among many.
    frames: BTreeSet<ShapeId>,
    /// What is safe from the hand: as few.
    locked: BTreeSet<Slot>,
}

impl Pile {
    pub(crate) fn slot(&self, id: &ShapeId) -> Option<Slot> {
        self.slots.get(id).copied()
    }

    pub(crate) fn at(&self, slot: Slot) -> Option<&Shape> {
        self.shapes.get(slot.index())?.as_deref()
    }

    pub(crate) fn get(&self, id: &ShapeId) -> Option<&Shape> {
        self.at(self.slot(id)?)
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The lowest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Shape> {
        self.places.values().filter_map(|slot| self.at(*slot))
    }

    /// The numbers of all shapes, the lowest shape first.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.places.values().copied()
    }

    /// Numbers and ids of what is not locked, the lowest first: read without fetching tens of thousands of shapes.
    pub(crate) fn free(&self) -> impl Iterator<Item = (Slot, &ShapeId)> {
        let all = self.places.iter().map(|((_, id), slot)| (*slot, id));
        all.filter(|(slot, _)| self.locked.is_empty() || !self.locked.contains(slot))
    }

    /// From this shape upwards.
    pub(crate) fn from(&self, shape: &Shape) -> impl Iterator<Item = &Shape> {
        let place = Bound::Included((shape.order.clone(), shape.id.clone()));
        self.places.range((place, Bound::Unbounded)).filter_map(|(_, slot)| self.at(*slot))
    }

    pub(crate) fn highest(&self) -> Option<&OrderKey> {
        self.places.last_key_value().map(|((order, _), _)| order)
    }

    pub(crate) fn lowest(&self) -> Option<&OrderKey> {
        self.places.first_key_value().map(|((order, _), _)| order)
    }

    /// Takes a shape out to be read anew; [`Pile::put`] or [`Pile::remove`] must follow.
    pub(crate) fn take(&mut self, id: &ShapeId) -> Option<Box<Shape>> {
        let shape = self.shapes.get_mut(self.slots.get(id)?.index())?.take()?;
        if shape.kind == Kind::Frame {
            self.frames.remove(id);
        }
        if shape.locked {
            self.locked.remove(&shape.slot);
        }
        for other in shape.depends_on() {
            if let Some(known) = self.dependents.get_mut(other) {
                known.remove(id);
                if known.is_empty() {
                    self.dependents.remove(other);
                }
            }
        }
        Some(shape)
    }

    /// Puts a shape where it lies now. `before` is where it lay, if it lay anywhere.
    pub(crate) fn put(&mut self, mut shape: Box<Shape>, before: Option<OrderKey>) {
        let next = Slot(u32::try_from(self.shapes.len()).expect("fewer shapes than clocks"));
        let slot = *self.slots.entry(shape.id.clone()).or_insert(next);
        if slot == next {
            self.shapes.push(None);
        }
        shape.slot = slot;
        if shape.kind == Kind::Frame {
            self.frames.insert(shape.id.clone());
        }
        if shape.locked {
            self.locked.insert(slot);
        }
        for other in shape.depends_on() {
            self.dependents.entry(other.clone()).or_default().insert(shape.id.clone());
        }
        // Most edits leave a shape where it lies.
        if before.as_ref() != Some(&shape.order) {
            if let Some(before) = before {
                self.places.remove(&(before, shape.id.clone()));
            }
            self.places.insert((shape.order.clone(), shape.id.clone()), slot);
        }
        self.shapes[slot.index()] = Some(shape);
    }

    /// A shape that was taken is gone.
    pub(crate) fn remove(&mut self, taken: &Shape) {
        self.places.remove(&(taken.order.clone(), taken.id.clone()));
    }

    /// Replaces a shape by the same with other derived values.
    pub(crate) fn derive(&mut self, shape: Shape) {
        if let Some(place) = self.shapes.get_mut(shape.slot.index()) {
            *place = Some(Box::new(shape));
        }
    }

    pub(crate) fn frames(&self) -> impl Iterator<Item = &ShapeId> {
        self.frames.iter()
    }

    pub(crate) fn is_frame(&self, id: &ShapeId) -> bool {
        self.frames.contains(id)
    }

    /// Whether any shape is derived from another.
    pub(crate) fn has_dependents(&self) -> bool {
        !self.dependents.is_empty()
    }

    /// What is derived from a shape.
    pub(crate) fn dependents(&self, id: &ShapeId) -> impl Iterator<Item = &ShapeId> {
        self.dependents.get(id).into_iter().flatten()
    }
}
