//! A whole board as joins are sent it: in pieces, compressed. Large snapshots are stored so, and a board that nobody has
//! open is then answered by reading it. What is shorter stays one Yjs update, as every snapshot once was; both are read.
//!
//! The bytes: `MAGIC`; then, as lib0 writes them, the form's number, the state vector that the board brings to, its length
//! as updates, how many messages there are and each of them, an encoded `StateChunk`; then the CRC-32 of all before.
//! It must not know rooms.

use board::{StateVector, Update};
use bytes::Bytes;
use protocol::edge::{EdgeMessage, StateChunk};
use protocol::lib0::{Reader, Writer};
use protocol::limits::{MAX_VERSION_BYTES, STATE_CHUNK_BYTES, STATE_CHUNK_STRUCTS};

use super::join::chunks;

/// Shorter boards are one update: reading them is quick either way.
pub(super) const PACK_FROM_BYTES: usize = 64 * 1024;
/// What no update begins with: so many clients do not fit a number.
const MAGIC: [u8; 10] = [0xff; 10];
const FORM: u64 = 1;
const CRC_BYTES: usize = 4;

/// A whole board in chunks that more chunks must follow.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// What somebody has who has merged them.
    pub(super) state_vector: StateVector,
    /// Encoded `StateChunk`s, none of them the last.
    pub(super) chunks: Vec<Bytes>,
    /// Length of the updates in them, not compressed.
    pub(super) update_bytes: usize,
}

/// A snapshot in the form in which it is to be stored.
#[must_use]
pub fn pack_snapshot(update: Bytes) -> Bytes {
    let is_long = update.len() >= PACK_FROM_BYTES;
    let packed = is_long.then(|| Packed::of_update(&update)).flatten();
    packed.map_or(update, |packed| packed.encode())
}

/// How long a stored snapshot is as an update.
#[must_use]
pub fn snapshot_update_bytes(stored: &Bytes) -> usize {
    if !is_packed(stored) {
        return stored.len();
    }
    decode(stored).map_or(stored.len(), |packed| packed.update_bytes)
}

/// Whether a stored snapshot is packed, or an update.
pub(super) fn is_packed(stored: &[u8]) -> bool {
    stored.starts_with(&MAGIC)
}

impl Packed {
    /// A board in updates that are complete one after the other.
    pub(super) fn new(pieces: Vec<Update>, state_vector: StateVector) -> Self {
        let update_bytes = pieces.iter().map(|piece| piece.0.len()).sum();
        Self { state_vector, chunks: chunks(pieces, None), update_bytes }
    }

    /// A board in one update; nothing if it cannot be read.
    pub(super) fn of_update(update: &[u8]) -> Option<Self> {
        let state_vector = board::joint_state_vector(&StateVector::empty(), [update])?;
        let pieces = board::in_pieces(update, STATE_CHUNK_STRUCTS, STATE_CHUNK_BYTES).ok()?;
        Some(Self::new(pieces, state_vector))
    }

    /// What was stored, sharing its bytes; nothing if it is not what was written.
    pub(super) fn of_stored(stored: &Bytes) -> Option<Self> {
        let (body, sum) = stored.split_at(stored.len().checked_sub(CRC_BYTES)?);
        (crc32fast::hash(body).to_le_bytes() == *sum).then(|| decode(stored)).flatten()
    }

    /// The updates, one at a time; an error where one cannot be had.
    pub(super) fn updates(&self) -> impl Iterator<Item = Option<Vec<u8>>> + '_ {
        self.chunks.iter().map(|message| match EdgeMessage::decode(message) {
            Ok(EdgeMessage::StateChunk(chunk)) => chunk.update(MAX_VERSION_BYTES),
            _ => None,
        })
    }

    fn encode(&self) -> Bytes {
        let length: usize = self.chunks.iter().map(Bytes::len).sum();
        let mut out = Writer::with_capacity(length + self.state_vector.0.len() + 16 * self.chunks.len() + 64);
        out.rest(&MAGIC).uint(FORM).bytes(&self.state_vector.0).uint(self.update_bytes as u64);
        out.uint(self.chunks.len() as u64);
        for chunk in &self.chunks {
            out.bytes(chunk);
        }
        let mut bytes = out.finish();
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes.into()
    }
}

/// Reads the form, not the sum.
fn decode(stored: &Bytes) -> Option<Packed> {
    let body = stored.get(MAGIC.len()..stored.len().checked_sub(CRC_BYTES)?)?;
    let mut from = Reader::new(body);
    if !is_packed(stored) || from.uint().ok()? != FORM {
        return None;
    }
    let state_vector = StateVector(stored.slice_ref(from.bytes().ok()?));
    let update_bytes = usize::try_from(from.uint().ok()?).ok()?;
    let mut chunks = Vec::new();
    for _ in 0..from.uint().ok()? {
        let message = from.bytes().ok()?;
        let Ok(EdgeMessage::StateChunk(StateChunk { last: false, .. })) = EdgeMessage::decode(message) else {
            return None;
        };
        chunks.push(stored.slice_ref(message));
    }
    from.end().ok()?;
    Some(Packed { state_vector, chunks, update_bytes })
}

#[cfg(test)]
mod tests {
    use board::{Board, ClientId, Edit, Kind, NewShape, ShapeId};

    use super::*;

    fn long_board() -> Board {
        let mut board = Board::new(ClientId::from_random(1));
        let shape = NewShape::new(Kind::Text, Vec::new()).with_text("a long text that repeats itself. ".repeat(40));
        let insert = |id| Edit::Insert { id: ShapeId::from_random(id), shape: shape.clone() };
        board.apply(&(1..400).map(insert).collect::<Vec<_>>());
        board
    }

    #[test]
    fn a_long_board_is_stored_short_and_read_whole() {
        let board = long_board();
        let update = board.snapshot().0;
        let stored = pack_snapshot(update.clone());
        assert!(is_packed(&stored) && stored.len() < update.len() / 4);
        let packed = Packed::of_stored(&stored).expect("what was written");
        assert_eq!(packed.state_vector, board.state_vector());
        assert_eq!(snapshot_update_bytes(&stored), packed.update_bytes);
        let mut read = Board::new(ClientId::from_random(2));
        for update in packed.updates() {
            read.merge(&update.expect("zlib")).expect("readable");
        }
        assert_eq!(read.contents(), board.contents());
    }

    #[test]
    fn a_short_board_and_what_is_no_update_stay_as_they_are() {
        for bytes in [vec![0, 0], vec![7; 2 * PACK_FROM_BYTES]] {
            assert_eq!(pack_snapshot(bytes.clone().into()), bytes);
        }
    }

    #[test]
    fn no_changed_byte_goes_unnoticed_and_none_panics() {
        let stored = pack_snapshot(long_board().snapshot().0);
        for position in (0..stored.len()).step_by(97).chain(0..64) {
            let mut changed = stored.to_vec();
            changed[position] ^= 0x15;
            let changed = Bytes::from(changed);
            assert!(Packed::of_stored(&changed).is_none(), "byte {position}");
            let _ = snapshot_update_bytes(&changed);
        }
        for length in (0..stored.len()).step_by(101) {
            assert!(Packed::of_stored(&stored.slice(..length)).is_none());
        }
    }
}
