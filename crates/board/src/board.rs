//! A board: a document and the shapes in it, in the order of their pile. Must not know tools, views or networks.

mod changing;
mod deriving;
mod foreseeing;

pub use deriving::InMotion;

use foreseeing::Foreseen;

use crate::document::{DiffError, Document};
use crate::pile::{Pile, Slot};
use crate::schema;
use crate::surroundings::Surroundings;
use crate::texts::Restored;
use crate::touched::Touched;
use crate::{ClientId, Edit, NewShape, OrderKey, Reversal, Shape, ShapeId, StateVector, Update};

/// A document plus its shapes.
pub struct Board {
    document: Document,
    touched: Touched,
    pile: Pile,
    surroundings: Surroundings,
    revision: u64,
    restored: Restored,
    foreseen: Foreseen,
}

/// What changed on a board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Inserted, updated or removed; ascending, each once.
    pub touched: Vec<ShapeId>,
    /// The update builds on something unseen and was not applied: ask a peer by the state vector.
    pub gap: bool,
}

/// What applying edits did.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// What to tell the others; nothing, if nothing changed.
    pub update: Option<Update>,
    /// What to look at again.
    pub change: Change,
    /// What takes it back.
    pub reversal: Reversal,
}

/// What reverting did.
#[derive(Clone, Debug, PartialEq)]
pub struct Reverted {
    /// The change; its reversal is the redo.
    pub applied: Applied,
    /// How many steps were left alone because a peer has since changed what they would change.
    pub kept: usize,
}

/// Keys for shapes to be put somewhere into the pile.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// Ascending.
    pub keys: Vec<OrderKey>,
    /// Neighbours that must move up a little to make room, to be applied along.
    pub shifts: Vec<Edit>,
}

impl Board {
    /// An empty board. The client id must be this copy's alone.
    pub fn new(client: ClientId) -> Self {
        let document = Document::for_hand(client);
        let touched = Touched::of(&document.shapes());
        Self {
            document,
            touched,
            pile: Pile::default(),
            surroundings: Surroundings::default(),
            revision: 0,
            restored: Restored::default(),
            foreseen: Foreseen::default(),
        }
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// Who edits through this board.
    pub fn client_id(&self) -> ClientId {
        self.document.client_id()
    }

    /// What is known, for a peer to answer with what is not.
    pub fn state_vector(&self) -> StateVector {
        self.document.state_vector()
    }

    /// Everything that a peer with this state vector does not know.
    pub fn diff(&self, known: &StateVector) -> Result<Update, DiffError> {
        self.document.diff(known)
    }

    /// What somebody with this state vector has once they have also got what was made here.
    pub fn with_own(&self, known: &StateVector) -> StateVector {
        self.document.with_clock_of(self.client_id().get(), known)
    }

    /// Whether somebody with this state vector has every edit that is here. False for a vector that cannot be read.
    pub fn is_covered_by(&self, known: &StateVector) -> bool {
        self.document.is_covered_by(known)
    }

    /// Everything.
    pub fn snapshot(&self) -> Update {
        self.document.snapshot()
    }

    /// Everything, in updates of at most so many structs and bytes (but of one struct at least), each complete once those
    /// before it are merged.
    pub fn snapshot_in_pieces(&self, structs_max: usize, bytes_max: usize) -> Vec<Update> {
        let pieces = self.document.diff_in_pieces(&StateVector::empty(), structs_max, bytes_max);
        // The empty vector can be read.
        pieces.unwrap_or_else(|_| vec![self.snapshot()])
    }

    /// Whether a client's edits up to (exclusively) this clock are here: what [`Board::own_clock`] said there, after
    /// the edit.
    pub fn has_seen(&self, client: u64, clock: u32) -> bool {
        self.document.clocks().get(client) >= clock
    }

    /// The clock after this board's own latest edit.
    pub fn own_clock(&self) -> u32 {
        self.document.clocks().get(self.client_id().get())
    }

    /// A shape by its id.
    pub fn shape(&self, id: &ShapeId) -> Option<&Shape> {
        self.pile.get(id)
    }

    /// The number of a shape that is here or was here.
    pub fn slot(&self, id: &ShapeId) -> Option<Slot> {
        self.pile.slot(id)
    }

    /// A shape by its number.
    pub fn at(&self, slot: Slot) -> Option<&Shape> {
        self.pile.at(slot)
    }

    /// All shapes, the lowest in the pile first.
    pub fn shapes(&self) -> impl DoubleEndedIterator<Item = &Shape> {
        self.pile.iter()
    }

    /// Their numbers, in the same order: quicker where few of many shapes are meant.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.pile.slots()
    }

    /// Numbers and ids of what is not locked, the lowest first.
    pub fn free(&self) -> impl Iterator<Item = (Slot, &ShapeId)> {
        self.pile.free()
    }

    /// The frames, in no order that means anything.
    pub fn frames(&self) -> impl Iterator<Item = &Shape> {
        self.pile.frames().filter_map(|id| self.shape(id))
    }

    /// How many shapes there are.
    pub fn len(&self) -> usize {
        self.pile.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What the document says, unknown keys included, as canonical text: equal texts mean equal boards.
    pub fn contents(&self) -> String {
        self.document.contents()
    }

    /// A shape as a new one would be that is like it in everything, unknown keys included: for copies.
    pub fn copy(&self, id: &ShapeId) -> Option<NewShape> {
        let root = self.document.shapes();
        let txn = self.document.transact();
        let map = schema::shape_map(&txn, &root, id.as_str())?;
        let shape = self.shape(id)?;
        let entries = schema::capture(&txn, &map);
        let mut copy = NewShape::new(shape.kind.clone(), stored_fields(&entries)).with_text(&*shape.text);
        copy.spans = shape.spans().to_vec();
        copy.ink = shape.ink.to_vec();
        copy.unknown = entries.into_iter().filter(|entry| !schema::KEYS.contains(&&*entry.key)).collect();
        Some(copy)
    }

    /// A key on top of the pile.
    pub fn order_top(&self, jitter: u64) -> OrderKey {
        OrderKey::above(self.pile.highest(), jitter)
    }

    /// A key at the bottom of the pile.
    pub fn order_bottom(&self, jitter: u64) -> OrderKey {
        match self.pile.lowest() {
            Some(order) => OrderKey::below(order, jitter),
            None => OrderKey::above(None, jitter),
        }
    }

    /// Keys for `count` shapes between two others (`None` is the end of the pile), whatever lies between those now;
    /// `moving` are the shapes that will get the keys. Where there is no room, because keys are equal or as long as
    /// keys may be, what lies above is shifted, as little as will do.
    pub fn order_between(
        &self,
        below: Option<&ShapeId>,
        above: Option<&ShapeId>,
        moving: &[ShapeId],
        count: usize,
        jitter: u64,
    ) -> Placement {
        let (below, above) = (below.and_then(|id| self.shape(id)), above.and_then(|id| self.shape(id)));
        let low = below.map(|shape| &shape.order);
        let mut higher: Vec<&Shape> = above.map_or(vec![], |above| self.pile.from(above).collect());
        higher.retain(|shape| !moving.contains(&shape.id));
        for shifted in 0..=higher.len() {
            let high = higher.get(shifted).map(|shape| &shape.order);
            if let Some(mut keys) = OrderKey::between(low, high, count + shifted, jitter) {
                let shifts = higher.iter().zip(keys.split_off(count));
                let shifts = shifts
                    .map(|(shape, order)| Edit::Set { id: shape.id.clone(), field: crate::Field::Order(order) })
                    .collect();
                return Placement { keys, shifts };
            }
        }
        Placement { keys: vec![OrderKey::above(low, jitter); count], shifts: Vec::new() }
    }
}

/// What is stored, as fields held to the table.
fn stored_fields(entries: &[schema::Entry]) -> Vec<crate::Field> {
    let plain = |entry: &schema::Entry| match &entry.value {
        schema::Stored::Plain(value) if *entry.key != *schema::KIND => crate::field::read(&entry.key, value),
        _ => None,
    };
    entries.iter().filter_map(plain).collect()
}
