//! Boards change hands: by restart, crash, idleness, a lapsed lease, another owner.

use std::sync::Arc;
use std::time::Duration;

use protocol::edge::EdgeMessage;
use protocol::lane::Audience;
use protocol::{BoardId, ConnectionId, Role};
use rsocket::Connection;
use storage::{Acquired, Storage};

use crate::gateway::{Presence, Updates, connect, holds, update};
use crate::{eventually, start, started, take};

async fn write(connection: &Connection, board: &BoardId, seq: u64) -> Updates {
    let mut lane = Updates::wide(connection, board);
    lane.join(1, Role::Edit).await;
    lane.edit(1, seq, update(7, seq - 1, 10)).await;
    lane.message().await;
    lane.expect(Audience::One(ConnectionId(1)), &EdgeMessage::Ack { seq }).await;
    lane
}

#[tokio::test(start_paused = true)]
async fn a_service_that_leaves_stores_all_leaves_a_snapshot_and_frees_its_boards() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = write(&connection, &board, 1).await;
    service.shutdown().await;
    lane.expect_end("unavailable").await;
    let stored = storage.load(&board).await.expect("available");
    assert!(stored.updates.is_empty() && stored.snapshot.is_some_and(|snapshot| holds(&snapshot.bytes, 7, 0)));
    assert!(storage.services().await.expect("available").is_empty());
    assert!(service.ready().await.is_err());

    let next = start(storage).await;
    let state = Updates::wide(&connect(&next).await, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0));
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
