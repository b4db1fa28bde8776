//! The writer of one link: takes frames from the machine in batches, encodes and flushes them. It must not know what is
//! in them.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt};
use tokio::time::timeout;

use super::Shared;
use super::run::next_turn;
use crate::wire::{Encoder, Frame};
use crate::{CloseReason, limits};

/// Writes `first` and then what the machine has, until the connection is closed and its farewell is out.
pub(super) async fn write<W>(shared: Arc<Shared>, mut writer: W, first: Vec<Bytes>) -> io::Result<()>
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    let mut encoder = Encoder::default();
    let mut frames = Vec::new();
    let mut batch = first;
    let mut ended = pin!(shared.closed());
    // A batch may be stuck behind a peer that does not read, so the end must be able to interrupt it.
    let mut overdue = pin!(closed_for(&shared, limits::CLOSE_TIMEOUT));
    loop {
        let Taken { closing, is_full } = take_batch(&shared, &mut encoder, &mut frames, &mut batch)?;
        if closing {
            // The connection is over: a peer that does not read gets no more than a moment.
            let farewell = async {
                write_batch(&mut writer, &mut batch).await?;
                writer.close().await
            };
            let flushed = timeout(limits::CLOSE_TIMEOUT, farewell).await;
            return flushed.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        }
        tokio::select! {
            written = write_batch(&mut writer, &mut batch) => written?,
            reason = &mut overdue => {
                tracing::debug!(%reason, "gave up writing");
                return Ok(());
            }
        }
        if is_full {
            next_turn().await;
        }
        tokio::select! {
            () = shared.output.notified() => {}
            _ = &mut ended => {}
        }
    }
}

/// What became of taking a batch.
struct Taken {
    /// The connection is closed.
    closing: bool,
    /// There may be more.
    is_full: bool,
}

/// Appends the next frames as bytes.
fn take_batch(
    shared: &Shared,
    encoder: &mut Encoder,
    frames: &mut Vec<Frame>,
    batch: &mut Vec<Bytes>,
) -> io::Result<Taken> {
    let (closing, resumable, batch_bytes) = shared.with(|machine| {
        let batch_bytes = machine.write(frames);
        for frame in &*frames {
            machine.meters().sent(frame);
        }
        (machine.closed().is_some(), machine.is_resumable(), batch_bytes)
    });
    encoder.reserve(batch_bytes);
    let is_full = batch_bytes >= limits::BATCH_BYTES || frames.len() >= limits::BATCH_FRAMES;
    let mut kept = Vec::new();
    for frame in frames.drain(..) {
        let is_kept = resumable && frame.counts_towards_position();
        let bytes = encoder.encode(frame).map_err(io::Error::other)?;
        if is_kept {
            kept.push(bytes.clone());
        }
        batch.push(bytes);
    }
    // Invariant: no await between taking frames and keeping them, so that a lost link cannot lose them.
    if !kept.is_empty() {
        shared.with(|machine| machine.keep_written(kept.into_iter()));
    }
    Ok(Taken { closing, is_full })
}

async fn write_batch<W>(writer: &mut W, batch: &mut Vec<Bytes>) -> io::Result<()>
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    for bytes in batch.drain(..) {
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
