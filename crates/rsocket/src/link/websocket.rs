//! A WebSocket: one binary message per frame. It must not know how the socket was opened, nor what is in a frame.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{Sink, Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::link::{Link, Pulse};

/// A WebSocket whose handshake is done, from either side. Its own limit of message sizes should allow a frame.
#[derive(Debug)]
pub struct WebSocketLink<S>(WebSocketStream<S>);

impl<S> WebSocketLink<S> {
    /// Takes over an open socket.
    pub fn from_stream(socket: WebSocketStream<S>) -> Self {
        Self(socket)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Link for WebSocketLink<S> {
    type Reader = WebSocketReader<S>;
    type Writer = WebSocketWriter<S>;

    const NAME: &'static str = "websocket";

    fn split(self, max_frame_bytes: usize, pulse: Pulse) -> (Self::Reader, Self::Writer) {
        let (sink, stream) = self.0.split();
        (WebSocketReader { stream, max_frame_bytes, pulse }, WebSocketWriter(sink))
    }
}

/// The receiving direction. A sign of life is a whole message, pings included.
#[derive(Debug)]
pub struct WebSocketReader<S> {
    stream: SplitStream<WebSocketStream<S>>,
    max_frame_bytes: usize,
    pulse: Pulse,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for WebSocketReader<S> {
    type Item = io::Result<BytesMut>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let invalid = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text);
        loop {
            let message = match ready!(this.stream.poll_next_unpin(cx)) {
                None | Some(Err(Error::ConnectionClosed)) => return Poll::Ready(None),
                Some(message) => message.map_err(link_error)?,
            };
            this.pulse.beat(message.len().max(1));
            return Poll::Ready(Some(match message {
                Message::Binary(bytes) if bytes.len() > this.max_frame_bytes => Err(invalid("frame too long")),
                Message::Binary(bytes) => Ok(BytesMut::from(bytes)),
                Message::Text(_) => Err(invalid("a text message")),
                Message::Close(_) => return Poll::Ready(None),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
            }));
        }
    }
}

/// The sending direction.
#[derive(Debug)]
pub struct WebSocketWriter<S>(SplitSink<WebSocketStream<S>, Message>);

impl<S: AsyncRead + AsyncWrite + Unpin> Sink<Bytes> for WebSocketWriter<S> {
    type Error = io::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_ready(cx).map_err(link_error)
    }

    fn start_send(mut self: Pin<&mut Self>, frame: Bytes) -> io::Result<()> {
        Pin::new(&mut self.0).start_send(Message::Binary(frame)).map_err(link_error)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx).map_err(link_error)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx).map_err(link_error)
    }
}

fn link_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::Capacity(error) => io::Error::new(io::ErrorKind::InvalidData, error),
        error => io::Error::other(error),
    }
}
