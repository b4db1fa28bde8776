//! How a gateway reaches document services: one inside this process, or those that the store lists.
//!
//! It chooses among connections by their load; who owns a board is the services' own business. It must not know lanes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use rsocket::memory::MemoryLink;
use rsocket::tcp::TcpLink;
use rsocket::{Connection, ConnectionOptions, Deaf, Payload, connect};
use storage::Storage;
use tokio::time::{Instant, timeout};

use crate::limits::{DIAL_TIMEOUT, MEMBERS_INTERVAL, RAMP};
use crate::random;

/// The address under which the service of the same process is known.
pub const IN_PROCESS: &str = "in-process";

/// Why no document service could be reached.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The store lists no service.
    #[error("no document service is running")]
    Nobody,
    /// The service takes no connection.
    #[error("{address}: {text}")]
    Unreachable {
        /// Whom we tried.
        address: String,
        /// What happened.
        text: String,
    },
    /// The store could not be asked.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

enum Reach {
    InProcess(Box<dyn Fn() -> MemoryLink + Send + Sync>),
    Cluster { storage: Arc<dyn Storage>, setup_metadata: Bytes, members: Mutex<Option<(Instant, Vec<String>)>> },
}

struct Known {
    connection: Connection,
    since: Instant,
}

/// The document services and the connections to them; one each, made when first wanted and again when lost.
pub struct ServiceDirectory {
    reach: Reach,
    known: Mutex<HashMap<String, Known>>,
    /// Holds one dial at a time, so that many boards make one connection.
    dialling: tokio::sync::Mutex<()>,
}

impl fmt::Debug for ServiceDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceDirectory").finish_non_exhaustive()
    }
}

impl ServiceDirectory {
    /// The service in this process. `link` hands it one end of a new in-memory link and returns the other.
    pub fn in_process(link: impl Fn() -> MemoryLink + Send + Sync + 'static) -> Self {
        Self::new(Reach::InProcess(Box::new(link)))
    }

    /// The services that the store lists, over TCP; `setup_metadata` is what they judge us by.
    #[must_use]
    pub fn cluster(storage: Arc<dyn Storage>, setup_metadata: Bytes) -> Self {
        Self::new(Reach::Cluster { storage, setup_metadata, members: Mutex::new(None) })
    }

    fn new(reach: Reach) -> Self {
        Self { reach, known: Mutex::default(), dialling: tokio::sync::Mutex::default() }
    }

    /// A connection to the service at an address that somebody named.
    ///
    /// # Errors
    /// The service cannot be reached.
    pub async fn connection_to(&self, address: &str) -> Result<Connection, DirectoryError> {
        if let Some(connection) = self.usable(address) {
            return Ok(connection);
        }
        let _one_at_a_time = self.dialling.lock().await;
        if let Some(connection) = self.usable(address) {
            return Ok(connection);
        }
        let connection = self.dial(address).await?;
        tracing::info!(address, "connected to a document service");
        let known = Known { connection: connection.clone(), since: Instant::now() };
        self.known().insert(address.to_owned(), known);
        Ok(connection)
    }

    /// A connection to the least loaded service.
    ///
    /// # Errors
    /// None can be reached.
    pub async fn least_loaded(&self) -> Result<Connection, DirectoryError> {
        let members = self.members().await?;
        let mut last = DirectoryError::Nobody;
        for address in self.by_load(members) {
            match self.connection_to(&address).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn by_load(&self, mut members: Vec<String>) -> Vec<String> {
        let now = Instant::now();
        let known = self.known();
        let weigh = |address: &String| {
            let load = known.get(address).map_or(Load { pending: 0, age: 0.0 }, |known| Load {
                pending: known.connection.pending_streams(),
                age: now.duration_since(known.since).as_secs_f64() / RAMP.as_secs_f64(),
            });
            load.cost(random::fraction())
        };
        members.sort_by_cached_key(|address| weigh(address).to_bits());
        members
    }

    async fn members(&self) -> Result<Vec<String>, DirectoryError> {
        let (storage, members) = match &self.reach {
            Reach::InProcess(_) => return Ok(vec![IN_PROCESS.to_owned()]),
            Reach::Cluster { storage, members, .. } => (storage, members),
        };
        let cached = members.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read_at, addresses)) = cached
            && read_at.elapsed() < MEMBERS_INTERVAL
            && !addresses.is_empty()
        {
            return Ok(addresses);
        }
        let addresses: Vec<String> = storage.services().await?.into_iter().map(|owner| owner.address).collect();
        self.known().retain(|address, known| addresses.contains(address) || known.connection.pending_streams() > 0);
        *members.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), addresses.clone()));
        if addresses.is_empty() { Err(DirectoryError::Nobody) } else { Ok(addresses) }
    }

    fn usable(&self, address: &str) -> Option<Connection> {
        let known = self.known();
        let connection = &known.get(address)?.connection;
        (!connection.is_draining()).then(|| connection.clone())
    }

    async fn dial(&self, address: &str) -> Result<Connection, DirectoryError> {
        let unreachable = |text: String| DirectoryError::Unreachable { address: address.to_owned(), text };
        let connecting = async {
            match &self.reach {
                Reach::InProcess(link) => connect(link(), ConnectionOptions::default(), Arc::new(Deaf)).await,
                Reach::Cluster { setup_metadata, .. } => {
                    let setup = Payload::new(Bytes::new()).with_metadata(setup_metadata.clone());
                    let options = ConnectionOptions { setup, ..ConnectionOptions::default() };
                    connect(TcpLink::connect(address).await?, options, Arc::new(Deaf)).await
                }
            }
        };
        match timeout(DIAL_TIMEOUT, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(unreachable(error.to_string())),
            Err(_) => Err(unreachable("no answer in time".to_owned())),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a choice compares.
#[derive(Debug, Clone, Copy)]
struct Load {
    /// Streams open to the service from here.
    pending: usize,
    /// Time since it was first met, in ramps.
    age: f64,
}

impl Load {
    /// Positive, less is better. A service that was just met counts as heavier than it is, so that a returning one is
    /// not sent every new board; ties are broken by `jitter`, from 0 to 1.
    fn cost(self, jitter: f64) -> f64 {
        (self.pending as f64 + 1.0 + jitter) / self.age.clamp(0.1, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_loaded_wins_and_newcomers_ramp_up() {
        for (better, worse) in [
            (Load { pending: 3, age: 1.0 }, Load { pending: 5, age: 9.0 }),
            (Load { pending: 10, age: 1.0 }, Load { pending: 2, age: 0.1 }),
            (Load { pending: 2, age: 0.5 }, Load { pending: 10, age: 1.0 }),
        ] {
            assert!(better.cost(0.99) < worse.cost(0.0), "{better:?} {worse:?}");
        }
    }
}
