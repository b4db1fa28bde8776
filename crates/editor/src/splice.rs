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
