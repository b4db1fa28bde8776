//! Leases between two of our own, on a virtual clock.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rsocket::*;
use tokio::time::sleep;

struct Echo;

#[async_trait]
impl Responder for Echo {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        Ok(request)
    }
}

async fn join(lease: bool) -> (Connection, Connection) {
    let options = ConnectionOptions { lease, ..ConnectionOptions::default() };
    let (client, server) = memory::pair();
    let acceptor = |_: &Setup| Ok(Arc::new(Echo) as Arc<dyn Responder>);
    let (client, server) =
        tokio::join!(connect(client, options.clone(), Arc::new(Echo)), accept(server, options, &acceptor));
    (client.unwrap(), server.unwrap())
}

async fn ask(connection: &Connection) -> Result<Payload, RequestError> {
    connection.request_response(Payload::new("x")).await
}

const TTL: Duration = Duration::from_secs(5);
/// Enough for a frame to cross, far less than a lease lives.
const CROSSING: Duration = Duration::from_millis(10);

#[tokio::test(start_paused = true)]
async fn requests_need_a_lease_in_both_directions() {
    let (client, server) = join(true).await;
    for (asks, grants) in [(&client, &server), (&server, &client)] {
        assert_eq!(ask(asks).await, Err(RequestError::NoLease));
        assert!(RequestError::NoLease.is_retriable());
        assert!(grants.grant_lease(TTL, 4));
        sleep(CROSSING).await;
        assert_eq!(asks.availability(), 1.0);
        for left in [0.75, 0.5, 0.25, 0.0] {
            assert!(ask(asks).await.is_ok());
            assert_eq!(asks.availability(), left);
        }
        assert_eq!(ask(asks).await, Err(RequestError::NoLease));
    }
}

#[tokio::test(start_paused = true)]
async fn leases_expire_and_are_replaced() {
    let (client, server) = join(true).await;
    assert!(server.grant_lease(TTL, 100));
    sleep(CROSSING).await;
    assert!(ask(&client).await.is_ok());
    sleep(TTL).await;
    assert_eq!(ask(&client).await, Err(RequestError::NoLease));

    assert!(server.grant_lease(TTL, 100));
    sleep(CROSSING).await;
    assert!(server.grant_lease(TTL, 0));
    sleep(CROSSING).await;
    assert_eq!(client.availability(), 0.0);
    assert_eq!(ask(&client).await, Err(RequestError::NoLease));
}

#[tokio::test(start_paused = true)]
async fn without_leases_nothing_is_granted_and_nothing_needed() {
    let (client, server) = join(false).await;
    assert!(!server.grant_lease(TTL, 1));
    assert_eq!(client.availability(), 1.0);
    assert!(ask(&client).await.is_ok());
}
