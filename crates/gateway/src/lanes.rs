//! Opening a board's two lanes: at whichever service has room, then where a refusal points, again and again for a while.
//!
//! It must not know browsers.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use protocol::lane::{LaneOpen, PRESENCE_ROUTE, UPDATES_ROUTE};
use protocol::limits::{LANE_REFILL_PARTS, LANE_WINDOW_PARTS, PRESENCE_WINDOW};
use protocol::{BoardId, ErrorCode, Retry};
use rsocket::{Connection, Inbound, Outbound, Payload, RequestError, StreamError, Window, metadata};
use tokio::time::{Instant, sleep, timeout};

use crate::directory::ServiceDirectory;
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

/// Opens both lanes. Tries again, with full jitter, as long as that may help and `OPEN_TIMEOUT` has not passed.
///
/// # Errors
/// The code with which the waiting browsers are to be closed.
pub async fn open(directory: &ServiceDirectory, board: &BoardId) -> Result<Lanes, ErrorCode> {
    let give_up_at = Instant::now() + OPEN_TIMEOUT;
    let mut ceiling = OPEN_BACKOFF_FIRST;
    let mut owner = None;
    let mut redirects = 0;
    loop {
        let code = match open_once(directory, board, owner.take()).await {
            Ok(lanes) => return Ok(lanes),
            Err(LaneEnd::OwnedBy(address)) if redirects < MAX_REDIRECTS => {
                redirects += 1;
                owner = Some(address);
                continue;
            }
            Err(end) => end.code(),
        };
        if code.retry() == Retry::Never || Instant::now() + ceiling > give_up_at {
            return Err(code);
        }
        tracing::debug!(code = code.id(), "the board could not be opened, trying again");
        sleep(ceiling.mul_f64(random::fraction())).await;
        ceiling = (ceiling * 2).min(OPEN_BACKOFF_LONGEST);
        redirects = 0;
    }
}

async fn open_once(directory: &ServiceDirectory, board: &BoardId, owner: Option<String>) -> Result<Lanes, LaneEnd> {
    let found = match &owner {
        Some(address) => directory.connection_to(address).await,
        None => directory.least_loaded().await,
    };
    let connection = found.map_err(|error| {
        tracing::warn!(%error, "no document service takes the board");
        LaneEnd::Failed(ErrorCode::Unavailable)
    })?;
    let opening: Bytes = LaneOpen::new(board.clone(), random::number()).encode().into();
    let updates = open_lane(&connection, UPDATES_ROUTE, opening.clone(), UPDATES_WINDOW).await?;
    let presence = open_lane(&connection, PRESENCE_ROUTE, opening, Window::of(PRESENCE_WINDOW)).await?;
    Ok(Lanes { updates, presence })
}

/// A lane is open once the service has granted credit; before that it may still refuse.
async fn open_lane(connection: &Connection, route: &str, opening: Bytes, window: Window) -> Result<Lane, LaneEnd> {
    let routing = metadata::encode(&[metadata::Entry::Routing(vec![route.to_owned()])])
        .expect("a short tag can always be expressed");
    let (out, mut inbound) = connection.request_channel(Payload::new(opening).with_metadata(routing), window)?;
    let wait = Duration::min(ACCEPT_TIMEOUT, OPEN_TIMEOUT);
    if timeout(wait, out.ready()).await.is_err() {
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
