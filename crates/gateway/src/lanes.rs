//! Opening a board's two lanes: at whichever service has room, then where a refusal points, again and again for a while.
//!
//! It must not know browsers.

use bytes::Bytes;
use futures_util::StreamExt;
use protocol::lane::{LaneOpen, PRESENCE_ROUTE, UPDATES_ROUTE};
use protocol::limits::{LANE_REFILL_PARTS, LANE_WINDOW_PARTS, PRESENCE_WINDOW};
use protocol::{BoardId, ErrorCode, Retry};
use rsocket::{Connection, Inbound, Outbound, Payload, RequestError, StreamError, Window, metadata};
use tokio::time::{Instant, sleep, timeout};

use crate::directory::{ServiceDirectory, Unreachable};
use crate::limits::{ACCEPT_TIMEOUT, MAX_REDIRECTS, OPEN_BACKOFF_FIRST, OPEN_BACKOFF_LONGEST, OPEN_TIMEOUT};
use crate::random;

const UPDATES_WINDOW: Window = Window { initial: LANE_WINDOW_PARTS, refill_at: LANE_REFILL_PARTS };
const OWNER: &str = "owner=";

/// One lane, open.
#[derive(Debug)]
pub struct Lane {
    /// Towards the service.
    pub out: Outbound,
    /// From the service.
    pub inbound: Inbound,
}

/// Both lanes of one board, open.
#[derive(Debug)]
pub struct Lanes {
    /// Of the service.
    pub address: String,
    /// Lossless.
    pub updates: Lane,
    /// Lossy.
    pub presence: Lane,
}

/// Why a lane ended or was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaneEnd {
    /// Another service owns the board.
    OwnedBy(String),
    /// For this reason.
    Failed(ErrorCode),
}

impl LaneEnd {
    /// What the browsers of the board are told.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::OwnedBy(_) => ErrorCode::Unavailable,
            Self::Failed(code) => *code,
        }
    }

    fn of_text(text: &str) -> Self {
        text.strip_prefix(OWNER).map_or_else(
            || Self::Failed(ErrorCode::from_id(text).unwrap_or(ErrorCode::Unavailable)),
            |address| Self::OwnedBy(address.to_owned()),
        )
    }
}

impl From<Unreachable> for LaneEnd {
    fn from(_: Unreachable) -> Self {
        Self::Failed(ErrorCode::Unavailable)
    }
}

impl From<StreamError> for LaneEnd {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Rejected { text } | StreamError::Application { text, .. } => Self::of_text(&text),
            // The service found us wrong: that is a fault of ours and no browser's.
            StreamError::Invalid { .. } | StreamError::Overrun => Self::Failed(ErrorCode::Internal),
            StreamError::Canceled | StreamError::NotSent | StreamError::ConnectionLost => {
                Self::Failed(ErrorCode::Unavailable)
            }
        }
    }
}

impl From<RequestError> for LaneEnd {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Stream(error) => error.into(),
            RequestError::Invalid { .. } => Self::Failed(ErrorCode::Internal),
            RequestError::Draining
            | RequestError::TooManyStreams
            | RequestError::Busy
            | RequestError::NoLease
            | RequestError::Closed(_) => Self::Failed(ErrorCode::Unavailable),
        }
    }
}

/// Opens both lanes, for the request of this id. Tries again, with full jitter, as long as that may help and `OPEN_TIMEOUT` has not passed.
///
/// # Errors
/// The code with which the waiting browsers are to be closed.
pub async fn open(
    directory: &ServiceDirectory,
    board: &BoardId,
    request_id: Option<&str>,
) -> Result<Box<Lanes>, ErrorCode> {
    let give_up_at = Instant::now() + OPEN_TIMEOUT;
    let mut ceiling = OPEN_BACKOFF_FIRST;
    let mut refused_by = String::new();
    loop {
        let code = match open_somewhere(directory, board, request_id, &mut refused_by).await {
            Ok(lanes) => return Ok(lanes),
            Err(end) => end.code(),
        };
        if code.retry() == Retry::Never || Instant::now() + ceiling > give_up_at {
            return Err(code);
        }
        tracing::info!(code = code.id(), "the board could not be opened, trying again");
        sleep(ceiling.mul_f64(random::fraction())).await;
        ceiling = (ceiling * 2).min(OPEN_BACKOFF_LONGEST);
    }
}

/// At the least loaded service, then wherever refusals point.
async fn open_somewhere(
    directory: &ServiceDirectory,
    board: &BoardId,
    request_id: Option<&str>,
    refused_by: &mut String,
) -> Result<Box<Lanes>, LaneEnd> {
    let (mut address, mut connection) = directory.least_loaded(refused_by).await?;
    let mut end = LaneEnd::Failed(ErrorCode::Unavailable);
    for _ in 0..=MAX_REDIRECTS {
        end = match open_at(&connection, board, request_id).await {
            Err(LaneEnd::OwnedBy(owner)) => {
                tracing::debug!(address, owner, "sent on to the board's owner");
                match directory.connection_to(&owner).await {
                    Ok(found) => (address, connection) = (owner.clone(), found),
                    Err(Unreachable::Departed) => (address, connection) = directory.least_loaded(&owner).await?,
                    Err(late) => return Err(late.into()),
                }
                LaneEnd::OwnedBy(owner)
            }
            Err(end) => {
                *refused_by = address;
                return Err(end);
            }
            Ok((updates, presence)) => return Ok(Box::new(Lanes { address, updates, presence })),
        };
    }
    Err(end)
}

async fn open_at(connection: &Connection, board: &BoardId, request_id: Option<&str>) -> Result<(Lane, Lane), LaneEnd> {
    let opening: Bytes = LaneOpen::new(board.clone(), random::number()).encode().into();
    let first = |route| Payload::new(opening.clone()).with_metadata(about(route, request_id));
    let updates = open_lane(connection, first(UPDATES_ROUTE), UPDATES_WINDOW).await?;
    let presence = open_lane(connection, first(PRESENCE_ROUTE), Window::of(PRESENCE_WINDOW)).await?;
    Ok((updates, presence))
}

/// Where a lane goes, and what joins the service's log to ours.
fn about(route: &str, request_id: Option<&str>) -> Bytes {
    let routing = metadata::Entry::Routing(vec![route.to_owned()]);
    let id = request_id.map(|id| metadata::Entry::RequestId(id.to_owned()));
    let entries: Vec<_> = std::iter::once(routing).chain(id).collect();
    metadata::encode(&entries).expect("a short tag and a plain id can always be expressed")
}

/// A lane is open once the service has granted credit; before that it may still refuse.
async fn open_lane(connection: &Connection, first: Payload, window: Window) -> Result<Lane, LaneEnd> {
    let (out, mut inbound) = connection.request_channel(first, window)?;
    if timeout(ACCEPT_TIMEOUT, out.ready()).await.is_err() {
        return Err(LaneEnd::Failed(ErrorCode::Unavailable));
    }
    if out.credit() > 0 {
        return Ok(Lane { out, inbound });
    }
    match inbound.next().await {
        Some(Err(error)) => Err(error.into()),
        Some(Ok(_)) | None => Err(LaneEnd::Failed(ErrorCode::Unavailable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_id_goes_along() {
        for id in [None, Some("abc-1".to_owned())] {
            let about = about(UPDATES_ROUTE, id.as_deref());
            assert_eq!(metadata::routing_tags(Some(&about)), [UPDATES_ROUTE]);
            assert_eq!(metadata::request_id(Some(&about)), id);
        }
    }

    #[test]
    fn what_a_service_says_is_understood() {
        for (text, end) in [
            ("owner=10.0.0.2:7000", LaneEnd::OwnedBy("10.0.0.2:7000".to_owned())),
            ("quarantined", LaneEnd::Failed(ErrorCode::Quarantined)),
            ("unknown-board", LaneEnd::Failed(ErrorCode::UnknownBoard)),
            ("resync", LaneEnd::Failed(ErrorCode::Resync)),
            ("anything else", LaneEnd::Failed(ErrorCode::Unavailable)),
        ] {
            assert_eq!(LaneEnd::from(StreamError::Rejected { text: text.to_owned() }), end);
        }
    }
}
