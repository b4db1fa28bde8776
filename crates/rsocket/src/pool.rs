//! Several targets, one connection to each, and a choice among them. It must not know what the streams are for, nor
//! where membership comes from.

pub mod choice;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use futures_util::{Stream, StreamExt};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument;

use self::choice::Candidate;
use crate::tcp::TcpLink;
use crate::tls::TlsLink;
use crate::tls::rustls::ClientConfig;
use crate::{ConnectError, Connection, ConnectionOptions, Responder, backoff, connect, limits};

/// Makes a connection to a target.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Connects to `address`. The pool gives up after [`limits::CONNECT_TIMEOUT`] and tries again.
    async fn connect(&self, address: &str) -> Result<Connection, ConnectError>;
}

/// Connects by TCP, to `host:port`, under TLS if wanted.
pub struct TcpConnector {
    /// Of every connection.
    pub options: ConnectionOptions,
    /// Answers what the targets ask.
    pub responder: Arc<dyn Responder>,
    /// Whom to trust, where connections are to be under TLS.
    pub tls: Option<Arc<ClientConfig>>,
}

#[async_trait]
impl Connector for TcpConnector {
    async fn connect(&self, address: &str) -> Result<Connection, ConnectError> {
        let (options, responder) = (self.options.clone(), Arc::clone(&self.responder));
        match &self.tls {
            Some(config) => connect(TlsLink::connect(address, Arc::clone(config)).await?, options, responder).await,
            None => connect(TcpLink::connect(address).await?, options, responder).await,
        }
    }
}

/// A member of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What the [`Connector`] is given; also its name.
    pub address: String,
    /// Its share of streams, relative to the other targets; more than 0.
    pub weight: f64,
}

/// No target can take a stream at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no target is connected")]
pub struct NoTarget;

/// Keeps one connection to each target and picks the least loaded. A lost target is kept and connected to again, with
/// random waits that grow; one that drains is no longer picked. Cheap to clone; the connections are drained when the
/// last clone is dropped.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    connector: Arc<dyn Connector>,
    slots: Mutex<HashMap<String, Slot>>,
    connected: watch::Sender<usize>,
}

/// One target. Dropping it ends its task and lets its connection drain.
struct Slot {
    weight: f64,
    current: Option<Joined>,
    task: AbortHandle,
}

struct Joined {
    connection: Connection,
    since: Instant,
}

impl Joined {
    fn can_take_streams(&self) -> bool {
        !self.connection.is_draining() && self.connection.availability() > 0.0
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what a target's task has found in its place, if the target is still a member.
    fn set_current(&self, address: &str, current: Option<Joined>) {
        let mut slots = self.slots();
        let replaced = match slots.get_mut(address) {
            Some(slot) => std::mem::replace(&mut slot.current, current),
            None => current,
        };
        self.tell(&slots);
        drop(slots);
        drop(replaced);
    }

    fn tell(&self, slots: &HashMap<String, Slot>) {
        let connected = slots.values().filter(|slot| slot.current.is_some()).count();
        self.connected.send_replace(connected);
        metrics::gauge!("rsocket_pool_targets", "state" => "connected").set(connected as f64);
        metrics::gauge!("rsocket_pool_targets", "state" => "lost").set((slots.len() - connected) as f64);
    }
}

impl Pool {
    /// A pool without targets.
    pub fn new(connector: impl Connector) -> Self {
        Self {
            shared: Arc::new(Shared {
                connector: Arc::new(connector),
                slots: Mutex::new(HashMap::new()),
                connected: watch::Sender::new(0),
            }),
        }
    }

    /// Makes these the targets: new ones are connected to, missing ones drained, the others kept. Must be called
    /// within a tokio runtime.
    pub fn set_targets(&self, targets: Vec<Target>) {
        let mut slots = self.shared.slots();
        let mut before = std::mem::take(&mut *slots);
        for Target { address, weight } in targets {
            let mut slot = before.remove(&address).unwrap_or_else(|| {
                let span = tracing::info_span!("rsocket_target", address);
                let keep = keep_connected(Arc::downgrade(&self.shared), address.clone());
                Slot { weight, current: None, task: tokio::spawn(keep.instrument(span)).abort_handle() }
            });
            slot.weight = weight;
            slots.insert(address, slot);
        }
        self.shared.tell(&slots);
        drop(slots);
        drop(before);
    }

    /// Follows a stream of memberships until it ends.
    pub async fn follow(&self, memberships: impl Stream<Item = Vec<Target>>) {
        let mut memberships = pin!(memberships);
        while let Some(targets) = memberships.next().await {
            self.set_targets(targets);
        }
    }

    /// The connection that the next stream should use: least pending for its weight, none of `except`, none that
    /// drains or has no lease left.
    pub fn pick(&self, except: &[&str]) -> Result<Connection, NoTarget> {
        self.pick_target(except).map(|(_, connection)| connection)
    }

    /// The same, with the target's address.
    pub fn pick_target(&self, except: &[&str]) -> Result<(String, Connection), NoTarget> {
        let now = Instant::now();
        let slots = self.shared.slots();
        let (open, candidates): (Vec<_>, Vec<_>) = slots
            .iter()
            .filter(|(address, _)| !except.contains(&address.as_str()))
            .filter_map(|(address, slot)| Some((address, slot.weight, slot.current.as_ref()?)))
            .filter(|(_, _, joined)| joined.can_take_streams())
            .map(|(address, weight, joined)| {
                let candidate =
                    Candidate { pending: joined.connection.pending_streams(), weight, age: now - joined.since };
                ((address, joined), candidate)
            })
            .unzip();
        let chosen = choice::choose(&candidates, &mut rand::rng()).ok_or(NoTarget)?;
        let (address, joined) = open[chosen];
        Ok((address.clone(), joined.connection.clone()))
    }

    /// The connection to this target, if it is connected and does not drain.
    pub fn connection_to(&self, address: &str) -> Result<Connection, NoTarget> {
        let slots = self.shared.slots();
        let joined = slots.get(address).and_then(|slot| slot.current.as_ref());
        let open = joined.filter(|joined| !joined.connection.is_draining());
        open.map(|joined| joined.connection.clone()).ok_or(NoTarget)
    }

    /// How many targets are connected, now and whenever it changes.
    pub fn connected(&self) -> watch::Receiver<usize> {
        self.shared.connected.subscribe()
    }
}

/// The life of one target: connect, serve until it leaves, wait, again.
async fn keep_connected(pool: Weak<Shared>, address: String) {
    let mut failures: u32 = 0;
    loop {
        let Some(connector) = pool.upgrade().map(|pool| Arc::clone(&pool.connector)) else {
            return;
        };
        let since = Instant::now();
        match timeout(limits::CONNECT_TIMEOUT, connector.connect(&address)).await {
            Ok(Ok(connection)) => {
                tracing::info!("joined");
                serve(&pool, &address, connection).await;
            }
            Ok(Err(error)) => tracing::info!(%error, failures, "cannot connect"),
            Err(_) => tracing::info!(failures, "connecting took too long"),
        }
        failures = if since.elapsed() >= limits::MAX_BACKOFF { 0 } else { failures.saturating_add(1) };
        let wait = backoff::full_jitter(failures, &mut rand::rng());
        sleep(wait).await;
    }
}

/// Offers a connection until it drains or ends.
async fn serve(pool: &Weak<Shared>, address: &str, connection: Connection) {
    // Without a first lease it could take nothing, and whoever waits for a target would be woken in vain.
    connection.available().await;
    let Some(shared) = pool.upgrade() else {
        return;
    };
    let joined = Joined { connection: connection.clone(), since: Instant::now() };
    shared.set_current(address, Some(joined));
    drop(shared);
    connection.draining().await;
    tracing::info!("left");
    if let Some(shared) = pool.upgrade() {
        shared.set_current(address, None);
    }
}
