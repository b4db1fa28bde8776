//! How a board is changed: by own edits, by what takes them back, by what others did; and what of it is then read anew from the
//! document. Must not know what is derived from a shape.

use std::collections::BTreeSet;
use std::sync::Arc;

use yrs::{MapRef, ReadTxn, TransactionMut};

use super::{Applied, Board, Change, Reverted};
use crate::document::{MergeError, Merged};
use crate::perform::Performer;
use crate::pile::Pile;
use crate::reversal::Seen;
use crate::touched::Touches;
use crate::{Edit, Reversal, Shape, ShapeId, schema};

impl Board {
    /// Carries out edits in one transaction.
    pub fn apply(&mut self, edits: &[Edit]) -> Applied {
        self.perform(None, |performer| edits.iter().for_each(|edit| performer.edit(edit))).0
    }

    /// Takes back what `reversal` is of, step by step from the end, where it is still as it was left.
    pub fn revert(&mut self, reversal: &Reversal) -> Reverted {
        let (applied, kept) = self.perform(Some(reversal), |performer| {
            reversal.by_shape().for_each(|(_, undoing)| performer.revert_shape(&undoing.steps));
        });
        Reverted { applied, kept }
    }

    /// Makes up to `max_shapes` shapes as they are on another board, a version of this one say, as one's own edit:
    /// others see it, and it can be taken back. Shapes that are not there are removed. Call it again until it changes
    /// nothing.
    pub fn restore(&mut self, version: &Board, max_shapes: usize) -> Applied {
        let wanted = version.document.captured();
        self.perform(None, |performer| performer.restore(&wanted, max_shapes)).0
    }

    fn perform(&mut self, takes_back: Option<&Reversal>, run: impl FnOnce(&mut Performer<'_, '_>)) -> (Applied, usize) {
        let (restored, root) = (&mut self.restored, self.document.shapes());
        let edit = |txn: &mut TransactionMut, root: &MapRef| {
            let mut performer = Performer { txn, root, undo: Reversal::default(), kept: 0, restored };
            run(&mut performer);
            (performer.undo, performer.kept)
        };
        let ((mut reversal, kept), update) = self.touched.unheard(&root, || self.document.edit(edit));
        let change = self.read_own(&mut reversal, takes_back);
        (Applied { update, change, reversal }, kept)
    }

    /// Merges what a peer did. A gap is reported, and nothing applied.
    pub fn merge(&mut self, update: &[u8]) -> Result<Change, MergeError> {
        match self.document.load(update)? {
            Merged::Applied { .. } => {
                let touches = self.touched.take();
                Ok(self.read_others(touches))
            }
            Merged::Gap(_) => Ok(Change { gap: true, ..Change::default() }),
        }
    }

    /// Reads anew what others touched, of shapes that were known only what was written.
    fn read_others(&mut self, Touches { whole: mut read, parts }: Touches) -> Change {
        if read.is_empty() && parts.is_empty() {
            return Change::default();
        }
        self.revision += 1;
        let root = self.document.shapes();
        let txn = self.document.transact();
        let mut reader = Reader { txn, root, pile: &mut self.pile, revision: self.revision };
        for id in &read {
            self.foreseen.forget(id);
            reader.read(id, None);
        }
        for (id, keys) in parts {
            if read.insert(id.clone()) {
                // Else a part of the shape would be what the document says, and a part what it will say.
                let is_ahead = self.foreseen.forget(&id);
                reader.read(&id, Some(&keys[..]).filter(|_| !is_ahead));
            }
        }
        drop(reader);
        Change { touched: self.derive_from(read).into_iter().collect(), gap: false }
    }

    /// Reads anew what one's own edit touched, as what takes it back says, and notes there how it was seen. What was foreseen of
    /// `takes_back` is there already.
    fn read_own(&mut self, reversal: &mut Reversal, takes_back: Option<&Reversal>) -> Change {
        let mut read = BTreeSet::new();
        let root = self.document.shapes();
        let txn = self.document.transact();
        let mut reader = Reader { txn, root, pile: &mut self.pile, revision: self.revision + 1 };
        for (id, undoing) in reversal.by_shape_mut() {
            let foreseen = takes_back.and_then(|reversal| reversal.of_shape(id)).filter(|undoing| undoing.is_foreseen);
            if let Some(seen) = foreseen.and_then(|undoing| undoing.seen.as_ref())
                && self.foreseen.confirm(id)
            {
                debug_assert!(self.foreseen.is_ahead(id) || reader.is_read(id), "{id:?} was foreseen wrongly");
                undoing.seen = Some(Seen { before: seen.after, after: seen.before, gone: seen.gone.clone() });
                continue;
            }
            let is_ahead = self.foreseen.forget(id);
            let (before, gone) = reader.read(id, undoing.keys().as_deref().filter(|_| !is_ahead));
            let after = reader.pile.get(id).map(|shape| shape.read);
            undoing.seen = (!is_ahead).then_some(Seen { before, after, gone });
            read.insert(id.clone());
        }
        // What was foreseen and is not done after all is as it is.
        for (id, undoing) in takes_back.iter().flat_map(|reversal| reversal.by_shape()) {
            if undoing.is_foreseen && reversal.of_shape(id).is_none() && self.foreseen.forget(id) {
                reader.read(id, None);
                read.insert(id.clone());
            }
        }
        drop(reader);
        if read.is_empty() {
            return Change::default();
        }
        self.revision += 1;
        Change { touched: self.derive_from(read).into_iter().collect(), gap: false }
    }
}

/// Reads shapes from the document into the pile.
struct Reader<'a, T> {
    txn: T,
    root: MapRef,
    pile: &'a mut Pile,
    revision: u64,
}

impl<T: ReadTxn> Reader<'_, T> {
    /// Reads a shape, or these keys of it. Answers with how it was seen before, and the shape itself if it is no longer there.
    fn read(&mut self, id: &ShapeId, keys: Option<&[Arc<str>]>) -> (Option<u64>, Option<Box<Shape>>) {
        let known = self.pile.take(id);
        let before = known.as_ref().map(|shape| shape.read);
        let Some(map) = schema::shape_map(&self.txn, &self.root, id.as_str()) else {
            known.iter().for_each(|shape| self.pile.remove(shape));
            return (before, known);
        };
        let order = known.as_ref().map(|shape| shape.order.clone());
        let updated = known.zip(keys).and_then(|(shape, keys)| schema::reread(&self.txn, shape, &map, keys));
        let mut shape = updated.unwrap_or_else(|| Box::new(schema::read(&self.txn, id.clone(), &map)));
        (shape.revision, shape.read) = (self.revision, self.revision);
        self.pile.put(shape, order);
        (before, None)
    }

    /// Whether the pile has the values of a shape that the document has: a check of what was foreseen.
    fn is_read(&self, id: &ShapeId) -> bool {
        let map = schema::shape_map(&self.txn, &self.root, id.as_str());
        let stored = map.map(|map| schema::read(&self.txn, id.clone(), &map));
        match (stored, self.pile.get(id)) {
            (Some(stored), Some(shown)) => stored.has_values_of(shown),
            (stored, shown) => stored.is_none() && shown.is_none(),
        }
    }
}
