//! Small changes of texts: the least that makes one of another, and two people's at once. Knows no shapes.

/// `delete` bytes at byte `at` are replaced by `insert`. Never splits a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Splice {
    at: usize,
    delete: usize,
    insert: String,
}

/// The same, counted as Y.Text and browsers count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Utf16Splice {
    pub(crate) at: u32,
    pub(crate) delete: u32,
    pub(crate) insert: String,
}

impl Splice {
    pub(crate) fn new(at: usize, delete: usize, insert: &str) -> Self {
        Splice { at, delete, insert: insert.to_owned() }
    }

    /// The smallest one that turns `before` into `after` and ends at byte `caret` of it, where one does: of several equal
    /// letters it is the one at the caret that came or went.
    pub(crate) fn ending_at(before: &str, after: &str, caret: usize) -> Option<Splice> {
        let tail = after.len().checked_sub(caret).filter(|_| after.is_char_boundary(caret));
        let kept = tail.and_then(|tail| before.len().checked_sub(tail)).filter(|kept| before.is_char_boundary(*kept));
        let Some(kept) = kept.filter(|kept| before[*kept..] == after[caret..]) else {
            return Splice::between(before, after);
        };
        // What is not the same before the caret was typed.
        let same: usize = before[..kept]
            .chars()
            .zip(after[..caret].chars())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len_utf8())
            .sum();
        let splice = Splice { at: same, delete: kept - same, insert: after[same..caret].to_owned() };
        (splice.delete > 0 || !splice.insert.is_empty()).then_some(splice)
    }

    /// The smallest one that turns `before` into `after`, if they differ.
    pub(crate) fn between(before: &str, after: &str) -> Option<Splice> {
        if before == after {
            return None;
        }
        let same = |(a, b): &(char, char)| a == b;
        let length = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs.take_while(|pair| same(pair)).map(|(a, _)| a.len_utf8()).sum()
        };
        let start = length(&mut before.chars().zip(after.chars()));
        let (before, after) = (&before[start..], &after[start..]);
        let end = length(&mut before.chars().rev().zip(after.chars().rev()));
        Some(Splice { at: start, delete: before.len() - end, insert: after[..after.len() - end].to_owned() })
    }

    /// This one, to be applied after `other`, where both were made on the same text. What both delete is gone once, and
    /// what either inserts stays.
    pub(crate) fn after(&self, other: &Splice) -> Vec<Splice> {
        let (start, end) = (self.at, self.at + self.delete);
        let (other_start, other_end) = (other.at, other.at + other.delete);
        let moved = |at: usize| at - other_end + other_start + other.insert.len();
        if end <= other_start {
            return vec![self.clone()];
        }
        if start >= other_end {
            return vec![Splice { at: moved(start), ..self.clone() }];
        }
        // The later part first, so that it does not move the earlier one.
        let tail = end.saturating_sub(other_end);
        let tail = Splice { at: moved(other_end), delete: tail, insert: String::new() };
        let head = match start < other_start {
            true => Splice { at: start, delete: other_start - start, insert: self.insert.clone() },
            false => Splice { at: moved(other_end), delete: 0, insert: self.insert.clone() },
        };
        vec![tail, head].into_iter().filter(|splice| splice.delete > 0 || !splice.insert.is_empty()).collect()
    }

    /// Applies it to the text it was made for.
    pub(crate) fn apply(&self, text: &mut String) {
        text.replace_range(self.at..self.at + self.delete, &self.insert);
    }

    /// The bytes that go.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.at..self.at + self.delete
    }

    /// What comes.
    pub(crate) fn insert(&self) -> &str {
        &self.insert
    }

    /// Counted in UTF-16 units of the text it was made for.
    pub(crate) fn in_utf16(&self, text: &str) -> Utf16Splice {
        let units = |part: &str| part.encode_utf16().count() as u32;
        Utf16Splice {
            at: units(&text[..self.at]),
            delete: units(&text[self.at..self.at + self.delete]),
            insert: self.insert.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Splice;

    #[test]
    fn the_smallest_change() {
        let table = [
            ("", "a", (0, 0, "a")),
            ("abc", "abxc", (2, 0, "x")),
            ("aaa", "aa", (2, 1, "")),
            ("a😀b", "a😃b", (1, 2, "😃")),
            ("😀x", "😀y", (2, 1, "y")),
        ];
        for (before, after, (at, delete, insert)) in table {
            let splice = Splice::between(before, after).expect("they differ").in_utf16(before);
            assert_eq!((splice.at, splice.delete, splice.insert.as_str()), (at, delete, insert), "{before} {after}");
        }
    }

    #[test]
    fn of_equal_letters_the_one_at_the_caret() {
        let table = [
            ("hello", "helllo", 4, (3, 0, "l")),
            ("hello", "helllo", 3, (2, 0, "l")),
            ("aaa", "aa", 0, (0, 1, "")),
            ("aaa", "aa", 1, (1, 1, "")),
            ("aaa", "aa", 9, (2, 1, "")),
            ("ab", "axb", 0, (1, 0, "x")),
            ("one two", "one 2", 5, (4, 3, "2")),
        ];
        for (before, after, caret, (at, delete, insert)) in table {
            let splice = Splice::ending_at(before, after, caret).expect("they differ");
            assert_eq!(splice, Splice::new(at, delete, insert), "{before} {after} {caret}");
        }
        assert_eq!(Splice::ending_at("a", "a", 1), None);
    }

    #[test]
    fn both_peoples_words_stay() {
        let table = [
            ("hello", "hello you", "oh hello", "oh hello you"),
            ("abc", "abXc", "abYc", "abXYc"),
            ("abcdef", "af", "abXdef", "aXf"),
            ("abcdef", "aXf", "abcdYef", "aXYf"),
            ("abcdef", "abcXf", "aYef", "aYXf"),
        ];
        for (base, mine, theirs, expected) in table {
            let both = merged(base, mine, theirs);
            assert_eq!(both, expected, "{base}: {mine} | {theirs}");
        }
    }

    fn merged(base: &str, mine: &str, theirs: &str) -> String {
        let mut text = theirs.to_owned();
        let Some(mine) = Splice::between(base, mine) else { return text };
        let splices = match Splice::between(base, theirs) {
            Some(theirs) => mine.after(&theirs),
            None => vec![mine],
        };
        for splice in splices {
            splice.apply(&mut text);
        }
        text
    }

    proptest! {
        #[test]
        fn any_three_texts_merge(base in "[ab😀]{0,8}", mine in "[abc😀]{0,8}", theirs in "[abd😀]{0,8}") {
            let both = merged(&base, &mine, &theirs);
            prop_assert_eq!(both.matches('c').count(), mine.matches('c').count());
            prop_assert_eq!(both.matches('d').count(), theirs.matches('d').count());
            prop_assert_eq!(merged(&base, &mine, &base), mine.clone());
            prop_assert_eq!(merged(&base, &base, &theirs), theirs.clone());
        }
    }
}
