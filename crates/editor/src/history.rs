//! Undo and redo: a step a gesture, own changes only. Knows no shapes; what a reversal does is the board's business.
//! The rules are in docs/decisions/0012-history-per-gesture.md.

use std::collections::VecDeque;

use board::{Reversal, ShapeId};

use crate::limits;

/// What one gesture or command changed.
#[derive(Debug, Default)]
pub(crate) struct Step {
    /// In the order they were applied.
    pub(crate) reversals: Vec<Reversal>,
    /// The selection to come back to.
    pub(crate) selection: Vec<ShapeId>,
    kind: Option<(StepKind, u64)>,
    /// Where each burst of typing begins in `reversals`, if it is a session's.
    bursts: Option<Bursts>,
}

/// How a session's reversals are told apart.
#[derive(Debug, Default)]
struct Bursts {
    /// What comes next is apart from what came before.
    is_apart: bool,
}

/// Steps of the same kind that follow one another closely are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    /// Arrow keys.
    Nudge,
    /// Turning by keys.
    Turn,
    /// A number of the panel.
    Geometry,
    /// How letters look.
    Letters,
    /// One field of the style panel.
    Style(&'static str),
}

/// The steps that can be undone and redone.
#[derive(Debug, Default)]
pub(crate) struct History {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    /// A gesture that applies edits while it lasts (ink, text).
    open: Option<Step>,
}

impl History {
    pub(crate) fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Begins a step that gathers what is recorded until [`History::close`].
    pub(crate) fn open(&mut self, selection: Vec<ShapeId>) {
        self.close();
        self.open = Some(Step { selection, ..Step::default() });
    }

    /// Begins the step of a text session: see [`History::part`] and [`History::pop_burst`].
    pub(crate) fn open_session(&mut self, selection: Vec<ShapeId>) {
        self.open(selection);
        if let Some(open) = &mut self.open {
            open.bursts = Some(Bursts::default());
        }
    }

    /// What is recorded next in an open session can be taken back apart from what came before.
    pub(crate) fn part(&mut self) {
        if let Some(bursts) = self.open.as_mut().and_then(|open| open.bursts.as_mut()) {
            bursts.is_apart = true;
        }
    }

    /// Takes the last burst of the open session, unless that is one of the first `kept`.
    pub(crate) fn pop_burst(&mut self, kept: usize) -> Option<Reversal> {
        let open = self.open.as_mut().filter(|open| open.reversals.len() > kept)?;
        open.reversals.pop()
    }

    /// Puts a burst back that was taken.
    pub(crate) fn put_burst(&mut self, reversal: Reversal) {
        if let Some(open) = &mut self.open {
            open.reversals.push(reversal);
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The open step is complete.
    pub(crate) fn close(&mut self) {
        if let Some(step) = self.open.take() {
            self.push(step);
        }
    }

    /// The open step is to be reverted by the caller and never was.
    pub(crate) fn abandon(&mut self) -> Option<Step> {
        self.open.take()
    }

    /// Records the reversals of one own edit.
    pub(crate) fn record(
        &mut self,
        reversals: Vec<Reversal>,
        selection: &[ShapeId],
        kind: Option<StepKind>,
        now_ms: u64,
    ) {
        if let Some(open) = &mut self.open {
            open.extend(reversals);
            return;
        }
        let kind = kind.map(|kind| (kind, now_ms));
        if let Some(last) = self.undo.back_mut()
            && let (Some((last_kind, last_ms)), Some((kind, _))) = (last.kind, kind)
            && last_kind == kind
            && now_ms.saturating_sub(last_ms) <= limits::STEP_MERGE_MS
            && last.selection == selection
            && self.redo.is_empty()
        {
            last.extend(reversals);
            last.kind = Some((kind, now_ms));
            return;
        }
        self.push(Step { reversals, selection: selection.to_vec(), kind, bursts: None });
    }

    fn push(&mut self, step: Step) {
        if step.reversals.is_empty() {
            return;
        }
        self.redo.clear();
        self.undo.push_back(step);
        if self.undo.len() > limits::HISTORY_STEPS {
            self.undo.pop_front();
        }
        lighten(self.undo.iter_mut().rev());
    }

    /// Takes the step to revert.
    pub(crate) fn pop(&mut self, direction: Direction) -> Option<Step> {
        match direction {
            Direction::Undo => self.undo.pop_back(),
            Direction::Redo => self.redo.pop(),
        }
    }

    /// Puts the reverse of a popped step on the other side.
    pub(crate) fn put_back(&mut self, popped: Direction, step: Step) {
        if step.reversals.is_empty() {
            return;
        }
        match popped {
            Direction::Undo => {
                self.redo.push(step);
                lighten(self.redo.iter_mut().rev());
            }
            Direction::Redo => {
                self.undo.push_back(step);
                lighten(self.undo.iter_mut().rev());
            }
        }
    }
}

/// Has the first step that is not kept whole forget its shapes; of steps, the newest first.
fn lighten<'a>(mut steps: impl Iterator<Item = &'a mut Step>) {
    if let Some(step) = steps.nth(limits::STEPS_KEPT_WHOLE) {
        step.reversals.iter_mut().for_each(Reversal::forget_shapes);
    }
}

/// Backwards or forwards in one's own history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Undo,
    Redo,
}

impl Step {
    /// Adds what was done later. Single edits fold together (a stroke's chunks, a text's keystrokes); folding what was
    /// split for its size would take time that grows with its square, and undo it all in one task.
    fn extend(&mut self, mut later: Vec<Reversal>) {
        let is_apart = self.bursts.as_mut().is_some_and(|bursts| std::mem::take(&mut bursts.is_apart));
        match (&mut self.reversals[..], &mut later[..]) {
            ([.., one], [next]) if self.bursts.is_some() && !is_apart => one.join(std::mem::take(next)),
            ([one], [next]) if !is_apart && folds(one, next) => one.join(std::mem::take(next)),
            _ => self.reversals.append(&mut later),
        }
    }

    /// The step that takes this one back.
    pub(crate) fn reverse(reversals: Vec<Reversal>, selection: Vec<ShapeId>) -> Self {
        Step { reversals, selection, ..Step::default() }
    }
}

/// Whether two reversals are better one: of the same shapes, or of few.
fn folds(one: &Reversal, next: &Reversal) -> bool {
    one.shapes() + next.shapes() <= limits::SHAPES_PER_TICK || one.begins_like(next)
}
