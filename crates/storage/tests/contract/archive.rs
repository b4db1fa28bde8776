//! What is kept for later: versions, the bin, and boards as a backup sees them.

use std::sync::Arc;

use bytes::Bytes;
use protocol::{BoardId, Role, VersionId, VersionPerson};
use storage::{Acquired, AppendOutcome, Error, LinkLookup, LinkRecord, NewBoard, NewVersion, Storage, VersionRecord};

use crate::samples::{
    LAPSED_MS, LONG_MS, append, appending, board_id, content, create, new_board, owned, owner, rows, save, secret, take,
};

crate::cases!(crate::Case:
    versions_are_kept_listed_named_and_forgotten,
    versions_belong_to_their_board,
    versions_know_who_edited,
    a_board_comes_back_out_of_the_bin_as_it_was,
    a_board_that_was_in_the_bin_for_long_is_gone_for_good,
    the_owner_of_a_board_is_known_while_it_lives,
    damage_is_told_without_its_bytes,
    a_board_may_begin_with_content,
    boards_come_page_by_page,
    a_board_is_imported_as_it_was_exported,
);

fn version_id(number: u8) -> VersionId {
    VersionId::from_random([number; VersionId::LENGTH])
}

fn version(number: u8, name: Option<&str>) -> NewVersion {
    let author = name.map(|_| "Ann".to_owned());
    let bytes = vec![number; 100].into();
    NewVersion { id: version_id(number), name: name.map(str::to_owned), author, people: vec![person(number)], bytes }
}

fn person(number: u8) -> VersionPerson {
    VersionPerson {
        name: format!("Ann \0\"{number}"),
        account: Some("A".to_owned()),
        clients: vec![(1 << 52) + u64::from(number)],
    }
}

async fn ids(store: &dyn Storage, board: &BoardId) -> Vec<VersionId> {
    store.versions(board).await.unwrap().into_iter().map(|version| version.id).collect()
}

async fn versions_are_kept_listed_named_and_forgotten(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let automatic = store.save_version(&board, version(1, None)).await.unwrap();
    let named = store.save_version(&board, version(2, Some("Draft"))).await.unwrap();
    assert!(named.created_at_ms >= automatic.created_at_ms && automatic.created_at_ms > 0);
    assert_eq!((named.name.as_deref(), named.author.as_deref(), named.size_bytes), (Some("Draft"), Some("Ann"), 100));
    assert_eq!(store.versions(&board).await.unwrap(), [named.clone(), automatic.clone()]);
    assert_eq!(store.version(&board, &named.id).await.unwrap(), Some((named.clone(), vec![2; 100].into())));

    store.name_version(&board, &automatic.id, "Kept", None).await.unwrap();
    let (kept, bytes) = store.version(&board, &automatic.id).await.unwrap().unwrap();
    assert_eq!((kept.name.as_deref(), kept.author, kept.created_at_ms), (Some("Kept"), None, automatic.created_at_ms));
    assert_eq!(bytes, vec![1; 100]);
    assert!(matches!(store.name_version(&board, &version_id(9), "x", None).await, Err(Error::NotFound)));
    assert!(matches!(store.name_version(&board, &named.id, "a\0b", None).await, Err(Error::Conflict)));

    store.delete_versions(&board, &[automatic.id, version_id(9)]).await.unwrap();
    assert_eq!(ids(&*store, &board).await, [named.id]);
}

async fn versions_belong_to_their_board(store: Arc<dyn Storage>) {
    let (first, second) = (create(&*store, 1).await, create(&*store, 2).await);
    store.save_version(&first, version(1, None)).await.unwrap();
    assert_eq!(store.version(&second, &version_id(1)).await.unwrap(), None);
    store.delete_versions(&second, &[version_id(1)]).await.unwrap();
    assert_eq!(ids(&*store, &first).await, [version_id(1)]);
    assert!(matches!(store.save_version(&second, version(1, None)).await, Err(Error::Conflict)));
    assert!(matches!(store.save_version(&board_id(3), version(3, None)).await, Err(Error::NotFound)));
}

async fn versions_know_who_edited(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    for number in 1..=3 {
        let kept = store.save_version(&board, version(number, None)).await.unwrap();
        assert_eq!(kept.people, [person(number)]);
    }
    let nobody = NewVersion { people: vec![], ..version(4, None) };
    assert_eq!(store.save_version(&board, nobody).await.unwrap().people, []);
    store.set_version_people(&board, &version_id(1), &[]).await.unwrap();
    store.set_version_people(&board, &version_id(1), &[person(9)]).await.unwrap();
    store.name_version(&board, &version_id(1), "Named", None).await.unwrap();
    assert_eq!(store.version(&board, &version_id(1)).await.unwrap().unwrap().0.people, [person(9)]);
    assert!(matches!(store.set_version_people(&board, &version_id(9), &[]).await, Err(Error::NotFound)));
    assert!(matches!(store.set_version_people(&board_id(3), &version_id(1), &[]).await, Err(Error::NotFound)));
    // Who did something before a version that goes did it before the next one. Times may be equal: the order is the list's.
    let listed = store.versions(&board).await.unwrap();
    let [.., heir, gone] = &listed[..] else { panic!("four versions") };
    let mut expected = heir.people.clone();
    expected.extend(gone.people.clone());
    storage::forget_versions(&*store, &board, std::slice::from_ref(&gone.id)).await.unwrap();
    let left = store.versions(&board).await.unwrap();
    assert_eq!((left.len(), &left[2].people), (3, &expected));
}

async fn a_board_comes_back_out_of_the_bin_as_it_was(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a"])).await;
    store.delete_board(&board).await.unwrap();
    let since = store.board(&board).await.unwrap().unwrap().deleted_at_ms;
    assert!(since.is_some());
    assert_eq!(store.purge_one(60_000).await.unwrap(), None);
    for _ in 0..2 {
        store.restore_board(&board).await.unwrap();
        assert_eq!(store.board(&board).await.unwrap().unwrap().deleted_at_ms, None);
    }
    assert_eq!(store.purge_one(0).await.unwrap(), None);
    assert_eq!(content(&*store, &board).await, (None, rows(&[(1, "a")])));
    assert!(matches!(store.acquire(&board, &owner(1), LONG_MS).await.unwrap(), Acquired::Mine { .. }));
    assert!(matches!(store.restore_board(&board_id(2)).await, Err(Error::NotFound)));
}

async fn a_board_that_was_in_the_bin_for_long_is_gone_for_good(store: Arc<dyn Storage>) {
    let ((gone, epoch), kept) = (owned(&*store, 1).await, create(&*store, 2).await);
    append(&*store, appending(&gone, epoch, 0, &["a", "b"])).await;
    save(&*store, &gone, epoch, 1, "a").await;
    store.save_version(&gone, version(1, None)).await.unwrap();
    store.set_aside(&gone, None, "x".into(), "test").await.unwrap();
    store.delete_board(&gone).await.unwrap();
    assert_eq!(store.purge_one(0).await.unwrap(), Some(gone.clone()));
    assert_eq!(store.purge_one(0).await.unwrap(), None);
    assert_eq!(store.board(&gone).await.unwrap(), None);
    assert!(matches!(store.load(&gone).await, Err(Error::NotFound)));
    assert_eq!(store.link(&gone, &secret(1)).await.unwrap(), LinkLookup::UnknownBoard);
    assert_eq!((store.versions(&gone).await.unwrap(), store.aside(&gone).await.unwrap()), (vec![], vec![]));
    // Who still has it open is fenced, and a new board of that id begins empty.
    assert_eq!(append(&*store, appending(&gone, epoch, 2, &["late"])).await, AppendOutcome::Fenced);
    create(&*store, 1).await;
    assert_eq!(content(&*store, &gone).await, (None, vec![]));
    assert!(store.board(&kept).await.unwrap().is_some());
}

async fn the_owner_of_a_board_is_known_while_it_lives(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    assert_eq!(store.owner_of(&board).await.unwrap(), None);
    let (epoch, _) = take(&*store, &board, &owner(1), LONG_MS).await;
    assert_eq!(store.owner_of(&board).await.unwrap(), Some(owner(1)));
    store.delete_board(&board).await.unwrap();
    assert_eq!(store.owner_of(&board).await.unwrap(), Some(owner(1)));
    store.release(&board, epoch).await.unwrap();
    assert_eq!(store.owner_of(&board).await.unwrap(), None);
    let lapsed = create(&*store, 2).await;
    take(&*store, &lapsed, &owner(2), LAPSED_MS).await;
    assert_eq!(store.owner_of(&lapsed).await.unwrap(), None);
    assert_eq!(store.owner_of(&board_id(9)).await.unwrap(), None);
}

async fn damage_is_told_without_its_bytes(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    store.set_aside(&board, Some(7), "torn".into(), "row ends early").await.unwrap();
    store.set_aside(&board, None, "x".into(), "no number").await.unwrap();
    let damage = store.damage(&board).await.unwrap();
    let told: Vec<_> = damage.iter().map(|part| (part.seq, part.size_bytes, part.reason.as_str())).collect();
    assert_eq!(told, [(Some(7), 4, "row ends early"), (None, 1, "no number")]);
    assert!(damage.iter().all(|part| part.found_at_ms > 0));
    store.discard_damage(&board).await.unwrap();
    assert_eq!((store.damage(&board).await.unwrap(), store.aside(&board).await.unwrap()), (vec![], vec![]));
}

async fn a_board_may_begin_with_content(store: Arc<dyn Storage>) {
    let begun = NewBoard { content: Some("copied".into()), ..new_board(1) };
    store.create_board(begun).await.unwrap();
    let board = board_id(1);
    assert_eq!(content(&*store, &board).await, (Some((1, "copied".to_owned())), vec![]));
    let (epoch, head_seq) = take(&*store, &board, &owner(1), LONG_MS).await;
    assert_eq!(
        append(&*store, appending(&board, epoch, head_seq, &["a"])).await,
        AppendOutcome::Stored { head_seq: 2 }
    );
}

async fn boards_come_page_by_page(store: Arc<dyn Storage>) {
    for number in 1..=5 {
        create(&*store, number).await;
    }
    store.delete_board(&board_id(2)).await.unwrap();
    let (mut seen, mut after): (Vec<BoardId>, Option<BoardId>) = (Vec::new(), None);
    loop {
        let page = store.boards_after(after.as_ref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.clone());
        seen.extend(page);
    }
    assert_eq!(seen, (1..=5).map(board_id).collect::<Vec<_>>());
}

async fn a_board_is_imported_as_it_was_exported(store: Arc<dyn Storage>) {
    let (board, epoch) = owned(&*store, 1).await;
    append(&*store, appending(&board, epoch, 0, &["a", "b", "c"])).await;
    save(&*store, &board, epoch, 2, "ab").await;
    store.set_aside(&board, Some(1), "torn".into(), "row ends early").await.unwrap();
    store.edit_link(&board, storage::LinkEdit::Revoke(secret(1))).await.unwrap();
    store.delete_board(&board).await.unwrap();
    assert!(store.export_board(&board_id(2)).await.unwrap().is_none());
    let exported = store.export_board(&board).await.unwrap().unwrap();
    assert_eq!((exported.head_seq, exported.rows.len(), exported.snapshot.as_ref().unwrap().seq), (3, 1, 2));
    assert_eq!(exported.aside.len(), 1);
    assert!(matches!(exported.links[..], [LinkRecord { role: Role::Edit, revoked_at_ms: Some(_), .. }]));
    assert!(matches!(store.import_board(exported.clone()).await, Err(Error::Conflict)));

    assert_eq!(store.purge_one(0).await.unwrap(), Some(board.clone()));
    store.import_board(exported.clone()).await.unwrap();
    assert_eq!(store.export_board(&board).await.unwrap(), Some(exported));
    store.restore_board(&board).await.unwrap();
    assert_eq!(store.owner_of(&board).await.unwrap(), None);
    let (epoch, head_seq) = take(&*store, &board, &owner(2), LONG_MS).await;
    assert_eq!(
        (append(&*store, appending(&board, epoch, head_seq, &["f"])).await),
        AppendOutcome::Stored { head_seq: 4 }
    );

    let record = VersionRecord {
        id: version_id(1),
        name: None,
        author: Some("Ann".to_owned()),
        people: vec![person(5)],
        created_at_ms: 1_600_000_000_000,
        size_bytes: 3,
    };
    store.import_version(&board, &record, Bytes::from_static(b"abc")).await.unwrap();
    assert_eq!(store.version(&board, &record.id).await.unwrap(), Some((record.clone(), Bytes::from_static(b"abc"))));
    assert!(matches!(store.import_version(&board, &record, Bytes::new()).await, Err(Error::Conflict)));
    assert!(matches!(
        store.import_version(&board_id(9), &record, Bytes::new()).await,
        Err(Error::NotFound | Error::Conflict)
    ));
}
