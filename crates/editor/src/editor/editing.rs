//! Every edit of one's own goes through here: applied, recorded for undo, sent, shown.

use board::{Edit, Field, FillStyle, Reversal, ShapeId};

use super::Editor;
use crate::becoming;
use crate::draft::Motion;
use crate::history::{Direction, StepKind};
use crate::input::StyleField;
use crate::limits;
use crate::style;
use crate::tools;

impl Editor {
    /// Applies edits as one step of undo (or as part of the open one), split where they are too many for a transaction.
    pub(super) fn commit(&mut self, edits: Vec<Edit>, kind: Option<StepKind>) {
        if edits.is_empty() || !self.can_edit {
            return;
        }
        let selection = self.selection.to_vec();
        let reversals = self.apply(&edits);
        self.history.record(reversals, &selection, kind, self.now_ms);
        self.outbox.chrome = true;
    }

    /// Applies edits; answers with what takes them back.
    pub(super) fn apply(&mut self, edits: &[Edit]) -> Vec<Reversal> {
        let (mut reversals, mut touched) = (vec![], vec![]);
        for part in edits.chunks(limits::SHAPES_PER_TRANSACTION) {
            let applied = self.board.apply(part);
            if !applied.reversal.is_empty() {
                reversals.push(applied.reversal);
            }
            self.emit_update(applied.update);
            touched.extend(applied.change.touched);
        }
        self.absorb(&touched);
        self.changed_here(&touched);
        reversals
    }

    /// Takes note of what a change of the board means for everything that is derived from it.
    pub(super) fn absorb(&mut self, touched: &[ShapeId]) {
        if touched.is_empty() {
            return;
        }
        // What is on the overlay is not in the board's picture.
        let lifted = &self.lifted;
        self.index.update(&self.board, touched, |slot| lifted.contains(slot), &mut self.outbox.damage);
        let board = &self.board;
        let gone = touched.iter().filter_map(|id| board.slot(id)).filter(|slot| board.at(*slot).is_none());
        let some_went = gone.inspect(|slot| self.picture.forget(*slot)).count() > 0;
        if some_went && self.selection.retain(board) {
            self.selection_changed();
        }
        self.outbox.moved = true;
        self.outbox.overlay = true;
        self.outbox.chrome = true;
        self.outbox.lifts |= !self.lifted.is_empty() || self.may_lift();
    }

    /// A gesture shows itself; others see it too.
    pub(super) fn show_draft(&mut self, motion: Motion) {
        let laser = match &motion {
            Motion::Laser { after, points } => Some((*after, points.clone())),
            _ => None,
        };
        if self.can_edit {
            // Panels step aside once; what they say of the selection takes its whole length to find.
            self.outbox.chrome |= self.announcer.motion().is_none();
            // What comes in the way of an elbow, or leaves it, changes from place to place.
            let disturbs = matches!(motion, Motion::Transform { copies: false, .. })
                && self.board.has_elbows()
                && self.selection.len() <= limits::OBSTACLES_IN_MOTION;
            self.outbox.lifts |= self.announcer.show(motion) || disturbs;
        }
        self.outbox.overlay = true;
        if let Some((after, points)) = laser {
            self.lasers.extend(None, self.announcer.gesture(), after, &points, self.now_ms);
        }
    }

    /// Applies edits of a gesture that goes on.
    pub(super) fn continue_gesture(&mut self, edits: Vec<Edit>) {
        if !self.history.is_open() {
            self.history.open(self.selection.to_vec());
        }
        self.commit(edits, None);
    }

    /// Ends a gesture and takes back what it has already applied.
    pub(super) fn abandon_gesture(&mut self) {
        if let Some(step) = self.history.abandon() {
            self.revert(&step.reversals);
        }
        self.end_draft(None);
    }

    /// Whatever the hand is doing is void.
    pub(super) fn cancel_gesture(&mut self) {
        if self.is_busy() {
            self.feed(&tools::Event::Cancel);
        }
        self.lent = None;
        self.pointers.let_go();
    }

    /// Undo or redo. During a gesture, the gesture is what is undone.
    pub(super) fn step(&mut self, direction: Direction) {
        if self.is_busy() {
            return self.cancel_gesture();
        }
        if self.typing.is_some() && self.step_in_text(direction) {
            return;
        }
        self.end_text();
        if let Some(step) = self.history.pop(direction) {
            self.take_step(step, direction);
        }
    }

    /// Takes reversals back, last first; answers with what takes that back, and how much peers' changes kept.
    pub(super) fn revert(&mut self, reversals: &[Reversal]) -> (Vec<Reversal>, usize) {
        let (mut back, mut kept, mut touched) = (vec![], 0, vec![]);
        for reversal in reversals.iter().rev() {
            let reverted = self.board.revert(reversal);
            kept += reverted.kept;
            if !reverted.applied.reversal.is_empty() {
                back.push(reverted.applied.reversal);
            }
            self.emit_update(reverted.applied.update);
            touched.extend(reverted.applied.change.touched);
        }
        self.absorb(&touched);
        (back, kept)
    }

    /// A style goes to the selection, and becomes the default of the tools that make such shapes.
    pub(super) fn set_style(&mut self, field: StyleField) {
        if !self.can_edit || !style::is_sound(&field) {
            return;
        }
        if let Some(unborn) = self.typing.as_mut().and_then(|typing| typing.unborn.as_mut()) {
            unborn.fields.push(field.clone());
            self.outbox.moved = true;
        }
        let mut edits = vec![];
        if let Field::Kind(to) = &field {
            let view = self.view();
            edits.extend(view.selected().flat_map(|shape| becoming::edits(shape, to, &view)));
            return self.commit(edits, Some(StepKind::Style(field.key())));
        }
        for shape in self.selection.iter().filter_map(|id| self.board.shape(id)) {
            if style::applies(field.key(), &shape.kind) {
                let seeded = style::seeded(&field, self.ids.random());
                edits.push(Edit::Set { id: shape.id.clone(), field: seeded });
                if shape.fill.is_none() && shape.fill_style == FillStyle::Solid && matches!(field, Field::Fill(Some(_)))
                {
                    // The first fill is as calm as a new shape's; solid is one press away.
                    edits.push(Edit::Set { id: shape.id.clone(), field: Field::FillStyle(FillStyle::Soft) });
                }
                self.styles.set(&shape.kind, &field);
            }
        }
        if self.selection.is_empty() {
            match self.tool.spec.edits {
                true => self.styles.set_of_tool(self.tool.spec.id, &field),
                false => self.styles.set_all(&field),
            }
        }
        self.commit(edits, Some(StepKind::Style(field.key())));
        self.outbox.chrome = true;
    }
}
