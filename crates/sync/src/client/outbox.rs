//! Edits between the hand and the store: logged, then sent in order, then acknowledged, then forgotten.

use std::collections::VecDeque;

use bytes::Bytes;

/// Edits that may wait for acknowledgement on a link, in bytes; more wait here.
pub(super) const MAX_IN_FLIGHT_BYTES: usize = 4 * 1024 * 1024;

/// Where the browser's log keeps an entry; rising, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey(pub u64);

#[derive(Debug)]
struct Entry {
    id: u64,
    update: Bytes,
    is_logged: bool,
    /// Left by an earlier visit: the board may lack what it builds on until the join.
    is_restored: bool,
    key: Option<LogKey>,
    sent_as: Option<u64>,
}

/// What an acknowledgement covers.
#[derive(Debug, Default)]
pub(super) struct Acknowledged {
    /// To be removed from the log.
    pub(super) keys: Vec<LogKey>,
    /// All of them, now stored.
    pub(super) updates: Vec<Bytes>,
    /// Those of earlier visits, now complete on the server.
    pub(super) restored: Vec<Bytes>,
}

/// All that is not acknowledged, oldest first.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: VecDeque<Entry>,
    /// Entries at the front that are under way on this link.
    sent: usize,
    last_id: u64,
    last_seq: u64,
    in_flight_bytes: usize,
}

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Entries that the log has: what outlives the tab.
    pub(super) fn kept(&self) -> usize {
        self.entries.iter().filter(|entry| entry.key.is_some()).count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn restore(&mut self, entries: Vec<(LogKey, Bytes)>) {
        for (key, update) in entries {
            self.last_id += 1;
            let entry =
                Entry { id: self.last_id, update, is_logged: true, is_restored: true, key: Some(key), sent_as: None };
            self.entries.push_back(entry);
        }
    }

    /// What earlier visits left and nobody has acknowledged yet.
    pub(super) fn restored(&self) -> impl Iterator<Item = &Bytes> {
        self.entries.iter().filter(|entry| entry.is_restored).map(|entry| &entry.update)
    }

    pub(super) fn push(&mut self, update: Bytes) -> u64 {
        self.last_id += 1;
        self.entries.push_back(Entry {
            id: self.last_id,
            update,
            is_logged: false,
            is_restored: false,
            key: None,
            sent_as: None,
        });
        self.last_id
    }

    pub(super) fn logged(&mut self, id: u64, key: Option<LogKey>) {
        if let Ok(index) = self.entries.binary_search_by_key(&id, |entry| entry.id) {
            self.entries[index].is_logged = true;
            self.entries[index].key = key;
        }
    }

    /// The next edit and its number. Invariant (LOG-1): entries go in order, none before the log has it.
    pub(super) fn next_to_send(&mut self) -> Option<(u64, Bytes)> {
        let has_room = self.in_flight_bytes < MAX_IN_FLIGHT_BYTES;
        let entry = self.entries.get_mut(self.sent)?;
        if !has_room || !entry.is_logged {
            return None;
        }
        self.sent += 1;
        self.last_seq += 1;
        entry.sent_as = Some(self.last_seq);
        self.in_flight_bytes += entry.update.len();
        Some((self.last_seq, entry.update.clone()))
    }

    /// Forgets what is stored.
    pub(super) fn acknowledge(&mut self, seq: u64) -> Acknowledged {
        let mut acknowledged = Acknowledged::default();
        while self.entries.front().is_some_and(|entry| entry.sent_as.is_some_and(|sent| sent <= seq)) {
            if let Some(entry) = self.entries.pop_front() {
                self.sent -= 1;
                self.in_flight_bytes -= entry.update.len();
                acknowledged.keys.extend(entry.key);
                acknowledged.restored.extend(entry.is_restored.then(|| entry.update.clone()));
                acknowledged.updates.push(entry.update);
            }
        }
        acknowledged
    }

    /// Everything unacknowledged is to be sent again on this link, under new numbers.
    pub(super) fn send_again(&mut self) {
        for entry in &mut self.entries {
            entry.sent_as = None;
        }
        self.sent = 0;
        self.in_flight_bytes = 0;
    }

    /// The link is gone: the next starts to count from one.
    pub(super) fn link_lost(&mut self) {
        self.send_again();
        self.last_seq = 0;
    }
}
