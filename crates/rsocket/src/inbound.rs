//! The receiving half of a stream: takes what waits in the machine, many messages at a time. It must not decide about
//! credit: that is the machine's, which counts what is taken and not read as unread.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use tokio::task::coop;
use tracing::Span;

use crate::connection::Shared;
use crate::machine::Taken;
use crate::wire::RequestKind;
use crate::{Payload, StreamError, Window};

/// The receiving half of a stream: yields messages in order, then ends; an error is the last item.
///
/// Reading grants the peer new credit as the stream's [`Window`] says. Dropping it before its end sends CANCEL; on the
/// side that opened a channel that ends the [`Outbound`](crate::Outbound) too.
#[derive(Debug)]
pub struct Inbound {
    shared: Arc<Shared>,
    id: u32,
    taken: Taken,
    /// Lives as long as the stream is read; on the answering side its task has one of its own. Boxed, as it is nearly
    /// always disabled.
    _span: Option<Box<Span>>,
}

impl Inbound {
    pub(crate) fn asking(shared: Arc<Shared>, id: u32, kind: RequestKind) -> Self {
        let span = tracing::debug_span!("rsocket_request", kind = kind.name(), stream = id);
        Self { shared, id, taken: Taken::default(), _span: (!span.is_disabled()).then(|| Box::new(span)) }
    }

    pub(crate) fn answering(shared: Arc<Shared>, id: u32) -> Self {
        Self { shared, id, taken: Taken::default(), _span: None }
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
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
        // A reader that never has to wait lets others run now and then.
        let turn = ready!(coop::poll_proceed(cx));
        let Self { shared, id, taken, .. } = self.get_mut();
        if let Some(payload) = taken.pop() {
            if taken.is_due() {
                shared.with(|machine| machine.settle_taken(*id, taken));
            }
            turn.made_progress();
            return Poll::Ready(Some(Ok(payload)));
        }
        let message = shared.with(|machine| machine.poll_receive(*id, taken, cx));
        if message.is_ready() {
            turn.made_progress();
        }
        message
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.shared.with(|machine| machine.release_inbound(self.id));
    }
}
