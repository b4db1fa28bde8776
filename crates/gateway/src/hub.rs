//! One open board at this gateway, as its browsers see it: places, and queues on their way up.
//!
//! A hub outlives its lanes. When a lane is lost the hub begins a new *generation*: what belongs to the former one is
//! dropped, our clients are told to join again where they are, and send again what was not acknowledged. So nothing need
//! be kept here, and nothing is lost. `hub_task` opens the lanes and carries. It must not know sockets, nor what a message
//! says, save whom presence is about.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use litemap::LiteMap;
use mailbox::Mailbox;
use protocol::awareness::AwarenessEntry;
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, Dialect, UpdatesUp, part_count};
use protocol::visitors::Visitor;
use protocol::{BoardId, ConnectionId, ErrorCode, LinkId, Role, SecretHash, VisitToken};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::admission::Admission;
use crate::client_ids::ClientIds;
use crate::edge_session::welcome;
use crate::fanout::{Fanout, Next};
use crate::hub_task::HubTask;
use crate::limits::UPSTREAM_PARTS;
use crate::presence_queue::PresenceQueue;

/// Why nobody can join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinError {
    /// The hub has ended; ask for a new one.
    Ended,
    /// It has as many browsers as it may.
    Full,
}

/// A message on its way to the updates lane, and its share of the room there.
pub(crate) struct Upward {
    pub(crate) message: Bytes,
    /// Of the sender when it joined; `None` for what every lane may be told.
    pub(crate) generation: Option<u64>,
    pub(crate) _held: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
pub(crate) struct People {
    pub(crate) fanout: Fanout,
    pub(crate) ids: ClientIds,
    /// Where each visit is now.
    visits: LiteMap<VisitToken, ConnectionId>,
    /// A sorted list: most boards have few people, and a table is half empty.
    tickets: LiteMap<ConnectionId, Box<Ticket>>,
}

/// The people, locked. Whoever is to be woken is woken when the lock is let go.
pub(crate) struct PeopleGuard<'a>(Option<MutexGuard<'a, People>>);

impl Deref for PeopleGuard<'_> {
    type Target = People;

    fn deref(&self) -> &People {
        self.0.as_deref().expect("locked until it is dropped")
    }
}

impl DerefMut for PeopleGuard<'_> {
    fn deref_mut(&mut self) -> &mut People {
        self.0.as_deref_mut().expect("locked until it is dropped")
    }
}

impl Drop for PeopleGuard<'_> {
    fn drop(&mut self) {
        let called = self.fanout.take_called();
        self.0 = None;
        called.iter().for_each(|wake| wake.notify_one());
    }
}

/// With what right somebody is here.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Hash of the key that was shown.
    pub secret: SecretHash,
    /// Its link.
    pub link: SecretHash,
    /// Whose browser it is, where it says so.
    pub person: Option<SecretHash>,
    /// What their sign-in provider calls them, where they are signed in.
    pub account: Option<String>,
    /// What its link allowed then.
    pub role: Role,
    /// The board's name as this browser was told.
    pub title: String,
    /// When the link ends.
    pub expires_at: Option<Instant>,
    /// What the browser speaks.
    pub dialect: Dialect,
}

impl Ticket {
    /// For whoever has just been admitted.
    #[must_use]
    pub fn new(admission: &Admission, dialect: Dialect) -> Self {
        Self {
            secret: admission.secret(),
            link: admission.link(),
            person: admission.person(),
            account: admission.account().map(str::to_owned),
            role: admission.role(),
            title: admission.title().to_owned(),
            expires_at: admission.expires_in().and_then(|left| Instant::now().checked_add(left)),
            dialect,
        }
    }
}

impl People {
    /// Somebody here as all gateways may know them.
    fn visitor(&self, gateway: u64, connection: ConnectionId) -> Option<Visitor> {
        let ticket = self.tickets.get(&connection)?;
        let (link, clients) = (LinkId::of(&ticket.link), self.ids.held_by(connection));
        let account = ticket.account.clone();
        Some(Visitor { gateway, role: ticket.role, link, person: ticket.person, account, clients })
    }
}

/// The shared side of a hub.
pub struct Hub {
    board: BoardId,
    /// Random, of this run of the gateway: see [`Visitor`].
    gateway: u64,
    people: Mutex<People>,
    /// Counts the lanes that were lost. Changed only while `people` is locked.
    generation: AtomicU64,
    upward: Arc<Mailbox<Upward>>,
    /// Parts that may wait in `upward`: what bounds it.
    pub(crate) room: Arc<Semaphore>,
    presence: Mutex<PresenceQueue>,
    /// Up to which change people here were told of the board's meeting.
    meeting_told: Mutex<Option<u64>>,
    pub(crate) presence_waits: Notify,
    /// Somebody left, or the end has come.
    pub(crate) thinned: Notify,
    /// Counts what came down the updates lane, for presence that can go along with it.
    pub(crate) updates_down: AtomicU64,
    /// The board is as large as it may be.
    is_full: AtomicBool,
}

impl Hub {
    /// A hub without lanes yet, with the task that opens and carries them.
    #[must_use]
    pub fn prepare(board: BoardId, gateway: u64) -> HubTask {
        let upward = Arc::new(Mailbox::unbounded());
        let hub = Self {
            board,
            gateway,
            people: Mutex::default(),
            generation: AtomicU64::new(0),
            upward: upward.clone(),
            room: Arc::new(Semaphore::new(UPSTREAM_PARTS)),
            presence: Mutex::default(),
            meeting_told: Mutex::default(),
            presence_waits: Notify::new(),
            thinned: Notify::new(),
            updates_down: AtomicU64::new(0),
            is_full: AtomicBool::new(false),
        };
        HubTask::new(Arc::new(hub), upward)
    }

    /// The board.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.board
    }

    /// Says whether the board is as large as it may be.
    pub fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// Whether it is, as far as was looked.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Gives a browser a place.
    ///
    /// # Errors
    /// The hub has ended or is full.
    pub fn join(
        self: &Arc<Self>,
        connection: ConnectionId,
        ticket: Ticket,
        max_connections: usize,
    ) -> Result<Seat, JoinError> {
        let mut people = self.people();
        if people.fanout.ended().is_some() {
            return Err(JoinError::Ended);
        }
        if people.fanout.len() >= max_connections {
            return Err(JoinError::Full);
        }
        let wake = people.fanout.join(connection, ticket.dialect);
        people.tickets.insert(connection, Box::new(ticket));
        let generation = AtomicU64::new(self.generation());
        self.tell_of(&people, connection);
        drop(people);
        Ok(Seat { hub: self.clone(), connection, generation, wake })
    }

    /// Ends the hub: everybody is closed with the code.
    pub fn end(&self, code: ErrorCode) {
        self.people().fanout.end(code);
        self.thinned.notify_one();
    }

    /// Everybody here, and with what right.
    #[must_use]
    pub fn tickets(&self) -> Vec<(ConnectionId, Ticket)> {
        self.people().tickets.iter().map(|(connection, ticket)| (*connection, (**ticket).clone())).collect()
    }

    /// Everybody here, as all gateways may know them.
    #[must_use]
    pub fn visitors(&self) -> Vec<Visitor> {
        let people = self.people();
        people.tickets.keys().filter_map(|connection| people.visitor(self.gateway, *connection)).collect()
    }

    /// Tells the board's service, and so other gateways, with what right somebody is here.
    fn tell_of(&self, people: &People, connection: ConnectionId) {
        if let Some(visitor) = people.visitor(self.gateway, connection) {
            self.presence().put_visitor(connection, visitor.encode().into());
            self.presence_waits.notify_one();
        }
    }

    /// Closes one browser, after what it was sent before.
    pub fn close(&self, connection: ConnectionId, code: ErrorCode) {
        self.people().fanout.close(connection, code);
    }

    /// Greets a browser of ours again, now that the board has another name.
    pub fn rename_for(&self, connection: ConnectionId, title: &str) {
        let mut people = self.people();
        let Some(ticket) = people.tickets.get_mut(&connection) else { return };
        title.clone_into(&mut ticket.title);
        if ticket.dialect == Dialect::Boardwalk {
            let welcome = welcome(ticket.role, title);
            people.fanout.push(Audience::One(connection), welcome);
        }
    }

    /// Up to which change people here were told of the board's meeting; nobody was told anything where absent.
    #[must_use]
    pub fn meeting_told(&self) -> Option<u64> {
        *self.meeting_told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells our clients what changed of the board's meeting: see `EdgeMessage::Meeting`.
    pub fn tell_meeting(&self, from: u64, head: u64, changes: &str) {
        let message = EdgeMessage::Meeting { from, head, changes }.encode().into();
        self.people().fanout.push(Audience::OurClients { except: None }, message);
        let mut told = self.meeting_told.lock().unwrap_or_else(PoisonError::into_inner);
        *told = told.max(Some(head));
    }

    /// Notes until when a browser's link holds.
    pub fn prolong(&self, connection: ConnectionId, expires_at: Option<Instant>) {
        if let Some(ticket) = self.people().tickets.get_mut(&connection) {
            ticket.expires_at = expires_at;
        }
    }

    /// Closes those whose link has ended by now.
    pub fn close_expired(&self, now: Instant) {
        let mut people = self.people();
        let People { tickets, fanout, .. } = &mut *people;
        for (connection, ticket) in tickets.iter_mut() {
            // Once: the close is on its way.
            if ticket.expires_at.take_if(|at| *at <= now).is_some() {
                fanout.close(*connection, ErrorCode::Expired);
            }
        }
    }

    /// The lanes are lost: whoever is here joins again.
    pub(crate) fn begin_rejoin(&self) {
        let mut people = self.people();
        self.generation.fetch_add(1, Ordering::AcqRel);
        people.ids.forget_elsewhere();
        people.fanout.rejoin();
        // What the lost lanes were told is lost with them.
        people.tickets.keys().for_each(|connection| self.tell_of(&people, *connection));
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(crate) fn people(&self) -> PeopleGuard<'_> {
        PeopleGuard(Some(self.people.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    pub(crate) fn presence(&self) -> MutexGuard<'_, PresenceQueue> {
        self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message that is sent when this resolves. Few ever wait, so a browser's task does not carry the place of waiting.
pub type Waiting<'a> = BoxFuture<'a, ()>;

/// One browser's place at a hub. Dropping it says that the browser has gone.
pub struct Seat {
    hub: Arc<Hub>,
    connection: ConnectionId,
    /// The hub's when this browser last joined: what it sends is of no use to later lanes, which do not know it.
    generation: AtomicU64,
    wake: Arc<Notify>,
}

impl Seat {
    /// Its hub.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Takes what the browser is to be sent next, until that is about so many bytes; see [`Fanout::take`].
    pub fn take(&self, into: &mut Vec<Bytes>, most_bytes: usize) -> Next {
        self.hub.people().fanout.take(self.connection, into, most_bytes)
    }

    /// Resolves when [`take`](Self::take) may say more than nothing.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Sends a message to this browser, ahead of what the board will say to it.
    pub fn tell(&self, message: Bytes) {
        self.hub.people().fanout.push(Audience::One(self.connection), message);
    }

    /// Sends up the updates lane: at once, or, while too much else waits for its credit, once what this gives has been
    /// waited for. What belongs to lanes that were lost is
    /// dropped: its sender is joining again, and sends again what was not acknowledged.
    #[must_use]
    pub fn send(&self, message: &UpdatesUp) -> Option<Waiting<'_>> {
        let generation = self.generation.load(Ordering::Acquire);
        if generation != self.hub.generation() {
            return None;
        }
        let message = message.encode();
        let needed = u32::try_from(part_count(message.len())).expect("messages are bounded");
        let room = self.hub.room.clone();
        let put = move |held| {
            // A hub whose task has ended has told everybody so.
            let _ = self.hub.upward.push(Upward { message, generation: Some(generation), _held: Some(held) });
        };
        match room.clone().try_acquire_many_owned(needed) {
            Ok(held) => {
                put(held);
                None
            }
            Err(_) => Some(Box::pin(async move {
                put(room.acquire_many_owned(needed).await.expect("the semaphore is never closed"));
            })),
        }
    }

    /// Joins again, with what the lanes know of this connection forgotten; waits as [`send`](Self::send) does.
    #[must_use]
    pub fn rejoin(&self, join: UpdatesUp) -> Option<Waiting<'_>> {
        self.generation.store(self.hub.generation(), Ordering::Release);
        match self.send(&UpdatesUp::Leave { connection: self.connection }) {
            None => self.send(&join),
            Some(leaving) => Some(Box::pin(async move {
                leaving.await;
                if let Some(joining) = self.send(&join) {
                    joining.await;
                }
            })),
        }
    }

    /// This connection is the visit's now. A former one of the same visit is dead, whether that has been noticed or not.
    pub fn take_over(&self, token: VisitToken) {
        let mut people = self.hub.people();
        let former = people.visits.insert(token, self.connection).filter(|former| *former != self.connection);
        if let Some(former) = former {
            people.ids.leave(former);
            people.fanout.close(former, ErrorCode::Resync);
        }
        drop(people);
        self.put_presence(|queue| queue.put_token(self.connection, token));
    }

    /// Whether this connection may speak for the Yjs client.
    pub fn may_speak_for(&self, client: u64) -> bool {
        self.hub.people().ids.claim(self.connection, client)
    }

    /// Sends up the presence lane those lines that this connection may say.
    pub fn put_awareness(&self, mut entries: Vec<AwarenessEntry>) {
        let mut people = self.hub.people();
        if people.ids.keep_own(self.connection, &mut entries) {
            self.hub.tell_of(&people, self.connection);
        }
        drop(people);
        self.put_presence(|queue| queue.put_awareness(self.connection, entries));
    }

    /// Sends an encoded draft up the presence lane.
    pub fn put_draft(&self, message: Bytes) {
        self.put_presence(|queue| queue.put_draft(self.connection, message));
    }

    /// Asks the presence lane who is here.
    pub fn query_presence(&self) {
        self.put_presence(|queue| queue.put_query(self.connection));
    }

    fn put_presence(&self, put: impl FnOnce(&mut PresenceQueue)) {
        put(&mut self.hub.presence());
        self.hub.presence_waits.notify_one();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut people = self.hub.people();
        people.fanout.leave(self.connection);
        people.ids.leave(self.connection);
        people.tickets.remove(&self.connection);
        people.visits.retain(|_, connection| *connection != self.connection);
        drop(people);
        let message = UpdatesUp::Leave { connection: self.connection }.encode();
        let _ = self.hub.upward.push(Upward { message, generation: None, _held: None });
        self.put_presence(|queue| queue.put_gone(self.connection));
        self.hub.thinned.notify_one();
    }
}
