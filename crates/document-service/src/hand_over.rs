//! What a board had not stored when it was found to belong to another: brought to whoever owns it now, as an editor of its
//! own brings it, and kept until that owner has it stored.
//!
//! Authors still have these updates and bring them, too; but an author may have left, and what it drew was seen. Applying
//! an update twice is harmless. It must not know rooms or the flusher: rows come in, lanes go out.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use metrics::counter;
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, Dialect, Joiner, LaneOpen, UPDATES_ROUTE, UpdatesDown, UpdatesUp, pack};
use protocol::limits::{LANE_REFILL_PARTS, LANE_WINDOW_PARTS};
use protocol::{BoardId, ConnectionId, Role};
use rsocket::{Connection, ConnectionOptions, Deaf, Inbound, Outbound, Payload, StreamError, Window, metadata};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument;

use crate::backoff::Backoff;
use crate::limits::{HAND_OVER_ATTEMPT, HAND_OVER_REDIRECTS, HAND_OVER_TIMEOUT};
use crate::opening::OWNER;
use crate::service::Service;

/// The one connection of a lane that hands over.
const CONNECTION: ConnectionId = ConnectionId(0);

/// Hands rows over beside everything else, in order, as far as there is room for them.
pub(crate) fn begin(service: &Arc<Service>, board: &BoardId, rows: Vec<Bytes>) {
    if rows.is_empty() {
        return;
    }
    let kibibytes = rows.iter().map(Bytes::len).sum::<usize>().div_ceil(1024).max(1);
    let held = u32::try_from(kibibytes).ok().and_then(|needed| {
        let room = service.hand_overs.clone();
        room.try_acquire_many_owned(needed).ok()
    });
    let Some(held) = held else {
        return left_to_authors(board, rows.len(), "too much waits to be handed over");
    };
    let handing = hand_over(service.clone(), board.clone(), rows, held);
    let ended = service.ended.clone();
    let span = tracing::info_span!(parent: None, "hand_over", board_id = board.as_str());
    tokio::spawn(async move { ended.run_until_cancelled(handing).await }.instrument(span));
}

async fn hand_over(service: Arc<Service>, board: BoardId, rows: Vec<Bytes>, _held: OwnedSemaphorePermit) {
    let give_up_at = Instant::now() + HAND_OVER_TIMEOUT;
    let mut backoff = Backoff::default();
    while Instant::now() < give_up_at {
        match timeout(HAND_OVER_ATTEMPT, bring(&service, &board, &rows)).await {
            Ok(Ok(())) => {
                counter!("updates_handed_over_total").increment(rows.len() as u64);
                tracing::info!(updates = rows.len(), "unsaved updates were handed to the board's owner");
                return;
            }
            Ok(Err(error)) => tracing::info!(%error, "unsaved updates could not be handed over yet"),
            Err(_) => tracing::info!("handing unsaved updates over took too long"),
        }
        sleep(backoff.next_pause()).await;
    }
    left_to_authors(&board, rows.len(), "nobody took them in time");
}

fn left_to_authors(board: &BoardId, updates: usize, why: &str) {
    counter!("updates_left_to_authors_total").increment(updates as u64);
    tracing::error!(board_id = board.as_str(), updates, why, "unsaved updates are left to their authors");
}

/// Why an attempt failed.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the owner cannot be reached: {0}")]
    Unreachable(#[from] rsocket::ConnectError),
    #[error(transparent)]
    Request(#[from] rsocket::RequestError),
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("the lane ended before everything was stored")]
    Ended,
    #[error("no other service can be reached from here")]
    Alone,
    #[error("owners name each other")]
    Circle,
}

/// One attempt: here first, since nobody may own the board; then wherever refusals point.
async fn bring(service: &Arc<Service>, board: &BoardId, rows: &[Bytes]) -> Result<(), Failed> {
    let (near, far) = rsocket::memory::pair();
    tokio::spawn(service.clone().serve_trusted(far));
    let mut connection = rsocket::connect(near, ConnectionOptions::default(), Arc::new(Deaf)).await?;
    for _ in 0..HAND_OVER_REDIRECTS {
        match open(&connection, board).await {
            Ok((out, inbound)) => return deliver(out, inbound, rows).await,
            Err(Failed::Stream(StreamError::Rejected { text })) if text.starts_with(OWNER) => {
                let others = service.others.as_ref().ok_or(Failed::Alone)?;
                connection = others.connect(text.trim_start_matches(OWNER)).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Err(Failed::Circle)
}

async fn open(connection: &Connection, board: &BoardId) -> Result<(Outbound, Inbound), Failed> {
    let routing = metadata::encode(&[metadata::Entry::Routing(vec![UPDATES_ROUTE.to_owned()])])
        .expect("a short tag can always be expressed");
    let first = Payload::new(LaneOpen::new(board.clone(), rand::random()).encode()).with_metadata(routing);
    let window = Window { initial: LANE_WINDOW_PARTS, refill_at: LANE_REFILL_PARTS };
    let (out, mut inbound) = connection.request_channel(first, window)?;
    out.ready().await;
    if out.credit() > 0 {
        return Ok((out, inbound));
    }
    match inbound.next().await {
        Some(Err(error)) => Err(error.into()),
        Some(Ok(_)) | None => Err(Failed::Ended),
    }
}

/// Sends the rows as edits and waits until the last is acknowledged, which says that all are stored.
async fn deliver(mut out: Outbound, mut inbound: Inbound, rows: &[Bytes]) -> Result<(), Failed> {
    let last = rows.len() as u64;
    let sending = async {
        // As a stock client: it is not sent the board's state.
        let (role, dialect) = (Role::Edit, Dialect::Stock);
        send(&mut out, &UpdatesUp::Join { connection: CONNECTION, role, dialect, state_vector: Bytes::new() }).await?;
        for (seq, row) in (1..).zip(rows) {
            send(&mut out, &UpdatesUp::Edit { connection: CONNECTION, seq, update: row.clone() }).await?;
        }
        Ok::<(), Failed>(())
    };
    let stored = async {
        let mut joiner = Joiner::default();
        while let Some(part) = inbound.next().await {
            let messages = joiner.push(&part?.data).map_err(|_| Failed::Ended)?;
            if messages.iter().any(|message| acknowledges(message, last)) {
                return Ok(());
            }
        }
        Err(Failed::Ended)
    };
    tokio::try_join!(sending, stored)?;
    out.complete();
    Ok(())
}

async fn send(out: &mut Outbound, message: &UpdatesUp) -> Result<(), Failed> {
    for part in pack(&[message.encode()]) {
        out.send(Payload::new(part)).await.map_err(|_| Failed::Ended)?;
    }
    Ok(())
}

fn acknowledges(message: &Bytes, last: u64) -> bool {
    let Ok(UpdatesDown::Message { audience: Audience::One(CONNECTION), message }) = UpdatesDown::decode(message) else {
        return false;
    };
    matches!(EdgeMessage::decode(&message), Ok(EdgeMessage::Ack { seq }) if seq >= last)
}
