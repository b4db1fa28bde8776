//! Changing links and names, and hearing of it. The rules themselves are tested beside `decide`.

use std::sync::Arc;

use protocol::Role;
use protocol::limits::MAX_PERSONAL_LINKS;
use storage::{Error, LinkEdit, LinkLookup, LinkSettings, NewBoard, NewLink, PasswordHash, Storage};

use crate::samples::{board_id, create, new_board, open, secret};

crate::cases!(crate::Case:
    a_new_link_opens_and_is_listed_with_its_settings,
    a_changed_link_opens_with_its_new_role,
    a_rotated_link_opens_with_its_new_secret_only,
    a_locked_link_opens_through_personal_ones_that_follow_it,
    personal_links_are_bounded,
    a_link_ends_when_it_expires,
    two_owners_cannot_revoke_each_other_at_once,
    a_new_name_is_kept,
    changes_are_heard_of,
    links_of_unknown_boards_are_not_found,
);

fn settings(label: &str) -> LinkSettings {
    LinkSettings { label: label.to_owned(), ..LinkSettings::default() }
}

fn create_edit(number: u8, role: Role, settings: LinkSettings) -> LinkEdit {
    LinkEdit::Create(NewLink { role, secret_hash: secret(number) }, settings)
}

async fn a_new_link_opens_and_is_listed_with_its_settings(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let said = LinkSettings {
        label: "Für \"Müller\"; 🛹".to_owned(),
        expires_at_ms: Some(9_999_999_999_999),
        password: Some(PasswordHash("$argon2id$…".to_owned())),
    };
    store.edit_link(&board, create_edit(9, Role::Comment, said.clone())).await.unwrap();
    let links = store.links(&board).await.unwrap();
    assert_eq!(links.len(), 2);
    let found = links.into_iter().find(|link| link.secret_hash == secret(9)).unwrap();
    assert_eq!((found.role, found.settings, found.revoked_at_ms), (Role::Comment, said, None));
    assert!(found.created_at_ms > 1_577_836_800_000, "{}", found.created_at_ms);
    let taken = store.edit_link(&board, create_edit(9, Role::View, settings(""))).await;
    assert!(matches!(taken, Err(Error::Conflict)), "{taken:?}");
    let nul = store.edit_link(&board, create_edit(10, Role::View, settings("a\0b"))).await;
    assert!(matches!(nul, Err(Error::Conflict)), "{nul:?}");
}

async fn a_changed_link_opens_with_its_new_role(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let change = LinkEdit::Change { link: secret(1), role: Role::View, settings: settings("guests") };
    store.edit_link(&board, change).await.unwrap();
    assert_eq!(store.link(&board, &secret(1)).await.unwrap(), open(1, Role::View));
    let links = store.links(&board).await.unwrap();
    assert_eq!((links.len(), links[0].settings.label.as_str()), (1, "guests"));
}

async fn a_rotated_link_opens_with_its_new_secret_only(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    store.edit_link(&board, LinkEdit::Rotate { link: secret(1), secret: secret(2) }).await.unwrap();
    assert_eq!(store.link(&board, &secret(1)).await.unwrap(), LinkLookup::Revoked);
    assert_eq!(store.link(&board, &secret(2)).await.unwrap(), open(2, Role::Edit));
    let links = store.links(&board).await.unwrap();
    assert_eq!(links.iter().map(|link| link.secret_hash).collect::<Vec<_>>(), [secret(2)]);
}

async fn a_locked_link_opens_through_personal_ones_that_follow_it(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let lock = |role, password: &str| LinkEdit::Change {
        link: secret(1),
        role,
        settings: LinkSettings { password: Some(PasswordHash(password.to_owned())), ..LinkSettings::default() },
    };
    store.edit_link(&board, lock(Role::Edit, "one")).await.unwrap();
    let locked = LinkLookup::Locked(PasswordHash("one".to_owned()));
    assert_eq!(store.link(&board, &secret(1)).await.unwrap(), locked);

    store.edit_link(&board, LinkEdit::Unlock { link: secret(1), personal: secret(7) }).await.unwrap();
    assert_eq!(store.link(&board, &secret(7)).await.unwrap(), open(1, Role::Edit));
    assert_eq!(store.links(&board).await.unwrap().len(), 1, "personal links are not listed");
    store.edit_link(&board, lock(Role::View, "one")).await.unwrap();
    assert_eq!(store.link(&board, &secret(7)).await.unwrap(), open(1, Role::View), "it follows its link");

    store.edit_link(&board, lock(Role::View, "two")).await.unwrap();
    assert_eq!(store.link(&board, &secret(7)).await.unwrap(), LinkLookup::NoSuchLink, "a new password ends it");
    store.edit_link(&board, LinkEdit::Unlock { link: secret(1), personal: secret(8) }).await.unwrap();
    store.edit_link(&board, LinkEdit::Revoke(secret(1))).await.unwrap();
    assert_eq!(store.link(&board, &secret(8)).await.unwrap(), LinkLookup::NoSuchLink);
    assert_eq!(store.link(&board, &secret(1)).await.unwrap(), LinkLookup::Revoked);
}

async fn personal_links_are_bounded(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let personal = |number: usize| {
        let mut bytes = [0xee; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        protocol::SecretHash(bytes)
    };
    for number in 0..=MAX_PERSONAL_LINKS {
        store.edit_link(&board, LinkEdit::Unlock { link: secret(1), personal: personal(number) }).await.unwrap();
    }
    let mut open_ones = 0;
    for number in 0..=MAX_PERSONAL_LINKS {
        let lookup = store.link(&board, &personal(number)).await.unwrap();
        open_ones += usize::from(lookup == open(1, Role::Edit));
    }
    assert_eq!(open_ones, MAX_PERSONAL_LINKS);
    assert_eq!(store.link(&board, &personal(MAX_PERSONAL_LINKS)).await.unwrap(), open(1, Role::Edit), "the newest");
}

async fn a_link_ends_when_it_expires(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    let now_ms = store.access_changes(None).await.unwrap().now_ms;
    let expiring = |at_ms| LinkSettings { expires_at_ms: Some(at_ms), ..LinkSettings::default() };
    store.edit_link(&board, create_edit(5, Role::View, expiring(now_ms + 600_000))).await.unwrap();
    store.edit_link(&board, create_edit(6, Role::View, expiring(now_ms))).await.unwrap();
    let LinkLookup::Open(grant) = store.link(&board, &secret(5)).await.unwrap() else { panic!("it still holds") };
    let left_ms = grant.expires_in_ms.unwrap();
    assert!((1..=600_000).contains(&left_ms), "{left_ms}");
    assert_eq!(store.link(&board, &secret(6)).await.unwrap(), LinkLookup::Expired);
    assert_eq!(store.links(&board).await.unwrap().len(), 3, "expired links stay listed");
}

async fn two_owners_cannot_revoke_each_other_at_once(store: Arc<dyn Storage>) {
    let owner = |number| NewLink { role: Role::Owner, secret_hash: secret(number) };
    store.create_board(NewBoard { links: vec![owner(1), owner(2)], ..new_board(1) }).await.unwrap();
    let board = board_id(1);
    let (first, second) = tokio::join!(
        store.edit_link(&board, LinkEdit::Revoke(secret(1))),
        store.edit_link(&board, LinkEdit::Revoke(secret(2))),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(store.links(&board).await.unwrap().len(), 1);
}

async fn a_new_name_is_kept(store: Arc<dyn Storage>) {
    let board = create(&*store, 1).await;
    store.rename_board(&board, "Plän 🛹").await.unwrap();
    assert_eq!(store.board(&board).await.unwrap().unwrap().title, "Plän 🛹");
    assert!(matches!(store.rename_board(&board, "a\0b").await, Err(Error::Conflict)));
}

async fn changes_are_heard_of(store: Arc<dyn Storage>) {
    let boards = [create(&*store, 1).await, create(&*store, 2).await, create(&*store, 3).await];
    create(&*store, 4).await;
    let asked = store.access_changes(None).await.unwrap();
    assert_eq!(asked.boards, []);
    store.edit_link(&boards[0], LinkEdit::Revoke(secret(1))).await.unwrap();
    store.rename_board(&boards[1], "Other").await.unwrap();
    store.delete_board(&boards[2]).await.unwrap();
    let mut heard = store.access_changes(Some(asked.now_ms)).await.unwrap();
    heard.boards.sort();
    let mut expected = boards.to_vec();
    expected.sort();
    assert_eq!(heard.boards, expected);
    assert_eq!(store.access_changes(Some(heard.now_ms + 600_000)).await.unwrap().boards, []);
}

async fn links_of_unknown_boards_are_not_found(store: Arc<dyn Storage>) {
    let (board, nowhere) = (create(&*store, 1).await, board_id(2));
    assert!(matches!(store.links(&nowhere).await, Err(Error::NotFound)));
    assert!(matches!(store.rename_board(&nowhere, "x").await, Err(Error::NotFound)));
    let unlock = |link| LinkEdit::Unlock { link: secret(link), personal: secret(9) };
    assert!(matches!(store.edit_link(&nowhere, unlock(1)).await, Err(Error::NotFound)));
    assert!(matches!(store.edit_link(&board, unlock(5)).await, Err(Error::NotFound)));
}
