//! The answer to a join: the state since what the joiner has, in chunks that are updates of their own, compressed when it
//! pays.

use board::{DiffError, ServedDocument, StateVector, Update};
use bytes::Bytes;
use protocol::edge::{EdgeMessage, StateChunk};
use protocol::limits::{COMPRESS_FROM_BYTES, STATE_CHUNK_BYTES, STATE_CHUNK_STRUCTS};

use super::packed::Packed;

/// A board is encoded whole again when what has happened since is longer than this part of it.
const REST_PART: usize = 8;
/// Less than this is always fine.
const SHORT_REST_BYTES: usize = 4 * 1024;
/// The Yjs update that changes nothing.
pub(super) const EMPTY_UPDATE: &[u8] = &[0, 0];

/// The encoded answer to those who have nothing. Many join at once, and people draw meanwhile: the board as it was, and
/// what has happened since as a second update behind it.
#[derive(Debug, Default)]
pub(super) struct JoinCache {
    /// Boxed: most boards are at rest, and keep none.
    whole: Option<Box<Whole>>,
}

/// A board as it was, in chunks that more chunks must follow.
#[derive(Debug)]
pub(super) struct Whole {
    /// Number of the newest row that is in it.
    seq: u64,
    packed: Packed,
    /// The chunks that follow, up to this row: what has happened since.
    rest: Option<(u64, Vec<Bytes>)>,
}

impl JoinCache {
    /// The messages of a join, in order.
    ///
    /// # Errors
    /// The state vector cannot be read.
    pub(super) fn messages(
        &mut self,
        document: &mut ServedDocument,
        seq: u64,
        state_vector: &[u8],
    ) -> Result<Vec<Bytes>, DiffError> {
        let has_nothing = state_vector.is_empty() || state_vector == [0];
        if !has_nothing {
            let known = StateVector(Bytes::copy_from_slice(state_vector));
            return Ok(chunks(diff(document, &known)?, Some(&document.state_vector())));
        }
        if let Some(whole) = &mut self.whole
            && let Some(messages) = whole.with_rest(document, seq)?
        {
            return Ok(messages);
        }
        let pieces = diff(document, &StateVector::empty())?;
        let mut whole = Box::new(Whole::new(seq, Packed::new(pieces, document.state_vector())));
        let messages = whole.with_rest(document, seq)?.unwrap_or_default();
        self.whole = Some(whole);
        Ok(messages)
    }

    /// Keeps an encoding that was made elsewhere.
    pub(super) fn keep(&mut self, whole: Whole) {
        self.whole = Some(Box::new(whole));
    }
}

impl Whole {
    /// A board as it was after a row.
    pub(super) fn new(seq: u64, packed: Packed) -> Self {
        Self { seq, packed, rest: None }
    }

    /// The chunks of it alone.
    pub(super) fn chunks(&self) -> &[Bytes] {
        &self.packed.chunks
    }

    /// The chunks, and what has happened since; nothing if that is too much.
    fn with_rest(&mut self, document: &mut ServedDocument, seq: u64) -> Result<Option<Vec<Bytes>>, DiffError> {
        if self.rest.as_ref().is_none_or(|(through, _)| *through != seq) {
            let own_vector = document.state_vector();
            // By the row, not by the vector: a deletion changes no vector.
            let rest = match self.seq == seq {
                true => vec![Update(Bytes::from_static(EMPTY_UPDATE))],
                false => diff(document, &self.packed.state_vector)?,
            };
            if rest.iter().map(|piece| piece.0.len()).sum::<usize>()
                > SHORT_REST_BYTES.max(self.packed.update_bytes / REST_PART)
            {
                return Ok(None);
            }
            self.rest = Some((seq, chunks(rest, Some(&own_vector))));
        }
        let rest = self.rest.iter().flat_map(|(_, chunks)| chunks);
        Ok(Some(self.packed.chunks.iter().chain(rest).cloned().collect()))
    }
}

fn diff(document: &mut ServedDocument, since: &StateVector) -> Result<Vec<Update>, DiffError> {
    document.diff_in_pieces(since, STATE_CHUNK_STRUCTS, STATE_CHUNK_BYTES)
}

/// Pieces as chunks; the last ones, if they bring somebody to this state vector.
pub(super) fn chunks(pieces: Vec<Update>, brings_to: Option<&StateVector>) -> Vec<Bytes> {
    let count = pieces.len();
    let chunk = |(index, piece): (usize, Update)| {
        let update = piece.0;
        let update_bytes = update.len() as u64;
        let compressed = update.len() >= COMPRESS_FROM_BYTES;
        let bytes = if compressed { Bytes::from(protocol::compress(&update)) } else { update };
        let state_vector = brings_to.filter(|_| index + 1 == count);
        let (last, state_vector) = (state_vector.is_some(), state_vector.map_or(&[][..], |vector| &vector.0));
        let chunk = StateChunk { last, compressed, update_bytes, state_vector, bytes: &bytes };
        Bytes::from(EdgeMessage::StateChunk(chunk).encode())
    };
    pieces.into_iter().enumerate().map(chunk).collect()
}
