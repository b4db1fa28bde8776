//! Places on the board that something outside of the document is pinned to: a point, or a place on a shape, which it
//! follows.

use board::{Edit, Field, Kind, NewShape, ShapeId};
use kurbo::{Size, Vec2};
use scene::BoardPoint;

use super::Editor;
use super::typing::spliced;
use crate::draft::preview;
use crate::input::{Device, PlacedNote};
use crate::limits;
use crate::output::{Output, Pin};
use crate::splice::Splice;
use crate::text_session::bounded;
use crate::tools::{Effect, Pointer};
use crate::view::View;

impl Editor {
    /// Somebody wants something pinned here.
    pub(super) fn pin(&mut self, at: BoardPoint, shape: Option<ShapeId>) {
        self.emit(Output::Pin(self.pin_on(at, shape)));
    }

    /// Where something is pinned that is dropped here: on the shape that lies there, if one does.
    pub fn pin_under(&self, at: BoardPoint) -> Pin {
        self.pin_on(at, self.view().hit(at, Device::Mouse))
    }

    fn pin_on(&self, at: BoardPoint, shape: Option<ShapeId>) -> Pin {
        let on = shape.and_then(|id| {
            let bounds = self.board.shape(&id)?.bounds();
            let part = |at: f64, from: f64, length: f64| {
                if length > 0.0 { ((at - from) / length).clamp(0.0, 1.0) } else { 0.0 }
            };
            let offset = [part(at.x, bounds.x0, bounds.width()), part(at.y, bounds.y0, bounds.height())];
            Some((id, offset))
        });
        Pin { at, on }
    }

    /// Whether a press is one of the note tool while notes are private; asks for the note then.
    pub(super) fn begins_private_note(&mut self, pointer: &Pointer) -> bool {
        let begins = self.company.keeps_notes_private && self.lent.is_none() && self.tool.spec.id == Kind::Note.name();
        if begins {
            let half = limits::DEFAULT_NOTE_BOARD / 2.0;
            self.emit(Output::PrivateNote(pointer.at - Vec2::new(half, half)));
            self.run(vec![Effect::Rest]);
        }
        begins
    }

    /// Notes that were private become shapes.
    pub(super) fn place_notes(&mut self, notes: &[PlacedNote]) {
        if !self.can_edit {
            return;
        }
        let view = self.view();
        let new = notes.iter().filter(|note| self.board.shape(&note.id).is_none());
        let edits: Vec<Edit> =
            new.map(|note| Edit::Insert { id: note.id.clone(), shape: placed(note, &view) }).collect();
        self.commit(edits, None);
        self.finish_notes();
    }

    /// Keeps what their author wrote last on notes that somebody else reveals.
    pub(super) fn finish_notes_later(&mut self, notes: Vec<PlacedNote>) {
        let late = notes.into_iter().take(limits::LATE_NOTES).map(|note| (note.id, bounded(note.text)));
        self.company.late_notes.extend(late);
        self.finish_notes();
    }

    /// Goes on with the text of a note as soon as somebody has put it on the board.
    pub(super) fn write_on(&mut self, note: Option<(ShapeId, u32)>) {
        self.company.goes_on = note;
        self.finish_notes();
    }

    /// Writes late words into those notes that are here by now, and has their author go on in one of them.
    pub(super) fn finish_notes(&mut self) {
        let here: Vec<ShapeId> =
            self.company.late_notes.keys().filter(|id| self.board.shape(id).is_some()).cloned().collect();
        for id in here {
            let late = self.company.late_notes.remove(&id).unwrap_or_default();
            let text = self.board.shape(&id).map(|shape| shape.text.to_string()).unwrap_or_default();
            if let Some(splice) = Splice::between(&text, &late) {
                self.commit(spliced(&id, &text, &[splice]), None);
                self.make_room_for_label(&id);
            }
        }
        if let Some((id, caret_utf16)) = self.company.goes_on.take_if(|(id, _)| self.board.shape(id).is_some()) {
            self.go_on_writing(id, caret_utf16);
        }
    }

    /// Where something is that was pinned: on its shape if that is there, else where it was put.
    pub fn pinned_at(&self, point: [f64; 2], shape: Option<(&str, [f64; 2])>) -> BoardPoint {
        let found = shape.and_then(|(id, offset)| Some((self.board.shape(&ShapeId::parse(id)?)?, offset)));
        let [x, y] = match found {
            Some((shape, [across, down])) => {
                let bounds = shape.bounds();
                [bounds.x0 + across * bounds.width(), bounds.y0 + down * bounds.height()]
            }
            None => point,
        };
        BoardPoint::new(x, y)
    }
}

fn placed(note: &PlacedNote, view: &View) -> NewShape {
    let size = Size::new(limits::DEFAULT_NOTE_BOARD, limits::DEFAULT_NOTE_BOARD);
    let mut shape =
        view.new_shape(Kind::Note, [Field::Pos(note.at), Field::Size(size)]).with_text(bounded(note.text.clone()));
    let author = (!note.author.is_empty()).then(|| note.author.as_str().into());
    shape.fields.retain(|field| !matches!(field, Field::Author(_)));
    shape.fields.push(Field::Author(author));
    shape.fields.push(Field::Size(preview(note.id.clone(), &shape).size_for_label()));
    shape
}
