//! Who else is here, as a client sees it: the y-protocols awareness table of one board.

use std::collections::BTreeMap;

use protocol::awareness::{AwarenessEntry, PresenceState};
use protocol::limits::PRESENCE_TIMEOUT_MS;

/// How long somebody may take to be heard of after the board has moved.
const DOUBT_MS: u64 = 5_000;

#[derive(Debug)]
struct Peer {
    clock: u64,
    heard_ms: u64,
}

/// What an awareness update changed.
#[derive(Debug, PartialEq)]
pub(crate) enum PeerEvent {
    Changed { client: u64, state: Box<PresenceState>, is_new: bool },
    Gone { client: u64 },
}

/// Newest clock per client; states live in the editor.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    peers: BTreeMap<u64, Peer>,
}

impl Peers {
    /// Takes an update's lines, leaving out our own. A state that is not what we understand counts as an unnamed person.
    pub(crate) fn hear(&mut self, now_ms: u64, own: u64, entries: Vec<AwarenessEntry>) -> Vec<PeerEvent> {
        let mut events = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.client != own) {
            let known = self.peers.get(&entry.client).map(|peer| peer.clock);
            if entry.is_gone() {
                if known.is_some_and(|clock| entry.clock >= clock) {
                    self.peers.remove(&entry.client);
                    events.push(PeerEvent::Gone { client: entry.client });
                }
            } else if known.is_none_or(|clock| entry.clock >= clock) {
                self.peers.insert(entry.client, Peer { clock: entry.clock, heard_ms: now_ms });
                if known != Some(entry.clock) {
                    let state = Box::new(serde_json::from_str(&entry.state).unwrap_or_default());
                    events.push(PeerEvent::Changed { client: entry.client, state, is_new: known.is_none() });
                }
            }
        }
        events
    }

    /// Forgets who has been silent for too long.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Vec<PeerEvent> {
        let is_silent = |peer: &Peer| now_ms.saturating_sub(peer.heard_ms) > PRESENCE_TIMEOUT_MS;
        self.forget(|peer| is_silent(peer))
    }

    /// The board has moved: who is still here says so soon, others are forgotten.
    pub(crate) fn doubt(&mut self, now_ms: u64) {
        let heard_ms = now_ms.saturating_sub(PRESENCE_TIMEOUT_MS.saturating_sub(DOUBT_MS));
        self.peers.values_mut().for_each(|peer| peer.heard_ms = peer.heard_ms.min(heard_ms));
    }

    /// Forgets everybody, when the link is lost.
    pub(crate) fn clear(&mut self) -> Vec<PeerEvent> {
        self.forget(|_| true)
    }

    fn forget(&mut self, which: impl Fn(&Peer) -> bool) -> Vec<PeerEvent> {
        let gone: Vec<u64> = self.peers.iter().filter(|(_, peer)| which(peer)).map(|(client, _)| *client).collect();
        for client in &gone {
            self.peers.remove(client);
        }
        gone.into_iter().map(|client| PeerEvent::Gone { client }).collect()
    }
}
