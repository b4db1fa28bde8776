//! What is too much for one task is done a part a tick: the last edits of a gesture, what a command changes, a step of
//! undo. It is one step of undo all the same, the picture changes once, at the end, and whatever needs to find it done
//! finds it done. Must not know what the edits are.

use board::{Edit, Reversal, ShapeId};

use super::Editor;
use crate::draft::Motion;
use crate::history::{Direction, Step, StepKind};
use crate::input::{Input, KeyPhase, PointerPhase};
use crate::limits;
use crate::output::{Damage, Notice};

/// Keys that do nothing but change what others mean.
const MODIFIERS: [&str; 4] = ["Control", "Shift", "Alt", "Meta"];

/// What is left to do, and what of the picture has changed meanwhile.
pub(crate) struct PutDown {
    work: Work,
    damage: Damage,
}

enum Work {
    /// The last edits of a gesture.
    Gesture(std::vec::IntoIter<Edit>),
    /// What a command changes, how to take back what it has changed already, and what was selected.
    Command {
        edits: std::vec::IntoIter<Edit>,
        reversals: Vec<Reversal>,
        selection: Vec<ShapeId>,
        kind: Option<StepKind>,
    },
    /// A step of undo or redo, how to take back what it has taken back already, and what was selected.
    Step { step: Step, direction: Direction, back: Vec<Reversal>, kept: usize, selection: Vec<ShapeId> },
}

impl Work {
    fn is_done(&self) -> bool {
        match self {
            Work::Gesture(edits) | Work::Command { edits, .. } => edits.len() == 0,
            Work::Step { step, .. } => step.reversals.is_empty(),
        }
    }
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
        self.put_down(Work::Gesture(edits.into_iter()));
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

    /// Applies what a command changes, if nothing that follows must find it done.
    pub(super) fn commit_bit_by_bit(&mut self, edits: Vec<Edit>, kind: Option<StepKind>) {
        if edits.len() <= limits::SHAPES_PER_TICK || self.history.is_open() || !self.can_edit {
            return self.commit(edits, kind);
        }
        let selection = self.selection.to_vec();
        self.put_down(Work::Command { edits: edits.into_iter(), reversals: vec![], selection, kind });
    }

    /// Takes a step back, or forth again.
    pub(super) fn take_step(&mut self, step: Step, direction: Direction) {
        let selection = self.selection.to_vec();
        self.put_down(Work::Step { step, direction, back: vec![], kept: 0, selection });
    }

    fn put_down(&mut self, work: Work) {
        self.putting_down = Some(PutDown { work, damage: Damage::default() });
        self.put_some_down();
    }

    /// Does the next part.
    pub(super) fn put_some_down(&mut self) {
        let Some(mut left) = self.putting_down.take() else { return };
        let outbox = &self.outbox;
        let before = (outbox.moved, outbox.lifts, outbox.chrome, outbox.overlay);
        let shown = std::mem::take(&mut self.outbox.damage);
        self.do_some(&mut left.work);
        left.damage.join(std::mem::replace(&mut self.outbox.damage, shown));
        if left.work.is_done() {
            self.outbox.damage.join(left.damage);
            self.outbox.moved = true;
            self.outbox.overlay = true;
            self.outbox.lifts |= self.may_lift();
            return self.end_work(left.work);
        }
        // What follows from an edit follows once, at the end: it takes walks over the whole selection, and frames that
        // show nothing new take the browser's time.
        let outbox = &mut self.outbox;
        (outbox.moved, outbox.lifts, outbox.chrome, outbox.overlay) = before;
        self.putting_down = Some(left);
    }

    fn do_some(&mut self, work: &mut Work) {
        match work {
            Work::Gesture(edits) => {
                let part: Vec<Edit> = edits.by_ref().take(limits::SHAPES_PER_TICK).collect();
                self.commit(part, None);
            }
            Work::Command { edits, reversals, .. } => {
                let part: Vec<Edit> = edits.by_ref().take(limits::SHAPES_PER_TICK).collect();
                reversals.extend(self.apply(&part));
            }
            Work::Step { step, back, kept, .. } => {
                let mut part = vec![];
                let mut shapes = 0;
                while let Some(reversal) = step.reversals.pop_if(|next| {
                    shapes += next.shapes();
                    part.is_empty() || shapes <= limits::SHAPES_PER_TICK
                }) {
                    part.push(reversal);
                }
                part.reverse();
                let (done, left_alone) = self.revert(&part);
                back.extend(done);
                *kept += left_alone;
            }
        }
    }

    fn end_work(&mut self, work: Work) {
        match work {
            Work::Gesture(_) => self.end_gesture(),
            Work::Command { reversals, selection, kind, .. } => {
                self.history.record(reversals, &selection, kind, self.now_ms);
            }
            Work::Step { step, direction, back, kept, selection } => {
                if kept > 0 {
                    self.notice(Notice::UndoKept { kept, all: back.is_empty() });
                }
                if !back.is_empty() {
                    self.select(step.selection);
                }
                self.history.put_back(direction, Step::reverse(back, selection));
            }
        }
        self.outbox.chrome = true;
    }

    fn is_putting_down_a_gesture(&self) -> bool {
        matches!(&self.putting_down, Some(PutDown { work: Work::Gesture(_), .. }))
    }

    /// All that is left at once, before something happens that must find it done.
    pub(super) fn put_down_before(&mut self, input: &Input) {
        let may_wait = match input {
            Input::Tick | Input::Saved | Input::Merge(_) => true,
            Input::PeerPresence { .. } | Input::PeerDraft { .. } => true,
            Input::PeerSelection { .. } | Input::PeerGone { .. } => true,
            Input::PeerStance { .. } => true,
            // What a gesture carries is painted from the board, where a part of it has arrived already.
            Input::Wheel(_) | Input::ViewResized { .. } => !self.is_putting_down_a_gesture(),
            Input::Pointer(event) => event.phase == PointerPhase::Move,
            // A press is over that began it, or a key is held that means nothing by itself.
            Input::Key(event) => event.phase == KeyPhase::Up || MODIFIERS.contains(&event.key.as_str()),
            _ => false,
        };
        while self.putting_down.is_some() && !may_wait {
            self.put_some_down();
        }
    }
}
