//! When all of a board is encoded: for a snapshot, for a version, and to rest. It must not know lanes.

use bytes::Bytes;
use protocol::limits::{
    REST_UP_TO_BYTES, SNAPSHOT_EVERY_BYTES, SNAPSHOT_EVERY_UPDATES, SNAPSHOT_EVERY_UPDATES_AT_MOST,
};

use super::{Room, RoomOutput};

impl Room {
    /// Whether the board is decoded and small enough not to be: decoding a larger one would be felt.
    #[must_use]
    pub fn may_rest(&self) -> bool {
        !self.document.is_at_rest() && self.snapshot_bytes + self.bytes_since_snapshot <= REST_UP_TO_BYTES
    }

    /// Whether a snapshot is due once everything up to `through` is stored, and all of the board is encoded then. The larger
    /// the board, the longer it waits, as all of it is written; never longer than a cold open can bear. What is applied but
    /// not stored may be in it too: it is a board's content either way, and a board that is never quite stored, under
    /// constant load, needs its snapshots most.
    #[must_use]
    pub fn is_snapshot_due(&self, through: u64) -> bool {
        let updates = self.stored.max(through.min(self.seq)).saturating_sub(self.snapshot_seq);
        let every = (SNAPSHOT_EVERY_UPDATES + self.snapshot_bytes / 2048).min(SNAPSHOT_EVERY_UPDATES_AT_MOST);
        let every_bytes = SNAPSHOT_EVERY_BYTES.max(self.snapshot_bytes / 4);
        updates > 0 && !self.snapshot_under_way && (updates >= every || self.bytes_since_snapshot >= every_bytes)
    }

    /// The whole board: for a version.
    #[must_use]
    pub fn state(&self) -> Bytes {
        self.document.snapshot().0
    }

    /// A snapshot to leave behind when the room is closed; `None` when there is nothing new or something is not stored.
    #[must_use]
    pub fn final_snapshot(&self) -> Option<(u64, Bytes)> {
        let is_worthwhile = self.is_stored() && self.stored > self.snapshot_seq && !self.snapshot_under_way;
        is_worthwhile.then(|| (self.stored, self.document.snapshot().0))
    }

    pub(super) fn snapshot_if_due(&mut self, out: &mut Vec<RoomOutput>) {
        if self.is_snapshot_due(self.stored) {
            self.snapshot_under_way = true;
            let bytes = self.document.snapshot().0;
            self.snapshot_bytes = bytes.len() as u64;
            out.push(RoomOutput::Snapshot { through: self.stored, bytes });
        }
    }
}
