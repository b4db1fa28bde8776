//! What taking something back will make of shapes, shown before it is written: writing tens of thousands of shapes takes a
//! document a second, a hand waits for the picture. Only what nobody has changed since is foreseen, so that it comes true; what a
//! peer does meanwhile is read as ever. Must not know the document. The reasons are in `docs/decisions/0041-foresight.md`.

use std::collections::{BTreeSet, HashMap};

use super::Board;
use crate::reversal::{Step, Undoing};
use crate::schema::Stored;
use crate::{Field, Reversal, Shape, ShapeId, field};

/// What the board shows that the document does not say yet.
#[derive(Default)]
pub(super) struct Foreseen {
    /// How many reversals of each shape.
    ahead: HashMap<ShapeId, u32>,
    /// What follows from these shapes is still to be derived.
    underived: BTreeSet<ShapeId>,
}

impl Foreseen {
    /// A shape will be read again as it is. Whether more than that was shown.
    pub(super) fn forget(&mut self, id: &ShapeId) -> bool {
        !self.ahead.is_empty() && self.ahead.remove(id).is_some()
    }

    /// One reversal of a shape was written. Whether that had been foreseen, and nothing has happened to the shape since.
    pub(super) fn confirm(&mut self, id: &ShapeId) -> bool {
        let Some(left) = self.ahead.get_mut(id) else { return false };
        *left -= 1;
        if *left == 0 {
            self.ahead.remove(id);
        }
        true
    }

    /// Whether the board shows more than the document says.
    pub(super) fn is_ahead(&self, id: &ShapeId) -> bool {
        self.ahead.contains_key(id)
    }
}

impl Board {
    /// Shows what [`Board::revert`] will make of shapes; that must follow, with the same reversals in the same order. Left as
    /// they are: shapes that were changed since, and edits of texts and strokes. Answers with what looks different;
    /// [`Board::derive_foreseen`] must follow, too.
    pub fn foresee(&mut self, reversal: &mut Reversal) -> Vec<ShapeId> {
        self.revision += 1;
        let mut foreseen = vec![];
        for (id, undoing) in reversal.by_shape_mut() {
            undoing.is_foreseen = self.foresee_shape(id, undoing).is_some();
            if undoing.is_foreseen {
                *self.foreseen.ahead.entry(id.clone()).or_default() += 1;
                foreseen.push(id.clone());
            }
        }
        self.foreseen.underived.extend(foreseen.iter().cloned());
        foreseen
    }

    /// Derives what follows from up to so many shapes that were foreseen; answers with what looks different for that. To be
    /// called once all of them are, until nothing is underived.
    pub fn derive_foreseen(&mut self, shapes_max: usize) -> Vec<ShapeId> {
        let mut shapes = std::mem::take(&mut self.foreseen.underived);
        if self.has_derived()
            && let Some(rest) = shapes.iter().nth(shapes_max).cloned()
        {
            self.foreseen.underived = shapes.split_off(&rest);
        }
        self.derive_beside(&shapes).into_iter().collect()
    }

    /// Whether [`Board::derive_foreseen`] has more to do.
    pub fn is_underived(&self) -> bool {
        !self.foreseen.underived.is_empty()
    }

    /// None if it is left as it is.
    fn foresee_shape(&mut self, id: &ShapeId, undoing: &mut Undoing) -> Option<()> {
        let seen = undoing.seen.as_mut()?;
        if self.pile.get(id).map(|shape| shape.read) != seen.after {
            return None;
        }
        match &undoing.steps[..] {
            [Step::Insert { .. }] => self.pile.put(seen.gone.take()?, None),
            [Step::Remove { .. }] => {
                let shape = self.pile.take(id)?;
                self.pile.remove(&shape);
                seen.gone = Some(shape);
            }
            steps => {
                let fields = steps.iter().rev().map(field_before).collect::<Option<Vec<Field>>>()?;
                let before = seen.before?;
                let mut shape = self.pile.take(id)?;
                let order = shape.order.clone();
                fields.iter().for_each(|field| shape.put(field));
                shape.measure();
                (shape.read, shape.revision) = (before, before);
                self.pile.put(shape, Some(order));
            }
        }
        Some(())
    }
}

/// The value that a step sets, if it sets one that this version can read.
fn field_before(step: &Step) -> Option<Field> {
    let Step::Set { key, before, .. } = step else { return None };
    match before {
        Some(Stored::Plain(value)) => field::read(key, value),
        Some(_) => None,
        None => field::unstored(key),
    }
}

impl Shape {
    /// Whether two shapes say the same, whenever that was read and whatever is derived from it.
    pub(super) fn has_values_of(&self, other: &Shape) -> bool {
        let bare = |shape: &Shape| {
            let mut shape = Shape { slot: other.slot, revision: 0, read: 0, ..shape.clone() };
            shape.measure();
            shape
        };
        bare(self) == bare(other)
    }
}
