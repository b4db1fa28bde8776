//! The advance widths behind [`super::layout`]: the bundled fonts' tables, and what stands in where a font has no
//! glyph. Must not read a font: the tables are generated (`tests/widths.rs`; the bold one's header says how) and committed.

use std::sync::OnceLock;

use super::{Face, Font};

/// In the order of [`Font::ALL`].
const TABLES: [&str; Font::ALL.len()] = [
    include_str!("../../../../assets/fonts/boardwalk-sans.widths"),
    include_str!("../../../../assets/fonts/boardwalk-hand.widths"),
    include_str!("../../../../assets/fonts/boardwalk-serif.widths"),
    include_str!("../../../../assets/fonts/boardwalk-mono.widths"),
];
const BOLD: &str = include_str!("../../../../assets/fonts/boardwalk-sans-bold.widths");
/// What a letter of code takes: all the same.
const CODE_EM: f64 = 0.6;
/// What a letter outside the table takes; browsers draw it from some other font.
const ELSEWHERE_EM: f64 = 0.6;
/// A tab is this many spaces, wherever it stands.
const TAB_SPACES: f64 = 4.0;

pub(super) struct Table {
    pub(super) ascent_em: f64,
    pub(super) descent_em: f64,
    units_per_em: f64,
    /// First letter of a run of neighbouring letters, and their advances in font units; ascending.
    runs: Vec<(u32, Vec<u16>)>,
}

pub(super) fn table(font: Font) -> &'static Table {
    static PARSED: [OnceLock<Table>; Font::ALL.len()] = [const { OnceLock::new() }; Font::ALL.len()];
    PARSED[font as usize].get_or_init(|| Table::parse(TABLES[font as usize]))
}

/// What a letter of this face takes. Slanted letters are upright ones, slanted.
pub(super) fn advance_em(letter: char, face: Face) -> f64 {
    static BOLD_PARSED: OnceLock<Table> = OnceLock::new();
    match (face.code, face.bold) {
        (true, _) if letter == '\t' => TAB_SPACES * CODE_EM,
        (true, _) if is_unseen(letter) => 0.0,
        (true, _) if breaks_anywhere(letter) => 1.0,
        (true, _) => CODE_EM,
        // Of the others browsers make the bold letters, as wide as the plain ones.
        (false, true) if face.font == Font::Sans => BOLD_PARSED.get_or_init(|| Table::parse(BOLD)).advance_em(letter),
        (false, _) => table(face.font).advance_em(letter),
    }
}

impl Table {
    fn parse(text: &str) -> Self {
        let mut table = Self { ascent_em: 0.0, descent_em: 0.0, units_per_em: 1.0, runs: Vec::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, rest) = line.split_once(' ').expect("a test reads the committed table: every line has a name");
            let number =
                || f64::from(rest.parse::<i32>().expect("a test reads the committed table: its header is numbers"));
            match name {
                "units_per_em" => table.units_per_em = number(),
                "ascent" => table.ascent_em = number() / table.units_per_em,
                "descent" => table.descent_em = number() / table.units_per_em,
                start => table.runs.push((
                    u32::from_str_radix(start, 16).expect("a test reads the committed table: runs start with a letter"),
                    rest.split(' ').map(|width| width.parse().expect("a test reads the committed table")).collect(),
                )),
            }
        }
        table
    }

    pub(super) fn advance_em(&self, letter: char) -> f64 {
        if letter == '\t' {
            return TAB_SPACES * self.advance_em(' ');
        }
        if let Some(units) = self.units(u32::from(letter)) {
            return f64::from(units) / self.units_per_em;
        }
        match letter {
            letter if is_unseen(letter) => 0.0,
            letter if breaks_anywhere(letter) => 1.0,
            _ => ELSEWHERE_EM,
        }
    }

    fn units(&self, letter: u32) -> Option<u16> {
        let after = self.runs.partition_point(|(start, _)| *start <= letter);
        let (start, widths) = self.runs.get(after.checked_sub(1)?)?;
        widths.get((letter - start) as usize).copied()
    }
}

/// Joiners, variation selectors, combining marks and controls: they take no room of their own.
fn is_unseen(letter: char) -> bool {
    matches!(u32::from(letter),
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f
        | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2064 | 0x20d0..=0x20ff
        | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xfeff | 0x1f3fb..=0x1f3ff | 0xe0000..=0xe01ef)
}

/// East Asian wide letters and emoji: one em each, and a line may break on either side.
pub(super) fn breaks_anywhere(letter: char) -> bool {
    matches!(u32::from(letter),
        0x1100..=0x115f | 0x231a..=0x231b | 0x23e9..=0x23ec | 0x25fd..=0x25fe | 0x2614..=0x2615 | 0x2648..=0x2653
        | 0x26a1 | 0x26bd..=0x26be | 0x26c4..=0x26c5 | 0x26d4 | 0x26ea | 0x26f2..=0x26f5 | 0x26fa | 0x26fd | 0x2705
        | 0x270a..=0x270b | 0x2728 | 0x274c | 0x274e | 0x2753..=0x2757 | 0x2795..=0x2797 | 0x27b0 | 0x2b1b..=0x2b1c
        | 0x2b50 | 0x2b55 | 0x2e80..=0x303e | 0x3041..=0x33ff | 0x3400..=0x4dbf | 0x4e00..=0xa4cf | 0xa960..=0xa97c
        | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f7e0..=0x1f7eb | 0x1f900..=0x1f9ff | 0x1fa70..=0x1faff
        | 0x20000..=0x3fffd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_and_out_of_the_table() {
        let table = table(Font::Sans);
        let em = |letter| table.advance_em(letter);
        assert!(em('i') < em('m') && em('m') < 1.1);
        assert_eq!(em('\t'), 4.0 * em(' '));
        assert_eq!((em('漢'), em('\u{200d}'), em('\u{10a0}')), (1.0, 0.0, ELSEWHERE_EM));
        assert!(table.ascent_em > 0.7 && table.descent_em > 0.1 && table.ascent_em + table.descent_em < 1.5);
    }
}
