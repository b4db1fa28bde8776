//! One browser's WebSocket, from its upgrade to its close: a shell around `EdgeSession` and a seat at the board's hub.
//!
//! Reading and writing go on side by side; a browser that does not read does not keep us from hearing it. It decides
//! nothing about messages.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use protocol::edge::EdgeMessage;
use protocol::lane::{Dialect, UpdatesUp};
use protocol::limits::{HELLO_TIMEOUT_MS, STUCK_BROWSER_MS};
use protocol::{ConnectionId, ErrorCode, SecretHash};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tracing::Instrument;

use crate::admission::admit;
use crate::app::Shared;
use crate::by_address::Kind;
use crate::edge_session::{EdgeSession, Step, read_hello, welcome};
use crate::fanout::Next;
use crate::hub::{Seat, Waiting};
use crate::limits::{
    CLOSE_TIMEOUT, MESSAGE_BURST, PING_INTERVAL, SILENT_BROWSER, SLOWEST_BROWSER_BYTES_PER_SECOND, WRITE_AT_ONCE_BYTES,
};
use crate::people;
use crate::token_bucket::TokenBucket;

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
    /// Whose browser it is, where it says so.
    pub person: Option<SecretHash>,
    /// What their sign-in provider calls them, where they are signed in.
    pub account: Option<String>,
    /// Where it is, as far as that is counted.
    pub address: Option<IpAddr>,
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
    /// It, or its link, asks too much: milliseconds until it may come again.
    Busy(u64),
}

/// A browser that is on the board.
struct Conversation {
    sink: Sink,
    stream: Stream,
    session: EdgeSession,
    seat: Seat,
    turns: TokenBucket,
}

/// Lets one browser in and serves it to its end, in a task of its own: idle browsers are most of all, and should not carry
/// for as long as they live what it took to come in.
pub async fn serve(socket: WebSocket, shared: Shared, visit: Visit) {
    let (sink, mut stream) = socket.split();
    let dialect = visit.dialect;
    gauge(dialect).increment(1.0);
    let turns = TokenBucket::new(MESSAGE_BURST, shared.messages_per_second);
    match enter(&mut stream, &shared, visit).await {
        Ok((session, seat, state_vector)) => {
            tracing::info!("a browser joined");
            let join = Box::new(session.join(state_vector));
            let conversation = Box::new(Conversation { sink, stream, session, seat, turns });
            tokio::spawn(converse(conversation, join).in_current_span());
        }
        Err(ending) => part(ending, sink, stream, dialect).await,
    }
}

async fn converse(mut conversation: Box<Conversation>, join: Box<UpdatesUp>) {
    let Conversation { sink, stream, session, seat, turns } = &mut *conversation;
    let ending = tokio::select! {
        ending = listen(stream, session, seat, join, turns) => ending,
        ending = speak(sink, seat) => ending,
    };
    Box::pin(leave(*conversation, ending)).await;
}

/// Gives up the browser's place at once, and then its socket.
fn leave(conversation: Conversation, ending: Ending) -> impl Future<Output = ()> {
    let Conversation { sink, stream, session, .. } = conversation;
    part(ending, sink, stream, session.dialect())
}

async fn part(ending: Ending, mut sink: Sink, stream: Stream, dialect: Dialect) {
    gauge(dialect).decrement(1.0);
    let reason = match ending {
        Ending::Gone => "gone",
        Ending::Close(code) | Ending::CloseUnread(code) => code.id(),
        Ending::Busy(_) => ErrorCode::Busy.id(),
    };
    metrics::counter!("gateway_connection_ends_total", "reason" => reason).increment(1);
    tracing::info!(reason, "a browser's connection ended");
    match ending {
        Ending::Gone => {}
        Ending::Close(code) => say_goodbye(&mut sink, dialect, code, code.id(), stream.for_each(async |_| {})).await,
        Ending::CloseUnread(code) => say_goodbye(&mut sink, dialect, code, code.id(), std::future::pending()).await,
        Ending::Busy(wait_ms) => {
            let reason = format!("{}; retry-after={}", ErrorCode::Busy.id(), wait_ms.div_ceil(1000).max(1));
            say_goodbye(&mut sink, dialect, ErrorCode::Busy, &reason, std::future::pending()).await;
        }
    }
}

/// From upgrade to a seat: our client says hello first, a stock one has said all in its URL.
async fn enter(stream: &mut Stream, shared: &Shared, visit: Visit) -> Result<(EdgeSession, Seat, Bytes), Ending> {
    let Visit { board, mut key, person, account, address, dialect, connection, request_id } = visit;
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
        if error.code == ErrorCode::WrongKey {
            // Who shows too many is refused before the next upgrade.
            let _ = shared.by_address.take(Kind::WrongKey, address, shared.now_ms());
        }
        Ending::Close(error.code)
    })?;
    if let Some(person) = person {
        people::check(shared, admission.board(), &person).await.map_err(|error| Ending::Close(error.code))?;
    }
    if address.is_some() {
        shared.joins.take(admission.link(), shared.now_ms()).map_err(Ending::Busy)?;
    }
    let admission = admission.of(person, account);
    let seat = shared.hubs.join(&admission, connection, dialect, request_id).map_err(Ending::Close)?;
    shared.quotas.measure(shared.storage.as_ref(), admission.board(), seat.hub()).await;
    if dialect == Dialect::Boardwalk {
        seat.tell(welcome(admission.role(), admission.title()));
    }
    Ok((EdgeSession::new(&admission, connection, dialect), seat, state_vector))
}

/// Joins the board, then does what the browser asks, message by message. Waits where the updates lane has no credit, and
/// the browser's socket with it.
async fn listen(
    stream: &mut Stream,
    session: &mut EdgeSession,
    seat: &Seat,
    join: Box<UpdatesUp>,
    turns: &mut TokenBucket,
) -> Ending {
    if let Some(waiting) = seat.send(&join) {
        waiting.await;
    }
    drop(join);
    seat.query_presence();
    let received = metrics::counter!("gateway_received_bytes_total");
    let began = Instant::now();
    let mut patience = if session.dialect() == Dialect::Stock { HELLO_TIMEOUT } else { SILENT_BROWSER };
    loop {
        let message = match hear(stream, patience).await {
            Ok(Some(message)) => message,
            Ok(None) => continue,
            Err(ending) => return ending,
        };
        patience = SILENT_BROWSER;
        received.increment(message.len() as u64);
        let now_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Err(wait_ms) = turns.take(now_ms) {
            return Ending::Busy(wait_ms);
        }
        match session.receive(&message) {
            Ok(Step::Updates(UpdatesUp::Edit { .. })) if seat.hub().is_full() => {
                return Ending::Close(ErrorCode::BoardFull);
            }
            Ok(step) => {
                if let Some(waiting) = act(step, session.connection(), seat) {
                    waiting.await;
                }
            }
            Err(code) => return Ending::Close(code),
        }
    }
}

/// Does what a message asks for, or gives what has to be waited for first.
fn act(step: Step, connection: ConnectionId, seat: &Seat) -> Option<Waiting<'_>> {
    match step {
        Step::Ignore => {}
        Step::Updates(message) => return seat.send(&message),
        Step::Selection { client, message } => {
            if seat.may_speak_for(client) {
                return seat.send(&UpdatesUp::Relay { connection, message });
            }
        }
        Step::Draft { client, message } => {
            if seat.may_speak_for(client) {
                seat.put_draft(message);
            }
        }
        Step::Awareness(entries) => seat.put_awareness(entries),
        Step::QueryPresence => seat.query_presence(),
        Step::Rejoin(join) => {
            seat.query_presence();
            return seat.rejoin(join);
        }
        Step::Visit(token) => seat.take_over(token),
        Step::Answer => seat.tell(EdgeMessage::Pong.encode().into()),
    }
    None
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

/// Sends the browser what the board has for it. All that is there goes into the socket's buffer and from there to the
/// kernel in one call.
async fn speak(sink: &mut (impl SinkExt<Message> + Unpin), seat: &Seat) -> Ending {
    let sent = metrics::counter!("gateway_sent_bytes_total");
    let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_ping_due = false;
    loop {
        let mut messages = Vec::new();
        let after = seat.take(&mut messages, WRITE_AT_ONCE_BYTES);
        if let Next::Message(message) = &after {
            messages.push(message.clone());
            is_ping_due |= pings.tick().now_or_never().is_some();
        }
        if is_ping_due || !messages.is_empty() {
            let bytes: u64 = messages.iter().map(|message| message.len() as u64).sum();
            // Boxed: its place is not an idle browser's.
            match Box::pin(write_in_time(sink, &mut messages, is_ping_due, bytes)).await {
                Ok(()) => sent.increment(bytes),
                Err(ending) => return ending,
            }
            is_ping_due = false;
        }
        match after {
            Next::Message(_) => {}
            Next::Close(code) => return Ending::Close(code),
            Next::Nothing => {
                // Idle connections are most of all: they keep nothing.
                drop(messages);
                tokio::select! {
                    () = seat.woken() => {}
                    _ = pings.tick() => is_ping_due = true,
                }
            }
        }
    }
}

async fn write_in_time<S: SinkExt<Message> + Unpin>(
    sink: &mut S,
    messages: &mut Vec<Bytes>,
    is_ping_due: bool,
    bytes: u64,
) -> Result<(), Ending> {
    let mut writing = pin!(write(sink, messages, is_ping_due));
    // Nearly always the kernel takes it at once, and no timer is needed.
    let written = match writing.as_mut().now_or_never() {
        Some(written) => written,
        None => {
            let patience = STUCK_BROWSER + Duration::from_secs(bytes / SLOWEST_BROWSER_BYTES_PER_SECOND);
            Box::pin(timeout(patience, writing)).await.map_err(|_| Ending::Close(ErrorCode::Resync))?
        }
    };
    written.map_err(|_| Ending::Gone)
}

async fn write<S: SinkExt<Message> + Unpin>(
    sink: &mut S,
    messages: &mut Vec<Bytes>,
    is_ping_due: bool,
) -> Result<(), S::Error> {
    for message in messages.drain(..) {
        sink.feed(Message::Binary(message)).await?;
    }
    if is_ping_due {
        sink.feed(Message::Ping(Bytes::new())).await?;
    }
    sink.flush().await
}

/// Says why, closes, and gives the browser a moment to hear it, or until it has `answered`: dropped at once, the bytes
/// of its own that nobody read would reset the connection under the close.
async fn say_goodbye(
    sink: &mut Sink,
    dialect: Dialect,
    code: ErrorCode,
    reason: &str,
    answered: impl Future<Output = ()>,
) {
    let goodbye = async {
        if dialect == Dialect::Boardwalk {
            sink.send(Message::Binary(EdgeMessage::Refused(code).encode().into())).await?;
        }
        let close = CloseFrame { code: code.close_code(), reason: reason.into() };
        sink.send(Message::Close(Some(close))).await?;
        answered.await;
        Ok::<(), Error>(())
    };
    // A browser that does not listen to the end is closed all the same.
    let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
}

fn gauge(dialect: Dialect) -> metrics::Gauge {
    let name = match dialect {
        Dialect::Boardwalk => "boardwalk",
        Dialect::Stock => "stock",
    };
    metrics::gauge!("gateway_connections", "dialect" => name)
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use protocol::BoardId;

    use crate::admission::Admission;
    use crate::hub::Ticket;

    use super::*;
    use crate::hub::Hub;

    /// A browser whose socket takes so many messages and then no more.
    struct Stuck(usize);

    impl futures_util::Sink<Message> for Stuck {
        type Error = ();

        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            if self.0 > 0 { Poll::Ready(Ok(())) } else { Poll::Pending }
        }

        fn start_send(mut self: Pin<&mut Self>, _: Message) -> Result<(), ()> {
            self.0 -= 1;
            Ok(())
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn ticket(dialect: Dialect) -> Ticket {
        Ticket::new(&Admission::for_test(protocol::Role::Edit), dialect)
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_takes_nothing_for_thirty_seconds_is_closed_with_resync() {
        let task = Hub::prepare(BoardId::from_random([1; 20]), 1);
        let seat =
            task.hub().join(ConnectionId(1), ticket(Dialect::Boardwalk), 1).map_err(|_| "full").expect("a new hub");
        for _ in 0..3 {
            seat.tell(Bytes::from_static(b"message"));
        }
        let began = Instant::now();
        let ending = speak(&mut Stuck(2), &seat).await;
        assert!(matches!(ending, Ending::Close(ErrorCode::Resync)));
        assert!((STUCK_BROWSER..STUCK_BROWSER + Duration::from_secs(1)).contains(&began.elapsed()));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_browser_is_pinged_and_kept() {
        let task = Hub::prepare(BoardId::from_random([1; 20]), 1);
        let seat = task.hub().join(ConnectionId(1), ticket(Dialect::Stock), 1).map_err(|_| "full").expect("a new hub");
        let mut sink = Stuck(100);
        let minute = timeout(Duration::from_secs(61), speak(&mut sink, &seat)).await;
        assert!(minute.is_err());
        let pings = 60 / usize::try_from(PING_INTERVAL.as_secs()).expect("seconds");
        assert_eq!(100 - sink.0, pings, "one each {} s", PING_INTERVAL.as_secs());
    }
}
