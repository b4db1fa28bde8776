//! The tasks of one connection: a reader, a writer and a clock around the machine, and a task per request. None of
//! them decides anything; the machine does.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tracing::Instrument;

use super::Shared;
use crate::link::Pulse;
use crate::machine::{Machine, Start};
use crate::wire::{self, Encoder, Frame, RequestKind};
use crate::{CloseReason, ErrorCode, Inbound, IncomingChannel, Outbound, Payload, Responder, limits};

/// When to ask for a sign of life, and when to give up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keepalive {
    /// Set on the client: it is the one that must ask.
    pub ping: bool,
    pub interval: Duration,
    pub lifetime: Duration,
}

/// Starts the tasks of a connection whose SETUP has been sent or accepted.
pub(crate) fn start<R, W>(
    shared: &Arc<Shared>,
    (reader, writer): (R, W),
    pulse: Pulse,
    keepalive: Keepalive,
    responder: Arc<dyn Responder>,
) where
    R: Stream<Item = io::Result<BytesMut>> + Send + Unpin + 'static,
    W: Sink<Bytes, Error = io::Error> + Send + Unpin + 'static,
{
    let span = tracing::debug_span!("rsocket_connection");
    let reading = Arc::clone(shared);
    let read = async move {
        // Invariant: whatever ends a reader, the socket closes with it.
        let read = AssertUnwindSafe(read(&reading, reader, &responder)).catch_unwind();
        let reason = tokio::select! {
            ended = read => ended.unwrap_or(CloseReason::Panicked),
            reason = watch_life(&reading, &pulse, keepalive) => reason,
            reason = reading.closed() => reason,
        };
        reading.with(|machine| match reason {
            CloseReason::HungUp => machine.hung_up(),
            reason => machine.close(reason),
        });
    };
    tokio::spawn(read.instrument(span.clone()));
    let writing = Arc::clone(shared);
    let write = async move {
        let written = AssertUnwindSafe(write(&writing, writer)).catch_unwind().await;
        let reason = match written {
            Ok(Ok(())) => return,
            Ok(Err(error)) => link_failed(&error),
            Err(_) => CloseReason::Panicked,
        };
        writing.with(|machine| machine.close(reason));
    };
    tokio::spawn(write.instrument(span));
}

fn link_failed(error: &io::Error) -> CloseReason {
    CloseReason::Link { text: error.to_string() }
}

async fn read<R>(shared: &Arc<Shared>, mut reader: R, responder: &Arc<dyn Responder>) -> CloseReason
where
    R: Stream<Item = io::Result<BytesMut>> + Unpin,
{
    while let Some(bytes) = reader.next().await {
        let frame = match bytes {
            Ok(bytes) => wire::decode(bytes).map_err(|error| error.to_string()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error.to_string()),
            Err(error) => return link_failed(&error),
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(text) => return CloseReason::Protocol { text },
        };
        let now = Instant::now();
        if let Some(start) = shared.with(|machine| machine.receive(frame, now)) {
            answer(shared, start, responder);
        }
    }
    CloseReason::HungUp
}

async fn write<W>(shared: &Shared, mut writer: W) -> io::Result<()>
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    let mut encoder = Encoder::default();
    let mut batch = Vec::new();
    let mut closing = false;
    loop {
        shared.with(|machine| {
            closing = machine.closed().is_some();
            machine.write(&mut batch);
            for frame in &batch {
                machine.meters().sent(frame);
            }
        });
        if closing {
            // The connection is over: a peer that does not read gets no more than a moment.
            let farewell = async {
                write_batch(&mut writer, &mut encoder, &mut batch).await?;
                writer.close().await
            };
            let flushed = timeout(limits::CLOSE_TIMEOUT, farewell).await;
            return flushed.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        }
        // A batch may be stuck behind a peer that does not read, so the end must be able to interrupt it.
        tokio::select! {
            written = write_batch(&mut writer, &mut encoder, &mut batch) => written?,
            reason = closed_for(shared, limits::CLOSE_TIMEOUT) => {
                tracing::debug!(%reason, "gave up writing");
                return Ok(());
            }
        }
        tokio::select! {
            () = shared.output.notified() => {}
            _ = shared.closed() => {}
        }
    }
}

async fn write_batch<W>(writer: &mut W, encoder: &mut Encoder, batch: &mut Vec<Frame>) -> io::Result<()>
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    for frame in batch.drain(..) {
        let bytes = encoder.encode(frame).map_err(io::Error::other)?;
        writer.feed(bytes).await?;
    }
    writer.flush().await
}

/// Resolves when the connection has been closed for `grace`.
async fn closed_for(shared: &Shared, grace: Duration) -> CloseReason {
    let reason = shared.closed().await;
    tokio::time::sleep(grace).await;
    reason
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
            if is_time {
                machine.ping();
            }
        });
        if is_time {
            pinged_at = now;
        }
    }
}

/// Runs the application's answer in a task of its own.
fn answer(shared: &Arc<Shared>, start: Start, responder: &Arc<dyn Responder>) {
    let shared = Arc::clone(shared);
    let responder = Arc::clone(responder);
    let span = match &start {
        Start::Request { stream, kind, .. } => {
            tracing::info_span!("rsocket_stream", kind = kind.name(), stream)
        }
        Start::Push { .. } => tracing::info_span!("rsocket_push"),
    };
    let task = async move {
        let watched = Arc::clone(&shared);
        let run = run_responder(shared, start, responder);
        if AssertUnwindSafe(run).catch_unwind().await.is_err() {
            tracing::error!("a responder panicked, closing its connection");
            watched.with(|machine| machine.close(CloseReason::Panicked));
        }
    };
    tokio::spawn(task.instrument(span));
}

async fn run_responder(shared: Arc<Shared>, start: Start, responder: Arc<dyn Responder>) {
    let (id, kind, payload) = match start {
        Start::Push { metadata } => {
            let _running = Release(shared, Machine::release_push);
            return responder.metadata_push(metadata).await;
        }
        Start::Request { stream, kind, payload } => (stream, kind, payload),
    };
    let outbound = Outbound::answering(Arc::clone(&shared), id);
    match kind {
        RequestKind::FireAndForget => {
            responder.fire_and_forget(payload).await;
            drop(outbound);
        }
        RequestKind::Response => respond(outbound, &*responder, payload).await,
        RequestKind::Stream => {
            outbound.keep();
            responder.request_stream(payload, outbound).await;
        }
        RequestKind::Channel => {
            let inbound = Inbound::new(shared, id);
            let channel = IncomingChannel { outbound, inbound };
            responder.request_channel(payload, channel).await;
        }
    }
}

async fn respond(mut outbound: Outbound, responder: &dyn Responder, request: Payload) {
    outbound.keep();
    let answer = tokio::select! {
        answer = responder.request_response(request) => answer,
        _ = outbound.closed() => return,
    };
    match answer {
        Ok(payload) => match outbound.send(payload).await {
            Ok(()) => outbound.complete(),
            Err(error) => outbound.fail(ErrorCode::APPLICATION_ERROR, error.to_string()),
        },
        Err(refusal) => outbound.fail(refusal.code, refusal.text),
    }
}

/// Gives something back to the machine, however a task ends.
struct Release(Arc<Shared>, fn(&mut Machine));

impl Drop for Release {
    fn drop(&mut self) {
        self.0.with(self.1);
    }
}
