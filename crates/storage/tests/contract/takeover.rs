//! Property: whatever two services do to one board, in whatever order and with whatever answers lost, its rows stay
//! contiguous, none comes from a fenced epoch, and nothing acknowledged is missing or doubled.

use std::collections::BTreeSet;

use bytes::Bytes;
use libtest_mimic::Failed;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use storage::memory::State;
use storage::{Acquired, Append, AppendOutcome, Epoch, Owner, Snapshot, SnapshotOutcome};

use crate::samples::{board_id, new_board, owner};

/// What befalls the way to the store and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Whole,
    RequestLost,
    AnswerLost,
}

/// One step of a service (0 or 1), or of the clock.
#[derive(Debug, Clone)]
enum Step {
    Pass { ms: u64 },
    Join { who: usize, lease_ms: u64 },
    Acquire { who: usize, lease_ms: u64 },
    Renew { who: usize, lease_ms: u64 },
    Release { who: usize },
    Append { who: usize, rows: u64, wire: Wire },
    Repeat { who: usize, wire: Wire },
    Snapshot { who: usize, behind: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, lease_ms) = (0..2_usize, 0..60_u64);
    let wire = prop_oneof![3 => Just(Wire::Whole), 1 => Just(Wire::RequestLost), 1 => Just(Wire::AnswerLost)];
    prop_oneof![
        2 => (0..40_u64).prop_map(|ms| Step::Pass { ms }),
        1 => (who.clone(), lease_ms.clone()).prop_map(|(who, lease_ms)| Step::Join { who, lease_ms }),
        3 => (who.clone(), lease_ms.clone()).prop_map(|(who, lease_ms)| Step::Acquire { who, lease_ms }),
        1 => (who.clone(), lease_ms).prop_map(|(who, lease_ms)| Step::Renew { who, lease_ms }),
        1 => who.clone().prop_map(|who| Step::Release { who }),
        6 => (who.clone(), 0..4_u64, wire.clone()).prop_map(|(who, rows, wire)| Step::Append { who, rows, wire }),
        3 => (who.clone(), wire).prop_map(|(who, wire)| Step::Repeat { who, wire }),
        2 => (who, 0..3_u64).prop_map(|(who, behind)| Step::Snapshot { who, behind }),
    ]
}

/// A service as it sees itself.
#[derive(Debug)]
struct Service {
    owner: Owner,
    epoch: Option<Epoch>,
    head_seq: u64,
    unanswered: Option<Append>,
    /// Another took the board from it since it last joined.
    robbed: bool,
}

/// The store, both services, and what an onlooker knows.
struct World {
    state: State,
    now_ms: u64,
    services: [Service; 2],
    /// The epoch that may write, if any.
    present: Option<Epoch>,
    newest: Epoch,
    written: u64,
    acknowledged: Vec<Bytes>,
}

/// An update says which epoch wrote it and is like no other. A snapshot is all its updates in a row.
const UPDATE_BYTES: usize = 16;

impl World {
    fn new() -> Self {
        let mut state = State::default();
        state.create_board(0, new_board(1)).expect("an empty store takes a board");
        let service =
            |number| Service { owner: owner(number), epoch: None, head_seq: 0, unanswered: None, robbed: false };
        let services = [service(1), service(2)];
        Self { state, now_ms: 0, services, present: None, newest: Epoch(0), written: 0, acknowledged: vec![] }
    }

    fn acquire(&mut self, who: usize, lease_ms: u64) {
        let held_by_other = self.present.is_some() && self.services[1 - who].epoch == self.present;
        let service = &mut self.services[who];
        match self.state.acquire(self.now_ms, &board_id(1), &service.owner, lease_ms) {
            Acquired::Mine { epoch, head_seq } => {
                assert!(epoch > self.newest, "epochs rise");
                (self.newest, self.present) = (epoch, Some(epoch));
                (service.epoch, service.head_seq, service.unanswered) = (Some(epoch), head_seq, None);
                self.services[1 - who].robbed |= held_by_other;
            }
            Acquired::HeldBy(holder) => assert_eq!(holder, self.services[1 - who].owner),
            Acquired::UnknownBoard => panic!("the board is known"),
        }
    }

    fn append(&mut self, who: usize, append: Append, wire: Wire) {
        if wire == Wire::RequestLost {
            self.services[who].unanswered = Some(append);
            return;
        }
        let before = self.state.load(&board_id(1)).expect("known").head_seq;
        let outcome = self.state.append(std::slice::from_ref(&append)).expect("one board")[0];
        let after = self.state.load(&board_id(1)).expect("known").head_seq;
        assert!(after == before || Some(append.epoch) == self.present, "only the present owner writes");
        let service = &mut self.services[who];
        if wire == Wire::AnswerLost {
            service.unanswered = Some(append);
            return;
        }
        service.unanswered = None;
        match outcome {
            AppendOutcome::Stored { head_seq } => {
                service.head_seq = head_seq;
                self.acknowledged.extend(append.updates);
            }
            AppendOutcome::Fenced => {
                assert_ne!(Some(append.epoch), self.present, "who follows the rules is not fenced for nothing");
                service.epoch = None;
            }
        }
    }

    fn updates(&mut self, epoch: Epoch, rows: u64) -> Vec<Bytes> {
        let first = self.written;
        self.written += rows;
        let update = |number: u64| Bytes::from([epoch.0.to_be_bytes(), number.to_be_bytes()].concat());
        (first..self.written).map(update).collect()
    }

    /// A service merges rows that it knows to be stored: `known` is its head.
    fn snapshot(&mut self, epoch: Epoch, known: u64, behind: u64) {
        let loaded = self.state.load(&board_id(1)).expect("known");
        let seq = known.saturating_sub(behind).max(loaded.snapshot.as_ref().map_or(0, |found| found.seq));
        let mut merged = loaded.snapshot.map_or(vec![], |found| found.bytes.to_vec());
        merged.extend(loaded.updates.iter().filter(|row| row.seq <= seq).flat_map(|row| row.bytes.to_vec()));
        let snapshot = Snapshot { seq, bytes: merged.into() };
        let outcome = self.state.save_snapshot(&board_id(1), epoch, snapshot);
        assert_eq!(outcome == SnapshotOutcome::Stored, Some(epoch) == self.present);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Pass { ms } => self.now_ms += ms,
            Step::Join { who, lease_ms } => {
                self.state.join_service(self.now_ms, &self.services[who].owner, lease_ms);
                self.services[who].robbed = false;
            }
            Step::Acquire { who, lease_ms } => self.acquire(who, lease_ms),
            Step::Renew { who, lease_ms } => {
                let renewed = self.state.renew(self.now_ms, &self.services[who].owner.service, lease_ms);
                assert!(renewed.is_err() || !self.services[who].robbed, "a renewal hides no takeover");
            }
            Step::Release { who } => {
                if let Some(epoch) = self.services[who].epoch {
                    self.state.release(&board_id(1), epoch);
                    self.present = self.present.filter(|&present| present != epoch);
                }
            }
            Step::Append { who, rows, wire } => {
                let Service { epoch, head_seq, unanswered, .. } = &self.services[who];
                if let (&Some(epoch), &expected_head_seq, None) = (epoch, head_seq, unanswered) {
                    let updates = self.updates(epoch, rows);
                    self.append(who, Append { board: board_id(1), epoch, expected_head_seq, updates }, wire);
                }
            }
            Step::Repeat { who, wire } => {
                if let Some(append) = self.services[who].unanswered.clone() {
                    self.append(who, append, wire);
                }
            }
            Step::Snapshot { who, behind } => {
                if let Some(epoch) = self.services[who].epoch {
                    self.snapshot(epoch, self.services[who].head_seq, behind);
                }
            }
        }
    }

    fn check(&self) {
        let loaded = self.state.load(&board_id(1)).expect("known");
        assert!(loaded.is_whole(), "{loaded:?}");
        let merged = loaded.snapshot.map_or(vec![], |found| found.bytes.to_vec());
        let rows = loaded.updates.iter().flat_map(|row| row.bytes.to_vec());
        let all: Vec<u8> = merged.into_iter().chain(rows).collect();
        let updates: Vec<&[u8]> = all.chunks(UPDATE_BYTES).collect();
        assert_eq!(updates.len() as u64, loaded.head_seq, "each row is there once");
        assert!(updates.is_sorted(), "no epoch writes after a later one, and each in its own order");
        let present: BTreeSet<&[u8]> = updates.iter().copied().collect();
        assert_eq!(present.len(), updates.len(), "nothing is doubled");
        assert!(self.acknowledged.iter().all(|update| present.contains(&update[..])), "nothing acknowledged is lost");
    }
}

pub fn rows_stay_whole_under_any_interleaving() -> Result<(), Failed> {
    let mut runner = TestRunner::new(Config { cases: 2000, failure_persistence: None, ..Config::default() });
    runner.run(&prop::collection::vec(step(), 0..80), |steps| {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            world.check();
        }
        Ok(())
    })?;
    Ok(())
}
