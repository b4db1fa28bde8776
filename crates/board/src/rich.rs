//! A Y.Text as it is: letters, and what is said of them, by the names that stock editors use. The one place that knows
//! how looks are stored. Reading is total: what is none of ours is carried and not shown.

use std::sync::Arc;

use scene::text::{Look, Mark, Span, TextSize, link_address};
use yrs::types::Attrs;
use yrs::types::text::YChange;
use yrs::{Any, Out, ReadTxn, Text, TextRef};

use crate::clamp;

/// Stands for what another client put between the letters: an image, say. One unit, as in Y.Text.
const EMBED: &str = "\u{fffc}";

/// Letters in a row of which the same is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Never null.
    pub(crate) attrs: Attrs,
}

/// All of a Y.Text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content {
    pub(crate) text: String,
    /// Neighbours differ.
    pub(crate) pieces: Vec<Piece>,
}

impl Content {
    pub(crate) fn read<T: ReadTxn>(txn: &T, text: &TextRef) -> Self {
        let mut content = Self::default();
        for diff in text.diff(txn, YChange::identity) {
            let letters = match diff.insert {
                Out::Any(Any::String(letters)) => letters.as_ref().to_owned(),
                _ => EMBED.to_owned(),
            };
            content.push(Piece { text: letters, attrs: diff.attributes.map(|attrs| *attrs).unwrap_or_default() });
        }
        content
    }

    /// Letters of which nothing is said.
    pub(crate) fn plain(text: String) -> Self {
        let mut content = Self::default();
        content.push(Piece { text, attrs: Attrs::new() });
        content
    }

    /// Letters with looks.
    pub(crate) fn of(text: &str, spans: &[Span]) -> Self {
        let mut content = Self::default();
        for (range, look) in scene::text::stretches(spans, 0..text.len()) {
            // Spans may come from anywhere.
            let letters = text.get(range).unwrap_or_default();
            content.push(Piece { text: letters.into(), attrs: look.map(attrs_of).unwrap_or_default() });
        }
        content
    }

    pub(crate) fn push(&mut self, mut piece: Piece) {
        if piece.text.is_empty() {
            return;
        }
        piece.attrs.retain(|_, value| *value != Any::Null);
        self.text.push_str(&piece.text);
        match self.pieces.last_mut() {
            Some(last) if last.attrs == piece.attrs => last.text.push_str(&piece.text),
            _ => self.pieces.push(piece),
        }
    }

    /// Whether anything is said of any letter.
    pub(crate) fn is_plain(&self) -> bool {
        self.pieces.iter().all(|piece| piece.attrs.is_empty())
    }

    /// A part, in UTF-16 units on letter borders.
    pub(crate) fn part(&self, from_utf16: u32, to_utf16: u32) -> Vec<Piece> {
        let mut found = Self::default();
        for (start, piece) in self.places() {
            let units: Vec<u16> = piece.text.encode_utf16().collect();
            let within = |at: u32| (at.saturating_sub(start) as usize).min(units.len());
            let text = String::from_utf16_lossy(&units[within(from_utf16)..within(to_utf16).max(within(from_utf16))]);
            found.push(Piece { text, attrs: piece.attrs.clone() });
        }
        found.pieces
    }

    /// With something more said of a stretch.
    pub(crate) fn said(&self, (from, to): (u32, u32), attrs: &Attrs) -> Self {
        let mut content = Self::default();
        let end = length_utf16(&self.text);
        for (part, is_said) in [((0, from), false), ((from, to), true), ((to, end), false)] {
            for mut piece in self.part(part.0, part.1) {
                if is_said {
                    piece.attrs.extend(attrs.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
                content.push(piece);
            }
        }
        content
    }

    /// The pieces with where they begin, in UTF-16 units.
    pub(crate) fn places(&self) -> impl Iterator<Item = (u32, &Piece)> {
        let mut next = 0;
        self.pieces.iter().map(move |piece| {
            let start = next;
            next += length_utf16(&piece.text);
            (start, piece)
        })
    }

    /// What is shown: the letters and their looks, held to the table of bounds.
    pub(crate) fn shown(&self) -> (Arc<str>, Option<Arc<[Span]>>) {
        let text = clamp::text(&self.text);
        let mut spans: Vec<Span> = Vec::new();
        let mut start = 0;
        for piece in &self.pieces {
            let end = (start + piece.text.len()).min(text.len());
            let look = if piece.attrs.is_empty() { Look::default() } else { look_of(&piece.attrs) };
            if start < end && !look.is_plain() {
                let is_full = spans.len() == clamp::SPANS_MAX;
                match spans.last_mut() {
                    // What differs may be nothing that is shown.
                    Some(last) if last.range.end == start && last.look == look => last.range.end = end,
                    _ if is_full => break,
                    _ => spans.push(Span { range: start..end, look }),
                }
            }
            start = end;
        }
        (text.into(), (!spans.is_empty()).then(|| spans.into()))
    }
}

pub(crate) fn length_utf16(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

/// How a look in one respect is stored: null where it is like any letter's.
pub(crate) fn stored(mark: &Mark) -> (&'static str, Any) {
    let flag = |is_so: &bool| if *is_so { Any::Bool(true) } else { Any::Null };
    match mark {
        Mark::Bold(is_so) => ("bold", flag(is_so)),
        Mark::Italic(is_so) => ("italic", flag(is_so)),
        Mark::Underline(is_so) => ("underline", flag(is_so)),
        Mark::Strike(is_so) => ("strike", flag(is_so)),
        Mark::Code(is_so) => ("code", flag(is_so)),
        Mark::Size(size) => ("size", size.name().map_or(Any::Null, Any::from)),
        Mark::Link(link) => ("link", link.as_deref().and_then(link_address).map_or(Any::Null, Any::String)),
    }
}

/// All that is said of letters that look so.
pub(crate) fn attrs_of(look: &Look) -> Attrs {
    let marks = look.marks();
    let said = marks.iter().map(stored).filter(|(_, value)| *value != Any::Null);
    said.map(|(key, value)| (key.into(), value)).collect()
}

/// What is shown of what is said. Only `true` is so, only names of sizes are sizes, and only sound addresses are links.
fn look_of(attrs: &Attrs) -> Look {
    let is = |key: &str| attrs.get(key) == Some(&Any::Bool(true));
    let name = |key: &str| match attrs.get(key) {
        Some(Any::String(name)) => Some(name),
        _ => None,
    };
    Look {
        bold: is("bold"),
        italic: is("italic"),
        underline: is("underline"),
        strike: is("strike"),
        code: is("code"),
        size: name("size").map(|name| TextSize::from_name(name)).unwrap_or_default(),
        // What only looks like an address stays letters: a peer's word is not completed.
        link: name("link").filter(|link| link_address(link).as_ref() == Some(link)).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_held_to_the_table() {
        let said =
            |pairs: &[(&str, Any)]| look_of(&pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect());
        let plain = [
            ("bold", Any::from("yes")),
            ("italic", Any::from(1)),
            ("size", Any::from("99px")),
            ("link", Any::from("javascript:alert(1)")),
            ("colour", Any::from("red")),
        ];
        assert_eq!(said(&plain), Look::default());
        let link =
            said(&[("link", Any::from("https://a.example")), ("size", Any::from("huge")), ("code", Any::Bool(true))]);
        assert_eq!((link.link.as_deref(), link.size, link.code), (Some("https://a.example"), TextSize::Huge, true));
        assert_eq!(look_of(&attrs_of(&link)), link);
    }

    #[test]
    fn parts_keep_what_is_said() {
        let bold = Look { bold: true, ..Look::default() };
        let content = Content::of("a😀bc", &[Span { range: 1..6, look: bold.clone() }]);
        assert_eq!((content.text.as_str(), content.pieces.len()), ("a😀bc", 3));
        let part: Vec<(&str, usize)> = vec![("😀b", 1), ("c", 0)];
        let found = content.part(1, 9);
        assert_eq!(found.iter().map(|piece| (piece.text.as_str(), piece.attrs.len())).collect::<Vec<_>>(), part);
        assert_eq!(content.shown().1.as_deref(), Some(&[Span { range: 1..6, look: bold }][..]));
    }
}
