//! Images in a picture: named, placed and cropped. Who has their pixels is the painter's business.

use kurbo::{Rect, Size};
use std::fmt;

/// Names an image by the SHA-256 of its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageId(pub [u8; 32]);

impl ImageId {
    /// The image of this name: 64 digits 0-9 a-f.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut id = [0; 32];
        if pairs.len() != id.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in id.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An image to be painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageRun {
    /// Which; none is a placeholder.
    pub image: Option<ImageId>,
    /// Its own size in its own pixels.
    pub natural: Size,
    /// The part of it that is shown, in shares of its sides: 0, 0, 1, 1 is all of it.
    pub part: Rect,
    /// Where that part goes, in the pixels of the current transform.
    pub place: Rect,
    /// From 0 (invisible) to 1.
    pub opacity: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_other_texts_are_none() {
        let id = ImageId([0xa7; 32]);
        assert_eq!(ImageId::parse(&id.to_string()), Some(id));
        for bad in ["", "a7", &"A7".repeat(32), &"g7".repeat(32), &"a7".repeat(33)] {
            assert_eq!(ImageId::parse(bad), None, "{bad}");
        }
    }
}
