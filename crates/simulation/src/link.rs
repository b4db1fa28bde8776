//! Virtual wires: ordered, delayed, held up, and gone without a word when they are cut.

use std::collections::VecDeque;

use bytes::Bytes;

/// What travels between a person and a gateway.
#[derive(Debug, Clone)]
pub(crate) enum Parcel {
    /// A message.
    Message(Bytes),
    /// The other side closed, with a code.
    Closed(Option<u16>),
}

/// One direction: items arrive in order, each no earlier than the one before.
#[derive(Debug)]
pub(crate) struct Pipe<T> {
    items: VecDeque<(u64, T)>,
    last_ms: u64,
}

impl<T> Default for Pipe<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), last_ms: 0 }
    }
}

impl<T> Pipe<T> {
    pub(crate) fn send(&mut self, now_ms: u64, delay_ms: u64, item: T) {
        self.last_ms = self.last_ms.max(now_ms + delay_ms);
        self.items.push_back((self.last_ms, item));
    }

    pub(crate) fn due_ms(&self) -> Option<u64> {
        self.items.front().map(|(at_ms, _)| *at_ms)
    }

    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<T> {
        self.due_ms().filter(|at_ms| *at_ms <= now_ms)?;
        self.items.pop_front().map(|(_, item)| item)
    }

    /// Nothing arrives before this time, as on a network that is away and comes back.
    pub(crate) fn hold_until(&mut self, until_ms: u64) {
        self.last_ms = self.last_ms.max(until_ms);
        self.items.iter_mut().for_each(|(at_ms, _)| *at_ms = until_ms.max(*at_ms));
    }

    /// Loses all that is under way.
    pub(crate) fn lose(&mut self) {
        self.items.clear();
    }
}

/// A connection of a person from its opening to its end.
#[derive(Debug)]
pub(crate) struct Link {
    /// Number of the connection at the gateway.
    pub(crate) connection: u64,
    /// When the handshake is done; `None` once it is open.
    pub(crate) opens_at_ms: Option<u64>,
    /// To the gateway.
    pub(crate) up: Pipe<Parcel>,
    /// To the person.
    pub(crate) down: Pipe<Parcel>,
    /// Half open: nothing arrives any more, and neither side is told.
    pub(crate) is_dead: bool,
}
