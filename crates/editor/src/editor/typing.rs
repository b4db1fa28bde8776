//! Text sessions: the page's field over the board, and the document behind it.

use board::{Edit, Field, Kind, Shape, ShapeId};
use kurbo::Vec2;
use scene::BoardPoint;

use super::Editor;
use crate::draft::preview;
use crate::growing;
use crate::output::{Output, TextSession};
use crate::text_session::{TextTarget, Typing, bounded};
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
            TextTarget::New { at } => self.new_text(at),
            TextTarget::Shape { id, select_all } => match self.board.shape(&id) {
                Some(shape) => Typing::existing(id, &shape.text, select_all),
                None => return,
            },
        };
        self.history.open(self.selection.to_vec());
        // The style panel goes on working on what is being written.
        self.select(vec![typing.id.clone()]);
        self.typing = Some(typing);
        self.outbox.lifts = true;
        self.outbox.moved = true;
        self.outbox.chrome = true;
        self.outbox.overlay = true;
    }

    fn new_text(&self, at: BoardPoint) -> Typing {
        let view = self.view();
        let top = at - Vec2::new(0.0, view.styles.font_size(&Kind::Text) * TOP_ABOVE_CLICK_EM);
        Typing::new_shape(self.ids.shape(), view.new_shape(Kind::Text, [Field::Pos(top)]))
    }

    pub(super) fn text_edited(&mut self, id: &ShapeId, text: String, composing: bool) {
        let Some(typing) = self.typing.as_mut().filter(|typing| typing.id == *id) else { return };
        let shape = self.board.shape(id);
        if shape.is_none() && typing.unborn.is_none() {
            return self.end_text();
        }
        let stored = shape.map_or("", |shape| &shape.text).to_owned();
        let was_unborn = typing.unborn.is_some();
        let edits = typing.typed(bounded(text), composing, &stored);
        self.commit(edits, None);
        self.make_room_for_label(id);
        if was_unborn {
            self.select(vec![id.clone()]);
        }
        self.show_merged_text();
    }

    /// A closed shape grows when what is being written no longer fits.
    fn make_room_for_label(&mut self, id: &ShapeId) {
        let Some(shape) = self.board.shape(id) else { return };
        let size = shape.size_for_label();
        if (shape.kind.is_closed() || shape.kind == Kind::Note) && size != shape.size {
            self.commit(vec![Edit::Set { id: id.clone(), field: Field::Size(size) }], None);
        }
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
    pub(super) fn next_text(&mut self, down: bool) {
        let id = self.typing.as_ref().map(|typing| typing.id.clone());
        self.end_text();
        let note = id.and_then(|id| self.board.shape(&id)).filter(|shape| shape.kind == Kind::Note).cloned();
        let direction = if down { Vec2::new(0.0, 1.0) } else { Vec2::new(1.0, 0.0) };
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
            select_all: typing.select_all,
        }
    }
}
