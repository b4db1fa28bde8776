//! Going back to a version: one's own edit, one step of undo.

use board::{Board, ClientId};

use super::Editor;
use crate::limits;
use crate::output::Notice;
use crate::tools::Effect;

impl Editor {
    /// Makes the board as it is in a version, given as its whole state.
    pub(super) fn restore(&mut self, version: &[u8]) {
        if !self.can_edit {
            return;
        }
        // It only reads.
        let mut past = Board::new(ClientId::from_random(self.ids.random()));
        if !past.merge(version).is_ok_and(|change| !change.gap) {
            return self.notice(Notice::UpdateRefused);
        }
        self.end_text();
        self.run(vec![Effect::Rest, Effect::Select(vec![])]);
        let most_rounds = (past.len() + self.board.len()) / limits::SHAPES_PER_TRANSACTION + 2;
        let (mut reversals, mut touched) = (vec![], vec![]);
        for _ in 0..most_rounds {
            let applied = self.board.restore(&past, limits::SHAPES_PER_TRANSACTION);
            if applied.change.touched.is_empty() {
                break;
            }
            if !applied.reversal.is_empty() {
                reversals.push(applied.reversal);
            }
            self.emit_update(applied.update);
            touched.extend(applied.change.touched);
        }
        self.absorb(&touched);
        self.history.record(reversals, &[], None, self.now_ms);
        self.outbox.chrome = true;
    }
}
