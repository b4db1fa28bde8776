//! One document service of a run: the room, its presence, the flusher, the lease, and what it hands over when it finds
//! itself fenced. A shell around the machines, as the service's own is, on the virtual clock. A crash loses everything
//! but the store.

mod compaction;

use std::collections::BTreeSet;

use bytes::Bytes;
use protocol::ServiceId;
use protocol::lane::{PresenceDown, PresenceUp, UpdatesDown, UpdatesUp};
use protocol::limits::{PRESENCE_INTERVAL_MS, ROOM_IDLE_MS};
use storage::{Acquired, Append, AppendOutcome, Epoch, Error, Owner, Snapshot};
use sync::{LaneId, Presence, Room, RoomInput, RoomOutput};

use crate::mutant::Mutant;
use crate::store::{Store, stored_board};

/// How long a flush takes.
const FLUSH_MS: u64 = 5;
/// A flush that takes longer counts as failing.
const PATIENCE_MS: u64 = 800;
/// Pause before a failed flush or renewal is tried again.
const RETRY_MS: u64 = 100;
/// As the service's own.
pub(crate) const LEASE_MS: u64 = 2_000;
const RENEW_MS: u64 = LEASE_MS / 4;
/// How long a leaving service waits for the store.
const LEAVE_MS: u64 = 10_000;
/// Runs of one service whose ids differ: an id is spelled with sixty-four letters, for three services.
const RUNS: u8 = 20;
/// How long a fenced service keeps what it hands over.
const HAND_OVER_MS: u64 = 30_000;

/// What a service sends down a lane.
#[derive(Debug, Clone)]
pub(crate) enum Down {
    Accepted,
    /// Another owns the board; `None`: not now.
    Rejected(Option<String>),
    Updates(UpdatesDown),
    Presence(PresenceDown),
    Ended,
}

pub(crate) type Outs = Vec<(LaneId, Down)>;

/// Unsaved rows of a lost board, on their way to its owner.
#[derive(Debug)]
pub(crate) struct HandOver {
    pub(crate) rows: Vec<Bytes>,
    pub(crate) try_at_ms: u64,
    pub(crate) give_up_ms: u64,
    /// At whom it is being stored: which service, and over which lane.
    pub(crate) at: Option<(usize, LaneId)>,
}

struct Open {
    room: Room,
    presence: Presence,
    epoch: Epoch,
    head_seq: u64,
    waiting: Vec<Bytes>,
    in_flight: Vec<Bytes>,
    flush_at_ms: Option<u64>,
    /// The flush is at a store that takes its time; `impatient_at_ms`: when that counts as failing.
    is_under_way: bool,
    impatient_at_ms: Option<u64>,
    checks_fence: bool,
    presence_at_ms: u64,
    /// On its way to the store, and when it is there.
    snapshot: Option<(u64, Snapshot)>,
    snapshot_seq: u64,
    lanes: BTreeSet<LaneId>,
    idle_since_ms: u64,
    is_failing: bool,
}

/// One run of the process.
struct Run {
    owner: Owner,
    runs_until_ms: u64,
    renew_at_ms: u64,
    open: Option<Open>,
    hand_overs: Vec<HandOver>,
    /// Told to leave, and to be gone by then.
    leaves_by_ms: Option<u64>,
    /// When it is looked again whether the board can be given up, or the process go.
    look_at_ms: u64,
}

pub(crate) struct Node {
    pub(crate) address: String,
    run: Option<Run>,
    runs: u8,
    ordinal: u8,
    starts_at_ms: u64,
    pub(crate) paused_until_ms: u64,
    pub(crate) store_back_ms: u64,
    /// Updates that this run took and that are not stored: lost only with the process.
    pub(crate) taken: Vec<Bytes>,
    mutant: Option<Mutant>,
}

impl Node {
    pub(crate) fn new(ordinal: u8, now_ms: u64, mutant: Option<Mutant>) -> Self {
        Self {
            address: format!("service-{ordinal}"),
            run: None,
            runs: 0,
            ordinal,
            starts_at_ms: now_ms,
            paused_until_ms: 0,
            store_back_ms: 0,
            taken: Vec::new(),
            mutant,
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.run.is_some()
    }

    pub(crate) fn takes_connections(&self, now_ms: u64) -> bool {
        self.run.as_ref().is_some_and(|run| run.leaves_by_ms.is_none()) && self.paused_until_ms <= now_ms
    }

    pub(crate) fn has_board(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.open.is_some())
    }

    pub(crate) fn crash(&mut self, back_at_ms: u64) {
        self.run = None;
        self.taken.clear();
        self.starts_at_ms = back_at_ms;
        self.paused_until_ms = 0;
    }

    pub(crate) fn drain(&mut self, now_ms: u64, back_at_ms: u64) {
        if let Some(run) = &mut self.run {
            run.leaves_by_ms.get_or_insert(now_ms + LEAVE_MS);
            self.starts_at_ms = back_at_ms;
        }
    }

    /// Whether something waits that must come to an end before all is at rest.
    pub(crate) fn is_busy(&self) -> bool {
        self.run.as_ref().is_none_or(|run| {
            let is_unstored = |open: &Open| !open.waiting.is_empty() || !open.in_flight.is_empty();
            run.leaves_by_ms.is_some() || !run.hand_overs.is_empty() || run.open.as_ref().is_some_and(is_unstored)
        })
    }

    pub(crate) fn due_ms(&self) -> Option<u64> {
        let Some(run) = &self.run else { return Some(self.starts_at_ms) };
        let open = run.open.as_ref();
        let presence = open.and_then(|open| {
            open.lanes.iter().any(|lane| open.presence.is_dirty(*lane)).then_some(open.presence_at_ms)
        });
        let flush = open.and_then(|open| open.flush_at_ms);
        let impatient = open.and_then(|open| open.impatient_at_ms);
        let snapshot = open.and_then(|open| Some(open.snapshot.as_ref()?.0));
        let idle = open.filter(|open| open.is_idle()).map(|open| run.look_at_ms.max(open.idle_since_ms + ROOM_IDLE_MS));
        let leaving = run.leaves_by_ms.map(|_| run.look_at_ms);
        let hand_over = run.hand_overs.iter().map(HandOver::due_ms).min();
        let due = [Some(run.renew_at_ms), presence, flush, impatient, snapshot, idle, leaving, hand_over];
        due.into_iter().flatten().min().map(|due_ms| due_ms.max(self.paused_until_ms))
    }

    pub(crate) fn tick(&mut self, now_ms: u64, store: &mut Store) -> Outs {
        let mut outs = Outs::new();
        if self.paused_until_ms > now_ms {
            return outs;
        }
        if self.run.is_none() {
            self.start(now_ms, store);
            return outs;
        }
        self.write_snapshot(now_ms, store, &mut outs);
        self.renew(now_ms, store, &mut outs);
        self.lose_patience(now_ms, &mut outs);
        self.flush(now_ms, store, &mut outs);
        self.leave_or_idle(now_ms, store, &mut outs);
        self.tell_presence(now_ms, &mut outs);
        outs
    }

    /// A lane wants to open.
    pub(crate) fn open_lane(&mut self, now_ms: u64, store: &mut Store, lane: LaneId, outs: &mut Outs) {
        let reaches_store = self.reaches(store, now_ms);
        let Some(run) = &mut self.run else { return };
        if run.open.is_none() {
            let rejected =
                if run.leaves_by_ms.is_some() || !reaches_store { Err(None) } else { run.load(now_ms, store) };
            if let Err(owner) = rejected {
                outs.push((lane, Down::Rejected(owner)));
                return;
            }
        }
        let open = run.open.as_mut().expect("it is open now");
        open.lanes.insert(lane);
        open.presence.open_lane(lane);
        outs.push((lane, Down::Accepted));
        self.room(now_ms, RoomInput::LaneOpened(lane), outs);
    }

    pub(crate) fn close_lane(&mut self, now_ms: u64, lane: LaneId, outs: &mut Outs) {
        let Some(open) = self.open_mut() else { return };
        if open.lanes.remove(&lane) {
            open.idle_since_ms = now_ms;
            open.presence.close_lane(lane);
            self.room(now_ms, RoomInput::LaneClosed(lane), outs);
        }
    }

    pub(crate) fn updates(&mut self, now_ms: u64, lane: LaneId, message: UpdatesUp, outs: &mut Outs) {
        self.room(now_ms, RoomInput::Updates(lane, message), outs);
    }

    pub(crate) fn presence(&mut self, now_ms: u64, lane: LaneId, message: PresenceUp) {
        if let Some(open) = self.open_mut() {
            open.presence.receive(now_ms, lane, message);
        }
    }

    /// What it has to hand over; nothing while it does not run.
    pub(crate) fn hand_overs(&mut self, now_ms: u64) -> Option<&mut Vec<HandOver>> {
        let is_awake = self.paused_until_ms <= now_ms;
        self.run.as_mut().filter(|_| is_awake).map(|run| &mut run.hand_overs)
    }

    /// Nobody took these in time.
    pub(crate) fn give_up(&mut self, rows: &[Bytes]) {
        self.taken.retain(|update| !rows.contains(update));
    }

    fn open_mut(&mut self) -> Option<&mut Open> {
        self.run.as_mut()?.open.as_mut()
    }

    pub(crate) fn reaches(&self, store: &Store, now_ms: u64) -> bool {
        store.is_up && self.store_back_ms <= now_ms
    }

    fn start(&mut self, now_ms: u64, store: &mut Store) {
        if !self.reaches(store, now_ms) {
            self.starts_at_ms = now_ms + RETRY_MS;
            return;
        }
        self.runs += 1;
        let service = ServiceId::from_random([self.ordinal * RUNS + self.runs % RUNS; ServiceId::LENGTH]);
        let owner = Owner { service, address: self.address.clone() };
        store.state.join_service(store.clock_ms(now_ms), &owner, LEASE_MS);
        self.run = Some(Run {
            owner,
            runs_until_ms: now_ms + LEASE_MS,
            renew_at_ms: now_ms + RENEW_MS,
            open: None,
            hand_overs: Vec::new(),
            leaves_by_ms: None,
            look_at_ms: 0,
        });
    }

    fn renew(&mut self, now_ms: u64, store: &mut Store, outs: &mut Outs) {
        let reaches_store = self.reaches(store, now_ms);
        let serves_after_lapse = self.mutant == Some(Mutant::ServesAfterLapse);
        let Some(run) = self.run.as_mut().filter(|run| run.renew_at_ms <= now_ms) else { return };
        if !reaches_store {
            run.renew_at_ms = now_ms + RETRY_MS;
            if now_ms >= run.runs_until_ms && run.open.as_mut().is_some_and(|open| !open.is_failing) {
                self.store_fails(now_ms, outs);
            }
            return;
        }
        let clock_ms = store.clock_ms(now_ms);
        let answer = store.state.renew(clock_ms, &run.owner.service, LEASE_MS);
        run.renew_at_ms = now_ms + RENEW_MS;
        run.runs_until_ms = now_ms + LEASE_MS;
        if matches!(answer, Err(Error::NotFound)) {
            store.state.join_service(clock_ms, &run.owner, LEASE_MS);
            if let Some(open) = run.open.as_mut().filter(|_| !serves_after_lapse) {
                open.checks_fence = true;
                open.flush_at_ms.get_or_insert(now_ms);
            }
        }
        let stored = run.open.as_ref().filter(|open| open.is_failing && open.is_stored()).map(|open| open.head_seq);
        if let Some(through) = stored {
            self.open_mut().expect("just seen").is_failing = false;
            self.room(now_ms, RoomInput::Stored { through }, outs);
        }
    }

    fn store_fails(&mut self, now_ms: u64, outs: &mut Outs) {
        if let Some(open) = self.open_mut() {
            open.is_failing = true;
            self.room(now_ms, RoomInput::StoreFailed, outs);
        }
    }

    fn room(&mut self, now_ms: u64, input: RoomInput, outs: &mut Outs) {
        let Some(open) = self.run.as_mut().and_then(|run| run.open.as_mut()) else { return };
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in open.room.handle(input) {
                match output {
                    RoomOutput::Updates(lane, down) => outs.push((lane, Down::Updates(down))),
                    RoomOutput::Store { seq, update } => {
                        self.taken.push(update.clone());
                        open.waiting.push(update);
                        open.flush_at_ms.get_or_insert(now_ms + FLUSH_MS);
                        if self.mutant == Some(Mutant::AcknowledgesBeforeStoring) {
                            inputs.push(RoomInput::Stored { through: seq });
                        }
                    }
                    RoomOutput::Snapshot { through, bytes } => {
                        open.snapshot = Some((now_ms + compaction::SNAPSHOT_MS, Snapshot { seq: through, bytes }));
                    }
                }
            }
        }
    }

    fn flush(&mut self, now_ms: u64, store: &mut Store, outs: &mut Outs) {
        let reaches_store = self.reaches(store, now_ms);
        let ignores_fence = self.mutant == Some(Mutant::IgnoresFence);
        let Some(open) = self.open_mut() else { return };
        if open.flush_at_ms.take_if(|at_ms| *at_ms <= now_ms).is_none() {
            return;
        }
        if open.in_flight.is_empty() {
            open.in_flight = std::mem::take(&mut open.waiting);
        }
        // A slow store has it all, and answers later.
        if reaches_store && store.slow_ms > 0 && !std::mem::replace(&mut open.is_under_way, true) {
            open.flush_at_ms = Some(now_ms + store.slow_ms);
            open.impatient_at_ms = (store.slow_ms > PATIENCE_MS).then_some(now_ms + PATIENCE_MS);
            return;
        }
        (open.is_under_way, open.impatient_at_ms) = (false, None);
        let append = Append {
            board: store.board.clone(),
            epoch: open.epoch,
            expected_head_seq: open.head_seq,
            updates: open.in_flight.clone(),
        };
        let last = append.expected_head_seq + append.updates.len() as u64;
        let has_rows = !append.updates.is_empty();
        let answer = if reaches_store { store.append(append) } else { None };
        let head_seq = match answer {
            None => {
                open.flush_at_ms = Some(now_ms + RETRY_MS);
                if has_rows {
                    self.store_fails(now_ms, outs);
                }
                return;
            }
            Some(AppendOutcome::Stored { head_seq }) => head_seq,
            Some(AppendOutcome::Fenced) if ignores_fence => last,
            Some(AppendOutcome::Fenced) => return self.lose(now_ms, outs),
        };
        open.checks_fence = false;
        open.head_seq = head_seq;
        open.in_flight.clear();
        open.is_failing = false;
        if !open.waiting.is_empty() {
            open.flush_at_ms.get_or_insert(now_ms + FLUSH_MS);
        }
        self.taken.retain(|update| !store.has_row(update));
        self.room(now_ms, RoomInput::Stored { through: head_seq }, outs);
        self.begin_snapshot(now_ms);
    }

    fn lose_patience(&mut self, now_ms: u64, outs: &mut Outs) {
        let is_due = |open: &mut Open| open.impatient_at_ms.take_if(|at_ms| *at_ms <= now_ms).is_some();
        if self.open_mut().is_some_and(is_due) {
            self.store_fails(now_ms, outs);
        }
    }

    /// The board belongs to somebody else: what is not stored goes to them.
    fn lose(&mut self, now_ms: u64, outs: &mut Outs) {
        let drops = self.mutant == Some(Mutant::DropsHandOver);
        let Some(run) = &mut self.run else { return };
        let Some(open) = run.open.take() else { return };
        let rows: Vec<Bytes> = open.in_flight.into_iter().chain(open.waiting).collect();
        if !rows.is_empty() && !drops {
            run.hand_overs.push(HandOver {
                rows,
                try_at_ms: now_ms + FLUSH_MS,
                give_up_ms: now_ms + HAND_OVER_MS,
                at: None,
            });
        }
        outs.extend(open.lanes.into_iter().map(|lane| (lane, Down::Ended)));
    }

    /// A board that nobody has open, or of a service that leaves, is stored and given up; then a leaving service goes.
    fn leave_or_idle(&mut self, now_ms: u64, store: &mut Store, outs: &mut Outs) {
        let reaches_store = self.reaches(store, now_ms);
        let Some(run) = self.run.as_mut().filter(|run| run.look_at_ms <= now_ms) else { return };
        let is_late = run.leaves_by_ms.is_some_and(|by_ms| by_ms <= now_ms);
        let ends = |open: &Open| {
            let is_idle = open.is_idle() && now_ms >= open.idle_since_ms + ROOM_IDLE_MS;
            (is_idle || run.leaves_by_ms.is_some()) && open.is_stored() && reaches_store
        };
        if run.open.as_ref().is_some_and(|open| ends(open) || is_late)
            && let Some(open) = run.open.take()
        {
            if reaches_store {
                store.state.release(&store.board, open.epoch);
            }
            outs.extend(open.lanes.into_iter().map(|lane| (lane, Down::Ended)));
        }
        let wants_to = run.leaves_by_ms.is_some() || run.open.as_ref().is_some_and(Open::is_idle);
        run.look_at_ms = if wants_to { now_ms + FLUSH_MS } else { now_ms };
        let is_done = run.open.is_none() && run.hand_overs.is_empty();
        if run.leaves_by_ms.is_some() && (is_done || is_late) {
            if reaches_store {
                store.state.leave_service(&run.owner.service);
            }
            self.crash(self.starts_at_ms.max(now_ms + 1));
        }
    }

    fn tell_presence(&mut self, now_ms: u64, outs: &mut Outs) {
        let Some(open) = self.open_mut() else { return };
        open.presence.expire(now_ms);
        if open.presence_at_ms > now_ms {
            return;
        }
        open.presence_at_ms = now_ms + PRESENCE_INTERVAL_MS;
        for lane in open.lanes.clone() {
            outs.extend(open.presence.take_batch(lane).into_iter().map(|down| (lane, Down::Presence(down))));
        }
    }
}

impl Run {
    /// Takes the board, or says who has it.
    fn load(&mut self, now_ms: u64, store: &mut Store) -> Result<(), Option<String>> {
        let (epoch, head_seq) = match store.state.acquire(store.clock_ms(now_ms), &store.board, &self.owner, LEASE_MS) {
            Acquired::Mine { epoch, head_seq } => (epoch, head_seq),
            Acquired::HeldBy(owner) => return Err(Some(owner.address)),
            Acquired::UnknownBoard => panic!("the board is there"),
        };
        let loaded = store.state.load(&store.board).expect("the board is there");
        assert!(loaded.is_whole(), "the log has a hole");
        let snapshot_seq = loaded.snapshot.as_ref().map_or(0, |snapshot| snapshot.seq);
        let (room, report) = Room::load(stored_board(loaded));
        assert!(report.unreadable.is_empty(), "what was stored is readable: {report:?}");
        self.open = Some(Open {
            room,
            presence: Presence::new(),
            epoch,
            head_seq,
            waiting: Vec::new(),
            in_flight: Vec::new(),
            flush_at_ms: None,
            is_under_way: false,
            impatient_at_ms: None,
            checks_fence: false,
            presence_at_ms: 0,
            snapshot: None,
            snapshot_seq,
            lanes: BTreeSet::new(),
            idle_since_ms: now_ms,
            is_failing: false,
        });
        Ok(())
    }
}

impl Open {
    fn is_stored(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty() && !self.checks_fence
    }

    fn is_idle(&self) -> bool {
        self.lanes.is_empty() && self.is_stored()
    }
}

impl HandOver {
    /// When it is to be looked at.
    fn due_ms(&self) -> u64 {
        if self.at.is_some() { self.give_up_ms } else { self.try_at_ms }
    }
}
