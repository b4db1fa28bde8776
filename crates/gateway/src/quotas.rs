//! How much there may be on a server. Flags bound it for good; below them whoever administers it may set bounds, which the
//! store keeps for all gateways. Each reads them every few seconds; the one that sets them has them at once.
//!
//! A board that has outgrown its bound can be looked at and exported; who writes to it is closed with `board-full`. It is
//! measured when somebody joins and every few seconds while somebody is there, so it may grow past the bound by what is
//! written meanwhile. Must not know what is written.

use std::sync::{Mutex, PoisonError, Weak};

use protocol::{BoardId, ErrorCode};
use storage::{SetQuotas, Storage};
use tokio::time::{MissedTickBehavior, interval};

use crate::app::Endpoints;
use crate::hub::Hub;
use crate::limits::{LEAST_BOARD_BYTES, MEASURE_EVERY};
use crate::problem::ApiError;

/// Bounds; none where absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Boards of the server, also those in the bin.
    pub boards: Option<u64>,
    /// Bytes of one board without its versions and images.
    pub board_bytes: Option<u64>,
    /// Bytes of the images of all boards.
    pub asset_bytes: Option<u64>,
}

impl Quotas {
    /// These, and below them what was set.
    #[must_use]
    pub fn with(self, set: SetQuotas) -> Self {
        let least = |flag: Option<u64>, set: Option<u64>| flag.into_iter().chain(set).min();
        Self {
            boards: least(self.boards, set.boards),
            board_bytes: least(self.board_bytes, set.board_bytes),
            asset_bytes: least(self.asset_bytes, set.asset_bytes),
        }
    }

    /// Whether bounds may be set so.
    ///
    /// # Errors
    /// `TooLarge` for one beyond its flag, `Malformed` for one that no board fits in or no store can hold.
    pub fn check(self, set: SetQuotas) -> Result<(), ErrorCode> {
        let pairs =
            [(self.boards, set.boards), (self.board_bytes, set.board_bytes), (self.asset_bytes, set.asset_bytes)];
        if pairs.iter().any(|(flag, set)| flag.zip(*set).is_some_and(|(flag, set)| set > flag)) {
            return Err(ErrorCode::TooLarge);
        }
        let is_small = set.board_bytes.is_some_and(|bytes| bytes < LEAST_BOARD_BYTES);
        // Every store keeps them as whole numbers of 63 bits.
        let is_huge = pairs.iter().any(|(_, set)| set.is_some_and(|set| i64::try_from(set).is_err()));
        if is_small || is_huge { Err(ErrorCode::Malformed) } else { Ok(()) }
    }
}

/// The bounds of one gateway.
#[derive(Debug, Default)]
pub struct QuotaDesk {
    flags: Quotas,
    /// As the store last said.
    set: Mutex<SetQuotas>,
}

impl QuotaDesk {
    /// With these flags; what was set is not known yet.
    #[must_use]
    pub fn new(flags: Quotas) -> Self {
        Self { flags, set: Mutex::default() }
    }

    /// What no setting goes beyond.
    #[must_use]
    pub fn flags(&self) -> Quotas {
        self.flags
    }

    /// What holds now.
    #[must_use]
    pub fn now(&self) -> Quotas {
        self.flags.with(*self.set.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads what was set.
    ///
    /// # Errors
    /// The store does not answer; what was known holds.
    pub async fn read(&self, storage: &dyn Storage) -> Result<Quotas, storage::Error> {
        let set = storage.quotas().await?;
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = set;
        Ok(self.now())
    }

    /// Sets bounds, for all gateways.
    ///
    /// # Errors
    /// They may not be set so, or the store does not answer.
    pub async fn set(&self, storage: &dyn Storage, set: SetQuotas) -> Result<(), ApiError> {
        self.flags.check(set)?;
        storage.set_quotas(set).await?;
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = set;
        Ok(())
    }

    /// Whether one more board may be made. Several at the same moment may go beyond by as many as they are.
    ///
    /// # Errors
    /// `TooManyBoards`, or the store does not answer.
    pub async fn check_boards(&self, storage: &dyn Storage) -> Result<(), ApiError> {
        let Some(most) = self.read(storage).await?.boards else { return Ok(()) };
        if storage.totals().await?.boards < most { Ok(()) } else { Err(ErrorCode::TooManyBoards.into()) }
    }

    /// Looks whether a board that is open here has outgrown its bound.
    pub async fn measure(&self, storage: &dyn Storage, board: &BoardId, hub: &Hub) {
        let Some(most) = self.now().board_bytes else { return hub.set_full(false) };
        match storage.board_bytes(board).await {
            Ok(bytes) => hub.set_full(bytes >= most),
            Err(error) => tracing::debug!(board_id = %board, %error, "a board could not be measured"),
        }
    }
}

/// Reads the bounds and measures the boards that are open, for as long as the gateway lives.
pub async fn follow(gateway: Weak<Endpoints>) {
    let mut ticks = interval(MEASURE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(gateway) = gateway.upgrade() else { return };
        if let Err(error) = gateway.quotas.read(gateway.storage.as_ref()).await {
            tracing::debug!(%error, "the store did not say how much there may be");
        }
        measure_all(&gateway).await;
    }
}

/// Measures the boards that are open here.
pub(crate) async fn measure_all(gateway: &Endpoints) {
    for hub in gateway.hubs.all() {
        gateway.quotas.measure(gateway.storage.as_ref(), hub.board(), &hub).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_stays_below_the_flags() {
        let flags = Quotas { boards: Some(10), board_bytes: None, asset_bytes: Some(100) };
        let set = |boards, board_bytes, asset_bytes| SetQuotas { boards, board_bytes, asset_bytes };
        let now = flags.with(set(Some(3), Some(LEAST_BOARD_BYTES), None));
        assert_eq!(now, Quotas { boards: Some(3), board_bytes: Some(LEAST_BOARD_BYTES), asset_bytes: Some(100) });
        assert_eq!(flags.with(set(Some(30), None, None)).boards, Some(10), "a flag that came later holds");
        for (wish, expected) in [
            (set(None, None, None), Ok(())),
            (set(Some(0), Some(LEAST_BOARD_BYTES), Some(0)), Ok(())),
            (set(Some(10), Some(1 << 50), Some(100)), Ok(())),
            (set(Some(11), None, None), Err(ErrorCode::TooLarge)),
            (set(None, None, Some(101)), Err(ErrorCode::TooLarge)),
            (set(None, Some(LEAST_BOARD_BYTES - 1), None), Err(ErrorCode::Malformed)),
            (set(None, Some(u64::MAX), None), Err(ErrorCode::Malformed)),
        ] {
            assert_eq!(flags.check(wish), expected, "{wish:?}");
        }
    }
}
