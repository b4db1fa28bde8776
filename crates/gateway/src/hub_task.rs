//! The task of a hub: opens the board's two lanes, carries messages, and opens them anew, wherever the board is then,
//! when they are lost. It must not know browsers but as places at the hub.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures_util::StreamExt;
use mailbox::Mailbox;
use protocol::awareness;
use protocol::edge::{DecodeError, EdgeMessage};
use protocol::lane::{Joiner, PresenceDown, UpdatesDown, pack};
use protocol::{ErrorCode, Retry};
use rsocket::{Inbound, Outbound, Payload, SendError, StreamError};
use tokio::time::{Instant, sleep, timeout};

use crate::directory::ServiceDirectory;
use crate::hub::{Hub, Upward};
use crate::lanes::{self, LaneEnd, Lanes};
use crate::limits::{
    HUB_LINGER, LONGEST_RIDE, MAX_SHORT_LANES, MAX_STOCK_AWARENESS_LINES, SHORT_LANES, UPDATES_TO_RIDE_ON,
    UPSTREAM_PARTS, UPWARD_AT_ONCE,
};
use crate::random;

/// What serves a hub.
pub struct HubTask {
    hub: Arc<Hub>,
    upward: UpwardQueue,
}

/// What waits for the updates lane.
struct UpwardQueue {
    /// Taken out before, and to be sent first.
    first: VecDeque<Upward>,
    then: Arc<Mailbox<Upward>>,
}

impl UpwardQueue {
    /// Some of what waits, in order; false when nothing will any more.
    async fn next(&mut self, into: &mut Vec<Upward>) -> bool {
        if !self.first.is_empty() {
            into.extend(self.first.drain(..));
            return true;
        }
        self.then.take(into, UPWARD_AT_ONCE).await
    }

    /// Makes room: what waited for lost lanes is of no use to the next.
    fn keep_only(&mut self, generation: u64) {
        let mut waiting = Vec::new();
        self.then.try_take(&mut waiting, usize::MAX);
        self.first.extend(waiting);
        self.first.retain(|upward| upward.generation.is_none_or(|theirs| theirs == generation));
    }
}

impl Drop for UpwardQueue {
    /// Takes nothing more in: nobody will send it.
    fn drop(&mut self) {
        self.then.close();
        self.then.try_take(&mut Vec::new(), usize::MAX);
    }
}

/// How the lanes ended.
enum Carried {
    /// Nobody has the board open any more.
    Abandoned,
    Lost(LaneEnd),
}

impl HubTask {
    pub(crate) fn new(hub: Arc<Hub>, upward: Arc<Mailbox<Upward>>) -> Self {
        Self { hub, upward: UpwardQueue { first: VecDeque::new(), then: upward } }
    }

    /// The hub that this task serves.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Carries messages until nobody is left, or until the board cannot be opened.
    pub async fn run(&mut self, directory: Arc<ServiceDirectory>, request_id: Option<&str>) {
        let mut short_lanes = 0;
        loop {
            let opened = tokio::select! {
                // Boxed, like everything that happens now and then: its place is not the hub's for as long as it lives.
                opened = Box::pin(lanes::open(&directory, self.hub.board(), request_id)) => opened,
                () = self.hub.abandoned_before_opening() => return,
            };
            let lanes = match opened {
                Ok(lanes) => lanes,
                Err(code) => {
                    tracing::warn!(code = code.id(), "the board could not be opened");
                    return self.hub.end(code);
                }
            };
            tracing::info!(address = lanes.address, "the board's lanes are open");
            let since = Instant::now();
            let end = match self.carry(lanes, &directory).await {
                Carried::Abandoned => return,
                Carried::Lost(end) => end,
            };
            short_lanes = if since.elapsed() < SHORT_LANES { short_lanes + 1 } else { 0 };
            tracing::warn!(code = end.code().id(), short_lanes, "a lane of the board ended");
            if end.code().retry() == Retry::Never || short_lanes > MAX_SHORT_LANES {
                return self.hub.end(end.code());
            }
            metrics::counter!("gateway_lanes_reopened_total").increment(1);
            self.hub.begin_rejoin();
            self.upward.keep_only(self.hub.generation());
            // The first time at once: a board that is handed over is free already.
            sleep(SHORT_LANES.mul_f64(random::fraction()) * short_lanes / MAX_SHORT_LANES).await;
        }
    }

    async fn carry(&mut self, mut lanes: Box<Lanes>, directory: &ServiceDirectory) -> Carried {
        let Lanes { address, updates, presence } = &mut *lanes;
        let hub = &self.hub;
        let end = tokio::select! {
            end = hub.carry_updates_down(&mut updates.inbound) => end,
            end = hub.carry_presence_down(&mut presence.inbound) => end,
            end = hub.carry_updates_up(&mut self.upward, &mut updates.out) => end,
            end = hub.carry_presence_up(&mut presence.out) => end,
            () = directory.departed(address) => {
                tracing::warn!(address, "the store does not list the board's service any more");
                LaneEnd::Failed(ErrorCode::Unavailable)
            }
            () = hub.abandoned() => {
                tracing::info!("nobody has the board open any more");
                let Lanes { updates, presence, .. } = *lanes;
                presence.out.complete();
                updates.out.complete();
                return Carried::Abandoned;
            }
        };
        Carried::Lost(end)
    }
}

impl Hub {
    async fn carry_updates_up(&self, upward: &mut UpwardQueue, out: &mut Outbound) -> LaneEnd {
        let mut waiting = Vec::new();
        while upward.next(&mut waiting).await {
            // Given away, as who waits keeps no places; and boxed, like all that happens now and then.
            if Box::pin(send_up(out, std::mem::take(&mut waiting))).await.is_err() {
                // Why is what the other direction says.
                return std::future::pending().await;
            }
        }
        LaneEnd::Failed(ErrorCode::Unavailable)
    }

    async fn carry_updates_down(&self, inbound: &mut Inbound) -> LaneEnd {
        let mut joiner = Joiner::default();
        while let Some(part) = inbound.next().await {
            let messages = match part.map(|part| joiner.push(&part.data)) {
                Ok(Ok(messages)) => messages,
                Ok(Err(error)) => return not_a_message("updates", &error),
                Err(error) => return error.into(),
            };
            self.updates_down.fetch_add(1, Ordering::Relaxed);
            let mut people = self.people();
            for message in messages {
                match UpdatesDown::decode(&message) {
                    Ok(UpdatesDown::Message { audience, message }) => people.fanout.push(audience, message),
                    Ok(UpdatesDown::Close { connection, code }) => people.fanout.close(connection, code),
                    Err(error) => return not_a_message("updates", &error),
                }
            }
        }
        LaneEnd::Failed(ErrorCode::Unavailable)
    }

    async fn carry_presence_up(&self, out: &mut Outbound) -> LaneEnd {
        loop {
            let next = self.presence().take();
            let Some(sending) = next.map(|message| Box::pin(out.send(Payload::new(message.encode())))) else {
                self.presence_waits.notified().await;
                continue;
            };
            if sending.await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    async fn carry_presence_down(&self, inbound: &mut Inbound) -> LaneEnd {
        let mut updates_before = self.updates_down.load(Ordering::Relaxed);
        let take = |batch: Result<Payload, StreamError>| batch.map(|batch| self.take_presence(&batch.data));
        while let Some(taken) = inbound.next().await.map(take) {
            match taken {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return not_a_message("presence", &error),
                Err(error) => return error.into(),
            }
            let updates = self.updates_down.load(Ordering::Relaxed);
            if updates.wrapping_sub(std::mem::replace(&mut updates_before, updates)) >= UPDATES_TO_RIDE_ON {
                Box::pin(sleep(LONGEST_RIDE)).await;
            }
            self.people().fanout.wake_for_presence();
        }
        LaneEnd::Failed(ErrorCode::Unavailable)
    }

    fn take_presence(&self, batch: &Bytes) -> Result<(), DecodeError> {
        let batch = PresenceDown::decode_batch(batch)?;
        let mut people = self.people();
        for PresenceDown { audience, message } in batch {
            if let Ok(EdgeMessage::Awareness(update)) = EdgeMessage::decode(&message)
                && let Ok(entries) = awareness::decode(update, MAX_STOCK_AWARENESS_LINES)
            {
                people.ids.hear(&entries);
            }
            people.fanout.push_presence(audience, message);
        }
        Ok(())
    }

    /// Resolves when nobody is left, for a while, and all that they sent is on its way. Nobody can join then.
    async fn abandoned(&self) {
        loop {
            while self.is_in_use() {
                self.thinned.notified().await;
            }
            if Box::pin(self.linger()).await {
                return;
            }
        }
    }

    /// Whether nobody came for a while, so that it has ended.
    async fn linger(&self) -> bool {
        // Whoever left, or the end, wakes it early; then it looks again.
        if !self.has_ended() && timeout(HUB_LINGER, self.thinned.notified()).await.is_ok() {
            return false;
        }
        let all_parts = u32::try_from(UPSTREAM_PARTS).expect("a small constant");
        let _all_sent = self.room.acquire_many(all_parts).await;
        self.end_if_unused()
    }

    /// The same while there are no lanes: what was sent was not acknowledged and is not waited for.
    async fn abandoned_before_opening(&self) {
        while !self.end_if_unused() {
            self.thinned.notified().await;
        }
    }

    fn is_in_use(&self) -> bool {
        !self.people().fanout.is_empty()
    }

    fn has_ended(&self) -> bool {
        self.people().fanout.ended().is_some()
    }

    fn end_if_unused(&self) -> bool {
        let mut people = self.people();
        if people.fanout.is_empty() {
            people.fanout.end(ErrorCode::Unavailable);
        }
        people.fanout.is_empty()
    }
}

/// Sends what waited, in as few parts as hold it.
async fn send_up(out: &mut Outbound, waiting: Vec<Upward>) -> Result<(), SendError> {
    let messages: Vec<Bytes> = waiting.iter().map(|upward| upward.message.clone()).collect();
    for part in pack(&messages) {
        out.send(Payload::new(part)).await?;
    }
    Ok(())
}

fn not_a_message(lane: &'static str, error: &DecodeError) -> LaneEnd {
    tracing::error!(lane, %error, "the document service sent what is no message of the lane");
    LaneEnd::Failed(ErrorCode::Internal)
}
