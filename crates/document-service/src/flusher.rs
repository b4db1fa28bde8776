//! Group commit: the updates of all boards that came in while one transaction was under way go into the next.
//!
//! It must not know what an update holds, nor rooms: a board is a queue of rows and a [`Standing`] that its task watches.
//! The rules it keeps:
//!
//! - One append is under way at a time; so a board's rows reach the store in order, and batches grow by themselves when the
//!   store is slow. Boards take turns, so that a busy one cannot fill every batch.
//! - An append that takes longer than `STORE_IS_SLOW` is told as failing while it is still awaited.
//! - After an error nothing is known of any board of the batch: the same appends are repeated, unchanged, until the store
//!   answers (the contract of `Storage::append`). Meanwhile every board with rows to store is told once that the store
//!   fails, and rows go on gathering, within each room's own bound and within `MAX_WAITING_BYTES` for all.
//! - `Fenced` is final: the board belongs to somebody else. Its rows stay here until the board's task takes them, to hand
//!   them to the new owner; nobody was told that they are stored, so their authors still have them, too.
//! - An answer that is no outage (say, a corrupt table) is not allowed to hold up the others: the batch is repeated board
//!   by board, and the board that it belongs to is given up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use metrics::{counter, histogram};
use protocol::BoardId;
use storage::{Append, AppendOutcome, Epoch, Error, Storage};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use crate::backoff::Backoff;
use crate::limits::{FLUSH_BYTES, FLUSH_ROWS, MAX_WAITING_BYTES, STORE_IS_SLOW};
use crate::watched::Watched;

/// How a board stands with the store. Its task watches this; only the newest matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Number of the newest stored row.
    pub(crate) through: u64,
    /// Whether the store answers.
    pub(crate) health: Health,
    /// The board is no longer ours to write.
    pub(crate) is_lost: bool,
}

/// How the store does, for one board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Health {
    /// It answers.
    Good,
    /// It does not answer.
    Failing,
    /// The same, and no more may wait for it.
    Full,
}

/// A board that was acquired.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    /// Under which it was acquired.
    pub(crate) epoch: Epoch,
    /// Number of the newest row of its log.
    pub(crate) head_seq: u64,
    /// What [`Flusher::lapses`] said before.
    pub(crate) lapses: u64,
}

/// The queues of all open boards, and the one writer that empties them.
pub(crate) struct Flusher {
    storage: Arc<dyn Storage>,
    queues: Mutex<Queues>,
    work: Notify,
}

struct Queues {
    boards: BTreeMap<BoardId, Queue>,
    /// Boards with work that are not in the batch under way, each once.
    waiting: VecDeque<BoardId>,
    health: Health,
    /// Bytes of all rows in all queues.
    bytes: usize,
    /// Times in which anybody may have taken a board.
    lapses: u64,
}

struct Queue {
    epoch: Epoch,
    /// Rows behind `standing.through`, in order.
    rows: VecDeque<Bytes>,
    /// Ask the store whether the board is still ours, even with nothing to write.
    check_fence: bool,
    /// Is in `waiting`, or in the batch under way.
    is_waiting: bool,
    standing: Arc<Watched<Standing>>,
}

impl Flusher {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, queues: Mutex::new(Queues::new()), work: Notify::new() }
    }

    /// How often the lease has lapsed so far: to be asked before a board is acquired.
    pub(crate) fn lapses(&self) -> u64 {
        self.lock().lapses
    }

    /// Takes in a board. If the lease has lapsed since it was claimed, the fence is checked at once.
    pub(crate) fn open(&self, board: &BoardId, claim: Claim) -> Arc<Watched<Standing>> {
        let standing = Standing { through: claim.head_seq, health: Health::Good, is_lost: false };
        let watched = Arc::new(Watched::new(standing));
        let standing = watched.clone();
        let mut queues = self.lock();
        let check_fence = queues.lapses != claim.lapses;
        let queue = Queue { epoch: claim.epoch, rows: VecDeque::new(), check_fence, is_waiting: false, standing };
        queues.boards.insert(board.clone(), queue);
        if check_fence {
            queues.wait(board);
            self.work.notify_one();
        }
        watched
    }

    /// Queues the board's next row.
    pub(crate) fn push(&self, board: &BoardId, update: Bytes) {
        histogram!("update_bytes").record(update.len() as f64);
        let mut queues = self.lock();
        let Some(queue) = queues.boards.get_mut(board) else { return };
        let bytes = update.len();
        queue.rows.push_back(update);
        queues.bytes += bytes;
        queues.tell_trouble_to(board);
        queues.wait(board);
        self.work.notify_one();
    }

    /// Forgets a board. Gives what it still had queued, in order.
    pub(crate) fn close(&self, board: &BoardId) -> Vec<Bytes> {
        let mut queues = self.lock();
        queues.waiting.retain(|waiting| waiting != board);
        let Some(queue) = queues.boards.remove(board) else { return Vec::new() };
        queues.bytes -= queue.bytes(queue.rows.len());
        queue.rows.into()
    }

    /// Has the fence of every open board checked, after a time in which anybody may have taken it.
    pub(crate) fn check_fences(&self) {
        let mut queues = self.lock();
        queues.lapses += 1;
        let boards: Vec<BoardId> = queues.boards.keys().cloned().collect();
        for board in &boards {
            if let Some(queue) = queues.boards.get_mut(board) {
                queue.check_fence = true;
            }
            queues.wait(board);
        }
        self.work.notify_one();
    }

    /// The store has not answered for so long that every board has to say so, also those with nothing to store.
    pub(crate) fn store_is_lost(&self) {
        let mut queues = self.lock();
        queues.health = queues.health.max(Health::Failing);
        let health = queues.health;
        queues.boards.values().for_each(|queue| queue.set_health(health));
    }

    /// The store answers again.
    pub(crate) fn store_is_back(&self) {
        let mut queues = self.lock();
        queues.health = Health::Good;
        queues.boards.values().filter(|queue| queue.rows.is_empty()).for_each(|queue| queue.set_health(Health::Good));
    }

    /// Writes what is queued, for ever.
    pub(crate) async fn run(&self) {
        loop {
            let batch = self.lock().gather();
            if batch.is_empty() {
                self.work.notified().await;
            } else {
                self.flush(batch).await;
            }
        }
    }

    async fn flush(&self, batch: Vec<Append>) {
        let mut pieces = VecDeque::from([batch]);
        while let Some(piece) = pieces.pop_front() {
            match self.append_until_answered(&piece).await {
                Ok(outcomes) => self.settle(piece, outcomes),
                Err(error) if piece.len() > 1 => {
                    tracing::error!(%error, boards = piece.len(), "the store refuses a batch; trying board by board");
                    pieces.extend(piece.into_iter().map(|append| vec![append]));
                }
                Err(error) => {
                    let board_id = piece.first().map(|append| append.board.as_str());
                    tracing::error!(%error, board_id, "the store refuses a board's updates; giving the board up");
                    let refused = vec![AppendOutcome::Fenced; piece.len()];
                    self.drop_rows(&piece);
                    self.settle(piece, refused);
                }
            }
        }
    }

    async fn append_until_answered(&self, batch: &[Append]) -> Result<Vec<AppendOutcome>, Error> {
        let mut backoff = Backoff::default();
        loop {
            let started = Instant::now();
            match self.append(batch).await {
                Ok(outcomes) => {
                    histogram!("flush_ms").record(started.elapsed().as_secs_f64() * 1000.0);
                    histogram!("flush_rows")
                        .record(batch.iter().map(|append| append.updates.len()).sum::<usize>() as f64);
                    self.store_is_back();
                    return Ok(outcomes);
                }
                Err(error) if error.is_transient() => {
                    counter!("store_failures_total").increment(1);
                    self.store_fails(batch, &error.to_string());
                    sleep(backoff.next_pause()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One attempt. One that takes long is told as failing before it has an answer.
    async fn append(&self, batch: &[Append]) -> Result<Vec<AppendOutcome>, Error> {
        let mut appending = self.storage.append(batch.to_vec());
        if let Ok(answer) = timeout(STORE_IS_SLOW, &mut appending).await {
            return answer;
        }
        counter!("store_slow_total").increment(1);
        self.store_fails(batch, "no answer yet");
        appending.await
    }

    fn store_fails(&self, batch: &[Append], why: &str) {
        let mut queues = self.lock();
        if queues.health == Health::Good {
            tracing::error!(why, boards = batch.len(), "the store does not answer; boards go on without saving");
            queues.health = Health::Failing;
        }
        let unsaved: Vec<BoardId> =
            queues.boards.iter().filter(|(_, queue)| !queue.rows.is_empty()).map(|(board, _)| board.clone()).collect();
        unsaved.iter().for_each(|board| queues.tell_trouble_to(board));
    }

    /// What the store refuses it would refuse of the next owner, too.
    fn drop_rows(&self, piece: &[Append]) {
        let mut queues = self.lock();
        for append in piece {
            let Some(queue) = queues.boards.get_mut(&append.board) else { continue };
            let bytes = queue.bytes(queue.rows.len());
            queue.rows.clear();
            queues.bytes -= bytes;
        }
    }

    fn settle(&self, batch: Vec<Append>, outcomes: Vec<AppendOutcome>) {
        let mut queues = self.lock();
        for (append, outcome) in batch.into_iter().zip(outcomes) {
            // A board that was closed meanwhile, perhaps opened again, is not what this answer is about.
            let queue = queues.boards.get_mut(&append.board).filter(|queue| queue.epoch == append.epoch);
            let Some(queue) = queue else { continue };
            let AppendOutcome::Stored { head_seq } = outcome else {
                queue.standing.change(|standing| standing.is_lost = true);
                continue;
            };
            let bytes = queue.bytes(append.updates.len());
            queue.rows.drain(..append.updates.len());
            queue.standing.change(|standing| (standing.through, standing.health) = (head_seq, Health::Good));
            queue.is_waiting = false;
            if queue.has_work() {
                queues.wait(&append.board);
            }
            queues.bytes -= bytes;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().expect("nothing panics while it holds the queues")
    }
}

impl Queues {
    fn new() -> Self {
        Self { boards: BTreeMap::new(), waiting: VecDeque::new(), health: Health::Good, bytes: 0, lapses: 0 }
    }

    /// While the store fails, tells a board with rows to store so; past the bound of all boards, every such board.
    fn tell_trouble_to(&mut self, board: &BoardId) {
        if self.health == Health::Failing && self.bytes > MAX_WAITING_BYTES {
            tracing::error!(bytes = self.bytes, "no more may wait for the store; unsaved boards turn read-only");
            self.health = Health::Full;
            self.boards
                .values()
                .filter(|queue| !queue.rows.is_empty())
                .for_each(|queue| queue.set_health(Health::Full));
        }
        if self.health != Health::Good
            && let Some(queue) = self.boards.get(board)
        {
            queue.set_health(self.health);
        }
    }

    /// The next batch: boards in the order in which they came to have work, until a bound is reached. A board that has
    /// more than fits comes again behind the others.
    fn gather(&mut self) -> Vec<Append> {
        let (mut batch, mut rows, mut bytes) = (Vec::new(), 0, 0);
        while rows < FLUSH_ROWS && bytes < FLUSH_BYTES {
            let Some(board) = self.waiting.pop_front() else { break };
            let Some(queue) = self.boards.get_mut(&board) else { continue };
            let mut updates = Vec::new();
            for row in &queue.rows {
                if rows >= FLUSH_ROWS || bytes >= FLUSH_BYTES {
                    break;
                }
                rows += 1;
                bytes += row.len();
                updates.push(row.clone());
            }
            queue.check_fence = false;
            let expected_head_seq = queue.standing.get().through;
            batch.push(Append { board, epoch: queue.epoch, expected_head_seq, updates });
        }
        batch
    }

    fn wait(&mut self, board: &BoardId) {
        if let Some(queue) = self.boards.get_mut(board)
            && !std::mem::replace(&mut queue.is_waiting, true)
        {
            self.waiting.push_back(board.clone());
        }
    }
}

impl Queue {
    fn has_work(&self) -> bool {
        !self.rows.is_empty() || self.check_fence
    }

    /// Bytes of the first so many rows.
    fn bytes(&self, rows: usize) -> usize {
        self.rows.iter().take(rows).map(Bytes::len).sum()
    }

    fn set_health(&self, health: Health) {
        self.standing.change(|standing| standing.health = health);
    }
}
