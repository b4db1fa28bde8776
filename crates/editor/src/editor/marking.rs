//! How letters look and which paragraphs are lists: of the text that is being typed, or of the selected shapes.

use std::ops::Range;

use board::{Edit, Shape, ShapeId};
use scene::text::{Look, Mark, Span, look_at, stretches};

use super::Editor;
use super::typing::{in_one_line, is_line, spliced};
use crate::chrome::Letters;
use crate::history::StepKind;
use crate::limits;
use crate::lists::{self, ListKind};
use crate::output::Notice;
use crate::text_session::{bounded, byte_at, utf16_at};

impl Editor {
    /// What the letters that a mark would go to have in common.
    pub(super) fn letters(&self) -> Option<Letters> {
        let Some(typing) = &self.typing else { return self.selected_letters() };
        let Some(shape) = self.board.shape(&typing.id) else {
            let look = typing.next_look.clone().unwrap_or_default();
            return Some(Letters { look, list: None, is_typing: true });
        };
        let part = self.selected_part(shape);
        let look = match &typing.next_look {
            Some(look) => look.clone(),
            None if part.is_empty() => look_before(shape, part.start),
            None => common(shape, part.clone()),
        };
        Some(Letters { look, list: lists::kind_of(&shape.text, part), is_typing: true })
    }

    /// The bytes that are selected in the text that is being typed.
    fn selected_part(&self, shape: &Shape) -> Range<usize> {
        let (from, to) = self.typing.as_ref().map_or((0, 0), |typing| typing.selected);
        let at = |units: u32| byte_at(&shape.text, units as usize);
        at(from.min(to))..at(from.max(to))
    }

    pub(super) fn toggle_mark(&mut self, mark: &Mark) {
        let is_so = self.letters().is_some_and(|letters| letters.look.has(mark));
        let plain = Look::default().marks();
        let off = plain.iter().find(|other| std::mem::discriminant(*other) == std::mem::discriminant(mark));
        match off.filter(|_| is_so) {
            Some(off) => self.set_mark(off),
            None => self.set_mark(mark),
        }
    }

    pub(super) fn set_mark(&mut self, mark: &Mark) {
        if !self.can_edit {
            return;
        }
        if self.typing.is_some() {
            return self.mark_typed(mark);
        }
        let shapes = self.selection.iter().filter_map(|id| self.board.shape(id)).filter(|shape| shape.has_letters());
        let ids: Vec<ShapeId> = shapes.map(|shape| shape.id.clone()).collect();
        let format =
            |id: &ShapeId| Edit::FormatText { id: id.clone(), at_utf16: 0, length_utf16: u32::MAX, mark: mark.clone() };
        self.commit(ids.iter().map(format).collect(), Some(StepKind::Letters));
        for id in ids.iter().take(limits::LETTERED_SHAPES) {
            self.make_room_for_label(id);
        }
    }

    fn mark_typed(&mut self, mark: &Mark) {
        let Some(look) = self.letters().map(|letters| letters.look) else { return };
        let Some(typing) = self.typing.as_mut().filter(|typing| !typing.is_composing()) else { return };
        let id = typing.id.clone();
        let shape = self.board.shape(&id);
        let (from, to) = (typing.selected.0.min(typing.selected.1), typing.selected.0.max(typing.selected.1));
        let next = {
            let mut look = look.clone();
            look.put(mark);
            look
        };
        let format = |from: u32, to: u32| Edit::FormatText {
            id: id.clone(),
            at_utf16: from,
            length_utf16: to - from,
            mark: mark.clone(),
        };
        let edits = match (shape, mark) {
            (Some(_), _) if from < to => vec![format(from, to)],
            // A link is changed as a whole, wherever the caret is in it; where there is none its address is written.
            (Some(shape), Mark::Link(_)) if look.link.is_some() => {
                link_around(shape, from).map(|(from, to)| format(from, to)).into_iter().collect()
            }
            (Some(_), Mark::Link(Some(link))) => {
                vec![Edit::InsertText { id: id.clone(), at_utf16: from, insert: link.to_string(), look: next }]
            }
            _ => {
                typing.next_look = Some(next);
                self.outbox.chrome = true;
                return;
            }
        };
        self.apply_apart(&id, edits);
    }

    /// Applies edits of the text that is being typed as a burst of their own.
    fn apply_apart(&mut self, id: &ShapeId, edits: Vec<Edit>) {
        if let Some(typing) = &mut self.typing {
            typing.redo.clear();
            typing.next_look = None;
        }
        self.history.part();
        self.commit(edits, None);
        self.history.part();
        self.make_room_for_label(id);
        self.show_merged_text();
        self.show_caret();
        self.outbox.moved = true;
        self.outbox.chrome = true;
    }

    pub(super) fn toggle_list(&mut self, kind: ListKind) {
        if !self.can_edit {
            return;
        }
        let Some(typing) = &mut self.typing else {
            let shapes =
                self.selection.iter().filter_map(|id| self.board.shape(id)).filter(|shape| shape.has_letters());
            let edits = shapes.flat_map(|shape| {
                let splices = lists::toggled(&shape.text, 0..shape.text.len(), kind);
                spliced(&shape.id, &shape.text, &splices)
            });
            return self.commit(edits.collect(), Some(StepKind::Letters));
        };
        if typing.is_composing() {
            return;
        }
        let id = typing.id.clone();
        let birth = typing.unborn.take().map(|shape| Edit::Insert { id: id.clone(), shape });
        let is_born = birth.is_some();
        let edits = match self.board.shape(&id) {
            Some(shape) => {
                let splices = lists::toggled(&shape.text, self.selected_part(shape), kind);
                spliced(&id, &shape.text, &splices)
            }
            None => birth.into_iter().chain(spliced(&id, "", &lists::toggled("", 0..0, kind))).collect(),
        };
        self.apply_apart(&id, edits);
        if is_born {
            self.select(vec![id]);
        }
    }

    /// Letters with looks come into the text that is being typed, or become one.
    pub(super) fn paste_rich(&mut self, text: String, spans: Vec<Span>) {
        if !self.can_edit || text.is_empty() || text.len() > limits::PASTE_BYTES {
            return;
        }
        let Some(typing) = &mut self.typing else { return self.paste_letters(text, spans) };
        let text = bounded(text);
        if typing.is_composing() {
            return self.notice(Notice::PasteRefused);
        }
        let id = typing.id.clone();
        let text = if self.board.shape(&id).is_some_and(is_line) { in_one_line(&text) } else { text };
        let (from, to) = (typing.selected.0.min(typing.selected.1), typing.selected.0.max(typing.selected.1));
        let birth = typing.unborn.take().map(|shape| Edit::Insert { id: id.clone(), shape });
        let is_born = birth.is_some();
        let cut = Edit::SpliceText { id: id.clone(), at_utf16: from, delete_utf16: to - from, insert: String::new() };
        let letters = stretches(&spans, 0..text.len()).filter_map(|(range, look)| {
            let at_utf16 = from + utf16_at(&text, range.start);
            let insert = text.get(range)?.to_owned();
            Some(Edit::InsertText { id: id.clone(), at_utf16, insert, look: look.cloned().unwrap_or_default() })
        });
        let edits = birth.into_iter().chain([cut]).chain(letters).collect();
        self.apply_apart(&id, edits);
        if is_born {
            self.select(vec![id]);
        }
    }
}

/// How the letters of shapes look, as far as the first that have some show it.
pub(super) fn letters_of(shapes: &[&Shape]) -> Option<Letters> {
    let shapes = shapes.iter().filter(|shape| shape.has_letters());
    let mut looks = shapes.clone().take(limits::LETTERED_SHAPES).map(|shape| common(shape, 0..shape.text.len()));
    let look = looks.next().map(|first| looks.fold(first, shared))?;
    let mut kinds = shapes.take(2).map(|shape| lists::kind_of(&shape.text, 0..shape.text.len()));
    let list = kinds.next().flatten().filter(|_| kinds.next().is_none());
    Some(Letters { look, list, is_typing: false })
}

/// The look of the letter before a byte; at the front that of the first.
fn look_before(shape: &Shape, at: usize) -> Look {
    let before = shape.text[..at].char_indices().next_back().map_or(0, |(before, _)| before);
    look_at(shape.spans(), before).cloned().unwrap_or_default()
}

/// The stretch of one link around a place, in UTF-16 units.
fn link_around(shape: &Shape, at_utf16: u32) -> Option<(u32, u32)> {
    let at = byte_at(&shape.text, at_utf16 as usize);
    let spans = shape.spans();
    let index =
        spans.iter().position(|span| span.range.start <= at && at <= span.range.end && span.look.link.is_some())?;
    let is_same = |span: &&Span| span.look.link == spans[index].look.link;
    let mut range = spans[index].range.clone();
    for span in spans[..index].iter().rev().take_while(is_same) {
        range.start = if span.range.end == range.start { span.range.start } else { range.start };
    }
    for span in spans[index + 1..].iter().take_while(is_same) {
        range.end = if span.range.start == range.end { span.range.end } else { range.end };
    }
    Some((utf16_at(&shape.text, range.start), utf16_at(&shape.text, range.end)))
}

/// What letters of a part have in common.
fn common(shape: &Shape, part: Range<usize>) -> Look {
    let mut looks = stretches(shape.spans(), part).map(|(_, look)| look.cloned().unwrap_or_default());
    let first = looks.next().unwrap_or_default();
    looks.fold(first, shared)
}

fn shared(one: Look, other: Look) -> Look {
    Look {
        bold: one.bold && other.bold,
        italic: one.italic && other.italic,
        underline: one.underline && other.underline,
        strike: one.strike && other.strike,
        code: one.code && other.code,
        size: if one.size == other.size { one.size } else { Default::default() },
        link: one.link.filter(|link| other.link.as_ref() == Some(link)),
    }
}
