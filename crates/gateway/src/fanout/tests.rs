//! A fan-out to three browsers, of which one is a stock client.

use proptest::prelude::*;

use super::*;

const ALICE: ConnectionId = ConnectionId(1);
const BOB: ConnectionId = ConnectionId(2);
const STOCK: ConnectionId = ConnectionId(3);

fn board_of_three() -> Fanout {
    let mut fanout = Fanout::with_rings(Ring::new(100, 8), Ring::new(100, 4));
    fanout.join(ALICE, Dialect::Boardwalk);
    fanout.join(BOB, Dialect::Boardwalk);
    fanout.join(STOCK, Dialect::Stock);
    fanout
}

fn rest(fanout: &mut Fanout, connection: ConnectionId) -> String {
    let mut text = String::new();
    loop {
        match fanout.next(connection) {
            Next::Message(message) => text.push_str(std::str::from_utf8(&message).expect("test messages are text")),
            Next::Close(code) => return format!("{text}!{}", code.id()),
            Next::Nothing => return text,
        }
    }
}

#[test]
fn each_gets_what_is_meant_for_it() {
    let everyone = Audience::Everyone { except: None };
    let ours = Audience::OurClients { except: None };
    for (audience, alice, bob, stock) in [
        (everyone, "x", "x", "x"),
        (Audience::Everyone { except: Some(ALICE) }, "", "x", "x"),
        (ours, "x", "x", ""),
        (Audience::OurClients { except: Some(BOB) }, "x", "", ""),
        (Audience::One(STOCK), "", "", "x"),
        (Audience::One(ConnectionId(99)), "", "", ""),
    ] {
        let mut updates = board_of_three();
        updates.push(audience, Bytes::from_static(b"x"));
        let mut presence = board_of_three();
        presence.push_presence(audience, Bytes::from_static(b"x"));
        for fanout in [&mut updates, &mut presence] {
            let got = [ALICE, BOB, STOCK].map(|connection| rest(fanout, connection));
            assert_eq!(got, [alice, bob, stock], "{audience:?}");
        }
    }
}

#[test]
fn what_is_for_one_alone_keeps_its_place_among_what_is_for_all() {
    let mut fanout = board_of_three();
    let everyone = Audience::Everyone { except: None };
    for (audience, text) in [(everyone, "a"), (Audience::One(BOB), "b"), (everyone, "c"), (Audience::One(BOB), "d")] {
        fanout.push(audience, Bytes::from_static(text.as_bytes()));
    }
    fanout.push_presence(everyone, Bytes::from_static(b"p"));
    fanout.close(BOB, ErrorCode::TooLarge);
    fanout.push(everyone, Bytes::from_static(b"e"));
    assert_eq!(rest(&mut fanout, BOB), "abcd!too-large");
    assert_eq!(rest(&mut fanout, ALICE), "acep");
}

#[test]
fn who_falls_off_the_ring_joins_again_and_nobody_else_notices() {
    let mut fanout = board_of_three();
    for _ in 0..9 {
        fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"x"));
        assert_eq!(rest(&mut fanout, ALICE), "x");
        assert_eq!(rest(&mut fanout, STOCK), "x");
    }
    assert_eq!(rest(&mut fanout, BOB), "!resync");
}

#[test]
fn nothing_is_kept_for_who_has_fallen_off() {
    let mut fanout = board_of_three();
    let everyone = Audience::Everyone { except: None };
    fanout.push(Audience::One(BOB), Bytes::from_static(b"b"));
    for _ in 0..9 {
        fanout.push(everyone, Bytes::from_static(b"x"));
    }
    assert_eq!(rest(&mut fanout, ALICE), "!resync");
    fanout.leave(ALICE);
    fanout.join(ALICE, Dialect::Boardwalk);
    fanout.push(Audience::One(BOB), Bytes::from_static(b"b"));
    fanout.push(everyone, Bytes::from_static(b"y"));
    fanout.push_presence(everyone, Bytes::from_static(b"p"));
    assert_eq!((rest(&mut fanout, ALICE).as_str(), fanout.behind), ("yp", 0));
    for ring in [&fanout.updates, &fanout.presence] {
        assert_eq!(ring.start(), ring.end(), "a ring holds something that nobody will take");
    }
    assert!(fanout.places[&BOB].direct.is_empty());
    assert_eq!(rest(&mut fanout, BOB), "!resync");
}

#[test]
fn what_waits_does_not_keep_alive_what_it_came_with() {
    let everyone = Audience::Everyone { except: None };
    let mut fanout = board_of_three();
    let batch = Arc::new([b'x'; 1000]);
    let came_in = || Bytes::from_owner(Shared(batch.clone())).slice(10..20);
    fanout.push(everyone, came_in());
    fanout.push(Audience::One(BOB), came_in());
    fanout.push_presence(everyone, came_in());
    assert_eq!(Arc::strong_count(&batch), 1);
    assert_eq!(rest(&mut fanout, BOB), "x".repeat(30));
}

/// What was read from a connection at once.
struct Shared(Arc<[u8; 1000]>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0[..]
    }
}

#[test]
fn who_brings_more_than_a_ring_holds_is_not_late() {
    let mut fanout = board_of_three();
    for _ in 0..50 {
        fanout.push(Audience::Everyone { except: Some(ALICE) }, Bytes::from_static(b"x"));
        assert_eq!([rest(&mut fanout, BOB), rest(&mut fanout, STOCK)], ["x", "x"]);
    }
    fanout.push(Audience::One(ALICE), Bytes::from_static(b"saved"));
    fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"y"));
    assert_eq!(rest(&mut fanout, ALICE), "savedy");
}

#[test]
fn who_lags_in_presence_skips_to_the_newest() {
    let mut fanout = board_of_three();
    for text in ["1", "2", "3", "4", "5", "6"] {
        fanout.push_presence(Audience::Everyone { except: None }, Bytes::from_static(text.as_bytes()));
    }
    assert_eq!(rest(&mut fanout, ALICE), "3456");
}

#[test]
fn a_queue_for_one_alone_is_bounded() {
    let mut fanout = board_of_three();
    let large = Bytes::from(vec![b'x'; DIRECT_QUEUE_BYTES / 2 + 1]);
    for _ in 0..4 {
        fanout.push(Audience::One(BOB), large.clone());
    }
    assert_eq!((fanout.places[&BOB].direct.len(), fanout.places[&BOB].direct_bytes), (0, 0));
    assert_eq!(rest(&mut fanout, BOB), "!resync");
}

#[test]
fn when_the_board_moves_ours_join_again_after_what_came_before_and_stock_clients_come_back() {
    let mut fanout = board_of_three();
    fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"x"));
    fanout.rejoin();
    fanout.push(Audience::Everyone { except: None }, Bytes::from_static(b"y"));
    let rejoin = String::from_utf8(EdgeMessage::Rejoin.encode()).expect("small numbers are text");
    assert_eq!(rest(&mut fanout, ALICE), format!("x{rejoin}y"));
    assert_eq!(rest(&mut fanout, STOCK), "x!unavailable");
}

#[test]
fn the_end_reaches_everybody() {
    let mut fanout = board_of_three();
    fanout.end(ErrorCode::Unavailable);
    fanout.end(ErrorCode::Internal);
    assert_eq!(rest(&mut fanout, ALICE), "!unavailable");
    fanout.leave(ALICE);
    assert_eq!(fanout.len(), 2);
}

proptest! {
    /// Readers that never fall off see exactly their messages, in order, however reading and writing interleave.
    #[test]
    fn order_holds_for_every_interleaving(steps in prop::collection::vec((0_u8..6, 0_u8..3), 0..200)) {
        let mut fanout = Fanout::with_rings(Ring::new(1 << 20, 1 << 10), Ring::new(1 << 10, 8));
        let people = [ALICE, BOB, STOCK];
        let dialects = [Dialect::Boardwalk, Dialect::Boardwalk, Dialect::Stock];
        people.iter().zip(dialects).for_each(|(person, dialect)| { fanout.join(*person, dialect); });
        let mut expected = [Vec::new(), Vec::new(), Vec::new()];
        let mut got = [Vec::new(), Vec::new(), Vec::new()];
        for (number, (kind, who)) in steps.into_iter().enumerate() {
            let author = people[usize::from(who)];
            let audience = match kind {
                0 => Audience::One(author),
                1 => Audience::Everyone { except: None },
                2 => Audience::Everyone { except: Some(author) },
                3 => Audience::OurClients { except: Some(author) },
                _ => {
                    if let Next::Message(message) = fanout.next(author) {
                        got[usize::from(who)].push(message);
                    }
                    continue;
                }
            };
            let message = Bytes::from(number.to_be_bytes().to_vec());
            fanout.push(audience, message.clone());
            for index in 0..3 {
                if is_for(audience, people[index], dialects[index]) {
                    expected[index].push(message.clone());
                }
            }
        }
        for index in 0..3 {
            while let Next::Message(message) = fanout.next(people[index]) {
                got[index].push(message);
            }
        }
        prop_assert_eq!(got, expected);
    }
}
