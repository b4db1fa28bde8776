//! How text breaks into lines and how large it is, the same on every machine: derived from a table of the bundled
//! font's advance widths, never measured by a browser. Must not know what the text belongs to.

mod widths;

use std::ops::Range;

/// The family name of the bundled font, in CSS and SVG.
pub const FONT_FAMILY: &str = "Boardwalk Sans";
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
    /// The line its letters stand on.
    pub baseline_y: f64,
    /// Its width.
    pub width: f64,
}

/// Breaks `text` at its line breaks and, given `wrap_width_px`, between words so that lines fit; a word longer than a
/// line is broken anywhere. `font_size_px` is the em. No kerning and no ligatures: painters turn them off.
pub fn layout(text: &str, font_size_px: f64, wrap_width_px: Option<f64>) -> TextLayout {
    let wrap_em = wrap_width_px.map_or(f64::INFINITY, |width_px| width_px / font_size_px);
    let mut ranges = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let visible = paragraph.strip_suffix('\r').unwrap_or(paragraph);
        wrap(visible, wrap_em, &mut |range, width_em| {
            ranges.push((range.start + start..range.end + start, width_em));
        });
        start += paragraph.len() + 1;
    }
    let table = widths::table();
    let line_height = LINE_HEIGHT_EM * font_size_px;
    let first_baseline = (LINE_HEIGHT_EM - table.ascent_em - table.descent_em) / 2.0 + table.ascent_em;
    let lines: Vec<Line> = ranges
        .into_iter()
        .enumerate()
        .map(|(index, (range, width_em))| Line {
            range,
            x: 0.0,
            baseline_y: first_baseline * font_size_px + index as f64 * line_height,
            width: width_em * font_size_px,
        })
        .collect();
    let widest = lines.iter().map(|line| line.width).fold(0.0, f64::max);
    TextLayout {
        width: wrap_width_px.map_or(widest, |wrap_px| widest.max(wrap_px)),
        height: line_height * lines.len() as f64,
        lines,
    }
}

/// The width of one line of text, in em.
pub fn width_em(line: &str) -> f64 {
    line.chars().map(advance_em).sum()
}

fn advance_em(letter: char) -> f64 {
    widths::table().advance_em(letter)
}

/// Greedy wrapping of one paragraph: calls `line` with each line's range and width in em.
fn wrap(paragraph: &str, wrap_em: f64, line: &mut impl FnMut(Range<usize>, f64)) {
    let mut start = 0;
    while let Some(broken) = first_break(&paragraph[start..], wrap_em) {
        line(start..start + broken.end, broken.width_em);
        start += broken.next;
    }
    // Trailing spaces of the last line count: that is where the caret stands.
    line(start..paragraph.len(), width_em(&paragraph[start..]));
}

/// Where a line ends and the next one starts, in bytes from the line's start.
struct Break {
    end: usize,
    width_em: f64,
    next: usize,
}

/// Where the first line of `text` breaks, if it does not fit. A break is between words, the spaces swallowed; else
/// before the letter that no longer fits, but never before the first.
fn first_break(text: &str, wrap_em: f64) -> Option<Break> {
    let is_space = |letter: char| letter == ' ' || letter == '\t';
    let mut between_words = None;
    let (mut width, mut shown_width, mut shown_end) = (0.0, 0.0, 0);
    let mut previous = None;
    for (at, letter) in text.char_indices() {
        let advance = advance_em(letter);
        if !is_space(letter) {
            let breakable = |other: char| is_space(other) || widths::breaks_anywhere(other);
            if previous.is_some_and(|other| breakable(other) || widths::breaks_anywhere(letter)) {
                between_words = Some(Break { end: shown_end, width_em: shown_width, next: at });
            }
            if at > 0 && advance > 0.0 && width + advance > wrap_em + 1e-9 {
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
