//! Updates that build on something unseen: kept apart, bounded, until what they need has come.

use bytes::Bytes;
use protocol::limits::MAX_GAP_BYTES;

use super::Peer;

/// An edit with its sender and the number it wants acknowledged (0: none).
#[derive(Debug, Clone)]
pub(super) struct Gap {
    pub(super) peer: Peer,
    pub(super) seq: u64,
    pub(super) update: Bytes,
}

#[derive(Debug, Default)]
pub(super) struct Gaps {
    waiting: Vec<Gap>,
}

impl Gaps {
    /// Keeps an edit; false when its sender would hold more than `MAX_GAP_BYTES` (GAP-3).
    pub(super) fn hold(&mut self, gap: Gap) -> bool {
        let held: usize =
            self.waiting.iter().filter(|other| other.peer == gap.peer).map(|other| other.update.len()).sum();
        let fits = held + gap.update.len() <= MAX_GAP_BYTES;
        if fits {
            self.waiting.push(gap);
        }
        fits
    }

    /// Takes the oldest edit that is complete now (GAP-2).
    pub(super) fn take_where(&mut self, is_complete: impl Fn(&[u8]) -> bool) -> Option<Gap> {
        let index = self.waiting.iter().position(|gap| is_complete(&gap.update))?;
        Some(self.waiting.remove(index))
    }

    /// The lowest number that this sender waits for.
    pub(super) fn lowest_seq(&self, peer: Peer) -> Option<u64> {
        self.waiting.iter().filter(|gap| gap.peer == peer && gap.seq > 0).map(|gap| gap.seq).min()
    }

    pub(super) fn forget(&mut self, peer: Peer) {
        self.waiting.retain(|gap| gap.peer != peer);
    }
}
