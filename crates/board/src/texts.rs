//! Splices of a shape's text, and taking them back letter by letter, so that two people who type in one text each undo
//! their own (`docs/decisions/0003-undo.md`). Must not know tools, sessions or what a text looks like.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use yrs::types::Attrs;
use yrs::{Assoc, ClientID, ID, IndexedSequence, ReadTxn, StickyIndex, Text, TextRef, TransactionMut};

use crate::rich::{Content, Piece, length_utf16};

/// Letters that undo brought back, which are remembered under their old names; beyond it all are forgotten.
const RESTORED_MAX: usize = 100_000;

/// The name of one UTF-16 unit for good: who wrote it, and when.
pub(crate) type Unit = (u64, u32);

/// Names in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    client: u64,
    clock: u32,
    length: u32,
}

impl Run {
    pub(crate) fn units(self) -> impl Iterator<Item = Unit> {
        (self.clock..self.clock + self.length).map(move |clock| (self.client, clock))
    }
}

/// Which units undo has written anew, by the names that they had before.
#[derive(Debug, Default)]
pub(crate) struct Restored(HashMap<Unit, Unit>);

impl Restored {
    /// The name that a unit has now.
    pub(crate) fn now(&self, mut unit: Unit) -> Unit {
        while let Some(next) = self.0.get(&unit) {
            unit = *next;
        }
        unit
    }

    fn add(&mut self, before: &[Run], after: &[Run]) {
        if self.0.len() > RESTORED_MAX {
            self.0.clear();
        }
        let after = after.iter().flat_map(|run| run.units());
        self.0.extend(before.iter().flat_map(|run| run.units()).zip(after));
    }
}

/// A splice that was made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextSplice {
    at_utf16: u32,
    /// With what was said of it.
    removed: Vec<Piece>,
    removed_units: Vec<Run>,
    inserted: Vec<Run>,
    /// The unit that followed.
    right: Option<Unit>,
    /// The unit that went before.
    left: Option<Unit>,
    /// Of the text before and after it.
    before: u64,
    after: u64,
}

impl TextSplice {
    /// Makes one splice of this and the next, where that takes back the same: typing on, and deleting what was just typed.
    pub(crate) fn join(&mut self, next: &TextSplice) -> bool {
        if self.after != next.before {
            return false;
        }
        let Some(last) = self.inserted.last().copied() else { return false };
        let end = last.clock + last.length;
        let inserted = self.at_utf16 + self.inserted.iter().map(|run| run.length).sum::<u32>();
        let Some(last) = self.inserted.last_mut() else { return false };
        if let ([], [new]) = (&next.removed[..], &next.inserted[..]) {
            let types_on = (last.client, end) == (new.client, new.clock) && next.at_utf16 == inserted;
            if types_on {
                last.length += new.length;
                self.after = next.after;
            }
            return types_on;
        }
        let ([gone], []) = (&next.removed_units[..], &next.inserted[..]) else { return false };
        let takes_back = gone.client == last.client && gone.clock >= last.clock && gone.clock + gone.length == end;
        if takes_back {
            last.length -= gone.length;
            self.inserted.retain(|run| run.length > 0);
            self.after = next.after;
        }
        takes_back
    }

    /// It took nothing and left nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.removed.is_empty() && self.inserted.is_empty()
    }
}

/// Letters to be written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// What is said of them and nothing else; none is what is said of the letter before.
    pub(crate) attrs: Option<Attrs>,
}

/// A replacement of a stretch of text, on letter borders.
pub(crate) struct Splice {
    pub(crate) at_utf16: u32,
    pub(crate) delete_utf16: u32,
    pub(crate) insert: Vec<Written>,
}

impl Splice {
    /// `attrs` as in [`Written`].
    pub(crate) fn within(text: &str, at_utf16: u32, delete_utf16: u32, insert: &str, attrs: Option<Attrs>) -> Self {
        let (start, end) = borders(text, at_utf16, delete_utf16);
        let insert = match insert {
            "" => vec![],
            insert => vec![Written { text: insert.to_owned(), attrs }],
        };
        Self { at_utf16: start, delete_utf16: end - start, insert }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.delete_utf16 == 0 && self.insert.is_empty()
    }

    pub(crate) fn applied_to(&self, text: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        let start = (self.at_utf16 as usize).min(units.len());
        let end = (start + self.delete_utf16 as usize).min(units.len());
        let mut whole = String::from_utf16_lossy(&units[..start]);
        self.insert.iter().for_each(|written| whole.push_str(&written.text));
        whole + &String::from_utf16_lossy(&units[end..])
    }

    /// What a text says afterwards that is made anew.
    pub(crate) fn applied_to_content(&self, before: &Content) -> Content {
        let mut content = Content::default();
        let written =
            |written: &Written| Piece { text: written.text.clone(), attrs: written.attrs.clone().unwrap_or_default() };
        let end = self.at_utf16 + self.delete_utf16;
        let pieces = before.part(0, self.at_utf16).into_iter().chain(self.insert.iter().map(written));
        pieces.chain(before.part(end, u32::MAX)).for_each(|piece| content.push(piece));
        content
    }

    /// Carries it out on a text that is now `before`.
    pub(crate) fn perform(&self, txn: &mut TransactionMut, text: &TextRef, before: &Content) -> TextSplice {
        let end = self.at_utf16 + self.delete_utf16;
        let left = self.at_utf16.checked_sub(1).and_then(|at| unit(txn, text, at));
        let right = unit(txn, text, end);
        let removed_units = runs((self.at_utf16..end).filter_map(|at| unit(txn, text, at)));
        if self.delete_utf16 > 0 {
            text.remove_range(txn, self.at_utf16, self.delete_utf16);
        }
        let mut inserted = Vec::with_capacity(self.insert.len());
        let mut at = self.at_utf16;
        for written in self.insert.iter().filter(|written| !written.text.is_empty()) {
            match &written.attrs {
                None => text.insert(txn, at, &written.text),
                Some(attrs) => text.insert_with_attributes(txn, at, &written.text, attrs.clone()),
            }
            let length = length_utf16(&written.text);
            // Letters that are written at once have names in a row.
            inserted.extend(unit(txn, text, at).map(|(client, clock)| Run { client, clock, length }));
            at += length;
        }
        TextSplice {
            at_utf16: self.at_utf16,
            removed: if end > self.at_utf16 { before.part(self.at_utf16, end) } else { vec![] },
            removed_units,
            inserted,
            right,
            left,
            before: digest(&before.text),
            after: digest(&self.applied_to(&before.text)),
        }
    }
}

/// Takes a splice back; `before` is what the text is now. Answers with the splices that were made, and whether anything
/// of it was still there to take back.
pub(crate) fn take_back(
    txn: &mut TransactionMut,
    text: &TextRef,
    before: &Content,
    splice: &TextSplice,
    restored: &mut Restored,
) -> (Vec<TextSplice>, bool) {
    let removed = || splice.removed.iter().map(Piece::as_it_was).collect();
    if digest(&before.text) == splice.after {
        // Nobody came between: the place is the place.
        let delete_utf16 = splice.inserted.iter().map(|run| run.length).sum();
        let back = Splice { at_utf16: splice.at_utf16, delete_utf16, insert: removed() };
        let done = back.perform(txn, text, before);
        restored.add(&splice.removed_units, &done.inserted);
        return (vec![done], true);
    }
    let mut done = vec![];
    let units = splice.inserted.iter().flat_map(|run| run.units());
    let mut own: Vec<u32> = units.filter_map(|unit| place(txn, text, restored.now(unit))).collect();
    own.sort_unstable();
    for stretch in own.chunk_by(|one, next| one + 1 == *next).rev() {
        let cut = Splice { at_utf16: stretch[0], delete_utf16: stretch.len() as u32, insert: vec![] };
        let now = Content::read(txn, text);
        done.push(cut.perform(txn, text, &now));
    }
    if !splice.removed.is_empty()
        && let Some(at_utf16) = place_of_removed(txn, text, splice, restored)
    {
        let back = Splice { at_utf16, delete_utf16: 0, insert: removed() };
        let now = Content::read(txn, text);
        let made = back.perform(txn, text, &now);
        restored.add(&splice.removed_units, &made.inserted);
        done.push(made);
    }
    let found = !done.is_empty();
    (done, found)
}

impl Piece {
    fn as_it_was(&self) -> Written {
        Written { text: self.text.clone(), attrs: Some(self.attrs.clone()) }
    }
}

/// The name of the unit at a place.
pub(crate) fn unit<T: ReadTxn>(txn: &T, text: &TextRef, at_utf16: u32) -> Option<Unit> {
    let place = text.sticky_index(txn, at_utf16, Assoc::After)?;
    place.id().map(|id| (id.client.get(), id.clock))
}

/// Where what was removed belongs: before what followed it, else after what went before it, else where it was.
fn place_of_removed(txn: &TransactionMut, text: &TextRef, splice: &TextSplice, restored: &Restored) -> Option<u32> {
    let seen = |unit: Option<Unit>| place(txn, text, restored.now(unit?));
    let grave = || offset(txn, text, splice.removed_units.first()?.units().next()?, Assoc::After);
    seen(splice.right).or_else(|| Some(seen(splice.left)? + 1)).or_else(grave)
}

/// Where a unit is, if it is still seen.
pub(crate) fn place(txn: &TransactionMut, text: &TextRef, unit: Unit) -> Option<u32> {
    let (before, after) = (offset(txn, text, unit, Assoc::After)?, offset(txn, text, unit, Assoc::Before)?);
    // A deleted unit takes no room.
    (after == before + 1).then_some(before)
}

pub(crate) fn offset<T: ReadTxn>(txn: &T, text: &TextRef, (client, clock): Unit, assoc: Assoc) -> Option<u32> {
    let offset = StickyIndex::from_id(ID::new(ClientID::new(client), clock), assoc).get_offset(txn)?;
    let branch: &yrs::branch::Branch = text.as_ref();
    // The unit of a text that is gone, and made anew under the same key, is not in this one.
    (offset.branch.id() == branch.id()).then_some(offset.index)
}

pub(crate) fn runs(units: impl Iterator<Item = Unit>) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![];
    for (client, clock) in units {
        match runs.last_mut() {
            Some(run) if run.client == client && run.clock + run.length == clock => run.length += 1,
            _ => runs.push(Run { client, clock, length: 1 }),
        }
    }
    runs
}

pub(crate) fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A stretch of a text on letter borders, in UTF-16 units.
pub(crate) fn borders(text: &str, at_utf16: u32, length_utf16: u32) -> (u32, u32) {
    let start = border(text, at_utf16);
    (start, border(text, at_utf16.saturating_add(length_utf16)).max(start))
}

/// The last letter border at or before a UTF-16 position, in UTF-16 units.
fn border(text: &str, position_utf16: u32) -> u32 {
    let mut units = 0;
    for letter in text.chars() {
        let next = units + letter.len_utf16() as u32;
        if next > position_utf16 {
            break;
        }
        units = next;
    }
    units
}
