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
    lease: bool,
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
        let options = || ConnectionOptions { lease: self.lease, ..ConnectionOptions::default() };
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

#[tokio::test(start_paused = true)]
async fn targets_without_a_lease_are_passed_over() {
    let cluster = Cluster { lease: true, ..Cluster::default() };
    cluster.start("a");
    cluster.start("b");
    let pool = Pool::new(cluster.clone());
    pool.set_targets(targets(&["a", "b"]));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(*pool.connected().borrow(), 0, "a target without its first lease can take nothing");
    assert!(pool.pick(&[]).is_err());

    let server = |address: &str| cluster.up.lock().unwrap()[address][0].clone();
    let ttl = Duration::from_secs(5);
    assert!(server("a").grant_lease(ttl, 2));
    pool.connected().wait_for(|count| *count == 1).await.unwrap();
    assert!(server("b").grant_lease(ttl, 100));
    pool.connected().wait_for(|count| *count == 2).await.unwrap();
    let picked: Vec<_> = (0..12)
        .map(|_| {
            let (address, connection) = pool.pick_target(&[]).unwrap();
            (address, open(&connection))
        })
        .collect();
    assert_eq!(picked.iter().filter(|(address, _)| address == "a").count(), 2, "no more than its lease");
    sleep(ttl).await;
    assert!(pool.pick(&[]).is_err(), "leases have expired");
    assert!(server("a").grant_lease(ttl, 1));
    sleep(Duration::from_millis(10)).await;
    assert_eq!(pool.pick_target(&[]).unwrap().0, "a");
}

/// Streams that come 40 a second and live 20 s, over three services of which one restarts.
struct Load {
    pool: Pool,
    open: Vec<(String, Instant, Inbound)>,
}

const STREAMS_PER_SECOND: usize = 40;

impl Load {
    /// One second of it; says how many of the new streams `address` got.
    async fn second(&mut self, address: &str) -> usize {
        let mut got = 0;
        for at in 0..STREAMS_PER_SECOND {
            // A stream that ended with its service is opened again elsewhere.
            let lost: Vec<usize> = (0..self.open.len())
                .rev()
                .filter(|at| futures_util::FutureExt::now_or_never(self.open[*at].2.next()).is_some())
                .collect();
            for at in &lost {
                drop(self.open.swap_remove(*at));
            }
            for _ in 0..=lost.len() {
                let (target, connection) = self.pool.pick_target(&[]).unwrap();
                got += usize::from(target == address);
                let lives = Duration::from_millis(15_000 + (at as u64 * 7_919) % 10_000);
                self.open.push((target, Instant::now() + lives, open(&connection)));
            }
            sleep(Duration::from_secs(1) / STREAMS_PER_SECOND as u32).await;
            self.open.retain(|(_, until, _)| *until > Instant::now());
        }
        got
    }

    fn imbalance(&self, addresses: &[&str]) -> f64 {
        let counts = addresses.iter().map(|name| self.open.iter().filter(|(target, ..)| target == name).count());
        let most = counts.max().unwrap() as f64;
        most * addresses.len() as f64 / self.open.len() as f64 - 1.0
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_under_load_leaves_services_balanced_and_the_return_is_ramped() {
    let all = ["a", "b", "c"];
    let (cluster, pool) = start(&all).await;
    sleep(limits::RAMP).await;
    let mut load = Load { pool: pool.clone(), open: Vec::new() };
    for _ in 0..40 {
        load.second("b").await;
    }
    assert!(load.imbalance(&all) < 0.1, "{}", load.imbalance(&all));
    let before = load.open.len();

    for server in cluster.stop("b") {
        server.close();
    }
    let mut to_the_dead = 0;
    for _ in 0..10 {
        to_the_dead += load.second("b").await;
    }
    assert!(to_the_dead <= 1, "{to_the_dead} before the loss was seen");
    assert!(load.imbalance(&["a", "c"]) < 0.1, "{}", load.imbalance(&["a", "c"]));
    assert!(load.open.len() + STREAMS_PER_SECOND >= before, "what was lost is open again elsewhere");

    cluster.start("b");
    pool.connected().wait_for(|count| *count == 3).await.unwrap();
    let mut first_five = 0;
    for _ in 0..5 {
        first_five += load.second("b").await;
    }
    // Without a ramp it would get every one of 200.
    assert!((1..=100).contains(&first_five), "{first_five} of the first 200");
    for _ in 0..55 {
        load.second("b").await;
    }
    assert!(load.imbalance(&all) < 0.1, "{}", load.imbalance(&all));
}

/// More targets than are compared one by one: two at random keep them level all the same.
#[tokio::test(start_paused = true)]
async fn a_large_pool_stays_level_by_two_choices() {
    let names: Vec<String> = (0..limits::COMPARE_ALL_TARGETS + 8).map(|at| format!("t{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (_cluster, pool) = start(&names).await;
    sleep(limits::RAMP).await;
    let _open: Vec<_> = (0..names.len() * 20).map(|_| open(&pool.pick(&[]).unwrap())).collect();
    let pending = names.iter().map(|name| pool.connection_to(name).unwrap().pending_streams());
    let (least, most) = (pending.clone().min().unwrap(), pending.max().unwrap());
    assert!(least >= 14 && most <= 26, "{least} to {most} where 20 is fair");
}
