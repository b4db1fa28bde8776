//! How text breaks into lines and how large it is, the same on every machine: derived from tables of the bundled
//! fonts' advance widths, never measured by a browser. Must not know what the text belongs to.

mod font;
mod lists;
mod look;
mod widths;

pub use font::Font;
pub use lists::{BULLET, Marker, marker_of};
pub use look::{Face, LINK_BYTES_MAX, Look, Mark, Span, TextSize, link_address, look_at, stretches};

use std::ops::Range;

/// What letters of code are drawn with, in CSS and SVG.
pub const CODE_FAMILY: &str = "Boardwalk Mono, ui-monospace, Menlo, Consolas, monospace";
/// From one baseline to the next, in em.
pub const LINE_HEIGHT_EM: f64 = 1.25;

/// Text broken into lines, with its size. All lengths are pixels, all positions from the text's top left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLayout {
    /// At least one line, even for no text.
    pub lines: Vec<Line>,
    /// The widest line's width; the wrap width, where there is one and it is larger.
    pub width: f64,
    /// The lines' heights together.
    pub height: f64,
}

/// One line of a [`TextLayout`].
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which bytes of the text it shows: without the line break, without the spaces a wrap swallowed.
    pub range: Range<usize>,
    /// Its left end.
    pub x: f64,
    /// Its upper end.
    pub top: f64,
    /// From there to the next line.
    pub height: f64,
    /// The line its letters stand on.
    pub baseline_y: f64,
    /// Its width.
    pub width: f64,
}

/// Letters of one look in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Run<'a> {
    /// Which bytes of the text.
    pub range: Range<usize>,
    /// None is like any letter.
    pub look: Option<&'a Look>,
    /// Its left end, from where the line is.
    pub x: f64,
    /// Its width.
    pub width: f64,
}

/// In the font of the page, breaks `text` at its line breaks and, given `wrap_width_px`, between words so that lines fit; a word longer than a
/// line is broken anywhere. `font_size_px` is the em. No kerning and no ligatures: painters turn them off.
pub fn layout(text: &str, font_size_px: f64, wrap_width_px: Option<f64>) -> TextLayout {
    layout_rich(Font::Sans, text, &[], font_size_px, wrap_width_px)
}

/// The same in any font, for letters that look different. A line is as high as its largest letters, and no lower than the text's own.
/// Where an item of a list goes on in a further line, that line begins below the item's first letter.
pub fn layout_rich(
    font: Font,
    text: &str,
    spans: &[Span],
    font_size_px: f64,
    wrap_width_px: Option<f64>,
) -> TextLayout {
    let wrap_em = wrap_width_px.map_or(f64::INFINITY, |width_px| width_px / font_size_px);
    let letters = Letters { font, text, spans };
    let table = widths::table(font);
    let first_baseline = (LINE_HEIGHT_EM - table.ascent_em - table.descent_em) / 2.0 + table.ascent_em;
    let (mut lines, mut top, mut start) = (Vec::new(), 0.0, 0);
    for paragraph in text.split('\n') {
        let visible = paragraph.strip_suffix('\r').unwrap_or(paragraph);
        letters.wrap(start..start + visible.len(), wrap_em, &mut |range, indent_em, width_em| {
            let size = letters.largest(range.clone()) * font_size_px;
            lines.push(Line {
                range,
                x: indent_em * font_size_px,
                top,
                height: LINE_HEIGHT_EM * size,
                baseline_y: top + first_baseline * size,
                width: width_em * font_size_px,
            });
            top += LINE_HEIGHT_EM * size;
        });
        start += paragraph.len() + 1;
    }
    let widest = lines.iter().map(|line| line.x + line.width).fold(0.0, f64::max);
    TextLayout { width: wrap_width_px.map_or(widest, |wrap_px| widest.max(wrap_px)), height: top, lines }
}

/// The width of one line of text in the font of the page, in em.
pub fn width_em(line: &str) -> f64 {
    Letters { font: Font::Sans, text: line, spans: &[] }.width_em(0..line.len())
}

/// The width of a part of a text, in em of the text.
pub fn width_of_em(font: Font, text: &str, spans: &[Span], range: Range<usize>) -> f64 {
    Letters { font, text, spans }.width_em(range)
}

/// The width of the widest word, in em of the text.
pub fn widest_word_em(font: Font, text: &str, spans: &[Span]) -> f64 {
    let letters = Letters { font, text, spans };
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split_whitespace().map(|word| letters.width_em(start_of(word)..start_of(word) + word.len()));
    words.fold(0.0, f64::max)
}

/// What a line is painted of, from left to right.
pub fn runs<'a>(
    font: Font,
    text: &'a str,
    spans: &'a [Span],
    line: &Line,
    font_size_px: f64,
) -> impl Iterator<Item = Run<'a>> + use<'a> {
    let letters = Letters { font, text, spans };
    let mut x = 0.0;
    look::stretches(spans, line.range.clone()).map(move |(range, look)| {
        let run = Run { width: letters.width_em(range.clone()) * font_size_px, range, look, x };
        x += run.width;
        run
    })
}

/// A text's letters and what they look like.
#[derive(Clone, Copy)]
struct Letters<'a> {
    font: Font,
    text: &'a str,
    spans: &'a [Span],
}

impl Letters<'_> {
    fn advance_em(&self, at: usize, letter: char) -> f64 {
        match look::look_at(self.spans, at) {
            None => widths::table(self.font).advance_em(letter),
            Some(look) => widths::advance_em(letter, look.face(self.font)) * look.size.em(),
        }
    }

    fn width_em(&self, range: Range<usize>) -> f64 {
        let letters = self.text[range.clone()].char_indices();
        letters.map(|(at, letter)| self.advance_em(range.start + at, letter)).sum()
    }

    /// The size of the largest letters, in em of the text: at least that.
    fn largest(&self, range: Range<usize>) -> f64 {
        let sizes = look::stretches(self.spans, range).filter_map(|(_, look)| Some(look?.size.em()));
        sizes.fold(1.0, f64::max)
    }

    /// Greedy wrapping of one paragraph: calls `line` with each line's range, indent and width in em.
    fn wrap(&self, paragraph: Range<usize>, wrap_em: f64, line: &mut impl FnMut(Range<usize>, f64, f64)) {
        let mut start = paragraph.start;
        let mut indent_em = 0.0;
        while let Some(broken) = self.first_break(start..paragraph.end, wrap_em - indent_em) {
            line(start..broken.end, indent_em, broken.width_em);
            if start == paragraph.start {
                indent_em = self.hanging_em(paragraph.clone(), wrap_em);
            }
            start = broken.next;
        }
        // Trailing spaces of the last line count: that is where the caret stands.
        line(start..paragraph.end, indent_em, self.width_em(start..paragraph.end));
    }

    /// How far the further lines of an item of a list are moved in: not beyond half of the width.
    fn hanging_em(&self, paragraph: Range<usize>, wrap_em: f64) -> f64 {
        match lists::marker_of(&self.text[paragraph.clone()]) {
            Some(marker) => {
                let width_em = self.width_em(paragraph.start..paragraph.start + marker.length);
                if width_em <= wrap_em / 2.0 { width_em } else { 0.0 }
            }
            None => 0.0,
        }
    }

    /// Where the first line of a part breaks, if it does not fit. A break is between words, the spaces swallowed; else
    /// before the letter that no longer fits, but never before the first.
    fn first_break(&self, part: Range<usize>, wrap_em: f64) -> Option<Break> {
        let is_space = |letter: char| letter == ' ' || letter == '\t';
        let mut between_words = None;
        let (mut width, mut shown_width, mut shown_end) = (0.0, 0.0, part.start);
        let mut previous = None;
        for (at, letter) in self.text[part.clone()].char_indices() {
            let at = part.start + at;
            let advance = self.advance_em(at, letter);
            if !is_space(letter) {
                let breakable = |other: char| is_space(other) || widths::breaks_anywhere(other);
                if previous.is_some_and(|other| breakable(other) || widths::breaks_anywhere(letter)) {
                    between_words = Some(Break { end: shown_end, width_em: shown_width, next: at });
                }
                if at > part.start && advance > 0.0 && width + advance > wrap_em + 1e-9 {
                    return Some(between_words.unwrap_or(Break { end: at, width_em: width, next: at }));
                }
                shown_end = at + letter.len_utf8();
                shown_width = width + advance;
            }
            width += advance;
            previous = Some(letter);
        }
        None
    }
}

/// Where a line ends and the next one starts, in bytes of the text.
struct Break {
    end: usize,
    width_em: f64,
    next: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str, wrap_em: f64) -> Vec<&str> {
        layout(text, 1.0, Some(wrap_em)).lines.into_iter().map(|line| &text[line.range]).collect()
    }

    #[test]
    fn breaks() {
        let cases: &[(&str, f64, &[&str])] = &[
            ("", 9.0, &[""]),
            ("one two", 99.0, &["one two"]),
            ("one two", 2.5, &["one", "two"]),
            ("one   two", 2.5, &["one", "two"]),
            ("one\ntwo\n", 99.0, &["one", "two", ""]),
            ("one\r\ntwo", 99.0, &["one", "two"]),
            ("mmmm", 2.0, &["mm", "mm"]),
            ("a mmmm", 2.0, &["a", "mm", "mm"]),
            ("漢字仮名", 2.0, &["漢字", "仮名"]),
            ("ab 漢字", 3.4, &["ab 漢", "字"]),
            ("mmm", 0.0, &["m", "m", "m"]),
        ];
        for (text, wrap_em, expected) in cases {
            assert_eq!(&lines(text, *wrap_em), expected, "{text:?} in {wrap_em} em");
        }
    }

    #[test]
    fn sizes_follow_the_em() {
        let small = layout("Hello\nworld", 10.0, None);
        let large = layout("Hello\nworld", 20.0, None);
        assert_eq!((small.width * 2.0, small.height), (large.width, 25.0));
        assert!(small.lines[0].baseline_y > 5.0 && small.lines[0].baseline_y < 12.5);
        assert_eq!(layout("", 10.0, Some(80.0)).width, 80.0);
    }

    #[test]
    fn letters_that_look_different_take_their_own_room() {
        let text = "one two";
        let span = |look| [Span { range: 4..7, look }];
        let plain = layout(text, 10.0, None);
        let wide = |look| layout_rich(Font::Sans, text, &span(look), 10.0, None).width - plain.width;
        assert!(wide(Look { bold: true, ..Look::default() }) > 0.3);
        assert_eq!(wide(Look { italic: true, underline: true, strike: true, ..Look::default() }), 0.0);
        let code = layout_rich(
            Font::Sans,
            text,
            &[Span { range: 0..7, look: Look { code: true, ..Look::default() } }],
            10.0,
            None,
        );
        assert!((code.width - 7.0 * 6.0).abs() < 1e-9);
        let huge = layout_rich(Font::Sans, text, &span(Look { size: TextSize::Huge, ..Look::default() }), 10.0, None);
        assert_eq!(huge.height, 2.5 * plain.height);
        let spans = span(Look::default());
        let runs: Vec<_> = runs(Font::Sans, text, &spans, &plain.lines[0], 10.0).collect();
        assert_eq!((runs.len(), runs[0].x, runs[1].range.clone()), (2, 0.0, 4..7));
        assert!((runs[1].x + runs[1].width - plain.width).abs() < 1e-9);
        // A line in two sizes stands on one baseline; the next line begins below it.
        let two = layout_rich(
            Font::Sans,
            "a\nb",
            &[Span { range: 0..1, look: Look { size: TextSize::Large, ..Look::default() } }],
            10.0,
            None,
        );
        assert_eq!((two.lines[0].height, two.lines[1].top, two.lines[1].height), (18.75, 18.75, 12.5));
        assert!((widest_word_em(Font::Sans, text, &[]) - width_em("two").max(width_em("one"))).abs() < 1e-9);
    }

    #[test]
    fn items_of_lists_hang() {
        let text = "• one two\nmore";
        let laid = layout(text, 1.0, Some(3.2));
        let shown: Vec<&str> = laid.lines.iter().map(|line| &text[line.range.clone()]).collect();
        assert_eq!(shown, ["• one", "two", "more"]);
        assert!((laid.lines[1].x - width_em("• ")).abs() < 1e-9);
        assert_eq!((laid.lines[0].x, laid.lines[2].x), (0.0, 0.0));
        // Where there is no room for it, it does not.
        assert!(layout("• mmmm", 1.0, Some(1.0)).lines.iter().all(|line| line.x == 0.0));
    }

    proptest! {
        #[test]
        fn every_visible_letter_is_on_one_line(text in "[a-z漢字é \\n]{0,60}", wrap_em in 0.5f64..12.0) {
            let layout = layout(&text, 1.0, Some(wrap_em));
            let mut end = 0;
            let mut kept = String::new();
            for line in &layout.lines {
                prop_assert!(line.range.start >= end && line.range.end >= line.range.start);
                end = line.range.end;
                kept.push_str(&text[line.range.clone()]);
                let shown = text[line.range.clone()].trim_end();
                let alone = shown.chars().count() <= 1;
                prop_assert!(alone || width_em(shown) <= wrap_em + 1e-6, "{shown:?} is wider than {wrap_em}");
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&kept), letters(&text));
        }
    }
}
