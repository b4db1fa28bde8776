//! Cases of stores that outlive their handle: opening, reopening, tampering, and answers that never come.

use std::sync::Arc;

use storage::{Acquired, AppendOutcome, Error, LinkLookup};
use tokio::task::JoinSet;

use crate::engine::Place;
use crate::samples::{LONG_MS, append, appending, board_id, content, create, owned, owner, rows, save, secret, stored};

crate::cases!(crate::PlaceCase:
    many_may_open_a_new_store_at_once,
    a_service_of_the_first_release_goes_on_beside_a_newer_one,
    what_was_stored_is_there_after_reopening,
    two_processes_cannot_both_own_a_board,
    an_expired_link_is_over,
    a_role_of_no_meaning_is_corrupt,
    a_board_with_a_hole_still_loads,
    an_append_given_up_on_is_stored_once,
);

async fn many_may_open_a_new_store_at_once(place: Place) {
    let mut opening = JoinSet::new();
    for number in 1..=6 {
        let place = place.clone();
        opening.spawn(async move {
            let store = place.open().await;
            create(&*store, number).await;
        });
    }
    opening.join_all().await;
    let store = place.open().await;
    for number in 1..=6 {
        assert!(store.board(&board_id(number)).await.unwrap().is_some());
    }
}

/// A database of the first release, in use, that newer services open, two at once.
async fn a_service_of_the_first_release_goes_on_beside_a_newer_one(place: Place) {
    place.migrate_to_the_first_release().await;
    let (board, old) = (board_id(1), owner(7).service);
    place.tamper(&format!("INSERT INTO boards (id, title, created_at) VALUES ('{board}', 'Old', 1)")).await;
    let take = format!("UPDATE boards SET owner_service = '{old}', owner_epoch = 1 WHERE id = '{board}'");
    place.tamper(&take).await;
    let flush = |seq: u64| {
        let head = format!("UPDATE boards SET head_seq = {seq} WHERE id = '{board}' AND owner_epoch = 1");
        format!("{head}; INSERT INTO updates (board_id, seq, bytes, created_at) VALUES ('{board}', {seq}, 'row', 1)")
    };
    if place.url.starts_with("postgres") {
        place.tamper(&flush(1)).await;
    } else {
        place.tamper(&flush(1).replace("'row'", "x'726f77'")).await;
    }
    let (one, other) = tokio::join!(place.open(), place.open());
    let row = if place.url.starts_with("postgres") { flush(2) } else { flush(2).replace("'row'", "x'726f77'") };
    place.tamper(&row).await;
    for store in [one, other] {
        assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "row"), (2, "row")])));
        assert_eq!(store.versions(&board).await.unwrap(), []);
    }
}

async fn what_was_stored_is_there_after_reopening(place: Place) {
    let store = place.open().await;
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b"])).await;
    save(&*store, &board, epoch, 1, "a").await;
    drop(store);
    let store = place.open().await;
    assert_eq!(content(&*store, &board).await, (Some((1, "a".to_owned())), rows(&[(2, "b")])));
    assert_eq!(append(&*store, appending(&board, epoch, 2, &["c"])).await, stored(3));
    assert_eq!(store.services().await.unwrap(), [owner(1)]);
}

async fn two_processes_cannot_both_own_a_board(place: Place) {
    let stores = [place.open().await, place.open().await];
    for number in 1..=10 {
        create(&*stores[0], number).await;
        let mut asking = JoinSet::new();
        for (process, store) in stores.iter().enumerate() {
            let (store, me) = (Arc::clone(store), owner(process as u8 + 1));
            asking.spawn(async move { store.acquire(&board_id(number), &me, LONG_MS).await.unwrap() });
        }
        let answers = asking.join_all().await;
        let winners = answers.iter().filter(|answer| matches!(answer, Acquired::Mine { .. }));
        assert_eq!(winners.count(), 1, "{answers:?}");
    }
}

async fn an_expired_link_is_over(place: Place) {
    let store = place.open().await;
    let board = create(&*store, 1).await;
    place.tamper("UPDATE links SET expires_at = created_at + 600000").await;
    assert!(matches!(store.link(&board, &secret(1)).await.unwrap(), LinkLookup::Open(_)));
    place.tamper("UPDATE links SET expires_at = created_at").await;
    assert_eq!(store.link(&board, &secret(1)).await.unwrap(), LinkLookup::Expired);
}

async fn a_role_of_no_meaning_is_corrupt(place: Place) {
    let store = place.open().await;
    let board = create(&*store, 1).await;
    place.tamper("UPDATE links SET role = 'emperor'").await;
    let answer = store.link(&board, &secret(1)).await;
    assert!(matches!(answer, Err(Error::Corrupt(_))), "{answer:?}");
}

async fn a_board_with_a_hole_still_loads(place: Place) {
    let store = place.open().await;
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b", "c"])).await;
    place.tamper("DELETE FROM updates WHERE seq = 2").await;
    let loaded = store.load(&board).await.unwrap();
    assert!(!loaded.is_whole());
    assert_eq!(loaded.updates.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(append(&*store, appending(&board, epoch, 3, &["d"])).await, stored(4));
}

/// Postgres: somebody else holds the row for longer than the caller waits. The statement that was given up on may
/// still be carried out once the row is free, before or after it is repeated; its rows are stored once.
async fn an_append_given_up_on_is_stored_once(place: Place) {
    let store = place.open().await;
    let (board, epoch) = owned(&*store, 1).await;
    let lost = appending(&board, epoch, 0, &["a", "b"]);
    if let Some(lock) = place.lock_board(board.as_str()).await {
        let answer = store.append(vec![lost.clone()]).await;
        assert!(matches!(&answer, Err(error) if error.is_transient()), "{answer:?}");
        store.ping().await.unwrap();
        drop(lock);
    }
    assert_eq!(append(&*store, lost.clone()).await, stored(2));
    assert_eq!(append(&*store, appending(&board, epoch, 2, &["c"])).await, stored(3));
    assert_eq!(append(&*store, lost).await, AppendOutcome::Fenced, "too late to be repeated");
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a"), (2, "b"), (3, "c")])));
}
