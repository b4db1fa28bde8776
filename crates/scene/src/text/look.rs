//! How letters of one text differ from one another: bold, a link, larger. Must not know where that is stored.

use std::ops::Range;
use std::sync::Arc;

use super::Font;

/// A link's address is cut off from being one beyond this many bytes.
pub const LINK_BYTES_MAX: usize = 2_048;

/// How letters look beside their font and colour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Heavier.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// With a line below.
    pub underline: bool,
    /// With a line through.
    pub strike: bool,
    /// In letters of one width, on a tint.
    pub code: bool,
    /// How large, beside the rest of the text.
    pub size: TextSize,
    /// Where a click leads: a checked address, see [`link_address`].
    pub link: Option<Arc<str>>,
}

/// Sizes of letters within a text, by the names that stock editors use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// `small`.
    Small,
    /// Not stored.
    #[default]
    Normal,
    /// `large`.
    Large,
    /// `huge`.
    Huge,
}

/// One respect in which letters look different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Heavier or not.
    Bold(bool),
    /// Slanted or not.
    Italic(bool),
    /// A line below or none.
    Underline(bool),
    /// A line through or none.
    Strike(bool),
    /// Letters of one width or not.
    Code(bool),
    /// How large.
    Size(TextSize),
    /// Where it leads, if anywhere.
    Link(Option<Arc<str>>),
}

/// Letters in a row with one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which bytes of the text.
    pub range: Range<usize>,
    /// Never the default.
    pub look: Look,
}

/// What of a look decides which glyphs are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Heavier.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// Letters of one width, whatever the font.
    pub code: bool,
    /// Of this font.
    pub font: Font,
}

impl TextSize {
    /// All, small to large.
    pub const ALL: [TextSize; 4] = [TextSize::Small, TextSize::Normal, TextSize::Large, TextSize::Huge];

    /// Its em in ems of the text.
    pub fn em(self) -> f64 {
        match self {
            TextSize::Small => 0.75,
            TextSize::Normal => 1.0,
            TextSize::Large => 1.5,
            TextSize::Huge => 2.5,
        }
    }

    /// Its name; none for the size that is not stored.
    pub fn name(self) -> Option<&'static str> {
        match self {
            TextSize::Small => Some("small"),
            TextSize::Normal => None,
            TextSize::Large => Some("large"),
            TextSize::Huge => Some("huge"),
        }
    }

    /// The size of a name; what is none is normal.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|size| size.name() == Some(name)).unwrap_or_default()
    }
}

impl Look {
    /// Whether it is like any letter's.
    pub fn is_plain(&self) -> bool {
        *self == Look::default()
    }

    /// What decides the glyphs, in a font.
    pub fn face(&self, font: Font) -> Face {
        Face { bold: self.bold, italic: self.italic, code: self.code, font }
    }

    /// Takes one respect.
    pub fn put(&mut self, mark: &Mark) {
        match mark {
            Mark::Bold(is_so) => self.bold = *is_so,
            Mark::Italic(is_so) => self.italic = *is_so,
            Mark::Underline(is_so) => self.underline = *is_so,
            Mark::Strike(is_so) => self.strike = *is_so,
            Mark::Code(is_so) => self.code = *is_so,
            Mark::Size(size) => self.size = *size,
            Mark::Link(link) => self.link = link.clone(),
        }
    }

    /// Whether it is so in that respect.
    pub fn has(&self, mark: &Mark) -> bool {
        let mut with = self.clone();
        with.put(mark);
        with == *self
    }

    /// It in every respect.
    pub fn marks(&self) -> [Mark; 7] {
        [
            Mark::Bold(self.bold),
            Mark::Italic(self.italic),
            Mark::Underline(self.underline),
            Mark::Strike(self.strike),
            Mark::Code(self.code),
            Mark::Size(self.size),
            Mark::Link(self.link.clone()),
        ]
    }
}

/// The address, if it is one that a link may lead to: http, https or mailto, of printable letters, not too long. What
/// begins like none of these and looks like a host is taken for https.
pub fn link_address(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    let is_sound = |text: &str| {
        !text.is_empty()
            && text.len() <= LINK_BYTES_MAX
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || "<>\"\\".contains(letter))
    };
    if !is_sound(text) {
        return None;
    }
    let lower: String = text.chars().take(8).collect::<String>().to_ascii_lowercase();
    let rest = |scheme: &str| lower.starts_with(scheme).then(|| &text[scheme.len()..]);
    if let Some(rest) = rest("https://").or_else(|| rest("http://")) {
        return (!rest.starts_with(['/', '?', '#']) && !rest.is_empty()).then(|| text.into());
    }
    if let Some(rest) = rest("mailto:") {
        return rest.contains('@').then(|| text.into());
    }
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-') || byte >= 0x80);
    is_host.then(|| format!("https://{text}").into())
}

/// The look of the letter at a byte.
pub fn look_at(spans: &[Span], at: usize) -> Option<&Look> {
    let after = spans.partition_point(|span| span.range.start <= at);
    let span = spans.get(after.checked_sub(1)?)?;
    (at < span.range.end).then_some(&span.look)
}

/// A part of a text in stretches of one look, in order, without gaps.
pub fn stretches(spans: &[Span], range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Option<&Look>)> {
    let mut at = range.start;
    let mut next = spans.partition_point(|span| span.range.end <= range.start);
    std::iter::from_fn(move || {
        if at >= range.end {
            return None;
        }
        let start = at;
        let span = spans.get(next).filter(|span| span.range.start < range.end);
        let look = match span {
            Some(span) if span.range.start <= at => {
                at = span.range.end.min(range.end);
                next += 1;
                Some(&span.look)
            }
            Some(span) => {
                at = span.range.start;
                None
            }
            None => {
                at = range.end;
                None
            }
        };
        Some((start..at, look))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let cases = [
            ("https://a.example/b?c#d", Some("https://a.example/b?c#d")),
            (" HTTP://a ", Some("HTTP://a")),
            ("mailto:a@b.example", Some("mailto:a@b.example")),
            ("boards.example/x", Some("https://boards.example/x")),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x.y", None),
            ("https://", None),
            ("https:///x", None),
            ("mailto:nobody", None),
            ("https://a.example/ b", None),
            ("https://a.example/\u{1}", None),
            ("file:///etc/passwd", None),
            ("word", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(link_address(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(link_address(&format!("https://a.example/{}", "x".repeat(LINK_BYTES_MAX))), None);
    }

    #[test]
    fn stretches_have_no_gaps() {
        let bold = Look { bold: true, ..Look::default() };
        let spans = [Span { range: 2..4, look: bold.clone() }, Span { range: 6..9, look: bold.clone() }];
        let of = |range| {
            let found = stretches(&spans, range).map(|(range, look)| (range.start, range.end, look.is_some()));
            found.collect::<Vec<_>>()
        };
        assert_eq!(of(0..10), [(0, 2, false), (2, 4, true), (4, 6, false), (6, 9, true), (9, 10, false)]);
        assert_eq!(of(3..7), [(3, 4, true), (4, 6, false), (6, 7, true)]);
        assert_eq!(of(4..6), [(4, 6, false)]);
        assert_eq!(of(5..5), []);
        assert_eq!(look_at(&spans, 3), Some(&bold));
        assert_eq!((look_at(&spans, 1), look_at(&spans, 4), look_at(&spans, 99)), (None, None, None));
    }
}
