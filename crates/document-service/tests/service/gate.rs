//! A store whose appends wait to be let through, and are counted: the memory store behind a gate.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, SecretHash, ServiceId};
use storage::memory::MemoryStorage;
use storage::{
    Acquired, Append, AppendOutcome, Aside, BoardRecord, Epoch, Error, LinkLookup, Loaded, NewBoard, Owner, Snapshot,
    SnapshotOutcome, Storage,
};
use tokio::sync::Semaphore;

/// The memory store behind a gate.
pub struct Gate {
    pub memory: MemoryStorage,
    /// Appends that may pass.
    pub passes: Semaphore,
    /// Rows of each append that has come to the gate.
    rows: Mutex<Vec<usize>>,
}

impl Gate {
    /// Shut.
    pub fn new() -> Self {
        Self { memory: MemoryStorage::new(), passes: Semaphore::new(0), rows: Mutex::default() }
    }

    /// Rows of each append so far.
    pub fn rows(&self) -> Vec<usize> {
        self.rows.lock().expect("nothing panics here").clone()
    }
}

#[async_trait]
impl Storage for Gate {
    async fn append(&self, flush: Vec<Append>) -> Result<Vec<AppendOutcome>, Error> {
        let rows = flush.iter().map(|append| append.updates.len()).sum();
        self.rows.lock().expect("nothing panics here").push(rows);
        self.passes.acquire().await.expect("the gate is never closed").forget();
        self.memory.append(flush).await
    }

    async fn create_board(&self, board: NewBoard) -> Result<(), Error> {
        self.memory.create_board(board).await
    }

    async fn board(&self, id: &BoardId) -> Result<Option<BoardRecord>, Error> {
        self.memory.board(id).await
    }

    async fn delete_board(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.delete_board(board).await
    }

    async fn link_role(&self, board: &BoardId, secret: &SecretHash) -> Result<LinkLookup, Error> {
        self.memory.link_role(board, secret).await
    }

    async fn revoke_link(&self, board: &BoardId, secret: &SecretHash) -> Result<(), Error> {
        self.memory.revoke_link(board, secret).await
    }

    async fn acquire(&self, board: &BoardId, owner: &Owner, lease_ms: u64) -> Result<Acquired, Error> {
        self.memory.acquire(board, owner, lease_ms).await
    }

    async fn renew(&self, service: &ServiceId, lease_ms: u64) -> Result<(), Error> {
        self.memory.renew(service, lease_ms).await
    }

    async fn release(&self, board: &BoardId, epoch: Epoch) -> Result<(), Error> {
        self.memory.release(board, epoch).await
    }

    async fn load(&self, board: &BoardId) -> Result<Loaded, Error> {
        self.memory.load(board).await
    }

    async fn save_snapshot(&self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> Result<SnapshotOutcome, Error> {
        self.memory.save_snapshot(board, epoch, snapshot).await
    }

    async fn begin_load(&self, board: &BoardId) -> Result<u32, Error> {
        self.memory.begin_load(board).await
    }

    async fn end_load(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.end_load(board).await
    }

    async fn set_aside(&self, board: &BoardId, seq: Option<u64>, bytes: Bytes, reason: &str) -> Result<(), Error> {
        self.memory.set_aside(board, seq, bytes, reason).await
    }

    async fn aside(&self, board: &BoardId) -> Result<Vec<Aside>, Error> {
        self.memory.aside(board).await
    }

    async fn join_service(&self, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
        self.memory.join_service(owner, lease_ms).await
    }

    async fn leave_service(&self, service: &ServiceId) -> Result<(), Error> {
        self.memory.leave_service(service).await
    }

    async fn services(&self) -> Result<Vec<Owner>, Error> {
        self.memory.services().await
    }

    async fn ping(&self) -> Result<(), Error> {
        self.memory.ping().await
    }
}
