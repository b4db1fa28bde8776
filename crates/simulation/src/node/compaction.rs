//! A service's snapshots: made when a few rows have come together, written while the board goes on, so that anything may
//! happen between. It must not know what a snapshot holds.

use storage::{Snapshot, SnapshotOutcome};
use sync::RoomInput;

use super::{Node, Outs};
use crate::mutant::Mutant;
use crate::store::Store;

/// Rows after which a snapshot is made: few, so that compaction is under way whenever something breaks.
const SNAPSHOT_ROWS: u64 = 5;
/// How long it takes to write one.
pub(super) const SNAPSHOT_MS: u64 = 40;

impl Node {
    pub(super) fn begin_snapshot(&mut self, now_ms: u64) {
        let Some(open) = self.open_mut() else { return };
        if open.snapshot.is_none()
            && open.head_seq >= open.snapshot_seq + SNAPSHOT_ROWS
            && let Some((seq, bytes)) = open.room.final_snapshot()
        {
            open.snapshot = Some((now_ms + SNAPSHOT_MS, Snapshot { seq, bytes }));
        }
    }

    pub(super) fn write_snapshot(&mut self, now_ms: u64, store: &mut Store, outs: &mut Outs) {
        let reaches_store = self.reaches(store, now_ms);
        let compacts_too_much = self.mutant == Some(Mutant::CompactsOneTooMany);
        let Some(open) = self.open_mut() else { return };
        let Some((_, mut snapshot)) = open.snapshot.take_if(|(at_ms, _)| *at_ms <= now_ms) else { return };
        let through = snapshot.seq;
        if compacts_too_much && open.head_seq > through {
            snapshot.seq += 1;
        }
        open.snapshot_seq = through;
        let outcome = reaches_store.then(|| store.save_snapshot(open.epoch, snapshot));
        if outcome == Some(SnapshotOutcome::Fenced) {
            return self.lose(now_ms, outs);
        }
        self.room(now_ms, RoomInput::SnapshotStored { through: outcome.map(|_| through) }, outs);
    }
}
