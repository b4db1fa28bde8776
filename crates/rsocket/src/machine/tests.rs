//! Two machines back to back, without links or tasks: fairness, books that balance, and strangers' frames.

use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use proptest::sample::Index;
use tokio::time::Instant;

use super::*;
use crate::wire::tests::any_frame;

mod cuts;
mod errors;
mod unread;

fn machine(side: Side, options: &ConnectionOptions) -> Machine {
    Machine::new(side, options, Terms { lease: options.lease, resume: false }, Meters::new("test"))
}

fn now() -> Instant {
    Instant::now()
}

fn written(machine: &mut Machine) -> Vec<Frame> {
    let mut batch = Vec::new();
    machine.write(&mut batch);
    batch
}

fn stream_of(frame: &Frame) -> u32 {
    match frame {
        Frame::Request { stream, .. }
        | Frame::Payload { stream, .. }
        | Frame::RequestN { stream, .. }
        | Frame::Cancel { stream }
        | Frame::Error { stream, .. } => *stream,
        _ => 0,
    }
}

#[test]
fn streams_take_turns_by_bytes_and_the_connection_goes_first() {
    let mut client = machine(Side::Client, &ConnectionOptions::default());
    let flood = Payload::new(vec![0; 1_000_000]);
    let flood = client.open(RequestKind::Response, flood, Window::manual(1), now()).unwrap();
    let other = Payload::new(vec![0; 1_000_000]);
    let other = client.open(RequestKind::Response, other, Window::manual(1), now()).unwrap();
    let first = written(&mut client);
    let small = client.open(RequestKind::FireAndForget, Payload::new("s"), Window::manual(1), now()).unwrap();
    client.ping();
    let second = written(&mut client);

    let turns = |batch: &[Frame]| batch.iter().map(stream_of).collect::<Vec<_>>();
    assert_eq!(turns(&first), [flood, other, flood, other]);
    assert_eq!(turns(&second)[..4], [0, flood, other, small]);
}

#[test]
fn many_small_messages_do_not_starve_a_stream() {
    let mut server = machine(Side::Server, &ConnectionOptions::default());
    for stream in [1, 3] {
        let request = Frame::Request {
            stream,
            kind: RequestKind::Stream,
            initial_n: 10_000,
            complete: false,
            follows: false,
            payload: Payload::default(),
        };
        assert!(server.receive(request, now()).is_some());
    }
    while server.send(1, Payload::new(vec![0; 100])).is_ok() {}
    server.send(3, Payload::new("one")).unwrap();
    let batch = written(&mut server);
    let before = batch.iter().position(|frame| stream_of(frame) == 3).unwrap();
    assert!(before * 100 <= limits::QUANTUM_BYTES, "{before} messages came first");
}

#[test]
fn backlog_is_bounded_whatever_the_credit() {
    let mut server = machine(Side::Server, &ConnectionOptions::default());
    for at in 0..1_000 {
        let request = Frame::Request {
            stream: 1 + 2 * at,
            kind: RequestKind::Stream,
            initial_n: limits::MAX_REQUEST_N,
            complete: false,
            follows: false,
            payload: Payload::default(),
        };
        server.receive(request, now());
        while server.send(1 + 2 * at, Payload::new(vec![0; 10_000])).is_ok() {}
    }
    assert!(server.tally.backlog_bytes <= limits::CONNECTION_BACKLOG_BYTES + 10_000);
    assert!(matches!(
        server.open(RequestKind::Response, Payload::default(), Window::manual(1), now()),
        Err(RequestError::Busy)
    ));
    while server.has_output() {
        written(&mut server);
    }
    assert_eq!(server.tally.backlog_bytes, 0);
    assert!(server.open(RequestKind::Response, Payload::default(), Window::manual(1), now()).is_ok());
}

#[test]
fn frames_on_a_stream_not_yet_written_are_ignored() {
    let mut client = machine(Side::Client, &ConnectionOptions::default());
    let id = client.open(RequestKind::Channel, Payload::new("x"), Window::manual(1), now()).unwrap();
    client.receive(Frame::Cancel { stream: id }, now());
    client.grant(id, 1);
    let batch = written(&mut client);
    assert!(matches!(batch[..], [Frame::Request { .. }, Frame::RequestN { .. }]), "{batch:?}");
}

fn request(stream: u32) -> Frame {
    Frame::Request {
        stream,
        kind: RequestKind::Response,
        initial_n: 0,
        complete: false,
        follows: false,
        payload: Payload::default(),
    }
}

/// A peer may ignore its lease; it does not help it.
#[test]
fn requests_over_the_lease_are_rejected() {
    let options = ConnectionOptions { lease: true, ..ConnectionOptions::default() };
    let mut server = machine(Side::Server, &options);
    let start = now();
    let ttl = std::time::Duration::from_secs(5);
    assert!(server.receive(request(1), start).is_none(), "nothing is granted yet");
    assert!(server.grant_lease(ttl, 3, start));
    for stream in [3, 5, 7] {
        assert!(server.receive(request(stream), start).is_some());
    }
    assert!(server.receive(request(9), start).is_none());
    assert!(server.grant_lease(ttl, 3, start));
    assert!(server.receive(request(11), start + ttl).is_none(), "expired");
    assert!(server.grant_lease(ttl, 0, start));
    assert!(server.receive(request(13), start).is_none());
    let frames = written(&mut server);
    let rejected: Vec<u32> = frames
        .iter()
        .filter(|frame| matches!(frame, Frame::Error { code: ErrorCode::REJECTED, .. }))
        .map(stream_of)
        .collect();
    assert_eq!(rejected, [1, 9, 11, 13]);
    let leases = frames.iter().filter(|frame| matches!(frame, Frame::Lease { .. })).count();
    assert_eq!(leases, 1, "only the newest is told");
}

/// One thing that an application or a link does. Numbers are folded over what exists.
#[derive(Clone, Debug)]
enum Step {
    Open(u8, u32, usize),
    Send(Index, usize),
    Read(Index),
    Grant(Index, u32),
    Complete(Index),
    Fail(Index),
    DropOutbound(Index),
    DropInbound(Index),
    Carry,
}

fn any_step() -> impl Strategy<Value = Step> {
    let at = any::<Index>;
    let bytes = 0usize..400;
    prop_oneof![
        2 => (0u8..4, 1u32..5, bytes.clone()).prop_map(|(kind, n, bytes)| Step::Open(kind, n, bytes)),
        6 => (at(), bytes).prop_map(|(at, bytes)| Step::Send(at, bytes)),
        6 => at().prop_map(Step::Read),
        1 => (at(), 0u32..4).prop_map(|(at, n)| Step::Grant(at, n)),
        1 => at().prop_map(Step::Complete),
        1 => at().prop_map(Step::Fail),
        1 => at().prop_map(Step::DropOutbound),
        1 => at().prop_map(Step::DropInbound),
        6 => Just(Step::Carry),
    ]
}

/// A machine with the handles its application holds.
struct End {
    machine: Machine,
    outbound: Vec<u32>,
    inbound: Vec<u32>,
    taken: HashMap<u32, Taken>,
}

impl End {
    fn new(side: Side) -> Self {
        let options = ConnectionOptions { mtu: 64, max_open_streams: 8, ..ConnectionOptions::default() };
        Self { machine: machine(side, &options), outbound: Vec::new(), inbound: Vec::new(), taken: HashMap::new() }
    }

    fn hold(&mut self, id: u32, kind: RequestKind, mine: bool) {
        if kind == RequestKind::Channel || !mine {
            self.outbound.push(id);
        }
        if kind == RequestKind::Channel || (mine && kind != RequestKind::FireAndForget) {
            self.inbound.push(id);
        }
    }

    fn take(&mut self, frame: Frame) {
        self.machine.begin_read();
        let Some(Start::Request { stream, kind, .. }) = self.machine.receive(frame, now()) else {
            return;
        };
        self.hold(stream, kind, false);
        if kind == RequestKind::Channel {
            self.machine.open_window(stream, Window::of(3));
        }
    }

    fn act(&mut self, step: Step) {
        let pick = |ids: &[u32], at: Index| (!ids.is_empty()).then(|| ids[at.index(ids.len())]);
        match step {
            Step::Open(kind, n, bytes) => {
                let kind =
                    [RequestKind::Response, RequestKind::FireAndForget, RequestKind::Stream, RequestKind::Channel]
                        [usize::from(kind)];
                let payload = Payload::new(vec![0; bytes]).with_metadata(vec![1; bytes / 2]);
                if let Ok(id) = self.machine.open(kind, payload, Window::of(n), now()) {
                    self.hold(id, kind, true);
                }
            }
            Step::Send(at, bytes) => {
                if let Some(id) = pick(&self.outbound, at) {
                    let before = self.machine.credit(id);
                    let sent = self.machine.send(id, Payload::new(vec![0; bytes])).is_ok();
                    assert!(!sent || before == self.machine.credit(id) + 1);
                }
            }
            Step::Read(at) => {
                if let Some(id) = pick(&self.inbound, at) {
                    let taken = self.taken.entry(id).or_default();
                    if taken.pop().is_some() {
                        if taken.is_due() {
                            self.machine.settle_taken(id, taken);
                        }
                        return self.machine.check_books();
                    }
                    let read = self.machine.poll_receive(id, taken, &mut Context::from_waker(Waker::noop()));
                    // The two machines keep to the rules, so neither ever accuses the other.
                    assert!(!matches!(
                        read,
                        Poll::Ready(Some(Err(StreamError::Overrun | StreamError::Invalid { .. })))
                    ));
                }
            }
            Step::Grant(at, n) => {
                if let Some(id) = pick(&self.inbound, at) {
                    self.machine.grant(id, n);
                }
            }
            Step::Complete(at) => {
                if let Some(id) = pick(&self.outbound, at) {
                    self.machine.complete(id);
                }
            }
            Step::Fail(at) => {
                if let Some(id) = pick(&self.outbound, at) {
                    self.machine.fail(id, ErrorCode::APPLICATION_ERROR, "x".repeat(2_000));
                }
            }
            Step::DropOutbound(at) => {
                if let Some(id) = pick(&self.outbound, at) {
                    self.outbound.retain(|it| *it != id);
                    self.machine.abandon(id, ErrorCode::APPLICATION_ERROR);
                    self.machine.release(id);
                }
            }
            Step::DropInbound(at) => {
                if let Some(id) = pick(&self.inbound, at) {
                    self.inbound.retain(|it| *it != id);
                    self.taken.remove(&id);
                    self.machine.release_inbound(id);
                }
            }
            Step::Carry => {}
        }
        self.machine.check_books();
    }
}

fn carry(from: &mut End, to: &mut End) -> bool {
    let batch = written(&mut from.machine);
    let any = !batch.is_empty();
    for frame in batch {
        to.take(frame);
    }
    from.machine.check_books();
    to.machine.check_books();
    any
}

fn carry_all(left: &mut End, right: &mut End) {
    while carry(left, right) | carry(right, left) {}
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever two applications do, neither machine breaks a rule, books balance, and in the end nothing is left.
    #[test]
    fn two_machines_agree(steps in prop::collection::vec((any::<bool>(), any_step()), 1..120)) {
        let mut client = End::new(Side::Client);
        let mut server = End::new(Side::Server);
        for (by_client, step) in steps {
            let (actor, other) = match by_client {
                true => (&mut client, &mut server),
                false => (&mut server, &mut client),
            };
            if matches!(step, Step::Carry) {
                carry(actor, other);
            } else {
                actor.act(step);
            }
        }
        carry_all(&mut client, &mut server);
        for end in [&mut client, &mut server] {
            prop_assert_eq!(end.machine.odd_frames, 0);
            prop_assert_eq!(end.machine.overruns, 0);
        }
        // The client's handles go, and what they led to; then the server's.
        for _ in 0..2 {
            for end in [&mut client, &mut server] {
                for id in std::mem::take(&mut end.outbound) {
                    end.machine.abandon(id, ErrorCode::APPLICATION_ERROR);
                    end.machine.release(id);
                }
                for id in std::mem::take(&mut end.inbound) {
                    end.machine.release_inbound(id);
                }
            }
            carry_all(&mut client, &mut server);
        }
        prop_assert!(client.machine.streams.is_empty(), "{:?}", client.machine.streams);
        prop_assert!(server.machine.streams.is_empty(), "{:?}", server.machine.streams);
    }

    /// A stranger's frames in any order: no panic, books balance, and what it may make us hold is bounded.
    #[test]
    fn any_frames_are_survived(
        frames in prop::collection::vec((any_frame(), prop::option::of(1u32..9)), 1..80),
        steps in prop::collection::vec(any_step(), 0..40),
    ) {
        let mut server = End::new(Side::Server);
        let mut steps = steps.into_iter();
        for (mut frame, stream) in frames {
            if let Some(chosen) = stream {
                match &mut frame {
                    Frame::Request { stream, .. }
                    | Frame::Payload { stream, .. }
                    | Frame::RequestN { stream, .. }
                    | Frame::Cancel { stream }
                    | Frame::Error { stream, .. } => *stream = chosen,
                    _ => {}
                }
            }
            server.take(frame);
            server.machine.check_books();
            if let Some(step) = steps.next() {
                server.act(step);
            }
            prop_assert!(server.machine.streams.len() <= 16);
        }
        while server.machine.has_output() {
            written(&mut server.machine);
        }
        server.machine.close(CloseReason::Closed);
        server.machine.check_books();
    }
}
