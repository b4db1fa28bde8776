//! A virtual socket between a person and the gateway: ordered, delayed, and gone without a word when it is cut.

use std::collections::VecDeque;

use bytes::Bytes;

/// What travels on one direction.
#[derive(Debug, Clone)]
pub(crate) enum Parcel {
    /// A message.
    Message(Bytes),
    /// The other side closed, with a code.
    Closed(Option<u16>),
}

/// One direction: parcels arrive in order, each no earlier than the one before.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    parcels: VecDeque<(u64, Parcel)>,
    last_ms: u64,
}

impl Pipe {
    pub(crate) fn send(&mut self, now_ms: u64, delay_ms: u64, parcel: Parcel) {
        self.last_ms = self.last_ms.max(now_ms + delay_ms);
        self.parcels.push_back((self.last_ms, parcel));
    }

    pub(crate) fn due_ms(&self) -> Option<u64> {
        self.parcels.front().map(|(at_ms, _)| *at_ms)
    }

    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<Parcel> {
        self.due_ms().filter(|at_ms| *at_ms <= now_ms)?;
        self.parcels.pop_front().map(|(_, parcel)| parcel)
    }
}

/// A connection from its opening to its end.
#[derive(Debug)]
pub(crate) struct Link {
    /// Number of the connection at the gateway.
    pub(crate) connection: u64,
    /// When the handshake is done; `None` once it is open.
    pub(crate) opens_at_ms: Option<u64>,
    /// To the gateway.
    pub(crate) up: Pipe,
    /// To the person.
    pub(crate) down: Pipe,
}
