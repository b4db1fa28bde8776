//! Boards and their links.

use std::sync::Arc;

use protocol::Role;
use storage::{Acquired, Error, LinkEdit, LinkLookup, NewBoard, NewLink, Storage};

use crate::samples::{LONG_MS, board_id, create, new_board, open, owner, secret};

crate::cases!(crate::Case:
    a_new_board_is_found_with_its_title,
    a_taken_id_is_a_conflict_and_changes_nothing,
    what_one_engine_could_not_keep_is_a_conflict,
    each_link_opens_with_its_role,
    a_secret_of_another_board_opens_nothing,
    a_revoked_link_says_so,
    a_board_in_the_bin_opens_for_nobody,
    what_is_unknown_is_not_found,
);

async fn a_new_board_is_found_with_its_title(store: Arc<dyn Storage>) {
    assert_eq!(store.board(&board_id(1)).await.unwrap(), None);
    let title = "Ünïcode 🛹 'quoted'; DROP TABLE boards".to_owned();
    store.create_board(NewBoard { title: title.clone(), ..new_board(1) }).await.unwrap();
    let found = store.board(&board_id(1)).await.unwrap().unwrap();
    assert_eq!((found.id, found.title, found.deleted_at_ms), (board_id(1), title, None));
    // 2020 in milliseconds: the clock counts milliseconds since 1970, not seconds and not from a start.
    assert!(
        found.created_at_ms > 1_577_836_800_000 && found.created_at_ms < 10_000_000_000_000,
        "{}",
        found.created_at_ms
    );
}

async fn a_taken_id_is_a_conflict_and_changes_nothing(store: Arc<dyn Storage>) {
    create(&*store, 1).await;
    let link = NewLink { role: Role::Owner, secret_hash: secret(9) };
    let second = NewBoard { title: "Other".to_owned(), links: vec![link], ..new_board(1) };
    assert!(matches!(store.create_board(second).await, Err(Error::Conflict)));
    assert_eq!(store.board(&board_id(1)).await.unwrap().unwrap().title, "Board 1");
    assert_eq!(store.link(&board_id(1), &secret(9)).await.unwrap(), LinkLookup::NoSuchLink);
}

async fn what_one_engine_could_not_keep_is_a_conflict(store: Arc<dyn Storage>) {
    let link = |role| NewLink { role, secret_hash: secret(1) };
    let twice = NewBoard { links: vec![link(Role::Edit), link(Role::View)], ..new_board(1) };
    assert!(matches!(store.create_board(twice).await, Err(Error::Conflict)));
    let nul = NewBoard { title: "a\0b".to_owned(), ..new_board(1) };
    assert!(matches!(store.create_board(nul).await, Err(Error::Conflict)));
    assert_eq!(store.board(&board_id(1)).await.unwrap(), None);
}

async fn each_link_opens_with_its_role(store: Arc<dyn Storage>) {
    let links = Role::ALL.into_iter().zip(1..).map(|(role, number)| NewLink { role, secret_hash: secret(number) });
    store.create_board(NewBoard { links: links.collect(), ..new_board(1) }).await.unwrap();
    for (role, number) in Role::ALL.into_iter().zip(1..) {
        assert_eq!(store.link(&board_id(1), &secret(number)).await.unwrap(), open(number, role));
    }
}

async fn a_secret_of_another_board_opens_nothing(store: Arc<dyn Storage>) {
    create(&*store, 1).await;
    create(&*store, 2).await;
    assert_eq!(store.link(&board_id(1), &secret(2)).await.unwrap(), LinkLookup::NoSuchLink);
    assert_eq!(store.link(&board_id(3), &secret(1)).await.unwrap(), LinkLookup::UnknownBoard);
}

async fn a_revoked_link_says_so(store: Arc<dyn Storage>) {
    let link = |role, number| NewLink { role, secret_hash: secret(number) };
    let links = vec![link(Role::Edit, 1), link(Role::View, 2)];
    store.create_board(NewBoard { links, ..new_board(1) }).await.unwrap();
    for _ in 0..2 {
        store.edit_link(&board_id(1), LinkEdit::Revoke(secret(1))).await.unwrap();
        assert_eq!(store.link(&board_id(1), &secret(1)).await.unwrap(), LinkLookup::Revoked);
    }
    assert_eq!(store.link(&board_id(1), &secret(2)).await.unwrap(), open(2, Role::View));
}

async fn a_board_in_the_bin_opens_for_nobody(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    for _ in 0..2 {
        store.delete_board(&board).await.unwrap();
        assert!(store.board(&board).await.unwrap().unwrap().deleted_at_ms.is_some());
    }
    assert_eq!(store.link(&board, &secret(1)).await.unwrap(), open(1, Role::Edit));
    assert_eq!(store.acquire(&board, &owner(1), LONG_MS).await.unwrap(), Acquired::UnknownBoard);
}

async fn what_is_unknown_is_not_found(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let nowhere = board_id(2);
    assert!(matches!(store.delete_board(&nowhere).await, Err(Error::NotFound)));
    assert!(matches!(store.edit_link(&nowhere, LinkEdit::Revoke(secret(1))).await, Err(Error::NotFound)));
    assert!(matches!(store.edit_link(&board, LinkEdit::Revoke(secret(2))).await, Err(Error::NotFound)));
    assert!(matches!(store.load(&nowhere).await, Err(Error::NotFound)));
    assert!(matches!(store.begin_load(&nowhere).await, Err(Error::NotFound)));
    assert!(matches!(store.set_aside(&nowhere, None, "x".into(), "test").await, Err(Error::NotFound)));
    store.end_load(&nowhere).await.unwrap();
    assert_eq!(store.aside(&nowhere).await.unwrap(), []);
}
