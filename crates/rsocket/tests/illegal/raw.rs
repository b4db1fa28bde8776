//! A socket that writes and reads frames as bytes, and a server to write them to.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use rsocket::*;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

/// Flags of a frame.
pub const IGNORE: u16 = 0x200;
pub const METADATA: u16 = 0x100;
pub const FOLLOWS: u16 = 0x80;
pub const RESUME: u16 = 0x80;
pub const RESPOND: u16 = 0x80;
pub const COMPLETE: u16 = 0x40;
pub const LEASE: u16 = 0x40;
pub const NEXT: u16 = 0x20;

/// Types of a frame.
pub const SETUP: u16 = 0x01;
pub const KEEPALIVE: u16 = 0x03;
pub const REQUEST_RESPONSE: u16 = 0x04;
pub const REQUEST_FNF: u16 = 0x05;
pub const REQUEST_STREAM: u16 = 0x06;
pub const REQUEST_CHANNEL: u16 = 0x07;
pub const REQUEST_N: u16 = 0x08;
pub const CANCEL: u16 = 0x09;
pub const PAYLOAD: u16 = 0x0A;
pub const ERROR: u16 = 0x0B;
pub const METADATA_PUSH: u16 = 0x0C;
pub const RESUME_FRAME: u16 = 0x0D;
pub const RESUME_OK: u16 = 0x0E;

/// A frame's bytes.
pub fn frame(stream: u32, kind: u16, flags: u16, body: &[u8]) -> Bytes {
    let mut out = BytesMut::new();
    out.put_u32(stream);
    out.put_u16(kind << 10 | flags);
    out.put_slice(body);
    out.freeze()
}

/// The body of a SETUP of this version and these keepalive times.
pub fn setup_body(version: (u16, u16), interval_ms: u32, lifetime_ms: u32) -> Vec<u8> {
    let mut out = Vec::new();
    out.put_u16(version.0);
    out.put_u16(version.1);
    out.put_u32(interval_ms);
    out.put_u32(lifetime_ms);
    out.put_slice(b"\x03a/b\x03c/d");
    out
}

pub fn setup() -> Bytes {
    frame(0, SETUP, 0, &setup_body((1, 0), 10_000, 30_000))
}

/// A SETUP that asks for resumption.
pub fn resumable_setup(token: &[u8]) -> Bytes {
    let body = setup_body((1, 0), 10_000, 30_000);
    let (fixed, mimes) = body.split_at(12);
    let length = u16::try_from(token.len()).unwrap().to_be_bytes();
    frame(0, SETUP, RESUME, &[fixed, &length, token, mimes].concat())
}

/// A RESUME from a client that has received up to `received` and still has what it sent from `first_available` on.
pub fn resume(version: (u16, u16), token: &[u8], received: u64, first_available: u64) -> Bytes {
    let mut body = Vec::new();
    body.put_u16(version.0);
    body.put_u16(version.1);
    body.put_u16(u16::try_from(token.len()).unwrap());
    body.put_slice(token);
    body.put_u64(received);
    body.put_u64(first_available);
    frame(0, RESUME_FRAME, 0, &body)
}

/// A request with an initial request-n.
pub fn request(stream: u32, kind: u16, flags: u16, n: u32, rest: &[u8]) -> Bytes {
    let mut body = n.to_be_bytes().to_vec();
    body.extend_from_slice(rest);
    frame(stream, kind, flags, &body)
}

/// Echoes; a stream repeats its request once for each message of credit, for ever.
struct Echo;

#[async_trait]
impl Responder for Echo {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        if &request.data[..] == b"never" {
            std::future::pending::<()>().await;
        }
        assert_ne!(&request.data[..], b"panic", "asked to");
        Ok(request)
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        while out.send(request.clone()).await.is_ok() {}
    }

    async fn request_channel(&self, _: Payload, inbound: IncomingChannel) {
        let (_outbound, inbound) = inbound.accept(Window::manual(1));
        // Keeps both halves, and the credit of one message, until the stream ends.
        _outbound.closed().await;
        drop(inbound);
    }
}

/// What the peer's socket said.
#[derive(Debug, PartialEq, Eq)]
pub struct Heard {
    pub stream: u32,
    pub kind: u16,
    pub flags: u16,
    pub body: Bytes,
}

impl Heard {
    pub fn error_code(&self) -> u32 {
        assert_eq!(self.kind, ERROR, "{self:?}");
        u32::from_be_bytes(self.body[..4].try_into().unwrap())
    }
}

/// A server that lives as long as the test.
pub struct Service {
    address: SocketAddr,
    accepted: mpsc::UnboundedReceiver<Result<Connection, ConnectError>>,
}

impl Service {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tx, accepted) = mpsc::unbounded_channel();
        let options = ConnectionOptions {
            max_message_bytes: 10_000,
            sessions: Some(Sessions::default()),
            ..ConnectionOptions::default()
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tx, options) = (tx.clone(), options.clone());
                tokio::spawn(async move {
                    let acceptor = |_: &Setup| Ok(Arc::new(Echo) as Arc<dyn Responder>);
                    let link = tcp::TcpLink::from_stream(stream).unwrap();
                    tx.send(accept(link, options, &acceptor).await).ok();
                });
            }
        });
        Self { address, accepted }
    }

    /// What became of the next socket.
    pub async fn accepted(&mut self) -> Result<Connection, ConnectError> {
        self.accepted.recv().await.unwrap()
    }

    /// How the next connection ended.
    pub async fn ended(&mut self) -> CloseReason {
        self.accepted().await.unwrap().closed().await
    }
}

pub struct Raw {
    pub socket: Framed<TcpStream, LengthDelimitedCodec>,
}

impl Raw {
    /// A socket to a server, with nothing sent.
    pub async fn open(service: &Service) -> Self {
        let stream = TcpStream::connect(service.address).await.unwrap();
        let codec = LengthDelimitedCodec::builder().length_field_length(3).new_codec();
        Self { socket: Framed::new(stream, codec) }
    }

    /// A socket whose SETUP has been sent.
    pub async fn set_up(service: &Service) -> Self {
        let mut raw = Self::open(service).await;
        raw.send(setup()).await;
        raw
    }

    /// Sends; a server that has already hung up is heard of when reading.
    pub async fn send(&mut self, frame: Bytes) {
        self.socket.send(frame).await.ok();
    }

    pub async fn hear(&mut self) -> Option<Heard> {
        let bytes = self.socket.next().await?.ok()?;
        let kind_and_flags = u16::from_be_bytes([bytes[4], bytes[5]]);
        Some(Heard {
            stream: u32::from_be_bytes(bytes[..4].try_into().unwrap()),
            kind: kind_and_flags >> 10,
            flags: kind_and_flags & 0x3FF,
            body: bytes.freeze().slice(6..),
        })
    }

    /// The next thing heard is an ERROR with `code` on `stream`.
    pub async fn expect_error(&mut self, stream: u32, code: u32) {
        let heard = self.hear().await.expect("an ERROR");
        assert_eq!((heard.stream, heard.error_code()), (stream, code), "{heard:?}");
    }

    /// The next thing heard is the end.
    pub async fn expect_end(&mut self) {
        assert_eq!(self.hear().await, None);
    }

    /// The connection still answers, and has said nothing else meanwhile.
    pub async fn expect_alive(&mut self, stream: u32) {
        self.send(frame(stream, REQUEST_RESPONSE, 0, b"alive")).await;
        let heard = self.hear().await.expect("an answer");
        assert_eq!((heard.stream, heard.kind, &heard.body[..]), (stream, PAYLOAD, &b"alive"[..]));
    }
}
