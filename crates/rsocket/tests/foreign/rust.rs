//! `rsocket_rust` 0.7.5 itself, whose codec this crate borrows, as a peer in both roles. Its runtime ignores request-n,
//! leases, resumption and its own fragments' ends; what is tried here is the rest.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use rsocket::*;
use rsocket_rust::Client;
use rsocket_rust::error::RSocketError;
use rsocket_rust::extension::{CompositeMetadata, MimeType, RoutingMetadata};
use rsocket_rust::prelude::{Flux, Payload as TheirPayload, RSocket, RSocketFactory, ServerTransport};
use rsocket_rust::utils::Writeable;
use rsocket_rust_transport_tcp::TcpClientTransport;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::echo::Echo;
use super::matrix::PATIENCE;
use super::peers::LinkKind;

const FRAGMENT_BYTES: usize = 100;

type TheirResult<T> = rsocket_rust::Result<T>;

/// A listener that has had its one connection already.
struct Accepted(Option<TcpStream>);

#[async_trait]
impl ServerTransport for Accepted {
    type Item = TcpClientTransport;

    async fn start(&mut self) -> TheirResult<()> {
        Ok(())
    }

    async fn next(&mut self) -> Option<TheirResult<TcpClientTransport>> {
        self.0.take().map(|stream| Ok(TcpClientTransport::from(stream)))
    }
}

#[derive(Clone, Default)]
struct TheirEcho {
    forgotten: Arc<Mutex<Vec<u8>>>,
}

#[async_trait]
impl RSocket for TheirEcho {
    async fn metadata_push(&self, _: TheirPayload) -> TheirResult<()> {
        Ok(())
    }

    async fn fire_and_forget(&self, request: TheirPayload) -> TheirResult<()> {
        self.forgotten.lock().unwrap().extend_from_slice(request.data().unwrap());
        Ok(())
    }

    async fn request_response(&self, request: TheirPayload) -> TheirResult<Option<TheirPayload>> {
        match request.data_utf8() {
            Some("fail") => Err(RSocketError::ApplicationException("asked to".into()).into()),
            Some("forgotten") => {
                let forgotten = self.forgotten.lock().unwrap().clone();
                Ok(Some(TheirPayload::builder().set_data(forgotten).build()))
            }
            _ => Ok(Some(request)),
        }
    }

    fn request_stream(&self, request: TheirPayload) -> Flux<TheirResult<TheirPayload>> {
        messages(request.data_utf8().unwrap().parse().unwrap())
    }

    fn request_channel(&self, requests: Flux<TheirResult<TheirPayload>>) -> Flux<TheirResult<TheirPayload>> {
        requests
    }
}

fn theirs(text: &str) -> TheirPayload {
    TheirPayload::builder().set_data_utf8(text).build()
}

fn options() -> ConnectionOptions {
    ConnectionOptions { mtu: 128, keepalive_interval: Duration::from_millis(20), ..ConnectionOptions::default() }
}

fn numbers(count: u32) -> Vec<String> {
    (0..count).map(|at| at.to_string()).collect()
}

async fn heard(mut flux: Flux<TheirResult<TheirPayload>>) -> Vec<String> {
    let mut texts = Vec::new();
    while let Some(message) = flux.next().await {
        texts.push(message.unwrap().data_utf8().unwrap().to_owned());
    }
    texts
}

fn messages(count: u32) -> Flux<TheirResult<TheirPayload>> {
    Box::pin(stream::iter(numbers(count).into_iter().map(|text| Ok(theirs(&text)))))
}

/// Their client, connected to our server.
async fn asking() -> (Connection, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let client = RSocketFactory::connect()
        .transport(TcpClientTransport::from(stream))
        .fragment(FRAGMENT_BYTES)
        .acceptor(Box::new(|| Box::new(TheirEcho::default())))
        .start();
    let (connection, client) =
        tokio::join!(LinkKind::Tcp.accept(&listener, options(), Arc::new(Echo::default())), client);
    (connection.unwrap(), client.unwrap())
}

#[tokio::test]
async fn rust_asks() {
    timeout(PATIENCE, check_server()).await.unwrap();
}

async fn check_server() {
    let (connection, client) = asking().await;
    let long = TheirPayload::builder().set_data(vec![b'd'; 5_000]).set_metadata(vec![b'm'; 1_000]).build();
    let answer = client.request_response(long.clone()).await.unwrap().unwrap();
    assert_eq!((answer.data(), answer.metadata()), (long.data(), long.metadata()));
    assert!(client.request_response(theirs("fail")).await.is_err());

    client.fire_and_forget(theirs("forget me")).await.unwrap();
    let forgotten = client.request_response(theirs("forgotten")).await.unwrap().unwrap();
    assert_eq!(forgotten.data_utf8(), Some("forget me"));

    assert_eq!(heard(client.request_stream(theirs("50"))).await, numbers(50));
    // The first message needs no credit; it does not wait for the credit of a second one.
    assert_eq!(heard(client.request_channel(messages(1))).await, numbers(1));
    let mut overrun = client.request_channel(messages(1_000));
    while overrun.next().await.unwrap().is_ok() {}

    let routes = RoutingMetadata::builder().push_str("boards.open").push_str("now").build();
    let composite = CompositeMetadata::builder().push(MimeType::MESSAGE_X_RSOCKET_ROUTING_V0, routes.bytes()).build();
    let described = TheirPayload::builder().set_data_utf8("describe").set_metadata(composite.bytes()).build();
    let described = client.request_response(described).await.unwrap().unwrap();
    assert_eq!(described.data_utf8(), Some("route boards.open,now"));

    let back = Payload::new(vec![b'b'; 1_000]);
    assert_eq!(connection.request_response(back.clone()).await, Ok(back));
    connection.close();
}

/// Our client, connected to their server.
async fn answering() -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let server = RSocketFactory::receive()
            .transport(Accepted(Some(stream)))
            .fragment(FRAGMENT_BYTES)
            .acceptor(Box::new(|_, _| Ok(Box::new(TheirEcho::default()))));
        server.serve().await.unwrap();
    });
    LinkKind::Tcp.connect(port, options()).await
}

#[tokio::test]
async fn rust_answers() {
    timeout(PATIENCE, check_client()).await.unwrap();
}

async fn check_client() {
    let client = answering().await;
    let long = Payload::new(vec![b'd'; 5_000]).with_metadata(vec![b'm'; 1_000]);
    assert_eq!(client.request_response(long.clone()).await, Ok(long));
    let failed = client.request_response(Payload::new("fail")).await;
    assert!(matches!(failed, Err(RequestError::Stream(StreamError::Application { .. }))), "{failed:?}");

    client.fire_and_forget(Payload::new("forget me")).await.unwrap();
    let forgotten = client.request_response(Payload::new("forgotten")).await.unwrap();
    assert_eq!(&forgotten.data[..], b"forget me");

    let all = client.request_stream(Payload::new("50"), Window::of(100)).unwrap();
    assert_eq!(all.map(|it| it.unwrap().data).collect::<Vec<_>>().await, numbers(50));
    let (mut out, inbound) = client.request_channel(Payload::new("0"), Window::of(100)).unwrap();
    for text in numbers(20).into_iter().skip(1) {
        out.send(Payload::new(text)).await.unwrap();
    }
    out.complete();
    assert_eq!(inbound.map(|it| it.unwrap().data).collect::<Vec<_>>().await, numbers(20));
    client.close();
}

/// It sends without credit; that ends the stream, and the connection lives on.
#[tokio::test]
async fn rust_overruns_its_credit() {
    let client = answering().await;
    let mut stream = client.request_stream(Payload::new("50"), Window::manual(1)).unwrap();
    assert_eq!(stream.next().await, Some(Ok(Payload::new("0"))));
    assert_eq!(stream.next().await, Some(Err(StreamError::Overrun)));
    assert_eq!(client.request_response(Payload::new("alive")).await, Ok(Payload::new("alive")));
    client.close();
}
