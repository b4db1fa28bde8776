//! The receiving half of a stream. It must not hold messages: they wait in the machine, so that credit stays exact.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;

use crate::connection::Shared;
use crate::{Payload, StreamError, Window};

/// The receiving half of a stream: yields messages in order, then ends; an error is the last item.
///
/// Reading grants the peer new credit as the stream's [`Window`] says. Dropping it before its end sends CANCEL; on the
/// side that opened a channel that ends the [`Outbound`](crate::Outbound) too.
#[derive(Debug)]
pub struct Inbound {
    shared: Arc<Shared>,
    id: u32,
}

impl Inbound {
    pub(crate) fn new(shared: Arc<Shared>, id: u32) -> Self {
        Self { shared, id }
    }

    /// Grants the peer `n` more messages, for windows that are run by hand.
    pub fn grant(&self, n: u32) {
        self.shared.with(|machine| machine.grant(self.id, n));
    }

    pub(crate) fn open(&self, window: Window) {
        self.shared.with(|machine| machine.open_window(self.id, window));
    }
}

impl Stream for Inbound {
    type Item = Result<Payload, StreamError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.shared.with(|machine| machine.poll_receive(self.id, cx))
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.shared.with(|machine| machine.release_inbound(self.id));
    }
}
