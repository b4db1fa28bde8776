//! The parts of the benchmark on this crate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::future::{join_all, ready};
use futures_util::{StreamExt, TryStreamExt, stream};
use rsocket::*;
use tokio::net::TcpListener;

use super::{FLOOD_BYTES, IDLE_CHANNELS, IDLE_CONNECTIONS, IN_FLIGHT, MESSAGES, PROBES, REQUESTS, latency, rate};

/// Enough that a round trip does not run dry.
const WINDOW: Window = Window::of(1_024);
/// What a channel begins with that is held open, and one that is echoed message by message.
const HOLD: &[u8] = b"hold";
const SINGLY: &[u8] = b"singly";

/// Echoes requests and channels, floods a stream with messages like the request, and holds some channels open.
struct Load;

#[async_trait]
impl Responder for Load {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        Ok(request)
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        while out.send(request.clone()).await.is_ok() {}
    }

    async fn request_channel(&self, first: Payload, inbound: IncomingChannel) {
        if &first.data[..] == HOLD {
            let (out, inbound) = inbound.accept(Window::of(32));
            out.closed().await;
            drop(inbound);
            return;
        }
        let is_singly = &first.data[..SINGLY.len()] == SINGLY;
        let (mut out, mut inbound) = inbound.accept(WINDOW);
        if !is_singly {
            let messages = stream::once(ready(Ok(first))).chain(inbound);
            messages.map_err(|_| SendError::Ended).forward(out).await.ok();
            return;
        }
        let mut message = Some(Ok(first));
        while let Some(Ok(payload)) = message {
            if out.send(payload).await.is_err() {
                return;
            }
            message = inbound.next().await;
        }
        out.complete();
    }
}

async fn join() -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = |_: &Setup| Ok(Arc::new(Load) as Arc<dyn Responder>);
        let link = tcp::TcpLink::from_stream(stream).unwrap();
        accept(link, options(), &acceptor).await.unwrap().closed().await;
    });
    let link = tcp::TcpLink::connect(address).await.unwrap();
    connect(link, options(), Arc::new(Deaf)).await.unwrap()
}

fn options() -> ConnectionOptions {
    ConnectionOptions { keepalive_lifetime: Duration::from_secs(60), ..ConnectionOptions::default() }
}

fn message(bytes: usize) -> Payload {
    Payload::new(vec![b'x'; bytes])
}

/// `count` requests, [`IN_FLIGHT`] at a time.
pub async fn ask(connection: &Connection, bytes: usize, count: u32) {
    let ask = || async {
        for _ in 0..count / IN_FLIGHT {
            connection.request_response(message(bytes)).await.unwrap();
        }
    };
    join_all((0..IN_FLIGHT).map(|_| ask())).await;
}

pub async fn requests(bytes: usize) -> f64 {
    let connection = join().await;
    rate(REQUESTS, ask(&connection, bytes, REQUESTS)).await
}

pub async fn streamed(bytes: usize) -> f64 {
    let connection = join().await;
    let stream = connection.request_stream(message(bytes), WINDOW).unwrap();
    rate(MESSAGES, async { assert_eq!(stream.take(MESSAGES as usize).count().await, MESSAGES as usize) }).await
}

/// Each message goes there and comes back: two frames.
pub async fn echoed(bytes: usize) -> f64 {
    let connection = join().await;
    let (out, mut inbound) = connection.request_channel(message(bytes), WINDOW).unwrap();
    let payload = message(bytes);
    let work = async {
        let sent = stream::iter((1..MESSAGES).map(move |_| Ok(payload.clone())));
        let sending = tokio::spawn(sent.forward(out));
        for _ in 0..MESSAGES {
            inbound.next().await.unwrap().unwrap();
        }
        sending.await.unwrap().unwrap();
    };
    rate(2 * MESSAGES, work).await
}

/// The same, with a call of both sides for each message.
pub async fn echoed_singly(bytes: usize) -> f64 {
    let connection = join().await;
    let mut first = vec![b'x'; bytes];
    first[..SINGLY.len()].copy_from_slice(SINGLY);
    let (mut out, mut inbound) = connection.request_channel(Payload::new(first), WINDOW).unwrap();
    let payload = message(bytes);
    let work = async {
        let sending = tokio::spawn(async move {
            for _ in 1..MESSAGES {
                out.send(payload.clone()).await.unwrap();
            }
            out.complete();
        });
        for _ in 0..MESSAGES {
            inbound.next().await.unwrap().unwrap();
        }
        sending.await.unwrap();
    };
    rate(2 * MESSAGES, work).await
}

pub async fn beside_a_flood() {
    let connection = join().await;
    let mut flood = connection.request_stream(message(FLOOD_BYTES), Window::of(256)).unwrap();
    let flooding = tokio::spawn(async move { while flood.next().await.is_some() {} });
    // A stream that trickles: the requester grants one message and waits for it.
    let mut small = connection.request_stream(message(64), Window::manual(1)).unwrap();
    small.next().await.unwrap().unwrap();
    let mut took = Vec::new();
    for _ in 0..PROBES {
        let since = Instant::now();
        small.grant(1);
        small.next().await.unwrap().unwrap();
        took.push(since.elapsed());
    }
    latency("ours: a small stream beside a flood", took);
    let mut took = Vec::new();
    for _ in 0..PROBES {
        let since = Instant::now();
        connection.request_response(message(64)).await.unwrap();
        took.push(since.elapsed());
    }
    flooding.abort();
    latency("ours: request-response beside a flood", took);
}

pub async fn memory() {
    let connection = join().await;
    connection.request_response(message(1)).await.unwrap();
    let channels = super::memory("ours: an idle channel, both sides and a task", IDLE_CHANNELS, async {
        let open = |_| connection.request_channel(Payload::new(HOLD), Window::of(32)).unwrap();
        let channels: Vec<_> = (0..IDLE_CHANNELS).map(open).collect();
        join_all(channels.iter().map(|(out, _)| out.ready())).await;
        channels
    });
    drop(channels.await);
    let connections = super::memory("ours: an idle connection, both sides", IDLE_CONNECTIONS, async {
        let mut connections = Vec::new();
        for _ in 0..IDLE_CONNECTIONS {
            let connection = join().await;
            connection.request_response(message(1)).await.unwrap();
            connections.push(connection);
        }
        connections
    });
    drop(connections.await);
}
