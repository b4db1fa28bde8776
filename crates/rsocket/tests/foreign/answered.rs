//! A foreign server answers our client.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use rsocket::*;
use tokio::net::TcpStream;

use super::cut::Cutter;
use super::echo::{DESCRIPTION, composite, describe};
use super::peers::{LinkKind, Peer, Running};

const GRANTED: usize = 5;

async fn join(
    peer: &Peer,
    link: LinkKind,
    scenario: &str,
    options: ConnectionOptions,
) -> Option<(Connection, Running)> {
    let (running, port) = peer.answer(link, scenario).await?;
    Some((link.connect(port, options).await, running))
}

/// Cut into many fragments; several signs of life in the time of a test.
fn options() -> ConnectionOptions {
    ConnectionOptions { mtu: 128, keepalive_interval: Duration::from_millis(20), ..ConnectionOptions::default() }
}

async fn texts(inbound: Inbound) -> Vec<String> {
    inbound.map(|message| String::from_utf8(message.unwrap().data.into()).unwrap()).collect().await
}

fn numbers(count: u32) -> Vec<String> {
    (0..count).map(|at| at.to_string()).collect()
}

async fn ask(client: &Connection, text: &'static str) -> String {
    let answer = client.request_response(Payload::new(text)).await.unwrap();
    String::from_utf8(answer.data.into()).unwrap()
}

/// Every interaction, fragments, exact credit, errors, keepalive, cancel.
pub async fn basics(peer: &Peer, link: LinkKind) {
    let Some((client, server)) = join(peer, link, "basics", options()).await else {
        return;
    };
    let long = Payload::new(vec![b'd'; 5_000]).with_metadata(vec![b'm'; 1_000]);
    let answer = client.request_response(long.clone()).await.unwrap();
    assert_eq!(answer.data, long.data);
    assert!(answer.metadata == long.metadata || !peer.answers_metadata);
    let failed = client.request_response(Payload::new("fail")).await;
    assert!(matches!(failed, Err(RequestError::Stream(StreamError::Application { .. }))), "{failed:?}");

    client.fire_and_forget(Payload::new("forget me")).await.unwrap();
    assert_eq!(ask(&client, "forgotten").await, "forget me");
    if peer.pushes_metadata {
        client.metadata_push("pushed metadata").unwrap();
        assert_eq!(ask(&client, "pushed").await, "pushed metadata");
    }

    for window in [Window::of(1), Window::of(3), Window::of(100)] {
        let inbound = client.request_stream(Payload::new("50"), window).unwrap();
        assert_eq!(texts(inbound).await, numbers(50), "{window:?}");
    }
    exact_credit(&client).await;
    channel(&client).await;

    drop(client.request_stream(Payload::new("100000"), Window::manual(1)).unwrap());
    assert_eq!(ask(&client, "alive").await, "alive");
    client.close();
    server.stop().await;
}

/// What was granted comes, and no more: an overrun would end the stream with an error.
async fn exact_credit(client: &Connection) {
    let mut stream = client.request_stream(Payload::new("50"), Window::manual(1)).unwrap();
    for granted in [1, 3, 10] {
        if granted > 1 {
            stream.grant(granted);
        }
        for _ in 0..granted {
            stream.next().await.unwrap().unwrap();
        }
        for _ in 0..2 {
            ask(client, "meanwhile").await;
        }
        assert!(stream.next().now_or_never().is_none(), "more than {granted}");
    }
}

async fn channel(client: &Connection) {
    let (mut out, inbound) = client.request_channel(Payload::new("first"), Window::of(2)).unwrap();
    let send = async {
        for at in 0..20 {
            out.send(Payload::new(at.to_string())).await.unwrap();
        }
        out.complete();
    };
    let (_, heard) = tokio::join!(send, texts(inbound));
    let mut expected = vec!["first".to_owned()];
    expected.extend(numbers(20));
    // Python's peer tells whether the last message carried the end or the end came alone.
    assert_eq!(heard[..21], expected);
    assert!(heard.len() == 21 || heard[21..] == ["end"], "{heard:?}");
}

/// Composite metadata with routing, a bearer token and a custom type.
pub async fn metadata(peer: &Peer, link: LinkKind) {
    let Some((client, server)) = join(peer, link, "metadata", options()).await else {
        return;
    };
    let answer = client.request_response(Payload::new("describe").with_metadata(composite())).await.unwrap();
    assert_eq!(&answer.data[..], DESCRIPTION.as_bytes());
    if peer.answers_metadata {
        assert_eq!(describe(answer.metadata), DESCRIPTION);
    }
    server.stop().await;
}

/// We keep to what the server grants.
pub async fn lease(peer: &Peer, link: LinkKind) {
    let options = ConnectionOptions { lease: true, ..options() };
    let Some((client, server)) = join(peer, link, "lease", options).await else {
        return;
    };
    while client.availability() == 0.0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(client.availability(), 1.0);
    for _ in 0..GRANTED {
        assert_eq!(ask(&client, "by lease").await, "by lease");
    }
    assert_eq!(client.request_response(Payload::new("over")).await, Err(RequestError::NoLease));
    assert_eq!(client.availability(), 0.0);
    server.stop().await;
}

/// Two cuts: the session goes on over a second and a third connection, in order and without repetition.
pub async fn resume(peer: &Peer, link: LinkKind) {
    const CUTS: usize = 2;
    let Some((server, port)) = peer.answer(link, "resume").await else {
        return;
    };
    let cutter = Cutter::start(port, CUTS).await;
    let port = cutter.port;
    let dial = move || async move { tcp::TcpLink::from_stream(TcpStream::connect(("127.0.0.1", port)).await?) };
    let client = connect_resumable(dial, options(), Arc::new(Deaf)).await.unwrap();
    let mut stream = client.request_stream(Payload::new("20"), Window::manual(4)).unwrap();
    for at in 0..20 {
        assert_eq!(stream.next().await, Some(Ok(Payload::new(at.to_string()))));
        if at % 4 == 3 {
            assert_eq!(ask(&client, "meanwhile").await, "meanwhile");
            stream.grant(4);
        }
    }
    assert_eq!(stream.next().await, None);
    assert_eq!(cutter.connections(), CUTS + 1);
    client.close();
    server.stop().await;
}
