//! Presence on its way up: of each browser only the newest waits, so that memory is bounded by people.
//!
//! It must not know the lane or its credit.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;
use protocol::awareness::{self, AwarenessEntry};
use protocol::lane::PresenceUp;
use protocol::{ConnectionId, VisitToken};

#[derive(Debug, Default)]
struct Newest {
    awareness: BTreeMap<u64, AwarenessEntry>,
    draft: Option<Bytes>,
    token: Option<VisitToken>,
    visitor: Option<Bytes>,
    asks: bool,
    is_gone: bool,
}

impl Newest {
    fn has_nothing(&self) -> bool {
        let is_silent = self.awareness.is_empty() && self.draft.is_none();
        is_silent && self.token.is_none() && self.visitor.is_none() && !self.asks
    }
}

/// What the presence lane has not been told yet; connections take turns.
#[derive(Debug, Default)]
pub struct PresenceQueue {
    waiting: HashMap<ConnectionId, Newest>,
    turns: VecDeque<ConnectionId>,
}

impl PresenceQueue {
    /// The newest state of some of the connection's clients.
    pub fn put_awareness(&mut self, connection: ConnectionId, entries: Vec<AwarenessEntry>) {
        if !entries.is_empty() {
            self.of(connection).awareness.extend(entries.into_iter().map(|entry| (entry.client, entry)));
        }
    }

    /// The newest draft: an encoded `EdgeMessage::Draft`.
    pub fn put_draft(&mut self, connection: ConnectionId, message: Bytes) {
        self.of(connection).draft = Some(message);
    }

    /// The connection says whose it is.
    pub fn put_token(&mut self, connection: ConnectionId, token: VisitToken) {
        self.of(connection).token = Some(token);
    }

    /// With what right the connection is here: an encoded `Visitor`.
    pub fn put_visitor(&mut self, connection: ConnectionId, visitor: Bytes) {
        self.of(connection).visitor = Some(visitor);
    }

    /// The connection wants to know who is here.
    pub fn put_query(&mut self, connection: ConnectionId) {
        self.of(connection).asks = true;
    }

    /// The connection has gone; what it said before is of no interest any more.
    pub fn put_gone(&mut self, connection: ConnectionId) {
        *self.of(connection) = Newest { is_gone: true, ..Newest::default() };
    }

    /// The next message to send.
    pub fn take(&mut self) -> Option<PresenceUp> {
        let connection = *self.turns.front()?;
        let newest = self.waiting.get_mut(&connection).expect("who has a turn has something waiting");
        let message = if newest.is_gone {
            newest.is_gone = false;
            PresenceUp::Gone { connection }
        } else if let Some(token) = newest.token.take() {
            PresenceUp::Visit { connection, token }
        } else if let Some(visitor) = newest.visitor.take() {
            PresenceUp::Visitor { connection, visitor }
        } else if std::mem::take(&mut newest.asks) {
            PresenceUp::Query { connection }
        } else if !newest.awareness.is_empty() {
            let entries: Vec<_> = std::mem::take(&mut newest.awareness).into_values().collect();
            PresenceUp::Awareness { connection, update: awareness::encode(&entries).into() }
        } else {
            let message = newest.draft.take().expect("a turn is given up with the last thing waiting");
            PresenceUp::Draft { connection, message }
        };
        self.turns.rotate_left(1);
        if newest.has_nothing() {
            self.waiting.remove(&connection);
            self.turns.pop_back();
        }
        if self.turns.is_empty() {
            *self = Self::default();
        }
        Some(message)
    }

    fn of(&mut self, connection: ConnectionId) -> &mut Newest {
        let turns = &mut self.turns;
        self.waiting.entry(connection).or_insert_with(|| {
            turns.push_back(connection);
            Newest::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: ConnectionId = ConnectionId(1);
    const BOB: ConnectionId = ConnectionId(2);

    fn entry(client: u64, clock: u64) -> AwarenessEntry {
        AwarenessEntry { client, clock, state: "{}".into() }
    }

    fn drain(queue: &mut PresenceQueue) -> Vec<PresenceUp> {
        std::iter::from_fn(|| queue.take()).collect()
    }

    #[test]
    fn only_the_newest_waits_and_connections_take_turns() {
        let mut queue = PresenceQueue::default();
        for clock in 1..=100 {
            queue.put_awareness(ALICE, vec![entry(7, clock), entry(8, 1)]);
            queue.put_draft(ALICE, Bytes::from(vec![clock as u8]));
        }
        queue.put_query(BOB);
        queue.put_draft(BOB, Bytes::from_static(b"b"));
        queue.put_visitor(BOB, Bytes::from_static(b"v"));
        let update = awareness::encode(&[entry(7, 100), entry(8, 1)]).into();
        let expected = [
            PresenceUp::Awareness { connection: ALICE, update },
            PresenceUp::Visitor { connection: BOB, visitor: Bytes::from_static(b"v") },
            PresenceUp::Draft { connection: ALICE, message: Bytes::from_static(&[100]) },
            PresenceUp::Query { connection: BOB },
            PresenceUp::Draft { connection: BOB, message: Bytes::from_static(b"b") },
        ];
        assert_eq!(drain(&mut queue), expected);
        assert_eq!(drain(&mut queue), []);
        assert!(queue.waiting.is_empty() && queue.turns.is_empty());
    }

    #[test]
    fn who_has_gone_says_nothing_more() {
        let mut queue = PresenceQueue::default();
        queue.put_awareness(ALICE, vec![entry(7, 1)]);
        queue.put_query(ALICE);
        queue.put_awareness(BOB, Vec::new());
        queue.put_gone(ALICE);
        assert_eq!(drain(&mut queue), [PresenceUp::Gone { connection: ALICE }]);
    }
}
