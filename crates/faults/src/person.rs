//! One person: the sync machine of the browser and a document, over a socket that breaks; the log is a list in memory.
//! Draws at a steady rate and notes what was acknowledged, what came from others, and how long it all took.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use board::{Board, Change, ClientId, Edit, Field, Kind, NewShape, ShapeId, StateVector};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use protocol::VisitToken;
use protocol::edge::{BoardStatus, EdgeMessage};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sync::{Client, ClientInput, ClientOptions, ClientOutput, LogKey, Status};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::place::{Invite, Place};
use crate::report::Findings;

/// Shapes of a board.
pub type Shapes = BTreeSet<ShapeId>;

/// How long a gateway may take to answer a handshake.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// What everybody is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Go on.
    Draw,
    /// Draw no more, and leave when all is saved.
    Finish,
    /// Be gone, with all that the browser kept.
    Abandon,
}

/// A person.
pub struct Person {
    place: Arc<Place>,
    invite: Arc<Invite>,
    client: Client,
    board: Board,
    socket: Option<WebSocketStream<TcpStream>>,
    random: ChaCha8Rng,
    begin: Instant,
    pause: Option<Duration>,
    /// Keys of the log: the shape that each entry made, and when. What is brought back for others is nobody's shape.
    log: BTreeMap<u64, (ShapeId, Instant)>,
    /// Drawn, and not in the log yet.
    fresh: Option<(ShapeId, Instant)>,
    is_told_not_saved: bool,
    found: Findings,
}

impl Person {
    pub fn new(place: Arc<Place>, invite: Arc<Invite>, seed: u64, rate: u32) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let id = ClientId::from_random(random.random());
        let options = ClientOptions {
            key: invite.key.reveal().to_owned(),
            client: id.get(),
            seed: random.random(),
            token: VisitToken(random.random()),
        };
        Self {
            place,
            invite,
            client: Client::new(options),
            board: Board::new(id),
            socket: None,
            random,
            begin: Instant::now(),
            pause: (rate > 0).then(|| Duration::from_secs(1) / rate),
            log: BTreeMap::new(),
            fresh: None,
            is_told_not_saved: false,
            found: Findings::default(),
        }
    }

    /// Draws until told to stop; gives what it noted.
    pub async fn live(mut self, mut stop: watch::Receiver<Stop>) -> Findings {
        self.handle(ClientInput::Start).await;
        let mut draws_at = Instant::now();
        loop {
            let stopping = *stop.borrow_and_update();
            let is_done = stopping == Stop::Finish && self.client.status() == Status::Saved;
            if is_done || stopping == Stop::Abandon || matches!(self.client.status(), Status::Refused { .. }) {
                self.found.refused += u64::from(matches!(self.client.status(), Status::Refused { .. }));
                return self.found;
            }
            let (pause, wakes_at) = (self.pause.filter(|_| stopping == Stop::Draw), self.wakes_at());
            tokio::select! {
                _ = stop.changed() => {}
                () = at(wakes_at) => self.handle(ClientInput::Tick).await,
                message = hear(&mut self.socket) => self.take(message).await,
                () = sleep_until(draws_at), if pause.is_some() => {
                    draws_at = (draws_at + pause.unwrap_or_default()).max(Instant::now());
                    self.draw().await;
                }
            }
        }
    }

    /// Joins and gives what is there; `None` where that cannot be had.
    pub async fn read(mut self) -> Option<Shapes> {
        self.handle(ClientInput::Start).await;
        while !matches!(self.client.status(), Status::Saved | Status::Refused { .. }) {
            let wakes_at = self.wakes_at();
            tokio::select! {
                () = at(wakes_at) => self.handle(ClientInput::Tick).await,
                message = hear(&mut self.socket) => self.take(message).await,
            }
        }
        (self.client.status() == Status::Saved).then(|| self.shapes())
    }

    fn shapes(&self) -> Shapes {
        self.board.shapes().map(|shape| shape.id.clone()).collect()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.client.wake_at_ms().map(|at_ms| self.begin + Duration::from_millis(at_ms))
    }

    async fn draw(&mut self) {
        let id = ShapeId::from_random(self.random.random());
        let shape = NewShape::new(Kind::Text, vec![Field::Order(self.board.order_top(0))]).with_text("drawn");
        let applied = self.board.apply(&[Edit::Insert { id: id.clone(), shape }]);
        let Some(update) = applied.update else { return };
        self.found.drawn.insert(id.clone(), Instant::now());
        self.fresh = Some((id, Instant::now()));
        self.handle(ClientInput::Local(update.0)).await;
    }

    async fn take(&mut self, message: Option<Message>) {
        let input = match message {
            Some(Message::Binary(bytes)) => {
                self.note(&bytes);
                ClientInput::Received(bytes)
            }
            Some(Message::Close(frame)) => {
                self.socket = None;
                ClientInput::Closed { close_code: frame.map(|frame| frame.code.into()) }
            }
            Some(_) => return,
            None => {
                self.socket = None;
                ClientInput::Closed { close_code: None }
            }
        };
        if matches!(input, ClientInput::Closed { .. }) {
            self.found.closed += 1;
        }
        self.handle(input).await;
    }

    fn note(&mut self, bytes: &Bytes) {
        match EdgeMessage::decode(bytes) {
            Ok(EdgeMessage::Status(status)) => {
                self.is_told_not_saved = status != BoardStatus::Healthy;
                self.found.not_saved += u64::from(self.is_told_not_saved);
            }
            Ok(EdgeMessage::Rejoin) => self.found.rejoined += 1,
            _ => {}
        }
    }

    /// Gives the machine an input and does what it wants, and so on for what follows.
    async fn handle(&mut self, input: ClientInput) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in self.client.handle(self.now_ms(), input) {
                if let Some(next) = self.carry_out(output).await {
                    inputs.insert(0, next);
                }
            }
        }
    }

    async fn carry_out(&mut self, output: ClientOutput) -> Option<ClientInput> {
        match output {
            ClientOutput::Connect => {
                let connecting = timeout(CONNECT_WITHIN, self.place.connect(&self.invite.board)).await;
                self.is_told_not_saved = false;
                return Some(match connecting {
                    Ok(Ok(socket)) => {
                        self.socket = Some(socket);
                        self.opened()
                    }
                    Ok(Err(_)) | Err(_) => ClientInput::Closed { close_code: None },
                });
            }
            ClientOutput::Rejoin => {
                self.is_told_not_saved = false;
                return Some(self.opened());
            }
            ClientOutput::Disconnect => self.socket = None,
            ClientOutput::Send(bytes) => {
                if let Some(socket) = &mut self.socket {
                    // A broken socket says so when it is read.
                    let _ = socket.send(Message::Binary(bytes)).await;
                }
            }
            ClientOutput::Log { entry, .. } => {
                self.log.extend(self.fresh.take().map(|drawn| (entry, drawn)));
                return Some(ClientInput::Logged { entry, key: Some(LogKey(entry)) });
            }
            ClientOutput::Unlog(keys) => self.acknowledged(&keys),
            ClientOutput::Merge(update) => drop(self.merge(&update)),
            ClientOutput::MergeNext(update) => {
                let change = self.merge(&update)?;
                if change.gap {
                    return Some(ClientInput::Gap);
                }
                if !self.is_told_not_saved {
                    self.found.seen.extend(change.touched);
                }
            }
            ClientOutput::Reconcile { state_vector, always, except_own } => {
                let theirs = StateVector(state_vector);
                let theirs = if except_own { self.board.with_own(&theirs) } else { theirs };
                if always || !self.board.is_covered_by(&theirs) {
                    return self.board.diff(&theirs).ok().map(|update| ClientInput::Local(update.0));
                }
            }
            ClientOutput::Welcomed { .. }
            | ClientOutput::PeerPresence { .. }
            | ClientOutput::PeerGone { .. }
            | ClientOutput::PeerSelection { .. }
            | ClientOutput::PeerDraft { .. }
            | ClientOutput::Damaged { .. }
            | ClientOutput::Meeting { .. }
            | ClientOutput::Stored(_)
            | ClientOutput::Status(_) => {}
        }
        None
    }

    fn opened(&self) -> ClientInput {
        ClientInput::Opened { state_vector: self.board.state_vector().0 }
    }

    fn acknowledged(&mut self, keys: &[LogKey]) {
        let now = Instant::now();
        for key in keys {
            if let Some((id, drawn)) = self.log.get(&key.0) {
                self.found.acknowledged.insert(id.clone(), now);
                self.found.slowest = self.found.slowest.max(now - *drawn);
            }
        }
    }

    fn merge(&mut self, update: &Bytes) -> Option<Change> {
        let merged = self.board.merge(update).ok();
        self.found.refused += u64::from(merged.is_none());
        merged
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

async fn hear(socket: &mut Option<WebSocketStream<TcpStream>>) -> Option<Message> {
    match socket {
        Some(socket) => socket.next().await.and_then(Result::ok),
        None => std::future::pending().await,
    }
}
