//! What this person has selected, numbered so that drafts can name it. Knows no more of shapes than their names.

use std::ops::Deref;

use board::{Board, ShapeId, Slot};

use crate::slots::SlotSet;

/// Distinct shapes in the order in which they were selected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    ids: Vec<ShapeId>,
    /// The same.
    slots: Vec<Slot>,
    set: SlotSet,
    number: u64,
}

impl Selection {
    /// Goes up with every change.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether this is selected; quick however much is.
    pub(crate) fn contains(&self, slot: Slot) -> bool {
        self.set.contains(slot)
    }

    /// The numbers of what is selected.
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Selects exactly these; whether that is a change.
    pub(crate) fn replace<'a>(&mut self, shapes: impl IntoIterator<Item = (Slot, &'a ShapeId)>) -> bool {
        let mut next = Selection { number: self.number + 1, ..Selection::default() };
        for (slot, id) in shapes {
            if next.set.insert(slot) {
                next.slots.push(slot);
                next.ids.push(id.clone());
            }
        }
        let is_change = next.slots != self.slots;
        if is_change {
            *self = next;
        }
        is_change
    }

    /// Lets go of what is not on the board; whether that is a change.
    pub(crate) fn retain(&mut self, board: &Board) -> bool {
        if self.slots.iter().all(|slot| board.at(*slot).is_some()) {
            return false;
        }
        let slots = self.slots.clone();
        self.replace(slots.iter().filter_map(|slot| Some((*slot, &board.at(*slot)?.id))))
    }
}

impl Deref for Selection {
    type Target = [ShapeId];

    fn deref(&self) -> &[ShapeId] {
        &self.ids
    }
}
