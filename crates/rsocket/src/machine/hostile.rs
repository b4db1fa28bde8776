//! One machine between a hostile peer and a careless application, both played by a script of bytes. It checks that the
//! machine's books balance, that what it holds is bounded, and that in the end nothing is left.

use std::collections::HashMap;
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

use super::stream::Stream;
use super::unread::Held;
use super::{Machine, Side, Start, Taken, Terms};
use crate::meters::Meters;
use crate::wire::{self, RequestKind};
use crate::{CloseReason, ConnectionOptions, ErrorCode, Payload, Window, limits};

const MAX_OPEN_STREAMS: usize = 8;
const MAX_MESSAGE_BYTES: usize = 1_024;
const KINDS: [RequestKind; 4] =
    [RequestKind::Response, RequestKind::FireAndForget, RequestKind::Stream, RequestKind::Channel];

/// Plays `script`, whatever it is.
pub fn run(script: &[u8]) {
    let mut script = Script(script);
    let Some(how) = script.byte() else {
        return;
    };
    let mut play = Play::new(how);
    while let Some(step) = script.byte() {
        if play.step(step, &mut script).is_none() {
            break;
        }
        play.check();
    }
    play.end();
}

/// Bytes that are read from the front.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: usize) -> &[u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// A machine with the handles that its application holds.
struct Play {
    machine: Machine,
    now: Instant,
    outbound: Vec<u32>,
    inbound: Vec<u32>,
    taken: HashMap<u32, Taken>,
    pushes: usize,
}

impl Play {
    fn new(how: u8) -> Self {
        let side = if how & 1 == 0 { Side::Server } else { Side::Client };
        let options = ConnectionOptions {
            mtu: limits::MIN_MTU_BYTES,
            max_open_streams: MAX_OPEN_STREAMS,
            max_message_bytes: MAX_MESSAGE_BYTES,
            lease: how & 2 != 0,
            ..ConnectionOptions::default()
        };
        let terms = Terms { lease: options.lease, resume: how & 4 != 0 };
        let machine = Machine::new(side, &options, terms, Meters::new("fuzz"));
        Self {
            machine,
            now: Instant::now(),
            outbound: Vec::new(),
            inbound: Vec::new(),
            taken: HashMap::new(),
            pushes: 0,
        }
    }

    /// One step of the script; `None` at its end.
    fn step(&mut self, step: u8, script: &mut Script<'_>) -> Option<()> {
        match step % 16 {
            0..=7 => self.peer(script)?,
            8 | 9 => drop(self.write()),
            10 => self.wait(script.byte()?),
            11 => self.cut(script)?,
            _ => self.application(script.byte()?, script.byte()?, script.byte()?),
        }
        Some(())
    }

    /// The link is lost, the application goes on without one, and the peer comes back: with what it has, or with a lie.
    fn cut(&mut self, script: &mut Script<'_>) -> Option<()> {
        if !self.machine.lose_link(CloseReason::HungUp) {
            return Some(());
        }
        for _ in 0..script.byte()? % 4 {
            self.application(script.byte()?, script.byte()?, script.byte()?);
            self.check();
        }
        let Some(resumption) = &self.machine.resumption else {
            return Some(()); // The application has ended the connection.
        };
        let (first, written) = (resumption.first_available(), resumption.written);
        let frames = usize::from(script.byte()?) % (resumption.kept.len() + 1);
        let between_frames = first + resumption.kept.iter().take(frames).map(|it| it.len() as u64).sum::<u64>();
        let (position, is_honest) = match script.byte()? {
            lie @ 0..64 => ((between_frames + u64::from(lie)).saturating_sub(32), false),
            _ => (between_frames, true),
        };
        let received = self.machine.received_position();
        let lie = script.byte()?.saturating_sub(192);
        match self.machine.resume_from(position, received + u64::from(lie)) {
            Ok(again) => {
                let again_bytes: usize = again.iter().map(Bytes::len).sum();
                assert_eq!(again_bytes as u64, written - position, "what the peer lacks is written again");
                assert!(lie == 0 && !self.machine.is_suspended());
            }
            Err(_) => {
                assert!(lie > 0 || !is_honest, "what the peer has is known");
                self.machine.give_up_resuming("the positions do not meet");
                assert!(self.machine.closed().is_some());
            }
        }
        Some(())
    }

    /// The peer sends a frame: a stream id, a type with its flags, and a body, each as it comes.
    fn peer(&mut self, script: &mut Script<'_>) -> Option<()> {
        let mut frame = BytesMut::from(&[0, 0, 0, script.byte()? % 32, script.byte()?, script.byte()?][..]);
        let body = usize::from(script.byte()?);
        frame.extend_from_slice(script.bytes(body));
        let len_bytes = frame.len();
        match wire::decode(frame) {
            Ok(frame) => {
                self.machine.count_received(&frame, len_bytes);
                match self.machine.receive(frame, self.now) {
                    Some(Start::Request { stream, kind, .. }) => self.hold(stream, kind, false),
                    Some(Start::Push { .. }) => self.pushes += 1,
                    None => {}
                }
            }
            Err(error) => self.machine.protocol_error(&error.to_string()),
        }
        Some(())
    }

    fn hold(&mut self, id: u32, kind: RequestKind, mine: bool) {
        if kind == RequestKind::Channel || !mine {
            self.outbound.push(id);
        }
        if kind == RequestKind::Channel || (mine && kind != RequestKind::FireAndForget) {
            self.inbound.push(id);
        }
    }

    fn write(&mut self) -> bool {
        let mut batch = Vec::new();
        self.machine.write(&mut batch);
        for frame in &batch {
            let encoded = wire::Encoder::default().encode(frame.clone());
            let encoded = encoded.unwrap_or_else(|error| panic!("cannot write {frame:?}: {error}"));
            assert!(encoded.len() <= limits::MIN_MTU_BYTES || !is_payload(frame), "{frame:?} is over the mtu");
            if frame.counts_towards_position() {
                self.machine.keep_written([encoded].into_iter());
            }
        }
        !batch.is_empty()
    }

    fn wait(&mut self, seconds: u8) {
        self.now += Duration::from_secs(u64::from(seconds));
        self.machine.expire_assemblies(self.now);
        if seconds.is_multiple_of(4) {
            self.machine.ping();
        }
    }

    fn application(&mut self, what: u8, which: u8, number: u8) {
        let pick = |ids: &[u32]| (!ids.is_empty()).then(|| ids[usize::from(which) % ids.len()]);
        let (outbound, inbound) = (pick(&self.outbound).unwrap_or(999), pick(&self.inbound).unwrap_or(999));
        let n = u32::from(number);
        let mut cx = Context::from_waker(Waker::noop());
        match what % 15 {
            0 | 1 => self.open(KINDS[usize::from(which % 4)], number),
            2 => drop(self.machine.send(outbound, message(number))),
            3 => self.read(inbound, &mut cx),
            4 => self.machine.grant(inbound, n),
            5 => self.machine.open_window(inbound, Window::of(n)),
            6 => self.machine.complete(outbound),
            7 => self.machine.fail(outbound, ErrorCode(n), "x".repeat(usize::from(number) * 16)),
            8 => self.drop_outbound(outbound),
            9 => self.drop_inbound(inbound),
            10 => drop(self.machine.poll_room(outbound, 0, &mut cx)),
            11 => drop(self.machine.push_metadata(Bytes::from(vec![0; usize::from(number)]))),
            12 => self.send_all(outbound, n),
            13 => drop(self.machine.grant_lease(Duration::from_secs(u64::from(which)), n, self.now)),
            _ if which == number => self.machine.begin_drain(),
            _ => self.release_push(),
        }
    }

    fn open(&mut self, kind: RequestKind, number: u8) {
        if let Ok(id) = self.machine.open(kind, message(number), Window::of(u32::from(number % 5)), self.now) {
            self.hold(id, kind, true);
        }
    }

    /// What a sink does: no more than the credit it knows of.
    fn send_all(&mut self, id: u32, wanted: u32) {
        let count = self.machine.credit(id).min(u64::from(wanted)) as usize;
        let ready = self.machine.poll_room(id, 0, &mut Context::from_waker(Waker::noop()));
        if ready.is_ready() {
            self.machine.send_all(id, &mut vec![message(7); count]).ok();
        }
    }

    fn drop_outbound(&mut self, id: u32) {
        if let Some(at) = self.outbound.iter().position(|held| *held == id) {
            self.outbound.swap_remove(at);
            self.machine.abandon(id, ErrorCode::APPLICATION_ERROR);
            self.machine.release(id);
        }
    }

    /// What a reader does.
    fn read(&mut self, id: u32, cx: &mut Context<'_>) {
        let taken = self.taken.entry(id).or_default();
        if taken.pop().is_none() {
            drop(self.machine.poll_receive(id, taken, cx));
        } else if taken.is_due() {
            self.machine.settle_taken(id, taken);
        }
    }

    fn drop_inbound(&mut self, id: u32) {
        if let Some(at) = self.inbound.iter().position(|held| *held == id) {
            self.inbound.swap_remove(at);
            self.taken.remove(&id);
            self.machine.release_inbound(id);
        }
    }

    fn release_push(&mut self) {
        if self.pushes > 0 {
            self.pushes -= 1;
            self.machine.release_push();
        }
    }

    fn check(&self) {
        self.machine.check_books();
        let Machine { streams, mine, tally, control, pushes, .. } = &self.machine;
        assert!(*mine <= MAX_OPEN_STREAMS && streams.len() - *mine <= MAX_OPEN_STREAMS);
        assert!(*pushes <= MAX_OPEN_STREAMS);
        assert!(tally.assembling_bytes <= MAX_MESSAGE_BYTES * limits::MAX_ASSEMBLIES);
        assert!(control.len() <= 2 * limits::MAX_WAITING_REFUSALS + self.inbound.len());
        for stream in streams.values() {
            assert!(stream.send.queued_bytes <= limits::STREAM_BACKLOG_BYTES + limits::QUANTUM_BYTES);
        }
    }

    /// The application lets everything go, the connection ends, and nothing is left.
    fn end(mut self) {
        while let Some(id) = self.outbound.last().copied() {
            self.drop_outbound(id);
        }
        while let Some(id) = self.inbound.last().copied() {
            self.drop_inbound(id);
        }
        while self.pushes > 0 {
            self.release_push();
        }
        while self.write() {}
        self.check();
        self.machine.close(CloseReason::Closed);
        while self.write() {}
        self.machine.check_books();
        assert!(self.machine.streams.is_empty(), "{:?}", self.machine.streams);
    }
}

fn message(number: u8) -> Payload {
    let payload = Payload::new(vec![0; usize::from(number) * 5]);
    if number.is_multiple_of(3) { payload.with_metadata(vec![1; usize::from(number)]) } else { payload }
}

fn is_payload(frame: &wire::Frame) -> bool {
    matches!(frame, wire::Frame::Payload { .. } | wire::Frame::Request { .. })
}

impl Machine {
    /// What is counted in sums is what is there.
    pub(super) fn check_books(&self) {
        let sum = |of: fn(&Stream) -> usize| self.streams.values().map(|stream| of(stream)).sum::<usize>();
        let tally = &self.tally;
        assert_eq!(tally.backlog_bytes, sum(|it| it.send.queued_bytes));
        let mut unread = Held::default();
        for stream in self.streams.values() {
            assert_eq!(stream.receive.queue.held(), stream.receive.queue.counted());
            unread += stream.receive.queue.held();
            unread += stream.receive.lent;
        }
        assert_eq!(tally.unread, unread);
        assert_eq!(tally.assembling_bytes, sum(|it| it.receive.assembly.as_ref().map_or(0, |it| it.len_bytes())));
        assert_eq!(tally.assemblies, sum(|it| usize::from(it.receive.assembly.is_some())));
        assert_eq!(self.mine, sum(|it| usize::from(it.mine)));
        if let Some(resumption) = &self.resumption {
            let kept: usize = resumption.kept.iter().map(Bytes::len).sum();
            assert_eq!(resumption.first_available() + kept as u64, resumption.written);
            assert!(resumption.kept_bytes <= limits::RESUME_STORE_BYTES);
        }
    }
}
