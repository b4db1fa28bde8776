//! The task of one open board: the shell around [`Room`] and its presence. Everything that happens to the board happens
//! here, one thing after another.
//!
//! It must not know RSocket: lanes are queues. It never waits for the store: rows go to the flusher, whose answers it
//! watches, and snapshots are saved beside it. While much is on its way to a store that does answer, it takes no more
//! updates, and the lanes' windows close; a store that does not answer is the room's affair (`StoreFailed`).

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;

use futures_util::FutureExt;
use litemap::LiteMap;
use metrics::counter;
use protocol::lane::{Audience, UpdatesDown, UpdatesUp};
use protocol::limits::ROOM_IDLE_MS;
use protocol::{BoardId, ErrorCode};
use storage::Epoch;
use sync::{LaneId, Room, RoomInput, RoomOutput};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Duration, Instant, timeout};
use tracing::Instrument;

use crate::board_inbox::{Incoming, PresenceIncoming, Question, UpdatesIncoming};
use crate::counted::Counted;
use crate::deadlines::{Deadlines, Due};
use crate::encoder::{Encoder, TooLong};
use crate::flusher::{Health, Standing};
use crate::hall::Hall;
use crate::hand_over;
use crate::limits::{BLOCKING_FROM_BYTES, GATHER_TIME, LEAVE_TIMEOUT, MESSAGES_AT_ONCE, REST_EVERY, UNSTORED_BYTES};
use crate::opening::{self, Opened, Refusal};
use crate::presence_shell::PresenceShell;
use crate::service::Service;
use crate::snapshots::{Saved, save};
use crate::updates_lane::{LaneQueue, QueueError};
use crate::versioning::{self, Versioning};
use crate::watched::Watched;

/// The life of an open board, from taking it to giving it up. A panic in the room ends this board only: its lanes close,
/// come back and find it loaded afresh.
pub(crate) async fn live(service: Arc<Service>, board: BoardId, mut incoming: Incoming) {
    let mut hall = Hall::default();
    let (early, answer) = oneshot::channel();
    let opening = opening::open(&service, &board, early);
    let opened = Box::pin(hall.wait(opening, answer, &incoming.0)).await;
    let task = opened.map(|opened| Box::new(BoardTask::new(service.clone(), board.clone(), opened)));
    let refusal = match task {
        Err(refusal) => Some(refusal),
        Ok(task) => {
            let epoch = task.epoch;
            if AssertUnwindSafe(task.run(&mut incoming, Box::new(hall))).catch_unwind().await.is_err() {
                let unsaved = service.flusher.close(&board).len();
                tracing::error!(unsaved, "the room panicked and is dropped");
                opening::release(&service, &board, epoch).await;
            }
            None
        }
    };
    service.forget(&board);
    incoming.close(refusal.as_ref());
}

/// Why a board stops being served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Nobody has it open.
    Release,
    /// The service is leaving, and it is this board's turn: it goes on elsewhere.
    Move,
    /// It belongs to somebody else.
    Lost,
}

struct BoardTask {
    service: Arc<Service>,
    board: BoardId,
    epoch: Epoch,
    /// Out only while it works off the async threads.
    room: Option<Room>,
    /// A sorted list: most boards have one.
    lanes: LiteMap<LaneId, Box<(LaneQueue, Counted)>>,
    presence: PresenceShell,
    standing: Arc<Watched<Standing>>,
    /// What the room has been told of `standing`.
    told: Standing,
    /// Rows at the flusher: number and bytes.
    unstored: VecDeque<(u64, usize)>,
    unstored_bytes: usize,
    /// When the first of them was given to it, after all before were stored.
    unstored_since: Instant,
    /// Roughly the size of the whole board.
    board_bytes: usize,
    saves: JoinSet<Saved>,
    versioning: Versioning,
    idle_since: Instant,
    /// When the room is to be asked whether it can rest.
    rest_at: Option<Instant>,
    _counted: Counted,
}

impl BoardTask {
    fn new(service: Arc<Service>, board: BoardId, opened: Opened) -> Self {
        let standing = service.flusher.open(&board, opened.claim);
        let told = standing.get();
        Self {
            presence: PresenceShell::new(service.clock),
            service,
            board,
            epoch: opened.claim.epoch,
            room: Some(opened.room),
            lanes: LiteMap::new(),
            standing,
            told,
            unstored: VecDeque::new(),
            unstored_bytes: 0,
            unstored_since: Instant::now(),
            board_bytes: opened.bytes,
            saves: JoinSet::new(),
            versioning: Versioning::new(opened.claim.head_seq),
            idle_since: Instant::now(),
            rest_at: None,
            _counted: Counted::open_board(),
        }
    }

    async fn run(mut self: Box<Self>, incoming: &mut Incoming, hall: Box<Hall>) {
        tracing::info!(epoch = %self.epoch, bytes = self.board_bytes, "the board is open");
        let (ending, turn) = match Box::pin(self.take_over(hall)).await {
            Some(ending) => (ending, None),
            None => self.serve(incoming).await,
        };
        if ending != Ending::Lost && timeout(LEAVE_TIMEOUT, Box::pin(self.finish())).await.is_err() {
            tracing::error!("the store did not take the board's last updates in time");
        }
        let unsaved = self.service.flusher.close(&self.board);
        let is_saved = unsaved.is_empty();
        if ending == Ending::Lost {
            hand_over::begin(&self.service, &self.board, unsaved);
        } else {
            if !unsaved.is_empty() {
                let unsaved = unsaved.len();
                tracing::error!(unsaved, "updates were not stored; their authors have not been told that they were");
            }
            Box::pin(opening::release(&self.service, &self.board, self.epoch)).await;
        }
        // Last, when the board is free: whoever hears of it opens the board elsewhere at once.
        self.lanes.clear();
        drop(turn);
        tracing::info!(?ending, "the board is closed");
        if ending != Ending::Lost && is_saved {
            self.leave_version();
        }
    }

    /// Takes what came before there was a room.
    async fn take_over(&mut self, hall: Box<Hall>) -> Option<Ending> {
        let Hall { updates, presence } = *hall;
        let ended = self.receive(updates).await;
        presence.into_iter().for_each(|message| self.receive_presence(message));
        ended
    }

    /// Keeps the version that [`finish`](Self::finish) had no time for, now that nobody waits for the board.
    fn leave_version(self: Box<Self>) {
        let Self { service, board, room, versioning, board_bytes, .. } = *self;
        if let Some(room) = room.filter(|_| versioning.is_wanted()) {
            let leaving = versioning.leave(service.clone(), board, room, board_bytes);
            service.boards.spawn(leaving.in_current_span());
        }
    }

    /// Serves until the end. When the service leaves, that is this board's turn to move, which lasts as long as the
    /// permit: until then it goes on as if nothing were.
    async fn serve(&mut self, incoming: &mut Incoming) -> (Ending, Option<OwnedSemaphorePermit>) {
        let mut turn_to_move = pin!(self.service.clone().turn_to_move());
        let (mut arrived, mut arrived_presence) = (Vec::new(), Vec::new());
        let mut deadlines = Deadlines::new();
        loop {
            let takes_updates = self.takes_updates();
            let times = [
                (self.presence.next_turn(), Due::Presence),
                (self.gathers_until(), Due::Gathered),
                (self.versioning.due(), Due::Version),
                (self.rest_at, Due::Rest),
                (self.idle_at(), Due::Idle),
            ];
            let ending = tokio::select! {
                permit = &mut turn_to_move => return (Ending::Move, permit),
                () = self.standing.changed() => Box::pin(self.follow_standing()).await,
                Some(saved) = self.saves.join_next() => Box::pin(self.snapshot_ended(saved)).await,
                true = incoming.0.updates.take(&mut arrived, MESSAGES_AT_ONCE), if takes_updates => {
                    // Heavy work is boxed, and lists are given away: the places that they take are not this task's for ever.
                    Box::pin(self.receive(std::mem::take(&mut arrived))).await
                }
                true = incoming.0.presence.take(&mut arrived_presence, MESSAGES_AT_ONCE) => {
                    std::mem::take(&mut arrived_presence).into_iter().for_each(|message| self.receive_presence(message));
                    None
                }
                due = deadlines.next(times) => Box::pin(self.do_due(due)).await,
            };
            if let Some(ending) = ending {
                return (ending, None);
            }
        }
    }

    async fn do_due(&mut self, due: Option<Due>) -> Option<Ending> {
        match due {
            Some(Due::Presence) => self.presence.take_turn(),
            // They are taken now.
            Some(Due::Gathered) | None => {}
            Some(Due::Version) => self.keep_version().await,
            Some(Due::Rest) => {
                self.rest_at = None;
                self.tell_room(RoomInput::Rest).await;
            }
            Some(Due::Idle) => return Some(Ending::Release),
        }
        None
    }

    /// Whether more may be put on the way to the store. While some is, the next gathers: edits that come meanwhile become
    /// one row and one message when it is their turn, which they would have had to wait for all the same.
    fn takes_updates(&self) -> bool {
        let has_room = self.unstored_bytes <= UNSTORED_BYTES && self.gathers_until().is_none();
        has_room || self.told.health != Health::Good
    }

    /// Until when what comes is gathered. A store that takes longer than usual holds up nobody.
    fn gathers_until(&self) -> Option<Instant> {
        let until = self.unstored_since + GATHER_TIME;
        (!self.unstored.is_empty() && self.told.health == Health::Good && Instant::now() < until).then_some(until)
    }

    /// When the board is to be given up, if nobody comes.
    fn idle_at(&self) -> Option<Instant> {
        let is_idle = self.lanes.is_empty() && self.presence.is_empty() && self.unstored.is_empty();
        is_idle.then(|| self.idle_since + Duration::from_millis(ROOM_IDLE_MS))
    }

    /// Takes what lanes brought. Messages in a row go to the room together, so that edits of one moment become one row.
    async fn receive(&mut self, arrived: Vec<UpdatesIncoming>) -> Option<Ending> {
        let (mut messages, mut held) = (Vec::new(), Vec::new());
        for incoming in arrived {
            if let UpdatesIncoming::Message(lane, message, permit) = incoming {
                messages.push((lane, message));
                held.push(permit);
                continue;
            }
            self.tell_messages(&mut messages).await;
            match incoming {
                UpdatesIncoming::Open(lane, queue, welcome) => {
                    self.lanes.insert(lane, Box::new((queue, Counted::updates_lane())));
                    self.tell_room(RoomInput::LaneOpened(lane)).await;
                    // A lane that has given up says `Closed` next.
                    let _ = welcome.send(Ok(()));
                }
                UpdatesIncoming::Message(..) => {}
                UpdatesIncoming::Closed(lane) => {
                    self.idle_since = Instant::now();
                    if self.lanes.remove(&lane).is_some() {
                        self.tell_room(RoomInput::LaneClosed(lane)).await;
                    }
                }
                UpdatesIncoming::SaveVersion(question) => self.keep_named_version(question).await,
                UpdatesIncoming::Evict => {
                    for (_, lane) in std::mem::take(&mut self.lanes) {
                        lane.0.close(ErrorCode::Deleted);
                    }
                    return Some(Ending::Release);
                }
            }
        }
        self.tell_messages(&mut messages).await;
        None
    }

    async fn tell_messages(&mut self, messages: &mut Vec<(LaneId, UpdatesUp)>) {
        if !messages.is_empty() {
            let (presence, here) = (&self.presence, self.service.visitors.at(&self.board));
            self.versioning.authors.note(messages, |lane, connection| presence.author(&here, lane, connection));
            self.tell_room(RoomInput::Several(std::mem::take(messages))).await;
        }
    }

    /// The board as it is becomes a version.
    async fn keep_version(&mut self) {
        let state = self.with_room(self.board_bytes, |room| room.state()).await;
        let (storage, through) = (self.service.storage.clone(), self.standing.get().through);
        self.versioning.take_turn(storage, self.board.clone(), through, state);
    }

    async fn keep_named_version(&mut self, question: Question) {
        let state = self.with_room(self.board_bytes, |room| room.state()).await;
        let (storage, board, people) =
            (self.service.storage.clone(), self.board.clone(), self.versioning.authors.take());
        tokio::spawn(async move {
            let Question { name, author, reply } = question;
            let kept = versioning::keep_named(&*storage, &board, state, name, author, people).await;
            // Who no longer waits finds it in the list.
            let _ = reply.send(kept.map_err(Refusal::Code));
        });
    }

    fn receive_presence(&mut self, incoming: PresenceIncoming) {
        match incoming {
            PresenceIncoming::Open(lane, slot, welcome) => {
                self.presence.open_lane(lane, slot);
                let _ = welcome.send(Ok(()));
            }
            PresenceIncoming::Message(lane, message) => self.presence.receive(lane, message),
            PresenceIncoming::Closed(lane) => {
                self.idle_since = Instant::now();
                self.presence.close_lane(lane);
            }
        }
    }

    /// Tells the room how the store stands, once for each change.
    async fn follow_standing(&mut self) -> Option<Ending> {
        let standing = self.standing.get();
        let told = std::mem::replace(&mut self.told, standing);
        while self.unstored.front().is_some_and(|(seq, _)| *seq <= standing.through) {
            self.unstored_bytes -= self.unstored.pop_front().map_or(0, |(_, bytes)| bytes);
        }
        self.versioning.heard_of(standing.through);
        if standing.is_lost {
            return Some(Ending::Lost);
        }
        if standing.through > told.through || standing.health < told.health {
            self.tell_room(RoomInput::Stored { through: standing.through }).await;
        }
        match standing.health {
            Health::Failing if told.health < Health::Failing => self.tell_room(RoomInput::StoreFailed).await,
            Health::Full if told.health < Health::Full => self.tell_room(RoomInput::StoreFull).await,
            Health::Good | Health::Failing | Health::Full => {}
        }
        None
    }

    async fn snapshot_ended(&mut self, saved: Result<Saved, tokio::task::JoinError>) -> Option<Ending> {
        let through = match saved {
            Ok(Saved::Fenced) => return Some(Ending::Lost),
            Ok(Saved::Through(through)) => Some(through),
            Ok(Saved::NotNow) | Err(_) => None,
        };
        self.tell_room(RoomInput::SnapshotStored { through }).await;
        None
    }

    /// Gives the room an input and does what it wants, and so on for what follows from that.
    async fn tell_room(&mut self, input: RoomInput) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let outputs = self.handle(input).await;
            inputs.extend(self.carry_out(outputs));
        }
        if self.rest_at.is_none() && self.room.as_ref().is_some_and(Room::may_rest) {
            self.rest_at = Some(Instant::now() + REST_EVERY);
        }
    }

    async fn handle(&mut self, input: RoomInput) -> Vec<RoomOutput> {
        let of_message = |message: &UpdatesUp| match message {
            UpdatesUp::Edit { update, .. } => update.len(),
            UpdatesUp::Join { .. } | UpdatesUp::StateRequest { .. } => self.board_bytes,
            UpdatesUp::Leave { .. } | UpdatesUp::Relay { .. } => 0,
        };
        let weight = match &input {
            RoomInput::Updates(_, message) => of_message(message),
            RoomInput::Several(messages) => messages.iter().map(|(_, message)| of_message(message)).sum(),
            RoomInput::Stored { through } if self.room.as_ref().is_some_and(|room| room.is_snapshot_due(*through)) => {
                self.board_bytes
            }
            _ => 0,
        };
        self.with_room(weight, move |room| room.handle(input)).await
    }

    /// Heavy work leaves the async threads, which serve all other boards.
    async fn with_room<T: Send + 'static>(
        &mut self,
        weight_bytes: usize,
        work: impl FnOnce(&mut Room) -> T + Send + 'static,
    ) -> T {
        let mut room = self.room.take().expect("the room is back before the next thing happens");
        let (room, result) = if weight_bytes < BLOCKING_FROM_BYTES {
            let result = work(&mut room);
            (room, result)
        } else {
            let worked = spawn_blocking(move || {
                let result = work(&mut room);
                (room, result)
            });
            // The room is lost with a panic, and so is its task: `live` deals with both alike.
            worked.await.unwrap_or_else(|error| std::panic::resume_unwind(Box::new(error.to_string())))
        };
        self.room = Some(room);
        result
    }

    /// Does what the room wants, in its order. Gives what the room has to be told of it: lanes and connections that are no
    /// more.
    fn carry_out(&mut self, outputs: Vec<RoomOutput>) -> Vec<RoomInput> {
        let mut gone = Vec::new();
        let mut encoder = Encoder::default();
        for output in outputs {
            match output {
                RoomOutput::Updates(lane, down) => gone.extend(self.send(lane, down, &mut encoder)),
                RoomOutput::Store { seq, update } => {
                    if self.unstored.is_empty() {
                        self.unstored_since = Instant::now();
                    }
                    self.unstored.push_back((seq, update.len()));
                    self.unstored_bytes += update.len();
                    self.board_bytes += update.len();
                    self.service.flusher.push(&self.board, update);
                }
                RoomOutput::Snapshot { through, bytes } => {
                    self.board_bytes = bytes.len();
                    self.saves.spawn(save(
                        self.service.storage.clone(),
                        self.board.clone(),
                        self.epoch,
                        through,
                        bytes,
                    ));
                }
            }
        }
        gone
    }

    /// Queues a message for a lane. What is too long for a lane (the whole of a huge board, for a stock client) costs its
    /// one receiver the connection, and not the lane of everybody.
    fn send(&mut self, lane: LaneId, down: UpdatesDown, encoder: &mut Encoder) -> Option<RoomInput> {
        let (queue, _) = &**self.lanes.get(&lane)?;
        let receiver = match &down {
            UpdatesDown::Message { audience: Audience::One(connection), .. } => Some(*connection),
            _ => None,
        };
        let (message, gone) = match (encoder.encode(down), receiver) {
            (Ok(message), _) => (message, None),
            (Err(TooLong), Some(connection)) => {
                let close = UpdatesDown::Close { connection, code: ErrorCode::TooLarge };
                (close.encode(), Some(RoomInput::Updates(lane, UpdatesUp::Leave { connection })))
            }
            (Err(TooLong), None) => {
                self.drop_lane(lane, ErrorCode::Internal);
                return Some(RoomInput::LaneClosed(lane));
            }
        };
        match queue.push(message) {
            Ok(()) => gone,
            Err(error) => {
                if error == QueueError::Overflow {
                    counter!("lane_backlog_closes_total").increment(1);
                }
                self.drop_lane(lane, ErrorCode::Resync);
                Some(RoomInput::LaneClosed(lane))
            }
        }
    }

    fn drop_lane(&mut self, lane: LaneId, code: ErrorCode) {
        self.idle_since = Instant::now();
        if let Some((queue, _)) = self.lanes.remove(&lane).map(|lane| *lane) {
            tracing::warn!(lane = lane.0, code = code.id(), "a lane is closed; the gateway opens it afresh");
            queue.close(code);
        }
    }

    /// Waits until everything is stored, and leaves a snapshot behind if that spares the next owner work and nobody waits.
    async fn finish(&mut self) {
        while !self.unstored.is_empty() {
            self.standing.changed().await;
            if self.follow_standing().await.is_some() {
                return;
            }
        }
        if !self.lanes.is_empty() {
            return;
        }
        if self.versioning.is_wanted() && !self.service.leaving.is_cancelled() {
            self.keep_version().await;
        }
        self.versioning.finish().await;
        while let Some(saved) = self.saves.join_next().await {
            if self.snapshot_ended(saved).await.is_some() {
                return;
            }
        }
        if let Some((through, bytes)) = self.with_room(self.board_bytes, |room| room.final_snapshot()).await {
            save(self.service.storage.clone(), self.board.clone(), self.epoch, through, bytes).await;
        }
    }
}
