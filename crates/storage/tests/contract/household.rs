//! What is kept besides boards' content: bundles, people locked out, the overview.

use std::sync::Arc;

use storage::{BoardSize, Error, SetQuotas, Storage, StoreTotals};

use crate::samples::{append, appending, board_id, create, owned, secret};

crate::cases!(crate::Case:
    a_bundle_is_kept_replaced_and_forgotten,
    people_are_locked_out_of_one_board_and_let_in_again,
    the_overview_tells_sizes_page_by_page,
    only_a_board_in_the_bin_is_forgotten_at_once,
    quotas_are_what_they_were_last_set_to,
);

async fn a_bundle_is_kept_replaced_and_forgotten(store: Arc<dyn Storage>) {
    assert_eq!(store.bundle(&secret(1)).await.unwrap(), None);
    store.put_bundle(&secret(1), "one".into()).await.unwrap();
    store.put_bundle(&secret(2), "other".into()).await.unwrap();
    store.put_bundle(&secret(1), "two".into()).await.unwrap();
    assert_eq!(store.bundle(&secret(1)).await.unwrap().as_deref(), Some(&b"two"[..]));
    let page = store.bundles_after(None, 1).await.unwrap();
    assert_eq!(page, [(secret(1), "two".into())]);
    let rest = store.bundles_after(Some(&page[0].0), 9).await.unwrap();
    assert_eq!(rest, [(secret(2), "other".into())]);
    assert_eq!(store.bundles_after(Some(&secret(2)), 9).await.unwrap(), []);
    for _ in 0..2 {
        store.drop_bundle(&secret(1)).await.unwrap();
    }
    assert_eq!(store.bundle(&secret(1)).await.unwrap(), None);
    assert_eq!(store.bundle(&secret(2)).await.unwrap().as_deref(), Some(&b"other"[..]));
}

async fn people_are_locked_out_of_one_board_and_let_in_again(store: Arc<dyn Storage>) {
    let (board, other) = (create(&*store, 1).await, create(&*store, 2).await);
    for name in ["Mallory", "Mal"] {
        store.lock_person(&board, &secret(9), name).await.unwrap();
    }
    assert!(store.is_locked(&board, &secret(9)).await.unwrap());
    assert!(!store.is_locked(&other, &secret(9)).await.unwrap() && !store.is_locked(&board, &secret(8)).await.unwrap());
    let locked = store.locked_people(&board).await.unwrap();
    assert_eq!(locked.iter().map(|locked| (locked.person, &*locked.name)).collect::<Vec<_>>(), [(secret(9), "Mal")]);
    assert!(store.access_changes(Some(0)).await.unwrap().boards.contains(&board), "gateways hear of it");
    store.unlock_person(&board, &secret(9)).await.unwrap();
    assert!(!store.is_locked(&board, &secret(9)).await.unwrap());
    assert!(matches!(store.unlock_person(&board, &secret(9)).await, Err(Error::NotFound)));
    assert!(matches!(store.lock_person(&board_id(7), &secret(9), "x").await, Err(Error::NotFound)));
    assert!(matches!(store.lock_person(&board, &secret(9), "a\0b").await, Err(Error::Conflict)));
}

async fn the_overview_tells_sizes_page_by_page(store: Arc<dyn Storage>) {
    let (first, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&first, epoch, 0, &["abc", "de"])).await;
    let second = create(&*store, 2).await;
    let page = store.overview(None, 1).await.unwrap();
    assert_eq!((page.len(), &page[0].id), (1, &first));
    assert!(page[0].edited_at_ms.is_some());
    let mut sizes = store.sizes(&[second.clone(), board_id(7), first.clone()]).await.unwrap();
    sizes.sort_by_key(|(_, size)| size.size_bytes);
    let five = BoardSize { size_bytes: 5, ..BoardSize::default() };
    assert_eq!(sizes, [(second.clone(), BoardSize::default()), (first.clone(), five)]);
    assert_eq!(store.sizes(&[]).await.unwrap(), []);
    assert_eq!((store.board_bytes(&first).await.unwrap(), store.board_bytes(&second).await.unwrap()), (5, 0));
    assert_eq!(store.board_bytes(&board_id(7)).await.unwrap(), 0, "an unknown board");
    store.delete_board(&second).await.unwrap();
    assert_eq!(store.totals().await.unwrap(), StoreTotals { boards: 2, in_bin: 1, asset_bytes: 0 });
    let rest = store.overview(Some(&first), 10).await.unwrap();
    assert_eq!((rest.len(), &*rest[0].title, rest[0].edited_at_ms), (1, "Board 2", None));
    assert!(rest[0].deleted_at_ms.is_some());
    assert_eq!(store.board(&first).await.unwrap().unwrap().head_seq, 2);
}

async fn only_a_board_in_the_bin_is_forgotten_at_once(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a"])).await;
    store.lock_person(&board, &secret(9), "x").await.unwrap();
    assert!(matches!(store.purge_board(&board).await, Err(Error::NotFound)));
    assert_eq!(store.load(&board).await.unwrap().updates.len(), 1);
    store.delete_board(&board).await.unwrap();
    store.purge_board(&board).await.unwrap();
    assert!(matches!(store.purge_board(&board).await, Err(Error::NotFound)));
    assert!(matches!(store.load(&board).await, Err(Error::NotFound)));
    create(&*store, 1).await;
    assert!(
        store.load(&board).await.unwrap().updates.is_empty() && store.locked_people(&board).await.unwrap().is_empty()
    );
}

async fn quotas_are_what_they_were_last_set_to(store: Arc<dyn Storage>) {
    assert_eq!(store.quotas().await.unwrap(), SetQuotas::default());
    let all = SetQuotas { boards: Some(0), board_bytes: Some(1 << 40), asset_bytes: Some(7) };
    for set in [all, SetQuotas { boards: None, ..all }, SetQuotas::default()] {
        store.set_quotas(set).await.unwrap();
        assert_eq!(store.quotas().await.unwrap(), set);
    }
}
