//! The last messages of a board, shared by all its browsers: a bounded queue in which everybody reads at a position of
//! their own. It must not know who reads.

use std::collections::VecDeque;

use bytes::Bytes;
use protocol::lane::Audience;

/// A message and for whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// For whom.
    pub audience: Audience,
    /// An encoded `EdgeMessage`.
    pub message: Bytes,
}

/// Messages at positions `start()..end()`. Positions rise by one with each message and are never used again.
#[derive(Debug)]
pub struct Ring {
    entries: VecDeque<Entry>,
    start: u64,
    bytes: usize,
    max_bytes: usize,
    max_messages: usize,
}

impl Ring {
    /// An empty ring that forgets its oldest messages when it holds more than this. The newest is always held.
    #[must_use]
    pub fn new(max_bytes: usize, max_messages: usize) -> Self {
        Self { entries: VecDeque::new(), start: 0, bytes: 0, max_bytes, max_messages }
    }

    /// The oldest position still held.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The position that the next message will have.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start + self.entries.len() as u64
    }

    /// Adds a message.
    pub fn push(&mut self, entry: Entry) {
        self.bytes += entry.message.len();
        self.entries.push_back(entry);
        while self.entries.len() > 1 && (self.bytes > self.max_bytes || self.entries.len() > self.max_messages) {
            self.forget_oldest();
        }
    }

    /// The message at a position; `None` when it is not there yet, or no longer.
    #[must_use]
    pub fn get(&self, position: u64) -> Option<&Entry> {
        let index = usize::try_from(position.checked_sub(self.start)?).ok()?;
        self.entries.get(index)
    }

    /// Forgets everything before a position, as everybody has read it.
    pub fn forget_before(&mut self, position: u64) {
        while self.start < position && !self.entries.is_empty() {
            self.forget_oldest();
        }
    }

    /// Forgets everything, as everybody has read it, and holds no memory then.
    pub fn forget_all(&mut self) {
        self.start = self.end();
        self.entries = VecDeque::new();
        self.bytes = 0;
    }

    fn forget_oldest(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes -= entry.message.len();
            self.start += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(length: usize) -> Entry {
        Entry { audience: Audience::Everyone { except: None }, message: Bytes::from(vec![0; length]) }
    }

    #[test]
    fn holds_the_newest_message_even_when_it_alone_is_over_the_bound() {
        let mut ring = Ring::new(10, 4);
        ring.push(entry(3));
        ring.push(entry(30));
        assert_eq!((ring.start(), ring.end()), (1, 2));
        assert_eq!(ring.get(1), Some(&entry(30)));
        assert_eq!((ring.get(0), ring.get(2)), (None, None));
    }

    proptest! {
        #[test]
        fn stays_in_bounds_and_positions_keep_their_message(
            steps in prop::collection::vec((0_usize..40, 0_u64..60), 1..60),
        ) {
            let mut ring = Ring::new(100, 8);
            let mut all = Vec::new();
            for (length, forget) in steps {
                ring.push(entry(length));
                all.push(length);
                prop_assert_eq!(ring.end(), all.len() as u64);
                prop_assert!(ring.start() < ring.end());
                let held: usize = (ring.start()..ring.end()).map(|at| ring.get(at).expect("held").message.len()).sum();
                prop_assert_eq!(held, ring.bytes);
                prop_assert!(ring.end() - ring.start() == 1 || (held <= 100 && ring.end() - ring.start() <= 8));
                for position in ring.start()..ring.end() {
                    prop_assert_eq!(ring.get(position), Some(&entry(all[position as usize])));
                }
                if forget < ring.end() {
                    ring.forget_before(forget);
                    prop_assert!(ring.start() >= forget);
                }
                if ring.start() == ring.end() {
                    ring.push(entry(0));
                    all.push(0);
                }
            }
        }
    }
}
