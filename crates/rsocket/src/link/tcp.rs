//! A TCP socket: frames behind a 24-bit length, no Nagle, and little left to the kernel's queue so that the order of
//! writing stays the connection's. It must not know what is in a frame.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use socket2::SockRef;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio_util::codec::{Decoder, FramedRead, FramedWrite, LengthDelimitedCodec};

use crate::limits;
use crate::link::{Link, Pulse};

/// A connected TCP socket.
#[derive(Debug)]
pub struct TcpLink {
    stream: TcpStream,
}

impl TcpLink {
    /// Connects to the first address that answers.
    pub async fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::from_stream(TcpStream::connect(address).await?)
    }

    /// Takes over a connected socket, from either side.
    pub fn from_stream(stream: TcpStream) -> io::Result<Self> {
        prepare(&stream)?;
        Ok(Self { stream })
    }
}

/// No Nagle, and little left to the kernel's queue.
pub(super) fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_recv_buffer_size(limits::TCP_RECEIVE_BUFFER_BYTES)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_notsent_lowat(limits::TCP_NOTSENT_LOWAT_BYTES)?;
    Ok(())
}

pub(super) fn codec(max_frame_bytes: usize) -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder().length_field_length(3).max_frame_length(max_frame_bytes).new_codec()
}

/// Takes frames out of what was read. What comes behind a large frame gets a place of the usual size: it would otherwise
/// be read into the large one's, and a small message could keep all of that alive.
#[derive(Debug)]
pub struct Frames(pub(super) LengthDelimitedCodec);

impl Decoder for Frames {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, from: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        let frame = self.0.decode(from)?;
        if frame.as_ref().is_some_and(|frame| frame.len() > limits::READ_BYTES) {
            let mut place = BytesMut::with_capacity(limits::READ_BYTES);
            place.extend_from_slice(from);
            *from = place;
        }
        Ok(frame)
    }
}

impl Link for TcpLink {
    type Reader = FramedRead<Beating<OwnedReadHalf>, Frames>;
    type Writer = FramedWrite<OwnedWriteHalf, LengthDelimitedCodec>;

    const NAME: &'static str = "tcp";

    fn split(self, max_frame_bytes: usize, pulse: Pulse) -> (Self::Reader, Self::Writer) {
        let (read, write) = self.stream.into_split();
        let reader =
            FramedRead::with_capacity(Beating { read, pulse }, Frames(codec(max_frame_bytes)), limits::READ_BYTES);
        let mut writer = FramedWrite::new(write, codec(limits::MAX_FRAME_BYTES));
        // One write for a whole batch, which may be a turn longer than its limit.
        writer.set_backpressure_boundary(2 * limits::BATCH_BYTES);
        (reader, writer)
    }
}

/// A reader that tells a [`Pulse`] of every byte.
#[derive(Debug)]
pub struct Beating<R> {
    pub(super) read: R,
    pub(super) pulse: Pulse,
}

impl<R: AsyncRead + Unpin> AsyncRead for Beating<R> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.read).poll_read(cx, buffer))?;
        this.pulse.beat(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::codec::Encoder;

    use super::*;

    #[test]
    fn what_follows_a_large_frame_does_not_share_its_place() {
        let mut stream = BytesMut::new();
        for length in [10, 1 << 20, 20, 30] {
            codec(limits::MAX_FRAME_BYTES).encode(bytes::Bytes::from(vec![7; length]), &mut stream).expect("it fits");
        }
        let mut frames = Frames(codec(limits::MAX_FRAME_BYTES));
        let mut next = || frames.decode(&mut stream).expect("frames").map(|frame| (frame.len(), stream.capacity()));
        assert_eq!(next().map(|(length, _)| length), Some(10));
        let (length, place_bytes) = next().expect("a frame");
        assert_eq!(length, 1 << 20);
        assert!(place_bytes <= limits::READ_BYTES, "{place_bytes} bytes are kept for the next frames");
        assert_eq!([next(), next(), next()].map(|frame| frame.map(|(length, _)| length)), [Some(20), Some(30), None]);
    }
}
