//! Which document services there are and how this gateway reaches them: the one inside this process, or those that the
//! store lists. The pool keeps one connection to each; who owns a board is the services' own business.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use rsocket::memory::MemoryLink;
use rsocket::tls::rustls::ClientConfig;
use rsocket::{
    ConnectError, Connection, ConnectionOptions, Connector, Deaf, Payload, Pool, Target, TcpConnector, connect,
};
use storage::Storage;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::limits::{CONNECTED_TIMEOUT, LISTS_WITHOUT, MEMBERS_IMPATIENT, MEMBERS_INTERVAL};

/// The address under which the service of the same process is known.
pub const IN_PROCESS: &str = "in-process";

/// No document service can be reached, or not the one that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// Not in time.
    #[error("no document service can be reached")]
    Late,
    /// The store does not list it any more: its boards are free.
    #[error("the document service has gone")]
    Departed,
}

/// The document services.
pub struct ServiceDirectory {
    pool: Pool,
    /// Follows the store's list; `None` where the only service is the one in this process.
    members: Option<Members>,
}

struct Members {
    /// The list is to be read soon.
    stale: Arc<Notify>,
    list: watch::Receiver<List>,
    _following: AbortOnDropHandle<()>,
}

/// The services as the store last listed them.
#[derive(Debug, Clone, Default)]
struct List {
    /// How often it has been read.
    reads: u64,
    addresses: BTreeSet<String>,
}

impl fmt::Debug for ServiceDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceDirectory").finish_non_exhaustive()
    }
}

impl ServiceDirectory {
    /// The service in this process. `link` hands it one end of a new in-memory link and returns the other. Must be called
    /// within a tokio runtime.
    pub fn in_process(link: impl Fn() -> MemoryLink + Send + Sync + 'static) -> Self {
        let pool = Pool::new(InProcess(Box::new(link)));
        pool.set_targets(vec![target(IN_PROCESS.to_owned())]);
        Self { pool, members: None }
    }

    /// The services that the store lists, reached by `connector`. Must be called within a tokio runtime.
    #[must_use]
    pub fn cluster(storage: Arc<dyn Storage>, connector: TcpConnector) -> Self {
        let pool = Pool::new(connector);
        let stale = Arc::new(Notify::new());
        let (sender, list) = watch::channel(List::default());
        let following = AbortOnDropHandle::new(tokio::spawn(follow(pool.clone(), storage, stale.clone(), sender)));
        Self { pool, members: Some(Members { stale, list, _following: following }) }
    }

    /// A connection to the service at an address that a refusal named, as soon as there is one.
    ///
    /// # Errors
    /// The store does not list the service any more, so the board is free; or it cannot be reached in time.
    pub async fn connection_to(&self, address: &str) -> Result<Connection, Unreachable> {
        let Some(members) = &self.members else {
            return self.least_loaded("").await.map(|(_, connection)| connection);
        };
        let mut list = members.list.clone();
        let read_before = list.borrow_and_update().reads;
        let given_up = async {
            loop {
                members.stale.notify_one();
                let read = list.wait_for(|list| list.reads > read_before && !list.addresses.contains(address));
                if let Ok(read) = timeout(MEMBERS_IMPATIENT, read).await {
                    return read.map_or(Unreachable::Late, |_| Unreachable::Departed);
                }
            }
        };
        tokio::select! {
            found = self.once_connected(|pool| pool.connection_to(address).ok()) => found,
            unreachable = given_up => Err(unreachable),
        }
    }

    /// Resolves when the store has not listed a service for a while: its lease has lapsed, though it may still serve
    /// whom it can reach. Never while the store does not answer, which then is no fault of the service's.
    pub async fn departed(&self, address: &str) {
        match &self.members {
            Some(members) => Box::pin(members.departed(address)).await,
            None => std::future::pending().await,
        }
    }

    /// The least loaded service and a connection to it; `except` only if there is no other.
    ///
    /// # Errors
    /// None can be reached in time.
    pub async fn least_loaded(&self, except: &str) -> Result<(String, Connection), Unreachable> {
        self.once_connected(|pool| pool.pick_target(&[except]).or_else(|_| pool.pick_target(&[])).ok()).await
    }

    /// A connection to each service that can be reached now.
    #[must_use]
    pub fn all(&self) -> Vec<Connection> {
        let listed = self.members.as_ref().map(|members| members.list.borrow().addresses.clone());
        let addresses = listed.unwrap_or_else(|| BTreeSet::from([IN_PROCESS.to_owned()]));
        addresses.iter().filter_map(|address| self.pool.connection_to(address).ok()).collect()
    }

    async fn once_connected<T>(&self, find: impl Fn(&Pool) -> Option<T>) -> Result<T, Unreachable> {
        let mut connected = self.pool.connected();
        if let Some(found) = find(&self.pool) {
            return Ok(found);
        }
        if let Some(members) = &self.members {
            members.stale.notify_one();
        }
        let waiting = async {
            loop {
                connected.changed().await.map_err(|_| Unreachable::Late)?;
                if let Some(found) = find(&self.pool) {
                    return Ok(found);
                }
            }
        };
        timeout(CONNECTED_TIMEOUT, waiting).await.map_err(|_| Unreachable::Late)?
    }
}

impl Members {
    async fn departed(&self, address: &str) {
        let mut list = self.list.clone();
        let (mut read_before, mut without) = (list.borrow().reads, 0);
        while list.changed().await.is_ok() {
            let list = list.borrow_and_update();
            let is_listed = list.addresses.contains(address);
            without = if is_listed { 0 } else { without + u32::from(list.reads > read_before) };
            read_before = list.reads;
            if without >= LISTS_WITHOUT {
                return;
            }
        }
        std::future::pending().await
    }
}

/// Connects to document services over TCP; `setup_metadata` is what they judge us by, `tls` what we judge them by.
#[must_use]
pub fn connector(setup_metadata: Bytes, tls: Option<Arc<ClientConfig>>) -> TcpConnector {
    let setup = Payload::new(Bytes::new()).with_metadata(setup_metadata);
    let options = ConnectionOptions { setup, lease: true, ..ConnectionOptions::default() };
    TcpConnector { options, responder: Arc::new(Deaf), tls }
}

/// Keeps the pool's targets as the store lists them. While the store does not answer they stay as they are.
async fn follow(pool: Pool, storage: Arc<dyn Storage>, stale: Arc<Notify>, list: watch::Sender<List>) {
    loop {
        match storage.services().await {
            Ok(owners) => {
                let addresses: BTreeSet<String> = owners.into_iter().map(|owner| owner.address).collect();
                pool.set_targets(addresses.iter().cloned().map(target).collect());
                list.send_modify(|list| *list = List { reads: list.reads + 1, addresses });
            }
            Err(error) => tracing::warn!(%error, "the list of document services could not be read"),
        }
        sleep(MEMBERS_IMPATIENT).await;
        // Woken early or not, it reads the list again.
        let _ = timeout(MEMBERS_INTERVAL, stale.notified()).await;
    }
}

fn target(address: String) -> Target {
    Target { address, weight: 1.0 }
}

struct InProcess(Box<dyn Fn() -> MemoryLink + Send + Sync>);

#[async_trait]
impl Connector for InProcess {
    async fn connect(&self, _: &str) -> Result<Connection, ConnectError> {
        let options = ConnectionOptions { lease: true, ..ConnectionOptions::default() };
        connect((self.0)(), options, Arc::new(Deaf)).await
    }
}
