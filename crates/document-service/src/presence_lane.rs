//! One gateway's presence lane, in the task of its RSocket channel. It must not queue: a batch is made only when there is
//! credit to send it, so that what goes out is the newest there is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use mailbox::Mailbox;
use protocol::ErrorCode;
use protocol::lane::PresenceUp;
use rsocket::{Inbound, Outbound, Payload, StreamError};
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
    end: &PresenceEnd,
    outbound: &mut Outbound,
    inbound: &mut Inbound,
) -> LaneEnding {
    tokio::select! {
        ending = receive(lane, board, here, inbound) => ending,
        ending = send(end, outbound) => ending,
    }
}

async fn receive(lane: LaneId, board: &BoardInbox, here: &Through, inbound: &mut Inbound) -> LaneEnding {
    // Boxed, like all that a lane does now and then: it does not carry the place for it as long as it lives.
    while let Some(handing_on) = inbound.next().await.map(|payload| Box::pin(hand_on(lane, board, here, payload))) {
        if let Err(ending) = handing_on.await {
            return ending;
        }
    }
    LaneEnding::Left
}

/// Brings a message to the board, when there is a place for it.
async fn hand_on(
    lane: LaneId,
    board: &BoardInbox,
    here: &Through,
    payload: Result<Payload, StreamError>,
) -> Result<(), LaneEnding> {
    let payload = payload.map_err(|_| LaneEnding::Left)?.data;
    let message = match PresenceUp::decode(&payload) {
        Ok(message) if payload.len() <= MAX_PRESENCE_UP_BYTES => message,
        _ => {
            tracing::warn!(bytes = payload.len(), "the gateway sent what is no message of the presence lane");
            return Err(LaneEnding::Failed(ErrorCode::Malformed));
        }
    };
    match message {
        PresenceUp::Visitor { connection, visitor } => {
            here.put(connection, visitor);
            return Ok(());
        }
        PresenceUp::Gone { connection } => here.remove(connection),
        _ => {}
    }
    let handed_on = board.presence.send(PresenceIncoming::Message(lane, message)).await;
    handed_on.map_err(|_| LaneEnding::Failed(ErrorCode::Unavailable))
}

async fn send(end: &PresenceEnd, outbound: &mut Outbound) -> LaneEnding {
    let PresenceEnd { batches, wanted } = end;
    loop {
        let mut filled = Vec::new();
        outbound.ready().await;
        wanted.store(true, Ordering::Release);
        if !batches.take(&mut filled, 1).await {
            return LaneEnding::Failed(ErrorCode::Unavailable);
        }
        if let Some(batch) = filled.pop()
            && Box::pin(outbound.send(Payload::new(batch))).await.is_err()
        {
            return LaneEnding::Left;
        }
    }
}
