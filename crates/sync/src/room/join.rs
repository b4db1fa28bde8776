//! The answer to a join: the state since what the joiner has, in chunks that are updates of their own, compressed when it
//! pays.

use board::{DiffError, Document, StateVector};
use bytes::Bytes;
use protocol::edge::{EdgeMessage, StateChunk};
use protocol::limits::{COMPRESS_FROM_BYTES, STATE_CHUNK_BYTES, STATE_CHUNK_STRUCTS};

/// The encoded answer to those who have nothing, kept while the room does not change: many join at once.
#[derive(Debug, Default)]
pub(super) struct JoinCache {
    whole: Option<(u64, Vec<Bytes>)>,
}

impl JoinCache {
    /// The messages of a join, in order.
    ///
    /// # Errors
    /// The state vector cannot be read.
    pub(super) fn chunks(
        &mut self,
        document: &Document,
        seq: u64,
        state_vector: &[u8],
    ) -> Result<Vec<Bytes>, DiffError> {
        let has_nothing = state_vector.is_empty() || state_vector == [0];
        if !has_nothing {
            return encode(document, &StateVector(Bytes::copy_from_slice(state_vector)));
        }
        if let Some((cached_seq, chunks)) = &self.whole
            && *cached_seq == seq
        {
            return Ok(chunks.clone());
        }
        let chunks = encode(document, &StateVector(Bytes::from_static(&[0])))?;
        self.whole = Some((seq, chunks.clone()));
        Ok(chunks)
    }
}

fn encode(document: &Document, since: &StateVector) -> Result<Vec<Bytes>, DiffError> {
    let pieces = document.diff_in_pieces(since, STATE_CHUNK_STRUCTS, STATE_CHUNK_BYTES)?;
    let own_vector = document.state_vector().0;
    let count = pieces.len();
    let chunk = |(index, piece): (usize, board::Update)| {
        let update = piece.0;
        let update_bytes = update.len() as u64;
        let compressed = update.len() >= COMPRESS_FROM_BYTES;
        let bytes = if compressed { Bytes::from(protocol::compress(&update)) } else { update };
        let last = index + 1 == count;
        let state_vector: &[u8] = if last { &own_vector } else { &[] };
        let chunk = StateChunk { last, compressed, update_bytes, state_vector, bytes: &bytes };
        Bytes::from(EdgeMessage::StateChunk(chunk).encode())
    };
    Ok(pieces.into_iter().enumerate().map(chunk).collect())
}
