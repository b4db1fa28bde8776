//! An answer to the first joins of a board, from what the store holds: decoding a large board takes longer than sending
//! it. Its bytes are known to be what was written (by their sum), or pass the same walk as every update, before anybody
//! gets them.

use board::{StateVector, Update};
use bytes::Bytes;

use super::StoredBoard;
use super::join::{EMPTY_UPDATE, Whole, chunks};
use super::packed::{self, PACK_FROM_BYTES, Packed};

/// What somebody who has nothing is sent while the room is being loaded.
#[derive(Debug)]
pub struct EarlyAnswer {
    messages: Vec<Bytes>,
    /// What they have then.
    state_vector: StateVector,
    whole: Whole,
}

impl EarlyAnswer {
    /// Of a board that has a snapshot and is whole; nothing if anything of it cannot be read, which loading reports.
    #[must_use]
    pub fn of(stored: &StoredBoard) -> Option<Self> {
        let (seq, snapshot) = stored.snapshot.as_ref()?;
        let packed = match packed::is_packed(snapshot) {
            true => Packed::of_stored(snapshot)?,
            // Loaded as fast as it is answered early.
            false if snapshot.len() < PACK_FROM_BYTES => return None,
            false => Packed::of_update(snapshot)?,
        };
        let rows = stored.rows.iter().map(|(_, bytes)| &bytes[..]);
        let state_vector = board::joint_state_vector(&packed.state_vector, rows)?;
        let whole = Whole::new(*seq, packed);
        let mut messages = whole.chunks().to_vec();
        let rows = stored.rows.iter().map(|(_, bytes)| bytes.clone());
        let rest = rows.chain([Bytes::from_static(EMPTY_UPDATE)]).map(Update).collect();
        messages.extend(chunks(rest, Some(&state_vector)));
        Some(Self { messages, state_vector, whole })
    }

    /// The messages of a join, in order.
    #[must_use]
    pub fn messages(&self) -> &[Bytes] {
        &self.messages
    }

    /// What somebody has who was sent them.
    #[must_use]
    pub fn state_vector(&self) -> &StateVector {
        &self.state_vector
    }

    /// The encoded board, for the room's later joins.
    pub(super) fn into_whole(self) -> Whole {
        self.whole
    }
}
