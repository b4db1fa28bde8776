//! Messages down a lane, each encoded once for all lanes that get the same. It must not know who they are for.

use std::collections::VecDeque;

use bytes::Bytes;
use protocol::lane::UpdatesDown;
use protocol::limits::MAX_LANE_MESSAGE_BYTES;

/// Encodes a message once for all lanes that get the same. Outputs for the same message come one after another, in at
/// most two forms: with and without its author.
#[derive(Default)]
pub(crate) struct Encoder {
    recent: VecDeque<(UpdatesDown, Bytes)>,
}

/// No lane carries so much.
pub(crate) struct TooLong;

impl Encoder {
    pub(crate) fn encode(&mut self, down: UpdatesDown) -> Result<Bytes, TooLong> {
        if let Some((_, encoded)) = self.recent.iter().find(|(recent, _)| *recent == down) {
            return Ok(encoded.clone());
        }
        let encoded = down.encode();
        if encoded.len() > MAX_LANE_MESSAGE_BYTES {
            return Err(TooLong);
        }
        self.recent.truncate(1);
        self.recent.push_front((down, encoded.clone()));
        Ok(encoded)
    }
}
