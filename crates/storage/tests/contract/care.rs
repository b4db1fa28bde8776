//! What keeps a damaged board from taking its service down, and its bytes from being lost.

use std::sync::Arc;

use bytes::Bytes;
use storage::{Aside, Storage};

use crate::samples::{append, appending, content, create, owned, rows};

crate::cases!(crate::Case:
    loads_that_never_ended_are_counted,
    crashes_are_counted_per_board,
    bytes_set_aside_are_kept_once,
    setting_aside_leaves_the_log_alone,
    a_store_gives_a_sign_of_life,
);

async fn loads_that_never_ended_are_counted(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    for crashes in 0..3 {
        assert_eq!(store.begin_load(&board).await.unwrap(), crashes);
    }
    store.end_load(&board).await.unwrap();
    assert_eq!(store.begin_load(&board).await.unwrap(), 0);
}

async fn crashes_are_counted_per_board(store: Arc<dyn Storage>) {
    let (first, second) = (create(&*store, 1).await, create(&*store, 2).await);
    store.begin_load(&first).await.unwrap();
    assert_eq!(store.begin_load(&second).await.unwrap(), 0);
    store.end_load(&second).await.unwrap();
    assert_eq!(store.begin_load(&first).await.unwrap(), 1);
}

async fn bytes_set_aside_are_kept_once(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let kept = |seq, text: &'static str, reason: &str| Aside {
        seq,
        bytes: Bytes::from_static(text.as_bytes()),
        reason: reason.to_owned(),
    };
    let expected = [
        kept(Some(7), "torn", "row ends early"),
        kept(None, "torn", "no number"),
        kept(Some(7), "other", "row ends early"),
        kept(Some(8), "torn", "row ends early"),
    ];
    for _ in 0..2 {
        for aside in &expected {
            store.set_aside(&board, aside.seq, aside.bytes.clone(), &aside.reason).await.unwrap();
        }
    }
    assert_eq!(store.aside(&board).await.unwrap(), expected);
}

async fn setting_aside_leaves_the_log_alone(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["torn"])).await;
    store.set_aside(&board, Some(1), "torn".into(), "test").await.unwrap();
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "torn")])));
}

async fn a_store_gives_a_sign_of_life(store: Arc<dyn Storage>) {
    store.ping().await.unwrap();
}
