//! The document service through its public face: real rooms, the memory store, RSocket over links in memory, paused time.

mod editing;
mod gate;
mod gateway;
mod keeping;
mod lanes;
mod ownership;
mod presence;
mod store;

use std::sync::Arc;
use std::time::Duration;

use document_service::{DocumentService, ServiceOptions};
use protocol::{BoardId, ServiceId};
use storage::memory::MemoryStorage;
use storage::{Acquired, NewBoard, Owner, Storage};

/// A store with one board, and a service on it.
async fn started() -> (Arc<MemoryStorage>, Arc<DocumentService>, BoardId) {
    let storage = Arc::new(MemoryStorage::new());
    let board = new_board(&*storage, 1).await;
    let service = start(storage.clone()).await;
    (storage, service, board)
}

async fn start(storage: Arc<dyn Storage>) -> Arc<DocumentService> {
    let options = ServiceOptions::at("one.test:7070");
    Arc::new(DocumentService::start(options, storage).await.expect("the store answers"))
}

async fn new_board(storage: &dyn Storage, number: u8) -> BoardId {
    let id = BoardId::from_random([number; BoardId::LENGTH]);
    let board = NewBoard { id: id.clone(), title: String::new(), links: Vec::new(), content: None };
    storage.create_board(board).await.expect("the store answers");
    id
}

/// Another service.
fn other() -> Owner {
    Owner { service: ServiceId::from_random([9; ServiceId::LENGTH]), address: "two.test:7070".to_owned() }
}

/// Tries to take the board for the other service.
async fn take(storage: &dyn Storage, board: &BoardId) -> Acquired {
    storage.acquire(board, &other(), 60_000).await.expect("the store answers")
}

/// Lets time pass until something holds; fails when it does not within a minute of the test's own time.
async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..600 {
        ticks.tick().await;
        if holds().await {
            return;
        }
    }
    panic!("it never came to hold");
}
