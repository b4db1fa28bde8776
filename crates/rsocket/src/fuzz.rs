//! What the fuzz targets in `fuzz/` run: each takes any bytes and panics where an invariant breaks. Compiled for them
//! and for tests only. It must not know a fuzzer.

use bytes::BytesMut;

pub use crate::machine::hostile::run as machine;
use crate::wire::{self, Encoder, Frame};

/// Any bytes as one frame: a frame or an error, never a panic.
pub fn decode(bytes: &[u8]) {
    let _ = wire::decode(BytesMut::from(bytes));
}

/// What is read from any bytes can be written, reads back the same, and is written the same.
pub fn identity(bytes: &[u8]) {
    let Ok(frame) = wire::decode(BytesMut::from(bytes)) else {
        return;
    };
    let mut encoder = Encoder::default();
    let encoded = match encoder.encode(frame.clone()) {
        Ok(encoded) => encoded,
        // What is not sent, and the mime types and tokens that a peer may write and this side would not.
        Err(_) if matches!(frame, Frame::Ignored(_) | Frame::Setup(_) | Frame::Resume(_)) => return,
        Err(error) => panic!("cannot write {frame:?}: {error}"),
    };
    assert!(encoded.len() <= bytes.len() + METADATA_LENGTH_BYTES, "{frame:?} has grown");
    let again = wire::decode(BytesMut::from(encoded.clone()));
    assert_eq!(again.as_ref(), Ok(&frame));
    assert_eq!(encoder.encode(frame), Ok(encoded));
}

/// A METADATA_PUSH or a frame without room for a length may gain one; nothing else may.
const METADATA_LENGTH_BYTES: usize = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// The targets hold for bytes that no coverage has guided, too.
        #[test]
        fn the_targets_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            super::decode(&bytes);
            super::identity(&bytes);
            super::machine(&bytes);
        }
    }
}
