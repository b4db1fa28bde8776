//! The sending half of a stream. It must not hold messages: a message is sent when the machine takes it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use futures_util::Sink;
use tokio::task::coop;
use tokio::time::Instant;

use crate::connection::Shared;
use crate::machine::Machine;
use crate::{ErrorCode, Payload, SendError, TrySendError};

/// The sending half of a stream. Never sends more messages than the peer has granted.
///
/// Dropped without [`complete`](Self::complete) or [`fail`](Self::fail) it cancels a channel opened from this side, and
/// answers a request of the peer with an ERROR. It is also a [`Sink`]; closing the sink completes the stream.
#[derive(Debug)]
pub struct Outbound {
    shared: Arc<Shared>,
    id: u32,
    /// The code of the ERROR when dropped on the answering side; 0 on the asking side, where it is a CANCEL.
    dropped_code: AtomicU32,
}

impl Outbound {
    pub(crate) fn asking(shared: Arc<Shared>, id: u32) -> Self {
        let dropped_code = AtomicU32::new(0);
        Self { shared, id, dropped_code }
    }

    pub(crate) fn answering(shared: Arc<Shared>, id: u32) -> Self {
        let dropped_code = AtomicU32::new(ErrorCode::REJECTED.0);
        Self { shared, id, dropped_code }
    }

    /// From now on the application has the request in its hands: dropping this is no longer a clean refusal.
    pub(crate) fn keep(&self) {
        self.dropped_code.store(ErrorCode::APPLICATION_ERROR.0, Ordering::Relaxed);
    }

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.shared.with(|machine| machine.poll_room(self.id, cx))
    }

    /// Sends when the peer has granted credit and the writer has room. Dropping the future sends nothing.
    pub async fn send(&mut self, payload: Payload) -> Result<(), SendError> {
        let mut payload = payload;
        // A sender that never has to wait lets others run now and then.
        coop::consume_budget().await;
        loop {
            match self.try_send(payload) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Refused(error)) => return Err(error),
                Err(TrySendError::NoCredit(back)) => payload = back,
            }
            self.ready().await;
        }
    }

    /// Sends now or hands the message back.
    pub fn try_send(&mut self, payload: Payload) -> Result<(), TrySendError> {
        self.shared.with(|machine| machine.send(self.id, payload))
    }

    /// Messages that the peer has granted and that are not yet used.
    pub fn credit(&self) -> u64 {
        self.shared.look(|machine| machine.credit(self.id))
    }

    /// Resolves when [`try_send`](Self::try_send) would send, or never will.
    pub async fn ready(&self) {
        let since = Instant::now();
        let starved_of_credit = self.credit() == 0;
        let mut waited = false;
        let room = poll_fn(|cx| {
            let room = self.poll_room(cx);
            waited |= room.is_pending();
            room
        });
        // The reason of an end is the next send's to tell.
        let _ = room.await;
        if waited {
            let seconds = since.elapsed().as_secs_f64();
            self.shared.look(|machine| {
                let meters = machine.meters();
                let histogram =
                    if starved_of_credit { &meters.credit_starved_seconds } else { &meters.room_starved_seconds };
                histogram.record(seconds);
            });
        }
    }

    /// Resolves when nothing more can be sent: the peer cancelled, or the stream or connection ended.
    pub async fn closed(&self) -> SendError {
        poll_fn(|cx| self.shared.with(|machine| machine.poll_send_ended(self.id, cx))).await
    }

    /// Ends the stream well, after what was sent.
    pub fn complete(self) {
        self.shared.with(|machine| machine.complete(self.id));
    }

    /// Ends the stream with an ERROR, after what was sent. On a channel that ends both halves.
    pub fn fail(self, code: ErrorCode, text: impl Into<String>) {
        let text = text.into();
        self.shared.with(|machine| machine.fail(self.id, code, text));
    }
}

impl Drop for Outbound {
    fn drop(&mut self) {
        let code = ErrorCode(*self.dropped_code.get_mut());
        self.shared.with(|machine| {
            machine.abandon(self.id, code);
            machine.release(self.id);
        });
    }
}

impl Sink<Payload> for Outbound {
    type Error = SendError;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.poll_room(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, payload: Payload) -> Result<(), SendError> {
        self.try_send(payload).map_err(|error| match error {
            TrySendError::Refused(error) => error,
            // Only for a caller that did not ask `poll_ready`; the sink's contract leaves that to us.
            TrySendError::NoCredit(_) => SendError::NoCredit,
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.shared.with(|machine: &mut Machine| machine.complete(self.id));
        Poll::Ready(Ok(()))
    }
}
