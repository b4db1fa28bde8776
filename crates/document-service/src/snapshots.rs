//! Saving a board's snapshots, in the form in which they are read and sent. It must not know rooms or lanes.

use std::sync::Arc;

use bytes::Bytes;
use protocol::BoardId;
use storage::{Epoch, Snapshot, SnapshotOutcome, Storage};
use sync::pack_snapshot;
use tokio::task::spawn_blocking;

/// What became of a snapshot.
pub(crate) enum Saved {
    Through(u64),
    NotNow,
    Fenced,
}

/// Saves a snapshot. One that fails is not tried again: its rows are stored, and the room makes a newer one.
pub(crate) async fn save(
    storage: Arc<dyn Storage>,
    board: BoardId,
    epoch: Epoch,
    through: u64,
    update: Bytes,
) -> Saved {
    let packing = spawn_blocking(move || pack_snapshot(update));
    let bytes = packing.await.unwrap_or_else(|error| std::panic::resume_unwind(Box::new(error.to_string())));
    match storage.save_snapshot(&board, epoch, Snapshot { seq: through, bytes }).await {
        Ok(SnapshotOutcome::Stored) => Saved::Through(through),
        Ok(SnapshotOutcome::Fenced) => Saved::Fenced,
        Err(error) => {
            tracing::warn!(%error, board_id = board.as_str(), through, "a snapshot could not be saved");
            Saved::NotNow
        }
    }
}
