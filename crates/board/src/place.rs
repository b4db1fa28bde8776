//! Places in a text that stay where they are while others type: behind a letter, wherever that is now. Must not know
//! whose place it is.

use yrs::{Map, Out};

use crate::texts::{self, Unit};
use crate::{Board, ShapeId, schema};

/// A place in a shape's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPlace(Option<Unit>);

impl TextPlace {
    /// Before all letters.
    pub const START: TextPlace = TextPlace(None);

    /// Behind the letter of this client and clock.
    pub fn behind(client: u64, clock: u32) -> Self {
        Self(Some((client, clock)))
    }

    /// The letter that it is behind, if any, by client and clock.
    pub fn after(&self) -> Option<(u64, u32)> {
        self.0
    }
}

impl Board {
    /// The place at so many UTF-16 units of a shape's text, if it has one of letters that are told apart.
    pub fn text_place(&self, id: &ShapeId, at_utf16: u32) -> Option<TextPlace> {
        let (root, txn) = (self.document().shapes(), self.document().transact());
        let map = schema::shape_map(&txn, &root, id.as_str())?;
        let Some(Out::YText(text)) = map.get(&txn, schema::TEXT) else { return None };
        let before = at_utf16.checked_sub(1).map(|at| texts::unit(&txn, &text, at));
        match before {
            None => Some(TextPlace::START),
            Some(unit) => unit.map(|unit| TextPlace(Some(unit))),
        }
    }

    /// Where a place is now, in UTF-16 units. None where its letter is not known (yet), or of another text.
    pub fn text_offset(&self, id: &ShapeId, place: &TextPlace) -> Option<u32> {
        let Some(unit) = place.0 else { return Some(0) };
        let (root, txn) = (self.document().shapes(), self.document().transact());
        let map = schema::shape_map(&txn, &root, id.as_str())?;
        let Some(Out::YText(text)) = map.get(&txn, schema::TEXT) else { return None };
        texts::offset(&txn, &text, unit, yrs::Assoc::Before)
    }
}
