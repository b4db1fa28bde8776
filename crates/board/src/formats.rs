//! Saying something of letters, and taking it back letter by letter: where nobody has said something else since
//! (`docs/decisions/0033-rich-text.md`). Must not know what is shown of it.

use std::sync::Arc;

use yrs::types::Attrs;
use yrs::{Any, Text, TextRef, TransactionMut};

use crate::rich::Content;
use crate::texts::{Restored, Run, digest, place, runs, unit};

/// One thing that was said of letters, and what had been said of them before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextFormat {
    key: Arc<str>,
    /// Null where it was said no longer.
    after: Any,
    /// In order, where what had been said differs from `after`.
    parts: Vec<Part>,
    /// Of the letters.
    digest: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    at_utf16: u32,
    length_utf16: u32,
    units: Vec<Run>,
    before: Any,
}

/// Says `value` of a stretch of a text that is now `content`. None: it was so already.
pub(crate) fn perform(
    txn: &mut TransactionMut,
    text: &TextRef,
    content: &Content,
    (start, end): (u32, u32),
    key: &str,
    value: &Any,
) -> Option<TextFormat> {
    let mut parts = vec![];
    for (at, piece) in content.places() {
        let (from, to) = (at.max(start), (at + crate::rich::length_utf16(&piece.text)).min(end));
        let before = piece.attrs.get(key).cloned().unwrap_or(Any::Null);
        if from < to && before != *value {
            let units = runs((from..to).filter_map(|at| unit(txn, text, at)));
            parts.push(Part { at_utf16: from, length_utf16: to - from, units, before });
        }
    }
    if parts.is_empty() {
        return None;
    }
    for part in &parts {
        say(txn, text, (part.at_utf16, part.at_utf16 + part.length_utf16), key, value);
    }
    Some(TextFormat { key: key.into(), after: value.clone(), parts, digest: digest(&content.text) })
}

/// Takes it back wherever the letters are now, unless something else has been said of them since. Answers with what was
/// done, and whether any of it was still so.
pub(crate) fn take_back(
    txn: &mut TransactionMut,
    text: &TextRef,
    format: &TextFormat,
    restored: &Restored,
) -> (Vec<TextFormat>, bool) {
    let content = Content::read(txn, text);
    let is_same = digest(&content.text) == format.digest;
    let mut done = vec![];
    for part in &format.parts {
        let mut places: Vec<u32> = match is_same {
            true => (part.at_utf16..part.at_utf16 + part.length_utf16).collect(),
            false => {
                let units = part.units.iter().flat_map(|run| run.units());
                units.filter_map(|unit| place(txn, text, restored.now(unit))).collect()
            }
        };
        places.sort_unstable();
        for (at, piece) in content.places() {
            if piece.attrs.get(&format.key).unwrap_or(&Any::Null) != &format.after {
                continue;
            }
            let end = at + crate::rich::length_utf16(&piece.text);
            let within =
                &places[places.partition_point(|place| *place < at)..places.partition_point(|place| *place < end)];
            for stretch in within.chunk_by(|one, next| one + 1 == *next) {
                let range = (stretch[0], stretch[0] + stretch.len() as u32);
                done.extend(perform(txn, text, &content, range, &format.key, &part.before));
            }
        }
    }
    let found = !done.is_empty();
    (done, found)
}

fn say(txn: &mut TransactionMut, text: &TextRef, (start, end): (u32, u32), key: &str, value: &Any) {
    text.format(txn, start, end - start, Attrs::from([(Arc::from(key), value.clone())]));
}
