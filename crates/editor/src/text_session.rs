//! A text being typed in the page's field: keeps the field and the document together while others type too. Knows no
//! DOM; the field's whole text comes in, small changes go out.

use board::{Edit, NewShape, ShapeId, limits as stored};
use scene::BoardPoint;

use crate::output::TextSession;
use crate::splice::{Splice, Utf16Splice};

/// What to edit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextTarget {
    /// A new text with its first line around here.
    New { at: BoardPoint },
    /// One that is there.
    Shape { id: ShapeId, select_all: bool },
}

/// The running session.
#[derive(Debug)]
pub(crate) struct Typing {
    pub(crate) id: ShapeId,
    /// What the page shows, as far as it has been told or has told.
    page_text: String,
    composing: bool,
    /// The shape to be, until there is something to write.
    pub(crate) unborn: Option<NewShape>,
    /// The shape was made by this session.
    pub(crate) is_new: bool,
    pub(crate) select_all: bool,
    /// What the page was last told.
    pub(crate) told: Option<TextSession>,
}

impl Typing {
    pub(crate) fn new_shape(id: ShapeId, shape: NewShape) -> Self {
        Typing {
            id,
            page_text: String::new(),
            composing: false,
            unborn: Some(shape),
            is_new: true,
            select_all: false,
            told: None,
        }
    }

    pub(crate) fn existing(id: ShapeId, text: &str, select_all: bool) -> Self {
        Typing { id, page_text: text.to_owned(), composing: false, unborn: None, is_new: false, select_all, told: None }
    }

    /// What the page shows.
    pub(crate) fn page_text(&self) -> &str {
        &self.page_text
    }

    /// The page's text is now `text`, the document's `stored`: the edits that bring what was typed into the document.
    pub(crate) fn typed(&mut self, text: String, composing: bool, stored: &str) -> Vec<Edit> {
        self.composing = composing;
        let mut edits = vec![];
        if let Some(mine) = Splice::between(&self.page_text, &text) {
            if let Some(shape) = self.unborn.take() {
                edits.push(Edit::Insert { id: self.id.clone(), shape });
            }
            let splices = match Splice::between(&self.page_text, stored) {
                Some(theirs) => mine.after(&theirs),
                None => vec![mine],
            };
            let mut now = stored.to_owned();
            for splice in splices {
                let Utf16Splice { at, delete, insert } = splice.in_utf16(&now);
                splice.apply(&mut now);
                edits.push(Edit::SpliceText { id: self.id.clone(), at_utf16: at, delete_utf16: delete, insert });
            }
        }
        self.page_text = text;
        edits
    }

    /// What the page must change to show what the document has; nothing while an input method is composing.
    pub(crate) fn catch_up(&mut self, stored: &str) -> Option<Utf16Splice> {
        if self.composing {
            return None;
        }
        let splice = Splice::between(&self.page_text, stored)?.in_utf16(&self.page_text);
        self.page_text = stored.to_owned();
        Some(splice)
    }
}

/// The byte at a place in UTF-16 units; within a letter its start, beyond the end the end.
pub(crate) fn byte_at(text: &str, at_utf16: usize) -> usize {
    let mut units = 0;
    for (at, letter) in text.char_indices() {
        units += letter.len_utf16();
        if units > at_utf16 {
            return at;
        }
    }
    text.len()
}

/// A place in UTF-16 units.
pub(crate) fn utf16_at(text: &str, at: usize) -> u32 {
    text[..at].encode_utf16().count() as u32
}

/// The beginning of a text that the board will show in full.
pub(crate) fn bounded(mut text: String) -> String {
    if text.len() > stored::TEXT_UTF16_MAX {
        let mut units = 0;
        let end = text.char_indices().find(|(_, letter)| {
            units += letter.len_utf16();
            units > stored::TEXT_UTF16_MAX
        });
        text.truncate(end.map_or(text.len(), |(at, _)| at));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(text: &str) -> Typing {
        Typing::existing(ShapeId::parse("t").expect("a short id"), text, false)
    }

    #[test]
    fn what_a_peer_typed_while_composing_stays() {
        let mut typing = session("hi");
        // The peer's word is stored, but the page must not be touched while it composes.
        assert!(typing.typed("hiに".into(), true, "hi").len() == 1);
        assert_eq!(typing.catch_up("oh hiに"), None);
        let edits = typing.typed("hiにほ".into(), false, "oh hiに");
        let [Edit::SpliceText { at_utf16, delete_utf16, insert, .. }] = &edits[..] else { panic!("{edits:?}") };
        assert_eq!((*at_utf16, *delete_utf16, insert.as_str()), (6, 0, "ほ"));
        let splice = typing.catch_up("oh hiにほ").expect("the page lags behind");
        assert_eq!((splice.at, splice.delete, splice.insert.as_str()), (0, 0, "oh "));
        assert_eq!(typing.catch_up("oh hiにほ"), None);
    }

    #[test]
    fn an_unborn_shape_is_inserted_with_its_first_letter() {
        let mut typing =
            Typing::new_shape(ShapeId::parse("t").expect("a short id"), NewShape::new(board::Kind::Text, vec![]));
        assert_eq!(typing.typed(String::new(), false, ""), vec![]);
        assert_eq!(typing.typed("a".into(), false, "").len(), 2);
        assert_eq!(typing.typed("ab".into(), false, "a").len(), 1);
    }

    #[test]
    fn long_texts_are_cut_where_readers_cut() {
        let long = bounded("😀".repeat(30_000));
        assert_eq!(long.encode_utf16().count(), stored::TEXT_UTF16_MAX);
    }
}
