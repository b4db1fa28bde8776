//! A board as bytes: what the service holds. Merges checked updates, answers state vectors; must not know shapes.
//!
//! Invariant: the yrs document inside never has anything pending. An update with a gap is not applied at all, so that
//! yrs and Yjs, which treat gaps differently, never get one (`docs/decisions/0004-clamping-and-clock-gaps.md`).

use std::collections::BTreeMap;

use bytes::Bytes;
use thiserror::Error;
use yrs::branch::BranchID;
use yrs::updates::decoder::Decode;
use yrs::{Doc, Map, MapRef, OffsetKind, Options, Out, ReadTxn, Transact, TransactionMut, WriteTxn};

use crate::check::{self, Checked, DEPTH_MAX};
use crate::schema::Entry;
use crate::{CheckError, ClientId, Clocks, Needs, StateVector, Update, contents, schema};

/// A board's document.
pub struct Document {
    client: ClientId,
    doc: Doc,
    clocks: Clocks,
    broken: bool,
}

/// What merging an update did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// It is part of the document now; `fresh` if it was not before.
    Applied {
        /// Whether it said anything new.
        fresh: bool,
    },
    /// It builds on something unseen and was not applied: ask for this.
    Gap(Needs),
}

/// What merging several updates in one transaction did.
#[derive(Clone, Debug)]
pub struct MergedAll {
    /// Of each update. All that were applied are called fresh if any of them was.
    pub outcomes: Vec<Result<Merged, MergeError>>,
    /// All that was new in them, as one update: what others have to be told.
    pub fresh: Option<Update>,
}

impl MergedAll {
    fn broken(updates: usize) -> Self {
        Self { outcomes: vec![Err(MergeError::Broken); updates], fresh: None }
    }
}

/// Why an update was not merged.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum MergeError {
    /// The bytes are no acceptable update. The document is as it was.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The update hangs something below what can hold nothing. The document is as it was.
    #[error("an item's parent is not a shared type")]
    Parent,
    /// The update passed every check, yet could not be applied as a whole. The document must be loaded anew.
    #[error("the document is broken and must be loaded anew")]
    Broken,
}

/// Why a state vector was not answered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not an acceptable state vector: {0}")]
pub struct DiffError(#[from] CheckError);

impl Document {
    /// An empty document. The client id is what this copy's own edits carry.
    pub fn new(client: ClientId) -> Self {
        Self::with_garbage(client, false)
    }

    /// An empty document for somebody's hand: what is deleted stays in memory for as long as the copy is open. Collecting
    /// it takes yrs a move of everything behind it for each shape: two minutes for 50,000 shapes that were moved twenty
    /// times, and nothing when it is left. Whoever stores the board collects it.
    pub(crate) fn for_hand(client: ClientId) -> Self {
        Self::with_garbage(client, true)
    }

    fn with_garbage(client: ClientId, skip_gc: bool) -> Self {
        let mut options = Options::with_guid_and_client_id(String::new().into(), yrs::ClientID::new(client.get()));
        options.offset_kind = OffsetKind::Utf16;
        options.skip_gc = skip_gc;
        let doc = Doc::with_options(options);
        // The root exists from the start: a type that is not yet known would not be observed.
        let _root = doc.transact_mut().get_or_insert_map(schema::SHAPES);
        Self { client, doc, clocks: Clocks::new(), broken: false }
    }

    /// Who edits through this copy.
    pub fn client_id(&self) -> ClientId {
        self.client
    }

    /// Checks an update from outside and merges it, whole or not at all.
    pub fn merge(&mut self, update: &[u8]) -> Result<Merged, MergeError> {
        self.merge_within(&[update], &check::WIRE).outcomes.pop().unwrap_or(Err(MergeError::Broken))
    }

    /// The same for several, in order and in one transaction: each is merged or not for itself.
    pub fn merge_all(&mut self, updates: &[&[u8]]) -> MergedAll {
        self.merge_within(updates, &check::WIRE)
    }

    /// Merges what was merged before: a stored row, a server's answer. The same checks, but without the limits on
    /// structs, values and clients, which a long-lived board outgrows.
    pub fn load(&mut self, update: &[u8]) -> Result<Merged, MergeError> {
        self.merge_within(&[update], &check::OWN).outcomes.pop().unwrap_or(Err(MergeError::Broken))
    }

    fn merge_within(&mut self, updates: &[&[u8]], limits: &check::Limits) -> MergedAll {
        if self.broken {
            return MergedAll::broken(updates.len());
        }
        let mut txn = self.doc.transact_mut();
        let mut outcomes = Vec::with_capacity(updates.len());
        for update in updates {
            match merge_into(&mut txn, &mut self.clocks, update, limits) {
                Err(MergeError::Broken) => {
                    self.broken = true;
                    drop(txn);
                    return MergedAll::broken(updates.len());
                }
                outcome => outcomes.push(outcome),
            }
        }
        txn.commit();
        self.broken = txn.has_missing_updates() || deepest_change(&txn) > DEPTH_MAX;
        if self.broken {
            return MergedAll::broken(updates.len());
        }
        let is_fresh = txn.has_changes();
        let mut merged = updates.iter().zip(&mut outcomes).filter_map(|(update, outcome)| match outcome {
            Ok(Merged::Applied { fresh }) => {
                *fresh = is_fresh;
                Some(*update)
            }
            Ok(Merged::Gap(_)) | Err(_) => None,
        });
        let (first, others) = (merged.next(), merged.count());
        let fresh = first.filter(|_| is_fresh).map(|first| match others {
            0 => Update(Bytes::copy_from_slice(first)),
            _ => Update(Bytes::from(txn.encode_update_v1())),
        });
        MergedAll { outcomes, fresh }
    }

    /// Whether everything in `needs` is known.
    pub fn knows(&self, needs: &Needs) -> bool {
        self.clocks.cover(needs)
    }

    /// Whether an update would leave no gap. An unacceptable update never does.
    pub fn is_complete(&self, update: &[u8]) -> bool {
        check::check(update, &check::OWN).is_ok_and(|checked| self.knows(&checked.summary.needs))
    }

    /// Up to where each client's edits are known.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// What is known, for a peer to answer with what is not.
    pub fn state_vector(&self) -> StateVector {
        StateVector(check::encode_state_vector(&self.clocks).into())
    }

    /// A state vector with one client's clock as far as it is known here. One that cannot be read stays as it is.
    pub fn with_clock_of(&self, client: u64, known: &StateVector) -> StateVector {
        let Ok(mut known) = check::read_state_vector(&known.0) else { return known.clone() };
        known.raise(client, self.clocks.get(client));
        StateVector(check::encode_state_vector(&known).into())
    }

    /// Everything that a peer with this state vector does not know, and all deletions.
    pub fn diff(&self, known: &StateVector) -> Result<Update, DiffError> {
        let known: Clocks = check::read_state_vector(&known.0)?;
        let vector = known.iter().map(|(client, clock)| (yrs::ClientID::new(client), clock)).collect();
        Ok(Update(Bytes::from(self.doc.transact().encode_diff_v1(&vector))))
    }

    /// The same as [`Document::diff`] in updates of at most so many structs and bytes (but of one struct at least), each
    /// complete once those before it are merged: a reader can do other things between them.
    pub fn diff_in_pieces(
        &self,
        known: &StateVector,
        structs_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Update>, DiffError> {
        let whole = self.diff(known)?;
        Ok(match check::pieces(&whole.0, &check::Piece { structs_max, bytes_max }) {
            Ok(pieces) => pieces.into_iter().map(|piece| Update(piece.into())).collect(),
            // What yrs writes can be read; should it ever not be, it goes as it is.
            Err(_) => vec![whole],
        })
    }

    /// Whether somebody with this state vector has every edit that is here. False for a vector that cannot be read.
    pub fn is_covered_by(&self, known: &StateVector) -> bool {
        check::read_state_vector(&known.0).is_ok_and(|known| known.cover(&self.clocks))
    }

    /// Everything.
    pub fn snapshot(&self) -> Update {
        Update(Bytes::from(self.doc.transact().encode_diff_v1(&yrs::StateVector::default())))
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// It does not hold what it should: it must be loaded anew.
    pub(crate) fn give_up(&mut self) {
        self.broken = true;
    }

    /// Whether nobody has ever written anything.
    pub fn is_empty(&self) -> bool {
        self.clocks.is_empty()
    }

    /// What the document says, as canonical text: equal texts mean equal boards, whatever their histories.
    pub fn contents(&self) -> String {
        let txn = self.doc.transact();
        contents::text(&txn, &self.shapes())
    }

    pub(crate) fn shapes(&self) -> MapRef {
        let txn = self.doc.transact();
        txn.get_map(schema::SHAPES).expect("the root was made with the document")
    }

    /// Deep copies of all shapes, by their id as it is stored.
    pub(crate) fn captured(&self) -> BTreeMap<String, Vec<Entry>> {
        let (root, txn) = (self.shapes(), self.doc.transact());
        let shapes = root.iter(&txn).filter_map(|(id, value)| match value {
            Out::YMap(map) => Some((id.to_owned(), schema::capture(&txn, &map))),
            _ => None,
        });
        shapes.collect()
    }

    pub(crate) fn transact(&self) -> yrs::Transaction<'_> {
        self.doc.transact()
    }

    /// Runs an own transaction and returns what to tell the others, if anything changed.
    pub(crate) fn edit<R>(&mut self, run: impl FnOnce(&mut TransactionMut, &MapRef) -> R) -> (R, Option<Update>) {
        let root = self.shapes();
        let mut txn = self.doc.transact_mut();
        let result = run(&mut txn, &root);
        txn.commit();
        let update = txn.has_changes().then(|| Update(Bytes::from(txn.encode_update_v1())));
        let clock = txn.store().get_local_state();
        drop(txn);
        self.clocks.raise(self.client.get(), clock);
        (result, update)
    }
}

/// Applies one update whole or not at all; `Broken` leaves the document half changed.
fn merge_into(
    txn: &mut TransactionMut,
    clocks: &mut Clocks,
    update: &[u8],
    limits: &check::Limits,
) -> Result<Merged, MergeError> {
    let checked = check::check(update, limits)?;
    if !clocks.cover(&checked.summary.needs) {
        return Ok(Merged::Gap(clocks.missing(&checked.summary.needs)));
    }
    check_parents(txn, clocks, &checked)?;
    let pieces: Vec<&[u8]> = match checked.batches.is_empty() {
        true => vec![update],
        false => checked.batches.iter().map(Vec::as_slice).collect(),
    };
    let decode = |piece: &&[u8]| yrs::Update::decode_v1(piece).map_err(|_| CheckError::Undecodable);
    let decoded = pieces.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    for piece in decoded {
        txn.apply_update(piece).map_err(|_| MergeError::Broken)?;
    }
    clocks.raise_all(&checked.summary.covers);
    Ok(Merged::Applied { fresh: false })
}

/// yrs refuses an item below what is no shared type only after it has applied what came before, so this is asked
/// first. A parent that is gone altogether is lawful: somebody wrote to what another deleted.
fn check_parents(txn: &TransactionMut, clocks: &Clocks, checked: &Checked) -> Result<(), MergeError> {
    let mut deleted = None;
    let known = checked.parents.iter().filter(|(client, clock)| *clock < clocks.get(*client));
    for (client, clock) in known {
        let id = yrs::ID::new(yrs::ClientID::new(*client), *clock);
        let is_parent = BranchID::get_nested(txn, &id).is_some();
        if !is_parent && !deleted.get_or_insert_with(|| txn.snapshot().delete_set).contains(&id) {
            return Err(MergeError::Parent);
        }
    }
    Ok(())
}

/// How many shared types lie on the way from the root to the deepest type that was changed.
fn deepest_change(txn: &TransactionMut) -> usize {
    let (mut deepest, mut depth) = (0, 0);
    // The list holds, for each changed type, the type and its parents up to the root.
    for branch in txn.changed_parent_types() {
        depth += 1;
        if matches!(branch.id(), BranchID::Root(_)) {
            deepest = depth.max(deepest);
            depth = 0;
        }
    }
    deepest.max(depth)
}
