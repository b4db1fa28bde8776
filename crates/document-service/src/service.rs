//! The service: which boards are open here, and its coming and going. It must not know frames or SQL.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use protocol::{BoardId, ErrorCode, ServiceId};
use rsocket::{Acceptor, Connection, ConnectionOptions, Link, Responder};
use storage::{Owner, Storage};
use sync::LaneId;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::acceptor::{AcceptAll, BearsSecret, ClusterSecret};
use crate::backoff::Backoff;
use crate::board_inbox::BoardInbox;
use crate::board_task;
use crate::clock::Clock;
use crate::flusher::Flusher;
use crate::grants::keep_granting;
use crate::housekeeping;
use crate::lease::{Lease, lease_ms};
use crate::limits::{LOADS_AT_ONCE, MAX_CONNECTIONS, MAX_OPEN_BOARDS};
use crate::responder::Lanes;

/// How a service is to run.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// Where gateways reach it: told to those who ask for its boards elsewhere.
    pub address: String,
    /// How long its boards stay its own when it is not heard of. It renews three times as often.
    pub lease: Duration,
}

impl ServiceOptions {
    /// The usual lease: long against a pause of the process, short against the patience of a person.
    pub const LEASE: Duration = Duration::from_secs(15);

    /// The usual options for a service at `address`.
    #[must_use]
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), lease: Self::LEASE }
    }
}

/// A running document service. Dropping it without [`shutdown`](Self::shutdown) is a crash: what is not stored is not
/// stored, and its boards are free when the lease has lapsed.
#[derive(Debug)]
pub struct DocumentService {
    service: Arc<Service>,
}

/// What the tasks of a service share.
pub(crate) struct Service {
    pub(crate) owner: Owner,
    pub(crate) lease: Duration,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) flusher: Arc<Flusher>,
    pub(crate) clock: Clock,
    /// Turns at loading a board.
    pub(crate) loads: Semaphore,
    /// Cancelled when the service takes nothing new and its boards are to be given up.
    pub(crate) leaving: CancellationToken,
    /// Cancelled when it is over, or has crashed.
    ended: CancellationToken,
    open: Mutex<HashMap<BoardId, BoardInbox>>,
    lanes_so_far: AtomicU64,
    boards: TaskTracker,
    connections: TaskTracker,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl DocumentService {
    /// Joins the cluster and begins to serve. Lanes come by [`responder`](Self::responder), or over the links and sockets
    /// that are given to it.
    ///
    /// # Errors
    /// The store does not take the service in.
    pub async fn start(options: ServiceOptions, storage: Arc<dyn Storage>) -> Result<Self, storage::Error> {
        let owner = Owner { service: ServiceId::from_random(rand::random()), address: options.address };
        storage.join_service(&owner, lease_ms(options.lease)).await?;
        tracing::info!(service_id = %owner.service, address = owner.address, "the document service has joined");
        let flusher = Arc::new(Flusher::new(storage.clone()));
        let service = Arc::new(Service {
            owner: owner.clone(),
            lease: options.lease,
            storage: storage.clone(),
            flusher: flusher.clone(),
            clock: Clock::start(),
            loads: Semaphore::new(LOADS_AT_ONCE),
            leaving: CancellationToken::new(),
            ended: CancellationToken::new(),
            open: Mutex::default(),
            lanes_so_far: AtomicU64::new(0),
            boards: TaskTracker::new(),
            connections: TaskTracker::new(),
        });
        let ended = service.ended.clone();
        let writing = flusher.clone();
        tokio::spawn(async move { ended.run_until_cancelled(writing.run()).await });
        let (ended, housekeeping) = (service.ended.clone(), housekeeping::keep(storage.clone()));
        tokio::spawn(async move { ended.run_until_cancelled(housekeeping).await });
        let lease = Lease { storage, flusher, owner, length: options.lease };
        let ended = service.ended.clone();
        tokio::spawn(async move { ended.run_until_cancelled(lease.keep()).await });
        Ok(Self { service })
    }

    /// This run of the service.
    #[must_use]
    pub fn id(&self) -> &ServiceId {
        &self.service.owner.service
    }

    /// Answers lanes: for whoever accepts connections elsewhere.
    #[must_use]
    pub fn responder(&self) -> Arc<dyn Responder> {
        Arc::new(Lanes { service: self.service.clone() })
    }

    /// Lets in connections whose SETUP bears the cluster's secret.
    #[must_use]
    pub fn acceptor(&self, secret: ClusterSecret) -> Arc<dyn Acceptor> {
        Arc::new(BearsSecret { secret, responder: self.responder() })
    }

    /// Serves one end of a link whose other end is trusted: the gateway of the same process. Returns when the connection
    /// has ended.
    pub async fn serve_link(&self, link: impl Link) {
        let acceptor = AcceptAll { responder: self.responder() };
        let serving = serve_connection(self.service.clone(), link, Arc::new(acceptor));
        self.service.connections.track_future(serving).await;
    }

    /// Accepts connections of gateways until the service shuts down. Returns then.
    pub async fn serve_tcp(&self, listener: TcpListener, secret: ClusterSecret) {
        let acceptor = self.acceptor(secret);
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut backoff = Backoff::default();
        let accepting = async {
            loop {
                let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
                let link = listener.accept().await.and_then(|(socket, _)| rsocket::tcp::TcpLink::from_stream(socket));
                match link {
                    Ok(link) => {
                        backoff = Backoff::default();
                        let serving = serve_connection(self.service.clone(), link, acceptor.clone());
                        self.service.connections.spawn(async move {
                            serving.await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(backoff.next_pause()).await;
                    }
                }
            }
        };
        self.service.leaving.run_until_cancelled(accepting).await;
    }

    /// Whether the service can do its work: it is not leaving and its store answers.
    ///
    /// # Errors
    /// It is leaving, or what the store answered instead of a sign of life.
    pub async fn ready(&self) -> Result<(), NotReady> {
        if self.service.leaving.is_cancelled() {
            return Err(NotReady::Leaving);
        }
        Ok(self.service.storage.ping().await?)
    }

    /// Leaves in good order: takes nothing new, tells gateways to go elsewhere, stores what is unsaved, leaves snapshots
    /// behind, gives up the boards and ends its membership. Bounded by `LEAVE_TIMEOUT` where the store does not answer.
    pub async fn shutdown(&self) {
        let service = &self.service;
        {
            // With the list held, no board slips in behind the wait.
            let _open = service.lock();
            service.leaving.cancel();
        }
        service.boards.close();
        service.boards.wait().await;
        if let Err(error) = service.storage.leave_service(&service.owner.service).await {
            tracing::warn!(%error, "the membership could not be ended; it lapses by itself");
        }
        service.ended.cancel();
        service.connections.close();
        service.connections.wait().await;
        tracing::info!(service_id = %service.owner.service, "the document service has left");
    }
}

impl Drop for DocumentService {
    fn drop(&mut self) {
        self.service.ended.cancel();
    }
}

/// Why a service is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// It is shutting down.
    #[error("the service is leaving")]
    Leaving,
    /// Its store does not answer.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

impl Service {
    /// The inbox of an open board; one that is not open begins to open.
    pub(crate) fn inbox(self: &Arc<Self>, board: &BoardId) -> Result<BoardInbox, ErrorCode> {
        let mut open = self.lock();
        if self.leaving.is_cancelled() || self.ended.is_cancelled() {
            return Err(ErrorCode::Unavailable);
        }
        if let Some(inbox) = open.get(board) {
            return Ok(inbox.clone());
        }
        if open.len() >= MAX_OPEN_BOARDS {
            return Err(ErrorCode::Busy);
        }
        let (inbox, incoming) = BoardInbox::pair();
        open.insert(board.clone(), inbox.clone());
        let span = tracing::info_span!(parent: None, "board", board_id = board.as_str());
        let living = board_task::live(self.clone(), board.clone(), incoming).instrument(span);
        let ended = self.ended.clone();
        self.boards.spawn(async move { ended.run_until_cancelled(living).await });
        Ok(inbox)
    }

    /// The inbox of a board if it is open here.
    pub(crate) fn inbox_if_open(&self, board: &BoardId) -> Option<BoardInbox> {
        self.lock().get(board).cloned()
    }

    /// Drops a board whose task is at its end; the next lane starts a new one.
    pub(crate) fn forget(&self, board: &BoardId) {
        self.lock().remove(board);
    }

    /// A number for a lane, unique in this service.
    pub(crate) fn next_lane(&self) -> LaneId {
        LaneId(self.lanes_so_far.fetch_add(1, Ordering::Relaxed))
    }

    /// Boards that may still be opened here.
    pub(crate) fn free_boards(&self) -> usize {
        MAX_OPEN_BOARDS.saturating_sub(self.lock().len())
    }

    /// Gateways that are connected or about to be.
    pub(crate) fn live_connections(&self) -> usize {
        self.connections.len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, BoardInbox>> {
        self.open.lock().expect("nothing panics while it holds the list of boards")
    }
}

/// Serves one connection until it ends. When the service leaves, the peer is told first and cut off at the end.
async fn serve_connection(service: Arc<Service>, link: impl Link, acceptor: Arc<dyn Acceptor>) {
    let options = ConnectionOptions { lease: true, ..ConnectionOptions::default() };
    let accepting = rsocket::accept(link, options, &*acceptor);
    let connection: Connection = match service.leaving.run_until_cancelled(accepting).await {
        Some(Ok(connection)) => connection,
        Some(Err(error)) => {
            tracing::warn!(%error, "a connection was not accepted");
            return;
        }
        None => return,
    };
    tokio::select! {
        reason = connection.closed() => {
            tracing::info!(reason = reason.label(), "a gateway's connection has ended");
            return;
        }
        () = service.leaving.cancelled() => connection.begin_drain(),
        () = service.ended.cancelled() => {}
        () = keep_granting(&service, &connection) => {}
    }
    tokio::select! {
        _ = connection.closed() => {}
        () = service.ended.cancelled() => connection.close(),
    }
}
