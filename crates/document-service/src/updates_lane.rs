//! One gateway's updates lane, in the task of its RSocket channel: parts in and joined, messages out and packed, both
//! by credit. It must not know what a room makes of a message.
//!
//! Upwards nothing is dropped: while the board's task is behind, this task waits, the window closes and the gateway stops
//! reading its browsers. Downwards a message waits here for credit, within `LANE_BACKLOG_BYTES`; past that the board's
//! task drops its [`LaneQueue`] with a reason, and the gateway opens the lane afresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::StreamExt;
use mailbox::Mailbox;
use protocol::ErrorCode;
use protocol::edge::DecodeError;
use protocol::lane::{Joiner, UpdatesUp, pack};
use protocol::limits::LANE_BACKLOG_BYTES;
use rsocket::{Inbound, Outbound, Payload, SendError, StreamError};
use sync::LaneId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use crate::board_inbox::{BoardInbox, UpdatesIncoming};
use crate::limits::{JOIN_BACKLOG_BYTES, LANE_INBOX_BYTES, MESSAGES_AT_ONCE, QUEUED_MESSAGE_BYTES};

/// The board's end of a lane. Dropping it closes the lane as `unavailable`, once what waits is sent.
pub(crate) struct LaneQueue {
    messages: Arc<Mailbox<Bytes>>,
    backlog: Arc<Backlog>,
    closing: Option<oneshot::Sender<ErrorCode>>,
}

/// Why a message was not queued.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum QueueError {
    /// The lane has ended.
    Ended,
    /// Too much waits for its credit.
    Overflow,
}

impl LaneQueue {
    /// The two ends of a lane's queue.
    pub(crate) fn pair() -> (Self, LaneEnd) {
        let messages = Arc::new(Mailbox::unbounded());
        let (closing, closed) = oneshot::channel();
        let backlog = Arc::new(Backlog::default());
        let end = LaneEnd { messages: messages.clone(), backlog: backlog.clone(), closed };
        (Self { messages, backlog, closing: Some(closing) }, end)
    }

    /// Queues an encoded message, which may be shared with other lanes. The mailbox has no bound of its own: the backlog's bytes are its bound.
    pub(crate) fn push(&self, message: Bytes) -> Result<(), QueueError> {
        let counted_bytes = counted_bytes(&message);
        if self.backlog.bytes() + counted_bytes > LANE_BACKLOG_BYTES {
            return Err(QueueError::Overflow);
        }
        self.backlog.add(counted_bytes);
        self.messages.push(message).map_err(|_| QueueError::Ended)
    }

    /// Ends the lane now; what waits is not sent.
    pub(crate) fn close(mut self, code: ErrorCode) {
        if let Some(closing) = self.closing.take() {
            // A lane that has ended by itself needs no telling.
            let _ = closing.send(code);
        }
    }
}

impl Drop for LaneQueue {
    fn drop(&mut self) {
        self.messages.close();
    }
}

/// What a message counts in the backlog.
fn counted_bytes(message: &Bytes) -> usize {
    message.len() + QUEUED_MESSAGE_BYTES
}

/// The channel's end of a lane.
pub(crate) struct LaneEnd {
    messages: Arc<Mailbox<Bytes>>,
    backlog: Arc<Backlog>,
    closed: oneshot::Receiver<ErrorCode>,
}

impl Drop for LaneEnd {
    fn drop(&mut self) {
        self.messages.close();
    }
}

#[cfg(test)]
impl LaneEnd {
    /// Takes what waits for credit.
    pub(crate) fn waiting(&self) -> Vec<Bytes> {
        let mut messages = Vec::new();
        self.messages.try_take(&mut messages, usize::MAX);
        messages
    }
}

#[derive(Default)]
struct Backlog {
    bytes: AtomicUsize,
    shrunk: Notify,
}

impl Backlog {
    fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
    }

    fn remove(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.shrunk.notify_one();
    }

    /// Waits until there is room for a join's answer. Only the lane's own task waits here.
    async fn join_fits(&self) {
        while self.bytes() > JOIN_BACKLOG_BYTES {
            self.shrunk.notified().await;
        }
    }
}

/// How a lane ended.
#[derive(Debug)]
pub(crate) enum LaneEnding {
    /// The gateway closed it, or is gone.
    Left,
    /// This side ends it with an error.
    Failed(ErrorCode),
}

impl LaneEnding {
    /// Tells the gateway. The code's stable name is the text, so that the gateway can act on it.
    pub(crate) fn tell(self, outbound: Outbound) {
        match self {
            Self::Left => outbound.complete(),
            Self::Failed(ErrorCode::Malformed) => {
                outbound.fail(rsocket::ErrorCode::INVALID, ErrorCode::Malformed.id());
            }
            Self::Failed(code) => outbound.fail(rsocket::ErrorCode::APPLICATION_ERROR, code.id()),
        }
    }
}

/// Carries a lane until either side ends it.
pub(crate) async fn carry(
    lane: LaneId,
    board: &BoardInbox,
    end: &mut LaneEnd,
    outbound: &mut Outbound,
    inbound: &mut Inbound,
) -> LaneEnding {
    let LaneEnd { messages, backlog, closed } = end;
    tokio::select! {
        biased;
        Ok(code) = closed => LaneEnding::Failed(code),
        ending = receive(lane, board, backlog, inbound) => ending,
        ending = send(messages, backlog, outbound) => ending,
    }
}

async fn receive(lane: LaneId, board: &BoardInbox, backlog: &Backlog, inbound: &mut Inbound) -> LaneEnding {
    let mut joiner = Joiner::default();
    let room_for = Arc::new(Semaphore::new(kibibytes(LANE_INBOX_BYTES) as usize));
    // Boxed, like all that a lane does now and then: it does not carry the place for it as long as it lives.
    let mut take = |part: Result<Payload, StreamError>| {
        let messages = part.map(|part| joiner.push(&part.data));
        Box::pin(hand_on(lane, board, backlog, &room_for, messages))
    };
    while let Some(handing_on) = inbound.next().await.map(&mut take) {
        if let Err(ending) = handing_on.await {
            return ending;
        }
    }
    LaneEnding::Left
}

/// Brings a part's messages to the board, each when there is a place for it.
async fn hand_on(
    lane: LaneId,
    board: &BoardInbox,
    backlog: &Backlog,
    room_for: &Arc<Semaphore>,
    messages: Result<Result<Vec<Bytes>, DecodeError>, StreamError>,
) -> Result<(), LaneEnding> {
    let messages = messages.map_err(|_| LaneEnding::Left)?.map_err(|error| hostile(&error))?;
    for message in messages {
        let bytes = message.len();
        let message = UpdatesUp::decode(&message).map_err(|error| hostile(&error))?;
        let held = hold(&message, bytes, room_for, backlog).await;
        let handed_on = board.updates.send(UpdatesIncoming::Message(lane, message, held)).await;
        handed_on.map_err(|_| LaneEnding::Failed(ErrorCode::Unavailable))?;
    }
    Ok(())
}

/// Waits for a place in the board's inbox. What is answered with a whole board goes alone, and only when earlier answers
/// are on their way: a gateway with a thousand browsers comes back with a thousand joins at once.
async fn hold(message: &UpdatesUp, bytes: usize, room_for: &Arc<Semaphore>, backlog: &Backlog) -> OwnedSemaphorePermit {
    let asks_for_state = matches!(message, UpdatesUp::Join { .. } | UpdatesUp::StateRequest { .. });
    let weight = if asks_for_state { LANE_INBOX_BYTES } else { bytes };
    let held = match room_for.clone().try_acquire_many_owned(kibibytes(weight)) {
        Ok(held) => held,
        Err(_) => {
            let waiting = room_for.clone().acquire_many_owned(kibibytes(weight));
            waiting.await.expect("the semaphore is never closed")
        }
    };
    if asks_for_state {
        backlog.join_fits().await;
    }
    held
}

/// Whole KiB, rounded up, at least one: the unit in which the inbox is shared out.
fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024).max(1)).expect("messages are bounded far below 4 TiB")
}

fn hostile(error: &DecodeError) -> LaneEnding {
    tracing::warn!(%error, "the gateway sent what is no message of the updates lane");
    LaneEnding::Failed(ErrorCode::Malformed)
}

async fn send(messages: &Mailbox<Bytes>, backlog: &Backlog, outbound: &mut Outbound) -> LaneEnding {
    let mut waiting = Vec::new();
    while messages.take(&mut waiting, MESSAGES_AT_ONCE).await {
        if Box::pin(send_packed(&waiting, outbound)).await.is_err() {
            return LaneEnding::Left;
        }
        backlog.remove(waiting.drain(..).map(|message| counted_bytes(&message)).sum());
        // Who waits keeps no places.
        waiting = Vec::new();
    }
    LaneEnding::Failed(ErrorCode::Unavailable)
}

async fn send_packed(messages: &[Bytes], outbound: &mut Outbound) -> Result<(), SendError> {
    for part in pack(messages) {
        outbound.send(Payload::new(part)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_holds_its_backlog_and_not_more() {
        let (queue, end) = LaneQueue::pair();
        let mebibyte = Bytes::from(vec![0; 1024 * 1024]);
        let fitting = LANE_BACKLOG_BYTES / counted_bytes(&mebibyte);
        for _ in 0..fitting {
            assert_eq!(queue.push(mebibyte.clone()), Ok(()));
        }
        assert_eq!(queue.push(mebibyte.clone()), Err(QueueError::Overflow));
        let mut taken = Vec::new();
        assert!(end.messages.try_take(&mut taken, 1));
        end.backlog.remove(counted_bytes(&taken[0]));
        assert_eq!(queue.push(mebibyte.clone()), Ok(()));
        drop(end);
        assert_eq!(queue.push(Bytes::new()), Err(QueueError::Ended));
    }
}
