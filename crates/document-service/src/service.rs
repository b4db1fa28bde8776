//! The service: which boards are open here, and its coming and going. It must not know frames or SQL.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use protocol::{BoardId, ErrorCode, ServiceId};
use rsocket::tcp::TcpLink;
use rsocket::tls::TlsLink;
use rsocket::tls::rustls::ServerConfig;
use rsocket::{Acceptor, ConnectError, Connection, ConnectionOptions, Connector, Link, Responder};
use storage::{Owner, Storage};
use sync::LaneId;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
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
use crate::limits::{
    DRAINS_AT_ONCE, HAND_OVER_BYTES, LAST_VERSIONS_AT_ONCE, LEAVE_TIMEOUT, LOADS_AT_ONCE, MAX_CONNECTIONS,
    MAX_OPEN_BOARDS,
};
use crate::responder::Lanes;
use crate::visitors::Visitors;

/// How a service is to run.
#[derive(Clone)]
pub struct ServiceOptions {
    /// Where gateways reach it: told to those who ask for its boards elsewhere.
    pub address: String,
    /// How long its boards stay its own when it is not heard of. It renews several times as often.
    pub lease: Duration,
    /// Reaches other services by their address, to hand them what a lost board had not stored; `None` where there are no
    /// others.
    pub others: Option<Arc<dyn Connector>>,
}

impl std::fmt::Debug for ServiceOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceOptions").field("address", &self.address).finish_non_exhaustive()
    }
}

impl ServiceOptions {
    /// The usual lease: long against a pause of the process or the store, short against the patience of a person. One
    /// that lapses for nothing costs little, as the fence keeps it from being wrong.
    pub const LEASE: Duration = Duration::from_secs(2);

    /// The usual options for a service at `address`.
    #[must_use]
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), lease: Self::LEASE, others: None }
    }

    /// The same, reaching other services.
    #[must_use]
    pub fn among(self, others: Arc<dyn Connector>) -> Self {
        Self { others: Some(others), ..self }
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
    pub(crate) others: Option<Arc<dyn Connector>>,
    /// Turns at loading a board.
    pub(crate) loads: Semaphore,
    /// Turns at moving a board when the service leaves.
    drains: Arc<Semaphore>,
    /// Turns at keeping the last version of a board that has been given up.
    pub(crate) last_versions: Semaphore,
    /// Room for what is handed over, in KiB.
    pub(crate) hand_overs: Arc<Semaphore>,
    /// Cancelled when the service takes nothing new and its boards are to be given up.
    pub(crate) leaving: CancellationToken,
    /// Cancelled when it is over, or has crashed.
    pub(crate) ended: CancellationToken,
    open: Mutex<HashMap<BoardId, BoardInbox>>,
    pub(crate) visitors: Arc<Visitors>,
    lanes_so_far: AtomicU64,
    /// The tasks of open boards, and what they leave behind.
    pub(crate) boards: TaskTracker,
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
            others: options.others,
            loads: Semaphore::new(LOADS_AT_ONCE),
            drains: Arc::new(Semaphore::new(DRAINS_AT_ONCE)),
            last_versions: Semaphore::new(LAST_VERSIONS_AT_ONCE),
            hand_overs: Arc::new(Semaphore::new(HAND_OVER_BYTES / 1024)),
            leaving: CancellationToken::new(),
            ended: CancellationToken::new(),
            open: Mutex::default(),
            visitors: Arc::default(),
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
        self.service.clone().serve_trusted(link).await;
    }

    /// Accepts connections of gateways until the service shuts down, under TLS where that is configured. Returns then.
    pub async fn serve_tcp(&self, listener: TcpListener, secret: ClusterSecret, tls: Option<Arc<ServerConfig>>) {
        let acceptor = self.acceptor(secret);
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut backoff = Backoff::default();
        let accepting = async {
            loop {
                let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
                match listener.accept().await {
                    Ok((socket, _)) => {
                        backoff = Backoff::default();
                        let serving = serve_socket(self.service.clone(), socket, acceptor.clone(), tls.clone());
                        self.service.connections.spawn(async move {
                            if let Err(error) = serving.await {
                                not_accepted("broken");
                                tracing::warn!(%error, "a socket could not be used");
                            }
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
        let whole = u32::try_from(HAND_OVER_BYTES / 1024).expect("a small constant");
        if timeout(LEAVE_TIMEOUT, service.hand_overs.acquire_many(whole)).await.is_err() {
            tracing::warn!("some unsaved updates could not be handed over in time; their authors have them");
        }
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

/// Of a lane's number; the others are its pair's.
const ORDINAL_BITS: u32 = 24;

/// Whether two lanes of a board are one gateway's.
pub(crate) fn are_beside(one: LaneId, other: LaneId) -> bool {
    one.0 >> ORDINAL_BITS == other.0 >> ORDINAL_BITS
}

impl Service {
    /// Serves a link of this process.
    pub(crate) async fn serve_trusted(self: Arc<Self>, link: impl Link) {
        let acceptor = AcceptAll { responder: Arc::new(Lanes { service: self.clone() }) };
        let serving = serve_connection(self.clone(), link, Arc::new(acceptor));
        self.connections.track_future(serving).await;
    }

    /// The inbox of an open board; one that is not open begins to open.
    pub(crate) fn inbox(self: &Arc<Self>, board: &BoardId) -> Result<BoardInbox, ErrorCode> {
        let mut open = self.lock();
        if let Some(inbox) = open.get(board) {
            return Ok(inbox.clone());
        }
        if self.leaving.is_cancelled() || self.ended.is_cancelled() {
            return Err(ErrorCode::Unavailable);
        }
        if open.len() >= MAX_OPEN_BOARDS {
            return Err(ErrorCode::Busy);
        }
        let (inbox, incoming) = BoardInbox::pair();
        open.insert(board.clone(), inbox.clone());
        let span = tracing::info_span!(parent: None, "board", board_id = board.as_str());
        // Boxed, or each future around it would have a place of its own for it.
        let living = Box::pin(board_task::live(self.clone(), board.clone(), incoming).instrument(span));
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

    /// Resolves when the service leaves and it is one board's turn to move; it has its turn for as long as it holds what
    /// it is given.
    pub(crate) async fn turn_to_move(self: Arc<Self>) -> Option<OwnedSemaphorePermit> {
        self.leaving.cancelled().await;
        self.drains.clone().acquire_owned().await.ok()
    }

    /// A number for a lane, unique among a board's, which says to which pair of a gateway's lanes it belongs.
    pub(crate) fn next_lane(&self, pair: u64) -> LaneId {
        let ordinal = self.lanes_so_far.fetch_add(1, Ordering::Relaxed) % (1 << ORDINAL_BITS);
        LaneId(pair << ORDINAL_BITS | ordinal)
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

/// Counts a connection that came to nothing.
fn not_accepted(reason: &'static str) {
    metrics::counter!("service_connections_not_accepted_total", "reason" => reason).increment(1);
}

async fn serve_socket(
    service: Arc<Service>,
    socket: TcpStream,
    acceptor: Arc<dyn Acceptor>,
    tls: Option<Arc<ServerConfig>>,
) -> io::Result<()> {
    match tls {
        Some(config) => serve_connection(service, TlsLink::accept(socket, config).await?, acceptor).await,
        None => serve_connection(service, TcpLink::from_stream(socket)?, acceptor).await,
    }
    Ok(())
}

/// Serves one connection until it ends. When the service leaves, the peer is told first and cut off at the end.
async fn serve_connection(service: Arc<Service>, link: impl Link, acceptor: Arc<dyn Acceptor>) {
    let options = ConnectionOptions { lease: true, ..ConnectionOptions::default() };
    let accepting = rsocket::accept(link, options, &*acceptor);
    let connection: Connection = match service.leaving.run_until_cancelled(accepting).await {
        Some(Ok(connection)) => connection,
        Some(Err(error)) => {
            let reason = if matches!(error, ConnectError::Refused { .. }) { "refused" } else { "broken" };
            not_accepted(reason);
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
