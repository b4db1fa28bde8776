//! Which connection may speak for which Yjs client id: whoever named it first, until it leaves.
//!
//! Stock clients repeat to the server what they hear of others, and a hostile one may claim another's cursor; neither
//! may count. It must not know what is said.

use std::collections::HashMap;

use protocol::ConnectionId;
use protocol::awareness::AwarenessEntry;
use protocol::limits::MAX_AWARENESS_CLIENTS;

use crate::limits::MAX_FOREIGN_CLIENTS;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Here(ConnectionId),
    /// Behind another gateway.
    Elsewhere,
}

/// The client ids of one board, as one gateway knows them.
#[derive(Debug, Default)]
pub struct ClientIds {
    holders: HashMap<u64, Holder>,
}

impl ClientIds {
    /// Whether the connection may speak for the client; takes an id that nobody holds, up to `MAX_AWARENESS_CLIENTS`.
    pub fn claim(&mut self, connection: ConnectionId, client: u64) -> bool {
        if let Some(holder) = self.holders.get(&client) {
            return *holder == Holder::Here(connection);
        }
        let held = self.holders.values().filter(|holder| **holder == Holder::Here(connection)).count();
        if held < MAX_AWARENESS_CLIENTS {
            self.holders.insert(client, Holder::Here(connection));
        }
        held < MAX_AWARENESS_CLIENTS
    }

    /// Leaves in an awareness update only what the connection may say. Someone unknown who leaves is no news. Says whether
    /// the connection speaks for more clients than before.
    pub fn keep_own(&mut self, connection: ConnectionId, entries: &mut Vec<AwarenessEntry>) -> bool {
        let before = self.holders.len();
        entries.retain(|entry| {
            let is_news = !entry.is_gone() || self.holders.contains_key(&entry.client);
            is_news && self.claim(connection, entry.client)
        });
        self.holders.len() > before
    }

    /// The service told everybody of these clients.
    pub fn hear(&mut self, entries: &[AwarenessEntry]) {
        for entry in entries {
            if entry.is_gone() {
                self.holders.remove(&entry.client);
            } else if self.holders.len() < MAX_FOREIGN_CLIENTS {
                self.holders.entry(entry.client).or_insert(Holder::Elsewhere);
            }
        }
    }

    /// The board has moved: who is behind other gateways is told anew.
    pub fn forget_elsewhere(&mut self) {
        self.holders.retain(|_, holder| *holder != Holder::Elsewhere);
    }

    /// The clients that a connection speaks for.
    #[must_use]
    pub fn held_by(&self, connection: ConnectionId) -> Vec<u64> {
        let own = self.holders.iter().filter(|(_, holder)| **holder == Holder::Here(connection));
        own.map(|(client, _)| *client).collect()
    }

    /// The connection has gone; its ids are free.
    pub fn leave(&mut self, connection: ConnectionId) {
        self.holders.retain(|_, holder| *holder != Holder::Here(connection));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: ConnectionId = ConnectionId(1);
    const MALLORY: ConnectionId = ConnectionId(2);

    fn entry(client: u64, state: &str) -> AwarenessEntry {
        AwarenessEntry { client, clock: 1, state: state.into() }
    }

    #[test]
    fn an_id_belongs_to_who_named_it_first_until_they_leave() {
        let mut ids = ClientIds::default();
        assert!(ids.claim(ALICE, 7) && ids.claim(ALICE, 7));
        assert!(!ids.claim(MALLORY, 7));
        ids.leave(ALICE);
        assert!(ids.claim(MALLORY, 7));
    }

    #[test]
    fn echoes_of_others_are_left_out() {
        let mut ids = ClientIds::default();
        assert!(ids.claim(ALICE, 1));
        ids.hear(&[entry(1, "{}"), entry(2, "{}")]);
        let mut said = vec![entry(1, "{}"), entry(2, "{}"), entry(3, "{}"), entry(4, "null")];
        assert!(ids.keep_own(MALLORY, &mut said));
        assert_eq!(said, [entry(3, "{}")]);
        assert!(!ids.keep_own(MALLORY, &mut said), "it is known by now");
        ids.hear(&[entry(2, "null")]);
        let mut said = vec![entry(2, "{}"), entry(3, "null")];
        ids.keep_own(MALLORY, &mut said);
        assert_eq!(said, [entry(2, "{}"), entry(3, "null")]);
    }

    #[test]
    fn nobody_holds_more_than_the_limit() {
        let mut ids = ClientIds::default();
        let taken = (0..100).filter(|client| ids.claim(MALLORY, *client)).count();
        assert_eq!(taken, MAX_AWARENESS_CLIENTS);
        assert!(ids.claim(ALICE, 50));
    }

    #[test]
    fn what_is_heard_of_others_is_bounded() {
        let mut ids = ClientIds::default();
        let all: Vec<_> = (0..MAX_FOREIGN_CLIENTS as u64 + 5).map(|client| entry(client, "{}")).collect();
        ids.hear(&all);
        assert_eq!(ids.holders.len(), MAX_FOREIGN_CLIENTS);
    }
}
