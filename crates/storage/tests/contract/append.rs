//! The log: what goes in, what the fence keeps out, what a repeated append finds.

use std::sync::Arc;

use bytes::Bytes;
use storage::{Append, AppendOutcome, Epoch, Error, Storage};
use tokio::task::JoinSet;

use crate::samples::{
    LAPSED_MS, LONG_MS, append, appending, board_id, content, create, owned, owner, rows, stored, take,
};

crate::cases!(crate::Case:
    rows_come_back_in_order_byte_for_byte,
    a_long_append_keeps_its_order,
    a_past_epoch_is_fenced,
    another_head_is_fenced,
    a_board_without_owner_is_fenced,
    a_lapsed_owner_writes_until_another_takes_over,
    one_fenced_board_does_not_stop_the_others,
    a_board_twice_in_a_flush_is_a_conflict,
    an_empty_append_checks_the_fence,
    an_empty_flush_is_answered,
    a_repeated_append_is_recognised,
    a_repeated_append_needs_the_same_bytes,
    a_repeated_append_after_a_takeover_is_fenced,
    of_two_writers_with_one_epoch_one_wins,
    flushes_in_any_order_do_not_block_each_other,
);

async fn rows_come_back_in_order_byte_for_byte(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    let every_byte = Bytes::from_iter(0..=u8::MAX);
    let large = Bytes::from(vec![0xA5; 1024 * 1024]);
    let updates: Vec<Bytes> = vec![every_byte, Bytes::new(), large, Bytes::from_static(b"last")];
    let flush = vec![Append { board: board.clone(), epoch, expected_head_seq: 0, updates: updates.clone() }];
    assert_eq!(store.append(flush).await.unwrap(), [stored(4)]);
    // More than one digit, so that an order by text would show.
    for seq in 4..12 {
        assert_eq!(append(&*store, appending(&board, epoch, seq, &["x"])).await, stored(seq + 1));
    }
    let loaded = store.load(&board).await.unwrap();
    assert_eq!((loaded.snapshot.clone(), loaded.head_seq), (None, 12));
    assert!(loaded.is_whole());
    assert_eq!(loaded.updates.iter().map(|row| row.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    assert_eq!(loaded.updates[..4].iter().map(|row| row.bytes.clone()).collect::<Vec<_>>(), updates);
}

async fn a_long_append_keeps_its_order(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    let updates: Vec<Bytes> = (0..1000_u32).map(|number| Bytes::from(number.to_string())).collect();
    let long = Append { board: board.clone(), epoch, expected_head_seq: 0, updates };
    for _ in 0..2 {
        assert_eq!(append(&*store, long.clone()).await, stored(1000));
    }
    let found = content(&*store, &board).await.1;
    assert_eq!(found, (0..1000).map(|number| (number + 1, number.to_string())).collect::<Vec<_>>());
}

async fn a_past_epoch_is_fenced(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    for wrong in [0, epoch.0 - 1, epoch.0 + 1, u64::MAX] {
        assert_eq!(append(&*store, appending(&board, Epoch(wrong), 0, &["a"])).await, AppendOutcome::Fenced);
    }
    assert_eq!(content(&*store, &board).await, (None, vec![]));
}

async fn another_head_is_fenced(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, epoch, 0, &["a", "b"])).await, stored(2));
    for wrong in [0, 1, 3, u64::MAX] {
        assert_eq!(append(&*store, appending(&board, epoch, wrong, &["c"])).await, AppendOutcome::Fenced, "{wrong}");
    }
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a"), (2, "b")])));
}

async fn a_board_without_owner_is_fenced(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, Epoch(0), 0, &["a"])).await, AppendOutcome::Fenced);
    assert_eq!(append(&*store, appending(&board_id(9), Epoch(0), 0, &["a"])).await, AppendOutcome::Fenced);
    assert_eq!(content(&*store, &board).await, (None, vec![]));
}

async fn a_lapsed_owner_writes_until_another_takes_over(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let (first, _) = take(&*store, &board, &owner(1), LAPSED_MS).await;
    assert_eq!(append(&*store, appending(&board, first, 0, &["a"])).await, stored(1));
    let (second, _) = take(&*store, &board, &owner(2), LAPSED_MS).await;
    assert_eq!(append(&*store, appending(&board, first, 1, &["b"])).await, AppendOutcome::Fenced);
    assert_eq!(append(&*store, appending(&board, second, 1, &["c"])).await, stored(2));
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a"), (2, "c")])));
}

async fn one_fenced_board_does_not_stop_the_others(store: Arc<dyn Storage>) {
    let mut epochs = vec![];
    for number in 1..=3 {
        epochs.push(owned(&*store, number).await.1);
    }
    take(&*store, &board_id(2), &owner(1), LONG_MS).await;
    // Neither by id nor by outcome in order: answers must come as asked.
    let flush = vec![
        appending(&board_id(3), epochs[2], 0, &["c", "cc"]),
        appending(&board_id(2), epochs[1], 0, &["b"]),
        appending(&board_id(9), Epoch(1), 0, &["x"]),
        appending(&board_id(1), epochs[0], 0, &["a"]),
    ];
    let outcomes = store.append(flush).await.unwrap();
    assert_eq!(outcomes, [stored(2), AppendOutcome::Fenced, AppendOutcome::Fenced, stored(1)]);
    assert_eq!(content(&*store, &board_id(1)).await, (None, rows(&[(1, "a")])));
    assert_eq!(content(&*store, &board_id(2)).await, (None, vec![]));
    assert_eq!(content(&*store, &board_id(3)).await, (None, rows(&[(1, "c"), (2, "cc")])));
}

async fn a_board_twice_in_a_flush_is_a_conflict(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    let flush = vec![appending(&board, epoch, 0, &["a"]), appending(&board, epoch, 1, &["b"])];
    assert!(matches!(store.append(flush).await, Err(Error::Conflict)));
    assert_eq!(content(&*store, &board).await, (None, vec![]));
}

async fn an_empty_append_checks_the_fence(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, epoch, 0, &[])).await, stored(0));
    assert_eq!(append(&*store, appending(&board, epoch, 1, &[])).await, AppendOutcome::Fenced);
    take(&*store, &board, &owner(1), LONG_MS).await;
    assert_eq!(append(&*store, appending(&board, epoch, 0, &[])).await, AppendOutcome::Fenced);
}

async fn an_empty_flush_is_answered(store: Arc<dyn Storage>) {
    assert_eq!(store.append(vec![]).await.unwrap(), []);
}

async fn a_repeated_append_is_recognised(store: Arc<dyn Storage>) {
    let (first, epoch) = owned(&*store, 1).await;
    let (second, second_epoch) = owned(&*store, 2).await;
    assert_eq!(append(&*store, appending(&first, epoch, 0, &["a"])).await, stored(1));
    let lost = appending(&first, epoch, 1, &["b", "c"]);
    assert_eq!(append(&*store, lost.clone()).await, stored(3));
    // The answer went astray; the flush is repeated with a board that was never written.
    for _ in 0..2 {
        let flush = vec![appending(&second, second_epoch, 0, &["z"]), lost.clone()];
        assert_eq!(store.append(flush).await.unwrap(), [stored(1), stored(3)]);
    }
    assert_eq!(content(&*store, &first).await, (None, rows(&[(1, "a"), (2, "b"), (3, "c")])));
    assert_eq!(content(&*store, &second).await, (None, rows(&[(1, "z")])));
}

async fn a_repeated_append_needs_the_same_bytes(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    assert_eq!(append(&*store, appending(&board, epoch, 0, &["a", "b"])).await, stored(2));
    for other in [&["a", "c"][..], &["a"], &["a", "b", "c"], &["b", "a"]] {
        assert_eq!(append(&*store, appending(&board, epoch, 0, other)).await, AppendOutcome::Fenced, "{other:?}");
    }
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a"), (2, "b")])));
}

async fn a_repeated_append_after_a_takeover_is_fenced(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let (epoch, _) = take(&*store, &board, &owner(1), LAPSED_MS).await;
    let lost = appending(&board, epoch, 0, &["a"]);
    assert_eq!(append(&*store, lost.clone()).await, stored(1));
    assert_eq!(take(&*store, &board, &owner(2), LONG_MS).await.1, 1, "the new owner sees the row");
    assert_eq!(append(&*store, lost).await, AppendOutcome::Fenced);
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a")])));
}

async fn of_two_writers_with_one_epoch_one_wins(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    for head_seq in 0..20 {
        let mut writers = JoinSet::new();
        for text in ["one", "two"] {
            let (store, append) = (Arc::clone(&store), appending(&board, epoch, head_seq, &[text]));
            writers.spawn(async move { store.append(vec![append]).await.unwrap()[0] });
        }
        let mut outcomes = writers.join_all().await;
        outcomes.sort_by_key(|outcome| *outcome == AppendOutcome::Fenced);
        assert_eq!(outcomes, [stored(head_seq + 1), AppendOutcome::Fenced]);
    }
    assert_eq!(content(&*store, &board).await.1.len(), 20);
}

async fn flushes_in_any_order_do_not_block_each_other(store: Arc<dyn Storage>) {
    const BOARDS: u8 = 12;
    let mut epochs = vec![];
    for number in 1..=BOARDS {
        epochs.push(owned(&*store, number).await.1);
    }
    let mut writers = JoinSet::new();
    for writer in 0..6 {
        let boards = (1..=BOARDS).zip(&epochs);
        // Nothing to store, so that all hold the fence and all change the same rows all the time.
        let mut flush: Vec<Append> =
            boards.map(|(number, &epoch)| appending(&board_id(number), epoch, 0, &[])).collect();
        flush.rotate_left(2 * writer);
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for _ in 0..20 {
                let outcomes = store.append(flush.clone()).await.unwrap();
                assert_eq!(outcomes, vec![stored(0); usize::from(BOARDS)]);
            }
        });
    }
    writers.join_all().await;
}
