//! What the application reads. A reader takes all that waits for it at once, so that it needs the machine once for many
//! messages; what it has taken and not yet read still counts as unread, and still takes up its slots.

use std::task::{Context, Poll};

use super::Machine;
use super::stream::{Last, Receiving, Tally};
use super::unread::{Held, Queue};
use crate::error::StreamError;
use crate::{Payload, Window, limits};

/// The messages that a reader has taken from the machine. Each reader keeps one, for one stream.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    queue: Queue,
    /// How many more may be read before the machine must hear of it, to grant anew.
    until_due: u64,
}

impl Taken {
    /// The next message, if one has been taken.
    pub(crate) fn pop(&mut self) -> Option<Payload> {
        let payload = self.queue.pop()?;
        self.until_due = self.until_due.saturating_sub(1);
        Some(payload)
    }

    /// Whether the machine must hear how far the reader has come: [`Machine::settle_taken`].
    pub(crate) fn is_due(&self) -> bool {
        self.until_due == 0
    }
}

impl Machine {
    /// The next message, with what waits behind it put into `taken`.
    pub(crate) fn poll_receive(
        &mut self,
        id: u32,
        taken: &mut Taken,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Payload, StreamError>>> {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Poll::Ready(taken.pop().map(Ok));
        };
        let receive = &mut stream.receive;
        receive.account(taken, &mut self.tally);
        if taken.queue.is_empty() {
            receive.lend(taken);
        }
        if let Some(payload) = taken.pop() {
            receive.account(taken, &mut self.tally);
            taken.until_due = receive.top_up(&self.tally);
            self.settle(id);
            return Poll::Ready(Some(Ok(payload)));
        }
        // A reader that waits keeps no places; nor does the machine for it.
        taken.queue = Queue::default();
        if !receive.open {
            return Poll::Ready(receive.error.take().map(|error| Err(*error)));
        }
        receive.register(cx.waker());
        Poll::Pending
    }

    /// Hears how far the reader has come, and grants anew what its window allows.
    pub(crate) fn settle_taken(&mut self, id: u32, taken: &mut Taken) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.receive.account(taken, &mut self.tally);
            taken.until_due = stream.receive.top_up(&self.tally);
        }
        self.settle(id);
    }

    pub(crate) fn grant(&mut self, id: u32, n: u32) {
        if let Some(stream) = self.streams.get_mut(&id)
            && stream.receive.open
        {
            stream.receive.grant(n);
        }
        self.settle(id);
    }

    /// Sets the window of a channel that the peer has opened, and grants it.
    pub(crate) fn open_window(&mut self, id: u32, window: Window) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.receive.window = window;
        }
        self.grant(id, window.initial.min(limits::MAX_REQUEST_N));
    }

    /// The reader is gone. On a stream opened here that cancels it; on one opened there it stops this half only.
    pub(crate) fn release_inbound(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id) {
            if stream.receive.open && stream.mine {
                stream.terminate(Some(StreamError::Canceled), Some(Last::Cancel), &mut self.tally);
            } else if stream.receive.open {
                stream.receive.end(None, &mut self.tally);
                stream.receive.owed = 0;
                stream.receive.stop = true;
            }
            stream.receive.discard(&mut self.tally);
            stream.receive.waker = None;
        }
        self.release(id);
    }
}

impl Receiving {
    /// Hands all that waits to a reader that has nothing left.
    fn lend(&mut self, taken: &mut Taken) {
        std::mem::swap(&mut self.queue, &mut taken.queue);
        self.lent = taken.queue.held();
    }

    /// Takes what has been read since the last time out of the books.
    fn account(&mut self, taken: &Taken, tally: &mut Tally) {
        let left = taken.queue.held();
        tally.unread -= self.lent - left;
        self.lent = left;
    }

    /// Grants anew what the window allows; says after how many more messages it may be worth asking again. With too
    /// much unread on the connection, grants one message at a time.
    fn top_up(&mut self, tally: &Tally) -> u64 {
        if !self.open || self.window.refill_at == Window::NEVER {
            return u64::MAX;
        }
        let crowded = tally.unread.bytes > limits::UNREAD_BYTES;
        let target = u64::from(if crowded { 1 } else { self.window.initial });
        let outstanding = self.credit + (self.queue.held().messages + self.lent.messages) as u64;
        let refill_at = u64::from(self.window.refill_at).min(target.saturating_sub(1));
        let mut left = outstanding;
        if outstanding <= refill_at && outstanding < target {
            self.grant((target - outstanding) as u32);
            left = target;
        }
        let refill_at = u64::from(self.window.refill_at).min(u64::from(self.window.initial).saturating_sub(1));
        left.saturating_sub(refill_at).max(1)
    }

    /// Forgets everything unread.
    fn discard(&mut self, tally: &mut Tally) {
        tally.unread -= self.queue.held();
        tally.unread -= self.lent;
        (self.queue, self.lent) = (Queue::default(), Held::default());
    }
}
