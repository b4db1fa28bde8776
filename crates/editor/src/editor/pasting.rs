//! Pasting: where it goes, and what becomes of a gesture or a text in progress. What pasted things become is `clipboard`'s.

use board::{Edit, ShapeId};
use scene::text::Span;
use scene::{BoardPoint, ScreenPoint};

use super::Editor;
use crate::clipboard;
use crate::input::Device;
use crate::limits;
use crate::output::Notice;
use crate::tables::{self, TableCell};
use crate::text_session::bounded;
use crate::tools::Effect;

impl Editor {
    /// What the clipboard holds becomes shapes.
    pub(super) fn paste(&mut self, text: &str, is_plain: bool) {
        if self.can_edit {
            let at = self.paste_place(text);
            let pasted = clipboard::pasted(text, is_plain, at, &self.view());
            self.put_pasted(pasted);
        }
    }

    /// A table becomes a grid of boxes; what is none, or too large, its text.
    pub(super) fn paste_table(&mut self, rows: &[Vec<TableCell>]) {
        if !self.can_edit {
            return;
        }
        let line = |row: &Vec<TableCell>| {
            let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
            cells.join("\t")
        };
        let text = rows.iter().map(line).collect::<Vec<_>>().join("\n");
        if !tables::is_table(rows) {
            return self.paste(&text, true);
        }
        let at = self.paste_place(&text);
        let shapes = tables::grid(rows, &self.view()).into_iter().map(|shape| (None, shape)).collect();
        let pasted = clipboard::placed(shapes, at, &self.view());
        self.put_pasted(Some(pasted));
    }

    /// Letters with looks, which become a text shape.
    pub(super) fn paste_letters(&mut self, text: String, spans: Vec<Span>) {
        let at = self.paste_place(&text);
        let pasted = clipboard::pasted_rich(bounded(text), spans, at, &self.view());
        self.put_pasted(Some(pasted));
    }

    /// What is pasted next goes there, whatever kind of pointer may be where.
    pub(super) fn aim_paste(&mut self, at: ScreenPoint) {
        if at.x.is_finite() && at.y.is_finite() {
            self.hover = Some((at, Device::Touch));
        }
    }

    /// Where something goes: under the pointer, or in the middle of the view where that is nowhere. What is pasted again at
    /// the same place goes a little aside.
    pub(crate) fn paste_place(&mut self, what: &str) -> BoardPoint {
        let at = self.hover_on_board().unwrap_or(self.view().middle());
        let times = match &self.last_paste {
            Some((last, place, times)) if last == what && *place == at => times + 1,
            _ => 0,
        };
        self.last_paste = Some((what.to_owned(), at, times));
        let aside = f64::from(times) * limits::COPY_OFFSET_BOARD;
        at + kurbo::Vec2::new(aside, aside)
    }

    /// Edits that make shapes, and which: they come into the hand, unless a gesture has something in it.
    pub(crate) fn put_pasted(&mut self, pasted: Option<(Vec<Edit>, Vec<ShapeId>)>) {
        match pasted {
            None => self.notice(Notice::PasteRefused),
            Some((edits, _)) if self.is_busy() => self.commit(edits, None),
            Some((edits, ids)) => {
                self.end_text();
                self.run(vec![Effect::Rest, Effect::Apply(edits, None), Effect::Select(ids)]);
            }
        }
    }
}
