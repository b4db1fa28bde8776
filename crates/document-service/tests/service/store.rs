//! A store that fails, loses answers, is slow, or holds what cannot be read.

use std::sync::Arc;

use bytes::Bytes;
use protocol::edge::{BoardStatus, EdgeMessage};
use protocol::lane::Audience;
use protocol::limits::SNAPSHOT_EVERY_UPDATES;
use protocol::{ConnectionId, Role};
use storage::{Acquired, Append, Storage};

use crate::gate::Gate;
use crate::gateway::{Updates, connect, holds, update};
use crate::{eventually, new_board, other, start, started, take};

const TO_AUTHOR: Audience = Audience::One(ConnectionId(1));
const BUT_AUTHOR: Audience = Audience::Everyone { except: Some(ConnectionId(1)) };
const OURS: Audience = Audience::OurClients { except: None };

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_edits_are_shown_unsaved_and_acknowledged_when_it_is_back() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;

    storage.set_available(false);
    lane.edit(1, 1, update(7, 0, 10)).await;
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::NotSaved)).await;
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(7, 0, 10))).await;
    lane.edit(1, 2, update(7, 1, 10)).await;
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(7, 1, 10))).await;

    storage.set_available(true);
    let (mut acknowledged, mut healthy) = (0, false);
    while acknowledged < 2 || !healthy {
        let (_, message) = lane.message().await;
        match EdgeMessage::decode(&message) {
            Ok(EdgeMessage::Ack { seq }) => acknowledged = seq,
            Ok(EdgeMessage::Status(status)) => healthy = status == BoardStatus::Healthy,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(storage.load(&board).await.expect("available").head_seq, 2);
}

#[tokio::test(start_paused = true)]
async fn a_commit_whose_answer_is_lost_is_stored_once() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    storage.set_answers_lost(true);
    lane.edit(1, 1, update(7, 0, 10)).await;
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::NotSaved)).await;
    storage.set_answers_lost(false);
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(7, 0, 10))).await;
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 1 }).await;
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::Healthy)).await;
    let stored = storage.load(&board).await.expect("available");
    assert_eq!((stored.updates.len(), stored.head_seq), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_board_with_nothing_to_save_says_so_too_once_the_lease_has_lapsed() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::View).await;
    storage.set_available(false);
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::NotSaved)).await;
    storage.set_available(true);
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::Healthy)).await;
    // It is still the service's own: the lapse was found, the fence checked and found whole.
    assert!(matches!(take(&*storage, &board).await, Acquired::HeldBy(_)));
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_makes_writers_wait_instead_of_filling_memory() {
    let storage = Arc::new(Gate::new());
    let board = new_board(&*storage, 1).await;
    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    // 96 MiB: far more than the windows, the inbox and what may be on its way to the store together.
    let edits = 96;
    let bytes = 1024 * 1024;
    let mut sent = 0;
    let writing = async {
        for clock in 0..edits {
            lane.edit(1, clock + 1, update(7, clock, bytes)).await;
            sent += 1;
        }
    };
    assert!(tokio::time::timeout(std::time::Duration::from_secs(60), writing).await.is_err());
    assert!(sent < 48, "{sent} MiB were taken in");
    storage.passes.add_permits(1000);
    eventually(async || storage.memory.load(&board).await.expect("available").head_seq >= sent - 8).await;
}

#[tokio::test(start_paused = true)]
async fn a_long_log_is_merged_into_a_snapshot_beside_the_edits() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    for seq in 1..=SNAPSHOT_EVERY_UPDATES {
        lane.edit(1, seq, update(7, seq - 1, 10)).await;
        lane.message().await;
        lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq }).await;
    }
    eventually(async || storage.load(&board).await.expect("available").snapshot.is_some()).await;
    let stored = storage.load(&board).await.expect("available");
    assert!(stored.is_whole() && stored.updates.is_empty());
    let snapshot = stored.snapshot.expect("seen above");
    assert!(holds(&snapshot.bytes, 7, 0) && holds(&snapshot.bytes, 7, SNAPSHOT_EVERY_UPDATES - 1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_set_aside_and_the_rest_opens() {
    let (storage, _, board) = started().await;
    let Acquired::Mine { epoch, .. } = take(&*storage, &board).await else { panic!("nobody has it") };
    let nonsense = Bytes::from_static(b"\xff\xff\xff\xff\xff nonsense");
    let updates = vec![update(7, 0, 10), nonsense.clone(), update(8, 0, 10)];
    let append = Append { board: board.clone(), epoch, expected_head_seq: 0, updates };
    storage.append(vec![append]).await.expect("available");
    storage.leave_service(&other().service).await.expect("available");

    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let state = Updates::wide(&connection, &board).join(1, Role::View).await;
    assert!(holds(&state, 7, 0) && holds(&state, 8, 0));
    let aside = storage.aside(&board).await.expect("available");
    assert_eq!(aside.iter().map(|aside| (aside.seq, &aside.bytes)).collect::<Vec<_>>(), [(Some(2), &nonsense)]);
}

#[tokio::test(start_paused = true)]
async fn a_board_that_took_processes_down_is_quarantined() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    for _ in 0..3 {
        storage.begin_load(&board).await.expect("available");
    }
    Updates::wide(&connection, &board).expect_end("quarantined").await;
}
