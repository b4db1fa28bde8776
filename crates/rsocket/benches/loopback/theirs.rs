//! The same on `rsocket_rust` 0.7.5, as far as it can. It has no credit: what is unread waits in its memory, or stops
//! its connection.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::{join_all, pending};
use futures_util::{StreamExt, stream};
use rsocket_rust::prelude::{Flux, Payload, RSocket, RSocketFactory, ServerTransport};
use rsocket_rust::{Client, Result};
use rsocket_rust_transport_tcp::TcpClientTransport;
use tokio::net::{TcpListener, TcpStream};

use super::{FLOOD_BYTES, IDLE_CHANNELS, IDLE_CONNECTIONS, IN_FLIGHT, MESSAGES, PROBES, REQUESTS, latency, rate};

/// A listener that has had its one connection already.
struct Accepted(Option<TcpStream>);

#[async_trait]
impl ServerTransport for Accepted {
    type Item = TcpClientTransport;

    async fn start(&mut self) -> Result<()> {
        Ok(())
    }

    async fn next(&mut self) -> Option<Result<TcpClientTransport>> {
        self.0.take().map(|stream| Ok(TcpClientTransport::from(stream)))
    }
}

struct Load;

#[async_trait]
impl RSocket for Load {
    async fn metadata_push(&self, _: Payload) -> Result<()> {
        Ok(())
    }

    async fn fire_and_forget(&self, _: Payload) -> Result<()> {
        Ok(())
    }

    async fn request_response(&self, request: Payload) -> Result<Option<Payload>> {
        Ok(Some(request))
    }

    /// As many as the metadata says: an endless one would fill its unbounded queue.
    fn request_stream(&self, request: Payload) -> Flux<Result<Payload>> {
        let count: u32 = request.metadata_utf8().unwrap().parse().unwrap();
        let message = Payload::new(request.data().cloned(), None);
        Box::pin(stream::iter((0..count).map(move |_| Ok(message.clone()))))
    }

    fn request_channel(&self, requests: Flux<Result<Payload>>) -> Flux<Result<Payload>> {
        requests
    }
}

async fn join() -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    for socket in [&stream, &accepted] {
        socket.set_nodelay(true).unwrap();
    }
    tokio::spawn(async move {
        let server = RSocketFactory::receive().transport(Accepted(Some(accepted)));
        server.acceptor(Box::new(|_, _| Ok(Box::new(Load)))).serve().await.unwrap();
    });
    RSocketFactory::connect().transport(TcpClientTransport::from(stream)).start().await.unwrap()
}

fn message(bytes: usize) -> Payload {
    Payload::new(Some(Bytes::from(vec![b'x'; bytes])), None)
}

fn counted(bytes: usize, count: u32) -> Payload {
    Payload::new(Some(Bytes::from(vec![b'x'; bytes])), Some(Bytes::from(count.to_string())))
}

async fn drain(mut flux: Flux<Result<Payload>>, count: u32) {
    for _ in 0..count {
        flux.next().await.unwrap().unwrap();
    }
}

pub async fn requests(bytes: usize) -> f64 {
    let client = join().await;
    let ask = || async {
        for _ in 0..REQUESTS / IN_FLIGHT {
            client.request_response(message(bytes)).await.unwrap();
        }
    };
    rate(REQUESTS, async { drop(join_all((0..IN_FLIGHT).map(|_| ask())).await) }).await
}

pub async fn streamed(bytes: usize) -> f64 {
    let client = join().await;
    rate(MESSAGES, drain(client.request_stream(counted(bytes, MESSAGES)), MESSAGES)).await
}

pub async fn echoed(bytes: usize) -> f64 {
    let client = join().await;
    let payload = message(bytes);
    let sent = stream::iter((0..MESSAGES).map(move |_| Ok(payload.clone())));
    rate(2 * MESSAGES, drain(client.request_channel(Box::pin(sent)), MESSAGES)).await
}

pub async fn beside_a_flood() {
    let client = Arc::new(join().await);
    let flooded = Arc::clone(&client);
    let flooding = tokio::spawn(async move {
        loop {
            const AT_ONCE: u32 = 1_000;
            drain(flooded.request_stream(counted(FLOOD_BYTES, AT_ONCE)), AT_ONCE).await;
        }
    });
    let mut took = Vec::new();
    for _ in 0..PROBES / 10 {
        let since = Instant::now();
        client.request_response(message(64)).await.unwrap();
        took.push(since.elapsed());
    }
    flooding.abort();
    latency("rsocket_rust: request-response beside a flood", took);
}

pub async fn memory() {
    let client = join().await;
    let channels = super::memory("rsocket_rust: an idle channel", IDLE_CHANNELS, async {
        let open = |_| {
            let first = stream::iter([Ok(message(1))]);
            client.request_channel(Box::pin(first.chain(stream::once(pending()))))
        };
        let mut channels: Vec<_> = (0..IDLE_CHANNELS).map(open).collect();
        for channel in &mut channels {
            channel.next().await.unwrap().unwrap();
        }
        channels
    });
    drop(channels.await);
    let connections = super::memory("rsocket_rust: an idle connection, both sides", IDLE_CONNECTIONS, async {
        let mut connections = Vec::new();
        for _ in 0..IDLE_CONNECTIONS {
            let client = join().await;
            client.request_response(message(1)).await.unwrap();
            connections.push(client);
        }
        connections
    });
    drop(connections.await);
}
