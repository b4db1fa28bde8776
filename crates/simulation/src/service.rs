//! The server's side of a run: rooms and presence behind a model of the gateway, on the memory store.
//!
//! The model relays as the gateway does (rights, audiences, two lanes for two gateways) without its queues, which have
//! their own tests. A process crash loses everything but the store.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::edge::{EdgeMessage, Welcome};
use protocol::lane::{Audience, Dialect, PresenceUp, UpdatesDown, UpdatesUp};
use protocol::limits::PRESENCE_INTERVAL_MS;
use protocol::{BoardId, ConnectionId, ErrorCode, PROTOCOL_VERSION, Role, SCHEMA_VERSION, ServiceId};
use storage::memory::State;
use storage::{Acquired, Append, AppendOutcome, Epoch, NewBoard, Owner, Snapshot};
use sync::{LaneId, Presence, Room, RoomInput, RoomOutput, StoredBoard};

/// How long a flush takes.
const FLUSH_MS: u64 = 5;
/// Pause before a failed flush is tried again.
const RETRY_MS: u64 = 100;
/// Ownership never lapses within a run; a crashed service's successor takes over by the same name.
const LEASE_MS: u64 = 1_000_000;

/// A planted bug: the run must turn red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// The service says "stored" before the store was asked.
    AcknowledgesBeforeStoring,
    /// The gateway loses every eleventh message to a browser.
    DropsMessages,
    /// The browser's log forgets what it was given.
    ForgetsLog,
}

/// What the service sends to a connection.
pub(crate) enum Delivery {
    Message(u64, Bytes),
    Close(u64, ErrorCode),
}

struct Open {
    room: Room,
    presence: Presence,
    epoch: Epoch,
    head_seq: u64,
    waiting: Vec<Bytes>,
    in_flight: Vec<Bytes>,
    flush_at_ms: Option<u64>,
    presence_at_ms: u64,
    snapshot: Option<Snapshot>,
}

pub(crate) struct Service {
    pub(crate) board: BoardId,
    pub(crate) store: State,
    pub(crate) is_store_up: bool,
    pub(crate) loses_answer: bool,
    mutant: Option<Mutant>,
    open: Option<Open>,
    /// Connections that have said hello, with their lane.
    joined: BTreeMap<u64, LaneId>,
    messages: u64,
}

const LANES: [LaneId; 2] = [LaneId(1), LaneId(2)];

impl Service {
    pub(crate) fn new(mutant: Option<Mutant>) -> Self {
        let board = BoardId::from_random([1; BoardId::LENGTH]);
        let mut store = State::default();
        let new = NewBoard { id: board.clone(), title: "Plan".to_owned(), links: Vec::new(), content: None };
        store.create_board(0, new).expect("an empty store takes a board");
        Self {
            board,
            store,
            is_store_up: true,
            loses_answer: false,
            mutant,
            open: None,
            joined: BTreeMap::new(),
            messages: 0,
        }
    }

    /// The process dies: gives the connections that are gone with it.
    pub(crate) fn crash(&mut self) -> Vec<u64> {
        self.open = None;
        std::mem::take(&mut self.joined).into_keys().collect()
    }

    pub(crate) fn leave(&mut self, now_ms: u64, connection: u64) -> Vec<Delivery> {
        let Some(lane) = self.joined.remove(&connection) else { return Vec::new() };
        let connection = ConnectionId(connection);
        if let Some(open) = &mut self.open {
            open.presence.receive(now_ms, lane, PresenceUp::Gone { connection });
        }
        self.room(now_ms, RoomInput::Updates(lane, UpdatesUp::Leave { connection }))
    }

    pub(crate) fn receive(&mut self, now_ms: u64, connection: u64, bytes: &Bytes) -> Vec<Delivery> {
        let Ok(message) = EdgeMessage::decode(bytes) else {
            return vec![Delivery::Close(connection, ErrorCode::Malformed)];
        };
        if let EdgeMessage::Hello(hello) = &message {
            return self.join(now_ms, connection, hello.state_vector);
        }
        let Some(lane) = self.joined.get(&connection).copied() else { return Vec::new() };
        let id = ConnectionId(connection);
        match message {
            EdgeMessage::Edit { seq, update } => {
                let update = bytes.slice_ref(update);
                self.room(now_ms, RoomInput::Updates(lane, UpdatesUp::Edit { connection: id, seq, update }))
            }
            EdgeMessage::Selection { .. } => {
                let relay = UpdatesUp::Relay { connection: id, message: bytes.clone() };
                self.room(now_ms, RoomInput::Updates(lane, relay))
            }
            EdgeMessage::Awareness(update) => {
                let update = bytes.slice_ref(update);
                self.presence(now_ms, lane, PresenceUp::Awareness { connection: id, update })
            }
            EdgeMessage::Draft { .. } => {
                self.presence(now_ms, lane, PresenceUp::Draft { connection: id, message: bytes.clone() })
            }
            EdgeMessage::Visit(token) => self.presence(now_ms, lane, PresenceUp::Visit { connection: id, token }),
            EdgeMessage::Ping => vec![Delivery::Message(connection, EdgeMessage::Pong.encode().into())],
            other => panic!("a visit does not send {other:?}"),
        }
    }

    /// When `tick` has something to do.
    pub(crate) fn due_ms(&self) -> Option<u64> {
        let open = self.open.as_ref()?;
        let is_dirty = LANES.iter().any(|lane| open.presence.is_dirty(*lane));
        let presence = is_dirty.then_some(open.presence_at_ms);
        [open.flush_at_ms, presence].into_iter().flatten().min()
    }

    pub(crate) fn tick(&mut self, now_ms: u64) -> Vec<Delivery> {
        let mut out = Vec::new();
        if self.open.as_ref().is_some_and(|open| open.flush_at_ms.is_some_and(|at_ms| at_ms <= now_ms)) {
            out.extend(self.flush(now_ms));
        }
        out.extend(self.tell_presence(now_ms));
        out
    }

    fn join(&mut self, now_ms: u64, connection: u64, state_vector: &[u8]) -> Vec<Delivery> {
        if self.open.is_none() && !self.load(now_ms) {
            return vec![Delivery::Close(connection, ErrorCode::Unavailable)];
        }
        let lane = LANES[(connection % 2) as usize];
        self.joined.insert(connection, lane);
        let welcome =
            Welcome { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, role: Role::Edit.as_str(), title: "Plan" };
        let mut out = vec![Delivery::Message(connection, EdgeMessage::Welcome(welcome).encode().into())];
        let id = ConnectionId(connection);
        let join = UpdatesUp::Join {
            connection: id,
            role: Role::Edit,
            dialect: Dialect::Boardwalk,
            state_vector: Bytes::copy_from_slice(state_vector),
        };
        out.extend(self.room(now_ms, RoomInput::Updates(lane, join)));
        out.extend(self.presence(now_ms, lane, PresenceUp::Query { connection: id }));
        out
    }

    fn load(&mut self, now_ms: u64) -> bool {
        if !self.is_store_up {
            return false;
        }
        let service = ServiceId::from_random([2; ServiceId::LENGTH]);
        let owner = Owner { service, address: "here".to_owned() };
        let Acquired::Mine { epoch, head_seq, .. } = self.store.acquire(now_ms, &self.board, &owner, LEASE_MS) else {
            panic!("the only service owns the board");
        };
        let loaded = self.store.load(&self.board).expect("the board is there");
        assert!(loaded.is_whole(), "the log has a hole");
        let (mut room, report) = Room::load(stored_board(loaded));
        assert!(report.unreadable.is_empty(), "what was stored is readable: {report:?}");
        let mut presence = Presence::new();
        for lane in LANES {
            room.handle(RoomInput::LaneOpened(lane));
            presence.open_lane(lane);
        }
        self.open = Some(Open {
            room,
            presence,
            epoch,
            head_seq,
            waiting: Vec::new(),
            in_flight: Vec::new(),
            flush_at_ms: None,
            presence_at_ms: 0,
            snapshot: None,
        });
        true
    }

    fn room(&mut self, now_ms: u64, input: RoomInput) -> Vec<Delivery> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let mut out = Vec::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in open.room.handle(input) {
                match output {
                    RoomOutput::Updates(lane, down) => deliver(&self.joined, lane, down, &mut out),
                    RoomOutput::Store { seq, update } => {
                        open.waiting.push(update);
                        open.flush_at_ms.get_or_insert(now_ms + FLUSH_MS);
                        if self.mutant == Some(Mutant::AcknowledgesBeforeStoring) {
                            inputs.push(RoomInput::Stored { through: seq });
                        }
                    }
                    RoomOutput::Snapshot { through, bytes } => {
                        open.snapshot = Some(Snapshot { seq: through, bytes });
                        open.flush_at_ms.get_or_insert(now_ms + FLUSH_MS);
                    }
                }
            }
        }
        self.lose_some(&mut out);
        out
    }

    fn flush(&mut self, now_ms: u64) -> Vec<Delivery> {
        let Some(open) = &mut self.open else { return Vec::new() };
        open.flush_at_ms = None;
        if open.in_flight.is_empty() {
            open.in_flight = std::mem::take(&mut open.waiting);
        }
        if !self.is_store_up {
            open.flush_at_ms = Some(now_ms + RETRY_MS);
            return self.room(now_ms, RoomInput::StoreFailed);
        }
        let append = Append {
            board: self.board.clone(),
            epoch: open.epoch,
            expected_head_seq: open.head_seq,
            updates: open.in_flight.clone(),
        };
        let outcome = self.store.append(&[append]).expect("the store is up");
        if std::mem::take(&mut self.loses_answer) {
            open.flush_at_ms = Some(now_ms + RETRY_MS);
            return self.room(now_ms, RoomInput::StoreFailed);
        }
        let [AppendOutcome::Stored { head_seq }] = outcome[..] else { panic!("the only owner was fenced") };
        open.head_seq = head_seq;
        open.in_flight.clear();
        let mut out = self.room(now_ms, RoomInput::Stored { through: head_seq });
        out.extend(self.write_snapshot(now_ms));
        if let Some(open) = &mut self.open
            && !open.waiting.is_empty()
        {
            open.flush_at_ms.get_or_insert(now_ms + FLUSH_MS);
        }
        out
    }

    fn write_snapshot(&mut self, now_ms: u64) -> Vec<Delivery> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let Some(snapshot) = open.snapshot.take() else { return Vec::new() };
        let through = snapshot.seq;
        self.store.save_snapshot(&self.board, open.epoch, snapshot);
        self.room(now_ms, RoomInput::SnapshotStored { through: Some(through) })
    }

    fn presence(&mut self, now_ms: u64, lane: LaneId, message: PresenceUp) -> Vec<Delivery> {
        if let Some(open) = &mut self.open {
            open.presence.receive(now_ms, lane, message);
        }
        Vec::new()
    }

    fn tell_presence(&mut self, now_ms: u64) -> Vec<Delivery> {
        let Some(open) = &mut self.open else { return Vec::new() };
        open.presence.expire(now_ms);
        if open.presence_at_ms > now_ms {
            return Vec::new();
        }
        open.presence_at_ms = now_ms + PRESENCE_INTERVAL_MS;
        let mut out = Vec::new();
        for lane in LANES {
            for down in open.presence.take_batch(lane) {
                let message = UpdatesDown::Message { audience: down.audience, message: down.message };
                deliver(&self.joined, lane, message, &mut out);
            }
        }
        out
    }

    fn lose_some(&mut self, out: &mut Vec<Delivery>) {
        if self.mutant == Some(Mutant::DropsMessages) {
            out.retain(|_| {
                self.messages += 1;
                !self.messages.is_multiple_of(11)
            });
        }
    }
}

/// What a board holds in the store, as a room loads it.
pub(crate) fn stored_board(loaded: storage::Loaded) -> StoredBoard {
    StoredBoard {
        snapshot: loaded.snapshot.map(|snapshot| (snapshot.seq, snapshot.bytes)),
        rows: loaded.updates.into_iter().map(|row| (row.seq, row.bytes)).collect(),
        head_seq: loaded.head_seq,
    }
}

fn deliver(joined: &BTreeMap<u64, LaneId>, lane: LaneId, down: UpdatesDown, out: &mut Vec<Delivery>) {
    match down {
        UpdatesDown::Close { connection, code } => out.push(Delivery::Close(connection.0, code)),
        UpdatesDown::Message { audience, message } => {
            let on_lane = joined.iter().filter(|(_, other)| **other == lane).map(|(connection, _)| *connection);
            for connection in on_lane {
                let is_meant = match audience {
                    Audience::One(one) => one.0 == connection,
                    Audience::Everyone { except } | Audience::OurClients { except } => {
                        except.is_none_or(|author| author.0 != connection)
                    }
                };
                if is_meant {
                    out.push(Delivery::Message(connection, message.clone()));
                }
            }
        }
    }
}
