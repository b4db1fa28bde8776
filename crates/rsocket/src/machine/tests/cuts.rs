//! Two machines whose link is cut again and again: nothing is lost, nothing comes twice.

use bytes::BytesMut;

use super::*;
use crate::machine::resume::OutOfReach;
use crate::wire::{self, Encoder};

fn resumable(side: Side) -> End {
    let mut end = End::new(side);
    end.machine.resumption = Some(Default::default());
    end
}

/// What the writer of a link does.
fn written_bytes(end: &mut End) -> Vec<Bytes> {
    let mut encoder = Encoder::default();
    let mut bytes = Vec::new();
    for frame in written(&mut end.machine) {
        let counts = frame.counts_towards_position();
        let encoded = encoder.encode(frame).unwrap();
        bytes.push(encoded.clone());
        if counts {
            end.machine.keep_written([encoded].into_iter());
        }
    }
    bytes
}

/// What the reader of a link does.
fn deliver(frames: &[Bytes], to: &mut End) {
    for bytes in frames {
        let frame = wire::decode(BytesMut::from(&bytes[..])).unwrap();
        to.machine.count_received(&frame, bytes.len());
        to.take(frame);
    }
    to.machine.check_books();
}

fn carry_bytes(from: &mut End, to: &mut End) -> bool {
    let frames = written_bytes(from);
    deliver(&frames, to);
    !frames.is_empty()
}

/// Both write a batch, each gets only the first part of the other's, and they go on over another link.
fn cut(client: &mut End, server: &mut End, arrives: [Index; 2]) -> Result<(), OutOfReach> {
    let part = |frames: &[Bytes], upto: Index| frames[..upto.index(frames.len() + 1)].to_vec();
    let from_client = part(&written_bytes(client), arrives[0]);
    let from_server = part(&written_bytes(server), arrives[1]);
    deliver(&from_client, server);
    deliver(&from_server, client);
    for end in [&mut *client, &mut *server] {
        assert!(end.machine.lose_link(CloseReason::HungUp));
        assert_eq!(end.machine.availability(now()), 0.0);
    }
    let (received, first) = (client.machine.received_position(), client.machine.first_available_position());
    let from_server = server.machine.resume_from(received, first)?;
    let from_client = client.machine.resume(server.machine.received_position())?;
    deliver(&from_server, client);
    deliver(&from_client, server);
    Ok(())
}

/// With nothing on its way, what one side may still send is what the other still expects: a message or a grant that was
/// lost, or came twice, would show.
fn check_credit(from: &End, to: &End) {
    for (id, stream) in &from.machine.streams {
        if let Some(peers) = to.machine.streams.get(id)
            && stream.kind.is_flow_controlled()
            && stream.send.ended.is_none()
            && peers.receive.open
        {
            assert_eq!(stream.send.credit, peers.receive.credit, "stream {id}");
        }
    }
}

#[derive(Clone, Debug)]
enum Event {
    Step(bool, Step),
    Cut([Index; 2]),
    Ping(bool),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => (any::<bool>(), any_step()).prop_map(|(by_client, step)| Event::Step(by_client, step)),
        1 => any::<[Index; 2]>().prop_map(Event::Cut),
        1 => any::<bool>().prop_map(Event::Ping),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn two_machines_agree_across_links(events in prop::collection::vec(any_event(), 1..150)) {
        let mut client = resumable(Side::Client);
        let mut server = resumable(Side::Server);
        for event in events {
            match event {
                Event::Cut(arrives) => prop_assert_eq!(cut(&mut client, &mut server, arrives), Ok(())),
                Event::Ping(true) => client.machine.ping(),
                Event::Ping(false) => server.machine.ping(),
                Event::Step(by_client, step) => {
                    let ends = (&mut client, &mut server);
                    let (actor, other) = if by_client { ends } else { (ends.1, ends.0) };
                    if matches!(step, Step::Carry) {
                        carry_bytes(actor, other);
                    } else {
                        actor.act(step);
                    }
                }
            }
        }
        while carry_bytes(&mut client, &mut server) | carry_bytes(&mut server, &mut client) {}
        for end in [&mut client, &mut server] {
            prop_assert_eq!(end.machine.odd_frames, 0);
            prop_assert_eq!(end.machine.overruns, 0);
            prop_assert_eq!(end.machine.closed(), None);
        }
        check_credit(&client, &server);
        check_credit(&server, &client);
        client.machine.ping();
        while carry_bytes(&mut client, &mut server) | carry_bytes(&mut server, &mut client) {}
        for end in [&client, &server] {
            let kept = end.machine.resumption.as_ref().unwrap();
            prop_assert_eq!(kept.kept.len(), 0, "all has been confirmed");
        }
    }
}

#[test]
fn positions_are_sums_of_frame_lengths() {
    let mut client = resumable(Side::Client);
    for _ in 0..7 {
        client.machine.open(RequestKind::FireAndForget, Payload::new("12"), Window::manual(0), now()).unwrap();
    }
    let frames = written_bytes(&mut client);
    let mut server = resumable(Side::Server);
    deliver(&frames, &mut server);
    assert_eq!(server.machine.received_position(), 56);
    assert_eq!(client.machine.first_available_position(), 0);
    server.machine.ping();
    carry_bytes(&mut server, &mut client);
    assert_eq!(client.machine.first_available_position(), 56);
}

#[test]
fn the_store_is_bounded_and_a_peer_that_misses_its_past_is_refused() {
    let mut client = resumable(Side::Client);
    let message = Payload::new(vec![0; 10_000]);
    for _ in 0..200 {
        client.machine.open(RequestKind::FireAndForget, message.clone(), Window::manual(0), now()).unwrap();
        written_bytes(&mut client);
    }
    let kept = client.machine.resumption.as_ref().unwrap();
    assert!((limits::RESUME_STORE_BYTES * 9 / 10..=limits::RESUME_STORE_BYTES).contains(&kept.kept_bytes));
    let (first, last) = (kept.first_available(), kept.written);
    assert!(first > 0);
    for (position, expected) in [(0, false), (first - 1, false), (first + 1, false), (last + 1, false), (last, true)] {
        assert_eq!(client.machine.resume(position).is_ok(), expected, "{position} of {first} to {last}");
    }
    let mut server = resumable(Side::Server);
    assert_eq!(server.machine.resume_from(0, 1), Err(OutOfReach), "the client no longer has what is missing here");
    assert_eq!(server.machine.resume_from(0, 0), Ok(Vec::new()));
}

#[test]
fn leases_do_not_carry_over() {
    let mut server = resumable(Side::Server);
    server.machine.leases = Some(Default::default());
    server.machine.grant_lease(std::time::Duration::from_secs(5), 10, now());
    server.machine.lose_link(CloseReason::HungUp);
    server.machine.resume_from(0, 0).unwrap();
    assert!(server.machine.receive(request(1), now()).is_none());
    assert!(matches!(written(&mut server.machine)[..], [Frame::Error { code: ErrorCode::REJECTED, .. }]));
}

#[test]
fn only_a_lost_link_is_waited_for() {
    for reason in [
        CloseReason::Drained,
        CloseReason::Closed,
        CloseReason::Panicked,
        CloseReason::Protocol { text: String::new() },
        CloseReason::Peer { code: ErrorCode::CONNECTION_ERROR, text: String::new() },
    ] {
        let mut end = resumable(Side::Client);
        assert!(!end.machine.lose_link(reason.clone()), "{reason}");
        assert_eq!(end.machine.closed(), Some(&reason));
    }
    let mut draining = resumable(Side::Client);
    draining.machine.open(RequestKind::Response, Payload::default(), Window::manual(1), now()).unwrap();
    draining.machine.begin_drain();
    assert!(!draining.machine.lose_link(CloseReason::HungUp));
}
