//! The contract of what people do on a board besides drawing: records of text, numbered by change. Must not know what a
//! record says, nor any engine.
//!
//! Who changes a record reads it, decides, and puts it back only where nobody else has put it meanwhile; so the rules stay
//! with whoever knows what records say, and no lock outlives a statement.

use async_trait::async_trait;
use protocol::BoardId;

use crate::Error;

/// Changes back to which records that are gone stay known.
pub const GONE_KEPT: u64 = 100;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRecord {
    /// Names it among those of its board.
    pub id: String,
    /// Number of its last change; rises over all records of the board.
    pub seq: u64,
    /// Empty when it is gone.
    pub value: String,
}

/// Some records of a board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingPage {
    /// Number of the board's newest change; 0 before the first.
    pub head_seq: u64,
    /// The store's clock: milliseconds since 1970.
    pub now_ms: u64,
    /// By number, rising.
    pub records: Vec<MeetingRecord>,
}

/// A record to be put.
#[derive(Debug, Clone, Copy)]
pub struct MeetingPut<'a> {
    /// Names it among those of its board.
    pub id: &'a str,
    /// The number that it was read with; 0 where there was none.
    pub expected_seq: u64,
    /// Empty: it is gone from now on.
    pub value: &'a str,
}

/// Boards whose records changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingChanges {
    /// The store's clock when it looked: milliseconds since 1970.
    pub now_ms: u64,
    /// Each with the number of its newest change, in no order.
    pub heads: Vec<(BoardId, u64)>,
}

/// The part of a store that holds them. [`Storage`](crate::Storage) tells how calls fail and are repeated.
#[async_trait]
pub trait Meeting: Send + Sync + 'static {
    /// The records of a board that changed after `after_seq`. With 0, all that are not gone; otherwise those that went too,
    /// as far as they are known: see [`GONE_KEPT`]. Empty for an unknown board.
    async fn meeting(&self, board: &BoardId, after_seq: u64) -> Result<MeetingPage, Error>;

    /// One record, if it is there, alone on its page.
    async fn meeting_record(&self, board: &BoardId, id: &str) -> Result<MeetingPage, Error>;

    /// Puts a record; gives its number, or `None` where somebody else has put it since it was read.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Full`] where the board would have more than
    /// `limits::MAX_MEETING_RECORDS`, [`Error::Conflict`] where a text holds a NUL.
    async fn put_meeting_record(&self, board: &BoardId, put: MeetingPut<'_>) -> Result<Option<u64>, Error>;

    /// The boards whose records changed at `since_ms` or later by the store's clock; none for `None`, which only asks for
    /// the time. A change becomes visible up to a few seconds after its time: look back that far.
    async fn meeting_changes(&self, since_ms: Option<u64>) -> Result<MeetingChanges, Error>;
}
