//! The sending half of a stream. It must not decide about credit: a message is sent when the machine takes it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::Sink;
use tokio::task::coop;
use tokio::time::Instant;

use crate::connection::Shared;
use crate::{ErrorCode, Payload, SendError, TrySendError, limits};

/// The sending half of a stream. Never sends more messages than the peer has granted.
///
/// It is also a [`Sink`], as in `messages.forward(outbound)`. A sink may collect a few messages before it queues them
/// together: flush it, as the combinators do, before waiting for an answer. Closing it completes the stream.
///
/// Dropped without [`complete`](Self::complete) or [`fail`](Self::fail) it cancels a channel opened from this side, and
/// answers a request of the peer with an ERROR.
#[derive(Debug)]
pub struct Outbound {
    shared: Arc<Shared>,
    id: u32,
    /// The code of the ERROR when dropped on the answering side; 0 on the asking side, where it is a CANCEL.
    dropped_code: AtomicU32,
    /// Only once it is used as a sink: most are not, and live long.
    collected: Option<Box<Collected>>,
}

/// What a sink has taken and not yet queued.
#[derive(Debug, Default)]
struct Collected {
    messages: Vec<Payload>,
    bytes: usize,
    /// How many more may be taken before the machine is asked again: never more than the credit that is left.
    room: usize,
    /// Since when there has been no room, and whether for want of credit.
    starved: Option<Starved>,
}

/// A sender that waits.
#[derive(Clone, Copy, Debug)]
struct Starved {
    since: Instant,
    of_credit: bool,
}

impl Outbound {
    pub(crate) fn asking(shared: Arc<Shared>, id: u32) -> Self {
        Self { shared, id, dropped_code: AtomicU32::new(0), collected: None }
    }

    pub(crate) fn answering(shared: Arc<Shared>, id: u32) -> Self {
        let dropped_code = AtomicU32::new(ErrorCode::REJECTED.0);
        Self { shared, id, dropped_code, collected: None }
    }

    /// From now on the application has the request in its hands: dropping this is no longer a clean refusal.
    pub(crate) fn keep(&self) {
        self.dropped_code.store(ErrorCode::APPLICATION_ERROR.0, Ordering::Relaxed);
    }

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.shared.with(|machine| machine.poll_room(self.id, self.collected_messages(), cx))
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
            // Boxed, so that a task that sends does not carry the place of waiting for as long as it lives.
            Box::pin(self.ready()).await;
        }
    }

    /// Sends now or hands the message back.
    pub fn try_send(&mut self, payload: Payload) -> Result<(), TrySendError> {
        self.shared.check_length(&payload)?;
        self.flush_collected()?;
        if let Some(collected) = &mut self.collected {
            collected.room = 0;
        }
        self.shared.with(|machine| machine.send(self.id, payload))
    }

    /// Messages that the peer has granted and that are not yet used.
    pub fn credit(&self) -> u64 {
        let credit = self.shared.look(|machine| machine.credit(self.id));
        credit.saturating_sub(self.collected_messages() as u64)
    }

    fn collected_messages(&self) -> usize {
        self.collected.as_ref().map_or(0, |collected| collected.messages.len())
    }

    /// Resolves when [`try_send`](Self::try_send) would send, or never will.
    pub async fn ready(&self) {
        let mut starved = None;
        // The reason of an end is the next send's to tell.
        let _ = poll_fn(|cx| {
            let room = self.poll_room(cx);
            self.measure(&room, &mut starved);
            room
        })
        .await;
    }

    /// Notes when a sender begins to wait, and tells the metrics how long it did.
    fn measure<T>(&self, room: &Poll<T>, starved: &mut Option<Starved>) {
        if room.is_pending() {
            starved.get_or_insert_with(|| Starved { since: Instant::now(), of_credit: self.credit() == 0 });
        } else if let Some(Starved { since, of_credit }) = starved.take() {
            let seconds = since.elapsed().as_secs_f64();
            self.shared.look(|machine| {
                let meters = machine.meters();
                let histogram = if of_credit { &meters.credit_starved_seconds } else { &meters.room_starved_seconds };
                histogram.record(seconds);
            });
        }
    }

    /// Resolves when nothing more can be sent: the peer cancelled, or the stream or connection ended.
    pub async fn closed(&self) -> SendError {
        poll_fn(|cx| self.shared.with(|machine| machine.poll_send_ended(self.id, cx))).await
    }

    /// Ends the stream well, after what was sent.
    pub fn complete(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // An end that came first is no failure of this one.
        let _ = self.flush_collected();
        self.shared.with(|machine| machine.complete(self.id));
    }

    /// Ends the stream with an ERROR, after what was sent. On a channel that ends both halves.
    pub fn fail(mut self, code: ErrorCode, text: impl Into<String>) {
        let text = text.into();
        let _ = self.flush_collected();
        self.shared.with(|machine| machine.fail(self.id, code, text));
    }

    /// Queues what the sink has collected.
    fn flush_collected(&mut self) -> Result<(), SendError> {
        let Some(collected) = self.collected.as_mut().filter(|collected| !collected.messages.is_empty()) else {
            return Ok(());
        };
        collected.bytes = 0;
        self.shared.with(|machine| machine.send_all(self.id, &mut collected.messages))
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
        // A sender that never has to wait lets others run now and then.
        let turn = ready!(coop::poll_proceed(cx));
        let this = self.get_mut();
        let collected = this.collected.get_or_insert_default();
        if collected.room == 0 {
            collected.bytes = 0;
            let messages = &mut collected.messages;
            let credit = this.shared.with(|machine| machine.poll_send_all(this.id, messages, cx));
            let mut starved = collected.starved.take();
            this.measure(&credit, &mut starved);
            let collected = this.collected.get_or_insert_default();
            collected.starved = starved;
            collected.room = ready!(credit)?.min(limits::SINK_MESSAGES as u64) as usize;
        }
        turn.made_progress();
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, payload: Payload) -> Result<(), SendError> {
        let this = self.get_mut();
        let collected = this.collected.get_or_insert_default();
        // Only for a caller that did not ask `poll_ready`; the sink's contract leaves that to us.
        collected.room = collected.room.checked_sub(1).ok_or(SendError::NoCredit)?;
        this.shared.check_length(&payload)?;
        collected.bytes += payload.len_bytes();
        if collected.bytes >= limits::QUANTUM_BYTES {
            collected.room = 0;
        }
        collected.messages.push(payload);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        Poll::Ready(self.get_mut().flush_collected())
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        self.get_mut().end();
        Poll::Ready(Ok(()))
    }
}
