//! Snapshots: what they replace, what they must leave.

use std::sync::Arc;

use bytes::Bytes;
use storage::{Snapshot, SnapshotOutcome, Storage};

use crate::samples::{LAPSED_MS, LONG_MS, append, appending, content, create, owned, owner, rows, save, stored, take};

crate::cases!(crate::Case:
    a_snapshot_deletes_exactly_the_rows_it_merges,
    a_newer_snapshot_replaces_the_older,
    an_older_snapshot_does_not_replace_a_newer,
    a_snapshot_at_the_same_row_replaces_the_bytes,
    a_snapshot_of_a_past_owner_is_fenced,
    a_snapshot_beyond_the_head_is_fenced,
    the_log_goes_on_after_a_snapshot,
    readers_always_find_a_whole_board,
);

async fn a_snapshot_deletes_exactly_the_rows_it_merges(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    let (other, other_epoch) = owned(&*store, 2).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b", "c", "d"])).await;
    append(&*store, appending(&other, other_epoch, 0, &["y", "z"])).await;
    assert!(save(&*store, &board, epoch, 3, "abc").await);
    assert_eq!(content(&*store, &board).await, (Some((3, "abc".to_owned())), rows(&[(4, "d")])));
    assert_eq!(content(&*store, &other).await, (None, rows(&[(1, "y"), (2, "z")])));
}

async fn a_newer_snapshot_replaces_the_older(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b", "c"])).await;
    assert!(save(&*store, &board, epoch, 1, "a").await);
    assert!(save(&*store, &board, epoch, 3, "abc").await);
    assert_eq!(content(&*store, &board).await, (Some((3, "abc".to_owned())), vec![]));
}

async fn an_older_snapshot_does_not_replace_a_newer(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b", "c"])).await;
    assert!(save(&*store, &board, epoch, 2, "ab").await);
    assert!(save(&*store, &board, epoch, 1, "a").await);
    assert_eq!(content(&*store, &board).await, (Some((2, "ab".to_owned())), rows(&[(3, "c")])));
}

async fn a_snapshot_at_the_same_row_replaces_the_bytes(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a"])).await;
    assert!(save(&*store, &board, epoch, 1, "damaged").await);
    assert!(save(&*store, &board, epoch, 1, "mended").await);
    assert_eq!(content(&*store, &board).await, (Some((1, "mended".to_owned())), vec![]));
}

async fn a_snapshot_of_a_past_owner_is_fenced(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let (past, _) = take(&*store, &board, &owner(1), LAPSED_MS).await;
    append(&*store, appending(&board, past, 0, &["a", "b"])).await;
    let (present, _) = take(&*store, &board, &owner(2), LONG_MS).await;
    assert!(!save(&*store, &board, past, 2, "stale").await);
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a"), (2, "b")])));
    store.release(&board, present).await.unwrap();
    assert!(!save(&*store, &board, present, 2, "released").await);
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a"), (2, "b")])));
}

async fn a_snapshot_beyond_the_head_is_fenced(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a"])).await;
    for beyond in [2, u64::MAX] {
        assert!(!save(&*store, &board, epoch, beyond, "future").await);
    }
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a")])));
}

async fn the_log_goes_on_after_a_snapshot(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b"])).await;
    assert!(save(&*store, &board, epoch, 2, "ab").await);
    assert_eq!(append(&*store, appending(&board, epoch, 2, &["c"])).await, stored(3));
    assert_eq!(take(&*store, &board, &owner(1), LONG_MS).await.1, 3);
    assert_eq!(content(&*store, &board).await, (Some((2, "ab".to_owned())), rows(&[(3, "c")])));
}

/// One task appends, one compacts, one reads: the reader never finds a hole.
async fn readers_always_find_a_whole_board(store: Arc<dyn Storage>) {
    const ROWS: u64 = 60;
    let (board, epoch) = owned(&*store, 1).await;
    let writing = async {
        for head_seq in 0..ROWS {
            assert_eq!(append(&*store, appending(&board, epoch, head_seq, &["row"])).await, stored(head_seq + 1));
        }
    };
    let compacting = async {
        loop {
            let head_seq = store.load(&board).await.unwrap().head_seq;
            let snapshot = Snapshot { seq: head_seq, bytes: Bytes::from_static(b"merged") };
            assert_eq!(store.save_snapshot(&board, epoch, snapshot).await.unwrap(), SnapshotOutcome::Stored);
            if head_seq == ROWS {
                break;
            }
        }
    };
    let reading = async {
        loop {
            let loaded = store.load(&board).await.unwrap();
            assert!(loaded.is_whole(), "{loaded:?}");
            if loaded.head_seq == ROWS {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(writing, compacting, reading);
    assert_eq!(content(&*store, &board).await, (Some((ROWS, "merged".to_owned())), vec![]));
}
