//! One gateway of a run: a model of its hub for the one board. It relays as the gateway does (rights, audiences,
//! generations, joining again), without its rings and windows, which have their own tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use protocol::edge::{EdgeMessage, Welcome};
use protocol::lane::{Audience, Dialect, PresenceUp, UpdatesDown, UpdatesUp};
use protocol::{ConnectionId, ErrorCode, PROTOCOL_VERSION, Role, SCHEMA_VERSION, VisitToken};
use sync::LaneId;

use crate::mutant::Mutant;
use crate::node::Down;

/// How long browsers wait for their board.
const OPEN_MS: u64 = 25_000;
/// How long the lanes of a board that nobody has open stay open.
const LINGER_MS: u64 = 2_000;
/// How often the list of services is read, and while a board waits for its owner.
const LIST_MS: u64 = 1_000;
const LIST_IMPATIENT_MS: u64 = 200;
/// Lists in a row without a service that say that it lost its boards.
const LISTS_WITHOUT: u32 = 3;

/// What goes up a lane.
#[derive(Debug, Clone)]
pub(crate) enum Up {
    Open,
    Closed,
    Updates(UpdatesUp),
    Presence(PresenceUp),
}

/// What a gateway wants done.
pub(crate) enum Out {
    Message(u64, Bytes),
    Close(u64, ErrorCode),
    Lane(LaneId, Up),
}

enum Lane {
    None { try_at_ms: u64, toward: Option<String> },
    Asked(LaneId),
    Open(LaneId, String),
}

struct Hub {
    /// Connections, with the generation in which they joined.
    seats: BTreeMap<u64, u64>,
    visits: BTreeMap<VisitToken, u64>,
    generation: u64,
    lane: Lane,
    upward: VecDeque<(Option<u64>, Up)>,
    gives_up_ms: u64,
    without: u32,
    empty_since_ms: Option<u64>,
}

pub(crate) struct Gate {
    hub: Option<Hub>,
    listed: BTreeSet<String>,
    list_at_ms: u64,
    pub(crate) back_at_ms: u64,
    mutant: Option<Mutant>,
}

impl Gate {
    pub(crate) fn new(now_ms: u64, mutant: Option<Mutant>) -> Self {
        Self { hub: None, listed: BTreeSet::new(), list_at_ms: now_ms, back_at_ms: now_ms, mutant }
    }

    pub(crate) fn crash(&mut self, back_at_ms: u64) {
        (self.hub, self.listed) = (None, BTreeSet::new());
        (self.back_at_ms, self.list_at_ms) = (back_at_ms, back_at_ms);
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.hub.as_ref().is_some_and(|hub| !matches!(hub.lane, Lane::Open(..)))
    }

    pub(crate) fn due_ms(&self) -> u64 {
        let Some(hub) = &self.hub else { return self.list_at_ms };
        let opening = if let Lane::None { try_at_ms, .. } = &hub.lane { Some(*try_at_ms) } else { None };
        let linger = hub.empty_since_ms.map(|since_ms| since_ms + LINGER_MS);
        [opening, linger].into_iter().flatten().fold(self.list_at_ms, u64::min)
    }

    /// The store's list, when it is time to read it.
    pub(crate) fn wants_list(&self, now_ms: u64) -> bool {
        self.list_at_ms <= now_ms
    }

    pub(crate) fn list(&mut self, now_ms: u64, listed: Option<BTreeSet<String>>, out: &mut Vec<Out>) {
        let waits = self.hub.as_ref().is_some_and(|hub| matches!(hub.lane, Lane::None { .. }));
        self.list_at_ms = now_ms + if waits { LIST_IMPATIENT_MS } else { LIST_MS };
        let Some(listed) = listed else { return };
        self.listed = listed;
        let Some(hub) = &mut self.hub else { return };
        match &mut hub.lane {
            Lane::None { toward, .. } if toward.as_ref().is_some_and(|owner| !self.listed.contains(owner)) => {
                *toward = None;
            }
            Lane::Open(lane, address) => {
                hub.without = if self.listed.contains(address) { 0 } else { hub.without + 1 };
                if hub.without >= LISTS_WITHOUT {
                    out.push(Out::Lane(*lane, Up::Closed));
                    hub.rejoin(now_ms, self.mutant, out);
                }
            }
            Lane::None { .. } | Lane::Asked(_) => {}
        }
    }

    /// Where the hub would open its lanes now: the services listed, or the one owner that it was sent on to.
    pub(crate) fn wants_lane(&mut self, now_ms: u64, out: &mut Vec<Out>) -> Option<Vec<String>> {
        let hub = self.hub.as_mut()?;
        if hub.empty_since_ms.is_some_and(|since_ms| since_ms + LINGER_MS <= now_ms) {
            if let Lane::Asked(lane) | Lane::Open(lane, _) = &hub.lane {
                out.push(Out::Lane(*lane, Up::Closed));
            }
            self.hub = None;
            return None;
        }
        let Lane::None { try_at_ms, toward } = &mut hub.lane else { return None };
        if *try_at_ms > now_ms {
            return None;
        }
        *try_at_ms = now_ms + LIST_IMPATIENT_MS;
        if hub.gives_up_ms <= now_ms {
            out.extend(hub.seats.keys().map(|connection| Out::Close(*connection, ErrorCode::Unavailable)));
            self.hub = None;
            return None;
        }
        Some(toward.clone().map_or_else(|| self.listed.iter().cloned().collect(), |owner| vec![owner]))
    }

    pub(crate) fn asked(&mut self, lane: LaneId) {
        if let Some(hub) = &mut self.hub {
            hub.lane = Lane::Asked(lane);
        }
    }

    /// What came down a lane, from the service of that address.
    pub(crate) fn hear(&mut self, now_ms: u64, lane: LaneId, address: &str, down: Down, out: &mut Vec<Out>) {
        let Some(hub) = &mut self.hub else { return };
        let is_present = matches!(&hub.lane, Lane::Asked(own) | Lane::Open(own, _) if *own == lane);
        if !is_present {
            return;
        }
        match down {
            Down::Accepted => {
                hub.lane = Lane::Open(lane, address.to_owned());
                hub.without = 0;
                let generation = hub.generation;
                let waiting = std::mem::take(&mut hub.upward);
                let is_fit = |theirs: &Option<u64>| theirs.is_none_or(|theirs| theirs == generation);
                out.extend(waiting.into_iter().filter(|(theirs, _)| is_fit(theirs)).map(|(_, up)| Out::Lane(lane, up)));
            }
            Down::Rejected(owner) => {
                let pause_ms = if owner.is_some() { 0 } else { LIST_IMPATIENT_MS };
                hub.lane = Lane::None { try_at_ms: now_ms + pause_ms, toward: owner };
                self.list_at_ms = self.list_at_ms.min(now_ms + LIST_IMPATIENT_MS);
            }
            Down::Ended => {
                hub.rejoin(now_ms, self.mutant, out);
                self.list_at_ms = self.list_at_ms.min(now_ms + LIST_IMPATIENT_MS);
            }
            Down::Updates(UpdatesDown::Close { connection, code }) => out.push(Out::Close(connection.0, code)),
            Down::Updates(UpdatesDown::Message { audience, message }) => hub.fan_out(audience, &message, out),
            Down::Presence(down) => hub.fan_out(down.audience, &down.message, out),
        }
    }

    /// A message of a person.
    pub(crate) fn receive(
        &mut self,
        now_ms: u64,
        store_is_up: bool,
        connection: u64,
        bytes: &Bytes,
        out: &mut Vec<Out>,
    ) {
        let Ok(message) = EdgeMessage::decode(bytes) else {
            return out.push(Out::Close(connection, ErrorCode::Malformed));
        };
        let is_known = self.hub.as_ref().is_some_and(|hub| hub.seats.contains_key(&connection));
        if let EdgeMessage::Hello(hello) = &message {
            if !is_known && (!store_is_up || self.back_at_ms > now_ms) {
                return out.push(Out::Close(connection, ErrorCode::Unavailable));
            }
            let state_vector = Bytes::copy_from_slice(hello.state_vector);
            return self.hub.get_or_insert_with(|| Hub::new(now_ms)).join(connection, is_known, state_vector, out);
        }
        let Some(hub) = self.hub.as_mut().filter(|_| is_known) else { return };
        let id = ConnectionId(connection);
        let share = |part: &[u8]| bytes.slice_ref(part);
        let up = match message {
            EdgeMessage::Edit { seq, update } => {
                Up::Updates(UpdatesUp::Edit { connection: id, seq, update: share(update) })
            }
            EdgeMessage::Selection { .. } => Up::Updates(UpdatesUp::Relay { connection: id, message: bytes.clone() }),
            EdgeMessage::Awareness(update) => {
                Up::Presence(PresenceUp::Awareness { connection: id, update: share(update) })
            }
            EdgeMessage::Draft { .. } => Up::Presence(PresenceUp::Draft { connection: id, message: bytes.clone() }),
            EdgeMessage::Visit(token) => {
                hub.take_over(connection, token, out);
                Up::Presence(PresenceUp::Visit { connection: id, token })
            }
            EdgeMessage::Ping => return out.push(Out::Message(connection, EdgeMessage::Pong.encode().into())),
            other => panic!("a visit does not send {other:?}"),
        };
        hub.send(connection, up, out);
    }

    pub(crate) fn leave(&mut self, now_ms: u64, connection: u64, out: &mut Vec<Out>) {
        if let Some(hub) = &mut self.hub {
            hub.leave(now_ms, connection, out);
        }
    }
}

impl Hub {
    fn new(now_ms: u64) -> Self {
        Self {
            seats: BTreeMap::new(),
            visits: BTreeMap::new(),
            generation: 0,
            lane: Lane::None { try_at_ms: now_ms, toward: None },
            upward: VecDeque::new(),
            gives_up_ms: now_ms + OPEN_MS,
            without: 0,
            empty_since_ms: None,
        }
    }

    fn join(&mut self, connection: u64, again: bool, state_vector: Bytes, out: &mut Vec<Out>) {
        self.seats.insert(connection, self.generation);
        self.empty_since_ms = None;
        let id = ConnectionId(connection);
        if again {
            self.send(connection, Up::Updates(UpdatesUp::Leave { connection: id }), out);
        } else {
            let role = Role::Edit.as_str();
            let welcome = Welcome { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, role, title: "Plan" };
            out.push(Out::Message(connection, EdgeMessage::Welcome(welcome).encode().into()));
        }
        let join = UpdatesUp::Join { connection: id, role: Role::Edit, dialect: Dialect::Boardwalk, state_vector };
        self.send(connection, Up::Updates(join), out);
        self.send(connection, Up::Presence(PresenceUp::Query { connection: id }), out);
    }

    fn send(&mut self, connection: u64, up: Up, out: &mut Vec<Out>) {
        if self.seats.get(&connection) == Some(&self.generation) {
            self.pass_on(Some(self.generation), up, out);
        }
    }

    fn pass_on(&mut self, generation: Option<u64>, up: Up, out: &mut Vec<Out>) {
        if let Lane::Open(lane, _) = &self.lane {
            out.push(Out::Lane(*lane, up));
        } else {
            self.upward.push_back((generation, up));
        }
    }

    fn leave(&mut self, now_ms: u64, connection: u64, out: &mut Vec<Out>) {
        if self.seats.remove(&connection).is_none() {
            return;
        }
        self.visits.retain(|_, other| *other != connection);
        let connection = ConnectionId(connection);
        self.pass_on(None, Up::Updates(UpdatesUp::Leave { connection }), out);
        self.pass_on(None, Up::Presence(PresenceUp::Gone { connection }), out);
        if self.seats.is_empty() {
            self.empty_since_ms = Some(now_ms);
        }
    }

    fn take_over(&mut self, connection: u64, token: VisitToken, out: &mut Vec<Out>) {
        let former = self.visits.insert(token, connection).filter(|former| *former != connection);
        if let Some(former) = former {
            out.push(Out::Close(former, ErrorCode::Resync));
            // It is not the last: the one that takes over is here.
            self.leave(0, former, out);
        }
    }

    fn rejoin(&mut self, now_ms: u64, mutant: Option<Mutant>, out: &mut Vec<Out>) {
        self.generation += 1;
        self.lane = Lane::None { try_at_ms: now_ms, toward: None };
        self.gives_up_ms = now_ms + OPEN_MS;
        let generation = self.generation;
        if mutant == Some(Mutant::ForgetsRejoin) {
            self.seats.values_mut().for_each(|theirs| *theirs = generation);
            return;
        }
        let rejoin = Bytes::from(EdgeMessage::Rejoin.encode());
        out.extend(self.seats.keys().map(|connection| Out::Message(*connection, rejoin.clone())));
    }

    fn fan_out(&self, audience: Audience, message: &Bytes, out: &mut Vec<Out>) {
        for connection in self.seats.keys().copied() {
            let is_meant = match audience {
                Audience::One(one) => one.0 == connection,
                Audience::Everyone { except } | Audience::OurClients { except } => {
                    except.is_none_or(|author| author.0 != connection)
                }
            };
            if is_meant {
                out.push(Out::Message(connection, message.clone()));
            }
        }
    }
}
