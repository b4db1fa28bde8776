//! Versions, boards in the bin, and boards whose snapshot cannot be read.

use std::time::Duration;

use board::{Board, ClientId, Edit, Kind, NewShape, ShapeId};
use bytes::Bytes;
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, PresenceUp};
use protocol::limits::{SNAPSHOT_EVERY_UPDATES_AT_MOST, VERSION_EVERY_MS};
use protocol::request::{Ask, BoardRequest, KeptVersion, REQUEST_ROUTE};
use protocol::{BoardId, ConnectionId, Role, VersionChanges, VersionId, VersionPerson};
use rsocket::metadata::{self, Entry};
use rsocket::{Connection, Payload, Window};
use storage::{Acquired, Append, Archive, NewVersion, Snapshot, Storage};

use crate::gateway::{Presence, Updates, connect, holds, update};
use crate::{eventually, new_board, other, start, started, take};

const TO_AUTHOR: Audience = Audience::One(ConnectionId(1));

async fn ask(connection: &Connection, board: &BoardId, ask: Ask) -> Payload {
    let routing = metadata::encode(&[Entry::Routing(vec![REQUEST_ROUTE.to_owned()])]).expect("a short tag");
    let request = BoardRequest::new(board.clone(), ask).encode();
    connection.request_response(Payload::new(request).with_metadata(routing)).await.expect("an answer")
}

/// Writes one edit and waits until it is stored.
async fn edit(lane: &mut Updates, seq: u64) {
    lane.edit(1, seq, update(7, seq - 1, 10)).await;
    lane.message().await;
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq }).await;
}

async fn content(store: &dyn Storage, board: &BoardId, id: &VersionId) -> Vec<u8> {
    let (_, content) = store.version(board, id).await.expect("available").expect("it is kept");
    protocol::decompress(&content, 1 << 20).expect("versions are compressed")
}

#[tokio::test(start_paused = true)]
async fn an_edited_board_gets_a_version_every_few_minutes_and_one_when_everybody_has_left() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    let mut presence = Presence::open(&connection, &board, Window::of(64));
    let state = r##"{"user":{"name":"Ann","color":"#336699"}}"##.to_owned();
    let said = awareness::encode(&[AwarenessEntry { client: 1, clock: 1, state }]).into();
    presence.send(&PresenceUp::Awareness { connection: ConnectionId(1), update: said }).await;
    presence.batch().await;
    edit(&mut lane, 1).await;
    tokio::time::sleep(Duration::from_millis(VERSION_EVERY_MS - 1000)).await;
    assert!(storage.versions(&board).await.expect("available").is_empty());
    eventually(async || storage.versions(&board).await.expect("available").len() == 1).await;
    let first = &storage.versions(&board).await.expect("available")[0];
    assert_eq!((first.name.as_deref(), first.author.as_deref()), (None, Some("Ann")));
    assert_eq!(first.people, [VersionPerson { name: "Ann".to_owned(), account: None, clients: vec![1] }]);
    // Nobody draws: no more versions.
    tokio::time::sleep(Duration::from_millis(3 * VERSION_EVERY_MS)).await;
    assert_eq!(storage.versions(&board).await.expect("available").len(), 1);
    drop(presence);
    lane.join(2, Role::Edit).await;
    lane.edit(2, 1, update(7, 1, 10)).await;
    lane.message().await;
    lane.leave().await;
    eventually(async || storage.versions(&board).await.expect("available").len() == 2).await;
    let newest = &storage.versions(&board).await.expect("available")[0];
    assert_eq!((newest.name.as_deref(), newest.author.as_deref()), (None, None));
    assert_eq!(newest.people, [VersionPerson::default()], "who says no name is not passed over");
    let state = content(&*storage, &board, &newest.id).await;
    assert!(holds(&state, 7, 0) && holds(&state, 7, 1));
}

#[tokio::test(start_paused = true)]
async fn two_versions_are_compared_shape_by_shape() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let id = |number: u8| VersionId::from_random([number; VersionId::LENGTH]);
    let mut drawn = Board::new(ClientId::from_random(5));
    let shape =
        |number| Edit::Insert { id: ShapeId::from_random(number), shape: NewShape::new(Kind::Rectangle, vec![]) };
    for (number, edits) in
        [(1, vec![shape(1), shape(2)]), (2, vec![shape(3), Edit::Remove { id: ShapeId::from_random(1) }])]
    {
        drawn.apply(&edits);
        let bytes = Bytes::from(protocol::compress(&drawn.snapshot().0));
        let version = NewVersion { id: id(number), name: None, author: None, people: vec![], bytes };
        storage.save_version(&board, version).await.expect("available");
    }
    for (version, since, expected) in [(2, Some(1), (1, 0, 1)), (1, None, (2, 0, 0)), (2, Some(2), (0, 0, 0))] {
        let changes = Ask::Changes { version: id(version), since: since.map(id) };
        let counted = VersionChanges::decode(&ask(&connection, &board, changes).await.data).expect("an answer");
        assert_eq!((counted.added, counted.changed, counted.removed), expected, "{version} {since:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_named_version_holds_what_the_board_holds_now() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    edit(&mut lane, 1).await;
    let save = Ask::SaveVersion { name: "Draft".to_owned(), author: "Ann".to_owned() };
    let answer = ask(&connection, &board, save.clone()).await;
    let kept = KeptVersion::decode(&answer.data).expect("an answer");
    assert!(holds(&content(&*storage, &board, &kept.id).await, 7, 0));
    // Also of a board that nobody has open.
    let closed = new_board(&*storage, 2).await;
    let answer = ask(&connection, &closed, save).await;
    let kept = KeptVersion::decode(&answer.data).expect("an answer");
    let named = &storage.versions(&closed).await.expect("available")[0];
    assert_eq!((&named.id, named.name.as_deref(), named.author.as_deref()), (&kept.id, Some("Draft"), Some("Ann")));
}

#[tokio::test(start_paused = true)]
async fn a_board_in_the_bin_lets_everybody_go() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    edit(&mut lane, 1).await;
    storage.delete_board(&board).await.expect("available");
    ask(&connection, &board, Ask::Evict).await;
    lane.expect_end("deleted").await;
    Updates::wide(&connection, &board).expect_end("unknown-board").await;
    // One that is not open needs no closing.
    ask(&connection, &board, Ask::Evict).await;
    storage.restore_board(&board).await.expect("available");
    let state = Updates::wide(&connection, &board).join(2, Role::View).await;
    assert!(holds(&state, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_version_takes_the_place_of_a_snapshot_that_cannot_be_read() {
    let (storage, _, board) = started().await;
    let Acquired::Mine { epoch, .. } = take(&*storage, &board).await else { panic!("nobody has it") };
    let updates = vec![update(7, 0, 10), update(8, 0, 10)];
    let append = Append { board: board.clone(), epoch, expected_head_seq: 0, updates };
    storage.append(vec![append]).await.expect("available");
    let torn = Bytes::from_static(b"\xff\xff\xff\xff\xff torn");
    for (number, state) in [(1, update(7, 0, 10)), (2, torn.clone())] {
        let bytes = Bytes::from(protocol::compress(&state));
        let id = VersionId::from_random([number; VersionId::LENGTH]);
        let version = NewVersion { id, name: None, author: None, people: vec![], bytes };
        storage.save_version(&board, version).await.expect("available");
    }
    let snapshot = Snapshot { seq: 1, bytes: torn.clone() };
    storage.save_snapshot(&board, epoch, snapshot).await.expect("available");
    storage.leave_service(&other().service).await.expect("available");

    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let state = Updates::wide(&connection, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0) && holds(&state, 8, 0));
    let aside = storage.aside(&board).await.expect("available");
    assert_eq!(aside.iter().map(|aside| (aside.seq, &aside.bytes)).collect::<Vec<_>>(), [(Some(1), &torn)]);
}

#[tokio::test(start_paused = true)]
async fn opening_a_board_with_a_long_log_leaves_one_snapshot_and_a_short_tail() {
    let (storage, _, board) = started().await;
    let Acquired::Mine { epoch, .. } = take(&*storage, &board).await else { panic!("nobody has it") };
    let rows = SNAPSHOT_EVERY_UPDATES_AT_MOST + 1000;
    let updates = (0..rows).map(|clock| update(7, clock, 10)).collect();
    let append = Append { board: board.clone(), epoch, expected_head_seq: 0, updates };
    storage.append(vec![append]).await.expect("available");
    storage.leave_service(&other().service).await.expect("available");
    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let _lane = Updates::wide(&connection, &board);
    eventually(async || storage.load(&board).await.expect("available").updates.is_empty()).await;
    let stored = storage.load(&board).await.expect("available");
    assert_eq!(stored.snapshot.map(|snapshot| snapshot.seq), Some(rows));
}

/// Adds a row behind what a service has left, as another service.
async fn add_row(storage: &dyn Storage, board: &BoardId, head_seq: u64, row: Bytes) {
    let Acquired::Mine { epoch, .. } = take(storage, board).await else { panic!("nobody has it") };
    let append = Append { board: board.clone(), epoch, expected_head_seq: head_seq, updates: vec![row] };
    storage.append(vec![append]).await.expect("available");
    storage.leave_service(&other().service).await.expect("available");
}

#[tokio::test(start_paused = true)]
async fn a_long_board_is_stored_as_joins_are_sent_it_and_a_changed_byte_is_noticed() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    for seq in 1..=20 {
        lane.edit(1, seq, update(7, seq - 1, 16 * 1024)).await;
        lane.message().await;
        lane.message().await;
    }
    lane.leave().await;
    eventually(async || storage.load(&board).await.expect("available").updates.is_empty()).await;
    service.shutdown().await;
    let snapshot = storage.load(&board).await.expect("available").snapshot.expect("left behind");
    assert!(snapshot.bytes.len() < 16 * 1024, "{} bytes", snapshot.bytes.len());

    add_row(&*storage, &board, 20, update(8, 0, 10)).await;
    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    let state = lane.join(1, Role::View).await;
    assert!((0..20).all(|clock| holds(&state, 7, clock)) && holds(&state, 8, 0));
    lane.leave().await;
    eventually(async || storage.load(&board).await.expect("available").updates.is_empty()).await;
    service.shutdown().await;

    let Acquired::Mine { epoch, .. } = take(&*storage, &board).await else { panic!("nobody has it") };
    let mut torn = snapshot.bytes.to_vec();
    let middle = torn.len() / 2;
    torn[middle] ^= 1;
    let torn = Snapshot { seq: 21, bytes: torn.into() };
    storage.save_snapshot(&board, epoch, torn.clone()).await.expect("available");
    storage.leave_service(&other().service).await.expect("available");
    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    Updates::wide(&connection, &board).join(1, Role::View).await;
    let aside = storage.aside(&board).await.expect("available");
    assert_eq!(aside.iter().map(|aside| (aside.seq, &aside.bytes)).collect::<Vec<_>>(), [(Some(21), &torn.bytes)]);
}
