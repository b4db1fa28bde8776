//! Accounts, their sessions and the boards that are theirs.

use std::sync::Arc;

use storage::{AccountId, AccountRecord, Error, MAX_SESSIONS_PER_ACCOUNT, Storage, backup};

use crate::samples::{board_id, create, secret};

crate::cases!(crate::Case:
    a_session_is_an_accounts_until_it_ends_or_is_over,
    an_account_has_so_many_sessions_and_the_oldest_make_room,
    boards_are_an_accounts_and_go_with_it_into_a_backup,
);

const AN_HOUR_MS: u64 = 60 * 60 * 1000;

fn account(number: u8, name: &str) -> AccountRecord {
    AccountRecord { id: AccountId([number; 32]), name: name.to_owned() }
}

async fn a_session_is_an_accounts_until_it_ends_or_is_over(store: Arc<dyn Storage>) {
    assert_eq!(store.session(&secret(1)).await.unwrap(), None);
    store.begin_session(&secret(1), &account(7, "Ada"), AN_HOUR_MS).await.unwrap();
    store.begin_session(&secret(2), &account(8, "Ben"), AN_HOUR_MS).await.unwrap();
    store.begin_session(&secret(3), &account(7, "Ada Lovelace"), 0).await.unwrap();
    // The name is the account's, not the session's.
    assert_eq!(store.session(&secret(1)).await.unwrap(), Some(account(7, "Ada Lovelace")));
    assert_eq!(store.session(&secret(2)).await.unwrap(), Some(account(8, "Ben")));
    assert_eq!(store.session(&secret(3)).await.unwrap(), None, "it is over");
    for _ in 0..2 {
        store.end_session(&secret(1)).await.unwrap();
    }
    assert_eq!(store.session(&secret(1)).await.unwrap(), None);
    assert_eq!(store.session(&secret(2)).await.unwrap(), Some(account(8, "Ben")));
    let nul = store.begin_session(&secret(4), &account(9, "a\0b"), AN_HOUR_MS).await;
    assert!(matches!(nul, Err(Error::Conflict)));
    assert_eq!(store.session(&secret(4)).await.unwrap(), None);
    // A call whose answer was lost is repeated.
    store.begin_session(&secret(2), &account(8, "Ben"), AN_HOUR_MS).await.unwrap();
    assert_eq!(store.session(&secret(2)).await.unwrap(), Some(account(8, "Ben")));
}

async fn an_account_has_so_many_sessions_and_the_oldest_make_room(store: Arc<dyn Storage>) {
    store.begin_session(&secret(200), &account(8, "Ben"), AN_HOUR_MS).await.unwrap();
    let most = u8::try_from(MAX_SESSIONS_PER_ACCOUNT).unwrap();
    for number in 0..most + 2 {
        store.begin_session(&secret(number), &account(7, "Ada"), AN_HOUR_MS).await.unwrap();
        assert!(store.session(&secret(number)).await.unwrap().is_some(), "the newest holds");
    }
    let mut alive = 0;
    for number in 0..most + 2 {
        alive += u32::from(store.session(&secret(number)).await.unwrap().is_some());
    }
    assert_eq!(alive, MAX_SESSIONS_PER_ACCOUNT);
    assert!(store.session(&secret(200)).await.unwrap().is_some(), "others keep theirs");
}

async fn boards_are_an_accounts_and_go_with_it_into_a_backup(store: Arc<dyn Storage>) {
    let (ada, ben) = (account(7, "Ada"), account(8, "Ben"));
    let boards = [create(&*store, 1).await, create(&*store, 2).await, create(&*store, 3).await];
    for board in &boards[..2] {
        store.give_board(board, &ada).await.unwrap();
    }
    assert_eq!(store.account_of(&boards[0]).await.unwrap(), Some(ada.clone()));
    assert_eq!(store.account_of(&boards[2]).await.unwrap(), None);
    assert_eq!(store.account_of(&board_id(9)).await.unwrap(), None);
    assert!(matches!(store.give_board(&board_id(9), &ada).await, Err(Error::NotFound)));
    assert!(matches!(store.give_board(&boards[0], &account(7, "a\0b")).await, Err(Error::Conflict)));
    store.give_board(&boards[1], &ben).await.unwrap();
    store.delete_board(&boards[0]).await.unwrap();
    let own = store.boards_of(&ada.id, 10).await.unwrap();
    assert_eq!(own.iter().map(|board| (&board.id, &*board.title)).collect::<Vec<_>>(), [(&boards[0], "Board 1")]);
    assert!(own[0].deleted_at_ms.is_some(), "also those in the bin");
    assert_eq!(store.boards_of(&ada.id, 0).await.unwrap(), []);
    assert_eq!(store.boards_of(&AccountId([9; 32]), 10).await.unwrap(), []);
    let owners = |page: Vec<storage::BoardOverview>| page.into_iter().map(|board| board.account).collect::<Vec<_>>();
    let named = [Some("Ada".to_owned()), Some("Ben".to_owned()), None];
    assert_eq!(owners(store.overview(None, 10).await.unwrap()), named);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    backup::write(&*store, None, &file).await.unwrap();
    let other = storage::open("memory:").await.unwrap();
    backup::restore(&*other, None, &file).await.unwrap();
    assert_eq!(owners(other.overview(None, 10).await.unwrap()), named);
    assert_eq!(other.account_of(&boards[1]).await.unwrap(), Some(ben));

    store.purge_board(&boards[0]).await.unwrap();
    assert_eq!(store.boards_of(&ada.id, 10).await.unwrap(), []);
}
