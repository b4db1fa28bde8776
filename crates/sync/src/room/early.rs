//! An answer to the first joins of a board, from what the store holds: decoding a large board takes longer than sending
//! it. The bytes pass the same walk as every update before anybody gets them.

use board::{StateVector, Update};
use bytes::Bytes;
use protocol::limits::{STATE_CHUNK_BYTES, STATE_CHUNK_STRUCTS};

use super::StoredBoard;
use super::join::{EMPTY_UPDATE, Whole, chunks};

/// Boards whose snapshot is shorter than this are loaded as fast as they are answered early.
const WORTHWHILE_BYTES: usize = 64 * 1024;

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
        let (seq, snapshot) = stored.snapshot.as_ref().filter(|(_, bytes)| bytes.len() >= WORTHWHILE_BYTES)?;
        let snapshot_vector = board::joint_state_vector([&snapshot[..]])?;
        let state_vector = if stored.rows.is_empty() {
            snapshot_vector.clone()
        } else {
            let rows = stored.rows.iter().map(|(_, bytes)| &bytes[..]);
            board::joint_state_vector(std::iter::once(&snapshot[..]).chain(rows))?
        };
        let pieces = board::in_pieces(snapshot, STATE_CHUNK_STRUCTS, STATE_CHUNK_BYTES).ok()?;
        let whole = Whole::new(*seq, pieces, snapshot_vector);
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
