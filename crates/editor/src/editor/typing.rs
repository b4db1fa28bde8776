//! Text sessions: the page's field over the board, and the document behind it.

use board::{Edit, Field, Kind, Shape, ShapeId};
use kurbo::Vec2;
use scene::BoardPoint;

use super::Editor;
use crate::draft::Motion;
use crate::draft::preview;
use crate::framing;
use crate::growing;
use crate::history::{Direction, StepKind};
use crate::limits;
use crate::lists;
use crate::output::{Notice, Output, TextSession};
use crate::splice::Splice;
use crate::text_session::{StoredText, TextTarget, Typing, bounded, byte_at};
use crate::transform::Frame;

/// A new text's first line lies around the click: its top is this many ems above.
const TOP_ABOVE_CLICK_EM: f64 = 0.6;

impl Editor {
    pub(super) fn begin_text(&mut self, target: TextTarget) {
        self.end_text();
        if !self.can_edit {
            return;
        }
        let typing = match target {
            TextTarget::New { at, wrap } => self.new_text(at, wrap),
            TextTarget::Shape { id, select_all } => match self.board.shape(&id) {
                Some(shape) => Typing::existing(id, &shape.text, select_all),
                None => return,
            },
        };
        self.history.open_session(self.selection.to_vec());
        // The style panel goes on working on what is being written.
        self.select(vec![typing.id.clone()]);
        self.typing = Some(typing);
        self.show_caret();
        self.outbox.lifts = true;
        self.outbox.moved = true;
        self.outbox.chrome = true;
        self.outbox.overlay = true;
    }

    /// Begins with the caret at a place, in UTF-16 units.
    pub(super) fn go_on_writing(&mut self, id: ShapeId, caret_utf16: u32) {
        self.begin_text(TextTarget::Shape { id, select_all: false });
        if let Some(typing) = &mut self.typing {
            let caret = caret_utf16.min(typing.selected.1);
            (typing.first, typing.selected) = ((caret, caret), (caret, caret));
            self.show_caret();
        }
    }

    fn new_text(&self, at: BoardPoint, wrap: Option<f64>) -> Typing {
        let view = self.view();
        // A click is on the first line, a box that was drawn begins with it.
        let above = if wrap.is_some() { 0.0 } else { TOP_ABOVE_CLICK_EM };
        let top = at - Vec2::new(0.0, view.styles.font_size(&Kind::Text) * above);
        let wrap = wrap.map(|wrap| Field::Wrap(Some(wrap)));
        let mut shape = view.new_shape(Kind::Text, [Field::Pos(top)].into_iter().chain(wrap));
        shape.fields.extend(framing::of_place(at.into(), &view));
        Typing::new_shape(self.ids.shape(), shape)
    }

    pub(super) fn text_edited(&mut self, id: &ShapeId, text: String, caret_utf16: Option<u32>, composing: bool) {
        let Some(typing) = self.typing.as_mut().filter(|typing| typing.id == *id) else { return };
        let shape = self.board.shape(id);
        if shape.is_none() && typing.unborn.is_none() {
            return self.end_text();
        }
        let stored = shape.map(|shape| StoredText { text: &shape.text, spans: shape.spans() });
        let text = bounded(text);
        let text = if shape.is_some_and(is_line) { in_one_line(&text) } else { text };
        let was_unborn = typing.unborn.is_some();
        let before = shape.map(|shape| shape.text.clone());
        let (edits, typed) = typing.typed(text, caret_utf16, composing, stored.unwrap_or_default());
        if let Some(caret) = caret_utf16 {
            typing.selected = (caret, caret);
        }
        if !edits.is_empty() {
            let rested_ms = typing.typed_ms.replace(self.now_ms).map(|typed_ms| self.now_ms - typed_ms);
            if rested_ms.is_none_or(|rested_ms| rested_ms > limits::TYPING_PAUSE_MS) || typed.contains('\n') {
                self.history.part();
            }
            typing.redo.clear();
        }
        self.commit(edits, None);
        if let Some(caret) = caret_utf16.filter(|_| !composing) {
            self.complete_list(id, caret, &typed);
        }
        if let Some(before) = before.filter(|_| !composing) {
            self.recount_list(id, &before);
        }
        self.make_room_for_label(id);
        if was_unborn {
            self.select(vec![id.clone()]);
        }
        self.show_merged_text();
        self.show_caret();
    }

    /// What follows of itself where a list is typed.
    fn complete_list(&mut self, id: &ShapeId, caret_utf16: u32, typed: &str) {
        let Some(shape) = self.board.shape(id).filter(|shape| shape.kind != Kind::Frame) else { return };
        let splices = lists::completed(&shape.text, byte_at(&shape.text, caret_utf16 as usize), typed);
        let edits = spliced(id, &shape.text, &splices);
        self.commit(edits, None);
    }

    /// Numbers count on where an item has gone.
    fn recount_list(&mut self, id: &ShapeId, before: &str) {
        let Some(shape) = self.board.shape(id).filter(|shape| shape.kind != Kind::Frame) else { return };
        let edits = spliced(id, &shape.text, &lists::recounted(before, &shape.text));
        self.commit(edits, None);
    }

    /// Something else is selected in the text.
    pub(super) fn text_selected(&mut self, id: &ShapeId, from_utf16: u32, to_utf16: u32) {
        let Some(typing) = self.typing.as_mut().filter(|typing| typing.id == *id) else { return };
        if typing.selected != (from_utf16, to_utf16) {
            typing.selected = (from_utf16, to_utf16);
            typing.next_look = None;
            self.outbox.chrome = true;
            self.show_caret();
        }
    }

    /// Others see where the caret is.
    pub(super) fn show_caret(&mut self) {
        let Some(typing) = &self.typing else { return };
        let (from, to) = typing.selected;
        let place = |at: u32| self.board.text_place(&typing.id, at);
        if let Some((from, to)) = place(from).zip(place(to)) {
            self.show_draft(Motion::Caret { id: typing.id.clone(), from, to });
        }
    }

    /// Undo and redo of what was typed since the text was opened, burst by burst. Whether that was it: a new text goes as
    /// any other step does.
    pub(super) fn step_in_text(&mut self, direction: Direction) -> bool {
        let Some(typing) = &mut self.typing else { return false };
        let is_made = typing.is_new && typing.unborn.is_none();
        let reversal = match direction {
            Direction::Undo => self.history.pop_burst(usize::from(is_made)),
            Direction::Redo => typing.redo.pop(),
        };
        let Some(reversal) = reversal else { return direction == Direction::Redo || !is_made };
        let (back, kept) = self.revert(&[reversal]);
        if kept > 0 {
            self.notice(Notice::UndoKept { kept, all: back.is_empty() });
        }
        for reversal in back {
            match (direction, &mut self.typing) {
                (Direction::Undo, Some(typing)) => typing.redo.push(reversal),
                (Direction::Redo, _) => self.history.put_burst(reversal),
                (Direction::Undo, None) => {}
            }
        }
        self.history.part();
        self.outbox.chrome = true;
        self.show_merged_text();
        self.show_caret();
        true
    }

    /// A closed shape grows when what is being written no longer fits.
    pub(super) fn make_room_for_label(&mut self, id: &ShapeId) {
        let Some(shape) = self.board.shape(id) else { return };
        let size = shape.size_for_label();
        if !(shape.kind.is_closed() || shape.kind == Kind::Note) || size == shape.size {
            return;
        }
        let wider = size.width - shape.size.width;
        let mut fields = vec![Field::Size(size)];
        if wider > 0.0 {
            // To both sides alike.
            fields.push(Field::Pos(shape.pos - Vec2::new(wider / 2.0, 0.0)));
        }
        let edits = fields.into_iter().map(|field| Edit::Set { id: id.clone(), field }).collect();
        self.commit(edits, Some(StepKind::Letters));
    }

    /// Tells the page what the document has and its field has not.
    pub(super) fn show_merged_text(&mut self) {
        let Some(typing) = &mut self.typing else { return };
        let Some(shape) = self.board.shape(&typing.id) else {
            if typing.unborn.is_none() {
                self.end_text();
            }
            return;
        };
        if let Some(splice) = typing.catch_up(&shape.text) {
            let (end, length) = (splice.at + splice.delete, splice.insert.encode_utf16().count() as u32);
            let moved = |at: u32| if at >= end { at - splice.delete + length } else { at.min(splice.at) };
            typing.selected = (moved(typing.selected.0), moved(typing.selected.1));
            let id = typing.id.clone();
            self.emit(Output::TextMerged {
                id,
                at_utf16: splice.at,
                delete_utf16: splice.delete,
                insert: splice.insert,
            });
        }
    }

    /// Ends the session. A text without letters goes, and one that never had any leaves no step of undo.
    pub(crate) fn end_text(&mut self) {
        let Some(typing) = self.typing.take() else { return };
        if matches!(self.announcer.motion(), Some(Motion::Caret { .. })) {
            self.end_draft(None);
        }
        let shape = self.board.shape(&typing.id);
        let is_empty = shape.is_none_or(|shape| shape.text.is_empty());
        let is_bare = shape.is_some_and(|shape| shape.kind == Kind::Text) && is_empty;
        if is_bare {
            self.commit(vec![Edit::Remove { id: typing.id.clone() }], None);
        }
        match is_empty && typing.is_new {
            true => drop(self.history.abandon()),
            false => self.history.close(),
        }
        self.emit(Output::EndText);
        self.outbox.lifts = true;
        self.outbox.chrome = true;
        self.outbox.overlay = true;
        match is_empty {
            true if self.has_tool() && !self.tool_locked => self.take_tool(crate::tools::REST),
            true => {}
            false => self.made(typing.id),
        }
    }

    /// Ends the session and begins one on the next note.
    pub(super) fn next_text(&mut self, down: bool, back: bool) {
        let id = self.typing.as_ref().map(|typing| typing.id.clone());
        self.end_text();
        let note = id.and_then(|id| self.board.shape(&id)).filter(|shape| shape.kind == Kind::Note).cloned();
        let direction = if down { Vec2::new(0.0, 1.0) } else { Vec2::new(1.0, 0.0) };
        let direction = if back { -direction } else { direction };
        if let Some(note) = note.filter(|_| self.can_edit) {
            let effects = growing::next_note(&note, direction, &self.view());
            self.run(effects);
        }
    }

    /// Puts the page's field where its text is.
    pub(super) fn place_text(&mut self) {
        let Some(typing) = &self.typing else { return };
        let made;
        let shape = match (&typing.unborn, self.board.shape(&typing.id)) {
            (_, Some(shape)) => shape,
            (Some(unborn), None) => {
                made = preview(typing.id.clone(), unborn);
                &made
            }
            (None, None) => return,
        };
        let session = self.session(shape, typing);
        let told = self.typing.as_mut().and_then(|typing| typing.told.replace(session.clone()));
        if told.as_ref() != Some(&session) {
            self.emit(Output::EditText(session));
        }
    }

    fn session(&self, shape: &Shape, typing: &Typing) -> TextSession {
        let zoom = self.camera.zoom();
        let Frame { rect, angle } = Frame::of(shape);
        let (text, font_size, align, wrap) = match shape.placed_text() {
            Some(placed) => (placed.rect(), placed.font_size, placed.align, placed.wrap),
            None => (rect, shape.font_size, board::Align::Left, shape.wrap),
        };
        TextSession {
            id: typing.id.clone(),
            text: typing.page_text().to_owned(),
            spans: if *shape.text == *typing.page_text() { shape.spans().to_vec() } else { vec![] },
            at: self.camera.to_screen(text.origin().into()),
            width_px: text.width() * zoom,
            height_px: text.height() * zoom,
            font: shape.font,
            font_size_px: font_size * zoom,
            wrap_px: wrap.map(|wrap| wrap * zoom),
            align,
            angle,
            pivot_px: (rect.center() - text.origin()) * zoom,
            colour: shape.text_colour.unwrap_or(shape.stroke),
            first_selected: typing.first,
            is_line: is_line(shape),
        }
    }
}

/// Whether its text is one line: a frame's is its name.
pub(super) fn is_line(shape: &Shape) -> bool {
    shape.kind == Kind::Frame
}

/// Line breaks become spaces, letter by letter: places in it stay.
pub(super) fn in_one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Splices of a text as edits, each of the text that those before it leave.
pub(super) fn spliced(id: &ShapeId, text: &str, splices: &[Splice]) -> Vec<Edit> {
    let mut now = text.to_owned();
    let edit = |splice: &Splice| {
        let units = splice.in_utf16(&now);
        splice.apply(&mut now);
        Edit::SpliceText { id: id.clone(), at_utf16: units.at, delete_utf16: units.delete, insert: units.insert }
    };
    splices.iter().map(edit).collect()
}
