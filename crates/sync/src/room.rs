//! An open board on its service: checks, applies, has stored, then acknowledges and shows.
//!
//! It must not know what stores an update or carries a message. Nothing that an update contains leaves the room before
//! the store has it, unless the store is unreachable (`StoreFailed`), in which case everybody is told "not saved".

mod early;
mod gaps;
mod held;
mod join;
mod load;
mod packed;
mod store_health;
mod whole;

use board::{Merged, ServedDocument};
use bytes::Bytes;
use litemap::LiteMap;
use protocol::edge::{BoardStatus, EdgeMessage};
use protocol::lane::{Audience, Dialect, UpdatesDown, UpdatesUp};
use protocol::limits::MAX_JOINT_EDIT_BYTES;
use protocol::{ConnectionId, ErrorCode, Role};

pub use early::EarlyAnswer;
use gaps::{Gap, Gaps};
use held::Held;
use join::JoinCache;
pub use load::{LoadReport, StoredBoard};
pub use packed::{pack_snapshot, snapshot_update_bytes};
use store_health::StoreHealth;

/// One gateway's updates lane to this room, numbered by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneId(pub u64);

/// What happens to a room.
#[derive(Debug, Clone)]
pub enum RoomInput {
    /// A gateway opened its updates lane.
    LaneOpened(LaneId),
    /// The lane has ended; its connections are gone.
    LaneClosed(LaneId),
    /// A message came up a lane.
    Updates(LaneId, UpdatesUp),
    /// Several came in one moment, of any lanes: as one after the other, save that edits in a row become one row of the
    /// log and one message to others.
    Several(Vec<(LaneId, UpdatesUp)>),
    /// Every update up to this number is stored.
    Stored {
        /// Row number.
        through: u64,
    },
    /// The store did not answer; the shell keeps what was given to `Store` and goes on trying.
    StoreFailed,
    /// The store does not answer, and the shell holds as much for it, of all boards together, as it may.
    StoreFull,
    /// The snapshot that was given out is stored, or could not be (`None`).
    SnapshotStored {
        /// Row number it merges up to.
        through: Option<u64>,
    },
    /// Some time has passed: where little happens, the board need not stay decoded.
    Rest,
}

/// What a room wants done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomOutput {
    /// Send down a lane.
    Updates(LaneId, UpdatesDown),
    /// Append to the log; answered by `Stored` or `StoreFailed`.
    Store {
        /// Row number: one more than the last.
        seq: u64,
        /// Yjs update.
        update: Bytes,
    },
    /// Write a snapshot that merges all rows up to `through`; answered by `SnapshotStored`.
    Snapshot {
        /// Row number.
        through: u64,
        /// Yjs update of the whole board.
        bytes: Bytes,
    },
}

type Peer = (LaneId, ConnectionId);
/// Sorted lists: a tree has places for eleven from the first on, and most boards have one lane with one connection.
type Lanes = LiteMap<LaneId, LiteMap<ConnectionId, Member>>;

#[derive(Debug, Clone, Copy)]
struct Member {
    role: Role,
    dialect: Dialect,
    /// Highest number taken from this connection.
    taken: u64,
    /// Highest number for which an acknowledgement was given out or is held.
    answered: u64,
}

/// The machine of one open board.
pub struct Room {
    document: ServedDocument,
    lanes: Lanes,
    /// Number of the newest update given to the store.
    seq: u64,
    /// Number up to which everything is stored.
    stored: u64,
    health: StoreHealth,
    held: Held,
    gaps: Gaps,
    joins: JoinCache,
    snapshot_seq: u64,
    snapshot_bytes: u64,
    snapshot_under_way: bool,
    bytes_since_snapshot: u64,
    /// Parts of the board that could not be read, now or before: for its owner to know.
    damaged_parts: u64,
    /// Something could not be read this time: whoever has the board may have what is missing.
    is_incomplete: bool,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room").field("seq", &self.seq).field("stored", &self.stored).finish_non_exhaustive()
    }
}

impl Room {
    /// Opens a board from what the store holds (LOAD-1).
    #[must_use]
    pub fn load(stored: StoredBoard) -> (Self, LoadReport) {
        let (document, report) = load::open(&stored);
        let snapshot_seq = stored.snapshot.as_ref().map_or(0, |(seq, _)| *seq);
        let snapshot_bytes = stored.snapshot.as_ref().map_or(0, |(_, bytes)| snapshot_update_bytes(bytes) as u64);
        let bytes_since_snapshot = stored.rows.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        let room = Self {
            document: ServedDocument::new(document),
            lanes: Lanes::new(),
            seq: stored.head_seq,
            stored: stored.head_seq,
            health: StoreHealth::default(),
            held: Held::default(),
            gaps: Gaps::default(),
            joins: JoinCache::default(),
            snapshot_seq,
            snapshot_bytes,
            snapshot_under_way: false,
            bytes_since_snapshot,
            damaged_parts: report.unreadable.len() as u64,
            is_incomplete: !report.unreadable.is_empty(),
        };
        (room, report)
    }

    /// Keeps what the first joins were answered with, for the later ones.
    pub fn keep_for_joins(&mut self, early: EarlyAnswer) {
        self.joins.keep(early.into_whole());
    }

    /// Takes an input, gives what is to be done.
    pub fn handle(&mut self, input: RoomInput) -> Vec<RoomOutput> {
        let mut out = Vec::new();
        match input {
            RoomInput::LaneOpened(lane) => {
                self.lanes.entry(lane).or_default();
                self.snapshot_if_due(&mut out);
            }
            RoomInput::LaneClosed(lane) => {
                for (connection, _) in self.lanes.remove(&lane).unwrap_or_default() {
                    self.forget((lane, connection));
                }
            }
            RoomInput::Updates(lane, message) => self.receive(lane, message, &mut out),
            RoomInput::Several(messages) => self.receive_several(messages, &mut out),
            RoomInput::Stored { through } => self.stored(through, &mut out),
            RoomInput::StoreFailed => self.store_failed(&mut out),
            RoomInput::StoreFull => {
                self.store_failed(&mut out);
                if self.health.fill() {
                    self.tell_status(BoardStatus::ReadOnly, &mut out);
                }
            }
            RoomInput::SnapshotStored { through } => {
                self.snapshot_under_way = false;
                if let Some(through) = through {
                    self.snapshot_seq = self.snapshot_seq.max(through);
                    self.bytes_since_snapshot = 0;
                }
            }
            RoomInput::Rest if self.may_rest() && self.document.rest() => self.joins = JoinCache::default(),
            RoomInput::Rest => {}
        }
        out
    }

    /// Whether everything that the room took is stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.stored == self.seq
    }

    /// Number of the newest stored row.
    #[must_use]
    pub fn stored_seq(&self) -> u64 {
        self.stored
    }

    /// Says how many parts of the board were set aside so far, also in earlier loads.
    pub fn set_damaged(&mut self, parts: u64) {
        self.damaged_parts = parts;
    }

    /// Connections in the room.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.lanes.values().map(LiteMap::len).sum()
    }

    fn receive(&mut self, lane: LaneId, message: UpdatesUp, out: &mut Vec<RoomOutput>) {
        if !self.lanes.contains_key(&lane) {
            return;
        }
        match message {
            UpdatesUp::Join { connection, role, dialect, state_vector } => {
                let member = Member { role, dialect, taken: 0, answered: 0 };
                self.lanes.entry(lane).or_default().insert(connection, member);
                self.join((lane, connection), member, &state_vector, out);
            }
            UpdatesUp::Leave { connection } => {
                if let Some(members) = self.lanes.get_mut(&lane) {
                    members.remove(&connection);
                }
                self.forget((lane, connection));
            }
            UpdatesUp::Edit { connection, seq, update } => {
                let peer = (lane, connection);
                if self.may_edit(peer, &update, out) {
                    self.edit(vec![Gap { peer, seq, update }], out);
                }
            }
            UpdatesUp::StateRequest { connection, state_vector } => {
                self.answer_state((lane, connection), &state_vector, out);
            }
            UpdatesUp::Relay { connection, message } => {
                if self.member((lane, connection)).is_some() {
                    self.broadcast(Some((lane, connection)), true, &message, out);
                }
            }
        }
    }

    fn join(&mut self, peer: Peer, member: Member, state_vector: &[u8], out: &mut Vec<RoomOutput>) {
        match member.dialect {
            Dialect::Boardwalk => {
                let Ok(messages) = self.joins.messages(&mut self.document, self.seq, state_vector) else {
                    self.close(peer, ErrorCode::Malformed, out);
                    return;
                };
                for message in messages {
                    self.reveal(direct(peer, message), out);
                }
                if let Some(status) = self.health.told() {
                    out.push(direct(peer, EdgeMessage::Status(status).encode().into()));
                }
                if self.damaged_parts > 0 && member.role == Role::Owner {
                    let damaged = EdgeMessage::Damaged { parts: self.damaged_parts };
                    out.push(direct(peer, damaged.encode().into()));
                }
                if self.is_incomplete && member.role.may_write() {
                    let vector = self.document.state_vector();
                    self.reveal(direct(peer, EdgeMessage::SyncStep1(&vector.0).encode().into()), out);
                }
            }
            Dialect::Stock if member.role.may_write() => {
                let vector = self.document.state_vector();
                self.reveal(direct(peer, EdgeMessage::SyncStep1(&vector.0).encode().into()), out);
            }
            Dialect::Stock => {}
        }
    }

    fn answer_state(&mut self, peer: Peer, state_vector: &Bytes, out: &mut Vec<RoomOutput>) {
        if self.member(peer).is_none() {
            return;
        }
        match self.document.diff(&board::StateVector(state_vector.clone())) {
            Ok(update) => self.reveal(direct(peer, EdgeMessage::SyncStep2(&update.0).encode().into()), out),
            Err(_) => self.close(peer, ErrorCode::Malformed, out),
        }
    }

    fn receive_several(&mut self, messages: Vec<(LaneId, UpdatesUp)>, out: &mut Vec<RoomOutput>) {
        let (mut edits, mut bytes) = (Vec::new(), 0);
        for (lane, message) in messages {
            match message {
                UpdatesUp::Edit { connection, seq, update } => {
                    bytes += update.len();
                    if bytes > MAX_JOINT_EDIT_BYTES {
                        self.edit(std::mem::take(&mut edits), out);
                        bytes = update.len();
                    }
                    if self.may_edit((lane, connection), &update, out) {
                        edits.push(Gap { peer: (lane, connection), seq, update });
                    }
                }
                other => {
                    self.edit(std::mem::take(&mut edits), out);
                    self.receive(lane, other, out);
                }
            }
        }
        self.edit(edits, out);
    }

    /// Whether an edit is to be looked at; closes who may not send it.
    fn may_edit(&mut self, peer: Peer, update: &[u8], out: &mut Vec<RoomOutput>) -> bool {
        let Some(member) = self.member(peer) else { return false };
        if !member.role.may_write() && !board::is_empty_update(update) {
            self.close(peer, ErrorCode::Forbidden, out);
        }
        member.role.may_write() && !self.health.is_read_only()
    }

    fn edit(&mut self, edits: Vec<Gap>, out: &mut Vec<RoomOutput>) {
        if !edits.is_empty() {
            self.apply(edits, out);
            self.retry_gaps(out);
        }
    }

    /// Applies, gives to the store, and holds what follows from it until it is stored (EDIT-1, EDIT-2). In order, so that
    /// no acknowledgement covers an edit before it that was not applied.
    fn apply(&mut self, edits: Vec<Gap>, out: &mut Vec<RoomOutput>) {
        let updates: Vec<&[u8]> = edits.iter().map(|edit| &edit.update[..]).collect();
        let merged = self.document.merge_all(&updates);
        if let Some(fresh) = merged.fresh {
            let first = edits.first().map(|edit| edit.peer);
            let author = first.filter(|first| edits.iter().all(|edit| edit.peer == *first));
            let update = if let [only] = &edits[..] { only.update.clone() } else { fresh.0 };
            self.seq += 1;
            self.bytes_since_snapshot += update.len() as u64;
            out.push(RoomOutput::Store { seq: self.seq, update: update.clone() });
            let message = Bytes::from(EdgeMessage::SyncUpdate(&update).encode());
            self.broadcast_held(author, &message, out);
            self.provisional_grows(update.len(), out);
        }
        for (edit, outcome) in edits.into_iter().zip(merged.outcomes) {
            match outcome {
                Ok(Merged::Applied { .. }) if edit.seq > 0 => self.acknowledge(edit.peer, edit.seq, out),
                Ok(Merged::Applied { .. }) => {}
                Ok(Merged::Gap(_)) if self.member(edit.peer).is_some() => self.hold_gap(edit, out),
                Ok(Merged::Gap(_)) => {}
                Err(_) => self.close(edit.peer, ErrorCode::Malformed, out),
            }
        }
    }

    fn hold_gap(&mut self, gap: Gap, out: &mut Vec<RoomOutput>) {
        let peer = gap.peer;
        if self.gaps.hold(gap) {
            let vector = self.document.state_vector();
            // What the vector tells is applied, not all stored: it is counts, no content, and the sender's own business.
            out.push(direct(peer, EdgeMessage::SyncStep1(&vector.0).encode().into()));
        } else {
            self.close(peer, ErrorCode::Malformed, out);
        }
    }

    fn retry_gaps(&mut self, out: &mut Vec<RoomOutput>) {
        while let Some(gap) = self.gaps.take_where(|update| self.document.is_complete(update)) {
            self.apply(vec![gap], out);
        }
    }

    fn stored(&mut self, through: u64, out: &mut Vec<RoomOutput>) {
        self.stored = self.stored.max(through.min(self.seq));
        self.held.release(self.stored, &self.lanes, out);
        if self.is_stored() && self.health.recovered() {
            self.tell_status(BoardStatus::Healthy, out);
        }
        self.snapshot_if_due(out);
    }

    fn store_failed(&mut self, out: &mut Vec<RoomOutput>) {
        if self.health.failed() {
            self.tell_status(BoardStatus::NotSaved, out);
            let (updates, bytes) = self.held.reveal_all(&self.lanes, out);
            if self.health.grow(updates, bytes) {
                self.tell_status(BoardStatus::ReadOnly, out);
            }
        }
    }

    fn provisional_grows(&mut self, update_bytes: usize, out: &mut Vec<RoomOutput>) {
        if self.health.is_failing() && self.health.grow(1, update_bytes) {
            self.tell_status(BoardStatus::ReadOnly, out);
        }
    }

    fn tell_status(&self, status: BoardStatus, out: &mut Vec<RoomOutput>) {
        let message = Bytes::from(EdgeMessage::Status(status).encode());
        self.broadcast(None, true, &message, out);
    }

    /// Acknowledges as far as no gap of this connection is open: an acknowledgement covers all lower numbers (EDIT-3).
    fn acknowledge(&mut self, peer: Peer, seq: u64, out: &mut Vec<RoomOutput>) {
        let lowest_gap = self.gaps.lowest_seq(peer);
        let Some(member) = self.lanes.get_mut(&peer.0).and_then(|members| members.get_mut(&peer.1)) else { return };
        member.taken = member.taken.max(seq);
        let through = lowest_gap.map_or(member.taken, |gap| member.taken.min(gap - 1));
        if through <= member.answered {
            return;
        }
        member.answered = through;
        if self.is_stored() {
            out.push(direct(peer, EdgeMessage::Ack { seq: through }.encode().into()));
        } else {
            self.held.acknowledgement(self.seq, peer, through);
        }
    }

    /// Lets content out now if it is stored or the store is failing, else when it is stored.
    fn reveal(&mut self, output: RoomOutput, out: &mut Vec<RoomOutput>) {
        if self.is_stored() || self.health.is_failing() {
            out.push(output);
        } else {
            self.held.content(self.seq, output);
        }
    }

    fn broadcast_held(&mut self, author: Option<Peer>, message: &Bytes, out: &mut Vec<RoomOutput>) {
        if self.health.is_failing() {
            self.broadcast(author, false, message, out);
        } else {
            self.held.broadcast(self.seq, author, message.clone());
        }
    }

    fn broadcast(&self, author: Option<Peer>, ours_only: bool, message: &Bytes, out: &mut Vec<RoomOutput>) {
        for lane in self.lanes.keys() {
            out.push(to_lane(*lane, author, ours_only, message));
        }
    }

    fn member(&self, (lane, connection): Peer) -> Option<Member> {
        self.lanes.get(&lane)?.get(&connection).copied()
    }

    fn close(&mut self, peer: Peer, code: ErrorCode, out: &mut Vec<RoomOutput>) {
        if let Some(members) = self.lanes.get_mut(&peer.0) {
            members.remove(&peer.1);
        }
        self.forget(peer);
        out.push(RoomOutput::Updates(peer.0, UpdatesDown::Close { connection: peer.1, code }));
    }

    fn forget(&mut self, peer: Peer) {
        self.gaps.forget(peer);
        self.held.forget(peer);
    }
}

fn direct((lane, connection): Peer, message: Bytes) -> RoomOutput {
    RoomOutput::Updates(lane, UpdatesDown::Message { audience: Audience::One(connection), message })
}

fn to_lane(lane: LaneId, author: Option<Peer>, ours_only: bool, message: &Bytes) -> RoomOutput {
    let except = author.filter(|author| author.0 == lane).map(|author| author.1);
    let audience = if ours_only { Audience::OurClients { except } } else { Audience::Everyone { except } };
    RoomOutput::Updates(lane, UpdatesDown::Message { audience, message: message.clone() })
}
