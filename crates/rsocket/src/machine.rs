//! One connection as a value: its streams, credit, queues and end. It takes frames and calls of the application, and
//! says which frames to write next and which requests to start. It must not know links, tasks, clocks or encodings.

mod closing;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod lease;
mod message;
mod read;
mod receive;
mod resume;
mod stream;
mod unread;
mod write;

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU64;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::time::Instant;

use self::lease::Leases;
use self::message::{Head, Message};
use self::resume::Resumption;
use self::stream::{Last, SendEnd, Stream, Tally};
use crate::error::{CloseReason, ErrorCode, Refusal, RequestError, SendError, StreamError, TrySendError};
use crate::meters::Meters;
use crate::wire::{Frame, RequestKind};
use crate::{ConnectionOptions, Payload, Window, limits};

pub(crate) use read::Taken;
pub(crate) use receive::Start;

/// Which side of the connection this is: it decides the parity of stream ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Side {
    fn owns(self, stream: u32) -> bool {
        (stream % 2 == 1) == (self == Self::Client)
    }
}

/// What the SETUP has settled for both sides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub lease: bool,
    pub resume: bool,
}

#[derive(Debug)]
pub(crate) struct Machine {
    side: Side,
    mtu: usize,
    max_message_bytes: usize,
    max_open_streams: usize,
    /// By id; boxed, as a table is up to half empty. The hasher is quick, and keyed at random: it is the peer that picks the ids of its streams.
    streams: HashMap<u32, Box<Stream>, foldhash::fast::RandomState>,
    /// Who waits until a request may be opened.
    waiting_for_lease: Vec<Waker>,
    /// Streams in `streams` that were opened here.
    mine: usize,
    /// Handlers of the peer's METADATA_PUSH that are running.
    pushes: usize,
    next_stream: u32,
    /// Streams that have something to write, each once, in the order of their turns.
    line: VecDeque<u32>,
    /// Streams whose senders wait for the connection's backlog to shrink.
    waiting_for_room: Vec<u32>,
    /// Frames of the connection itself, and refusals, which have no stream.
    control: VecDeque<Frame>,
    refusals: usize,
    /// Set while the writer has been called and has not come.
    writer_called: bool,
    /// The keepalive to answer; a newer one replaces it.
    echo: Option<Bytes>,
    draining_here: bool,
    draining_there: bool,
    closed: Option<CloseReason>,
    /// Set when the SETUP asked for leases.
    leases: Option<Leases>,
    /// Set when the SETUP asked for resumption, until the end.
    resumption: Option<Resumption>,
    /// Number of the read that frames come from.
    read: NonZeroU64,
    odd_frames: u32,
    overruns: u32,
    /// The backlog and the lease last told to the metrics.
    reported_backlog_bytes: usize,
    reported_leased_requests: u32,
    tally: Tally,
    meters: Meters,
}

impl Machine {
    pub(crate) fn new(side: Side, options: &ConnectionOptions, terms: Terms, meters: Meters) -> Self {
        Self {
            side,
            mtu: options.mtu.clamp(limits::MIN_MTU_BYTES, limits::MAX_FRAME_BYTES),
            max_message_bytes: options.max_message_bytes,
            max_open_streams: options.max_open_streams,
            streams: HashMap::default(),
            mine: 0,
            pushes: 0,
            next_stream: if side == Side::Client { 1 } else { 2 },
            line: VecDeque::new(),
            waiting_for_room: Vec::new(),
            waiting_for_lease: Vec::new(),
            control: VecDeque::new(),
            refusals: 0,
            writer_called: false,
            echo: None,
            draining_here: false,
            draining_there: false,
            closed: None,
            leases: terms.lease.then(Leases::default),
            resumption: terms.resume.then(Resumption::default),
            read: NonZeroU64::MIN,
            odd_frames: 0,
            overruns: 0,
            reported_backlog_bytes: 0,
            reported_leased_requests: 0,
            tally: Tally::default(),
            meters,
        }
    }

    pub(crate) fn meters(&self) -> &Meters {
        &self.meters
    }

    /// Who must be woken because of what was just done.
    pub(crate) fn take_woken(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.tally.woken)
    }

    pub(crate) fn pending_streams(&self) -> usize {
        self.mine
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining_here || self.draining_there || self.closed.is_some()
    }

    pub(crate) fn closed(&self) -> Option<&CloseReason> {
        self.closed.as_ref()
    }

    // ---- the requester

    /// Opens a stream with its first message. The id is valid until its handles are released.
    pub(crate) fn open(
        &mut self,
        kind: RequestKind,
        payload: Payload,
        window: Window,
        now: Instant,
    ) -> Result<u32, RequestError> {
        self.check_open(kind, &payload, window)?;
        if !self.has_lease(now) {
            self.meters.unleased("sent");
            return Err(RequestError::NoLease);
        }
        self.spend_lease(now);
        let id = self.next_stream;
        self.next_stream += 2;
        let mut stream = Stream::new(kind, true);
        let initial_n = if kind.is_flow_controlled() { window.initial.min(limits::MAX_REQUEST_N) } else { 0 };
        stream.enqueue(Message::new(Some(Head { kind, initial_n }), payload), &mut self.tally);
        if kind != RequestKind::Channel {
            stream.send.ended = Some(SendEnd::Ended);
        }
        stream.receive.open = kind != RequestKind::FireAndForget;
        stream.receive.credit = if kind == RequestKind::Response { 1 } else { u64::from(initial_n) };
        stream.receive.window = window;
        stream.handles = match kind {
            RequestKind::FireAndForget => 0,
            RequestKind::Response | RequestKind::Stream => 1,
            RequestKind::Channel => 2,
        };
        self.insert(id, stream);
        self.settle(id);
        if self.next_stream > limits::MAX_STREAM_ID - 2 {
            self.begin_drain();
        }
        Ok(id)
    }

    fn check_open(&self, kind: RequestKind, payload: &Payload, window: Window) -> Result<(), RequestError> {
        if let Some(reason) = &self.closed {
            return Err(RequestError::Closed(reason.clone()));
        }
        if self.is_draining() {
            return Err(RequestError::Draining);
        }
        let invalid = |text: &str| Err(RequestError::Invalid { text: text.to_owned() });
        if payload.len_bytes() > self.max_message_bytes {
            return invalid("the message is too long");
        }
        if kind.is_flow_controlled() && window.initial == 0 {
            return invalid("a window needs at least one message");
        }
        if self.mine >= self.max_open_streams {
            return Err(RequestError::TooManyStreams);
        }
        if self.tally.is_crowded() {
            return Err(RequestError::Busy);
        }
        Ok(())
    }

    // ---- the sending half

    /// Whether a message may be queued now, beside `collected` that are on their way here; else `cx` is woken when it may be worth asking again.
    pub(crate) fn poll_room(&mut self, id: u32, collected: usize, cx: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Poll::Ready(Err(SendError::Ended));
        };
        if let Some(ended) = stream.send.ended {
            return Poll::Ready(Err(ended.into()));
        }
        if stream.has_room(collected, &self.tally) {
            return Poll::Ready(Ok(()));
        }
        stream.send.register(cx.waker());
        if self.tally.is_crowded() && !stream.send.waits_for_room {
            stream.send.waits_for_room = true;
            self.waiting_for_room.push(id);
        }
        Poll::Pending
    }

    /// Ready with the reason once nothing more can be sent.
    pub(crate) fn poll_send_ended(&mut self, id: u32, cx: &mut Context<'_>) -> Poll<SendError> {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Poll::Ready(SendError::Ended);
        };
        match stream.send.ended {
            Some(ended) => Poll::Ready(ended.into()),
            None => {
                stream.send.register(cx.waker());
                Poll::Pending
            }
        }
    }

    /// Sends one message, of a length that [`Self::max_message_bytes`] allows, or hands it back.
    pub(crate) fn send(&mut self, id: u32, payload: Payload) -> Result<(), TrySendError> {
        let Some(stream) = self.streams.get_mut(&id) else {
            return Err(SendError::Ended.into());
        };
        if let Some(ended) = stream.send.ended {
            return Err(SendError::from(ended).into());
        }
        if !stream.has_room(0, &self.tally) {
            return Err(TrySendError::NoCredit(payload));
        }
        stream.send.credit -= 1;
        stream.enqueue(Message::new(None, payload), &mut self.tally);
        self.line_up(id);
        Ok(())
    }

    /// Sends what a sink has collected. Invariant: no more than the credit it was told of, which only it can use up.
    pub(crate) fn send_all(&mut self, id: u32, payloads: &mut Vec<Payload>) -> Result<(), SendError> {
        let stream = self.streams.get_mut(&id);
        let ended = stream.map_or(Some(SendEnd::Ended), |stream| {
            if stream.send.ended.is_none() {
                for payload in payloads.drain(..) {
                    stream.send.credit -= 1;
                    stream.enqueue(Message::new(None, payload), &mut self.tally);
                }
            }
            stream.send.ended
        });
        payloads.clear();
        self.line_up(id);
        ended.map_or(Ok(()), |ended| Err(ended.into()))
    }

    /// Sends what a sink has collected, and says up to how many more it may collect, or when it is worth asking again.
    pub(crate) fn poll_send_all(
        &mut self,
        id: u32,
        payloads: &mut Vec<Payload>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<u64, SendError>> {
        if !payloads.is_empty() {
            self.send_all(id, payloads)?;
        }
        self.poll_room(id, 0, cx).map_ok(|()| self.credit(id))
    }

    pub(crate) fn max_message_bytes(&self) -> usize {
        self.max_message_bytes
    }

    pub(crate) fn credit(&self, id: u32) -> u64 {
        self.streams.get(&id).map_or(0, |stream| match stream.send.ended {
            Some(_) => 0,
            None => stream.send.credit,
        })
    }

    pub(crate) fn complete(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id)
            && stream.send.ended.is_none()
        {
            stream.send.end(SendEnd::Ended, &mut self.tally);
            stream.send.last = Some(Last::Complete);
        }
        self.settle(id);
    }

    /// Ends both halves with an ERROR, after what was sent.
    pub(crate) fn fail(&mut self, id: u32, code: ErrorCode, mut text: String) {
        truncate(&mut text);
        if let Some(stream) = self.streams.get_mut(&id)
            && stream.send.ended.is_none()
        {
            stream.send.end(SendEnd::Ended, &mut self.tally);
            stream.send.last = Some(Last::Error(Box::new(Refusal { code, text })));
            stream.receive.end(Some(StreamError::Canceled), &mut self.tally);
            stream.receive.owed = 0;
        }
        self.settle(id);
    }

    /// The sender is gone without an end: a stream opened here is cancelled, one opened there fails with `code`.
    pub(crate) fn abandon(&mut self, id: u32, code: ErrorCode) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if stream.send.ended.is_some() {
            return;
        }
        if stream.mine {
            stream.terminate(Some(StreamError::Canceled), Some(Last::Cancel), &mut self.tally);
            self.settle(id);
        } else {
            self.fail(id, code, "the responder gave no answer".to_owned());
        }
    }

    /// A handle is gone; with the last one, the stream can be forgotten.
    pub(crate) fn release(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.handles -= 1;
        }
        self.settle(id);
    }

    pub(crate) fn release_push(&mut self) {
        self.pushes -= 1;
    }

    // ---- the connection

    /// Asks the peer for a sign of life.
    pub(crate) fn ping(&mut self) {
        self.push_control(Frame::Keepalive { respond: true, position: self.received_position(), data: Bytes::new() });
    }

    pub(crate) fn push_metadata(&mut self, metadata: Bytes) -> Result<(), RequestError> {
        self.check_open(RequestKind::FireAndForget, &Payload::new(metadata.clone()), Window::manual(0))?;
        if metadata.len() > self.mtu {
            return Err(RequestError::Invalid { text: "a METADATA_PUSH cannot be fragmented".to_owned() });
        }
        if self.control.len() >= limits::MAX_WAITING_REFUSALS {
            return Err(RequestError::Busy);
        }
        self.push_control(Frame::MetadataPush { metadata });
        Ok(())
    }

    fn push_control(&mut self, frame: Frame) {
        if self.closed.is_none() {
            self.control.push_back(frame);
        }
    }

    fn insert(&mut self, id: u32, stream: Stream) {
        self.mine += usize::from(stream.mine);
        self.meters.open_streams.increment(1);
        self.meters.pending_streams.increment(if stream.mine { 1 } else { 0 });
        self.streams.insert(id, Box::new(stream));
    }

    /// After any change to a stream: puts it in line if it has something to write, forgets it if it is over.
    fn settle(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if stream.is_over() {
            let stream = self.streams.remove(&id).expect("it was just there");
            self.mine -= usize::from(stream.mine);
            self.meters.open_streams.decrement(1);
            self.meters.pending_streams.decrement(if stream.mine { 1 } else { 0 });
            self.close_if_drained();
        } else if stream.has_output() {
            self.line_up(id);
        }
    }

    /// Puts a stream in line for the writer, once.
    fn line_up(&mut self, id: u32) {
        if self.closed.is_none()
            && let Some(stream) = self.streams.get_mut(&id)
            && !stream.in_line
            && stream.has_output()
        {
            stream.in_line = true;
            self.line.push_back(id);
        }
    }
}

/// Cuts a text to what an ERROR may carry.
fn truncate(text: &mut String) {
    let mut end = limits::MAX_ERROR_TEXT_BYTES.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests;
