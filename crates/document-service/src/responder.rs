//! Answers REQUEST_CHANNEL by its routing tag: a lane of a board. It must not know what a lane carries.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use protocol::lane::{LaneOpen, PRESENCE_ROUTE, UPDATES_ROUTE};
use protocol::limits::{LANE_REFILL_PARTS, LANE_WINDOW_PARTS};
use protocol::request::REQUEST_ROUTE;
use protocol::visitors::CROWDS_ROUTE;
use protocol::{BoardId, ErrorCode, PROTOCOL_VERSION};
use rsocket::{IncomingChannel, Payload, Responder, Window, metadata};
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::board_inbox::{BoardInbox, PresenceIncoming, UpdatesIncoming, Welcome};
use crate::limits::{OPEN_ATTEMPTS, PRESENCE_UP_WINDOW};
use crate::opening::Refusal;
use crate::presence_lane::{self, PresenceSlot};
use crate::requests;
use crate::service::Service;
use crate::updates_lane::{self, LaneEnding, LaneQueue};

/// The lanes of all boards of a service.
pub(crate) struct Lanes {
    pub(crate) service: Arc<Service>,
}

#[async_trait]
impl Responder for Lanes {
    async fn request_response(&self, request: Payload) -> Result<Payload, rsocket::Refusal> {
        let tags = metadata::routing_tags(request.metadata.as_ref());
        match tags.first().map(String::as_str) {
            Some(REQUEST_ROUTE) => requests::answer(self, &request.data).await,
            Some(CROWDS_ROUTE) => requests::crowds(&self.service, &request.data),
            _ => Err(rsocket::Refusal::invalid(ErrorCode::Malformed.id())),
        }
    }

    async fn request_channel(&self, first: Payload, channel: IncomingChannel) {
        let tags = metadata::routing_tags(first.metadata.as_ref());
        let route =
            [UPDATES_ROUTE, PRESENCE_ROUTE].into_iter().find(|route| tags.first().is_some_and(|tag| tag == route));
        let open = match LaneOpen::decode(&first.data) {
            Ok(open) if open.protocol == PROTOCOL_VERSION => open,
            Ok(_) => return channel.reject(rsocket::ErrorCode::INVALID, ErrorCode::Outdated.id()),
            Err(_) => return channel.reject(rsocket::ErrorCode::INVALID, ErrorCode::Malformed.id()),
        };
        // Its frame's memory is not this lane's for as long as it lives.
        drop((first, tags));
        let span = tracing::info_span!("lane", route, board_id = open.board.as_str(), lane = open.lane);
        match route.unwrap_or_default() {
            UPDATES_ROUTE => self.updates(&open, channel).instrument(span).await,
            PRESENCE_ROUTE => self.presence(&open, channel).instrument(span).await,
            _ => channel.reject(rsocket::ErrorCode::INVALID, ErrorCode::Malformed.id()),
        }
    }
}

impl Lanes {
    async fn updates(&self, open: &LaneOpen, channel: IncomingChannel) {
        let lane = self.service.next_lane(open.lane);
        let opening = self.open(&open.board, |inbox, welcome| async move {
            let (queue, end) = LaneQueue::pair();
            inbox.updates.send(UpdatesIncoming::Open(lane, queue, welcome)).await.is_ok().then_some(end)
        });
        let (inbox, mut end) = match opening.await {
            Ok(opened) => opened,
            Err(refusal) => return refuse(channel, &refusal),
        };
        let window = Window { initial: LANE_WINDOW_PARTS, refill_at: LANE_REFILL_PARTS };
        let (mut outbound, mut inbound) = channel.accept(window);
        // In a task of its own, which does not carry the place of opening for as long as the lane lives.
        let carrying = async move {
            let ending = updates_lane::carry(lane, &inbox, &mut end, &mut outbound, &mut inbound);
            let ending = not_panicking(ending).await;
            tracing::debug!(?ending, "the lane has ended");
            // A board that is gone needs no telling.
            let _ = Box::pin(inbox.updates.send(UpdatesIncoming::Closed(lane))).await;
            ending.tell(outbound);
        };
        tokio::spawn(carrying.in_current_span());
    }

    async fn presence(&self, open: &LaneOpen, channel: IncomingChannel) {
        let lane = self.service.next_lane(open.lane);
        let opening = self.open(&open.board, |inbox, welcome| async move {
            let (slot, end) = PresenceSlot::pair();
            inbox.presence.send(PresenceIncoming::Open(lane, slot, welcome)).await.is_ok().then_some(end)
        });
        let (inbox, end) = match opening.await {
            Ok(opened) => opened,
            Err(refusal) => return refuse(channel, &refusal),
        };
        let (mut outbound, mut inbound) = channel.accept(Window::of(PRESENCE_UP_WINDOW));
        let here = self.service.visitors.through(&open.board, lane);
        let carrying = async move {
            let ending = presence_lane::carry(lane, &inbox, &here, &end, &mut outbound, &mut inbound);
            let ending = not_panicking(ending).await;
            drop(here);
            let _ = Box::pin(inbox.presence.send(PresenceIncoming::Closed(lane))).await;
            ending.tell(outbound);
        };
        tokio::spawn(carrying.in_current_span());
    }

    /// Finds or starts the board and asks it in; `ask` gives what the lane needs, or nothing if the board has just closed.
    async fn open<T, Asking: Future<Output = Option<T>>>(
        &self,
        board: &BoardId,
        ask: impl Fn(BoardInbox, Welcome) -> Asking,
    ) -> Result<(BoardInbox, T), Refusal> {
        for _ in 0..OPEN_ATTEMPTS {
            let inbox = self.service.inbox(board).map_err(Refusal::Code)?;
            let (welcome, answer) = oneshot::channel();
            if let Some(asked) = ask(inbox.clone(), welcome).await
                && let Ok(answer) = answer.await
            {
                return answer.map(|()| (inbox, asked));
            }
        }
        Err(Refusal::Code(ErrorCode::Unavailable))
    }
}

/// A lane that panics fails alone, and its board hears of it. Not an `async fn`, which would have two places for it.
fn not_panicking(carrying: impl Future<Output = LaneEnding>) -> impl Future<Output = LaneEnding> {
    let caught = AssertUnwindSafe(carrying).catch_unwind();
    caught.map(|ending| {
        ending.unwrap_or_else(|_| {
            tracing::error!("a lane panicked and is closed");
            LaneEnding::Failed(ErrorCode::Unavailable)
        })
    })
}

fn refuse(channel: IncomingChannel, refusal: &Refusal) {
    let text = refusal.text();
    tracing::info!(text, "the lane is refused");
    channel.reject(rsocket::ErrorCode::REJECTED, text);
}
