//! What a person is told about their work: always true, never alarming.

use protocol::ErrorCode;
use protocol::edge::BoardStatus;

/// The state of this person's work on this board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The first connection is being made.
    Connecting,
    /// Joined; everything made here is stored.
    Saved,
    /// Joined; something made here is on its way to the store.
    Saving,
    /// No link; this many changes are kept in this browser.
    Offline {
        /// Unacknowledged changes that the log has.
        kept: usize,
    },
    /// The board is on its way to another service; this many changes are kept in this browser.
    Reconnecting {
        /// Unacknowledged changes that the log has.
        kept: usize,
    },
    /// Joined, but the server's store does not answer; changes are kept here.
    NotSaved {
        /// Unacknowledged changes that the log has.
        kept: usize,
    },
    /// Joined, but so much waits for the server's store that nothing more is taken; changes are kept here.
    Paused {
        /// Unacknowledged changes that the log has.
        kept: usize,
    },
    /// Joined, but this link only allows to look.
    ViewOnly,
    /// This page is older than the board; it must be reloaded before editing.
    Outdated,
    /// The conversation has ended for this reason.
    Refused {
        /// Why.
        code: ErrorCode,
        /// Unacknowledged changes that the log has.
        kept: usize,
    },
}

/// All that the status depends on.
pub(super) struct View {
    pub ended: Option<ErrorCode>,
    /// Or so lately that nobody needs to know of the pause.
    pub is_joined: bool,
    pub is_rejoining: bool,
    pub has_failed: bool,
    pub may_write: bool,
    pub is_outdated: bool,
    pub store: BoardStatus,
    /// Unacknowledged changes.
    pub pending: usize,
    /// Those of them that the log has; a change is not "kept" before.
    pub kept: usize,
}

impl View {
    pub(super) fn status(&self) -> Status {
        let kept = self.kept;
        match (self.ended, self.is_joined) {
            (Some(code), _) => Status::Refused { code, kept },
            (None, false) if self.is_rejoining => Status::Reconnecting { kept },
            (None, false) if self.has_failed || self.pending > 0 => Status::Offline { kept },
            (None, false) => Status::Connecting,
            (None, true) if self.is_outdated => Status::Outdated,
            (None, true) if !self.may_write => Status::ViewOnly,
            (None, true) if self.store == BoardStatus::ReadOnly => Status::Paused { kept },
            (None, true) if self.store != BoardStatus::Healthy => Status::NotSaved { kept },
            (None, true) if self.pending > 0 => Status::Saving,
            (None, true) => Status::Saved,
        }
    }
}
