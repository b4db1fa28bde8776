//! Edits: stored, then acknowledged and shown; refused where they must be.

use protocol::edge::EdgeMessage;
use protocol::lane::Audience;
use protocol::limits::LANE_PART_BYTES;
use protocol::{ConnectionId, ErrorCode, Role};
use storage::Storage;

use crate::gate::Gate;
use crate::gateway::{Updates, close, connect, holds, update};
use crate::{eventually, new_board, start, started};

const TO_AUTHOR: Audience = Audience::One(ConnectionId(1));
const BUT_AUTHOR: Audience = Audience::Everyone { except: Some(ConnectionId(1)) };
const EVERYONE: Audience = Audience::Everyone { except: None };

#[tokio::test(start_paused = true)]
async fn an_edit_is_shown_to_all_but_its_author_and_acknowledged() {
    let (storage, service, board) = started().await;
    let (near, far) = (connect(&service).await, connect(&service).await);
    let (mut here, mut there) = (Updates::wide(&near, &board), Updates::wide(&far, &board));
    here.join(1, Role::Edit).await;
    here.join(2, Role::View).await;
    there.join(1, Role::Owner).await;

    let edit = update(7, 0, 10);
    here.edit(1, 5, edit.clone()).await;

    here.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&edit)).await;
    here.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 5 }).await;
    there.expect(EVERYONE, &EdgeMessage::SyncUpdate(&edit)).await;
    let stored = storage.load(&board).await.expect("the store answers");
    assert_eq!(stored.updates.iter().map(|row| &row.bytes).collect::<Vec<_>>(), [&edit]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_shown_or_acknowledged_before_it_is_stored_and_the_next_commit_gathers_meanwhile() {
    let storage = std::sync::Arc::new(Gate::new());
    let board = new_board(&*storage, 1).await;
    let other_board = new_board(&*storage, 2).await;
    let service = start(storage.clone()).await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    let mut other_lane = Updates::wide(&connection, &other_board);
    lane.join(1, Role::Edit).await;
    other_lane.join(1, Role::Edit).await;

    lane.edit(1, 1, update(7, 0, 10)).await;
    eventually(async || storage.rows() == [1]).await;
    for seq in 2..=4 {
        lane.edit(1, seq, update(7, seq - 1, 10)).await;
    }
    other_lane.edit(1, 1, update(8, 0, 10)).await;
    // A relayed message waits for nothing, so that what came before it would be seen before it.
    let relayed = EdgeMessage::Selection { client: 7, bytes: b"selected" };
    for lane in [&mut lane, &mut other_lane] {
        let message = relayed.encode().into();
        lane.send(&protocol::lane::UpdatesUp::Relay { connection: ConnectionId(1), message }).await;
        lane.expect(Audience::OurClients { except: Some(ConnectionId(1)) }, &relayed).await;
    }

    storage.passes.add_permits(1);
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(7, 0, 10))).await;
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 1 }).await;
    storage.passes.add_permits(1);
    let (audience, gathered) = lane.message().await;
    assert!(audience == BUT_AUTHOR && (1..4).all(|clock| holds(&gathered, 7, clock)));
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 4 }).await;
    other_lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(8, 0, 10))).await;
    other_lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 1 }).await;
    assert_eq!(storage.rows(), [1, 2], "the second commit holds what the first kept waiting, a row for each board");
}

#[tokio::test(start_paused = true)]
async fn a_large_edit_goes_up_and_down_in_parts() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    let edit = update(7, 0, 5 * LANE_PART_BYTES);
    lane.edit(1, 1, edit.clone()).await;
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&edit)).await;
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 1 }).await;
    let state = lane.join(2, Role::View).await;
    assert!(holds(&state, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_view_link_cannot_write_and_nonsense_closes_its_sender_only() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    lane.join(2, Role::View).await;
    lane.join(3, Role::Edit).await;

    lane.edit(2, 1, update(8, 0, 10)).await;
    assert_eq!(lane.next().await, Ok(close(2, ErrorCode::Forbidden)));
    lane.edit(3, 1, bytes::Bytes::from_static(b"\xff\xff\xff\xff\xff nonsense")).await;
    assert_eq!(lane.next().await, Ok(close(3, ErrorCode::Malformed)));

    lane.edit(1, 1, update(7, 0, 10)).await;
    lane.expect(BUT_AUTHOR, &EdgeMessage::SyncUpdate(&update(7, 0, 10))).await;
    lane.expect(TO_AUTHOR, &EdgeMessage::Ack { seq: 1 }).await;
    assert!(!holds(&lane.join(4, Role::View).await, 8, 0));
}
