//! A foreign client checks our server.

use std::sync::Arc;
use std::time::Duration;

use rsocket::*;
use tokio::net::TcpListener;

use super::cut::Cutter;
use super::echo::Echo;
use super::peers::{LinkKind, Peer, Running};

const TTL: Duration = Duration::from_secs(30);
const GRANTED: u32 = 5;

/// Our server with `options` and the client that has connected to it, if it is installed.
async fn join(
    peer: &Peer,
    link: LinkKind,
    scenario: &str,
    options: ConnectionOptions,
) -> Option<(Connection, Running)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = peer.ask(link, scenario, listener.local_addr().unwrap().port())?;
    let connection = link.accept(&listener, options, Arc::new(Echo::default())).await.unwrap();
    Some((connection, running))
}

/// Cut into many fragments.
fn options() -> ConnectionOptions {
    ConnectionOptions { mtu: 128, ..ConnectionOptions::default() }
}

/// Every interaction, fragments, exact credit, errors, keepalive; and the server asks its client.
pub async fn basics(peer: &Peer, link: LinkKind) {
    if let Some((connection, client)) = join(peer, link, "basics", options()).await {
        let back = Payload::new(vec![b'b'; 1_000]);
        assert_eq!(connection.request_response(back.clone()).await, Ok(back));
        client.ok().await;
        connection.closed().await;
    }
}

/// Composite metadata with routing, a bearer token and a custom type.
pub async fn metadata(peer: &Peer, link: LinkKind) {
    if let Some((_connection, client)) = join(peer, link, "metadata", options()).await {
        client.ok().await;
    }
}

/// The client keeps to what is granted, and where it grants, so do we.
pub async fn lease(peer: &Peer, link: LinkKind) {
    let options = ConnectionOptions { lease: true, ..options() };
    let Some((connection, mut client)) = join(peer, link, "lease", options).await else {
        return;
    };
    assert!(connection.grant_lease(TTL, GRANTED));
    assert_eq!(client.line().await, "spent");
    if peer.grants_as_client {
        for _ in 0..GRANTED {
            assert!(connection.request_response(Payload::new("back")).await.is_ok());
        }
        assert_eq!(connection.request_response(Payload::new("back")).await, Err(RequestError::NoLease));
    }
    client.go().await;
    assert!(connection.grant_lease(TTL, 2));
    client.ok().await;
}

/// A client that asks more than it was granted is rejected from there on.
pub async fn greedy(peer: &Peer, link: LinkKind) {
    let options = ConnectionOptions { lease: true, ..options() };
    if let Some((connection, mut client)) = join(peer, link, "greedy", options).await {
        assert!(connection.grant_lease(TTL, GRANTED));
        client.go().await;
        client.ok().await;
    }
}

/// Two cuts: the session goes on over a second and a third connection, in order and without repetition.
pub async fn resume(peer: &Peer, link: LinkKind) {
    const CUTS: usize = 2;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cutter = Cutter::start(listener.local_addr().unwrap().port(), CUTS).await;
    let Some(client) = peer.ask(link, "resume", cutter.port) else {
        return;
    };
    let options = ConnectionOptions { sessions: Some(Sessions::default()), ..options() };
    let serve = async {
        loop {
            // One that breaks off in the middle of its first frame is no matter.
            let _ = link.accept(&listener, options.clone(), Arc::new(Echo::default())).await;
        }
    };
    tokio::select! {
        () = serve => {}
        () = client.ok() => {}
    }
    assert_eq!(cutter.connections(), CUTS + 1);
}
