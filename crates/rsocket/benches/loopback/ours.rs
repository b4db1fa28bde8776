//! The parts of the benchmark on this crate.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::join_all;
use rsocket::*;
use tokio::net::TcpListener;

use super::{FLOOD_BYTES, IDLE_CHANNELS, IDLE_CONNECTIONS, IN_FLIGHT, MESSAGES, PROBES, REQUESTS, latency, rate};

/// Enough that a round trip does not run dry.
const WINDOW: Window = Window::of(1_024);
const HOLD: &[u8] = b"hold";

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
        let (mut out, mut inbound) = inbound.accept(WINDOW);
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
pub async fn requests(connection: &Connection, bytes: usize, count: u32) {
    let ask = || async {
        for _ in 0..count / IN_FLIGHT {
            connection.request_response(message(bytes)).await.unwrap();
        }
    };
    join_all((0..IN_FLIGHT).map(|_| ask())).await;
}

async fn echoes(connection: &Connection, bytes: usize) {
    let (mut out, mut inbound) = connection.request_channel(message(bytes), WINDOW).unwrap();
    let payload = message(bytes);
    let send = async move {
        for _ in 1..MESSAGES {
            out.send(payload.clone()).await.unwrap();
        }
        out.complete();
    };
    let receive = async move { while inbound.next().await.transpose().unwrap().is_some() {} };
    tokio::join!(tokio::spawn(send), receive).0.unwrap();
}

pub async fn speed(bytes: usize) {
    let connection = join().await;
    let work = requests(&connection, bytes, REQUESTS);
    rate(&format!("ours: request-response of {bytes} B"), REQUESTS, work).await;
    let mut stream = connection.request_stream(message(bytes), WINDOW).unwrap();
    let work = async {
        for _ in 0..MESSAGES {
            stream.next().await.unwrap().unwrap();
        }
    };
    rate(&format!("ours: stream of {bytes} B"), MESSAGES, work).await;
    drop(stream);
    // Each message goes there and comes back: two frames.
    let work = echoes(&connection, bytes);
    rate(&format!("ours: channel frames of {bytes} B, both ways"), 2 * MESSAGES, work).await;
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
