//! Lane messages in parts that one credit buys each. It must not know what a message says.

use bytes::{Bytes, BytesMut};

use crate::edge::DecodeError;
use crate::lib0::{Reader, Writer};
use crate::limits::{LANE_PART_BYTES, MAX_LANE_MESSAGE_BYTES};

/// Packs lane messages into parts of at most `LANE_PART_BYTES`, as many into each as fit; a long message goes over several.
///
/// A part is a row of pieces: a number, twice the piece's length and one more if its message goes on in the next part;
/// then the piece.
#[must_use]
pub fn pack(messages: &[Bytes]) -> Vec<Bytes> {
    let mut parts = Vec::new();
    let mut part = Writer::with_capacity(messages.iter().map(|message| message.len() + PIECE_HEADER_BYTES).sum());
    for message in messages {
        let mut rest = &message[..];
        loop {
            let room = LANE_PART_BYTES.checked_sub(part.written() + PIECE_HEADER_BYTES);
            let Some(room) = room.filter(|room| *room >= rest.len().min(SMALLEST_PIECE_BYTES)) else {
                parts.push(Bytes::from(part.finish()));
                continue;
            };
            let (piece, after) = rest.split_at(rest.len().min(room));
            part.uint((piece.len() as u64) << 1 | u64::from(!after.is_empty())).rest(piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    if part.written() > 0 {
        parts.push(Bytes::from(part.finish()));
    }
    parts
}

/// Most bytes before a piece: a length below 2^20, and the bit that says whether more follows.
const PIECE_HEADER_BYTES: usize = 3;
/// A part with less room than this is closed rather than filled up with a shred.
const SMALLEST_PIECE_BYTES: usize = 1024;

/// Most parts, and so credits, that a message of this many bytes adds.
#[must_use]
pub fn part_count(message_bytes: usize) -> usize {
    message_bytes.div_ceil(LANE_PART_BYTES - SMALLEST_PIECE_BYTES).max(1)
}

/// Takes messages out of their parts again; holds at most `MAX_LANE_MESSAGE_BYTES`.
#[derive(Debug, Default)]
pub struct Joiner {
    held: BytesMut,
    is_holding: bool,
}

impl Joiner {
    /// Takes one part; gives the messages that end in it. Those that lie whole in it share its bytes.
    ///
    /// # Errors
    /// An empty part, a length past its end, or a message over the limit. The lane is to be closed then.
    pub fn push(&mut self, part: &Bytes) -> Result<Vec<Bytes>, DecodeError> {
        let mut from = Reader::new(part);
        let mut messages = Vec::new();
        if from.left() == 0 {
            return Err(DecodeError::Truncated);
        }
        while from.left() > 0 {
            let head = from.uint()?;
            let piece = from.take(usize::try_from(head >> 1).map_err(|_| DecodeError::Number)?)?;
            let is_last = head & 1 == 0;
            if self.held.len() + piece.len() > MAX_LANE_MESSAGE_BYTES {
                return Err(DecodeError::TooLarge);
            }
            if is_last && !self.is_holding {
                messages.push(part.slice_ref(piece));
                continue;
            }
            self.held.extend_from_slice(piece);
            self.is_holding = !is_last;
            if is_last {
                // Given away whole: what is over of a large message's place would live as long as the lane.
                messages.push(std::mem::take(&mut self.held).freeze());
            }
        }
        Ok(messages)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_that_lie_are_refused() {
        let huge = Bytes::from(vec![0; MAX_LANE_MESSAGE_BYTES + 1]);
        let mut joiner = Joiner::default();
        let refusal = pack(&[huge]).iter().find_map(|part| joiner.push(part).err());
        assert_eq!(refusal, Some(DecodeError::TooLarge));
        for part in [&[][..], &[4, 1], &[0x80], &[0xff; 11]] {
            assert!(Joiner::default().push(&Bytes::copy_from_slice(part)).is_err(), "{part:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_again(
            lengths in prop::collection::vec(prop_oneof![0..90_usize, 0..3 * LANE_PART_BYTES + 2], 1..40),
        ) {
            let messages: Vec<Bytes> =
                lengths.iter().zip(0_u8..).map(|(length, fill)| Bytes::from(vec![fill; *length])).collect();
            let parts = pack(&messages);
            prop_assert!(parts.iter().all(|part| part.len() <= LANE_PART_BYTES));
            prop_assert!(parts.len() <= lengths.iter().map(|length| part_count(*length)).sum());
            let bytes: usize = lengths.iter().map(|length| length + PIECE_HEADER_BYTES).sum();
            prop_assert!(parts.len() <= bytes.div_ceil(LANE_PART_BYTES - SMALLEST_PIECE_BYTES) + 1);
            let mut joiner = Joiner::default();
            let mut joined = Vec::new();
            for part in &parts {
                joined.extend(joiner.push(part).expect("a part"));
            }
            prop_assert_eq!(joined, messages);
        }

        #[test]
        fn hostile_parts_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Joiner::default().push(&Bytes::from(bytes));
        }
    }
}
