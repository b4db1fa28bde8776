//! One browser's WebSocket, from its upgrade to its close: a shell around `EdgeSession` and a seat at the board's hub.
//!
//! Reading and writing go on side by side; a browser that does not read does not keep us from hearing it. It decides
//! nothing about messages.

use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use protocol::edge::EdgeMessage;
use protocol::lane::{Dialect, UpdatesUp};
use protocol::limits::{HELLO_TIMEOUT_MS, STUCK_BROWSER_MS};
use protocol::{ConnectionId, ErrorCode};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::error::ProtocolError;

use crate::admission::admit;
use crate::app::Shared;
use crate::edge_session::{EdgeSession, Step, read_hello, welcome};
use crate::fanout::Next;
use crate::hub::Seat;
use crate::limits::{CLOSE_TIMEOUT, PING_INTERVAL, SILENT_BROWSER, SLOWEST_BROWSER_BYTES_PER_SECOND};

type Sink = SplitSink<WebSocket, Message>;
type Stream = SplitStream<WebSocket>;

const HELLO_TIMEOUT: Duration = Duration::from_millis(HELLO_TIMEOUT_MS);
const STUCK_BROWSER: Duration = Duration::from_millis(STUCK_BROWSER_MS);

/// What a browser came with.
#[derive(Debug)]
pub struct Visit {
    /// The board's id as it stood in the path.
    pub board: String,
    /// `?key=` or bearer.
    pub key: Option<String>,
    /// What it will speak.
    pub dialect: Dialect,
    /// Its number.
    pub connection: ConnectionId,
    /// The id of the request that opened its socket.
    pub request_id: Option<String>,
}

/// How a connection ends.
enum Ending {
    /// The browser is not there any more.
    Gone,
    /// We close it, with this reason.
    Close(ErrorCode),
    /// The same, after something that leaves the rest of what it sends unreadable.
    CloseUnread(ErrorCode),
}

/// Serves one browser to its end.
pub async fn serve(socket: WebSocket, shared: Shared, visit: Visit) {
    let (mut sink, mut stream) = socket.split();
    let dialect = visit.dialect;
    let gauge = metrics::gauge!("gateway_connections", "dialect" => name(dialect));
    gauge.increment(1.0);
    let ending = match enter(&mut stream, &shared, visit).await {
        Ok((session, seat, state_vector)) => {
            tracing::info!("a browser joined");
            tokio::select! {
                ending = listen(&mut stream, session, &seat, state_vector) => ending,
                ending = speak(&mut sink, &seat) => ending,
            }
        }
        Err(ending) => ending,
    };
    gauge.decrement(1.0);
    let reason = match ending {
        Ending::Gone => "gone",
        Ending::Close(code) | Ending::CloseUnread(code) => code.id(),
    };
    metrics::counter!("gateway_connection_ends_total", "reason" => reason).increment(1);
    tracing::info!(reason, "a browser's connection ended");
    match ending {
        Ending::Gone => {}
        Ending::Close(code) => say_goodbye(&mut sink, dialect, code, stream.for_each(async |_| {})).await,
        Ending::CloseUnread(code) => say_goodbye(&mut sink, dialect, code, std::future::pending()).await,
    }
}

/// From upgrade to a seat: our client says hello first, a stock one has said all in its URL.
async fn enter(stream: &mut Stream, shared: &Shared, visit: Visit) -> Result<(EdgeSession, Seat, Bytes), Ending> {
    let Visit { board, mut key, dialect, connection, request_id } = visit;
    let mut state_vector = Bytes::new();
    if dialect == Dialect::Boardwalk {
        let first = hear(stream, HELLO_TIMEOUT).await?.ok_or(Ending::Close(ErrorCode::Malformed))?;
        let hello = read_hello(&first).map_err(Ending::Close)?;
        state_vector = first.slice_ref(hello.state_vector);
        if !hello.key.is_empty() {
            key = Some(hello.key.to_owned());
        }
    }
    let admission = admit(shared.storage.as_ref(), &board, key.as_deref()).await.map_err(|error| {
        if let Some(source) = &error.source {
            tracing::error!(code = error.code.id(), error = %source, "a browser could not be admitted");
        }
        Ending::Close(error.code)
    })?;
    let seat = shared.hubs.join(&admission, connection, dialect, request_id).map_err(Ending::Close)?;
    if dialect == Dialect::Boardwalk {
        seat.tell(welcome(&admission));
    }
    Ok((EdgeSession::new(&admission, connection, dialect), seat, state_vector))
}

/// Joins the board, then does what the browser asks, message by message. Waits where the updates lane has no credit, and
/// the browser's socket with it.
async fn listen(stream: &mut Stream, mut session: EdgeSession, seat: &Seat, state_vector: Bytes) -> Ending {
    seat.send(&session.join(state_vector)).await;
    seat.query_presence();
    let received = metrics::counter!("gateway_received_bytes_total");
    let mut patience = if session.dialect() == Dialect::Stock { HELLO_TIMEOUT } else { SILENT_BROWSER };
    loop {
        let message = match hear(stream, patience).await {
            Ok(Some(message)) => message,
            Ok(None) => continue,
            Err(ending) => return ending,
        };
        patience = SILENT_BROWSER;
        received.increment(message.len() as u64);
        match session.receive(&message) {
            Ok(step) => act(step, session.connection(), seat).await,
            Err(code) => return Ending::Close(code),
        }
    }
}

async fn act(step: Step, connection: ConnectionId, seat: &Seat) {
    match step {
        Step::Ignore => {}
        Step::Updates(message) => seat.send(&message).await,
        Step::Selection { client, message } => {
            if seat.may_speak_for(client) {
                seat.send(&UpdatesUp::Relay { connection, message }).await;
            }
        }
        Step::Draft { client, message } => {
            if seat.may_speak_for(client) {
                seat.put_draft(message);
            }
        }
        Step::Awareness(entries) => seat.put_awareness(entries),
        Step::QueryPresence => seat.query_presence(),
    }
}

/// The next message; `None` for a mere sign of life.
async fn hear(stream: &mut Stream, patience: Duration) -> Result<Option<Bytes>, Ending> {
    match timeout(patience, stream.next()).await {
        Err(_) => Err(Ending::Close(ErrorCode::Resync)),
        Ok(None | Some(Ok(Message::Close(_)))) => Err(Ending::Gone),
        Ok(Some(Ok(Message::Binary(message)))) => Ok(Some(message)),
        Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(None),
        Ok(Some(Ok(Message::Text(_)))) => Err(Ending::Close(ErrorCode::Malformed)),
        Ok(Some(Err(error))) => Err(unreadable(error)),
    }
}

/// What a socket's error means for its browser.
fn unreadable(error: Error) -> Ending {
    match error.into_inner().downcast::<SocketError>().as_deref() {
        Ok(SocketError::Capacity(_)) => Ending::CloseUnread(ErrorCode::TooLarge),
        Ok(SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Ending::Gone,
        Ok(SocketError::Protocol(_) | SocketError::Utf8(_)) => Ending::CloseUnread(ErrorCode::Malformed),
        _ => Ending::Gone,
    }
}

/// Sends the browser what the board has for it.
async fn speak(sink: &mut Sink, seat: &Seat) -> Ending {
    let sent = metrics::counter!("gateway_sent_bytes_total");
    let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = if pings.tick().now_or_never().is_some() {
            Message::Ping(Bytes::new())
        } else {
            match seat.next() {
                Next::Message(message) => Message::Binary(message),
                Next::Close(code) => return Ending::Close(code),
                Next::Nothing => tokio::select! {
                    () = seat.woken() => continue,
                    _ = pings.tick() => Message::Ping(Bytes::new()),
                },
            }
        };
        let bytes = payload_bytes(&message);
        let patience = STUCK_BROWSER + Duration::from_secs(bytes / SLOWEST_BROWSER_BYTES_PER_SECOND);
        match timeout(patience, sink.send(message)).await {
            Ok(Ok(())) => sent.increment(bytes),
            Ok(Err(_)) => return Ending::Gone,
            Err(_) => return Ending::Close(ErrorCode::Resync),
        }
    }
}

fn payload_bytes(message: &Message) -> u64 {
    match message {
        Message::Binary(bytes) => bytes.len() as u64,
        Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Close(_) => 0,
    }
}

/// Says why, closes, and gives the browser a moment to hear it, or until it has `answered`: dropped at once, the bytes
/// of its own that nobody read would reset the connection under the close.
async fn say_goodbye(sink: &mut Sink, dialect: Dialect, code: ErrorCode, answered: impl Future<Output = ()>) {
    let goodbye = async {
        if dialect == Dialect::Boardwalk {
            sink.send(Message::Binary(EdgeMessage::Refused(code).encode().into())).await?;
        }
        let close = CloseFrame { code: code.close_code(), reason: code.id().into() };
        sink.send(Message::Close(Some(close))).await?;
        answered.await;
        Ok::<(), Error>(())
    };
    // A browser that does not listen to the end is closed all the same.
    let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
}

fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Boardwalk => "boardwalk",
        Dialect::Stock => "stock",
    }
}
