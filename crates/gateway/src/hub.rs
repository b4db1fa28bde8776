//! One open board at this gateway: its two lanes on one side, its browsers on the other.
//!
//! A hub lives as long as its lanes. When a lane is lost it ends, its browsers are closed with a transient code, and the
//! first to come back makes a new hub. It must not know sockets, nor what a message says, save whom presence is about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, Dialect, Joiner, PresenceDown, UpdatesDown, UpdatesUp, pack, part_count};
use protocol::{BoardId, ConnectionId, ErrorCode, Role, SecretHash};
use rsocket::{Inbound, Outbound, Payload};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout};

use crate::admission::Admission;
use crate::client_ids::ClientIds;
use crate::directory::ServiceDirectory;
use crate::edge_session::welcome;
use crate::fanout::{Fanout, Next};
use crate::lanes::{self, LaneEnd, Lanes};
use crate::limits::{HUB_LINGER, MAX_STOCK_AWARENESS_LINES, UPSTREAM_PARTS, UPWARD_AT_ONCE};
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
struct Upward {
    message: Bytes,
    _held: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
struct People {
    fanout: Fanout,
    ids: ClientIds,
    tickets: HashMap<ConnectionId, Ticket>,
}

/// With what right somebody is here.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Hash of the key that was shown.
    pub secret: SecretHash,
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
            role: admission.role(),
            title: admission.title().to_owned(),
            expires_at: admission.expires_in().and_then(|left| Instant::now().checked_add(left)),
            dialect,
        }
    }
}

/// The shared side of a hub.
pub struct Hub {
    board: BoardId,
    people: Mutex<People>,
    upward: mpsc::UnboundedSender<Upward>,
    /// Parts that may wait in `upward`: what bounds it.
    room: Arc<Semaphore>,
    presence: Mutex<PresenceQueue>,
    presence_waits: Notify,
    /// Somebody left, or the end has come.
    thinned: Notify,
}

/// What a hub is made with, and its task needs.
pub struct HubTask {
    hub: Arc<Hub>,
    upward: mpsc::UnboundedReceiver<Upward>,
}

impl Hub {
    /// A hub without lanes yet, with the task that opens and carries them.
    #[must_use]
    pub fn prepare(board: BoardId) -> HubTask {
        let (sender, upward) = mpsc::unbounded_channel();
        let hub = Self {
            board,
            people: Mutex::default(),
            upward: sender,
            room: Arc::new(Semaphore::new(UPSTREAM_PARTS)),
            presence: Mutex::default(),
            presence_waits: Notify::new(),
            thinned: Notify::new(),
        };
        HubTask { hub: Arc::new(hub), upward }
    }

    /// The board.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.board
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
        people.tickets.insert(connection, ticket);
        drop(people);
        Ok(Seat { hub: self.clone(), connection, wake })
    }

    /// Ends the hub: everybody is closed with the code.
    pub fn end(&self, code: ErrorCode) {
        self.people().fanout.end(code);
        self.thinned.notify_one();
    }

    /// Everybody here, and with what right.
    #[must_use]
    pub fn tickets(&self) -> Vec<(ConnectionId, Ticket)> {
        self.people().tickets.iter().map(|(connection, ticket)| (*connection, ticket.clone())).collect()
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
        for (connection, ticket) in tickets {
            // Once: the close is on its way.
            if ticket.expires_at.take_if(|at| *at <= now).is_some() {
                fanout.close(*connection, ErrorCode::Revoked);
            }
        }
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn presence(&self) -> MutexGuard<'_, PresenceQueue> {
        self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry_updates_up(&self, upward: &mut mpsc::UnboundedReceiver<Upward>, out: &mut Outbound) -> LaneEnd {
        let mut waiting = Vec::new();
        while upward.recv_many(&mut waiting, UPWARD_AT_ONCE).await > 0 {
            let messages: Vec<Bytes> = waiting.iter().map(|upward: &Upward| upward.message.clone()).collect();
            for part in pack(&messages) {
                if out.send(Payload::new(part)).await.is_err() {
                    // Why is what the other direction says.
                    return std::future::pending().await;
                }
            }
            waiting.clear();
        }
        LaneEnd::Failed(ErrorCode::Unavailable)
    }

    async fn carry_updates_down(&self, inbound: &mut Inbound) -> LaneEnd {
        let mut joiner = Joiner::default();
        while let Some(part) = inbound.next().await {
            let messages = match part.map(|part| joiner.push(&part.data)) {
                Ok(Ok(messages)) => messages,
                Ok(Err(error)) => return not_a_message("updates", &error),
                Err(error) => return error.into(),
            };
            let mut people = self.people();
            for message in messages {
                match UpdatesDown::decode(&message) {
                    Ok(UpdatesDown::Message { audience, message }) => people.fanout.push(audience, message),
                    Ok(UpdatesDown::Close { connection, code }) => people.fanout.close(connection, code),
                    Err(error) => return not_a_message("updates", &error),
                }
            }
        }
        LaneEnd::Failed(ErrorCode::Unavailable)
    }

    async fn carry_presence_up(&self, out: &mut Outbound) -> LaneEnd {
        loop {
            let Some(message) = self.presence().take() else {
                self.presence_waits.notified().await;
                continue;
            };
            if out.send(Payload::new(message.encode())).await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    async fn carry_presence_down(&self, inbound: &mut Inbound) -> LaneEnd {
        while let Some(batch) = inbound.next().await {
            let batch = match batch {
                Ok(batch) => batch.data,
                Err(error) => return error.into(),
            };
            let Ok(batch) = PresenceDown::decode_batch(&batch) else {
                return not_a_message("presence", &protocol::edge::DecodeError::UnknownType);
            };
            let mut people = self.people();
            for PresenceDown { audience, message } in batch {
                if let Ok(EdgeMessage::Awareness(update)) = EdgeMessage::decode(&message)
                    && let Ok(entries) = awareness::decode(update, MAX_STOCK_AWARENESS_LINES)
                {
                    people.ids.hear(&entries);
                }
                people.fanout.push_presence(audience, message);
            }
        }
        LaneEnd::Failed(ErrorCode::Unavailable)
    }

    /// Resolves when nobody is left, for a while, and all that they sent is on its way. Nobody can join then.
    async fn abandoned(&self) {
        loop {
            while self.is_in_use() {
                self.thinned.notified().await;
            }
            // Whoever left, or the end, wakes it early; then it looks again.
            if !self.has_ended() && timeout(HUB_LINGER, self.thinned.notified()).await.is_ok() {
                continue;
            }
            let all_parts = u32::try_from(UPSTREAM_PARTS).expect("a small constant");
            let _all_sent = self.room.acquire_many(all_parts).await;
            if self.end_if_unused() {
                return;
            }
        }
    }

    /// The same while there are no lanes: what was sent was not acknowledged and is not waited for.
    async fn abandoned_before_opening(&self) {
        while !self.end_if_unused() {
            self.thinned.notified().await;
        }
    }

    fn is_in_use(&self) -> bool {
        !self.people().fanout.is_empty()
    }

    fn has_ended(&self) -> bool {
        self.people().fanout.ended().is_some()
    }

    fn end_if_unused(&self) -> bool {
        let mut people = self.people();
        if people.fanout.is_empty() {
            people.fanout.end(ErrorCode::Unavailable);
        }
        people.fanout.is_empty()
    }
}

impl HubTask {
    /// The hub that this task serves.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Opens the lanes and carries messages until a lane is lost or nobody is left.
    pub async fn run(self, directory: Arc<ServiceDirectory>, request_id: Option<&str>) {
        let Self { hub, mut upward } = self;
        let opened = tokio::select! {
            opened = lanes::open(&directory, &hub.board, request_id) => opened,
            () = hub.abandoned_before_opening() => return,
        };
        let Lanes { mut updates, mut presence } = match opened {
            Ok(lanes) => lanes,
            Err(code) => {
                tracing::warn!(code = code.id(), "the board could not be opened");
                return hub.end(code);
            }
        };
        tracing::info!("the board's lanes are open");
        let end = tokio::select! {
            end = hub.carry_updates_down(&mut updates.inbound) => end,
            end = hub.carry_presence_down(&mut presence.inbound) => end,
            end = hub.carry_updates_up(&mut upward, &mut updates.out) => end,
            end = hub.carry_presence_up(&mut presence.out) => end,
            () = hub.abandoned() => {
                tracing::info!("nobody has the board open any more");
                presence.out.complete();
                return updates.out.complete();
            }
        };
        tracing::warn!(code = end.code().id(), "a lane of the board ended");
        hub.end(end.code());
    }
}

fn not_a_message(lane: &'static str, error: &protocol::edge::DecodeError) -> LaneEnd {
    tracing::error!(lane, %error, "the document service sent what is no message of the lane");
    LaneEnd::Failed(ErrorCode::Internal)
}

/// One browser's place at a hub. Dropping it says that the browser has gone.
pub struct Seat {
    hub: Arc<Hub>,
    connection: ConnectionId,
    wake: Arc<Notify>,
}

impl Seat {
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

    /// Sends up the updates lane; waits while too much else waits for its credit.
    pub async fn send(&self, message: &UpdatesUp) {
        let message = message.encode();
        let needed = u32::try_from(part_count(message.len())).expect("messages are bounded");
        let held = self.hub.room.clone().acquire_many_owned(needed).await.expect("the semaphore is never closed");
        // A hub whose task has ended has told everybody so.
        let _ = self.hub.upward.send(Upward { message, _held: Some(held) });
    }

    /// Whether this connection may speak for the Yjs client.
    pub fn may_speak_for(&self, client: u64) -> bool {
        self.hub.people().ids.claim(self.connection, client)
    }

    /// Sends up the presence lane those lines that this connection may say.
    pub fn put_awareness(&self, mut entries: Vec<AwarenessEntry>) {
        self.hub.people().ids.keep_own(self.connection, &mut entries);
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
        drop(people);
        let message = UpdatesUp::Leave { connection: self.connection }.encode();
        let _ = self.hub.upward.send(Upward { message, _held: None });
        self.put_presence(|queue| queue.put_gone(self.connection));
        self.hub.thinned.notify_one();
    }
}
