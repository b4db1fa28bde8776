//! Connections that go on over another link: two of our own with a wire between them that can be cut, on a virtual clock.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use rsocket::*;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

/// Counts on a stream, echoes on a channel.
struct Numbers;

#[async_trait]
impl Responder for Numbers {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        Ok(request)
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        let pad: usize = String::from_utf8_lossy(&request.data).parse().unwrap();
        for at in 0u64.. {
            let mut message = at.to_be_bytes().to_vec();
            message.resize(8 + pad, 0);
            if out.send(Payload::new(message)).await.is_err() {
                return;
            }
        }
    }

    async fn request_channel(&self, first: Payload, channel: IncomingChannel) {
        let (mut out, mut inbound) = channel.accept(Window::of(8));
        out.send(first).await.unwrap();
        while let Some(Ok(message)) = inbound.next().await {
            if out.send(message).await.is_err() {
                return;
            }
        }
        out.complete();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mood {
    /// Links carry frames.
    Up,
    /// Links cannot be made.
    Down,
    /// Links are made, take every frame, and carry none after the first from either side.
    Hole,
}

/// A server behind wires that can be cut.
#[derive(Clone)]
struct Place {
    mood: Arc<Mutex<Mood>>,
    sessions: Arc<Mutex<Sessions>>,
    wires: Arc<Mutex<Vec<AbortHandle>>>,
    accepted: Arc<Mutex<Vec<Connection>>>,
}

impl Place {
    fn new() -> Self {
        Self {
            mood: Arc::new(Mutex::new(Mood::Up)),
            sessions: Arc::default(),
            wires: Arc::default(),
            accepted: Arc::default(),
        }
    }

    async fn dial(self) -> io::Result<memory::MemoryLink> {
        if *self.mood.lock().unwrap() == Mood::Down {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (client, left) = memory::pair();
        let (right, server) = memory::pair();
        let [left, right] = [left, right].map(|link| link.split(usize::MAX, link::Pulse::default()));
        for (reader, writer) in [(left.0, right.1), (right.0, left.1)] {
            let wire = tokio::spawn(carry(reader, writer, Arc::clone(&self.mood)));
            self.wires.lock().unwrap().push(wire.abort_handle());
        }
        let options = ConnectionOptions { sessions: Some(self.sessions.lock().unwrap().clone()), ..options() };
        tokio::spawn(async move {
            let acceptor = |_: &Setup| Ok(Arc::new(Numbers) as Arc<dyn Responder>);
            if let Ok(connection) = accept(server, options, &acceptor).await {
                self.accepted.lock().unwrap().push(connection);
            }
        });
        Ok(client)
    }

    fn cut(&self) {
        self.wires.lock().unwrap().drain(..).for_each(|wire| wire.abort());
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// As after a restart.
    fn forget_sessions(&self) {
        *self.sessions.lock().unwrap() = Sessions::default();
    }

    async fn join(&self) -> Connection {
        let place = self.clone();
        connect_resumable(move || place.clone().dial(), options(), Arc::new(Numbers)).await.unwrap()
    }

    fn server(&self) -> Connection {
        self.accepted.lock().unwrap()[0].clone()
    }
}

async fn carry(mut reader: memory::MemoryReader, mut writer: memory::MemoryWriter, mood: Arc<Mutex<Mood>>) {
    let mut is_first = true;
    while let Some(Ok(frame)) = reader.next().await {
        let is_swallowed = *mood.lock().unwrap() == Mood::Hole && !is_first;
        is_first = false;
        if !is_swallowed && writer.send(frame.freeze()).await.is_err() {
            return;
        }
    }
}

fn options() -> ConnectionOptions {
    ConnectionOptions { mtu: 1_000, ..ConnectionOptions::default() }
}

fn number(message: Option<Result<Payload, StreamError>>) -> u64 {
    u64::from_be_bytes(message.unwrap().unwrap().data[..8].try_into().unwrap())
}

#[tokio::test(start_paused = true)]
async fn streams_go_on_in_order_and_without_repetition() {
    let place = Place::new();
    let client = place.join().await;
    let mut short = client.request_stream(Payload::new("10"), Window::of(3)).unwrap();
    let mut long = client.request_stream(Payload::new("5000"), Window::of(7)).unwrap();
    let (mut out, mut echo) = client.request_channel(Payload::new("first"), Window::of(5)).unwrap();
    assert_eq!(echo.next().await.unwrap().unwrap().data, "first");
    for at in 0..300u64 {
        if at % 3 == 0 {
            place.cut();
        }
        out.send(Payload::new(at.to_be_bytes().to_vec())).await.unwrap();
        assert_eq!(number(short.next().await), at);
        assert_eq!(number(long.next().await), at);
        assert_eq!(number(echo.next().await), at);
    }
    out.complete();
    assert_eq!(echo.next().await, None);
    let mut from_server = place.server().request_stream(Payload::new("1"), Window::of(2)).unwrap();
    place.cut();
    for at in 0..50 {
        assert_eq!(number(from_server.next().await), at);
    }
    assert!(place.accepted.lock().unwrap().len() > 90, "the cuts led to new links");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_not_noticed_the_loss_is_joined_again() {
    let place = Place::new();
    let client = place.join().await;
    let mut stream = client.request_stream(Payload::new("1"), Window::of(2)).unwrap();
    assert_eq!(number(stream.next().await), 0);
    // Both sides hear nothing; the client gives its link up first, because only it knows that it asked.
    place.set(Mood::Hole);
    sleep(options().keepalive_lifetime / 2).await;
    place.set(Mood::Up);
    place.wires.lock().unwrap()[0].abort();
    for at in 1..20 {
        assert_eq!(number(stream.next().await), at);
    }
}

#[tokio::test(start_paused = true)]
async fn too_much_on_its_way_ends_both_sides_with_a_reason() {
    let place = Place::new();
    let client = place.join().await;
    let mut stream = client.request_stream(Payload::new("10000"), Window::of(1_000)).unwrap();
    assert_eq!(number(stream.next().await), 0);
    place.set(Mood::Hole);
    // More than the store holds goes out and does not arrive.
    let server = place.server();
    sleep(Duration::from_millis(100)).await;
    place.cut();
    place.set(Mood::Up);
    let reason = client.closed().await;
    assert!(matches!(&reason, CloseReason::NotResumed { text } if text.contains("REJECTED_RESUME")), "{reason}");
    assert!(matches!(server.closed().await, CloseReason::NotResumed { .. }));
    while let Some(message) = stream.next().await {
        if let Err(error) = message {
            assert_eq!(error, StreamError::ConnectionLost);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_away_is_forgotten() {
    let place = Place::new();
    let client = place.join().await;
    let mut stream = client.request_stream(Payload::new("1"), Window::of(2)).unwrap();
    assert_eq!(number(stream.next().await), 0);
    let server = place.server();
    place.set(Mood::Down);
    let since = Instant::now();
    place.cut();
    sleep(Duration::from_millis(1)).await;
    let waiting = client.request_response(Payload::new("while there is no link"));
    let (answer, reason) = tokio::join!(waiting, client.closed());
    assert!(matches!(reason, CloseReason::NotResumed { .. }), "{reason}");
    assert_eq!(answer, Err(RequestError::Stream(StreamError::NotSent)), "and may be tried elsewhere");
    assert!(matches!(server.closed().await, CloseReason::NotResumed { .. }));
    assert_eq!(since.elapsed().as_secs(), limits::RESUME_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn closing_and_draining_are_final() {
    for end in [Connection::close, Connection::begin_drain] {
        let place = Place::new();
        let client = place.join().await;
        client.request_response(Payload::new("up")).await.unwrap();
        let server = place.server();
        end(&client);
        let since = Instant::now();
        client.closed().await;
        server.closed().await;
        assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    }
}

struct Resuming(Place);

#[async_trait]
impl Connector for Resuming {
    async fn connect(&self, _: &str) -> Result<Connection, ConnectError> {
        Ok(self.0.join().await)
    }
}

/// A server that has forgotten is joined anew: what was open is lost, with a typed error, and new streams work.
#[tokio::test(start_paused = true)]
async fn a_pool_falls_back_to_a_fresh_session() {
    let place = Place::new();
    let pool = Pool::new(Resuming(place.clone()));
    pool.set_targets(vec![Target { address: "a".into(), weight: 1.0 }]);
    pool.connected().wait_for(|count| *count == 1).await.unwrap();
    let first = pool.pick(&[]).unwrap();
    let mut stream = first.request_stream(Payload::new("1"), Window::of(1)).unwrap();
    assert_eq!(number(stream.next().await), 0);

    place.set(Mood::Down);
    place.cut();
    sleep(Duration::from_millis(10)).await;
    assert!(pool.pick(&[]).is_err(), "while there is no link, others are to be picked");
    place.forget_sessions();
    place.set(Mood::Up);
    assert!(matches!(first.closed().await, CloseReason::NotResumed { .. }));
    let lost = loop {
        match stream.next().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(lost, StreamError::ConnectionLost);
    pool.connected().wait_for(|count| *count == 0).await.unwrap();
    pool.connected().wait_for(|count| *count == 1).await.unwrap();
    let answer = pool.pick(&[]).unwrap().request_response(Payload::new("again")).await;
    assert_eq!(answer, Ok(Payload::new("again")));
}
