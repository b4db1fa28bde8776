//! Whether the link lives: what was heard last, and what was asked since. It must not know what is said.
//!
//! A tab in the background is woken seldom, so silence alone proves nothing: only a question without an answer does.

use protocol::limits::{LINK_ANSWER_MS, LINK_QUIET_MS};

/// What is to be done about the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// Nothing.
    Fine,
    /// Ask for a sign of life.
    Ask,
    /// Nobody is there any more.
    Dead,
}

#[derive(Debug, Default)]
pub(super) struct Pulse {
    heard_ms: u64,
    asked_ms: Option<u64>,
}

impl Pulse {
    /// Something came, or the link has just been opened.
    pub(super) fn hear(&mut self, now_ms: u64) {
        self.heard_ms = now_ms;
        self.asked_ms = None;
    }

    /// For how long nothing has come.
    pub(super) fn silent_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.heard_ms)
    }

    /// To be called while the link is open.
    pub(super) fn beat(&mut self, now_ms: u64) -> Beat {
        match self.asked_ms {
            Some(asked_ms) if now_ms.saturating_sub(asked_ms) > LINK_ANSWER_MS => Beat::Dead,
            Some(_) => Beat::Fine,
            None if self.silent_ms(now_ms) >= LINK_QUIET_MS => {
                self.asked_ms = Some(now_ms);
                Beat::Ask
            }
            None => Beat::Fine,
        }
    }

    /// When `beat` has something to say.
    pub(super) fn due_ms(&self) -> u64 {
        self.asked_ms.map_or(self.heard_ms + LINK_QUIET_MS, |asked_ms| asked_ms + LINK_ANSWER_MS + 1)
    }

    /// When a link that says nothing at all has been silent for so long.
    pub(super) fn silent_at_ms(&self, patience_ms: u64) -> u64 {
        self.heard_ms + patience_ms + 1
    }
}
