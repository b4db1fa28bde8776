//! The presence lane: to everybody, at most 30 times a second, only with credit, always the newest.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use protocol::ConnectionId;
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::EdgeMessage;
use protocol::lane::{PresenceDown, PresenceUp};
use protocol::limits::PRESENCE_INTERVAL_MS;
use rsocket::{Payload, StreamError, Window};
use tokio::time::Instant;

use crate::gateway::{Presence, connect};
use crate::started;

fn says(connection: u64, clock: u64) -> PresenceUp {
    let entry = AwarenessEntry { client: connection, clock, state: format!("{{\"at\":{clock}}}") };
    PresenceUp::Awareness { connection: ConnectionId(connection), update: awareness::encode(&[entry]).into() }
}

/// The clocks that a batch tells, by client.
fn told(batch: &[PresenceDown]) -> Vec<(u64, u64)> {
    let mut told = Vec::new();
    for down in batch {
        if let Ok(EdgeMessage::Awareness(update)) = EdgeMessage::decode(&down.message) {
            let entries = awareness::decode(update, 100).expect("an awareness update");
            told.extend(entries.iter().map(|entry| (entry.client, entry.clock)));
        }
    }
    told
}

#[tokio::test(start_paused = true)]
async fn a_reader_gets_the_newest_when_it_has_credit_and_not_more_often_than_allowed() {
    let (_, service, board) = started().await;
    let (near, far) = (connect(&service).await, connect(&service).await);
    let mut writer = Presence::open(&near, &board, Window::of(2));
    let mut reader = Presence::open(&far, &board, Window::manual(1));
    writer.send(&says(1, 1)).await;
    assert_eq!(told(&reader.batch().await), [(1, 1)]);

    // No credit: a hundred changes wait as one.
    for clock in 2..=100 {
        writer.send(&says(1, clock)).await;
    }
    let waited = tokio::time::timeout(Duration::from_secs(1), reader.inbound.next()).await;
    assert!(waited.is_err(), "nothing comes without credit");
    reader.inbound.grant(1);
    assert_eq!(told(&reader.batch().await), [(1, 100)]);

    // With credit to spare: one batch per interval.
    reader.inbound.grant(1000);
    let (started, mut batches, mut clock) = (Instant::now(), 0_u64, 100);
    while clock < 200 {
        clock += 1;
        writer.send(&says(1, clock)).await;
        tokio::time::advance(Duration::from_millis(5)).await;
        while let Ok(Some(payload)) =
            tokio::time::timeout(Duration::ZERO, reader.inbound.next()).await.map(|next| next.map(Result::unwrap))
        {
            assert!(!PresenceDown::decode_batch(&payload.data).expect("a batch").is_empty());
            batches += 1;
        }
    }
    let passed_ms = u64::try_from(started.elapsed().as_millis()).expect("fits");
    assert!(batches > 1 && batches <= passed_ms / PRESENCE_INTERVAL_MS + 1, "{batches} batches in {passed_ms} ms");
}

#[tokio::test(start_paused = true)]
async fn people_go_with_their_lane() {
    let (_, service, board) = started().await;
    let (near, far) = (connect(&service).await, connect(&service).await);
    let mut writer = Presence::open(&near, &board, Window::of(2));
    let mut reader = Presence::open(&far, &board, Window::of(2));
    writer.send(&says(1, 1)).await;
    assert_eq!(told(&reader.batch().await), [(1, 1)]);
    near.close();
    let gone = reader.batch().await;
    let EdgeMessage::Awareness(update) = EdgeMessage::decode(&gone[0].message).expect("a message") else {
        panic!("expected awareness")
    };
    assert!(awareness::decode(update, 10).expect("an update").iter().all(AwarenessEntry::is_gone));
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_no_presence_end_their_lane() {
    let (_, service, board) = started().await;
    let connection = connect(&service).await;
    let too_large = says(1, 1).encode().iter().copied().chain([0; 17 * 1024]).collect::<Bytes>();
    for bad in [Bytes::from_static(b"\x63nonsense"), too_large] {
        let mut lane = Presence::open(&connection, &board, Window::of(2));
        lane.outbound.send(Payload::new(bad)).await.expect("open");
        let end = lane.inbound.next().await;
        assert_eq!(end, Some(Err(StreamError::Invalid { text: "malformed".to_owned() })));
    }
}
