//! Lists: a paragraph that begins with a bullet or a number is an item of one. The marker is part of the text, so that
//! everybody who reads the text reads the list. Must not know how text is stored or typed.

/// What an item of an unnumbered list begins with.
pub const BULLET: &str = "• ";
/// Digits of an item's number.
const DIGITS_MAX: usize = 3;

/// What an item of a list begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Its number; none is a bullet.
    pub number: Option<u32>,
    /// Its length in bytes, the space behind it included.
    pub length: usize,
}

/// The marker that a paragraph begins with, if it is an item of a list.
pub fn marker_of(paragraph: &str) -> Option<Marker> {
    if paragraph.starts_with(BULLET) {
        return Some(Marker { number: None, length: BULLET.len() });
    }
    let digits = paragraph.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=DIGITS_MAX).contains(&digits) && paragraph[digits..].starts_with(". ");
    is_number.then(|| Marker { number: paragraph[..digits].parse().ok(), length: digits + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers() {
        let cases = [
            ("• milk", Some((None, 4))),
            ("• ", Some((None, 4))),
            ("1. eggs", Some((Some(1), 3))),
            ("123. eggs", Some((Some(123), 5))),
            ("1234. eggs", None),
            ("1.5 eggs", None),
            (". eggs", None),
            ("- eggs", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(marker_of(text).map(|marker| (marker.number, marker.length)), expected, "{text:?}");
        }
    }
}
