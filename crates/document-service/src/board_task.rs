//! The task of one open board: the shell around [`Room`] and its presence. Everything that happens to the board happens
//! here, one thing after another.
//!
//! It must not know RSocket: lanes are queues. It never waits for the store: rows go to the flusher, whose answers it
//! watches, and snapshots are saved beside it. While much is on its way to a store that does answer, it takes no more
//! updates, and the lanes' windows close; a store that does not answer is the room's affair (`StoreFailed`).

use std::collections::{BTreeMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use metrics::counter;
use protocol::lane::{Audience, PresenceUp, UpdatesDown, UpdatesUp};
use protocol::limits::{MAX_LANE_MESSAGE_BYTES, ROOM_IDLE_MS};
use protocol::{BoardId, ErrorCode};
use storage::{Epoch, Snapshot, SnapshotOutcome};
use sync::{LaneId, Room, RoomInput, RoomOutput};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Duration, Instant, sleep_until, timeout};

use crate::counted::Counted;
use crate::flusher::{Health, Standing};
use crate::limits::{BLOCKING_FROM_BYTES, INBOX_MESSAGES, LEAVE_TIMEOUT, UNSTORED_BYTES};
use crate::opening::{self, Opened, Refusal};
use crate::presence_lane::PresenceSlot;
use crate::presence_shell::PresenceShell;
use crate::service::Service;
use crate::updates_lane::{CutMessage, LaneQueue, QueueError};

/// Answer to a lane that wants to open. Dropped unanswered, the board was on its way out: look for it again.
pub(crate) type Welcome = oneshot::Sender<Result<(), Refusal>>;

/// What an updates lane brings.
pub(crate) enum UpdatesIncoming {
    Open(LaneId, LaneQueue, Welcome),
    /// With its share of the lane's inbox, free again once the message is dealt with.
    Message(LaneId, UpdatesUp, OwnedSemaphorePermit),
    Closed(LaneId),
}

/// What a presence lane brings.
pub(crate) enum PresenceIncoming {
    Open(LaneId, PresenceSlot, Welcome),
    Message(LaneId, PresenceUp),
    Closed(LaneId),
}

/// Where lanes bring what they have. Presence has its own queue, so that updates that must wait do not hold it up.
#[derive(Clone)]
pub(crate) struct BoardInbox {
    pub(crate) updates: mpsc::Sender<UpdatesIncoming>,
    pub(crate) presence: mpsc::Sender<PresenceIncoming>,
}

/// The task's end of the inbox.
pub(crate) struct Incoming {
    updates: mpsc::Receiver<UpdatesIncoming>,
    presence: mpsc::Receiver<PresenceIncoming>,
}

impl BoardInbox {
    pub(crate) fn pair() -> (Self, Incoming) {
        let (updates, updates_in) = mpsc::channel(INBOX_MESSAGES);
        let (presence, presence_in) = mpsc::channel(INBOX_MESSAGES);
        (Self { updates, presence }, Incoming { updates: updates_in, presence: presence_in })
    }
}

impl Incoming {
    /// Takes nothing more in. Lanes that are waiting to open are refused, or left to try again.
    fn close(mut self, refusal: Option<&Refusal>) {
        let refuse = |welcome: Welcome| {
            if let Some(refusal) = refusal {
                // A lane that no longer waits needs no answer.
                let _ = welcome.send(Err(refusal.clone()));
            }
        };
        self.updates.close();
        self.presence.close();
        while let Ok(incoming) = self.updates.try_recv() {
            if let UpdatesIncoming::Open(_, _, welcome) = incoming {
                refuse(welcome);
            }
        }
        while let Ok(incoming) = self.presence.try_recv() {
            if let PresenceIncoming::Open(_, _, welcome) = incoming {
                refuse(welcome);
            }
        }
    }
}

/// The life of an open board, from taking it to giving it up. A panic in the room ends this board only: its lanes close,
/// come back and find it loaded afresh.
pub(crate) async fn live(service: Arc<Service>, board: BoardId, mut incoming: Incoming) {
    let refusal = match opening::open(&service, &board).await {
        Err(refusal) => Some(refusal),
        Ok(opened) => {
            let epoch = opened.claim.epoch;
            let task = BoardTask::new(service.clone(), board.clone(), opened);
            if AssertUnwindSafe(task.run(&mut incoming)).catch_unwind().await.is_err() {
                let unsaved = service.flusher.close(&board);
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
    /// Nobody has it open, or the service is leaving.
    Release,
    /// It belongs to somebody else.
    Lost,
}

/// What became of a snapshot.
enum Saved {
    Through(u64),
    NotNow,
    Fenced,
}

struct BoardTask {
    service: Arc<Service>,
    board: BoardId,
    epoch: Epoch,
    /// Out only while it works off the async threads.
    room: Option<Room>,
    lanes: BTreeMap<LaneId, (LaneQueue, Counted)>,
    presence: PresenceShell,
    standing: watch::Receiver<Standing>,
    /// What the room has been told of `standing`.
    told: Standing,
    /// Rows at the flusher: number and bytes.
    unstored: VecDeque<(u64, usize)>,
    unstored_bytes: usize,
    /// Roughly the size of the whole board.
    board_bytes: usize,
    saves: JoinSet<Saved>,
    idle_since: Instant,
    _counted: Counted,
}

impl BoardTask {
    fn new(service: Arc<Service>, board: BoardId, opened: Opened) -> Self {
        let standing = service.flusher.open(&board, opened.claim);
        let told = *standing.borrow();
        Self {
            presence: PresenceShell::new(service.clock),
            service,
            board,
            epoch: opened.claim.epoch,
            room: Some(opened.room),
            lanes: BTreeMap::new(),
            standing,
            told,
            unstored: VecDeque::new(),
            unstored_bytes: 0,
            board_bytes: opened.bytes,
            saves: JoinSet::new(),
            idle_since: Instant::now(),
            _counted: Counted::open_board(),
        }
    }

    async fn run(mut self, incoming: &mut Incoming) {
        tracing::info!(epoch = %self.epoch, bytes = self.board_bytes, "the board is open");
        let ending = self.serve(incoming).await;
        self.lanes.clear();
        if ending == Ending::Release && timeout(LEAVE_TIMEOUT, self.finish()).await.is_err() {
            tracing::error!("the store did not take the board's last updates in time");
        }
        let unsaved = self.service.flusher.close(&self.board);
        if unsaved > 0 {
            tracing::error!(unsaved, "updates were not stored; their authors have not been told that they were");
        }
        if ending == Ending::Release {
            opening::release(&self.service, &self.board, self.epoch).await;
        }
        tracing::info!(?ending, "the board is closed");
    }

    async fn serve(&mut self, incoming: &mut Incoming) -> Ending {
        let leaving = self.service.leaving.clone();
        loop {
            let (turn, idle) = (self.presence.next_turn(), self.idle_at());
            let takes_updates = self.takes_updates();
            let ending = tokio::select! {
                () = leaving.cancelled() => Some(Ending::Release),
                changed = self.standing.changed() => {
                    changed.expect("the flusher keeps the board until this task closes it");
                    self.follow_standing().await
                }
                Some(saved) = self.saves.join_next() => self.snapshot_ended(saved).await,
                Some(message) = incoming.updates.recv(), if takes_updates => {
                    self.receive(message).await;
                    None
                }
                Some(message) = incoming.presence.recv() => {
                    self.receive_presence(message);
                    None
                }
                () = at(turn) => {
                    self.presence.take_turn();
                    None
                }
                () = at(idle) => Some(Ending::Release),
            };
            if let Some(ending) = ending {
                return ending;
            }
        }
    }

    /// Whether more may be put on the way to the store.
    fn takes_updates(&self) -> bool {
        self.unstored_bytes <= UNSTORED_BYTES || self.told.health != Health::Good
    }

    /// When the board is to be given up, if nobody comes.
    fn idle_at(&self) -> Option<Instant> {
        let is_idle = self.lanes.is_empty() && self.presence.is_empty() && self.unstored.is_empty();
        is_idle.then(|| self.idle_since + Duration::from_millis(ROOM_IDLE_MS))
    }

    async fn receive(&mut self, incoming: UpdatesIncoming) {
        match incoming {
            UpdatesIncoming::Open(lane, queue, welcome) => {
                self.lanes.insert(lane, (queue, Counted::updates_lane()));
                self.tell_room(RoomInput::LaneOpened(lane)).await;
                // A lane that has given up says `Closed` next.
                let _ = welcome.send(Ok(()));
            }
            UpdatesIncoming::Message(lane, message, _held) => self.tell_room(RoomInput::Updates(lane, message)).await,
            UpdatesIncoming::Closed(lane) => {
                self.idle_since = Instant::now();
                if self.lanes.remove(&lane).is_some() {
                    self.tell_room(RoomInput::LaneClosed(lane)).await;
                }
            }
        }
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
        let standing = *self.standing.borrow_and_update();
        let told = std::mem::replace(&mut self.told, standing);
        while self.unstored.front().is_some_and(|(seq, _)| *seq <= standing.through) {
            self.unstored_bytes -= self.unstored.pop_front().map_or(0, |(_, bytes)| bytes);
        }
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
    }

    async fn handle(&mut self, input: RoomInput) -> Vec<RoomOutput> {
        let weight = match &input {
            RoomInput::Updates(_, UpdatesUp::Edit { update, .. }) => update.len(),
            RoomInput::Updates(_, UpdatesUp::Join { .. } | UpdatesUp::StateRequest { .. })
            | RoomInput::Stored { .. } => self.board_bytes,
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
                    self.unstored.push_back((seq, update.len()));
                    self.unstored_bytes += update.len();
                    self.board_bytes += update.len();
                    self.service.flusher.push(&self.board, update);
                }
                RoomOutput::Snapshot { through, bytes } => {
                    self.board_bytes = bytes.len();
                    self.saves.spawn(save(self.service.clone(), self.board.clone(), self.epoch, through, bytes));
                }
            }
        }
        gone
    }

    /// Queues a message for a lane. What is too long for a lane (the whole of a huge board, for a stock client) costs its
    /// one receiver the connection, and not the lane of everybody.
    fn send(&mut self, lane: LaneId, down: UpdatesDown, encoder: &mut Encoder) -> Option<RoomInput> {
        let (queue, _) = self.lanes.get(&lane)?;
        let receiver = match &down {
            UpdatesDown::Message { audience: Audience::One(connection), .. } => Some(*connection),
            _ => None,
        };
        let (cut, gone) = match (encoder.cut(down), receiver) {
            (Ok(cut), _) => (cut, None),
            (Err(TooLong), Some(connection)) => {
                let close = UpdatesDown::Close { connection, code: ErrorCode::TooLarge };
                let cut = CutMessage::new(&close.encode());
                (cut, Some(RoomInput::Updates(lane, UpdatesUp::Leave { connection })))
            }
            (Err(TooLong), None) => {
                self.drop_lane(lane, ErrorCode::Internal);
                return Some(RoomInput::LaneClosed(lane));
            }
        };
        match queue.push(cut) {
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
        if let Some((queue, _)) = self.lanes.remove(&lane) {
            tracing::warn!(lane = lane.0, code = code.id(), "a lane is closed; the gateway opens it afresh");
            queue.close(code);
        }
    }

    /// Waits until everything is stored, and leaves a snapshot behind if that spares the next owner work.
    async fn finish(&mut self) {
        while !self.unstored.is_empty() {
            if self.standing.changed().await.is_err() || self.follow_standing().await.is_some() {
                return;
            }
        }
        while let Some(saved) = self.saves.join_next().await {
            if self.snapshot_ended(saved).await.is_some() {
                return;
            }
        }
        if let Some((through, bytes)) = self.with_room(self.board_bytes, |room| room.final_snapshot()).await {
            save(self.service.clone(), self.board.clone(), self.epoch, through, bytes).await;
        }
    }
}

/// Resolves at the given time, or never.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Saves a snapshot. One that fails is not tried again: its rows are stored, and the room makes a newer one.
async fn save(service: Arc<Service>, board: BoardId, epoch: Epoch, through: u64, bytes: Bytes) -> Saved {
    match service.storage.save_snapshot(&board, epoch, Snapshot { seq: through, bytes }).await {
        Ok(SnapshotOutcome::Stored) => Saved::Through(through),
        Ok(SnapshotOutcome::Fenced) => Saved::Fenced,
        Err(error) => {
            tracing::warn!(%error, board_id = board.as_str(), through, "a snapshot could not be saved");
            Saved::NotNow
        }
    }
}

/// Encodes and cuts a message once for all lanes that get the same. Outputs for the same message come one after
/// another, in at most two forms: with and without its author.
#[derive(Default)]
struct Encoder {
    recent: VecDeque<(UpdatesDown, CutMessage)>,
}

struct TooLong;

impl Encoder {
    fn cut(&mut self, down: UpdatesDown) -> Result<CutMessage, TooLong> {
        if let Some((_, cut)) = self.recent.iter().find(|(recent, _)| *recent == down) {
            return Ok(cut.clone());
        }
        let encoded = down.encode();
        if encoded.len() > MAX_LANE_MESSAGE_BYTES {
            return Err(TooLong);
        }
        let cut = CutMessage::new(&encoded);
        self.recent.truncate(1);
        self.recent.push_front((down, cut.clone()));
        Ok(cut)
    }
}
