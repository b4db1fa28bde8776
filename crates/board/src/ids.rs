//! Who edits and what is edited, by name. Must not know where randomness comes from.

use std::fmt;
use std::sync::Arc;

use crate::clamp::ID_BYTES_MAX;

/// One running copy of a board, for as long as it runs: never stored, never reused, or two copies would write
/// different things under one name. 53 bits, so that JavaScript can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u64);

impl ClientId {
    /// The largest client id.
    pub const MAX: u64 = (1 << 53) - 1;

    /// From 64 bits of a secure random source.
    pub const fn from_random(random: u64) -> Self {
        Self(random & Self::MAX)
    }

    /// From a number on the wire; `None` beyond 53 bits.
    pub const fn new(number: u64) -> Option<Self> {
        if number <= Self::MAX { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which shape: a short text, unique on its board. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(Arc<str>);

/// Which group: a name like a shape's.
pub type GroupId = ShapeId;

impl ShapeId {
    /// Ten characters of base64url: 60 of the random bits.
    pub fn from_random(random: u64) -> Self {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let digit = |index: u32| char::from(DIGITS[(random >> (6 * index) & 63) as usize]);
        Self((0..10).map(digit).collect::<String>().into())
    }

    /// An id as found in a document or on the wire: any text of 1 to [`ID_BYTES_MAX`] bytes.
    pub fn parse(text: &str) -> Option<Self> {
        (1..=ID_BYTES_MAX).contains(&text.len()).then(|| Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShapeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ShapeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an end of a line holds on to.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Which shape. One that is not there lets go.
    pub shape: ShapeId,
    /// Where, in shares of the sides of its unturned box; none is the shape as a whole.
    pub at: Option<kurbo::Vec2>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_from_random_are_short_and_readable() {
        assert_eq!(ShapeId::from_random(0).as_str(), "AAAAAAAAAA");
        assert_eq!(ShapeId::from_random(u64::MAX).as_str(), "__________");
        assert_ne!(ShapeId::from_random(1), ShapeId::from_random(1 << 59));
        assert_eq!(ClientId::from_random(u64::MAX).get(), ClientId::MAX);
        assert_eq!(ClientId::new(ClientId::MAX + 1), None);
    }

    #[test]
    fn foreign_ids_have_a_length() {
        assert_eq!(ShapeId::parse(""), None);
        assert_eq!(ShapeId::parse(&"x".repeat(ID_BYTES_MAX + 1)), None);
        assert!(ShapeId::parse("shape:1").is_some());
    }
}
