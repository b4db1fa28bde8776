//! Asking a board's owner something outside the lanes: one request, one answer (`protocol::request`). It must not know
//! who wants it, nor what it is for.

use bytes::Bytes;
use protocol::request::{Ask, BoardRequest, REQUEST_ROUTE};
use protocol::{BoardId, ErrorCode};
use rsocket::{Connection, Payload, metadata};
use storage::Storage;
use tokio::time::timeout;

use crate::directory::ServiceDirectory;
use crate::lanes::LaneEnd;
use crate::limits::{ANSWER_TIMEOUT, MAX_REDIRECTS};

/// Asks whoever owns the board; where nobody does, a service that may take it.
///
/// # Errors
/// What the service refused it with, or `Unavailable` where none answers in time.
pub async fn ask(directory: &ServiceDirectory, board: &BoardId, ask: Ask) -> Result<Bytes, ErrorCode> {
    let request = BoardRequest::new(board.clone(), ask);
    let (_, mut connection) = directory.least_loaded("").await.map_err(|_| ErrorCode::Unavailable)?;
    for _ in 0..=MAX_REDIRECTS {
        match put(&connection, &request).await {
            Ok(answer) => return Ok(answer),
            Err(LaneEnd::OwnedBy(owner)) => {
                connection = directory.connection_to(&owner).await.map_err(|_| ErrorCode::Unavailable)?;
            }
            Err(LaneEnd::Failed(code)) => return Err(code),
        }
    }
    Err(ErrorCode::Unavailable)
}

/// Has a board that was put in the bin closed where it is open. Where its owner cannot be reached it closes by itself
/// when that service ends.
pub async fn evict(storage: &dyn Storage, directory: &ServiceDirectory, board: &BoardId) {
    let owner = match storage.owner_of(board).await {
        Ok(Some(owner)) => owner,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%error, "the owner of a deleted board could not be found"),
    };
    let evicted = match directory.connection_to(&owner.address).await {
        Ok(connection) => put(&connection, &BoardRequest::new(board.clone(), Ask::Evict)).await,
        Err(unreachable) => Err(unreachable.into()),
    };
    if let Err(end) = evicted {
        tracing::warn!(code = end.code().id(), board_id = board.as_str(), "a deleted board may still be open");
    }
}

async fn put(connection: &Connection, request: &BoardRequest) -> Result<Bytes, LaneEnd> {
    let routing = metadata::encode(&[metadata::Entry::Routing(vec![REQUEST_ROUTE.to_owned()])])
        .expect("a short tag can always be expressed");
    let payload = Payload::new(Bytes::from(request.encode())).with_metadata(routing);
    match timeout(ANSWER_TIMEOUT, connection.request_response(payload)).await {
        Ok(answer) => Ok(answer?.data),
        Err(_) => Err(LaneEnd::Failed(ErrorCode::Unavailable)),
    }
}
