//! Where somebody deleted what this person had changed meanwhile, or was writing in: the delete wins, and their version is
//! offered.

use std::collections::BTreeSet;

use board::{NewShape, Shape, ShapeId};

use super::Editor;
use crate::commands::COMMANDS;
use crate::input::{Input, KeyEvent, KeyPhase, PointerPhase};
use crate::limits;
use crate::output::Notice;

/// One's own changes that may meet a delete.
#[derive(Debug, Default)]
pub(crate) struct Mine {
    /// Changed here, and not yet known to be kept by the service.
    unsaved: BTreeSet<ShapeId>,
    /// Deleted by others, as they were here.
    pub(crate) lost: Vec<(ShapeId, NewShape)>,
    /// What was said of a text that ended under this person's hands, while their keys go nowhere.
    cut_off: Option<Notice>,
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
        let unsaved = &self.mine.unsaved;
        let written = self.typing.iter().map(|typing| &typing.id).filter(|id| !unsaved.contains(*id));
        unsaved.iter().chain(written).filter_map(|id| self.board.shape(id)).cloned().collect()
    }

    /// Offers what a merge has deleted of it.
    pub(super) fn offer_lost(&mut self, before: Vec<Shape>) {
        let mut gone: Vec<Shape> = before.into_iter().filter(|shape| self.board.shape(&shape.id).is_none()).collect();
        let mut count = gone.len();
        if let Some(at) = gone.iter().position(|shape| self.typing.as_ref().is_some_and(|typing| typing.id == shape.id))
        {
            count -= 1;
            let has_typed = self.typing.as_ref().is_some_and(|typing| typing.typed_ms.is_some());
            // What was only opened is nobody's to bring back.
            let is_mine = has_typed || self.mine.unsaved.contains(&gone[at].id);
            let kept = if is_mine { gone[at].text.to_string() } else { String::new() };
            if !is_mine {
                gone.remove(at);
            }
            let notice = Notice::DeletedWhileWriting { kept };
            self.mine.cut_off = Some(notice.clone());
            self.notice(notice);
        }
        if count > 0 {
            self.notice(Notice::DeletedMeanwhile { count });
        }
        for shape in gone {
            self.mine.unsaved.remove(&shape.id);
            self.mine.lost.push((shape.id.clone(), NewShape::like(&shape)));
        }
        let over = self.mine.lost.len().saturating_sub(limits::MINE_SHAPES);
        self.mine.lost.drain(..over);
        self.outbox.chrome = true;
    }

    /// Whether an input goes nowhere: whoever was writing goes on typing before they see that the text has ended, and their
    /// letters must not become shortcuts. Escape or a press ends that; until then every key says again why.
    pub(super) fn goes_nowhere(&mut self, input: &Input) -> bool {
        let Some(notice) = &self.mine.cut_off else { return false };
        let (is_void, frees) = match input {
            Input::Key(key) if key.phase == KeyPhase::Down => (true, key.key == "Escape"),
            Input::Paste(_) | Input::PastePlain(_) | Input::PasteRich { .. } | Input::PasteTable(_) => (true, false),
            Input::Command(id) => {
                let is_key = COMMANDS.iter().any(|command| command.id == id && command.is_browser_event);
                (is_key, !is_key)
            }
            Input::Pointer(event) => (false, event.phase == PointerPhase::Down),
            Input::SelectTool(_) => (false, true),
            _ => (false, false),
        };
        if frees {
            self.mine.cut_off = None;
        } else if is_void {
            let notice = notice.clone();
            self.notice(notice);
        }
        is_void
    }

    /// Whether keys go nowhere, and the browser must not have this one either.
    pub(super) fn swallows(&self, event: &KeyEvent) -> Option<bool> {
        let is_letter = event.key.chars().count() == 1 && !event.modifiers.command();
        self.mine.cut_off.as_ref().map(|_| is_letter || event.key == "Escape")
    }

    pub(super) fn forget_lost(&mut self) {
        self.mine.lost.clear();
        self.outbox.chrome = true;
    }
}
