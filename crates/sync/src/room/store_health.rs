//! How the store stands, as the room has told it, and how much has been shown that is not stored.

use protocol::edge::BoardStatus;
use protocol::limits::{MAX_PROVISIONAL_BYTES, MAX_PROVISIONAL_UPDATES};

#[derive(Debug, Default)]
pub(super) struct StoreHealth {
    is_failing: bool,
    updates: usize,
    bytes: usize,
    /// The shell holds as much for all its boards together as it may.
    is_full: bool,
}

impl StoreHealth {
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.is_full || self.updates > MAX_PROVISIONAL_UPDATES || self.bytes > MAX_PROVISIONAL_BYTES
    }

    /// Whether this is news (STORE-1).
    pub(super) fn failed(&mut self) -> bool {
        !std::mem::replace(&mut self.is_failing, true)
    }

    /// Everything is stored: whether this is news (STORE-3).
    pub(super) fn recovered(&mut self) -> bool {
        std::mem::take(self).is_failing
    }

    /// More is shown without being stored; whether the bound was passed just now (STORE-2).
    pub(super) fn grow(&mut self, updates: usize, bytes: usize) -> bool {
        let was_read_only = self.is_read_only();
        self.updates += updates;
        self.bytes += bytes;
        !was_read_only && self.is_read_only()
    }

    /// The shell can hold no more; whether the bound was passed just now (STORE-2).
    pub(super) fn fill(&mut self) -> bool {
        let was_read_only = self.is_read_only();
        self.is_full = true;
        !was_read_only
    }

    /// What somebody who joins now has to be told; `None` while all is well.
    pub(super) fn told(&self) -> Option<BoardStatus> {
        match (self.is_failing, self.is_read_only()) {
            (false, _) => None,
            (true, false) => Some(BoardStatus::NotSaved),
            (true, true) => Some(BoardStatus::ReadOnly),
        }
    }
}
