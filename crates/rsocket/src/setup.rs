//! How a connection begins: the client's SETUP, and a server's judgement of it. It must not know what comes after.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::timeout;

use crate::connection::Shared;
use crate::connection::run::{self, Keepalive};
use crate::error::ErrorCode;
use crate::link::Pulse;
use crate::machine::{Machine, Side};
use crate::meters::Meters;
use crate::wire::{self, Encoder, Frame, Ignored, SetupFrame};
use crate::{ConnectError, Connection, ConnectionOptions, Link, Payload, Responder, limits};

/// A frame of a peer that does not fragment holds a whole message: room for what surrounds it.
const FRAME_OVERHEAD_BYTES: usize = 1024;
const VERSION: (u16, u16) = (1, 0);

/// What a client says about itself and the connection it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// How often the client will ask for a sign of life.
    pub keepalive_interval: Duration,
    /// How long silence may last.
    pub keepalive_lifetime: Duration,
    /// Whether requests need leases, in both directions.
    pub lease: bool,
    /// Mime type of all metadata.
    pub metadata_mime: String,
    /// Mime type of all data.
    pub data_mime: String,
    /// Whatever the client wants to be judged by, credentials for instance.
    pub payload: Payload,
}

/// An acceptor's "no", sent as REJECTED_SETUP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupRefused {
    /// For the client's log.
    pub text: String,
}

/// Judges new connections. Implemented by closures of the same form.
pub trait Acceptor: Send + Sync {
    /// Who shall answer this client's requests, or why nobody will.
    fn accept(&self, setup: &Setup) -> Result<Arc<dyn Responder>, SetupRefused>;
}

impl<F> Acceptor for F
where
    F: Fn(&Setup) -> Result<Arc<dyn Responder>, SetupRefused> + Send + Sync,
{
    fn accept(&self, setup: &Setup) -> Result<Arc<dyn Responder>, SetupRefused> {
        self(setup)
    }
}

/// Opens a connection as its client; `responder` answers what the server asks. Sends the SETUP and does not wait: a
/// server that refuses it ends the connection, with [`CloseReason::Peer`](crate::CloseReason::Peer).
pub async fn connect<L: Link>(
    link: L,
    options: ConnectionOptions,
    responder: Arc<dyn Responder>,
) -> Result<Connection, ConnectError> {
    let setup = encode_setup(&options)?;
    let pulse = Pulse::default();
    let (reader, mut writer) = link.split(max_frame_bytes(&options), pulse.clone());
    writer.send(setup).await?;
    let keepalive =
        Keepalive { ping: true, interval: options.keepalive_interval, lifetime: options.keepalive_lifetime };
    let machine = Machine::new(Side::Client, &options, options.lease, Meters::new(L::NAME));
    let shared = Arc::new(Shared::new(machine));
    run::start(&shared, (reader, writer), pulse, keepalive, responder);
    Ok(Connection::new(shared, true))
}

fn encode_setup(options: &ConnectionOptions) -> Result<Bytes, ConnectError> {
    let millis = |what: &str, duration: Duration| {
        let millis = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        let fits = millis > 0 && duration <= limits::MAX_KEEPALIVE;
        fits.then_some(millis).ok_or_else(|| ConnectError::Options(format!("{what} of {duration:?}")))
    };
    let frame = Frame::Setup(SetupFrame {
        version: VERSION,
        keepalive_ms: millis("keepalive interval", options.keepalive_interval)?,
        lifetime_ms: millis("keepalive lifetime", options.keepalive_lifetime)?,
        resume_token: None,
        lease: options.lease,
        metadata_mime: options.metadata_mime.clone(),
        data_mime: options.data_mime.clone(),
        payload: options.setup.clone(),
    });
    let encoded = Encoder::default().encode(frame);
    encoded.map_err(|error| ConnectError::Options(error.to_string()))
}

fn max_frame_bytes(options: &ConnectionOptions) -> usize {
    (options.max_message_bytes + FRAME_OVERHEAD_BYTES).min(limits::MAX_FRAME_BYTES)
}

/// Waits for a client's SETUP and lets `acceptor` judge it. The handle returned asks the client; the connection lives
/// on without it.
pub async fn accept<L: Link>(
    link: L,
    options: ConnectionOptions,
    acceptor: &dyn Acceptor,
) -> Result<Connection, ConnectError> {
    let pulse = Pulse::default();
    let (mut reader, mut writer) = link.split(max_frame_bytes(&options), pulse.clone());
    let (setup, responder) = match judge(&mut reader, &options, acceptor).await {
        Ok(accepted) => accepted,
        Err(error) => {
            if let ConnectError::Refused { code, text } = &error {
                tracing::info!(%code, text, "refused a connection");
                refuse(&mut writer, *code, text).await;
            }
            return Err(error);
        }
    };
    let keepalive = Keepalive { ping: false, interval: setup.keepalive_interval, lifetime: setup.keepalive_lifetime };
    let machine = Machine::new(Side::Server, &options, setup.lease, Meters::new(L::NAME));
    let shared = Arc::new(Shared::new(machine));
    run::start(&shared, (reader, writer), pulse, keepalive, responder);
    Ok(Connection::new(shared, false))
}

async fn judge<R>(
    reader: &mut R,
    options: &ConnectionOptions,
    acceptor: &dyn Acceptor,
) -> Result<(Setup, Arc<dyn Responder>), ConnectError>
where
    R: Stream<Item = io::Result<BytesMut>> + Unpin,
{
    let refused = |code, text: String| ConnectError::Refused { code, text };
    let frame = match timeout(limits::SETUP_TIMEOUT, reader.next()).await {
        Err(_) => return Err(refused(ErrorCode::INVALID_SETUP, "no SETUP in time".to_owned())),
        Ok(None) => return Err(ConnectError::NoSetup),
        Ok(Some(Err(error))) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(refused(ErrorCode::INVALID_SETUP, error.to_string()));
        }
        Ok(Some(bytes)) => wire::decode(bytes?),
    };
    let frame = frame.map_err(|error| refused(ErrorCode::INVALID_SETUP, error.to_string()))?;
    let setup = check(frame, options).map_err(|(code, text)| refused(code, text.to_owned()))?;
    let responder = acceptor.accept(&setup);
    let responder = responder.map_err(|no| refused(ErrorCode::REJECTED_SETUP, no.text))?;
    Ok((setup, responder))
}

fn check(frame: Frame, options: &ConnectionOptions) -> Result<Setup, (ErrorCode, &'static str)> {
    let setup = match frame {
        Frame::Setup(setup) => setup,
        Frame::Resume(_) => return Err((ErrorCode::REJECTED_RESUME, "resumption is not supported")),
        Frame::Ignored(Ignored::Misplaced { setup: true }) => {
            return Err((ErrorCode::INVALID_SETUP, "SETUP must be on stream 0"));
        }
        _ => return Err((ErrorCode::INVALID_SETUP, "the first frame must be a SETUP")),
    };
    if setup.version != VERSION {
        return Err((ErrorCode::INVALID_SETUP, "only version 1.0 is spoken here"));
    }
    let [interval, lifetime] = [setup.keepalive_ms, setup.lifetime_ms].map(u64::from);
    let [interval, lifetime] = [interval, lifetime].map(Duration::from_millis);
    if interval.is_zero() || lifetime.is_zero() {
        return Err((ErrorCode::INVALID_SETUP, "keepalive times must not be 0"));
    }
    if interval > limits::MAX_KEEPALIVE {
        return Err((ErrorCode::UNSUPPORTED_SETUP, "the keepalive interval is too long"));
    }
    if setup.resume_token.is_some() {
        return Err((ErrorCode::REJECTED_SETUP, "resumption is not supported"));
    }
    if setup.lease && !options.lease {
        return Err((ErrorCode::UNSUPPORTED_SETUP, "leases are not supported"));
    }
    Ok(Setup {
        keepalive_interval: interval,
        keepalive_lifetime: lifetime.min(limits::MAX_KEEPALIVE),
        lease: setup.lease,
        metadata_mime: setup.metadata_mime,
        data_mime: setup.data_mime,
        payload: setup.payload,
    })
}

/// Tells the client why, if it listens.
async fn refuse<W>(writer: &mut W, code: ErrorCode, text: &str)
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    let frame = Frame::Error { stream: 0, code, text: Bytes::copy_from_slice(text.as_bytes()) };
    let farewell = async {
        let bytes = Encoder::default().encode(frame).map_err(io::Error::other)?;
        writer.send(bytes).await?;
        writer.close().await
    };
    if let Ok(Err(error)) = timeout(limits::CLOSE_TIMEOUT, farewell).await {
        tracing::debug!(%error, "the refused client did not listen");
    }
}
