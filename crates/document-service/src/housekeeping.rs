//! What a service does for the store as a whole, now and then: emptying the bin. Every service does it; that several do
//! it at once is harmless. It must not know open boards.

use std::sync::Arc;

use protocol::limits::BIN_KEPT_MS;
use storage::{Error, Storage};
use tokio::time::sleep;

use crate::limits::HOUSEKEEPING_EVERY;

/// Keeps house for ever.
pub(crate) async fn keep(storage: Arc<dyn Storage>) {
    loop {
        if let Err(error) = empty_bin(&*storage).await {
            tracing::warn!(%error, "the bin could not be emptied; it is tried again");
        }
        sleep(HOUSEKEEPING_EVERY).await;
    }
}

/// Forgets the boards that have been in the bin for long, one by one.
async fn empty_bin(storage: &dyn Storage) -> Result<(), Error> {
    while let Some(board) = storage.purge_one(BIN_KEPT_MS).await? {
        tracing::info!(board_id = board.as_str(), "a deleted board is gone for good");
    }
    Ok(())
}
