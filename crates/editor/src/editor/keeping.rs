//! Where somebody deleted what this person had changed meanwhile: the delete wins, and their version is offered.

use std::collections::BTreeSet;

use board::{NewShape, Shape, ShapeId};

use super::Editor;
use crate::limits;
use crate::output::Notice;

/// One's own changes that may meet a delete.
#[derive(Debug, Default)]
pub(crate) struct Mine {
    /// Changed here, and not yet known to be kept by the service.
    unsaved: BTreeSet<ShapeId>,
    /// Deleted by others, as they were here.
    pub(crate) lost: Vec<(ShapeId, NewShape)>,
}

impl Editor {
    /// Takes note of what an own edit has changed.
    pub(super) fn changed_here(&mut self, touched: &[ShapeId]) {
        let board = &self.board;
        let there = touched.iter().filter(|id| board.shape(id).is_some());
        let room = limits::MINE_SHAPES.saturating_sub(self.mine.unsaved.len());
        self.mine.unsaved.extend(there.take(room).cloned());
    }

    /// Everything that was changed here is kept by the service: whoever deletes it from now on has seen it.
    pub(super) fn saved(&mut self) {
        self.mine.unsaved.clear();
    }

    /// What might be lost in a merge.
    pub(super) fn at_stake(&self) -> Vec<Shape> {
        self.mine.unsaved.iter().filter_map(|id| self.board.shape(id)).cloned().collect()
    }

    /// Offers what a merge has deleted of it.
    pub(super) fn offer_lost(&mut self, before: Vec<Shape>) {
        let gone: Vec<Shape> = before.into_iter().filter(|shape| self.board.shape(&shape.id).is_none()).collect();
        if gone.is_empty() {
            return;
        }
        self.notice(Notice::DeletedMeanwhile { count: gone.len() });
        for shape in gone {
            self.mine.unsaved.remove(&shape.id);
            self.mine.lost.push((shape.id.clone(), NewShape::like(&shape)));
        }
        let over = self.mine.lost.len().saturating_sub(limits::MINE_SHAPES);
        self.mine.lost.drain(..over);
        self.outbox.chrome = true;
    }

    pub(super) fn forget_lost(&mut self) {
        self.mine.lost.clear();
        self.outbox.chrome = true;
    }
}
