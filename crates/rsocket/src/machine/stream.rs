//! One stream: a sending and a receiving half, each with its own credit, queue and end. It must not know other streams.

use std::collections::VecDeque;
use std::task::Waker;

use smallvec::SmallVec;

use super::message::{Assembly, Message};
use super::unread::{Held, Queue, Received};
use crate::error::{Refusal, SendError, StreamError};
use crate::wire::RequestKind;
use crate::{Window, limits};

/// Sums over all streams, and who is to be woken once the machine is let go.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Bytes of messages that wait for the writer.
    pub backlog_bytes: usize,
    /// Messages that wait for the application.
    pub unread: Held,
    /// Bytes of messages that have come in in part.
    pub assembling_bytes: usize,
    /// Messages that have come in in part.
    pub assemblies: usize,
    pub woken: Vec<Waker>,
}

impl Tally {
    /// Whether senders must wait until the writer has caught up.
    pub(super) fn is_crowded(&self) -> bool {
        self.backlog_bytes >= limits::CONNECTION_BACKLOG_BYTES
    }
}

#[derive(Debug)]
pub(super) struct Stream {
    pub kind: RequestKind,
    /// Opened from this side.
    pub mine: bool,
    /// Handles of the application that still refer to it.
    pub handles: u8,
    /// Whether it stands in the line of streams that have something to write.
    pub in_line: bool,
    /// Whether its request has begun to be written (always so for the peer's streams).
    pub head_sent: bool,
    pub send: Sending,
    pub receive: Receiving,
}

/// The half that goes out.
#[derive(Debug)]
pub(super) struct Sending {
    /// Why the application can send no more.
    pub ended: Option<SendEnd>,
    /// Messages granted by the peer and not yet queued.
    pub credit: u64,
    pub queue: VecDeque<Message>,
    pub queued_bytes: usize,
    /// What is written after the queue.
    pub last: Option<Last>,
    pub wakers: SmallVec<[Waker; 1]>,
    pub waits_for_room: bool,
}

/// Why the application can send no more. A byte in each stream, which a [`SendError`] is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SendEnd {
    Canceled,
    Ended,
    ConnectionLost,
}

impl From<SendEnd> for SendError {
    fn from(end: SendEnd) -> Self {
        match end {
            SendEnd::Canceled => Self::Canceled,
            SendEnd::Ended => Self::Ended,
            SendEnd::ConnectionLost => Self::ConnectionLost,
        }
    }
}

/// The frame that ends a stream, or its sending half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Complete,
    Cancel,
    Error(Box<Refusal>),
}

/// The half that comes in.
#[derive(Debug)]
pub(super) struct Receiving {
    /// Whether more may come.
    pub open: bool,
    /// What the reader hears after the queue, instead of a plain end. Boxed, like all that few streams ever have.
    pub error: Option<Box<StreamError>>,
    /// Messages granted to the peer that have not come in.
    pub credit: u64,
    pub window: Window,
    /// Credit granted and not yet written as REQUEST_N.
    pub owed: u32,
    /// A CANCEL to write that ends this half only: the answering side of a channel wants no more.
    pub stop: bool,
    pub queue: Queue,
    /// What the reader has taken and, as far as is known here, not read.
    pub lent: Held,
    pub assembly: Option<Box<Assembly>>,
    pub waker: Option<Waker>,
}

impl Stream {
    pub(super) fn new(kind: RequestKind, mine: bool) -> Self {
        Self {
            kind,
            mine,
            handles: 0,
            in_line: false,
            head_sent: !mine,
            send: Sending {
                ended: None,
                credit: 0,
                queue: VecDeque::new(),
                queued_bytes: 0,
                last: None,
                wakers: SmallVec::new(),
                waits_for_room: false,
            },
            receive: Receiving {
                open: false,
                error: None,
                credit: 0,
                window: Window::manual(0),
                owed: 0,
                stop: false,
                queue: Queue::default(),
                lent: Held::default(),
                assembly: None,
                waker: None,
            },
        }
    }

    /// Invariant: true exactly when the stream's turn yields a frame, so that no turn is given in vain.
    pub(super) fn has_output(&self) -> bool {
        let owes = self.head_sent && self.receive.owed > 0;
        owes || !self.send.queue.is_empty() || self.receive.stop || self.send.last.is_some()
    }

    /// Whether nothing can happen on it any more.
    pub(super) fn is_over(&self) -> bool {
        self.handles == 0 && self.send.ended.is_some() && !self.receive.open && !self.has_output()
    }

    /// Whether one more message may be queued, beside `collected` others: there is credit, and the writer has kept up.
    pub(super) fn has_room(&self, collected: usize, tally: &Tally) -> bool {
        self.send.credit > collected as u64
            && self.send.queued_bytes < limits::STREAM_BACKLOG_BYTES
            && !tally.is_crowded()
    }

    pub(super) fn enqueue(&mut self, message: Message, tally: &mut Tally) {
        self.send.queued_bytes += message.len_bytes;
        tally.backlog_bytes += message.len_bytes;
        self.send.queue.push_back(message);
    }

    /// Takes the written front message out of the books.
    pub(super) fn front_written(&mut self, tally: &mut Tally) {
        if let Some(message) = self.send.queue.pop_front() {
            self.send.queued_bytes -= message.len_bytes;
            tally.backlog_bytes -= message.len_bytes;
        }
        if self.send.queue.is_empty() {
            // Most streams are idle, and keep no places.
            self.send.queue = VecDeque::new();
        }
        if self.send.queued_bytes < limits::STREAM_BACKLOG_BYTES {
            self.send.wake(tally);
        }
    }

    /// The peer wants no more: what waits to be written is dropped.
    pub(super) fn stop_sending(&mut self, tally: &mut Tally) {
        self.send.end(SendEnd::Canceled, tally);
        self.drop_unwritten(tally);
        self.send.last = None;
    }

    fn drop_unwritten(&mut self, tally: &mut Tally) {
        tally.backlog_bytes -= self.send.queued_bytes;
        self.send.queued_bytes = 0;
        self.send.queue = VecDeque::new();
    }

    /// Ends both halves at once: what waits to be written is dropped, what waits to be read is kept.
    pub(super) fn terminate(&mut self, heard: Option<StreamError>, last: Option<Last>, tally: &mut Tally) {
        let sendable = match &heard {
            Some(StreamError::ConnectionLost | StreamError::NotSent) => SendEnd::ConnectionLost,
            Some(StreamError::Canceled) => SendEnd::Canceled,
            _ => SendEnd::Ended,
        };
        let unsent = self.mine && !self.head_sent;
        self.send.end(sendable, tally);
        self.drop_unwritten(tally);
        self.send.last = last.filter(|_| !unsent);
        self.receive.end(heard, tally);
        self.receive.owed = 0;
        self.receive.stop = false;
    }
}

impl Sending {
    /// The application can send no more; what is queued still goes out.
    pub(super) fn end(&mut self, why: SendEnd, tally: &mut Tally) {
        if self.ended.is_none() {
            self.ended = Some(why);
        }
        self.wake(tally);
    }

    pub(super) fn wake(&mut self, tally: &mut Tally) {
        tally.woken.extend(self.wakers.drain(..));
    }

    pub(super) fn register(&mut self, waker: &Waker) {
        if !self.wakers.iter().any(|known| known.will_wake(waker)) {
            self.wakers.push(waker.clone());
        }
    }
}

impl Receiving {
    /// Nothing more comes in.
    pub(super) fn end(&mut self, error: Option<StreamError>, tally: &mut Tally) {
        if !self.open {
            return;
        }
        self.open = false;
        self.error = error.map(Box::new);
        self.take_assembly(tally);
        self.wake(tally);
    }

    pub(super) fn take_assembly(&mut self, tally: &mut Tally) -> Option<Assembly> {
        let assembly = self.assembly.take()?;
        tally.assembling_bytes -= assembly.len_bytes();
        tally.assemblies -= 1;
        Some(*assembly)
    }

    pub(super) fn wake(&mut self, tally: &mut Tally) {
        tally.woken.extend(self.waker.take());
    }

    pub(super) fn register(&mut self, waker: &Waker) {
        if !self.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
    }

    /// Takes in one message.
    pub(super) fn push(&mut self, message: Received, tally: &mut Tally) {
        self.credit -= 1;
        tally.unread += self.queue.push(message, tally.unread);
        self.wake(tally);
    }

    /// Grants up to `n` more messages, as far as credit can be expressed.
    pub(super) fn grant(&mut self, n: u32) {
        let n = n.min(limits::MAX_REQUEST_N - self.owed);
        self.owed += n;
        self.credit += u64::from(n);
    }
}
