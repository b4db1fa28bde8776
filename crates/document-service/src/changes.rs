//! How many shapes of a version differ from another, for pages that list them: read from what is stored. Owns nothing and
//! changes nothing, so any service can answer. It must not know lanes or rooms.

use board::{Board, ClientId, count_changes};
use bytes::Bytes;
use protocol::{BoardId, ErrorCode, VersionChanges, VersionId};
use tokio::task::spawn_blocking;

use crate::opening::Refusal;
use crate::service::Service;
use crate::versioning::stored_state;

/// Compares a version with another; with an empty board where there is none.
pub(crate) async fn count(
    service: &Service,
    board: &BoardId,
    version: &VersionId,
    since: Option<&VersionId>,
) -> Result<VersionChanges, Refusal> {
    let _turn = service.loads.acquire().await.expect("the semaphore is never closed");
    let after = stored_state(&*service.storage, board, version).await?;
    let before = match since {
        Some(since) => stored_state(&*service.storage, board, since).await?,
        None => Bytes::new(),
    };
    let counting = spawn_blocking(move || {
        let counts = count_changes(&read(&before), &read(&after));
        let [added, changed, removed] = [counts.added, counts.changed, counts.removed].map(|count| count as u64);
        VersionChanges { added, changed, removed }
    });
    counting.await.map_err(|error| {
        tracing::error!(%error, board_id = board.as_str(), "comparing two versions panicked");
        Refusal::Code(ErrorCode::Internal)
    })
}

/// A board to be looked at; what cannot be read is left out, as in its picture.
fn read(state: &Bytes) -> Board {
    let mut board = Board::new(ClientId::from_random(1));
    if !state.is_empty() {
        let _ = board.merge(state);
    }
    board
}
