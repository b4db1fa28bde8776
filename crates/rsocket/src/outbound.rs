//! The sending half of a stream.
use crate::{ErrorCode, Payload, SendError, TrySendError};

/// The sending half of a stream. Never sends more messages than the peer has granted.
///
/// Dropped without [`complete`](Self::complete) or [`fail`](Self::fail) it cancels a channel opened from this side, and
/// answers a request of the peer with an ERROR. It is also a [`futures_util::Sink`].
#[derive(Debug)]
pub struct Outbound;

impl Outbound {
    /// Sends when the peer has granted credit and the writer has room. Dropping the future sends nothing.
    pub async fn send(&mut self, payload: Payload) -> Result<(), SendError> {
        let _ = payload;
        unreachable!("filled in by the next commit")
    }

    /// Sends now or hands the message back.
    pub fn try_send(&mut self, payload: Payload) -> Result<(), TrySendError> {
        let _ = payload;
        unreachable!("filled in by the next commit")
    }

    /// Messages that the peer has granted and that are not yet used.
    pub fn credit(&self) -> u64 {
        unreachable!("filled in by the next commit")
    }

    /// Resolves when [`try_send`](Self::try_send) would send, or never will.
    pub async fn ready(&self) {
        unreachable!("filled in by the next commit")
    }

    /// Resolves when nothing more can be sent: the peer cancelled, or the stream or connection ended.
    pub async fn closed(&self) -> SendError {
        unreachable!("filled in by the next commit")
    }

    /// Ends the stream well, after what was sent.
    pub fn complete(self) {
        unreachable!("filled in by the next commit")
    }

    /// Ends the stream with an ERROR, after what was sent. On a channel opened from this side, that ends both halves.
    pub fn fail(self, code: ErrorCode, text: impl Into<String>) {
        let _ = (code, text.into());
        unreachable!("filled in by the next commit")
    }

    pub(crate) fn keep(&self) {}
}
