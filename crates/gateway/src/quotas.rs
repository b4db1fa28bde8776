//! How much there may be on a server, as whoever runs it decided. Images have their own bound, where they are kept.
//!
//! A board that has outgrown its bound can be looked at and exported; who writes to it is closed with `board-full`. It is
//! measured when somebody joins and every few seconds while somebody is there, so it may grow past the bound by what is
//! written meanwhile. Must not know what is written.

use std::sync::Weak;

use protocol::{BoardId, ErrorCode};
use storage::Storage;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::Endpoints;
use crate::hub::Hub;
use crate::limits::MEASURE_EVERY;
use crate::problem::ApiError;

/// The bounds; none where absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Boards of the server, also those in the bin.
    pub boards: Option<u64>,
    /// Bytes of one board without its versions and images.
    pub board_bytes: Option<u64>,
}

impl Quotas {
    /// Whether one more board may be made. Several at the same moment may go beyond by as many as they are.
    ///
    /// # Errors
    /// `TooManyBoards`, or the store does not answer.
    pub async fn check_boards(&self, storage: &dyn Storage) -> Result<(), ApiError> {
        let Some(most) = self.boards else { return Ok(()) };
        if storage.totals().await?.boards < most { Ok(()) } else { Err(ErrorCode::TooManyBoards.into()) }
    }

    /// Looks whether a board that is open here has outgrown its bound.
    pub async fn measure(&self, storage: &dyn Storage, board: &BoardId, hub: &Hub) {
        let Some(most) = self.board_bytes else { return };
        match storage.board_bytes(board).await {
            Ok(bytes) => hub.set_full(bytes >= most),
            Err(error) => tracing::debug!(board_id = %board, %error, "a board could not be measured"),
        }
    }
}

/// Measures the boards that are open, for as long as the gateway lives.
pub async fn follow(gateway: Weak<Endpoints>) {
    let mut ticks = interval(MEASURE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(gateway) = gateway.upgrade() else { return };
        if gateway.quotas.board_bytes.is_none() {
            return;
        }
        for hub in gateway.hubs.all() {
            gateway.quotas.measure(gateway.storage.as_ref(), hub.board(), &hub).await;
        }
    }
}
