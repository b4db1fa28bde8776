//! A board's document as a service holds it: decoded while it is worked on, and only its bytes while little happens. A
//! decoded shape takes some 2.5 KiB, an encoded one 170 bytes, and most boards that somebody has open are looked at.
//!
//! At rest, a small board takes what only overwrites values (a shape that is moved) as one more update behind its bytes,
//! and answers those who have nothing. Everything else decodes it first. It gives the same answers at rest and awake: that is
//! its tests' business. It must not know when to rest.

use bytes::Bytes;

use crate::check::{self, Checked, Piece};
use crate::document::{DiffError, Document, Merged, MergedAll};
use crate::{ClientId, Clocks, StateVector, Update};

/// A longer tail is merged before it takes more: every edit of it is decoded when the board wakes.
const TAIL_UPDATES_MAX: usize = 256;
/// The same in bytes.
const TAIL_BYTES_MAX: usize = 32 * 1024;
/// Edits between two calls of [`ServedDocument::rest`] from which on a board is being worked on.
const BUSY_EDITS: u32 = 8;

/// A document that can rest.
pub struct ServedDocument {
    client: ClientId,
    form: Form,
    /// Edits since it was last asked to rest.
    edits: u32,
    /// Something was asked of it since then that it cannot do at rest.
    was_needed: bool,
}

enum Form {
    Awake(Document),
    AtRest(AtRest),
}

struct AtRest {
    whole: Bytes,
    /// What somebody has who has `whole`.
    vector: StateVector,
    tail: Vec<Bytes>,
    tail_bytes: usize,
    /// Up to where each client's edits are known, the tail's too.
    clocks: Clocks,
}

impl ServedDocument {
    /// Of a document that is decoded.
    pub fn new(document: Document) -> Self {
        Self { client: document.client_id(), form: Form::Awake(document), edits: 0, was_needed: false }
    }

    /// Lets go of all but the bytes, if nothing has happened since the last call that needs more. Whether it rests now.
    pub fn rest(&mut self) -> bool {
        let is_calm = self.edits < BUSY_EDITS && !self.was_needed;
        (self.edits, self.was_needed) = (0, false);
        if let Form::Awake(document) = &self.form
            && is_calm
            && !document.is_broken()
        {
            // Copied, as what was written into has room to spare.
            let whole = Bytes::copy_from_slice(&document.snapshot().0);
            let (vector, clocks) = (document.state_vector(), document.clocks().clone());
            self.form = Form::AtRest(AtRest { whole, vector, tail: Vec::new(), tail_bytes: 0, clocks });
        }
        self.is_at_rest()
    }

    /// Whether it is only bytes now.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.form, Form::AtRest(_))
    }

    /// See [`Document::merge_all`].
    pub fn merge_all(&mut self, updates: &[&[u8]]) -> MergedAll {
        self.edits = self.edits.saturating_add(1);
        if let (Form::AtRest(resting), [update]) = (&mut self.form, updates)
            && let Some(merged) = resting.merge(update)
        {
            return merged;
        }
        self.wake().merge_all(updates)
    }

    /// See [`Document::is_complete`].
    pub fn is_complete(&self, update: &[u8]) -> bool {
        match &self.form {
            Form::Awake(document) => document.is_complete(update),
            Form::AtRest(resting) => {
                check::check(update, &check::OWN).is_ok_and(|checked| resting.clocks.cover(&checked.summary.needs))
            }
        }
    }

    /// See [`Document::state_vector`].
    pub fn state_vector(&self) -> StateVector {
        match &self.form {
            Form::Awake(document) => document.state_vector(),
            Form::AtRest(resting) => resting.state_vector(),
        }
    }

    /// See [`Document::diff`].
    ///
    /// # Errors
    /// The state vector cannot be read.
    pub fn diff(&mut self, known: &StateVector) -> Result<Update, DiffError> {
        if let Form::AtRest(resting) = &self.form
            && resting.tail.is_empty()
            && is_nothing(known)
        {
            return Ok(Update(resting.whole.clone()));
        }
        self.was_needed = true;
        self.wake().diff(known)
    }

    /// See [`Document::diff_in_pieces`].
    ///
    /// # Errors
    /// The state vector cannot be read.
    pub fn diff_in_pieces(
        &mut self,
        known: &StateVector,
        structs_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Update>, DiffError> {
        if let Form::AtRest(resting) = &self.form
            && is_nothing(known)
            && let Some(pieces) = resting.pieces(&Piece { structs_max, bytes_max })
        {
            return Ok(pieces);
        }
        self.was_needed = true;
        self.wake().diff_in_pieces(known, structs_max, bytes_max)
    }

    /// See [`Document::snapshot`].
    pub fn snapshot(&self) -> Update {
        match &self.form {
            Form::Awake(document) => document.snapshot(),
            Form::AtRest(resting) if resting.tail.is_empty() => Update(resting.whole.clone()),
            Form::AtRest(resting) => resting.decode(self.client).snapshot(),
        }
    }

    fn wake(&mut self) -> &mut Document {
        if let Form::AtRest(resting) = &self.form {
            self.form = Form::Awake(resting.decode(self.client));
        }
        match &mut self.form {
            Form::Awake(document) => document,
            Form::AtRest(_) => unreachable!("it was decoded above"),
        }
    }
}

impl AtRest {
    fn state_vector(&self) -> StateVector {
        if self.tail.is_empty() {
            return self.vector.clone();
        }
        StateVector(check::encode_state_vector(&self.clocks).into())
    }

    /// Merges an update that can be merged without looking at the document; nothing if that may not be so.
    fn merge(&mut self, update: &[u8]) -> Option<MergedAll> {
        if self.tail.len() >= TAIL_UPDATES_MAX || self.tail_bytes + update.len() > TAIL_BYTES_MAX {
            return None;
        }
        let Checked { summary, only_overwrites, .. } = check::check(update, &check::WIRE).ok()?;
        if !self.clocks.cover(&summary.needs) {
            let gap = Merged::Gap(self.clocks.missing(&summary.needs));
            return Some(MergedAll { outcomes: vec![Ok(gap)], fresh: None });
        }
        // What brings nothing but known structs may still delete: whether that is news only the document knows.
        let is_fresh = summary.covers.iter().any(|(client, clock)| clock > self.clocks.get(client));
        if !only_overwrites || !is_fresh {
            return None;
        }
        let update = Bytes::copy_from_slice(update);
        self.tail_bytes += update.len();
        self.tail.push(update.clone());
        self.clocks.raise_all(&summary.covers);
        Some(MergedAll { outcomes: vec![Ok(Merged::Applied { fresh: true })], fresh: Some(Update(update)) })
    }

    /// Everything, for who has nothing. Who has something is the document's to answer: a state vector says nothing of
    /// deletions, so not even one that equals ours means that nothing before the tail is missing.
    fn pieces(&self, size: &Piece) -> Option<Vec<Update>> {
        let pieces = check::pieces(&self.whole, size).ok()?;
        Some(
            pieces.into_iter().map(|piece| Update(piece.into())).chain(self.tail.iter().cloned().map(Update)).collect(),
        )
    }

    /// All of it was merged or written by a document before, so it merges again; should it ever not, the document is
    /// broken, as after any other merge that fails.
    fn decode(&self, client: ClientId) -> Document {
        let mut document = Document::new(client);
        for update in std::iter::once(&self.whole).chain(&self.tail) {
            if !matches!(document.load(update), Ok(Merged::Applied { .. })) {
                document.give_up();
            }
        }
        document
    }
}

fn is_nothing(known: &StateVector) -> bool {
    known.0.is_empty() || known.0[..] == [0]
}
