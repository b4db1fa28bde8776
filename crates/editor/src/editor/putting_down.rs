//! What is too much for one task is done a part a tick: the last edits of a gesture, what a command changes, a step of
//! undo. It is one step of undo all the same, the picture changes once all of it is there, and whatever needs to find it done
//! finds it done. Must not know what the edits are.
//!
//! A step of undo is shown before it is written, as far as the board foresees what comes of it
//! (docs/decisions/0041-foresight.md): writing waits until it can have been painted. What is not foreseen changes with that.

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
    /// When the next part is due.
    due_ms: u64,
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
    Step(StepWork),
}

struct StepWork {
    step: Step,
    direction: Direction,
    back: Vec<Reversal>,
    kept: usize,
    selection: Vec<ShapeId>,
    /// So many of the step's first reversals are still to be foreseen.
    unforeseen: usize,
    /// Whether anything of the others was.
    has_foreseen: bool,
    /// Whether all that can be foreseen is, and is shown.
    is_shown: bool,
}

impl Work {
    fn is_done(&self) -> bool {
        match self {
            Work::Gesture(edits) | Work::Command { edits, .. } => edits.len() == 0,
            Work::Step(StepWork { step, .. }) => step.reversals.is_empty(),
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

    /// Whether something is over for the hand and not yet for the board: what a gesture shows is no longer what it would make.
    pub fn is_putting_down(&self) -> bool {
        self.putting_down.is_some()
    }

    /// Whether more is shown than is written. The hand rests then: whatever it did would have it written first.
    pub fn is_ahead(&self) -> bool {
        self.step_work().is_some_and(|work| work.is_shown && work.has_foreseen)
    }

    /// Whether the board holds changes that no [`Damage`] has told of yet: a picture painted now is none of before or after.
    pub fn is_damage_withheld(&self) -> bool {
        self.putting_down.as_ref().is_some_and(|left| !left.damage.is_none())
    }

    /// Which way the step goes that is not yet all taken back.
    pub(super) fn stepping(&self) -> Option<Direction> {
        self.step_work().map(|work| work.direction)
    }

    fn step_work(&self) -> Option<&StepWork> {
        match &self.putting_down {
            Some(PutDown { work: Work::Step(work), .. }) => Some(work),
            _ => None,
        }
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
        let shapes: usize = step.reversals.iter().map(Reversal::shapes).sum();
        let (unforeseen, has_foreseen, is_shown) = (step.reversals.len(), false, false);
        let mut work =
            StepWork { step, direction, back: vec![], kept: 0, selection, unforeseen, has_foreseen, is_shown };
        // A small one is written in the same task, and looks as it did before all the same.
        while shapes <= limits::SHAPES_PER_TICK && !work.is_shown {
            self.foresee_some(&mut work);
        }
        self.put_down(Work::Step(work));
    }

    fn put_down(&mut self, work: Work) {
        self.putting_down = Some(PutDown { work, damage: Damage::default(), due_ms: self.now_ms });
        self.put_some_down();
    }

    /// Does the next part, if it is due.
    pub(super) fn put_some_down_if_due(&mut self) {
        if self.put_down_ms().is_some_and(|due_ms| due_ms <= self.now_ms) {
            self.put_some_down();
        }
    }

    /// When the next part is due.
    pub(super) fn put_down_ms(&self) -> Option<u64> {
        self.putting_down.as_ref().map(|left| left.due_ms.max(self.now_ms))
    }

    /// Does the next part.
    fn put_some_down(&mut self) {
        let Some(mut left) = self.putting_down.take() else { return };
        let outbox = &self.outbox;
        let before = (outbox.moved, outbox.lifts, outbox.chrome, outbox.overlay);
        let shown = std::mem::take(&mut self.outbox.damage);
        let is_foreseen = self.do_some(&mut left.work);
        left.damage.join(std::mem::replace(&mut self.outbox.damage, shown));
        let is_done = left.work.is_done();
        if is_foreseen || is_done {
            self.outbox.damage.join(std::mem::take(&mut left.damage));
            self.outbox.moved = true;
            self.outbox.overlay = true;
            self.outbox.lifts |= self.may_lift();
        }
        if is_done {
            return self.end_work(left.work);
        }
        if is_foreseen {
            left.due_ms = self.now_ms + limits::WRITTEN_AFTER_MS;
            self.putting_down = Some(left);
            return;
        }
        // What follows from an edit follows once, at the end: it takes walks over the whole selection, and frames that
        // show nothing new take the browser's time.
        let outbox = &mut self.outbox;
        (outbox.moved, outbox.lifts, outbox.chrome, outbox.overlay) = before;
        self.putting_down = Some(left);
    }

    /// Whether all that can be foreseen of it is shown by now, and was not before.
    fn do_some(&mut self, work: &mut Work) -> bool {
        match work {
            Work::Gesture(edits) => {
                let part: Vec<Edit> = edits.by_ref().take(limits::SHAPES_PER_TICK).collect();
                self.commit(part, None);
            }
            Work::Command { edits, reversals, .. } => {
                let part: Vec<Edit> = edits.by_ref().take(limits::SHAPES_PER_TICK).collect();
                reversals.extend(self.apply(&part));
            }
            Work::Step(work) if !work.is_shown => return self.foresee_some(work),
            Work::Step(StepWork { step, back, kept, .. }) => {
                let part = step.reversals.split_off(part_from(&step.reversals, limits::SHAPES_PER_TICK));
                let (done, left_alone) = self.revert(&part);
                back.extend(done);
                *kept += left_alone;
            }
        }
        false
    }

    /// Shows what will come of the next part of a step, then what follows from all that; the selection goes with it. Whether
    /// there is something to see now.
    fn foresee_some(&mut self, work: &mut StepWork) -> bool {
        let from = part_from(&work.step.reversals[..work.unforeseen], limits::SHAPES_FORESEEN_PER_TICK);
        for reversal in work.step.reversals[from..work.unforeseen].iter_mut().rev() {
            let foreseen = self.board.foresee(reversal);
            self.absorb(&foreseen);
            work.has_foreseen |= !foreseen.is_empty();
        }
        if work.unforeseen == 0 || (from == 0 && !self.board.has_dependents()) {
            let derived = self.board.derive_foreseen(limits::SHAPES_FORESEEN_PER_TICK);
            self.absorb(&derived);
        }
        work.unforeseen = from;
        work.is_shown = from == 0 && !self.board.is_underived();
        let shows = work.is_shown && work.has_foreseen;
        if shows {
            self.select(work.step.selection.clone());
            self.outbox.chrome = true;
        }
        shows
    }

    fn end_work(&mut self, work: Work) {
        match work {
            Work::Gesture(_) => self.end_gesture(),
            Work::Command { reversals, selection, kind, .. } => {
                self.history.record(reversals, &selection, kind, self.now_ms);
            }
            Work::Step(StepWork { step, direction, back, kept, selection, .. }) => {
                if kept > 0 {
                    self.notice(Notice::UndoKept { kept, all: back.is_empty() });
                }
                if !back.is_empty() {
                    self.select(step.selection);
                }
                self.history.put_back(direction, Step::reverse(back, selection));
            }
        }
        self.finish_notes();
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
        if !may_wait {
            self.put_all_down();
        }
    }

    /// All that is left at once.
    pub(super) fn put_all_down(&mut self) {
        while self.putting_down.is_some() {
            self.put_some_down();
        }
    }
}

/// Where the last reversals begin that touch so many shapes, but one at least.
fn part_from(reversals: &[Reversal], shapes_max: usize) -> usize {
    let mut shapes = 0;
    let fits = |reversal: &&Reversal| {
        shapes += reversal.shapes();
        shapes <= shapes_max
    };
    let count = reversals.iter().rev().take_while(fits).count().max(1);
    reversals.len().saturating_sub(count)
}
