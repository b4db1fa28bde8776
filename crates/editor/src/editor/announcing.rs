//! What others are told of this person, and how often: the cursor, the selection, the gesture in progress.

use board::ClientId;
use kurbo::Rect;
use scene::BoardPoint;

use super::Editor;
use crate::draft::{DraftMessage, Motion, SelectionMessage};
use crate::limits;
use crate::output::{Output, Presence};

/// What there is to tell, and when it was last told.
#[derive(Debug, Default)]
pub(crate) struct Announcer {
    /// Counts own gestures.
    gesture: u64,
    /// The open gesture.
    motion: Option<Motion>,
    cursor: Option<BoardPoint>,
    draft_lane: Lane,
    cursor_lane: Lane,
    selection_lane: Lane,
}

/// One kind of message, held to a rate.
#[derive(Debug, Default)]
struct Lane {
    due: bool,
    sent_ms: Option<u64>,
}

impl Lane {
    fn due_ms(&self, every_ms: u64) -> Option<u64> {
        self.due.then(|| self.sent_ms.map_or(0, |sent_ms| sent_ms + every_ms))
    }

    /// Whether to send now; takes note that it was.
    fn take(&mut self, every_ms: u64, now_ms: u64) -> bool {
        let take = self.due_ms(every_ms).is_some_and(|due_ms| due_ms <= now_ms);
        if take {
            self.sent(now_ms);
        }
        take
    }

    fn sent(&mut self, now_ms: u64) {
        *self = Lane { due: false, sent_ms: Some(now_ms) };
    }
}

impl Announcer {
    /// The number of the open gesture, or of the last.
    pub(super) fn gesture(&self) -> u64 {
        self.gesture
    }

    /// The open gesture.
    pub(crate) fn motion(&self) -> Option<&Motion> {
        self.motion.as_ref()
    }

    /// Takes note of the gesture as it is now; whether it may have lifted other shapes than before.
    pub(super) fn show(&mut self, motion: Motion) -> bool {
        let lifts = match (&self.motion, &motion) {
            (Some(Motion::Transform { copies: before, .. }), Motion::Transform { copies, .. }) => before != copies,
            (Some(Motion::Change { .. }), Motion::Change { .. }) => false,
            (Some(Motion::Ink { id: before, .. }), Motion::Ink { id, .. }) => before != id,
            (Some(Motion::Create { .. }), Motion::Create { .. }) => false,
            (_, Motion::Laser { .. } | Motion::Caret { .. }) => false,
            _ => true,
        };
        if self.motion.is_none() {
            self.gesture += 1;
        }
        self.motion = Some(motion);
        self.draft_lane.due = true;
        lifts
    }

    pub(super) fn pointed(&mut self, at: Option<BoardPoint>) {
        if self.cursor != at {
            self.cursor = at;
            self.cursor_lane.due = true;
        }
    }

    pub(super) fn selection_changed(&mut self) {
        self.selection_lane.due = true;
    }

    /// Somebody came who knows nothing of us.
    pub(super) fn repeat(&mut self, has_selection: bool) {
        self.selection_lane.due |= has_selection;
        self.draft_lane.due |= self.motion.is_some();
        self.cursor_lane.due |= self.cursor.is_some();
    }

    /// When there is something to send next.
    pub(super) fn wake_ms(&self) -> Option<u64> {
        let renew_ms =
            self.motion.as_ref().and(self.draft_lane.sent_ms).map(|sent_ms| sent_ms + limits::DRAFT_RENEW_MS);
        let lanes = [
            self.draft_lane.due_ms(limits::PRESENCE_MS),
            self.cursor_lane.due_ms(limits::PRESENCE_MS),
            self.selection_lane.due_ms(limits::SELECTION_MS),
            renew_ms,
        ];
        lanes.into_iter().flatten().min()
    }
}

impl Editor {
    /// Whether a hand moves or draws something now: what nobody sees can wait for it.
    pub fn is_drafting(&self) -> bool {
        !matches!(self.announcer.motion(), None | Some(Motion::Still | Motion::Caret { .. }))
    }

    /// When something here wants to be looked at again without an input.
    pub(super) fn wake_ms(&self) -> Option<u64> {
        let lasers = (!self.lasers.is_empty()).then(|| self.now_ms + limits::LASER_FRAME_MS);
        let cursors = self.is_gliding().then(|| self.now_ms + limits::CURSOR_FRAME_MS);
        let own = [self.machine().wake_ms(), self.announcer.wake_ms(), self.stance_wake_ms(), self.put_down_ms()];
        own.into_iter().chain([self.peers.wake_ms(), lasers, cursors]).flatten().min()
    }

    /// Sends what is due.
    pub(super) fn announce(&mut self) {
        let now_ms = self.now_ms;
        let announcer = &mut self.announcer;
        let rested_ms = announcer.draft_lane.sent_ms.map_or(0, |sent_ms| now_ms.saturating_sub(sent_ms));
        announcer.draft_lane.due |= announcer.motion.is_some() && rested_ms >= limits::DRAFT_RENEW_MS;
        let draft = announcer.draft_lane.take(limits::PRESENCE_MS, now_ms);
        let names_selection = draft && matches!(announcer.motion, Some(Motion::Transform { .. }));
        if names_selection && announcer.selection_lane.due {
            // A draft never overtakes the selection that it names.
            announcer.selection_lane.sent_ms = None;
        }
        if announcer.selection_lane.take(limits::SELECTION_MS, now_ms) {
            self.send_selection();
        }
        if draft && let Some(motion) = self.announcer.motion.clone() {
            self.send_draft(motion, None);
        }
        if self.announcer.cursor_lane.take(limits::PRESENCE_MS, now_ms) {
            let cursor = self.announcer.cursor;
            self.emit(Output::Presence(Presence { cursor }));
        }
    }

    fn send_selection(&mut self) {
        let shown = self.selection.len() <= limits::SELECTION_IDS;
        let bounds = self
            .selection
            .slots()
            .iter()
            .filter_map(|slot| self.index.bounds(*slot))
            .reduce(|all, rect| all.union(rect));
        let message = SelectionMessage {
            number: self.selection.number(),
            count: self.selection.len() as u64,
            bounds: bounds.unwrap_or(Rect::ZERO),
            ids: if shown { self.selection.to_vec() } else { vec![] },
        };
        self.emit(Output::Selection(message.encode()));
    }

    fn send_draft(&mut self, motion: Motion, end: Option<(ClientId, u32)>) {
        let message = DraftMessage { gesture: self.announcer.gesture, selection: self.selection.number(), motion, end };
        self.emit(Output::Draft(message.encode()));
    }

    /// The gesture is over: by the edit that `end` names, or by nothing.
    pub(super) fn end_draft(&mut self, end: Option<(ClientId, u32)>) {
        let Some(motion) = self.announcer.motion.take() else { return };
        self.announcer.draft_lane.sent(self.now_ms);
        self.outbox.lifts = true;
        self.outbox.overlay = true;
        self.outbox.chrome = true;
        let motion = if end.is_some() { motion } else { Motion::Still };
        self.send_draft(motion, end);
    }
}
