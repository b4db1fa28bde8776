//! What callers meet when a store is away: an error they may retry, soon, and nothing half done.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use protocol::{BoardId, ServiceId};
use storage::memory::MemoryStorage;
use storage::{Acquired, Append, AppendOutcome, Error, NewBoard, Owner, Storage};
use tokio::net::TcpListener;

fn board() -> NewBoard {
    NewBoard { id: BoardId::from_random([1; BoardId::LENGTH]), title: "Board".to_owned(), links: vec![], content: None }
}

/// A store in memory with one board, and a first append to it.
async fn store_and_append() -> (MemoryStorage, Append) {
    let store = MemoryStorage::new();
    store.create_board(board()).await.unwrap();
    let owner = Owner { service: ServiceId::from_random([1; ServiceId::LENGTH]), address: "here".to_owned() };
    let Acquired::Mine { epoch, head_seq } = store.acquire(&board().id, &owner, 1000).await.unwrap() else {
        panic!("a new board is free");
    };
    let updates = vec!["a".into(), "b".into()];
    (store, Append { board: board().id, epoch, expected_head_seq: head_seq, updates })
}

#[tokio::test]
async fn a_store_that_is_switched_off_changes_nothing() {
    let (store, append) = store_and_append().await;
    store.set_available(false);
    for _ in 0..2 {
        let answer = store.append(vec![append.clone()]).await;
        assert!(matches!(&answer, Err(error) if error.is_transient()), "{answer:?}");
        assert!(store.ping().await.is_err());
    }
    store.set_available(true);
    assert_eq!(store.load(&append.board).await.unwrap().head_seq, 0);
    assert_eq!(store.append(vec![append]).await.unwrap(), [AppendOutcome::Stored { head_seq: 2 }]);
}

#[tokio::test]
async fn an_append_whose_answer_was_lost_is_recognised() {
    let (store, append) = store_and_append().await;
    store.set_answers_lost(true);
    assert!(store.append(vec![append.clone()]).await.is_err_and(|error| error.is_transient()));
    store.set_answers_lost(false);
    assert_eq!(store.append(vec![append.clone()]).await.unwrap(), [AppendOutcome::Stored { head_seq: 2 }]);
    assert_eq!(store.load(&append.board).await.unwrap().updates.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn leases_in_memory_follow_the_paused_clock() {
    let (store, append) = store_and_append().await;
    let other = Owner { service: ServiceId::from_random([2; ServiceId::LENGTH]), address: "there".to_owned() };
    assert!(matches!(store.acquire(&append.board, &other, 1000).await.unwrap(), Acquired::HeldBy(_)));
    tokio::time::advance(std::time::Duration::from_millis(1000)).await;
    assert!(matches!(store.acquire(&append.board, &other, 1000).await.unwrap(), Acquired::Mine { .. }));
}

async fn refused(url: &str) -> Error {
    match storage::open(url).await {
        Ok(_) => panic!("{url} should not open"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn urls_of_no_engine_are_refused_without_repeating_their_password() {
    for url in ["", "mysql://u:hunter2@h/d", "postgres", "./file.sqlite", "postgres://u:hunter2@h:not-a-port/d"] {
        let error = refused(url).await;
        assert!(matches!(error, Error::Url(_)), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_folder_that_is_missing_is_an_error_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let error = refused(&format!("sqlite:{}", missing.join("store.sqlite").display())).await;
    assert!(error.is_transient(), "{error:?}");
    assert!(!missing.exists());
}

#[tokio::test]
async fn nobody_at_the_port_is_noticed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = refused(&format!("postgres://boardwalk@{address}/boardwalk")).await;
    assert!(error.is_transient(), "{error:?}");
}

/// The clock is paused, so it leaps to the next time limit as soon as nothing else moves: without one, this hangs.
#[tokio::test(start_paused = true)]
async fn silence_at_the_port_is_noticed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let error = refused(&format!("postgres://boardwalk@{address}/boardwalk")).await;
    assert!(error.is_transient(), "{error:?}");
}
