//! A pool and its targets, in memory and on a virtual clock.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use rsocket::*;
use tokio::time::{Instant, sleep};

/// Targets by name; those that are up accept.
#[derive(Clone, Default)]
struct Cluster {
    up: Arc<Mutex<HashMap<String, Vec<Connection>>>>,
    attempts: Arc<Mutex<Vec<Instant>>>,
}

struct Named(String);

#[async_trait]
impl Responder for Named {
    async fn request_response(&self, _: Payload) -> Result<Payload, Refusal> {
        Ok(Payload::new(self.0.clone()))
    }

    async fn request_stream(&self, _: Payload, out: Outbound) {
        out.closed().await;
    }
}

#[async_trait]
impl Connector for Cluster {
    async fn connect(&self, address: &str) -> Result<Connection, ConnectError> {
        self.attempts.lock().unwrap().push(Instant::now());
        if !self.up.lock().unwrap().contains_key(address) {
            return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
        }
        let (client, server) = memory::pair();
        let name = address.to_owned();
        let acceptor = move |_: &Setup| Ok(Arc::new(Named(name.clone())) as Arc<dyn Responder>);
        let options = ConnectionOptions::default;
        let (client, server) =
            tokio::join!(connect(client, options(), Arc::new(Deaf)), accept(server, options(), &acceptor));
        let mut up = self.up.lock().unwrap();
        up.get_mut(address).unwrap().push(server.unwrap());
        client
    }
}

impl Cluster {
    fn start(&self, address: &str) {
        self.up.lock().unwrap().insert(address.to_owned(), Vec::new());
    }

    fn stop(&self, address: &str) -> Vec<Connection> {
        self.up.lock().unwrap().remove(address).unwrap()
    }
}

fn targets(addresses: &[&str]) -> Vec<Target> {
    let target = |address: &&str| Target { address: (*address).to_owned(), weight: 1.0 };
    addresses.iter().map(target).collect()
}

async fn start(addresses: &[&str]) -> (Cluster, Pool) {
    let cluster = Cluster::default();
    for address in addresses {
        cluster.start(address);
    }
    let pool = Pool::new(cluster.clone());
    pool.set_targets(targets(addresses));
    pool.connected().wait_for(|count| *count == addresses.len()).await.unwrap();
    (cluster, pool)
}

fn open(connection: &Connection) -> Inbound {
    connection.request_stream(Payload::new("x"), Window::of(1)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn streams_spread_evenly_and_follow_what_ends() {
    let (_cluster, pool) = start(&["a", "b", "c"]).await;
    let mut open_streams = Vec::new();
    for _ in 0..30 {
        open_streams.push(open(&pool.pick(&[]).unwrap()));
    }
    for address in ["a", "b", "c"] {
        assert_eq!(pool.connection_to(address).unwrap().pending_streams(), 10, "{address}");
    }
    assert_eq!(pool.pick_target(&["a", "c"]).unwrap().0, "b");
    assert!(pool.pick(&["a", "b", "c"]).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_draining_target_is_left_and_its_streams_live_on() {
    let (cluster, pool) = start(&["a", "b"]).await;
    let on_a = pool.connection_to("a").unwrap();
    let mut stream = open(&on_a);
    on_a.request_response(Payload::new("round trip")).await.unwrap();
    for server in cluster.stop("a") {
        server.begin_drain();
    }
    pool.connected().wait_for(|count| *count == 1).await.unwrap();
    assert!(pool.connection_to("a").is_err());
    for _ in 0..20 {
        assert_eq!(pool.pick_target(&[]).unwrap().0, "b");
    }
    assert!(futures_util::FutureExt::now_or_never(stream.next()).is_none());
    drop(stream);
    assert_eq!(on_a.closed().await, CloseReason::Drained);
}

#[tokio::test(start_paused = true)]
async fn a_lost_target_is_tried_again_ever_more_slowly_and_comes_back() {
    let (cluster, pool) = start(&["a"]).await;
    for server in cluster.stop("a") {
        server.close();
    }
    pool.connected().wait_for(|count| *count == 0).await.unwrap();
    assert!(matches!(pool.pick(&[]), Err(NoTarget)));
    cluster.attempts.lock().unwrap().clear();
    sleep(Duration::from_secs(600)).await;
    let attempts = cluster.attempts.lock().unwrap().len();
    // Waits are between 0 and 10 s, 5 on average.
    assert!((60..=300).contains(&attempts), "{attempts} attempts in 600 s");

    cluster.start("a");
    let since = Instant::now();
    pool.connected().wait_for(|count| *count == 1).await.unwrap();
    assert!(since.elapsed() <= limits::MAX_BACKOFF);
    let answer = pool.pick(&[]).unwrap().request_response(Payload::new("who")).await;
    assert_eq!(answer, Ok(Payload::new("a")));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_comes_back_gets_its_share_slowly() {
    let (_cluster, pool) = start(&["a", "b"]).await;
    sleep(limits::RAMP).await;
    let mut streams: Vec<_> = (0..200).map(|_| open(&pool.pick(&[]).unwrap())).collect();
    _cluster.start("c");
    pool.set_targets(targets(&["a", "b", "c"]));
    pool.connected().wait_for(|count| *count == 3).await.unwrap();
    let pending = || pool.connection_to("c").unwrap().pending_streams();
    streams.extend((0..30).map(|_| open(&pool.pick(&[]).unwrap())));
    assert!((1..=10).contains(&pending()), "{} of the first 30", pending());
    sleep(limits::RAMP).await;
    streams.extend((0..70).map(|_| open(&pool.pick(&[]).unwrap())));
    assert!(pending() >= 60, "{} after the ramp", pending());
}

#[tokio::test(start_paused = true)]
async fn targets_that_leave_the_membership_are_drained() {
    let (cluster, pool) = start(&["a", "b"]).await;
    let memberships = futures_util::stream::iter([targets(&["b"])]);
    pool.follow(memberships).await;
    assert!(pool.connection_to("a").is_err());
    let server = cluster.stop("a").pop().unwrap();
    assert_eq!(server.closed().await, CloseReason::Drained);
    let kept = cluster.stop("b").pop().unwrap();
    drop(pool);
    assert_eq!(kept.closed().await, CloseReason::Drained);
}
