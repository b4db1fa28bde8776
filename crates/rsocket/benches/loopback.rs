//! What one connection carries over TCP loopback: `cargo bench -p rsocket`. Prints figures, asserts nothing.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on is useless")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::join_all;
use rsocket::*;
use tokio::net::TcpListener;
use tokio::time::Instant;

const REQUESTS: u32 = 200_000;
const IN_FLIGHT: u32 = 64;
const MESSAGES: usize = 1_000_000;
const IDLE_CHANNELS: usize = 10_000;
const PROBES: usize = 2_000;

/// Echoes a request, floods a stream with messages of the requested length, and holds a channel open.
struct Load;

#[async_trait]
impl Responder for Load {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        Ok(request)
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        while out.send(request.clone()).await.is_ok() {}
    }

    async fn request_channel(&self, _: Payload, inbound: IncomingChannel) {
        let (out, inbound) = inbound.accept(Window::of(32));
        out.closed().await;
        drop(inbound);
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

async fn request_response(bytes: usize) {
    let connection = join().await;
    let since = Instant::now();
    let ask = || async {
        for _ in 0..REQUESTS / IN_FLIGHT {
            connection.request_response(message(bytes)).await.unwrap();
        }
    };
    join_all((0..IN_FLIGHT).map(|_| ask())).await;
    let rate = f64::from(REQUESTS) / since.elapsed().as_secs_f64();
    println!("request-response of {bytes} B, {IN_FLIGHT} in flight: {rate:.0}/s");
}

async fn stream(bytes: usize) {
    let connection = join().await;
    let mut stream = connection.request_stream(message(bytes), Window::of(1_024)).unwrap();
    let since = Instant::now();
    for _ in 0..MESSAGES {
        stream.next().await.unwrap().unwrap();
    }
    let rate = MESSAGES as f64 / since.elapsed().as_secs_f64();
    println!("stream of {bytes} B, window 1024: {rate:.0} messages/s");
}

async fn beside_a_flood() {
    let connection = join().await;
    let mut flood = connection.request_stream(message(16_000), Window::of(256)).unwrap();
    let flooding = tokio::spawn(async move { while flood.next().await.is_some() {} });
    let mut took = Vec::new();
    for _ in 0..PROBES {
        let since = Instant::now();
        connection.request_response(message(64)).await.unwrap();
        took.push(since.elapsed());
    }
    flooding.abort();
    took.sort();
    let (median, high) = (took[PROBES / 2], took[PROBES * 99 / 100]);
    println!("request-response of 64 B beside a flood of 16 kB messages: p50 {median:?}, p99 {high:?}");
}

async fn idle_channels() {
    let connection = join().await;
    connection.request_response(message(1)).await.unwrap();
    let before = resident_bytes();
    let open = |_| connection.request_channel(message(1), Window::of(32)).unwrap();
    let channels: Vec<_> = (0..IDLE_CHANNELS).map(open).collect();
    join_all(channels.iter().map(|(out, _)| out.ready())).await;
    let each = (resident_bytes() - before) / IDLE_CHANNELS;
    println!("{IDLE_CHANNELS} idle channels: {each} B each, both sides and the responder's task together");
}

/// Resident memory of this process; 0 where there is no /proc.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

#[tokio::main]
async fn main() {
    idle_channels().await;
    for bytes in [64, 1_024] {
        request_response(bytes).await;
        stream(bytes).await;
    }
    beside_a_flood().await;
}
