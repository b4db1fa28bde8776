//! Asking document services something outside the lanes: one request, one answer (`protocol::request`). It must not know
//! who wants it, nor what it is for.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::request::{Ask, BoardRequest, REQUEST_ROUTE};
use protocol::visitors::{self, CROWDS_AT_ONCE, CROWDS_ROUTE, Visitor};
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

/// Who is on a board through any gateway, as its owner knows; nobody where it has none.
///
/// # Errors
/// The store or the owner does not answer.
pub async fn visitors(
    storage: &dyn Storage,
    directory: &ServiceDirectory,
    board: &BoardId,
) -> Result<Vec<Visitor>, ErrorCode> {
    let owner = storage.owner_of(board).await.map_err(|_| ErrorCode::Unavailable)?;
    let Some(owner) = owner else { return Ok(Vec::new()) };
    let connection = directory.connection_to(&owner.address).await.map_err(|_| ErrorCode::Unavailable)?;
    let request = BoardRequest::new(board.clone(), Ask::Visitors);
    let answer = put(&connection, &request).await.map_err(|end| end.code())?;
    visitors::decode_visitors(&answer).map_err(|_| ErrorCode::Internal)
}

/// How many connections each board has, through all gateways. Services that do not answer are missing.
pub async fn crowds(directory: &ServiceDirectory) -> BTreeMap<BoardId, u64> {
    let services = directory.all();
    let told = futures_util::future::join_all(services.iter().map(crowds_at)).await;
    let mut all = BTreeMap::new();
    for (board, people) in told.into_iter().flatten() {
        // A board that is moving may have people at two services for a moment, and they are the same.
        all.entry(board).and_modify(|most: &mut u64| *most = people.max(*most)).or_insert(people);
    }
    all
}

async fn crowds_at(connection: &Connection) -> Vec<(BoardId, u64)> {
    let mut all: Vec<(BoardId, u64)> = Vec::new();
    loop {
        let request = visitors::encode_crowds_request(all.last().map(|(board, _)| board));
        let answer = send(connection, CROWDS_ROUTE, request).await.ok();
        let Some(part) = answer.and_then(|answer| visitors::decode_crowds(&answer).ok()) else {
            tracing::warn!("a document service did not say on which boards people are");
            return all;
        };
        let (count, after) = (part.len(), all.last().map(|(board, _)| board.clone()));
        all.extend(
            part.into_iter().map(|crowd| (crowd.board, crowd.people)).filter(|(board, _)| Some(board) > after.as_ref()),
        );
        if count < CROWDS_AT_ONCE {
            return all;
        }
    }
}

async fn put(connection: &Connection, request: &BoardRequest) -> Result<Bytes, LaneEnd> {
    send(connection, REQUEST_ROUTE, request.encode()).await
}

async fn send(connection: &Connection, route: &str, data: Vec<u8>) -> Result<Bytes, LaneEnd> {
    let routing = metadata::encode(&[metadata::Entry::Routing(vec![route.to_owned()])])
        .expect("a short tag can always be expressed");
    let payload = Payload::new(Bytes::from(data)).with_metadata(routing);
    match timeout(ANSWER_TIMEOUT, connection.request_response(payload)).await {
        Ok(answer) => Ok(answer?.data),
        Err(_) => Err(LaneEnd::Failed(ErrorCode::Unavailable)),
    }
}
