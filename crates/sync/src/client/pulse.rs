//! Whether the link lives: what was heard last, and what was asked since. It must not know what is said.
//!
//! A tab in the background is woken seldom, so silence alone proves nothing: only a question without an answer does.

use protocol::limits::{LINK_ANSWER_MS, LINK_DOUBT_MS, LINK_QUIET_MS};

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
    /// Until when what was asked is to be answered.
    answer_by_ms: Option<u64>,
}

impl Pulse {
    /// Something came, or the link has just been opened.
    pub(super) fn hear(&mut self, now_ms: u64) {
        self.heard_ms = now_ms;
        self.answer_by_ms = None;
    }

    /// The link may be dead: it has to answer soon. Says whether to ask, as nobody has yet.
    pub(super) fn doubt(&mut self, now_ms: u64) -> bool {
        let (soon_ms, was_asked) = (now_ms + LINK_DOUBT_MS, self.answer_by_ms);
        self.answer_by_ms = Some(was_asked.map_or(soon_ms, |by_ms| by_ms.min(soon_ms)));
        was_asked.is_none()
    }

    /// For how long nothing has come.
    pub(super) fn silent_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.heard_ms)
    }

    /// To be called while the link is open.
    pub(super) fn beat(&mut self, now_ms: u64) -> Beat {
        match self.answer_by_ms {
            Some(by_ms) if now_ms > by_ms => Beat::Dead,
            Some(_) => Beat::Fine,
            None if self.silent_ms(now_ms) >= LINK_QUIET_MS => {
                self.answer_by_ms = Some(now_ms + LINK_ANSWER_MS);
                Beat::Ask
            }
            None => Beat::Fine,
        }
    }

    /// When `beat` has something to say.
    pub(super) fn due_ms(&self) -> u64 {
        self.answer_by_ms.map_or(self.heard_ms + LINK_QUIET_MS, |by_ms| by_ms + 1)
    }

    /// When a link that says nothing at all has been silent for so long.
    pub(super) fn silent_at_ms(&self, patience_ms: u64) -> u64 {
        self.heard_ms + patience_ms + 1
    }
}
