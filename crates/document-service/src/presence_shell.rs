//! The presence of one open board, with its lanes: asks the machine for a batch when a lane has credit and its time has
//! come. It must not know the room.

use std::time::Duration;

use litemap::LiteMap;
use metrics::counter;
use protocol::ConnectionId;
use protocol::lane::{PresenceDown, PresenceUp};
use protocol::limits::PRESENCE_INTERVAL_MS;
use sync::{LaneId, Presence};
use tokio::time::Instant;

use crate::authors::Author;
use crate::clock::Clock;
use crate::counted::Counted;
use crate::limits::PRESENCE_SWEEP;
use crate::presence_lane::PresenceSlot;
use crate::service::are_beside;
use crate::visitors::Here;

/// Presence and its lanes.
pub(crate) struct PresenceShell {
    clock: Clock,
    machine: Presence,
    /// A sorted list: most boards have one.
    lanes: LiteMap<LaneId, Box<(PresenceSlot, Counted)>>,
    last_turn: Instant,
}

impl PresenceShell {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, machine: Presence::new(), lanes: LiteMap::new(), last_turn: Instant::now() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    pub(crate) fn open_lane(&mut self, lane: LaneId, slot: PresenceSlot) {
        self.machine.open_lane(lane);
        self.lanes.insert(lane, Box::new((slot, Counted::presence_lane())));
    }

    pub(crate) fn close_lane(&mut self, lane: LaneId) {
        self.machine.close_lane(lane);
        self.lanes.remove(&lane);
    }

    pub(crate) fn receive(&mut self, lane: LaneId, message: PresenceUp) {
        self.machine.receive(self.clock.now_ms(), lane, message);
    }

    /// Who stands behind a connection of an updates lane, as they say and as their gateway knows them.
    pub(crate) fn author(&self, here: &Here<'_>, lane: LaneId, connection: ConnectionId) -> Author {
        let is_theirs = |other| are_beside(lane, other);
        Author::of(self.machine.user_of(connection, is_theirs), here.visitor(connection, is_theirs))
    }

    /// When it is to be given a turn next; never while nobody listens.
    pub(crate) fn next_turn(&self) -> Option<Instant> {
        if self.lanes.is_empty() {
            return None;
        }
        let is_dirty = self.lanes.keys().any(|lane| self.machine.is_dirty(*lane));
        let pause = if is_dirty { Duration::from_millis(PRESENCE_INTERVAL_MS) } else { PRESENCE_SWEEP };
        Some(self.last_turn + pause)
    }

    /// Removes who is silent, and gives each lane that has credit what it has not been told.
    pub(crate) fn take_turn(&mut self) {
        self.last_turn = Instant::now();
        self.machine.expire(self.clock.now_ms());
        for (lane, entry) in &self.lanes {
            let slot = &entry.0;
            if slot.is_wanted() && self.machine.is_dirty(*lane) {
                let batch = self.machine.take_batch(*lane);
                if !batch.is_empty() {
                    slot.fill(PresenceDown::encode_batch(&batch));
                    counter!("presence_batches_total").increment(1);
                }
            }
        }
    }
}
