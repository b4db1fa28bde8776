//! Messages that wait for the application, and what they hold on to. A message is a slice of what was read from the link
//! at once, and keeps all of that alive; so reads are counted beside bytes. It must not know streams.

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::ops::{AddAssign, Sub, SubAssign};

use crate::{Payload, limits};

/// What waiting messages hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub messages: usize,
    /// Of the messages alone.
    pub bytes: usize,
    /// Reads of about [`limits::READ_BYTES`] that are kept alive, at most; one that several queues hold counts in each.
    pub reads: usize,
}

impl AddAssign for Held {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.bytes += other.bytes;
        self.reads += other.reads;
    }
}

impl Sub for Held {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            messages: self.messages - other.messages,
            bytes: self.bytes - other.bytes,
            reads: self.reads - other.reads,
        }
    }
}

impl SubAssign for Held {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

/// A message as it came in.
#[derive(Debug)]
pub(super) struct Received {
    pub payload: Payload,
    /// Which read of the link it shares its bytes with; none if they are its own.
    pub read: Option<NonZeroU64>,
}

/// Messages in order, and what they hold.
#[derive(Debug, Default)]
pub(super) struct Queue {
    messages: VecDeque<Received>,
    held: Held,
}

impl Queue {
    pub(super) fn held(&self) -> Held {
        self.held
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Takes a message in, where the connection holds `in_all` already; says what it adds. One that would keep another read
    /// alive while enough are is copied out of it.
    pub(super) fn push(&mut self, message: Received, in_all: Held) -> Held {
        let Received { mut payload, mut read } = message;
        let bytes = payload.len_bytes();
        if bytes >= limits::READ_BYTES {
            // It holds little beside itself, and its bytes are counted.
            read = None;
        }
        let mut begins = read.is_some() && self.messages.back().is_none_or(|last| last.read != read);
        if begins && in_all.reads >= limits::UNREAD_READS {
            (payload, read, begins) = (payload.copied(), None, false);
        }
        self.messages.push_back(Received { payload, read });
        let added = Held { messages: 1, bytes, reads: usize::from(begins) };
        self.held += added;
        added
    }

    pub(super) fn pop(&mut self) -> Option<Payload> {
        let Received { payload, read } = self.messages.pop_front()?;
        let ends = read.is_some() && self.messages.front().is_none_or(|next| next.read != read);
        self.held -= Held { messages: 1, bytes: payload.len_bytes(), reads: usize::from(ends) };
        Some(payload)
    }

    /// What the messages hold, counted anew.
    #[cfg(any(test, fuzzing))]
    pub(super) fn counted(&self) -> Held {
        let reads: Vec<_> = self.messages.iter().map(|message| message.read).collect();
        let runs = reads.chunk_by(|one, next| one == next).filter(|run| run[0].is_some());
        let bytes = self.messages.iter().map(|message| message.payload.len_bytes()).sum();
        Held { messages: self.messages.len(), bytes, reads: runs.count() }
    }
}
