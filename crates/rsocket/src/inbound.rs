//! The receiving half of a stream.
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;

use crate::{Payload, StreamError, Window};

/// The receiving half of a stream: yields messages in order, then ends; an error is the last item.
///
/// Reading grants the peer new credit as the stream's [`Window`] says. Dropping it before its end sends CANCEL; on the
/// side that opened a channel that ends the [`Outbound`](crate::Outbound) too.
#[derive(Debug)]
pub struct Inbound;

impl Inbound {
    /// Grants the peer `n` more messages, for windows that are run by hand.
    pub fn grant(&self, n: u32) {
        let _ = n;
        unreachable!("filled in by the next commit")
    }

    pub(crate) fn open(&self, window: Window) {
        let _ = window;
    }
}

impl Stream for Inbound {
    type Item = Result<Payload, StreamError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        unreachable!("filled in by the next commit")
    }
}
