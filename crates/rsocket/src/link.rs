//! What a connection runs over: something that carries whole frames in order. It must not know what is in them.

pub mod memory;
pub mod tcp;
pub mod tls;
pub mod websocket;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, Stream};

/// A carrier of whole frames, in order and without loss, in both directions.
pub trait Link: Send + 'static {
    /// Yields one frame per item, without a length prefix; ends when the peer hangs up.
    type Reader: Stream<Item = io::Result<BytesMut>> + Send + Unpin + 'static;
    /// Takes one encoded frame per item. May hold them back until flushed.
    type Writer: Sink<Bytes, Error = io::Error> + Send + Unpin + 'static;

    /// A short stable word for metrics and spans.
    const NAME: &'static str;

    /// The two directions. The reader refuses frames over `max_frame_bytes` with [`io::ErrorKind::InvalidData`] and
    /// tells `pulse` of every byte as it comes in, so that a long frame on a slow link counts as a sign of life.
    fn split(self, max_frame_bytes: usize, pulse: Pulse) -> (Self::Reader, Self::Writer);
}

/// Counts the bytes that came in over a link.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<AtomicU64>);

impl Pulse {
    /// Notes that `bytes` came in.
    pub fn beat(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// All bytes so far.
    pub fn total_bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
