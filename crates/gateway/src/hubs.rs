//! The boards that are open at this gateway, each with its hub. It must not know what a hub does.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::lane::Dialect;
use protocol::limits::MAX_CONNECTIONS_PER_BOARD;
use protocol::{BoardId, ConnectionId, ErrorCode};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::admission::Admission;
use crate::directory::ServiceDirectory;
use crate::hub::{Hub, JoinError, Seat, Ticket};
use crate::random;

/// All hubs of a gateway.
pub struct Hubs {
    directory: Arc<ServiceDirectory>,
    open: Mutex<HashMap<BoardId, Arc<Hub>>>,
    next_connection: AtomicU64,
    /// Of this run of the gateway, so that it knows its own people among others'.
    gateway: u64,
    tasks: TaskTracker,
}

impl Hubs {
    /// No board is open.
    #[must_use]
    pub fn new(directory: Arc<ServiceDirectory>) -> Arc<Self> {
        let next_connection = AtomicU64::new(1);
        let (gateway, tasks) = (random::number(), TaskTracker::new());
        Arc::new(Self { directory, open: Mutex::default(), next_connection, gateway, tasks })
    }

    /// The number by which this run of the gateway knows its own visitors.
    #[must_use]
    pub fn gateway(&self) -> u64 {
        self.gateway
    }

    /// A number for a browser connection, never used again by this gateway.
    pub fn number(&self) -> ConnectionId {
        ConnectionId(self.next_connection.fetch_add(1, Ordering::Relaxed))
    }

    /// Gives an admitted browser a place at its board's hub, which is opened if need be; the document service's log then
    /// carries `request_id`.
    ///
    /// # Errors
    /// `Busy` when the board has as many browsers as one gateway serves, `Unavailable` when this gateway is leaving.
    pub fn join(
        self: &Arc<Self>,
        admission: &Admission,
        connection: ConnectionId,
        dialect: Dialect,
        request_id: Option<String>,
    ) -> Result<Seat, ErrorCode> {
        let board = admission.board();
        let mut open = self.open();
        if self.tasks.is_closed() {
            return Err(ErrorCode::Unavailable);
        }
        let ticket = Ticket::new(admission, dialect);
        if let Some(hub) = open.get(board) {
            match hub.join(connection, ticket.clone(), MAX_CONNECTIONS_PER_BOARD) {
                Ok(seat) => return Ok(seat),
                Err(JoinError::Full) => return Err(ErrorCode::Busy),
                Err(JoinError::Ended) => {}
            }
        }
        let mut task = Hub::prepare(board.clone(), self.gateway);
        let hub = task.hub().clone();
        let seat = hub.join(connection, ticket, MAX_CONNECTIONS_PER_BOARD).map_err(|_| ErrorCode::Internal)?;
        open.insert(board.clone(), hub.clone());
        metrics::gauge!("gateway_open_boards").set(open.len() as f64);
        drop(open);
        let hubs = self.clone();
        let span = tracing::info_span!(parent: None, "hub", board_id = %board, request_id);
        let running = async move {
            task.run(hubs.directory.clone(), request_id.as_deref()).await;
            hubs.forget(&hub);
        };
        self.tasks.spawn(running.instrument(span));
        Ok(seat)
    }

    /// The hub of a board, if it is open here.
    #[must_use]
    pub fn get(&self, board: &BoardId) -> Option<Arc<Hub>> {
        self.open().get(board).cloned()
    }

    /// All that are open.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Hub>> {
        self.open().values().cloned().collect()
    }

    /// Ends all hubs and takes no more; resolves when all that browsers sent before is on its way.
    pub async fn drain(&self) {
        {
            let open = self.open();
            self.tasks.close();
            open.values().for_each(|hub| hub.end(ErrorCode::Unavailable));
        }
        self.tasks.wait().await;
    }

    fn forget(&self, hub: &Arc<Hub>) {
        let mut open = self.open();
        if open.get(hub.board()).is_some_and(|other| Arc::ptr_eq(hub, other)) {
            open.remove(hub.board());
        }
        metrics::gauge!("gateway_open_boards").set(open.len() as f64);
    }

    fn open(&self) -> MutexGuard<'_, HashMap<BoardId, Arc<Hub>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
