//! One message on its way out, cut into fragments of the mtu; and one on its way in, put together again.

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use crate::Payload;
use crate::wire::{Frame, RequestKind};

const HEADER_BYTES: usize = 6;
const REQUEST_N_BYTES: usize = 4;
const METADATA_LENGTH_BYTES: usize = 3;

/// What makes a message the first of its stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub kind: RequestKind,
    pub initial_n: u32,
}

/// A message that waits for the writer, perhaps partly written.
#[derive(Debug)]
pub(super) struct Message {
    head: Option<Head>,
    metadata: Option<Bytes>,
    data: Bytes,
    started: bool,
    /// Its length when it was queued.
    pub len_bytes: usize,
}

impl Message {
    pub(super) fn new(head: Option<Head>, payload: Payload) -> Self {
        Self { head, len_bytes: payload.len_bytes(), metadata: payload.metadata, data: payload.data, started: false }
    }

    /// Whether a part of it is already written.
    pub(super) fn is_started(&self) -> bool {
        self.started
    }

    /// The next frame of at most `mtu` bytes, and whether it is the last. `complete` marks the last one as the
    /// stream's last message.
    pub(super) fn next_fragment(&mut self, stream: u32, mtu: usize, complete: bool) -> (Frame, bool) {
        let head = self.head.take();
        let mut room = mtu - HEADER_BYTES;
        if head.is_some_and(|head| head.kind.is_flow_controlled()) {
            room -= REQUEST_N_BYTES;
        }
        let metadata = self.metadata.as_mut().map(|rest| {
            room -= METADATA_LENGTH_BYTES;
            let part = rest.split_to(rest.len().min(room));
            room -= part.len();
            part
        });
        if self.metadata.as_ref().is_some_and(Bytes::is_empty) {
            self.metadata = None;
        }
        // Invariant: no data before the end of the metadata.
        let data_bytes = if self.metadata.is_none() { self.data.len().min(room) } else { 0 };
        let payload = Payload { metadata, data: self.data.split_to(data_bytes) };
        self.started = true;
        let last = self.metadata.is_none() && self.data.is_empty();
        let frame = match head {
            Some(Head { kind, initial_n }) => {
                Frame::Request { stream, kind, initial_n, complete: last && complete, follows: !last, payload }
            }
            None => Frame::Payload { stream, next: true, complete: last && complete, follows: !last, payload },
        };
        (frame, last)
    }
}

/// A message that has come in in part.
#[derive(Debug)]
pub(super) struct Assembly {
    /// Set when the message is a request that is not yet answered.
    pub request: Option<RequestKind>,
    /// The request's own COMPLETE flag.
    pub complete: bool,
    pub started: Instant,
    metadata: Option<BytesMut>,
    data: BytesMut,
}

impl Assembly {
    pub(super) fn new(started: Instant) -> Self {
        Self { request: None, complete: false, started, metadata: None, data: BytesMut::new() }
    }

    pub(super) fn push(&mut self, part: &Payload) {
        if let Some(metadata) = &part.metadata {
            self.metadata.get_or_insert_default().extend_from_slice(metadata);
        }
        self.data.extend_from_slice(&part.data);
    }

    pub(super) fn len_bytes(&self) -> usize {
        self.metadata.as_ref().map_or(0, BytesMut::len) + self.data.len()
    }

    pub(super) fn into_payload(self) -> Payload {
        Payload { metadata: self.metadata.map(BytesMut::freeze), data: self.data.freeze() }
    }
}
