//! What this person has selected, numbered so that drafts can name it. Knows no shapes, only their ids.

use std::collections::HashSet;
use std::ops::Deref;

use board::ShapeId;

/// Distinct ids in the order in which they were selected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    ids: Vec<ShapeId>,
    set: HashSet<ShapeId>,
    number: u64,
}

impl Selection {
    /// Goes up with every change.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether this is selected; quick however much is.
    pub(crate) fn contains(&self, id: &ShapeId) -> bool {
        self.set.contains(id)
    }

    /// Selects exactly these; whether that is a change.
    pub(crate) fn replace(&mut self, ids: Vec<ShapeId>) -> bool {
        let mut set = HashSet::with_capacity(ids.len());
        let ids: Vec<ShapeId> = ids.into_iter().filter(|id| set.insert(id.clone())).collect();
        if ids == self.ids {
            return false;
        }
        *self = Selection { ids, set, number: self.number + 1 };
        true
    }

    /// Lets go of what is not kept; whether that is a change.
    pub(crate) fn retain(&mut self, keep: impl Fn(&ShapeId) -> bool) -> bool {
        if self.ids.iter().all(&keep) {
            return false;
        }
        self.replace(self.ids.iter().filter(|id| keep(id)).cloned().collect())
    }
}

impl Deref for Selection {
    type Target = [ShapeId];

    fn deref(&self) -> &[ShapeId] {
        &self.ids
    }
}
