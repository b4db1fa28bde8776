//! The lossy lane of a room: who is here, where they point, what they are dragging. Newest wins.
//!
//! Memory is bounded by people, never by messages. It must not know the document; drafts are opaque bytes.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use litemap::LiteMap;
use protocol::awareness::{self, AwarenessEntry, PresenceState};
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, PresenceDown, PresenceUp};
use protocol::limits::{MAX_AWARENESS_CLIENTS, MAX_PRESENCE_BYTES, PRESENCE_BATCH_BYTES, PRESENCE_TIMEOUT_MS};
use protocol::{ConnectionId, VisitToken};

use crate::LaneId;

type Peer = (LaneId, ConnectionId);

/// The newest that one Yjs client said of itself.
#[derive(Debug)]
struct Person {
    owner: Peer,
    clock: u64,
    state: String,
    heard_ms: u64,
}

/// What one lane has not been told yet.
#[derive(Debug, Default)]
struct Untold {
    clients: BTreeSet<u64>,
    gone: BTreeMap<u64, u64>,
    drafts: BTreeSet<Peer>,
    queries: BTreeSet<ConnectionId>,
}

/// The presence of one room. Its shell feeds it and, when a lane has credit and its time has come, takes a batch.
#[derive(Debug, Default)]
pub struct Presence {
    people: BTreeMap<u64, Person>,
    drafts: BTreeMap<Peer, Bytes>,
    /// Of the connections that said one.
    tokens: BTreeMap<Peer, VisitToken>,
    /// A sorted list: most boards have one.
    lanes: LiteMap<LaneId, Box<Untold>>,
}

impl Presence {
    /// Nobody is here.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A gateway opened its presence lane; it is told of everybody when its connections ask.
    pub fn open_lane(&mut self, lane: LaneId) {
        self.lanes.entry(lane).or_default();
    }

    /// The lane has ended and its connections are gone.
    pub fn close_lane(&mut self, lane: LaneId) {
        self.lanes.remove(&lane);
        self.drafts.retain(|(owner, _), _| *owner != lane);
        self.tokens.retain(|(owner, _), _| *owner != lane);
        let left: Vec<u64> =
            self.people.iter().filter(|(_, person)| person.owner.0 == lane).map(|(client, _)| *client).collect();
        for client in left {
            self.remove(client);
        }
    }

    /// Takes a message of a lane. Bytes that are no awareness update, or are over a limit, are ignored: the gateway has
    /// closed such a connection already.
    pub fn receive(&mut self, now_ms: u64, lane: LaneId, message: PresenceUp) {
        if !self.lanes.contains_key(&lane) {
            return;
        }
        match message {
            PresenceUp::Awareness { connection, update } => {
                for entry in awareness::decode_from_client(&update).unwrap_or_default() {
                    self.hear(now_ms, (lane, connection), entry);
                }
            }
            PresenceUp::Draft { connection, message } if message.len() <= MAX_PRESENCE_BYTES + 32 => {
                self.drafts.insert((lane, connection), message);
                for (_, untold) in self.lanes.iter_mut() {
                    untold.drafts.insert((lane, connection));
                }
            }
            PresenceUp::Draft { .. } => {}
            PresenceUp::Query { connection } => {
                if let Some(untold) = self.lanes.get_mut(&lane) {
                    untold.queries.insert(connection);
                }
            }
            PresenceUp::Gone { connection } => self.leave((lane, connection)),
            // With what right somebody is here is the shell's to keep; nobody on the board is told.
            PresenceUp::Visitor { .. } => {}
            PresenceUp::Visit { connection, token } => self.take_over((lane, connection), token),
        }
    }

    /// The Yjs client of a connection of one of these lanes, and what it calls itself, which may be nothing; `None` where it
    /// says nothing of itself at all.
    #[must_use]
    pub fn user_of(&self, connection: ConnectionId, is_theirs: impl Fn(LaneId) -> bool) -> Option<(u64, String)> {
        let is_owner = |(lane, theirs): Peer| theirs == connection && is_theirs(lane);
        let (client, person) = self.people.iter().find(|(_, person)| is_owner(person.owner))?;
        let state: PresenceState = serde_json::from_str(&person.state).unwrap_or_default();
        Some((*client, state.user.name))
    }

    /// Removes who has not been heard of for too long.
    pub fn expire(&mut self, now_ms: u64) {
        let silent: Vec<u64> = self
            .people
            .iter()
            .filter(|(_, person)| now_ms.saturating_sub(person.heard_ms) > PRESENCE_TIMEOUT_MS)
            .map(|(client, _)| *client)
            .collect();
        for client in silent {
            self.remove(client);
        }
    }

    /// Whether the lane has something to be told.
    #[must_use]
    pub fn is_dirty(&self, lane: LaneId) -> bool {
        self.lanes.get(&lane).is_some_and(|untold| {
            !(untold.clients.is_empty()
                && untold.gone.is_empty()
                && untold.drafts.is_empty()
                && untold.queries.is_empty())
        })
    }

    /// The newest of all that the lane has not been told, at most about `PRESENCE_BATCH_BYTES`; the rest stays for the
    /// next batch. Empty when there is nothing.
    pub fn take_batch(&mut self, lane: LaneId) -> Vec<PresenceDown> {
        let Some(mut untold) = self.lanes.remove(&lane) else { return Vec::new() };
        let mut batch = Vec::new();
        let mut bytes_left = PRESENCE_BATCH_BYTES;
        self.answer_queries(&mut untold, &mut batch, &mut bytes_left);
        self.tell_people(&mut untold, &mut batch, &mut bytes_left);
        self.tell_drafts(lane, &mut untold, &mut batch, &mut bytes_left);
        self.lanes.insert(lane, untold);
        batch
    }

    fn hear(&mut self, now_ms: u64, from: Peer, entry: AwarenessEntry) {
        match self.people.get_mut(&entry.client) {
            Some(person) if person.owner != from => {}
            Some(_) if entry.is_gone() => self.remove(entry.client),
            Some(person) if person.clock > entry.clock => {}
            Some(person) => {
                person.heard_ms = now_ms;
                person.clock = entry.clock;
                person.state = entry.state;
                self.mark(entry.client);
            }
            None if entry.is_gone() => {}
            None => {
                let introduced = self.people.values().filter(|person| person.owner == from).count();
                if introduced < MAX_AWARENESS_CLIENTS {
                    let person = Person { owner: from, clock: entry.clock, state: entry.state, heard_ms: now_ms };
                    self.people.insert(entry.client, person);
                    self.mark(entry.client);
                }
            }
        }
    }

    /// The visit is here now: its former connections are dead, whether that has been noticed or not (PRES-5).
    fn take_over(&mut self, peer: Peer, token: VisitToken) {
        let is_former = |other: &Peer, their: &VisitToken| *other != peer && *their == token;
        let former: Vec<Peer> =
            self.tokens.iter().filter(|(other, their)| is_former(other, their)).map(|(other, _)| *other).collect();
        for other in former {
            self.leave(other);
        }
        self.tokens.insert(peer, token);
    }

    fn leave(&mut self, peer: Peer) {
        self.tokens.remove(&peer);
        self.drafts.remove(&peer);
        let left: Vec<u64> =
            self.people.iter().filter(|(_, person)| person.owner == peer).map(|(client, _)| *client).collect();
        for client in left {
            self.remove(client);
        }
    }

    fn mark(&mut self, client: u64) {
        for (_, untold) in self.lanes.iter_mut() {
            untold.gone.remove(&client);
            untold.clients.insert(client);
        }
    }

    fn remove(&mut self, client: u64) {
        if let Some(person) = self.people.remove(&client) {
            for (_, untold) in self.lanes.iter_mut() {
                untold.clients.remove(&client);
                untold.gone.insert(client, person.clock);
            }
        }
    }

    fn answer_queries(&self, untold: &mut Untold, batch: &mut Vec<PresenceDown>, bytes_left: &mut usize) {
        let everybody: Vec<AwarenessEntry> = self.people.iter().map(|(client, person)| person.entry(*client)).collect();
        if everybody.is_empty() {
            untold.queries.clear();
        }
        while let Some(connection) = untold.queries.first().copied() {
            let message = awareness_message(&everybody);
            if !batch.is_empty() && message.len() > *bytes_left {
                return;
            }
            *bytes_left = bytes_left.saturating_sub(message.len());
            untold.queries.remove(&connection);
            batch.push(PresenceDown { audience: Audience::One(connection), message });
        }
    }

    fn tell_people(&self, untold: &mut Untold, batch: &mut Vec<PresenceDown>, bytes_left: &mut usize) {
        let mut entries: Vec<AwarenessEntry> = std::mem::take(&mut untold.gone)
            .into_iter()
            .map(|(client, clock)| AwarenessEntry { client, clock, state: "null".into() })
            .collect();
        while let Some(client) = untold.clients.first().copied() {
            if let Some(person) = self.people.get(&client) {
                if *bytes_left == 0 && !entries.is_empty() {
                    break;
                }
                *bytes_left = bytes_left.saturating_sub(person.state.len() + 16);
                entries.push(person.entry(client));
            }
            untold.clients.remove(&client);
        }
        if !entries.is_empty() {
            let message = awareness_message(&entries);
            batch.push(PresenceDown { audience: Audience::Everyone { except: None }, message });
        }
    }

    fn tell_drafts(&self, lane: LaneId, untold: &mut Untold, batch: &mut Vec<PresenceDown>, bytes_left: &mut usize) {
        while let Some(author) = untold.drafts.first().copied() {
            if let Some(message) = self.drafts.get(&author) {
                if !batch.is_empty() && message.len() > *bytes_left {
                    return;
                }
                *bytes_left = bytes_left.saturating_sub(message.len());
                let except = (author.0 == lane).then_some(author.1);
                batch.push(PresenceDown { audience: Audience::OurClients { except }, message: message.clone() });
            }
            untold.drafts.remove(&author);
        }
    }
}

impl Person {
    fn entry(&self, client: u64) -> AwarenessEntry {
        AwarenessEntry { client, clock: self.clock, state: self.state.clone() }
    }
}

fn awareness_message(entries: &[AwarenessEntry]) -> Bytes {
    EdgeMessage::Awareness(&awareness::encode(entries)).encode().into()
}
