//! Boards change hands: by restart, crash, idleness, a lapsed lease, another owner.

use std::sync::Arc;
use std::time::Duration;

use document_service::{DocumentService, ServiceOptions};
use protocol::edge::EdgeMessage;
use protocol::lane::Audience;
use protocol::{BoardId, ConnectionId, Role};
use rsocket::{ConnectError, Connection, Connector};
use storage::{Acquired, Archive, Storage};

use crate::gate::Gate;
use crate::gateway::{Presence, Updates, connect, holds, update};
use crate::{eventually, new_board, start, started, take};

async fn write(connection: &Connection, board: &BoardId, seq: u64) -> Updates {
    let mut lane = Updates::wide(connection, board);
    lane.join(1, Role::Edit).await;
    lane.edit(1, seq, update(7, seq - 1, 10)).await;
    lane.message().await;
    lane.expect(Audience::One(ConnectionId(1)), &EdgeMessage::Ack { seq }).await;
    lane
}

#[tokio::test(start_paused = true)]
async fn a_service_that_leaves_stores_all_and_frees_its_boards() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = write(&connection, &board, 1).await;
    service.shutdown().await;
    lane.expect_end("unavailable").await;
    let stored = storage.load(&board).await.expect("available");
    assert!(stored.updates.iter().any(|row| holds(&row.bytes, 7, 0)));
    assert!(storage.services().await.expect("available").is_empty());
    assert!(service.ready().await.is_err());

    let next = start(storage).await;
    let state = Updates::wide(&connect(&next).await, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_leaves_keeps_a_version_of_what_changed_once_the_board_is_free() {
    let gate = Arc::new(Gate::new());
    gate.passes.add_permits(1);
    let (board, unchanged) = (new_board(&*gate, 1).await, new_board(&*gate, 2).await);
    let service = start(gate.clone()).await;
    let connection = connect(&service).await;
    let mut lane = write(&connection, &board, 1).await;
    Updates::wide(&connection, &unchanged).join(2, Role::Edit).await;
    assert!(gate.versions(&board).await.expect("available").is_empty());
    gate.version_passes.forget_permits(1000);
    let leaving = tokio::spawn(async move { service.shutdown().await });
    lane.expect_end("unavailable").await;
    assert!(matches!(take(&*gate, &board).await, Acquired::Mine { .. }), "the hand-over waits for no version");
    assert!(!leaving.is_finished());
    gate.version_passes.add_permits(1);
    leaving.await.expect("no panic");
    let kept = gate.versions(&board).await.expect("available");
    assert_eq!(kept.len(), 1);
    let (_, content) = gate.version(&board, &kept[0].id).await.expect("available").expect("it is kept");
    assert!(holds(&protocol::decompress(&content, 1 << 20).expect("versions are compressed"), 7, 0));
    assert!(gate.versions(&unchanged).await.expect("available").is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let lane = write(&connection, &board, 1).await;
    let crashed = Arc::downgrade(&service);
    drop((lane, service));
    connection.close();
    eventually(async || crashed.strong_count() == 0).await;

    let next = start(storage).await;
    let state = Updates::wide(&connect(&next).await, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_board_that_nobody_has_open_is_given_up_and_opens_again() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let presence = Presence::open(&connection, &board, rsocket::Window::of(2));
    write(&connection, &board, 1).await.leave().await;
    let given_up = async || matches!(take(&*storage, &board).await, Acquired::Mine { .. });
    let waited = tokio::time::timeout(Duration::from_secs(50), eventually(given_up)).await;
    assert!(waited.is_err(), "somebody is still there");
    drop(presence);
    eventually(given_up).await;
    let stored = storage.load(&board).await.expect("available");
    assert!(stored.updates.is_empty() && stored.snapshot.is_some());

    Updates::wide(&connection, &board).expect_end("owner=two.test:7070").await;
    storage.leave_service(&crate::other().service).await.expect("available");
    let state = Updates::wide(&connection, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_fenced_room_closes_its_lanes_and_names_the_new_owner() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = write(&connection, &board, 1).await;
    storage.leave_service(service.id()).await.expect("available");
    assert!(matches!(take(&*storage, &board).await, Acquired::Mine { .. }));

    lane.edit(1, 2, update(7, 1, 10)).await;
    lane.expect_end("unavailable").await;
    assert_eq!(storage.load(&board).await.expect("available").head_seq, 1);
    Updates::wide(&connection, &board).expect_end("owner=two.test:7070").await;
}

#[tokio::test(start_paused = true)]
async fn a_lapse_closes_the_boards_that_were_taken_and_leaves_the_others_alone() {
    let (storage, service, board) = started().await;
    let kept = crate::new_board(&*storage, 2).await;
    let connection = connect(&service).await;
    let mut lane = write(&connection, &board, 1).await;
    let mut kept_lane = write(&connection, &kept, 1).await;
    storage.leave_service(service.id()).await.expect("available");
    assert!(matches!(take(&*storage, &board).await, Acquired::Mine { .. }));

    // Nothing is written: the next renewal finds out.
    lane.expect_end("unavailable").await;
    kept_lane.edit(1, 2, update(7, 1, 10)).await;
    kept_lane.message().await;
    kept_lane.expect(Audience::One(ConnectionId(1)), &EdgeMessage::Ack { seq: 2 }).await;
}

/// Reaches one other service of the same process, by whatever address.
struct ToOther(Arc<DocumentService>);

#[async_trait::async_trait]
impl Connector for ToOther {
    async fn connect(&self, _: &str) -> Result<Connection, ConnectError> {
        Ok(connect(&self.0).await)
    }
}

#[tokio::test(start_paused = true)]
async fn a_fenced_board_hands_what_is_unsaved_to_its_new_owner() {
    let storage = Arc::new(Gate::new());
    let board = crate::new_board(&*storage, 1).await;
    let other = DocumentService::start(ServiceOptions::at("two.test:7070"), storage.clone()).await;
    let other = Arc::new(other.expect("the store answers"));
    let options = ServiceOptions::at("one.test:7070").among(Arc::new(ToOther(other.clone())));
    let service = Arc::new(DocumentService::start(options, storage.clone()).await.expect("the store answers"));
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    // On its way to the store, which does not take it: nobody is told anything.
    lane.edit(1, 1, update(7, 0, 10)).await;
    lane.edit(1, 2, update(7, 1, 10)).await;
    eventually(async || !storage.rows().is_empty()).await;

    storage.leave_service(service.id()).await.expect("available");
    let there = connect(&other).await;
    let mut watching = Updates::wide(&there, &board);
    watching.join(1, Role::View).await;
    drop(lane);
    connection.close();
    storage.passes.add_permits(100);
    // Edits of one moment may have become one update.
    let mut given = Vec::new();
    while !(holds(&given, 7, 0) && holds(&given, 7, 1)) {
        let (audience, message) = watching.message().await;
        assert_eq!(audience, Audience::Everyone { except: None });
        given.extend_from_slice(&message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_is_served_until_it_is_free_and_then_opens_elsewhere_at_once() {
    let (storage, service, board) = started().await;
    let next = Arc::new(
        DocumentService::start(ServiceOptions::at("two.test:7070"), storage.clone()).await.expect("the store answers"),
    );
    let connection = connect(&service).await;
    let mut lane = write(&connection, &board, 1).await;
    let leaving = tokio::spawn(async move { service.shutdown().await });
    // The lane ends only when the board is free.
    lane.expect_end("unavailable").await;
    let state = Updates::wide(&connect(&next).await, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0));
    leaving.await.expect("it leaves");
}
