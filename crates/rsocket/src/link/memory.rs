//! Two ends joined in memory, for one process and for tests. It must not know sockets.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, Stream};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::limits;
use crate::link::{Link, Pulse};

/// Two joined ends. Each direction holds [`limits::MEMORY_LINK_FRAMES`] frames, then its writer waits.
pub fn pair() -> (MemoryLink, MemoryLink) {
    let (left_tx, right_rx) = mpsc::channel(limits::MEMORY_LINK_FRAMES);
    let (right_tx, left_rx) = mpsc::channel(limits::MEMORY_LINK_FRAMES);
    let end = |tx, rx| MemoryLink { tx, rx };
    (end(left_tx, left_rx), end(right_tx, right_rx))
}

/// One of two joined ends.
#[derive(Debug)]
pub struct MemoryLink {
    tx: mpsc::Sender<Bytes>,
    rx: mpsc::Receiver<Bytes>,
}

impl Link for MemoryLink {
    type Reader = MemoryReader;
    type Writer = MemoryWriter;

    const NAME: &'static str = "memory";

    fn split(self, max_frame_bytes: usize, pulse: Pulse) -> (MemoryReader, MemoryWriter) {
        let reader = MemoryReader { rx: self.rx, max_frame_bytes, pulse };
        (reader, MemoryWriter(PollSender::new(self.tx)))
    }
}

/// The receiving direction of a [`MemoryLink`].
#[derive(Debug)]
pub struct MemoryReader {
    rx: mpsc::Receiver<Bytes>,
    max_frame_bytes: usize,
    pulse: Pulse,
}

impl Stream for MemoryReader {
    type Item = io::Result<BytesMut>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(frame) = ready!(this.rx.poll_recv(cx)) else {
            return Poll::Ready(None);
        };
        this.pulse.beat(frame.len());
        if frame.len() > this.max_frame_bytes {
            let error = io::Error::new(io::ErrorKind::InvalidData, "frame too long");
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(Some(Ok(BytesMut::from(frame))))
    }
}

/// The sending direction of a [`MemoryLink`].
#[derive(Debug)]
pub struct MemoryWriter(PollSender<Bytes>);

fn gone<E>(_: E) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the other end is gone")
}

impl Sink<Bytes> for MemoryWriter {
    type Error = io::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_reserve(cx).map_err(gone)
    }

    fn start_send(mut self: Pin<&mut Self>, frame: Bytes) -> io::Result<()> {
        self.0.send_item(frame).map_err(gone)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.close();
        Poll::Ready(Ok(()))
    }
}
