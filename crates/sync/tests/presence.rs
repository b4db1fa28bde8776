//! The rules of the presence lane, each test named by the rule of SPEC.md that it holds.

use bytes::Bytes;
use protocol::awareness::{self, AwarenessEntry};
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, PresenceDown, PresenceUp};
use protocol::limits::{PRESENCE_BATCH_BYTES, PRESENCE_TIMEOUT_MS};
use protocol::{ConnectionId, VisitToken};
use sync::{LaneId, Presence};

const LANE: LaneId = LaneId(1);
const OTHER: LaneId = LaneId(2);

fn says(presence: &mut Presence, now_ms: u64, lane: LaneId, connection: u64, client: u64, clock: u64, state: &str) {
    let update = awareness::encode(&[AwarenessEntry { client, clock, state: state.to_owned() }]);
    let message = PresenceUp::Awareness { connection: ConnectionId(connection), update: update.into() };
    presence.receive(now_ms, lane, message);
}

fn heard(batch: &[PresenceDown]) -> Vec<(Audience, u64, String)> {
    let mut all = Vec::new();
    for down in batch {
        if let Ok(EdgeMessage::Awareness(update)) = EdgeMessage::decode(&down.message) {
            for entry in awareness::decode(update, 10_000).expect("we encode well") {
                all.push((down.audience, entry.client, entry.state));
            }
        }
    }
    all
}

fn two_lanes() -> Presence {
    let mut presence = Presence::new();
    presence.open_lane(LANE);
    presence.open_lane(OTHER);
    presence
}

const EVERYONE: Audience = Audience::Everyone { except: None };

#[test]
fn pres_1_a_late_lane_gets_only_the_newest() {
    let mut presence = two_lanes();
    for clock in 1..=100 {
        says(&mut presence, 0, LANE, 1, 5, clock, &format!("{{\"n\":{clock}}}"));
        if clock == 50 {
            assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 5, "{\"n\":50}".to_owned())]);
        }
    }
    assert_eq!(heard(&presence.take_batch(OTHER)), [(EVERYONE, 5, "{\"n\":100}".to_owned())]);
    assert!(!presence.is_dirty(OTHER) && presence.is_dirty(LANE));
}

#[test]
fn pres_2_a_client_id_belongs_to_who_introduced_it() {
    let mut presence = two_lanes();
    says(&mut presence, 0, LANE, 1, 5, 1, "{\"a\":1}");
    says(&mut presence, 0, OTHER, 1, 5, 9, "{\"forged\":1}");
    says(&mut presence, 0, LANE, 2, 5, 9, "null");
    assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 5, "{\"a\":1}".to_owned())]);
    presence.receive(0, LANE, PresenceUp::Gone { connection: ConnectionId(1) });
    says(&mut presence, 0, OTHER, 1, 5, 2, "{\"b\":1}");
    assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 5, "{\"b\":1}".to_owned())]);
}

#[test]
fn pres_3_the_silent_and_the_gone_are_told_as_gone() {
    let mut presence = two_lanes();
    says(&mut presence, 0, LANE, 1, 5, 3, "{}");
    says(&mut presence, PRESENCE_TIMEOUT_MS, OTHER, 1, 6, 1, "{}");
    presence.take_batch(LANE);
    presence.expire(PRESENCE_TIMEOUT_MS + 1);
    assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 5, "null".to_owned())]);
    presence.close_lane(OTHER);
    assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 6, "null".to_owned())]);
    assert!(presence.take_batch(OTHER).is_empty());
}

#[test]
fn pres_4_awareness_is_echoed_drafts_are_not() {
    let mut presence = two_lanes();
    let message = Bytes::from(EdgeMessage::Draft { client: 5, bytes: b"drag" }.encode());
    let draft = PresenceUp::Draft { connection: ConnectionId(1), message: message.clone() };
    presence.receive(0, LANE, draft);
    let except = Some(ConnectionId(1));
    let to = |audience| vec![PresenceDown { audience, message: message.clone() }];
    assert_eq!(presence.take_batch(LANE), to(Audience::OurClients { except }));
    assert_eq!(presence.take_batch(OTHER), to(Audience::OurClients { except: None }));
}

#[test]
fn a_query_is_answered_with_everybody_at_once() {
    let mut presence = two_lanes();
    for client in 0..30 {
        says(&mut presence, 0, OTHER, client, client, 1, "{}");
    }
    presence.take_batch(LANE);
    presence.receive(0, LANE, PresenceUp::Query { connection: ConnectionId(9) });
    let batch = presence.take_batch(LANE);
    assert_eq!(batch.len(), 1);
    assert_eq!(heard(&batch).len(), 30);
    assert!(batch.iter().all(|down| down.audience == Audience::One(ConnectionId(9))));
}

#[test]
fn batches_are_bounded_and_lose_nobody() {
    let mut presence = two_lanes();
    let name = "x".repeat(8000);
    for client in 0..50 {
        says(&mut presence, 0, OTHER, client, client, 1, &format!("{{\"user\":{{\"name\":\"{name}\"}}}}"));
    }
    let mut clients = Vec::new();
    while presence.is_dirty(LANE) {
        let batch = presence.take_batch(LANE);
        let bytes: usize = batch.iter().map(|down| down.message.len()).sum();
        assert!(bytes <= PRESENCE_BATCH_BYTES + 16 * 1024, "{bytes}");
        clients.extend(heard(&batch).into_iter().map(|(_, client, _)| client));
    }
    assert_eq!(clients, (0..50).collect::<Vec<_>>());
}

#[test]
fn hostile_presence_is_ignored() {
    let mut presence = two_lanes();
    for update in [Bytes::from_static(&[0xff; 20]), Bytes::from(vec![1_u8; 100_000])] {
        presence.receive(0, LANE, PresenceUp::Awareness { connection: ConnectionId(1), update });
    }
    let message = Bytes::from(vec![0_u8; 1 << 20]);
    presence.receive(0, LANE, PresenceUp::Draft { connection: ConnectionId(1), message });
    says(&mut presence, 0, LaneId(77), 1, 5, 1, "{}");
    assert!(!presence.is_dirty(LANE));
}

#[test]
fn pres_5_a_visit_that_comes_back_takes_over_from_its_former_connection() {
    let mut presence = two_lanes();
    let visit =
        |connection, token| PresenceUp::Visit { connection: ConnectionId(connection), token: VisitToken(token) };
    presence.receive(0, LANE, visit(1, [1; 16]));
    presence.receive(0, LANE, visit(2, [2; 16]));
    says(&mut presence, 0, LANE, 1, 5, 1, "{\"a\":1}");
    says(&mut presence, 0, LANE, 2, 6, 1, "{\"b\":1}");
    presence.take_batch(LANE);
    presence.receive(1, OTHER, visit(9, [1; 16]));
    assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 5, "null".to_owned())]);
    says(&mut presence, 2, OTHER, 9, 5, 2, "{\"a\":2}");
    says(&mut presence, 2, LANE, 1, 5, 3, "{\"late\":1}");
    assert_eq!(heard(&presence.take_batch(LANE)), [(EVERYONE, 5, "{\"a\":2}".to_owned())]);
    presence.receive(3, LANE, PresenceUp::Gone { connection: ConnectionId(1) });
    assert!(!presence.is_dirty(LANE), "the former one's end changes nothing");
}
