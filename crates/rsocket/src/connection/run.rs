//! The life of a connection on one link: a reader, a writer and a clock around the machine. None of them decides
//! anything; the machine does.

use std::future::poll_fn;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, Sink, Stream, StreamExt};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tracing::Instrument;

use super::Shared;
use super::answer::answer;
use super::write::write;
use crate::link::Pulse;
use crate::wire::{self, Frame};
use crate::{CloseReason, Responder, limits};

/// When to ask for a sign of life, and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keepalive {
    /// Set on the client: it is the one that must ask.
    pub ping: bool,
    pub interval: Duration,
    pub lifetime: Duration,
}

/// The two directions of a link.
pub(crate) struct Ends<R, W> {
    pub reader: R,
    pub writer: W,
    pub pulse: Pulse,
    /// What is written before anything of the machine.
    pub first: Vec<Bytes>,
}

/// How a link's part in a connection ended.
pub(crate) enum Ride<T> {
    /// The connection is closed.
    Closed,
    /// The connection may go on over another link.
    Lost,
    /// Something else came first.
    Interrupted(T),
}

/// Runs a connection over one link until the link or the connection ends, or `interrupt` resolves. Unless it is closed,
/// nothing is taken from the machine any more when this returns.
pub(crate) async fn ride<R, W, T>(
    shared: &Arc<Shared>,
    ends: Ends<R, W>,
    keepalive: Keepalive,
    responder: &Arc<dyn Responder>,
    interrupt: impl Future<Output = T>,
) -> Ride<T>
where
    R: Stream<Item = io::Result<BytesMut>> + Send + Unpin + 'static,
    W: Sink<Bytes, Error = io::Error> + Send + Unpin + 'static,
{
    let Ends { reader, writer, pulse, first } = ends;
    let mut writing = tokio::spawn(write(Arc::clone(shared), writer, first).in_current_span());
    // Invariant: whatever ends a reader, the socket closes with it.
    let read = AssertUnwindSafe(read(shared, reader, responder)).catch_unwind();
    let mut interrupted = None;
    let reason = tokio::select! {
        ended = read => ended.unwrap_or(CloseReason::Panicked),
        reason = watch_life(shared, &pulse, keepalive) => reason,
        reason = shared.closed() => reason,
        written = &mut writing => match written {
            Ok(Ok(())) => shared.closed().await,
            Ok(Err(error)) => link_failed(&error),
            Err(_) => CloseReason::Panicked,
        },
        other = interrupt => {
            interrupted = Some(other);
            CloseReason::HungUp
        }
    };
    if interrupted.is_none() && !shared.with(|machine| machine.lose_link(reason)) {
        // The writer goes on alone: it has the farewell to write.
        return Ride::Closed;
    }
    if !writing.is_finished() {
        writing.abort();
        let _aborted = writing.await;
    }
    interrupted.map_or(Ride::Lost, Ride::Interrupted)
}

fn link_failed(error: &io::Error) -> CloseReason {
    CloseReason::Link { text: error.to_string() }
}

/// Frames that have come in together and are taken together: one lock, and one waking of each reader, for all of them.
#[derive(Default)]
struct Incoming {
    /// Each with its length.
    frames: Vec<(Frame, usize)>,
    bytes: usize,
    end: Option<CloseReason>,
}

impl Incoming {
    fn is_full(&self) -> bool {
        self.end.is_some() || self.frames.len() >= limits::READ_FRAMES || self.bytes >= limits::READ_BYTES
    }

    fn push(&mut self, frame: Option<io::Result<BytesMut>>) {
        match frame {
            Some(Ok(bytes)) => {
                let len_bytes = bytes.len();
                self.bytes += len_bytes;
                match wire::decode(bytes) {
                    Ok(frame) => self.frames.push((frame, len_bytes)),
                    Err(error) => self.end = Some(CloseReason::Protocol { text: error.to_string() }),
                }
            }
            Some(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                self.end = Some(CloseReason::Protocol { text: error.to_string() });
            }
            Some(Err(error)) => self.end = Some(link_failed(&error)),
            None => self.end = Some(CloseReason::HungUp),
        }
    }

    /// Ready with at least one frame or the end.
    fn poll_fill<R>(&mut self, reader: &mut R, cx: &mut Context<'_>) -> Poll<()>
    where
        R: Stream<Item = io::Result<BytesMut>> + Unpin,
    {
        while !self.is_full() {
            match reader.poll_next_unpin(cx) {
                Poll::Ready(frame) => self.push(frame),
                Poll::Pending if self.frames.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(())
    }
}

async fn read<R>(shared: &Arc<Shared>, mut reader: R, responder: &Arc<dyn Responder>) -> CloseReason
where
    R: Stream<Item = io::Result<BytesMut>> + Unpin,
{
    let mut incoming = Incoming::default();
    let mut starts = Vec::new();
    loop {
        poll_fn(|cx| incoming.poll_fill(&mut reader, cx)).await;
        let is_full = incoming.is_full();
        incoming.bytes = 0;
        let now = Instant::now();
        shared.with(|machine| {
            machine.begin_read();
            for (frame, len_bytes) in incoming.frames.drain(..) {
                machine.count_received(&frame, len_bytes);
                starts.extend(machine.receive(frame, now));
            }
        });
        for start in starts.drain(..) {
            answer(shared, start, responder);
        }
        if let Some(reason) = incoming.end {
            return reason;
        }
        if is_full {
            next_turn().await;
        }
    }
}

/// Lets the other tasks that are ready run once. Not `yield_now`, after which a task waits until none is: what they wait
/// for may be what this one reads or writes.
pub(super) async fn next_turn() {
    let mut is_next = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut is_next, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn watch_life(shared: &Shared, pulse: &Pulse, keepalive: Keepalive) -> CloseReason {
    let period = keepalive.interval.min(keepalive.lifetime / 4).max(Duration::from_millis(1));
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen_bytes = pulse.total_bytes();
    let mut alive_at = Instant::now();
    let mut pinged_at = Instant::now();
    loop {
        let now = ticks.tick().await;
        let total_bytes = pulse.total_bytes();
        if total_bytes != seen_bytes {
            seen_bytes = total_bytes;
            alive_at = now;
        } else if now - alive_at >= keepalive.lifetime {
            return CloseReason::Silent;
        }
        let is_time = keepalive.ping && now - pinged_at >= keepalive.interval;
        shared.with(|machine| {
            machine.expire_assemblies(now);
            machine.report_lease(now);
            if is_time {
                machine.ping();
            }
        });
        if is_time {
            pinged_at = now;
        }
    }
}
