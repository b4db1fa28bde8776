//! What came from others and is not stored yet, for the browser's copy of the board: the copy takes only what the store has
//! (COPY-1), lest something that was lost comes back with nobody to save it. It must not know what an update says.

use bytes::Bytes;
use protocol::edge::BoardStatus;
use protocol::limits::MAX_PROVISIONAL_BYTES;

use super::ClientOutput;

/// The Yjs update that changes nothing.
const EMPTY_UPDATE: &[u8] = &[0, 0];

#[derive(Debug, Default)]
pub(super) struct Held {
    updates: Vec<Bytes>,
    bytes: usize,
    /// Something was shown here of which the store may never have heard.
    has_doubts: bool,
}

impl Held {
    /// An update came while the store was so.
    pub(super) fn take(&mut self, update: Bytes, store: BoardStatus, out: &mut Vec<ClientOutput>) {
        if update[..] == *EMPTY_UPDATE {
            return;
        }
        if store == BoardStatus::Healthy {
            out.push(ClientOutput::Stored(update));
            return;
        }
        self.bytes += update.len();
        if self.bytes > MAX_PROVISIONAL_BYTES {
            // More than a room shows unsaved. What the copy lacks the next join brings.
            self.link_lost();
        } else {
            self.updates.push(update);
        }
    }

    /// "Healthy" says that all that was shown is stored.
    pub(super) fn hear(&mut self, store: BoardStatus, out: &mut Vec<ClientOutput>) {
        if store == BoardStatus::Healthy {
            out.extend(self.updates.drain(..).map(ClientOutput::Stored));
            self.bytes = 0;
        }
    }

    /// Nobody will say any more whether this was stored.
    pub(super) fn link_lost(&mut self) {
        self.has_doubts |= !self.updates.is_empty();
        self.updates.clear();
        self.bytes = 0;
    }

    /// Whether everything that came is stored.
    pub(super) fn is_clean(&self) -> bool {
        !self.has_doubts && self.updates.is_empty()
    }
}
