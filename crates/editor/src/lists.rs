//! Lists as they are typed: what follows of itself when somebody begins an item, goes on to the next or ends the list, and
//! what turns paragraphs into items and back. Knows letters only.

use std::ops::Range;

use scene::text::{BULLET, Marker, marker_of};

use crate::splice::Splice;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// With bullets.
    Bullets,
    /// With numbers.
    Numbers,
}

impl ListKind {
    fn of(marker: Marker) -> Self {
        if marker.number.is_some() { ListKind::Numbers } else { ListKind::Bullets }
    }
}

/// The paragraph around a byte, without its line break.
fn paragraph(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    start..end
}

/// What follows when `typed` has just been typed before the byte `caret`. From the end, so that each can be applied as it is.
pub(crate) fn completed(text: &str, caret: usize, typed: &str) -> Vec<Splice> {
    match typed {
        " " => {
            let start = paragraph(text, caret).start;
            let begins = matches!(&text[start..caret], "- " | "* ");
            if begins { vec![Splice::new(start, 1, BULLET.trim_end())] } else { vec![] }
        }
        "\n" => next_item(text, caret),
        _ => vec![],
    }
}

fn next_item(text: &str, caret: usize) -> Vec<Splice> {
    let Some(end) = caret.checked_sub(1) else { return vec![] };
    let before = paragraph(text, end).start..end;
    let Some(marker) = marker_of(&text[before.clone()]) else { return vec![] };
    if before.len() == marker.length && paragraph(text, caret).is_empty() {
        // An item without letters ends the list.
        return vec![Splice::new(before.start, marker.length + 1, "")];
    }
    let written = match marker.number {
        None => BULLET.to_owned(),
        Some(number) => format!("{}. ", number.saturating_add(1)),
    };
    let mut splices = vec![Splice::new(caret, 0, &written)];
    if let Some(number) = marker.number {
        let next = paragraph(text, caret).end + 1;
        splices.extend(renumbered(text, next, number.saturating_add(1), number.saturating_add(2)));
    }
    splices.reverse();
    splices
}

/// Numbers that counted on to an item that has gone, count on to what is left. From the end.
pub(crate) fn recounted(before: &str, after: &str) -> Vec<Splice> {
    let Some(change) = Splice::between(before, after) else { return vec![] };
    let (gone, came) = (whole_item(before, change.range()), change.insert());
    let first = paragraph(before, gone.start);
    let marker_end = first.start + marker_of(&before[first.clone()]).map_or(usize::MAX / 2, |marker| marker.length);
    // Who corrects a number a letter at a time has not removed an item.
    let is_marker = gone.start == first.start && gone.end >= marker_end;
    if came.contains('\n') || !(is_marker || before[gone.clone()].contains('\n')) {
        return vec![];
    }
    let is_whole = before[..gone.end].ends_with('\n');
    let next = if is_whole { gone.end } else { paragraph(before, gone.end).end + 1 };
    let number = |text: &str, at: usize| marker_of(&text[paragraph(text, at)])?.number;
    let last = |text: &str, next: usize| next.checked_sub(1).and_then(|at| number(text, at));
    let Some(counted) = (next < before.len()).then(|| number(before, next)).flatten() else { return vec![] };
    if last(before, next).map(|last| last.saturating_add(1)) != Some(counted) {
        return vec![];
    }
    // Behind what is no item the numbers go on as if the first that went were the next.
    let freed = paragraphs(before, first.start..next.saturating_sub(1)).find_map(|item| number(before, item.start));
    let now = next - gone.len() + came.len();
    let expected = last(after, now).map(|last| last.saturating_add(1)).or(freed).unwrap_or(counted);
    let mut splices = renumbered(after, now, counted, expected);
    splices.reverse();
    splices
}

/// The same letters gone, from the start of a paragraph where that is as good: of `12` after `11`, which 1 went?
fn whole_item(before: &str, gone: Range<usize>) -> Range<usize> {
    let mut moved = gone.clone();
    while paragraph(before, moved.start).start != moved.start {
        let last = |text: &str| text.chars().next_back();
        let Some(letter) = last(&before[..moved.start]).filter(|letter| Some(*letter) == last(&before[moved.clone()]))
        else {
            return gone;
        };
        moved = moved.start - letter.len_utf8()..moved.end - letter.len_utf8();
    }
    moved
}

/// Numbers that count on from `counted` count on from `expected` instead.
fn renumbered(text: &str, mut at: usize, mut counted: u32, mut expected: u32) -> Vec<Splice> {
    let mut splices = vec![];
    while at < text.len() && counted != expected {
        let item = paragraph(text, at);
        let Some(Marker { number: Some(number), .. }) = marker_of(&text[item.clone()]) else { break };
        if number != counted {
            break;
        }
        splices.push(Splice::new(item.start, number.to_string().len(), &expected.to_string()));
        (counted, expected) = (counted.saturating_add(1), expected.saturating_add(1));
        at = item.end + 1;
    }
    splices
}

/// What all paragraphs of a part are.
pub(crate) fn kind_of(text: &str, part: Range<usize>) -> Option<ListKind> {
    let mut kinds = paragraphs(text, part).map(|item| marker_of(&text[item]).map(ListKind::of));
    let first = kinds.next().flatten()?;
    kinds.all(|kind| kind == Some(first)).then_some(first)
}

/// Makes the paragraphs of a part items of such a list, or no items if all are. From the end.
pub(crate) fn toggled(text: &str, part: Range<usize>, kind: ListKind) -> Vec<Splice> {
    let is_so = kind_of(text, part.clone()) == Some(kind);
    let mut splices: Vec<Splice> = paragraphs(text, part)
        .zip(1..)
        .map(|(item, number)| {
            let length = marker_of(&text[item.clone()]).map_or(0, |marker| marker.length);
            let written = match kind {
                _ if is_so => String::new(),
                ListKind::Bullets => BULLET.to_owned(),
                ListKind::Numbers => format!("{number}. "),
            };
            Splice::new(item.start, length, &written)
        })
        .collect();
    splices.reverse();
    splices
}

fn paragraphs(text: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = Some(part.start);
    std::iter::from_fn(move || {
        let item = paragraph(text, at?);
        at = Some(item.end + 1).filter(|next| *next <= part.end && *next <= text.len());
        Some(item)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, splices: Vec<Splice>) -> String {
        let mut text = text.to_owned();
        splices.iter().for_each(|splice| splice.apply(&mut text));
        text
    }

    #[test]
    fn what_follows_of_itself() {
        // The caret is at the bar.
        let cases = [
            ("- |", " ", "• "),
            ("a\n* |b", " ", "a\n• b"),
            ("a - |", " ", "a - "),
            ("• milk\n|", "\n", "• milk\n• "),
            ("• milk\n|eggs", "\n", "• milk\n• eggs"),
            ("• milk\n• \n|", "\n", "• milk\n"),
            ("1. a\n|\n2. b\n3. c\n9. d", "\n", "1. a\n2. \n3. b\n4. c\n9. d"),
            ("9. a\n|", "\n", "9. a\n10. "),
            ("plain\n|", "\n", "plain\n"),
            ("\n|", "\n", "\n"),
            ("- x|", "x", "- x"),
        ];
        for (case, typed, expected) in cases {
            let caret = case.find('|').expect("a caret");
            let text = case.replace('|', "");
            assert_eq!(applied(&text, completed(&text, caret, typed)), expected, "{case:?}");
        }
    }

    #[test]
    fn numbers_are_counted_on_when_an_item_goes() {
        let cases = [
            ("1. a\n2. b\n3. c\n4. d", "1. a\n3. c\n4. d", "1. a\n2. c\n3. d"),
            // The first goes, the last goes, all but the first go.
            ("1. a\n2. b\n3. c", "2. b\n3. c", "1. b\n2. c"),
            ("1. a\n2. b\n3. c", "1. a\n2. b", "1. a\n2. b"),
            ("1. a\n2. b\n3. c\n4. d", "1. a\n4. d", "1. a\n2. d"),
            // Two become one, by what is between them.
            ("1. a\n2. b\n3. c", "1. ab\n3. c", "1. ab\n2. c"),
            ("1. a\n2. bb\n3. cc\n4. d", "1. a\n2. bc\n4. d", "1. a\n2. bc\n3. d"),
            // An item that is none any longer.
            ("1. a\n2. b\n3. c", "1. a\nb\n3. c", "1. a\nb\n2. c"),
            ("text\n5. a\n6. b\n7. c", "text\n6. b\n7. c", "text\n5. b\n6. c"),
            // What did not count on, stays.
            ("1. a\n2. b\n7. c", "1. a\n7. c", "1. a\n7. c"),
            ("1. a\n2. b\n3. c", "1. a\n. b\n3. c", "1. a\n. b\n3. c"),
            ("1. a\n2. b\n3. c", "1. a\n2. \n3. c", "1. a\n2. \n3. c"),
            ("• a\n• b\n1. c", "• a\n1. c", "• a\n1. c"),
            ("10. a\n11. b\n12. c", "10. a\n12. c", "10. a\n11. c"),
            ("a\nb", "", ""),
        ];
        for (before, after, expected) in cases {
            assert_eq!(applied(after, recounted(before, after)), expected, "{before:?} to {after:?}");
        }
    }

    #[test]
    fn paragraphs_become_items_and_back() {
        let cases = [
            ("a\nb", 0..3, ListKind::Bullets, "• a\n• b"),
            ("a\nb\nc", 2..2, ListKind::Numbers, "a\n1. b\nc"),
            ("• a\n• b", 0..9, ListKind::Bullets, "a\nb"),
            ("• a\nb", 0..7, ListKind::Bullets, "• a\n• b"),
            ("• a\n1. b", 0..8, ListKind::Numbers, "1. a\n2. b"),
            ("", 0..0, ListKind::Bullets, "• "),
            ("a\n", 0..2, ListKind::Numbers, "1. a\n2. "),
        ];
        for (text, part, kind, expected) in cases {
            assert_eq!(applied(text, toggled(text, part, kind)), expected, "{text:?}");
        }
    }
}
