//! One gateway's presence lane, in the task of its RSocket channel. It must not queue: a batch is made only when there is
//! credit to send it, so that what goes out is the newest there is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use mailbox::Mailbox;
use protocol::ErrorCode;
use protocol::lane::PresenceUp;
use rsocket::{Inbound, Outbound, Payload};
use sync::LaneId;

use crate::board_inbox::{BoardInbox, PresenceIncoming};
use crate::limits::MAX_PRESENCE_UP_BYTES;
use crate::updates_lane::LaneEnding;
use crate::visitors::Through;

/// The board's end of a presence lane. Dropping it closes the lane as `unavailable`.
pub(crate) struct PresenceSlot {
    batches: Arc<Mailbox<Bytes>>,
    wanted: Arc<AtomicBool>,
}

impl PresenceSlot {
    /// The two ends of a lane: one batch passes at a time.
    pub(crate) fn pair() -> (Self, PresenceEnd) {
        let (batches, wanted) = (Arc::new(Mailbox::unbounded()), Arc::new(AtomicBool::new(false)));
        (Self { batches: batches.clone(), wanted: wanted.clone() }, PresenceEnd { batches, wanted })
    }

    /// Whether the gateway has granted credit for a batch.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }

    /// Sends a batch that was wanted.
    pub(crate) fn fill(&self, batch: Bytes) {
        self.wanted.store(false, Ordering::Release);
        // A lane that has ended says so by itself.
        let _ = self.batches.push(batch);
    }
}

impl Drop for PresenceSlot {
    fn drop(&mut self) {
        self.batches.close();
    }
}

/// The channel's end of a presence lane.
pub(crate) struct PresenceEnd {
    batches: Arc<Mailbox<Bytes>>,
    wanted: Arc<AtomicBool>,
}

/// Carries a lane until either side ends it.
pub(crate) async fn carry(
    lane: LaneId,
    board: &BoardInbox,
    here: &Through,
    end: PresenceEnd,
    outbound: &mut Outbound,
    inbound: &mut Inbound,
) -> LaneEnding {
    tokio::select! {
        ending = receive(lane, board, here, inbound) => ending,
        ending = send(end, outbound) => ending,
    }
}

async fn receive(lane: LaneId, board: &BoardInbox, here: &Through, inbound: &mut Inbound) -> LaneEnding {
    while let Some(payload) = inbound.next().await {
        let Ok(payload) = payload else { return LaneEnding::Left };
        let message = match PresenceUp::decode(&payload.data) {
            Ok(message) if payload.data.len() <= MAX_PRESENCE_UP_BYTES => message,
            _ => {
                tracing::warn!(bytes = payload.data.len(), "the gateway sent what is no message of the presence lane");
                return LaneEnding::Failed(ErrorCode::Malformed);
            }
        };
        match message {
            PresenceUp::Visitor { connection, visitor } => {
                here.put(connection, visitor);
                continue;
            }
            PresenceUp::Gone { connection } => here.remove(connection),
            _ => {}
        }
        if board.presence.send(PresenceIncoming::Message(lane, message)).await.is_err() {
            return LaneEnding::Failed(ErrorCode::Unavailable);
        }
    }
    LaneEnding::Left
}

async fn send(end: PresenceEnd, outbound: &mut Outbound) -> LaneEnding {
    let PresenceEnd { batches, wanted } = end;
    let mut filled = Vec::new();
    loop {
        outbound.ready().await;
        wanted.store(true, Ordering::Release);
        if !batches.take(&mut filled, 1).await {
            return LaneEnding::Failed(ErrorCode::Unavailable);
        }
        for batch in filled.drain(..) {
            if outbound.send(Payload::new(batch)).await.is_err() {
                return LaneEnding::Left;
            }
        }
    }
}
