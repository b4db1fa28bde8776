//! Which document services there are and how this gateway reaches them: the one inside this process, or those that the
//! store lists. The pool keeps one connection to each; who owns a board is the services' own business.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use rsocket::memory::MemoryLink;
use rsocket::{
    ConnectError, Connection, ConnectionOptions, Connector, Deaf, Payload, Pool, Target, TcpConnector, connect,
};
use storage::Storage;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use crate::limits::{CONNECTED_TIMEOUT, MEMBERS_INTERVAL};

/// The address under which the service of the same process is known.
pub const IN_PROCESS: &str = "in-process";

/// No document service can be reached, or not the one that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no document service can be reached")]
pub struct Unreachable;

/// The document services.
pub struct ServiceDirectory {
    pool: Pool,
    /// Follows the store's list; `None` where the only service is the one in this process.
    members: Option<Members>,
}

struct Members {
    /// The list may have changed.
    stale: Arc<Notify>,
    _following: AbortOnDropHandle<()>,
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

    /// The services that the store lists, over TCP; `setup_metadata` is what they judge us by. Must be called within a
    /// tokio runtime.
    #[must_use]
    pub fn cluster(storage: Arc<dyn Storage>, setup_metadata: Bytes) -> Self {
        let setup = Payload::new(Bytes::new()).with_metadata(setup_metadata);
        let options = ConnectionOptions { setup, lease: true, ..ConnectionOptions::default() };
        let pool = Pool::new(TcpConnector { options, responder: Arc::new(Deaf) });
        let stale = Arc::new(Notify::new());
        let following = AbortOnDropHandle::new(tokio::spawn(follow(pool.clone(), storage, stale.clone())));
        Self { pool, members: Some(Members { stale, _following: following }) }
    }

    /// A connection to the service at an address that a refusal named.
    ///
    /// # Errors
    /// It cannot be reached in time.
    pub async fn connection_to(&self, address: &str) -> Result<Connection, Unreachable> {
        if self.members.is_none() {
            return self.least_loaded("").await.map(|(_, connection)| connection);
        }
        self.once_connected(|pool| pool.connection_to(address).ok()).await
    }

    /// The least loaded service and a connection to it; `except` only if there is no other.
    ///
    /// # Errors
    /// None can be reached in time.
    pub async fn least_loaded(&self, except: &str) -> Result<(String, Connection), Unreachable> {
        self.once_connected(|pool| pool.pick_target(&[except]).or_else(|_| pool.pick_target(&[])).ok()).await
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
                connected.changed().await.map_err(|_| Unreachable)?;
                if let Some(found) = find(&self.pool) {
                    return Ok(found);
                }
            }
        };
        timeout(CONNECTED_TIMEOUT, waiting).await.map_err(|_| Unreachable)?
    }
}

/// Keeps the pool's targets as the store lists them. While the store does not answer they stay as they are.
async fn follow(pool: Pool, storage: Arc<dyn Storage>, stale: Arc<Notify>) {
    loop {
        match storage.services().await {
            Ok(owners) => pool.set_targets(owners.into_iter().map(|owner| target(owner.address)).collect()),
            Err(error) => tracing::warn!(%error, "the list of document services could not be read"),
        }
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
