//! A store that fails, loses answers, is slow, or holds what cannot be read.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use document_service::DocumentService;
use protocol::edge::{BoardStatus, EdgeMessage};
use protocol::lane::{Audience, UpdatesUp};
use protocol::limits::{MAX_PROVISIONAL_BYTES, SNAPSHOT_EVERY_UPDATES};
use protocol::{BoardId, ConnectionId, Role};
use rsocket::Connection;
use storage::{Acquired, Append, Storage};
use tokio::time::Instant;

use crate::gate::Gate;
use crate::gateway::{Updates, connect, holds, update};
use crate::{eventually, new_board, other, start, started, take};

const TO_AUTHOR: Audience = Audience::One(ConnectionId(1));
const BUT_AUTHOR: Audience = Audience::Everyone { except: Some(ConnectionId(1)) };
const MEBIBYTE: usize = 1024 * 1024;
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

/// A shut gate, a board behind it, and a lane with one writer.
async fn gated() -> (Arc<Gate>, BoardId, Updates, (Connection, Arc<DocumentService>)) {
    let storage = Arc::new(Gate::new());
    let board = new_board(&*storage, 1).await;
    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    (storage, board, lane, (connection, service))
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_makes_writers_wait_instead_of_filling_memory() {
    let (storage, board, mut lane, _kept) = gated().await;
    // Slow, but it answers: an append each half second.
    let gate = storage.clone();
    let passing = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            gate.passes.add_permits(1);
        }
    });
    // Far more than the windows, the inbox and what may be on its way to the store together.
    let mut sent: u64 = 0;
    let writing = async {
        for clock in 0..200 {
            lane.edit(1, clock + 1, update(7, clock, MEBIBYTE)).await;
            sent += 1;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(2), writing).await.is_err());
    assert!(sent < 96, "{sent} MiB were taken in");
    passing.abort();
    storage.passes.add_permits(1000);
    eventually(async || storage.memory.load(&board).await.expect("available").head_seq >= sent - 8).await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_told_within_a_second() {
    let (storage, board, mut lane, _kept) = gated().await;
    let asked = Instant::now();
    lane.edit(1, 1, update(7, 0, 10)).await;
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::NotSaved)).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(7, 0, 10))).await;
    assert_eq!(storage.memory.load(&board).await.expect("available").head_seq, 0);
    storage.passes.add_permits(10);
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 1 }).await;
    lane.expect(OURS, &EdgeMessage::Status(BoardStatus::Healthy)).await;
}

/// Writes a mebibyte at a time until the board says that it takes no more; gives how many it has taken: those that it
/// has shown. At least one more was sent, and ignored.
async fn fill(lane: &mut Updates, author: u64) -> u64 {
    let mut shown = 0;
    loop {
        lane.edit(author, shown + 1, update(author, shown, MEBIBYTE)).await;
        loop {
            let (_, message) = lane.message().await;
            match EdgeMessage::decode(&message) {
                Ok(EdgeMessage::Status(BoardStatus::ReadOnly)) => {
                    // A relayed message comes back when what was sent before it has been dealt with.
                    let (connection, relayed) =
                        (ConnectionId(author), EdgeMessage::Selection { client: 1, bytes: b"s" });
                    lane.send(&UpdatesUp::Relay { connection, message: relayed.encode().into() }).await;
                    lane.expect(Audience::OurClients { except: Some(connection) }, &relayed).await;
                    return shown;
                }
                Ok(EdgeMessage::SyncUpdate(_)) => {
                    shown += 1;
                    break;
                }
                Ok(EdgeMessage::Status(BoardStatus::NotSaved)) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn past_its_bound_a_board_is_read_only_and_on_return_everything_is_stored_in_order() {
    let (storage, board, mut lane, _kept) = gated().await;
    let taken = fill(&mut lane, 1).await;
    assert_eq!(taken, (MAX_PROVISIONAL_BYTES / MEBIBYTE) as u64);
    storage.passes.add_permits(1000);
    let mut healthy = false;
    while !healthy {
        let (_, message) = lane.message().await;
        healthy = EdgeMessage::decode(&message) == Ok(EdgeMessage::Status(BoardStatus::Healthy));
    }
    let stored = storage.memory.load(&board).await.expect("available");
    assert_eq!(stored.head_seq, taken);
    // The one that was ignored is taken when it comes again.
    lane.edit(1, taken + 1, update(1, taken, 10)).await;
    eventually(async || storage.memory.load(&board).await.expect("available").head_seq == taken + 1).await;
}

#[tokio::test(start_paused = true)]
async fn all_boards_together_have_a_bound_too() {
    let (storage, _, mut first, (connection, _service)) = gated().await;
    first.edit(1, 1, update(1, 0, 10)).await;
    first.expect(OURS, &EdgeMessage::Status(BoardStatus::NotSaved)).await;
    let (mut total, mut lanes) = (0, Vec::new());
    let bound = 256 * MEBIBYTE as u64;
    for number in 2..20 {
        let board = new_board(&*storage, number).await;
        let mut lane = Updates::wide(&connection, &board);
        lane.join(number.into(), Role::Edit).await;
        let taken = fill(&mut lane, number.into()).await;
        total += taken * MEBIBYTE as u64;
        lanes.push(lane);
        if taken < (MAX_PROVISIONAL_BYTES / MEBIBYTE) as u64 {
            break;
        }
    }
    assert!((bound..bound + 2 * MEBIBYTE as u64).contains(&total), "{total}");
    // The first board, far from its own bound, is told as well.
    first.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(1, 0, 10))).await;
    first.expect(OURS, &EdgeMessage::Status(BoardStatus::ReadOnly)).await;
    storage.passes.add_permits(10_000);
    for lane in lanes.iter_mut().chain([&mut first]) {
        let mut healthy = false;
        while !healthy {
            let (_, message) = lane.message().await;
            healthy = EdgeMessage::decode(&message) == Ok(EdgeMessage::Status(BoardStatus::Healthy));
        }
    }
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
