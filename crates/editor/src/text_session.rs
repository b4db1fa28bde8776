//! A text being typed in the page's field: keeps the field and the document together while others type too. Knows no
//! DOM; the field's whole text comes in, small changes go out.

use board::{Edit, NewShape, Reversal, ShapeId, limits as stored};
use scene::BoardPoint;
use scene::text::{Look, Span, look_at};

use crate::output::TextSession;
use crate::splice::{Splice, Utf16Splice};

/// What to edit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextTarget {
    /// A new text with its first line around here.
    New {
        at: BoardPoint,
        /// Where it wraps, in board pixels; none is nowhere.
        wrap: Option<f64>,
    },
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
    /// What is selected at the beginning.
    pub(crate) first: (u32, u32),
    /// What is selected in the page's text, in UTF-16 units; the caret is the second place.
    pub(crate) selected: (u32, u32),
    /// What the next letter looks like, where somebody has said so.
    pub(crate) next_look: Option<Look>,
    /// When letters last came, for telling bursts of them apart.
    pub(crate) typed_ms: Option<u64>,
    /// Bursts that were taken back.
    pub(crate) redo: Vec<Reversal>,
    /// What the page was last told.
    pub(crate) told: Option<TextSession>,
}

/// The shape's text as the document has it.
#[derive(Clone, Copy, Default)]
pub(crate) struct StoredText<'a> {
    pub(crate) text: &'a str,
    pub(crate) spans: &'a [Span],
}

impl Typing {
    pub(crate) fn new_shape(id: ShapeId, shape: NewShape) -> Self {
        Typing { unborn: Some(shape), is_new: true, ..Typing::existing(id, "", false) }
    }

    pub(crate) fn existing(id: ShapeId, text: &str, select_all: bool) -> Self {
        let end = text.encode_utf16().count() as u32;
        let first = (if select_all { 0 } else { end }, end);
        Typing {
            id,
            page_text: text.to_owned(),
            composing: false,
            unborn: None,
            is_new: false,
            first,
            selected: first,
            next_look: None,
            typed_ms: None,
            redo: vec![],
            told: None,
        }
    }

    /// What the page shows.
    pub(crate) fn page_text(&self) -> &str {
        &self.page_text
    }

    /// Whether an input method is at work: the page's text is then its.
    pub(crate) fn is_composing(&self) -> bool {
        self.composing
    }

    /// The page's text is now `text`, with the caret there in UTF-16 units if that is known; the document's is `stored`:
    /// the edits that bring what was typed into the document, and the letters that were.
    pub(crate) fn typed(
        &mut self,
        text: String,
        caret_utf16: Option<u32>,
        composing: bool,
        stored: StoredText<'_>,
    ) -> (Vec<Edit>, String) {
        self.composing = composing;
        let mut edits = vec![];
        let mut typed = String::new();
        let mine = match caret_utf16 {
            Some(caret) => Splice::ending_at(&self.page_text, &text, byte_at(&text, caret as usize)),
            None => Splice::between(&self.page_text, &text),
        };
        if let Some(mine) = mine {
            let look = self.look_of(&mine, stored);
            typed = mine.insert().to_owned();
            if let Some(shape) = self.unborn.take() {
                edits.push(Edit::Insert { id: self.id.clone(), shape });
            }
            let splices = match Splice::between(&self.page_text, stored.text) {
                Some(theirs) => mine.after(&theirs),
                None => vec![mine],
            };
            let mut now = stored.text.to_owned();
            for splice in splices {
                edits.extend(written(&self.id, splice.in_utf16(&now), look.as_ref()));
                splice.apply(&mut now);
            }
            self.next_look = None;
        }
        self.page_text = text;
        (edits, typed)
    }

    /// What letters look like that come there, where that is not what the letter before them looks like: what somebody has
    /// chosen, or what they replace; and a link is not typed on.
    fn look_of(&self, splice: &Splice, stored: StoredText<'_>) -> Option<Look> {
        if splice.insert().is_empty() || self.page_text != stored.text {
            return self.next_look.clone();
        }
        let range = splice.range();
        let at = |at: usize| look_at(stored.spans, at).cloned().unwrap_or_default();
        let before = range.start.checked_sub(1).map(at).unwrap_or_default();
        let wanted = match &self.next_look {
            Some(look) => look.clone(),
            None if !range.is_empty() => at(range.start),
            None if before.link.is_some() && at(range.start).link != before.link => {
                Look { link: None, ..before.clone() }
            }
            None => return None,
        };
        (wanted != before).then_some(wanted)
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

/// A splice as edits.
fn written(id: &ShapeId, splice: Utf16Splice, look: Option<&Look>) -> Vec<Edit> {
    let Utf16Splice { at, delete, insert } = splice;
    let plain = |delete_utf16, insert| Edit::SpliceText { id: id.clone(), at_utf16: at, delete_utf16, insert };
    match look.filter(|_| !insert.is_empty()) {
        None => vec![plain(delete, insert)],
        Some(look) => {
            let cut = (delete > 0).then(|| plain(delete, String::new()));
            let letters = Edit::InsertText { id: id.clone(), at_utf16: at, insert, look: look.clone() };
            cut.into_iter().chain([letters]).collect()
        }
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

    fn type_in(typing: &mut Typing, text: &str, composing: bool, stored: &str) -> Vec<Edit> {
        typing.typed(text.into(), None, composing, StoredText { text: stored, spans: &[] }).0
    }

    #[test]
    fn letters_look_like_what_they_replace_and_links_are_not_typed_on() {
        let bold = Look { bold: true, ..Look::default() };
        let link = Look { link: Some("https://a.example".into()), ..Look::default() };
        let spans = [Span { range: 2..4, look: bold.clone() }, Span { range: 4..6, look: link }];
        let stored = StoredText { text: "abcdefg", spans: &spans };
        let look = |before: &str, chosen: Option<Look>| {
            let mut typing = session("abcdefg");
            typing.next_look = chosen;
            let (edits, _) = typing.typed(before.to_owned(), None, false, stored);
            let looks = edits.into_iter().filter_map(|edit| match edit {
                Edit::InsertText { look, .. } => Some(look),
                _ => None,
            });
            looks.collect::<Vec<_>>()
        };
        assert_eq!(look("abXdefg", None), vec![bold.clone()], "what is replaced was bold");
        assert_eq!(look("abcXdefg", None), [], "it follows a bold letter");
        assert_eq!(look("abcdefXg", None), [Look::default()], "after a link");
        assert_eq!(look("abcdeXfg", None), [], "in a link");
        assert_eq!(look("aXbcdefg", Some(bold.clone())), [bold]);
    }

    #[test]
    fn what_a_peer_typed_while_composing_stays() {
        let mut typing = session("hi");
        // The peer's word is stored, but the page must not be touched while it composes.
        assert!(type_in(&mut typing, "hiに", true, "hi").len() == 1);
        assert_eq!(typing.catch_up("oh hiに"), None);
        let edits = type_in(&mut typing, "hiにほ", false, "oh hiに");
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
        assert_eq!(type_in(&mut typing, "", false, ""), vec![]);
        assert_eq!(type_in(&mut typing, "a", false, "").len(), 2);
        assert_eq!(type_in(&mut typing, "ab", false, "a").len(), 1);
    }

    #[test]
    fn long_texts_are_cut_where_readers_cut() {
        let long = bounded("😀".repeat(30_000));
        assert_eq!(long.encode_utf16().count(), stored::TEXT_UTF16_MAX);
    }
}
