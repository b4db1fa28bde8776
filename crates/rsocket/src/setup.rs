//! How a connection begins: the client's SETUP, and a server's judgement of it. It must not know what comes after.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::timeout;
use tracing::Instrument;

use crate::connection::Shared;
use crate::connection::run::{Ends, Keepalive, ride};
use crate::connection::session::{self, AnyEnds, Dial, Place};
use crate::error::ErrorCode;
use crate::link::Pulse;
use crate::machine::{Machine, Side, Terms};
use crate::meters::Meters;
use crate::wire::{self, Encoder, Frame, Ignored, ResumeFrame, SetupFrame};
use crate::{ConnectError, Connection, ConnectionOptions, Link, Payload, Responder, Sessions, limits};

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
    /// Whether the connection is to outlive its links.
    pub resume: bool,
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
    let setup = setup_frame(&options, None)?;
    let keepalive = client_keepalive(&options);
    let shared = share::<L>(Side::Client, &options, Terms { lease: options.lease, resume: false });
    let mut ends = split(link, &options);
    send_setup(&mut ends.writer, setup, &shared).await?;
    let riding = Arc::clone(&shared);
    spawn(async move {
        ride(&riding, ends, keepalive, &responder, pending::<()>()).await;
    });
    Ok(Connection::new(shared, true))
}

/// Opens a connection that outlives its links: when one is lost, `dial` makes another and the streams go on where they
/// were, for up to [`limits::RESUME_TIMEOUT`] and as long as no more than [`limits::RESUME_STORE_BYTES`] were on their
/// way. Otherwise it ends with [`CloseReason::NotResumed`](crate::CloseReason::NotResumed) and the next connection begins
/// afresh, as a [`Pool`](crate::Pool) does by itself. The server must have [`ConnectionOptions::sessions`].
///
/// ```no_run
/// # use std::sync::Arc;
/// # use rsocket::*;
/// # async fn join() -> Result<(), ConnectError> {
/// let dial = || tcp::TcpLink::connect("documents:7000");
/// let connection = connect_resumable(dial, ConnectionOptions::default(), Arc::new(Deaf)).await?;
/// # Ok(())
/// # }
/// ```
pub async fn connect_resumable<L: Link, F>(
    dial: impl Fn() -> F + Send + Sync + 'static,
    options: ConnectionOptions,
    responder: Arc<dyn Responder>,
) -> Result<Connection, ConnectError>
where
    F: Future<Output = io::Result<L>> + Send + 'static,
{
    let token = Bytes::from_owner(rand::random::<[u8; limits::RESUME_TOKEN_BYTES]>());
    let setup = setup_frame(&options, Some(token.clone()))?;
    let keepalive = client_keepalive(&options);
    let shared = share::<L>(Side::Client, &options, Terms { lease: options.lease, resume: true });
    let dial: Dial = Box::new(move || {
        let link = dial();
        let options = options.clone();
        Box::pin(async move { Ok(any(split(link.await?, &options))) })
    });
    let mut ends = dial().await?;
    send_setup(&mut ends.writer, setup, &shared).await?;
    spawn(session::keep_dialing(Arc::clone(&shared), ends, keepalive, responder, (dial, token)));
    Ok(Connection::new(shared, true))
}

async fn send_setup<W>(writer: &mut W, setup: Frame, shared: &Shared) -> Result<(), ConnectError>
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    shared.look(|machine| machine.meters().sent(&setup));
    let encoded = Encoder::default().encode(setup);
    writer.send(encoded.map_err(|error| ConnectError::Options(error.to_string()))?).await?;
    Ok(())
}

fn client_keepalive(options: &ConnectionOptions) -> Keepalive {
    Keepalive { ping: true, interval: options.keepalive_interval, lifetime: options.keepalive_lifetime }
}

fn share<L: Link>(side: Side, options: &ConnectionOptions, terms: Terms) -> Arc<Shared> {
    Arc::new(Shared::new(Machine::new(side, options, terms, Meters::new(L::NAME))))
}

fn spawn(life: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(life.instrument(tracing::debug_span!("rsocket_connection")));
}

fn split<L: Link>(link: L, options: &ConnectionOptions) -> Ends<L::Reader, L::Writer> {
    let pulse = Pulse::default();
    let (reader, writer) = link.split(max_frame_bytes(options), pulse.clone());
    Ends { reader, writer, pulse, first: Vec::new() }
}

fn any<R, W>(Ends { reader, writer, pulse, first }: Ends<R, W>) -> AnyEnds
where
    R: Stream<Item = io::Result<BytesMut>> + Send + 'static,
    W: Sink<Bytes, Error = io::Error> + Send + 'static,
{
    Ends { reader: Box::pin(reader), writer: Box::pin(writer), pulse, first }
}

fn setup_frame(options: &ConnectionOptions, resume_token: Option<Bytes>) -> Result<Frame, ConnectError> {
    let millis = |what: &str, duration: Duration| {
        let millis = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        let fits = millis > 0 && duration <= limits::MAX_KEEPALIVE;
        fits.then_some(millis).ok_or_else(|| ConnectError::Options(format!("{what} of {duration:?}")))
    };
    Ok(Frame::Setup(SetupFrame {
        version: VERSION,
        keepalive_ms: millis("keepalive interval", options.keepalive_interval)?,
        lifetime_ms: millis("keepalive lifetime", options.keepalive_lifetime)?,
        resume_token,
        lease: options.lease,
        metadata_mime: options.metadata_mime.clone(),
        data_mime: options.data_mime.clone(),
        payload: options.setup.clone(),
    }))
}

fn max_frame_bytes(options: &ConnectionOptions) -> usize {
    (options.max_message_bytes + FRAME_OVERHEAD_BYTES).min(limits::MAX_FRAME_BYTES)
}

/// Waits for a client's SETUP and lets `acceptor` judge it. The handle returned asks the client; the connection lives
/// on without it. A client that comes back to a connection among [`ConnectionOptions::sessions`] proves itself by its
/// token and is not judged again; the handle is then another one of that connection.
pub async fn accept<L: Link>(
    link: L,
    options: ConnectionOptions,
    acceptor: &dyn Acceptor,
) -> Result<Connection, ConnectError> {
    let meters = Meters::new(L::NAME);
    let mut ends = split(link, &options);
    let judged = match first_frame(&mut ends.reader, &meters).await {
        Ok(Frame::Resume(resume)) => match come_back(resume, any(ends), &options).await {
            Ok(connection) => return Ok(connection),
            Err((given_back, error)) => return Err(refuse(given_back.writer, error, &meters).await),
        },
        Ok(frame) => judge(frame, &options, acceptor),
        Err(error) => Err(error),
    };
    let Accepted { setup, responder, place } = match judged {
        Ok(accepted) => accepted,
        Err(error) => return Err(refuse(ends.writer, error, &meters).await),
    };
    let keepalive = Keepalive { ping: false, interval: setup.keepalive_interval, lifetime: setup.keepalive_lifetime };
    let terms = Terms { lease: setup.lease, resume: place.is_some() };
    let shared = share::<L>(Side::Server, &options, terms);
    let riding = Arc::clone(&shared);
    match place {
        Some(place) => spawn(session::await_client(riding, any(ends), keepalive, responder, place)),
        None => spawn(async move {
            ride(&riding, ends, keepalive, &responder, pending::<()>()).await;
        }),
    }
    Ok(Connection::new(shared, false))
}

/// A SETUP that is agreed to.
struct Accepted {
    setup: Setup,
    responder: Arc<dyn Responder>,
    /// Set when the connection is to be resumable.
    place: Option<Place>,
}

fn refused(code: ErrorCode, text: impl Into<String>) -> ConnectError {
    ConnectError::Refused { code, text: text.into() }
}

async fn first_frame<R>(reader: &mut R, meters: &Meters) -> Result<Frame, ConnectError>
where
    R: Stream<Item = io::Result<BytesMut>> + Unpin,
{
    let bytes = match timeout(limits::SETUP_TIMEOUT, reader.next()).await {
        Err(_) => return Err(refused(ErrorCode::INVALID_SETUP, "no SETUP in time")),
        Ok(None) => return Err(ConnectError::NoSetup),
        Ok(Some(Err(error))) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(refused(ErrorCode::INVALID_SETUP, error.to_string()));
        }
        Ok(Some(bytes)) => bytes?,
    };
    let frame = wire::decode(bytes).map_err(|error| refused(ErrorCode::INVALID_SETUP, error.to_string()))?;
    meters.received(&frame);
    Ok(frame)
}

fn judge(frame: Frame, options: &ConnectionOptions, acceptor: &dyn Acceptor) -> Result<Accepted, ConnectError> {
    let setup = match frame {
        Frame::Setup(setup) => setup,
        Frame::Ignored(Ignored::Misplaced { setup: true }) => {
            return Err(refused(ErrorCode::INVALID_SETUP, "SETUP must be on stream 0"));
        }
        _ => return Err(refused(ErrorCode::INVALID_SETUP, "the first frame must be a SETUP")),
    };
    let token = setup.resume_token.clone();
    let setup = check(setup, options).map_err(|(code, text)| refused(code, text))?;
    let responder = acceptor.accept(&setup).map_err(|no| refused(ErrorCode::REJECTED_SETUP, no.text))?;
    let register = |(sessions, token): (&Sessions, Bytes)| sessions.register(&token);
    let place = options.sessions.as_ref().zip(token).map(register).transpose();
    let place = place.map_err(|no| refused(ErrorCode::REJECTED_SETUP, no.to_string()))?;
    Ok(Accepted { setup, responder, place })
}

/// Attaches a client's new link to the connection it had; gives the link back with the reason why not.
async fn come_back(
    resume: ResumeFrame,
    ends: AnyEnds,
    options: &ConnectionOptions,
) -> Result<Connection, (AnyEnds, ConnectError)> {
    let rejected = |text: &str| refused(ErrorCode::REJECTED_RESUME, text);
    let Some(sessions) = &options.sessions else {
        return Err((ends, rejected("resumption is not supported")));
    };
    // The JavaScript implementation writes major and minor the wrong way round.
    if resume.version != VERSION && resume.version != (VERSION.1, VERSION.0) {
        return Err((ends, rejected("only version 1.0 is spoken here")));
    }
    match sessions.attach(&resume, ends).await {
        Ok(shared) => Ok(Connection::new(shared, false)),
        Err(ends) => Err((ends, rejected("there is nothing to go on with"))),
    }
}

fn check(setup: SetupFrame, options: &ConnectionOptions) -> Result<Setup, (ErrorCode, &'static str)> {
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
    match &setup.resume_token {
        Some(_) if options.sessions.is_none() => {
            return Err((ErrorCode::REJECTED_SETUP, "resumption is not supported"));
        }
        Some(token) if token.is_empty() => return Err((ErrorCode::INVALID_SETUP, "the resume token is empty")),
        _ => {}
    }
    if setup.lease && !options.lease {
        return Err((ErrorCode::UNSUPPORTED_SETUP, "leases are not supported"));
    }
    Ok(Setup {
        keepalive_interval: interval,
        keepalive_lifetime: lifetime.min(limits::MAX_KEEPALIVE),
        lease: setup.lease,
        resume: setup.resume_token.is_some(),
        metadata_mime: setup.metadata_mime,
        data_mime: setup.data_mime,
        payload: setup.payload,
    })
}

/// Tells the client why, if it listens; hands the reason on.
async fn refuse<W>(mut writer: W, error: ConnectError, meters: &Meters) -> ConnectError
where
    W: Sink<Bytes, Error = io::Error> + Unpin,
{
    let ConnectError::Refused { code, text } = &error else {
        return error;
    };
    tracing::info!(%code, text, "refused a connection");
    let frame = Frame::Error { stream: 0, code: *code, text: Bytes::from(text.clone()) };
    meters.refused(*code);
    meters.sent(&frame);
    let farewell = async {
        let bytes = Encoder::default().encode(frame).map_err(io::Error::other)?;
        writer.send(bytes).await?;
        writer.close().await
    };
    if let Ok(Err(error)) = timeout(limits::CLOSE_TIMEOUT, farewell).await {
        tracing::debug!(%error, "the refused client did not listen");
    }
    error
}
