//! The store in memory: [`State`] behind a mutex and a clock, for tests and for boards that nobody wants to keep.
//!
//! Its faults are real ones on demand: a store that does not answer, and one that does the work and loses the answer.

mod access;
mod accounts;
mod archive;
mod assets;
mod household;
mod meeting;
mod state;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, ServiceId};

use crate::clock::Clock;
use crate::{
    Acquired, Append, AppendOutcome, Aside, BoardRecord, Epoch, Error, Loaded, NewBoard, Owner, Snapshot,
    SnapshotOutcome, Storage,
};

pub use state::State;

/// A store that is gone when it is dropped.
#[derive(Debug)]
pub struct MemoryStorage {
    state: Mutex<State>,
    clock: Clock,
    available: AtomicBool,
    answers_lost: AtomicBool,
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStorage {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            clock: Clock::start(),
            available: AtomicBool::new(true),
            answers_lost: AtomicBool::new(false),
        }
    }

    /// While `false`, every call fails with [`Error::Unavailable`] and changes nothing.
    pub fn set_available(&self, available: bool) {
        self.available.store(available, Ordering::SeqCst);
    }

    /// While `true`, every call does its work and then fails with [`Error::Unavailable`], like a connection that
    /// breaks after the commit.
    pub fn set_answers_lost(&self, lost: bool) {
        self.answers_lost.store(lost, Ordering::SeqCst);
    }

    fn with<T>(&self, work: impl FnOnce(&mut State, u64) -> Result<T, Error>) -> Result<T, Error> {
        if !self.available.load(Ordering::SeqCst) {
            return Err(Error::unavailable("switched off"));
        }
        // A call that panicked left the state as consistent as it found it or the test has failed already.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = work(&mut state, self.clock.now_ms());
        if self.answers_lost.load(Ordering::SeqCst) {
            return Err(Error::unavailable("answer lost"));
        }
        answer
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn create_board(&self, board: NewBoard) -> Result<(), Error> {
        self.with(|state, now_ms| state.create_board(now_ms, board))
    }

    async fn board(&self, id: &BoardId) -> Result<Option<BoardRecord>, Error> {
        self.with(|state, _| Ok(state.board(id)))
    }

    async fn delete_board(&self, board: &BoardId) -> Result<(), Error> {
        self.with(|state, now_ms| state.delete_board(now_ms, board))
    }

    async fn acquire(&self, board: &BoardId, owner: &Owner, lease_ms: u64) -> Result<Acquired, Error> {
        self.with(|state, now_ms| Ok(state.acquire(now_ms, board, owner, lease_ms)))
    }

    async fn renew(&self, service: &ServiceId, lease_ms: u64) -> Result<(), Error> {
        self.with(|state, now_ms| state.renew(now_ms, service, lease_ms))
    }

    async fn release(&self, board: &BoardId, epoch: Epoch) -> Result<(), Error> {
        self.with(|state, _| {
            state.release(board, epoch);
            Ok(())
        })
    }

    async fn load(&self, board: &BoardId) -> Result<Loaded, Error> {
        self.with(|state, _| state.load(board))
    }

    async fn append(&self, flush: Vec<Append>) -> Result<Vec<AppendOutcome>, Error> {
        self.with(|state, _| state.append(&flush))
    }

    async fn save_snapshot(&self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> Result<SnapshotOutcome, Error> {
        self.with(|state, _| Ok(state.save_snapshot(board, epoch, snapshot)))
    }

    async fn begin_load(&self, board: &BoardId) -> Result<u32, Error> {
        self.with(|state, _| state.begin_load(board))
    }

    async fn end_load(&self, board: &BoardId) -> Result<(), Error> {
        self.with(|state, _| {
            state.end_load(board);
            Ok(())
        })
    }

    async fn set_aside(&self, board: &BoardId, seq: Option<u64>, bytes: Bytes, reason: &str) -> Result<(), Error> {
        self.with(|state, now_ms| state.set_aside(now_ms, board, seq, bytes, reason))
    }

    async fn aside(&self, board: &BoardId) -> Result<Vec<Aside>, Error> {
        self.with(|state, _| Ok(state.aside(board)))
    }

    async fn join_service(&self, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
        self.with(|state, now_ms| {
            state.join_service(now_ms, owner, lease_ms);
            Ok(())
        })
    }

    async fn leave_service(&self, service: &ServiceId) -> Result<(), Error> {
        self.with(|state, _| {
            state.leave_service(service);
            Ok(())
        })
    }

    async fn services(&self) -> Result<Vec<Owner>, Error> {
        self.with(|state, now_ms| Ok(state.services(now_ms)))
    }

    async fn ping(&self) -> Result<(), Error> {
        self.with(|_, _| Ok(()))
    }
}
