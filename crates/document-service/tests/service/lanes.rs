//! Lanes: opened, refused, bounded by credit, closed when they are hostile or too slow.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use document_service::ClusterSecret;
use futures_util::StreamExt;
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, LaneOpen, PRESENCE_ROUTE, UPDATES_ROUTE, UpdatesUp};
use protocol::limits::{LANE_BACKLOG_BYTES, LANE_WINDOW_PARTS, MAX_MESSAGE_BYTES};
use protocol::{BoardId, ConnectionId, Role};
use rsocket::{CloseReason, Connection, ConnectionOptions, Deaf, ErrorCode, Payload, StreamError, Window};
use storage::Storage;
use tokio::net::TcpListener;

use crate::gateway::{Updates, close, connect, holds, opening, update};
use crate::started;

/// What a channel with this first payload is refused with.
async fn refusal(connection: &Connection, first: Payload) -> StreamError {
    let (_outbound, mut inbound) = connection.request_channel(first, Window::of(1)).expect("open");
    match inbound.next().await {
        Some(Err(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn openings_that_make_no_sense_are_refused_by_name() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let open = LaneOpen::new(board.clone(), 1);
    let older = LaneOpen { protocol: open.protocol + 1, ..open.clone() };
    let unknown = LaneOpen::new(BoardId::from_random([5; 20]), 1);
    let rejected = |text: &str| StreamError::Rejected { text: text.to_owned() };
    let invalid = |text: &str| StreamError::Invalid { text: text.to_owned() };
    for (first, expected) in [
        (opening(UPDATES_ROUTE, &unknown), rejected("unknown-board")),
        (opening(PRESENCE_ROUTE, &unknown), rejected("unknown-board")),
        (opening(UPDATES_ROUTE, &older), invalid("outdated")),
        (opening("board.nonsense", &open), invalid("malformed")),
        (Payload::new(open.encode()), invalid("malformed")),
        (Payload { data: Bytes::from_static(b"nonsense"), ..opening(UPDATES_ROUTE, &open) }, invalid("malformed")),
    ] {
        assert_eq!(refusal(&connection, first).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_message_end_their_lane_and_no_other() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut good = Updates::wide(&connection, &board);
    good.join(1, Role::Edit).await;
    for bad in [&b""[..], b"\x02flag", b"\x00\x63unknown type", b"\x00\x02"] {
        let mut lane = Updates::wide(&connection, &board);
        lane.join(1, Role::Edit).await;
        lane.outbound.send(Payload::new(Bytes::copy_from_slice(bad))).await.expect("open");
        lane.expect_end("malformed").await;
    }
    good.edit(1, 1, update(7, 0, 10)).await;
    good.message().await;
    good.expect(Audience::One(ConnectionId(1)), &EdgeMessage::Ack { seq: 1 }).await;
}

#[tokio::test(start_paused = true)]
async fn the_service_grants_its_window_and_takes_no_message_over_the_limit() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    assert!(lane.outbound.credit() <= u64::from(LANE_WINDOW_PARTS));
    let message = Bytes::from(vec![0; 2 * MAX_MESSAGE_BYTES]);
    for part in protocol::lane::pack(&[message]) {
        if lane.outbound.send(Payload::new(part)).await.is_err() {
            break;
        }
    }
    lane.expect_end("malformed").await;
}

#[tokio::test(start_paused = true)]
async fn a_lane_gets_as_many_parts_as_it_has_granted() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut writer = Updates::wide(&connection, &board);
    writer.join(1, Role::Edit).await;
    let mut reader = Updates::open(&connection, &board, Window::manual(2));
    reader.join(1, Role::View).await;
    for seq in 1..=3 {
        writer.edit(1, seq, update(7, seq - 1, 10)).await;
        writer.message().await;
        writer.expect(Audience::One(ConnectionId(1)), &EdgeMessage::Ack { seq }).await;
    }
    // One of the two credits went on the join.
    reader.message().await;
    let waited = tokio::time::timeout(Duration::from_secs(60), reader.inbound.next()).await;
    assert!(waited.is_err(), "nothing comes without credit");
    reader.inbound.grant(2);
    for clock in 1..3 {
        reader.expect(Audience::Everyone { except: None }, &EdgeMessage::SyncUpdate(&update(7, clock, 10))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_takes_nothing_is_closed_when_its_backlog_is_full_and_others_go_on() {
    let (_, service, board) = started().await;
    let (fast, slow) = (connect(&service).await, connect(&service).await);
    let mut writer = Updates::wide(&fast, &board);
    writer.join(1, Role::Edit).await;
    let mut stuck = Updates::open(&slow, &board, Window::manual(1));
    stuck.join(1, Role::View).await;

    let message = Bytes::from(vec![0; MAX_MESSAGE_BYTES]);
    let relay = UpdatesUp::Relay { connection: ConnectionId(1), message };
    for _ in 0..LANE_BACKLOG_BYTES / MAX_MESSAGE_BYTES {
        writer.send(&relay).await;
        writer.message().await;
    }
    stuck.expect_end("resync").await;
    let mut again = Updates::wide(&slow, &board);
    again.join(1, Role::View).await;
}

#[tokio::test(start_paused = true)]
async fn many_joins_at_once_do_not_fill_a_lanes_backlog() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut writer = Updates::wide(&connection, &board);
    writer.join(1, Role::Edit).await;
    let bytes = 7 * 1024 * 1024;
    for seq in 1..=2 {
        // Text that does not compress.
        writer.edit(1, seq, noise(7, seq - 1, bytes)).await;
        writer.message().await;
        writer.message().await;
    }
    // Twelve joins are answered with 168 MiB; a lane's backlog holds 64.
    let mut crowd = Updates::wide(&connection, &board);
    for connection in 1..=12 {
        let connection = ConnectionId(connection);
        let dialect = protocol::lane::Dialect::Stock;
        crowd.send(&UpdatesUp::Join { connection, role: Role::View, dialect, state_vector: Bytes::new() }).await;
        crowd.send(&UpdatesUp::StateRequest { connection, state_vector: Bytes::from_static(&[0]) }).await;
    }
    for connection in 1..=12 {
        let (audience, message) = crowd.message().await;
        assert_eq!(audience, Audience::One(ConnectionId(connection)));
        assert!(message.len() > 2 * bytes);
    }
}

/// As [`update`], with text that is all different.
fn noise(client: u64, clock: u64, bytes: usize) -> Bytes {
    let plain = update(client, clock, bytes);
    let mut noisy = plain.to_vec();
    let mut state = 1_u32;
    for byte in noisy.iter_mut().filter(|byte| **byte == b'x') {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = b' ' + ((state >> 24) as u8 & 63);
    }
    noisy.into()
}

#[tokio::test]
async fn over_tcp_only_the_secret_opens_the_service() {
    let (_, service, board) = started().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("bound");
    let secret = ClusterSecret::new("correct horse").expect("not empty");
    let serving = tokio::spawn({
        let (service, secret) = (service.clone(), secret.clone());
        async move { service.serve_tcp(listener, secret, None).await }
    });
    let connect_with = async |secret: &ClusterSecret| {
        let setup = Payload::default().with_metadata(secret.setup_metadata());
        let options = ConnectionOptions { setup, ..ConnectionOptions::default() };
        let link = rsocket::tcp::TcpLink::connect(address).await.expect("the service listens");
        rsocket::connect(link, options, Arc::new(Deaf)).await.expect("the socket is open")
    };

    let wrong = connect_with(&ClusterSecret::new("correct house").expect("not empty")).await;
    let reason = wrong.closed().await;
    assert!(matches!(reason, CloseReason::Peer { code: ErrorCode::REJECTED_SETUP, .. }), "{reason:?}");

    let right = connect_with(&secret).await;
    let mut lane = Updates::wide(&right, &board);
    lane.join(1, Role::Edit).await;
    service.shutdown().await;
    lane.expect_end("unavailable").await;
    serving.await.expect("it returns when the service leaves");
    let _ = right.closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_opens_while_the_store_is_away_is_refused_and_opens_later() {
    let (storage, service, board) = started().await;
    let connection = connect(&service).await;
    storage.set_available(false);
    Updates::wide(&connection, &board).expect_end("unavailable").await;
    storage.set_available(true);
    Updates::wide(&connection, &board).join(1, Role::View).await;
    assert!(storage.load(&board).await.expect("available").updates.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_board_too_large_for_one_message_refuses_a_stock_client_and_nobody_else() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let mut lane = Updates::wide(&connection, &board);
    lane.join(1, Role::Edit).await;
    for seq in 1..=2 {
        lane.edit(1, seq, noise(7, seq - 1, 9 * 1024 * 1024)).await;
        lane.message().await;
        lane.message().await;
    }
    let (stock, dialect) = (ConnectionId(2), protocol::lane::Dialect::Stock);
    lane.send(&UpdatesUp::Join { connection: stock, role: Role::View, dialect, state_vector: Bytes::new() }).await;
    lane.send(&UpdatesUp::StateRequest { connection: stock, state_vector: Bytes::from_static(&[0]) }).await;
    assert_eq!(lane.next().await, Ok(close(2, protocol::ErrorCode::TooLarge)));
    // Ours takes the same board in chunks.
    assert!(holds(&lane.join(3, Role::View).await, 7, 1));
}
