//! An open board on its service: checks, applies, has stored, then acknowledges and shows.
//!
//! It must not know what stores an update or carries a message. Nothing that an update contains leaves the room before
//! the store has it, unless the store is unreachable (`StoreFailed`), in which case everybody is told "not saved".

use bytes::Bytes;
use protocol::lane::{UpdatesDown, UpdatesUp};

/// One gateway's updates lane to this room, numbered by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub u64);

/// What the store holds of a board.
#[derive(Debug, Clone, Default)]
pub struct StoredBoard {
    /// Snapshot: highest log row merged into it, and its bytes.
    pub snapshot: Option<(u64, Bytes)>,
    /// Every remaining log row, ascending.
    pub rows: Vec<(u64, Bytes)>,
    /// Number of the newest row ever written.
    pub head_seq: u64,
}

/// What could not be read while loading; the room opened without it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Bytes to be kept aside, with their row number (`None`: the snapshot) and the reason.
    pub unreadable: Vec<(Option<u64>, Bytes, String)>,
}

/// What happens to a room.
#[derive(Debug, Clone)]
pub enum RoomInput {
    /// A gateway opened its updates lane.
    LaneOpened(LaneId),
    /// The lane has ended; its connections are gone.
    LaneClosed(LaneId),
    /// A message came up a lane.
    Updates(LaneId, UpdatesUp),
    /// Every update up to this number is stored.
    Stored {
        /// Row number.
        through: u64,
    },
    /// The store did not answer; the shell keeps what was given to `Store` and goes on trying.
    StoreFailed,
    /// The snapshot that was given out is stored.
    SnapshotStored {
        /// Row number it merges up to.
        through: u64,
    },
}

/// What a room wants done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomOutput {
    /// Send down a lane.
    Updates(LaneId, UpdatesDown),
    /// Append to the log; answered by `Stored` or `StoreFailed`.
    Store {
        /// Row number: one more than the last.
        seq: u64,
        /// Yjs update.
        update: Bytes,
    },
    /// Write a snapshot that merges all rows up to `through`; answered by `SnapshotStored`.
    Snapshot {
        /// Row number.
        through: u64,
        /// Yjs update of the whole board.
        bytes: Bytes,
    },
}
