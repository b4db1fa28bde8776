//! Splices of a shape's text, and taking them back letter by letter, so that two people who type in one text each undo
//! their own (`docs/decisions/0003-undo.md`). Must not know tools, sessions or what a text looks like.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use yrs::{Assoc, ClientID, ID, IndexedSequence, ReadTxn, StickyIndex, Text, TextRef, TransactionMut};

/// Letters that undo brought back, which are remembered under their old names; beyond it all are forgotten.
const RESTORED_MAX: usize = 100_000;

/// The name of one UTF-16 unit for good: who wrote it, and when.
type Unit = (u64, u32);

/// Names in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    client: u64,
    clock: u32,
    length: u32,
}

impl Run {
    fn units(self) -> impl Iterator<Item = Unit> {
        (self.clock..self.clock + self.length).map(move |clock| (self.client, clock))
    }
}

/// Which units undo has written anew, by the names that they had before.
#[derive(Debug, Default)]
pub(crate) struct Restored(HashMap<Unit, Unit>);

impl Restored {
    /// The name that a unit has now.
    fn now(&self, mut unit: Unit) -> Unit {
        while let Some(next) = self.0.get(&unit) {
            unit = *next;
        }
        unit
    }

    fn add(&mut self, before: &[Run], after: Run) {
        if self.0.len() > RESTORED_MAX {
            self.0.clear();
        }
        self.0.extend(before.iter().flat_map(|run| run.units()).zip(after.units()));
    }
}

/// A splice that was made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextSplice {
    at_utf16: u32,
    removed: Arc<str>,
    removed_units: Vec<Run>,
    inserted: Run,
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
        let end = self.inserted.clock + self.inserted.length;
        let types_on = next.removed.is_empty()
            && self.inserted.length > 0
            && (self.inserted.client, end) == (next.inserted.client, next.inserted.clock)
            && next.at_utf16 == self.at_utf16 + self.inserted.length;
        if types_on {
            self.inserted.length += next.inserted.length;
            self.after = next.after;
            return true;
        }
        let [gone] = next.removed_units[..] else { return false };
        let takes_back = next.inserted.length == 0
            && gone.client == self.inserted.client
            && gone.clock >= self.inserted.clock
            && gone.clock + gone.length == end;
        if takes_back {
            self.inserted.length -= gone.length;
            self.after = next.after;
        }
        takes_back
    }

    /// It took nothing and left nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.removed.is_empty() && self.inserted.length == 0
    }
}

/// A replacement of a stretch of text, on letter borders.
pub(crate) struct Splice {
    pub(crate) at_utf16: u32,
    pub(crate) delete_utf16: u32,
    pub(crate) insert: Arc<str>,
}

impl Splice {
    pub(crate) fn within(text: &str, at_utf16: u32, delete_utf16: u32, insert: &str) -> Self {
        let start = border(text, at_utf16);
        let end = border(text, at_utf16.saturating_add(delete_utf16)).max(start);
        Self { at_utf16: start, delete_utf16: end - start, insert: insert.into() }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.delete_utf16 == 0 && self.insert.is_empty()
    }

    /// The text before, what goes, and the text after it.
    fn cut(&self, text: &str) -> [String; 3] {
        let units: Vec<u16> = text.encode_utf16().collect();
        let length = units.len();
        let start = (self.at_utf16 as usize).min(length);
        let end = (start + self.delete_utf16 as usize).min(length);
        [&units[..start], &units[start..end], &units[end..]].map(String::from_utf16_lossy)
    }

    pub(crate) fn applied_to(&self, text: &str) -> String {
        let [head, _, tail] = self.cut(text);
        head + &self.insert + &tail
    }

    /// Carries it out on a text that now says `before`.
    pub(crate) fn perform(&self, txn: &mut TransactionMut, text: &TextRef, before: &str) -> TextSplice {
        let unit = |txn: &TransactionMut, at: u32| {
            let place = text.sticky_index(txn, at, Assoc::After)?;
            place.id().map(|id| (id.client.get(), id.clock))
        };
        let end = self.at_utf16 + self.delete_utf16;
        let left = self.at_utf16.checked_sub(1).and_then(|at| unit(txn, at));
        let right = unit(txn, end);
        let removed_units = runs((self.at_utf16..end).filter_map(|at| unit(txn, at)));
        if self.delete_utf16 > 0 {
            text.remove_range(txn, self.at_utf16, self.delete_utf16);
        }
        let clock = txn.store().get_local_state();
        if !self.insert.is_empty() {
            text.insert(txn, self.at_utf16, &self.insert);
        }
        let length = txn.store().get_local_state() - clock;
        let [head, removed, tail] = self.cut(before);
        TextSplice {
            at_utf16: self.at_utf16,
            removed: removed.into(),
            removed_units,
            inserted: Run { client: txn.doc().client_id().get(), clock, length },
            right,
            left,
            before: digest(before),
            after: digest(&(head + &self.insert + &tail)),
        }
    }
}

/// Takes a splice back; `before` is what the text says now. Answers with the splices that were made, and whether anything
/// of it was still there to take back.
pub(crate) fn take_back(
    txn: &mut TransactionMut,
    text: &TextRef,
    before: String,
    splice: &TextSplice,
    restored: &mut Restored,
) -> (Vec<TextSplice>, bool) {
    if digest(&before) == splice.after {
        // Nobody came between: the place is the place.
        let back =
            Splice { at_utf16: splice.at_utf16, delete_utf16: splice.inserted.length, insert: splice.removed.clone() };
        let done = back.perform(txn, text, &before);
        restored.add(&splice.removed_units, done.inserted);
        return (vec![done], true);
    }
    let mut now = before;
    let mut done = vec![];
    let mut own: Vec<u32> = splice.inserted.units().filter_map(|unit| place(txn, text, restored.now(unit))).collect();
    own.sort_unstable();
    for stretch in own.chunk_by(|one, next| one + 1 == *next).rev() {
        let cut = Splice { at_utf16: stretch[0], delete_utf16: stretch.len() as u32, insert: "".into() };
        done.push(cut.perform(txn, text, &now));
        now = cut.applied_to(&now);
    }
    if !splice.removed.is_empty()
        && let Some(at_utf16) = place_of_removed(txn, text, splice, restored)
    {
        let back = Splice { at_utf16, delete_utf16: 0, insert: splice.removed.clone() };
        let made = back.perform(txn, text, &now);
        restored.add(&splice.removed_units, made.inserted);
        done.push(made);
    }
    let found = !done.is_empty();
    (done, found)
}

/// Where what was removed belongs: before what followed it, else after what went before it, else where it was.
fn place_of_removed(txn: &TransactionMut, text: &TextRef, splice: &TextSplice, restored: &Restored) -> Option<u32> {
    let seen = |unit: Option<Unit>| place(txn, text, restored.now(unit?));
    let grave = || offset(txn, text, splice.removed_units.first()?.units().next()?, Assoc::After);
    seen(splice.right).or_else(|| Some(seen(splice.left)? + 1)).or_else(grave)
}

/// Where a unit is, if it is still seen.
fn place(txn: &TransactionMut, text: &TextRef, unit: Unit) -> Option<u32> {
    let (before, after) = (offset(txn, text, unit, Assoc::After)?, offset(txn, text, unit, Assoc::Before)?);
    // A deleted unit takes no room.
    (after == before + 1).then_some(before)
}

fn offset(txn: &TransactionMut, text: &TextRef, (client, clock): Unit, assoc: Assoc) -> Option<u32> {
    let offset = StickyIndex::from_id(ID::new(ClientID::new(client), clock), assoc).get_offset(txn)?;
    let branch: &yrs::branch::Branch = text.as_ref();
    // The unit of a text that is gone, and made anew under the same key, is not in this one.
    (offset.branch.id() == branch.id()).then_some(offset.index)
}

fn runs(units: impl Iterator<Item = Unit>) -> Vec<Run> {
    let mut runs: Vec<Run> = vec![];
    for (client, clock) in units {
        match runs.last_mut() {
            Some(run) if run.client == client && run.clock + run.length == clock => run.length += 1,
            _ => runs.push(Run { client, clock, length: 1 }),
        }
    }
    runs
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
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
