//! Putting down what is too much for one frame: the last edits of a gesture are applied a part a tick, still as one step
//! of undo. Until the last part the picture stays as the gesture shows it. Must not know what the edits are.

use board::Edit;

use super::Editor;
use crate::draft::Motion;
use crate::input::{Input, PointerPhase};
use crate::limits;
use crate::output::Damage;

/// What is left to apply, and what of the picture has changed below the gesture meanwhile.
pub(crate) struct PutDown {
    edits: std::vec::IntoIter<Edit>,
    damage: Damage,
}

impl Editor {
    /// Applies the last edits of a gesture. Others hold its draft until they have them.
    pub(super) fn finish_gesture(&mut self, edits: Vec<Edit>) {
        let stays = matches!(self.announcer.motion(), Some(Motion::Transform { copies: false, .. }));
        if edits.len() <= limits::SHAPES_PER_TICK || !stays || self.carried().is_none() {
            self.commit(edits, None);
            return self.end_gesture();
        }
        if !self.history.is_open() {
            self.history.open(self.selection.to_vec());
        }
        self.putting_down = Some(PutDown { edits: edits.into_iter(), damage: Damage::default() });
        self.put_some_down();
    }

    /// Whether a gesture is over for the hand and not yet for the board: what it shows is no longer what it would make.
    pub fn is_putting_down(&self) -> bool {
        self.putting_down.is_some()
    }

    fn end_gesture(&mut self) {
        self.history.close();
        let end = (self.board.client_id(), self.board.own_clock());
        self.end_draft(Some(end));
    }

    /// Applies the next part.
    pub(super) fn put_some_down(&mut self) {
        let Some(mut left) = self.putting_down.take() else { return };
        let part: Vec<Edit> = left.edits.by_ref().take(limits::SHAPES_PER_TICK).collect();
        let before = (self.outbox.moved, self.outbox.lifts, self.outbox.chrome);
        let shown = std::mem::take(&mut self.outbox.damage);
        self.commit(part, None);
        left.damage.join(std::mem::replace(&mut self.outbox.damage, shown));
        if left.edits.len() == 0 {
            self.outbox.damage.join(left.damage);
            return self.end_gesture();
        }
        // What follows from an edit follows once, at the end: it takes walks over the whole selection.
        (self.outbox.moved, self.outbox.lifts, self.outbox.chrome) = before;
        self.putting_down = Some(left);
    }

    /// All that is left at once, before something happens that must find it done.
    pub(super) fn put_down_before(&mut self, input: &Input) {
        let may_wait = match input {
            Input::Tick | Input::Saved | Input::Merge(_) => true,
            Input::PeerPresence { .. } | Input::PeerDraft { .. } => true,
            Input::PeerSelection { .. } | Input::PeerGone { .. } => true,
            Input::Pointer(event) => event.phase == PointerPhase::Move,
            _ => false,
        };
        while self.putting_down.is_some() && !may_wait {
            self.put_some_down();
        }
    }
}
