//! What a frame from the peer does. Nothing here waits, and nothing a peer sends makes it fail: a frame is obeyed,
//! ignored and counted, ends its stream, or ends the connection.

use bytes::Bytes;
use tokio::time::Instant;

use super::message::Assembly;
use super::stream::{Last, SendEnd, Stream};
use super::unread::Received;
use super::{Machine, Side, truncate};
use crate::error::{CloseReason, ErrorCode, Refusal, StreamError};
use crate::wire::{Frame, Ignored, RequestKind};
use crate::{Payload, limits};

/// Work for the application, to be started by whoever runs the machine.
#[derive(Debug)]
pub(crate) enum Start {
    /// Answer a request. The stream has one handle, a channel two.
    Request { stream: u32, kind: RequestKind, payload: Payload },
    /// Hear metadata; to be followed by [`Machine::release_push`].
    Push { metadata: Bytes },
}

/// The parts of a PAYLOAD or a request that matter to assembly.
struct Part {
    next: bool,
    complete: bool,
    follows: bool,
    payload: Payload,
}

impl Machine {
    /// The frames that follow were read from the link together: their bytes live and die with one another.
    pub(crate) fn begin_read(&mut self) {
        self.read = self.read.saturating_add(1);
    }

    /// Takes one frame from the peer.
    pub(crate) fn receive(&mut self, frame: Frame, now: Instant) -> Option<Start> {
        self.meters.received(&frame);
        if self.closed.is_some() {
            return None;
        }
        match frame {
            Frame::Request { stream, kind, initial_n, complete, follows, payload } => {
                let part = Part { next: true, complete, follows, payload };
                return self.receive_request(stream, kind, initial_n, part, now);
            }
            Frame::Payload { stream, next, complete, follows, payload } => {
                let part = Part { next, complete, follows, payload };
                return self.receive_payload(stream, part, now);
            }
            Frame::MetadataPush { metadata } => return self.receive_push(metadata),
            Frame::RequestN { stream, n } => self.receive_request_n(stream, n),
            Frame::Cancel { stream } => self.receive_cancel(stream),
            Frame::Error { stream, code, text } => {
                let mut text = String::from_utf8_lossy(&text).into_owned();
                truncate(&mut text);
                match stream {
                    0 => self.receive_connection_error(code, text),
                    stream => self.receive_error(stream, code, text),
                }
            }
            Frame::Keepalive { respond, position, data } => {
                self.receive_position(position);
                self.receive_keepalive(respond, data);
            }
            Frame::Setup(_) => self.odd("second_setup"),
            Frame::Lease { ttl_ms, requests, .. } => self.receive_lease(ttl_ms, requests, now),
            Frame::ResumeOk { .. } => self.odd("resume_ok"),
            Frame::Resume(_) => self.protocol_error("RESUME on an open connection"),
            Frame::Ignored(Ignored::Ignorable) => self.meters.ignored("ignorable"),
            Frame::Ignored(Ignored::Misplaced { .. }) => self.odd("misplaced"),
        }
        None
    }

    /// Ends what has taken too long to come in.
    pub(crate) fn expire_assemblies(&mut self, now: Instant) {
        if self.tally.assemblies == 0 {
            return;
        }
        let is_late = |stream: &Stream| {
            let assembly = stream.receive.assembly.as_ref();
            assembly.is_some_and(|assembly| now - assembly.started >= limits::ASSEMBLY_TIMEOUT)
        };
        let late = self.streams.iter().filter(|(_, stream)| is_late(stream));
        let late: Vec<u32> = late.map(|(id, _)| *id).collect();
        for id in late {
            self.refuse_message(id, "the rest of a fragmented message did not come in time");
        }
    }

    /// The peer broke the protocol beyond repair.
    pub(crate) fn protocol_error(&mut self, text: &str) {
        self.close(CloseReason::Protocol { text: text.to_owned() });
    }

    /// A frame that a conforming peer does not send and that is ignored, within a bound.
    pub(super) fn odd(&mut self, reason: &'static str) {
        self.meters.ignored(reason);
        self.odd_frames += 1;
        if self.odd_frames > limits::MAX_ODD_FRAMES {
            self.protocol_error("too many frames that make no sense");
        }
    }

    fn receive_request(
        &mut self,
        id: u32,
        kind: RequestKind,
        initial_n: u32,
        part: Part,
        now: Instant,
    ) -> Option<Start> {
        if self.side.owns(id) {
            self.odd("wrong_parity");
            return None;
        }
        if self.streams.contains_key(&id) {
            self.odd("stream_in_use");
            return None;
        }
        let refusal = if kind.is_flow_controlled() && initial_n == 0 {
            Some((ErrorCode::INVALID, "an initial request-n of 0"))
        } else if self.is_draining() {
            Some((ErrorCode::REJECTED, "draining"))
        } else if self.streams.len() - self.mine >= self.max_open_streams {
            Some((ErrorCode::REJECTED, "too many streams are open"))
        } else if !self.admit(now) {
            Some((ErrorCode::REJECTED, "no lease"))
        } else {
            None
        };
        if let Some((code, text)) = refusal {
            self.refuse_request(id, kind, code, text);
            return None;
        }
        let mut stream = Stream::new(kind, false);
        stream.send.credit = match kind {
            RequestKind::Response => 1,
            _ => u64::from(initial_n),
        };
        // Invariant: a request is the one message that needs no credit, so it gets the slot here.
        stream.receive.open = true;
        stream.receive.credit = 1;
        if part.follows {
            let mut assembly = Assembly::new(now);
            assembly.request = Some(kind);
            assembly.complete = part.complete;
            stream.receive.assembly = Some(Box::new(assembly));
            self.tally.assemblies += 1;
            self.insert(id, stream);
            return self.receive_payload(id, part, now);
        }
        self.insert(id, stream);
        if part.payload.len_bytes() > self.max_message_bytes {
            self.refuse_message(id, "the message is too long");
            return None;
        }
        self.start(id, kind, part.complete, part.payload)
    }

    /// A whole request is there: the application may answer.
    fn start(&mut self, id: u32, kind: RequestKind, complete: bool, payload: Payload) -> Option<Start> {
        let stream = self.streams.get_mut(&id)?;
        stream.receive.credit = 0;
        stream.receive.open = kind == RequestKind::Channel && !complete;
        stream.handles = if kind == RequestKind::Channel { 2 } else { 1 };
        if kind == RequestKind::FireAndForget {
            stream.send.ended = Some(SendEnd::Ended);
        }
        Some(Start::Request { stream: id, kind, payload })
    }

    fn refuse_request(&mut self, id: u32, kind: RequestKind, code: ErrorCode, text: &'static str) {
        self.meters.ignored("refused");
        if kind == RequestKind::FireAndForget {
            return;
        }
        self.refusals += 1;
        if self.refusals > limits::MAX_WAITING_REFUSALS {
            self.protocol_error("too many requests over the limit");
            return;
        }
        self.control.push_back(Frame::Error { stream: id, code, text: Bytes::from_static(text.as_bytes()) });
    }

    fn receive_payload(&mut self, id: u32, part: Part, now: Instant) -> Option<Start> {
        let Some(stream) = self.streams.get_mut(&id).filter(|it| it.head_sent) else {
            self.meters.ignored("unknown_stream");
            return None;
        };
        let receive = &mut stream.receive;
        if !receive.open {
            self.meters.ignored("late");
            return None;
        }
        let fresh = receive.assembly.is_none();
        if fresh && !part.next && !part.follows {
            match part.complete {
                true => self.receive_complete(id),
                false => self.odd("empty_payload"),
            }
            return None;
        }
        if fresh && receive.credit == 0 {
            self.receive_overrun(id);
            return None;
        }
        if fresh && part.follows {
            receive.assembly = Some(Box::new(Assembly::new(now)));
            self.tally.assemblies += 1;
        }
        let Part { mut complete, follows, mut payload, .. } = part;
        if let Some(assembly) = &mut receive.assembly {
            assembly.push(&payload);
            self.tally.assembling_bytes += payload.len_bytes();
            let message_bytes = assembly.len_bytes();
            let all_bytes = self.tally.assembling_bytes;
            if message_bytes > self.max_message_bytes
                || all_bytes > self.max_message_bytes.saturating_mul(limits::MAX_ASSEMBLIES)
            {
                self.refuse_message(id, "the message is too long");
                return None;
            }
        }
        if follows {
            return None;
        }
        let mut read = Some(self.read);
        if let Some(assembly) = receive.take_assembly(&mut self.tally) {
            let request = assembly.request;
            complete |= assembly.complete;
            (payload, read) = (assembly.into_payload(), None);
            if let Some(kind) = request {
                return self.start(id, kind, complete, payload);
            }
        }
        if payload.len_bytes() > self.max_message_bytes {
            self.refuse_message(id, "the message is too long");
            return None;
        }
        receive.push(Received { payload, read }, &mut self.tally);
        if complete || stream.kind == RequestKind::Response {
            self.receive_complete(id);
        }
        None
    }

    /// The peer has sent all it has to send on this stream.
    fn receive_complete(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id) {
            if stream.kind == RequestKind::Channel {
                stream.receive.end(None, &mut self.tally);
                stream.receive.owed = 0;
                stream.receive.stop = false;
            } else {
                stream.terminate(None, None, &mut self.tally);
            }
        }
        self.settle(id);
    }

    /// More than was granted. The stream ends; a peer that does it again and again loses the connection.
    fn receive_overrun(&mut self, id: u32) {
        self.meters.overrun();
        self.overruns += 1;
        if self.overruns > limits::MAX_OVERRUNS {
            self.protocol_error("more messages than were granted, on many streams");
            return;
        }
        self.abort(id, StreamError::Overrun, "more messages than were granted");
    }

    fn refuse_message(&mut self, id: u32, text: &str) {
        let error = StreamError::Invalid { text: text.to_owned() };
        self.abort(id, error, text);
    }

    /// Ends a stream because of what the peer sent on it.
    fn abort(&mut self, id: u32, heard: StreamError, text: &str) {
        if let Some(stream) = self.streams.get_mut(&id) {
            let last = match stream.mine {
                true => Last::Cancel,
                false => Last::Error(Box::new(Refusal::invalid(text))),
            };
            // A FIRE_AND_FORGET has no answer, not even this one.
            let last = Some(last).filter(|_| stream.kind != RequestKind::FireAndForget);
            stream.terminate(Some(heard), last, &mut self.tally);
        }
        self.settle(id);
    }

    fn receive_request_n(&mut self, id: u32, n: u32) {
        if n == 0 {
            self.odd("request_n_of_0");
            return;
        }
        let Some(stream) = self.streams.get_mut(&id).filter(|it| it.head_sent) else {
            self.meters.ignored("unknown_stream");
            return;
        };
        if stream.kind.is_flow_controlled() && stream.send.ended.is_none() {
            stream.send.credit = stream.send.credit.saturating_add(u64::from(n));
            stream.send.wake(&mut self.tally);
        }
    }

    fn receive_cancel(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id).filter(|it| it.head_sent) else {
            self.meters.ignored("unknown_stream");
            return;
        };
        if stream.mine && stream.kind == RequestKind::Channel {
            // The answering side wants no more, and may itself go on.
            stream.stop_sending(&mut self.tally);
        } else if !stream.mine {
            stream.terminate(Some(StreamError::Canceled), None, &mut self.tally);
        }
        self.settle(id);
    }

    fn receive_error(&mut self, id: u32, code: ErrorCode, text: String) {
        let Some(stream) = self.streams.get_mut(&id).filter(|it| it.head_sent) else {
            self.meters.ignored("unknown_stream");
            return;
        };
        stream.terminate(Some(StreamError::received(code, text)), None, &mut self.tally);
        self.settle(id);
    }

    fn receive_connection_error(&mut self, code: ErrorCode, text: String) {
        let about_setup = code.0 <= ErrorCode::REJECTED_RESUME.0;
        if code == ErrorCode::CONNECTION_CLOSE {
            self.draining_there = true;
            self.close_if_drained();
        } else if about_setup && self.side == Side::Server {
            self.odd("setup_error");
        } else {
            self.close(CloseReason::Peer { code, text });
        }
    }

    fn receive_keepalive(&mut self, respond: bool, data: Bytes) {
        if data.len() > limits::MAX_KEEPALIVE_BYTES {
            self.protocol_error("too much data in a KEEPALIVE");
        } else if respond {
            self.echo = Some(data);
        }
    }

    fn receive_push(&mut self, metadata: Bytes) -> Option<Start> {
        if self.pushes >= self.max_open_streams || metadata.len() > self.max_message_bytes {
            self.meters.ignored("push");
            return None;
        }
        self.pushes += 1;
        Some(Start::Push { metadata })
    }
}
