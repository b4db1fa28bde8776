//! The answering side: what an application implements. It must not know frames.

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::{ErrorCode, Refusal};
use crate::{Inbound, Outbound, Payload, Window};

const UNSUPPORTED: &str = "not supported here";

/// Answers the peer's requests. Every method has a default that refuses, so implement those you serve.
///
/// Each request runs in a task of its own. A panic in one closes the connection.
#[async_trait]
pub trait Responder: Send + Sync + 'static {
    /// One message in, one out. The future is dropped when the requester cancels or the connection ends.
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        drop(request);
        Err(Refusal::rejected(UNSUPPORTED))
    }

    /// One message in, nothing out, not even an error.
    async fn fire_and_forget(&self, request: Payload) {
        drop(request);
    }

    /// One message in, many out. Runs to its end even when the requester cancels: sending then fails, and
    /// [`Outbound::closed`] resolves.
    async fn request_stream(&self, request: Payload, out: Outbound) {
        drop(request);
        out.fail(ErrorCode::REJECTED, UNSUPPORTED);
    }

    /// Many in, many out; `first` came with the request. Runs to its end, like
    /// [`request_stream`](Self::request_stream).
    async fn request_channel(&self, first: Payload, inbound: IncomingChannel) {
        drop(first);
        inbound.reject(ErrorCode::REJECTED, UNSUPPORTED);
    }

    /// Metadata about the connection as a whole.
    async fn metadata_push(&self, metadata: Bytes) {
        drop(metadata);
    }
}

/// Refuses everything: for a side that only asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deaf;

impl Responder for Deaf {}

/// A channel that the peer has opened and that is not yet accepted. Dropping it rejects it.
#[derive(Debug)]
pub struct IncomingChannel {
    pub(crate) outbound: Outbound,
    pub(crate) inbound: Inbound,
}

impl IncomingChannel {
    /// Opens both directions: what is sent goes by the credit that the peer has granted, what comes in by `window`.
    pub fn accept(self, window: Window) -> (Outbound, Inbound) {
        self.inbound.open(window);
        self.outbound.keep();
        (self.outbound, self.inbound)
    }

    /// Ends the channel with an ERROR; [`ErrorCode::REJECTED`] tells the peer that it may retry elsewhere.
    pub fn reject(self, code: ErrorCode, text: impl Into<String>) {
        self.outbound.fail(code, text);
    }
}
