//! The store of a run: the memory store behind outages, lost answers and a clock that jumps, with a witness of all that
//! was ever stored.

use std::collections::BTreeSet;

use board::{ClientId, Document, Merged};
use bytes::Bytes;
use protocol::BoardId;
use storage::memory::State;
use storage::{Append, AppendOutcome, Epoch, NewBoard, Snapshot, SnapshotOutcome};
use sync::StoredBoard;

pub(crate) struct Store {
    pub(crate) board: BoardId,
    pub(crate) state: State,
    pub(crate) is_up: bool,
    /// How much longer than usual a flush takes.
    pub(crate) slow_ms: u64,
    pub(crate) loses_answer: bool,
    /// How far the database's clock is from the virtual one.
    clock_offset_ms: i64,
    /// All rows, as they were stored.
    witness: Document,
    rows: BTreeSet<Bytes>,
    /// Whether what is held has changed since it was last looked through.
    has_changed: bool,
}

impl Store {
    pub(crate) fn new() -> Self {
        let board = BoardId::from_random([1; BoardId::LENGTH]);
        let mut state = State::default();
        let new = NewBoard { id: board.clone(), title: "Plan".to_owned(), links: Vec::new(), content: None };
        state.create_board(0, new).expect("an empty store takes a board");
        let witness = Document::new(ClientId::from_random(0));
        let (is_up, loses_answer, has_changed) = (true, false, false);
        let (slow_ms, clock_offset_ms, rows) = (0, 0, BTreeSet::new());
        Self { board, state, is_up, slow_ms, loses_answer, clock_offset_ms, witness, rows, has_changed }
    }

    pub(crate) fn jump(&mut self, ms: i64) {
        self.clock_offset_ms += ms;
    }

    /// The database's clock.
    pub(crate) fn clock_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.clock_offset_ms)
    }

    /// Appends; `None` where the answer is lost.
    pub(crate) fn append(&mut self, append: Append) -> Option<AppendOutcome> {
        let rows = append.updates.clone();
        let outcome = self.state.append(&[append]).expect("the flush names one board")[0];
        if matches!(outcome, AppendOutcome::Stored { .. }) {
            self.has_changed = true;
            for row in rows {
                let merged = self.witness.merge(&row);
                assert!(matches!(merged, Ok(Merged::Applied { .. })), "rows are stored complete, in order: {merged:?}");
                self.rows.insert(row);
            }
        }
        (!std::mem::take(&mut self.loses_answer)).then_some(outcome)
    }

    /// Saves a snapshot and deletes the rows that it merges.
    pub(crate) fn save_snapshot(&mut self, epoch: Epoch, snapshot: Snapshot) -> SnapshotOutcome {
        self.has_changed = true;
        self.state.save_snapshot(&self.board, epoch, snapshot)
    }

    /// Whatever was stored is there, were the board loaded now.
    ///
    /// # Errors
    /// It is not.
    pub(crate) fn check(&mut self) -> Result<(), String> {
        if std::mem::take(&mut self.has_changed) { self.replay().map(drop) } else { Ok(()) }
    }

    /// Whether there ever was this row.
    pub(crate) fn has_row(&self, update: &Bytes) -> bool {
        self.rows.contains(update)
    }

    /// Whether all that an update says has been stored. If not, the witness is spoiled, and the run lost.
    pub(crate) fn has(&mut self, update: &Bytes) -> bool {
        matches!(self.witness.merge(update), Ok(Merged::Applied { fresh: false }))
    }

    /// What the board holds, read as a service reads it.
    ///
    /// # Errors
    /// It does not replay.
    pub(crate) fn replay(&self) -> Result<Document, String> {
        let loaded = self.state.load(&self.board).expect("the board is there");
        let mut replayed = Document::new(ClientId::from_random(0));
        let stored = stored_board(loaded);
        let snapshot = stored.snapshot.iter().map(|(_, bytes)| bytes);
        for bytes in snapshot.chain(stored.rows.iter().map(|(_, bytes)| bytes)) {
            match replayed.load(bytes) {
                Ok(Merged::Applied { .. }) => {}
                other => return Err(format!("the stored log does not replay: {other:?}")),
            }
        }
        if replayed.contents() == self.witness.contents() {
            Ok(replayed)
        } else {
            Err("the store no longer holds what was stored".to_owned())
        }
    }
}

/// What a board holds in the store, as a room loads it.
pub(crate) fn stored_board(loaded: storage::Loaded) -> StoredBoard {
    StoredBoard {
        snapshot: loaded.snapshot.map(|snapshot| (snapshot.seq, snapshot.bytes)),
        rows: loaded.updates.into_iter().map(|row| (row.seq, row.bytes)).collect(),
        head_seq: loaded.head_seq,
    }
}
