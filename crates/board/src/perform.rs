//! Carries out edits and reversals on the Y types, and says how each is taken back. Knows the schema; must not know
//! what a board shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use scene::text::Mark;
use yrs::types::text::TextPrelim;
use yrs::{Any, Array, ArrayPrelim, In, Map, MapPrelim, MapRef, Out, Text, TextRef, TransactionMut};

use crate::formats::{self, TextFormat};
use crate::reversal::{Reversal, Step};
use crate::rich::{self, Content};
use crate::schema::{self, Entry, Stored};
use crate::texts::{self, Restored, Splice, TextSplice, borders};
use crate::{Edit, Kind, NewShape, ShapeId, clamp, field, ink};

/// One transaction on the root map.
pub(crate) struct Performer<'a, 'doc> {
    pub(crate) txn: &'a mut TransactionMut<'doc>,
    pub(crate) root: &'a MapRef,
    /// How to take back what was done.
    pub(crate) undo: Reversal,
    /// Steps that were left alone because a peer had changed what they would have changed.
    pub(crate) kept: usize,
    /// Which letters undo has brought back.
    pub(crate) restored: &'a mut Restored,
}

impl Performer<'_, '_> {
    pub(crate) fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Insert { id, shape } => {
                if self.map(id).is_none() {
                    self.insert(id, &entries(shape));
                }
            }
            Edit::Set { id, field } => {
                let (key, value) = field::stored(field);
                if let Some(map) = self.map(id) {
                    let is_default = value.is_none() || value == field::default_of(key);
                    let before = self.stored(&map, key);
                    if !(is_default && before.is_none()) {
                        self.put_over(id, &map, key, before, value.map(Stored::Plain));
                    }
                }
            }
            Edit::Remove { id } => self.remove(id),
            Edit::AppendInk { id, points } => {
                if !points.is_empty() {
                    self.append_ink(id, vec![Any::Buffer(ink::encode(points).into())]);
                }
            }
            Edit::SpliceText { id, at_utf16, delete_utf16, insert } => {
                self.replace_text(id, *at_utf16, *delete_utf16, insert, None);
            }
            Edit::InsertText { id, at_utf16, insert, look } => {
                self.replace_text(id, *at_utf16, 0, insert, Some(rich::attrs_of(look)));
            }
            Edit::FormatText { id, at_utf16, length_utf16, mark } => {
                self.format(id, (*at_utf16, *length_utf16), mark);
            }
        }
    }

    /// Takes back what was done to one shape, from the end. A shape that was made, and that a peer has changed since
    /// (other than its text, where everybody's letters are told apart), stays whole.
    pub(crate) fn revert_shape(&mut self, steps: &[Step]) {
        if let [birth, later @ ..] = steps
            && let Step::Remove { id, entries } = birth
            && !later.is_empty()
            && let Some(map) = self.map(id)
        {
            let is_left = |entry: &&Entry| later.iter().all(|step| step.key() != Some(&*entry.key));
            let now = schema::capture(self.txn, &map);
            if !now.iter().filter(is_left).eq(entries.iter().filter(is_left)) {
                self.kept += 1;
                return;
            }
        }
        steps.iter().rev().for_each(|step| self.revert(step));
    }

    /// Takes one step back, if what it would change is still as it was left.
    fn revert(&mut self, step: &Step) {
        match step {
            Step::Remove { id, entries } => match self.map(id) {
                Some(map) if schema::capture(self.txn, &map) == *entries => self.remove(id),
                Some(_) => self.kept += 1,
                None => {}
            },
            Step::Insert { id, entries } => match self.map(id) {
                None => self.insert(id, entries),
                Some(_) => self.kept += 1,
            },
            Step::Set { id, key, before, after } => match self.map(id) {
                Some(map) => match self.stored(&map, key) {
                    now if now == *after => self.put_over(id, &map, key, now, before.clone()),
                    _ => self.kept += 1,
                },
                None => self.kept += 1,
            },
            Step::CutInk { id, chunks } => self.cut_ink(id, chunks),
            Step::AppendInk { id, chunks } => match self.map(id) {
                Some(_) => self.append_ink(id, chunks.clone()),
                None => self.kept += 1,
            },
            Step::Text { id, splice } => self.unsplice(id, splice),
            Step::Format { id, format } => self.unformat(id, format),
        }
    }

    /// Makes up to `max_shapes` shapes that differ as `wanted` has them, and removes those that it has not.
    pub(crate) fn restore(&mut self, wanted: &BTreeMap<String, Vec<Entry>>, max_shapes: usize) {
        let present: Vec<String> = self.root.keys(self.txn).map(str::to_owned).collect();
        let superfluous = present.iter().filter(|id| !wanted.contains_key(*id));
        let mut left = max_shapes;
        for id in superfluous.chain(wanted.keys()).filter_map(|id| ShapeId::parse(id)) {
            if left == 0 {
                return;
            }
            let steps = self.undo.shapes();
            match (self.map(&id), wanted.get(id.as_str())) {
                (Some(map), Some(entries)) => self.restore_shape(&id, &map, entries),
                (Some(_), None) => self.remove(&id),
                (None, Some(entries)) => self.insert(&id, entries),
                (None, None) => {}
            }
            left -= usize::from(self.undo.shapes() > steps);
        }
    }

    fn restore_shape(&mut self, id: &ShapeId, map: &MapRef, wanted: &[Entry]) {
        let present = schema::capture(self.txn, map);
        for entry in present.iter().filter(|entry| !wanted.iter().any(|kept| kept.key == entry.key)) {
            self.put(id, map, &entry.key, None);
        }
        for Entry { key, value } in wanted {
            match (self.stored(map, key), value) {
                (Some(Stored::Text(before)), Stored::Text(after)) if **key == *schema::TEXT => {
                    let splice = between(&before, after);
                    self.splice(id, map, &Content::plain(before), &splice);
                }
                _ => self.put(id, map, key, Some(value.clone())),
            }
        }
    }

    fn map(&self, id: &ShapeId) -> Option<MapRef> {
        schema::shape_map(self.txn, self.root, id.as_str())
    }

    fn stored(&self, map: &MapRef, key: &str) -> Option<Stored> {
        map.get(self.txn, key).map(|value| schema::stored(self.txn, &value))
    }

    fn insert(&mut self, id: &ShapeId, entries: &[Entry]) {
        let map = self.root.insert(self.txn, id.as_str(), MapPrelim::default());
        for entry in entries {
            write(self.txn, &map, Arc::clone(&entry.key), &entry.value);
        }
        let entries = self.written(&map, entries);
        self.undo.push(Step::Remove { id: id.clone(), entries });
    }

    /// What a new shape's map holds after these were written, as [`schema::capture`] finds it.
    fn written(&self, map: &MapRef, entries: &[Entry]) -> Vec<Entry> {
        let reads_back = |entry: &Entry| !matches!(entry.value, Stored::Rich(_) | Stored::Other(_));
        if !entries.iter().all(reads_back) {
            return schema::capture(self.txn, map);
        }
        let mut written = entries.to_vec();
        written.sort_by(|one, next| one.key.cmp(&next.key));
        // As words: a number that is not equal to itself is the same all the same.
        debug_assert_eq!(format!("{written:?}"), format!("{:?}", schema::capture(self.txn, map)));
        written
    }

    fn remove(&mut self, id: &ShapeId) {
        if let Some(map) = self.map(id) {
            let entries = schema::capture(self.txn, &map);
            self.root.remove(self.txn, id.as_str());
            self.undo.push(Step::Insert { id: id.clone(), entries });
        }
    }

    fn put(&mut self, id: &ShapeId, map: &MapRef, key: &str, value: Option<Stored>) {
        let before = self.stored(map, key);
        self.put_over(id, map, key, before, value);
    }

    /// Writes a value in the place of `before`, which is what is there.
    fn put_over(&mut self, id: &ShapeId, map: &MapRef, key: &str, before: Option<Stored>, value: Option<Stored>) {
        if before == value {
            return;
        }
        match &value {
            Some(value) => write(self.txn, map, schema::shared(key), value),
            None => drop(map.remove(self.txn, key)),
        }
        self.undo.push(Step::Set { id: id.clone(), key: schema::shared(key), before, after: value });
    }

    fn append_ink(&mut self, id: &ShapeId, chunks: Vec<Any>) {
        let Some(map) = self.map(id) else { return };
        let Some(Out::YArray(list)) = map.get(self.txn, schema::INK) else {
            return self.put(id, &map, schema::INK, Some(Stored::List(chunks)));
        };
        let end = list.len(self.txn);
        list.insert_range(self.txn, end, chunks.clone());
        self.undo.push(Step::CutInk { id: id.clone(), chunks });
    }

    fn cut_ink(&mut self, id: &ShapeId, chunks: &[Any]) {
        let list = self.map(id).and_then(|map| map.get(self.txn, schema::INK));
        let Some(Out::YArray(list)) = list else { return self.kept += 1 };
        let length = list.len(self.txn);
        let count = u32::try_from(chunks.len()).expect("chunks of one gesture");
        let at = length.saturating_sub(count);
        let tail = list.iter(self.txn).skip(at as usize);
        if length < count || !tail.eq(chunks.iter().map(|chunk| Out::Any(chunk.clone()))) {
            return self.kept += 1;
        }
        list.remove_range(self.txn, at, count);
        self.undo.push(Step::AppendInk { id: id.clone(), chunks: chunks.to_vec() });
    }

    /// The shape's Y.Text, and what it says.
    fn text(&self, map: &MapRef) -> (Option<TextRef>, Content) {
        match map.get(self.txn, schema::TEXT) {
            Some(Out::YText(text)) => {
                let content = Content::read(self.txn, &text);
                (Some(text), content)
            }
            Some(Out::Any(Any::String(text))) => (None, Content::plain(text.to_string())),
            _ => (None, Content::default()),
        }
    }

    fn replace_text(&mut self, id: &ShapeId, at: u32, delete: u32, insert: &str, attrs: Option<yrs::types::Attrs>) {
        let Some(map) = self.map(id) else { return };
        let (_, before) = self.text(&map);
        let splice = Splice::within(&before.text, at, delete, insert, attrs);
        self.splice(id, &map, &before, &splice);
    }

    fn splice(&mut self, id: &ShapeId, map: &MapRef, before: &Content, splice: &Splice) {
        if splice.is_nothing() {
            return;
        }
        let Some(text) = self.text(map).0 else {
            return self.put(id, map, schema::TEXT, Some(Stored::from(splice.applied_to_content(before))));
        };
        let splice = splice.perform(self.txn, &text, before);
        self.undo.push(Step::Text { id: id.clone(), splice });
    }

    fn unsplice(&mut self, id: &ShapeId, splice: &TextSplice) {
        let Some((Some(text), before)) = self.map(id).map(|map| self.text(&map)) else {
            return self.kept += 1;
        };
        let (done, found) = texts::take_back(self.txn, &text, &before, splice, self.restored);
        self.kept += usize::from(!found);
        done.into_iter().for_each(|splice| self.undo.push(Step::Text { id: id.clone(), splice }));
    }

    fn format(&mut self, id: &ShapeId, (at, length): (u32, u32), mark: &Mark) {
        let Some(map) = self.map(id) else { return };
        let (text, content) = self.text(&map);
        let range = borders(&content.text, at, length);
        let (key, value) = rich::stored(mark);
        let Some(text) = text else {
            // What is stored as a plain string becomes a text that can be said something of.
            if range.0 == range.1 || value == Any::Null {
                return;
            }
            let said = yrs::types::Attrs::from([(key.into(), value)]);
            return self.put(id, &map, schema::TEXT, Some(Stored::from(content.said(range, &said))));
        };
        if let Some(format) = formats::perform(self.txn, &text, &content, range, key, &value) {
            self.undo.push(Step::Format { id: id.clone(), format });
        }
    }

    fn unformat(&mut self, id: &ShapeId, format: &TextFormat) {
        let Some((Some(text), _)) = self.map(id).map(|map| self.text(&map)) else {
            return self.kept += 1;
        };
        let (done, found) = formats::take_back(self.txn, &text, format, self.restored);
        self.kept += usize::from(!found);
        done.into_iter().for_each(|format| self.undo.push(Step::Format { id: id.clone(), format }));
    }
}

/// The smallest splice that makes `to` out of `from`.
fn between(from: &str, to: &str) -> Splice {
    let same = |(one, other): &(char, char)| one == other;
    let units = |text: &str| text.encode_utf16().count() as u32;
    let head: usize = from.chars().zip(to.chars()).take_while(same).map(|(letter, _)| letter.len_utf8()).sum();
    let (from_rest, to_rest) = (&from[head..], &to[head..]);
    let tail = from_rest.chars().rev().zip(to_rest.chars().rev()).take_while(same);
    let tail: usize = tail.map(|(letter, _)| letter.len_utf8()).sum();
    let (gone, new) = (&from_rest[..from_rest.len() - tail], &to_rest[..to_rest.len() - tail]);
    Splice::within(from, units(&from[..head]), units(gone), new, None)
}

fn write(txn: &mut TransactionMut, map: &MapRef, key: Arc<str>, value: &Stored) {
    match value {
        Stored::Plain(value) => drop(map.insert(txn, key, value.clone())),
        Stored::Text(text) => drop(map.insert(txn, key, TextPrelim::new(text.clone()))),
        Stored::Rich(pieces) => {
            let text = map.insert(txn, key, TextPrelim::default());
            let mut end = 0;
            for piece in pieces {
                text.insert_with_attributes(txn, end, &piece.text, piece.attrs.clone());
                end += rich::length_utf16(&piece.text);
            }
        }
        Stored::List(values) => {
            let list = map.insert(txn, key, ArrayPrelim::default());
            list.insert_range(txn, 0, values.clone());
        }
        Stored::Other(value) => drop(map.insert::<_, In>(txn, key, In::clone(value))),
    }
}

/// What a new shape writes, in a fixed order: what is default is left out.
fn entries(shape: &NewShape) -> Vec<Entry> {
    let mut entries = vec![entry(schema::KIND, Stored::Plain(Any::from(shape.kind.name())))];
    for field in &shape.fields {
        let (key, value) = field::stored(field);
        entries.retain(|entry| *entry.key != *key);
        if let Some(value) = value
            && field::default_of(key) != Some(value.clone())
        {
            entries.push(entry(key, Stored::Plain(value)));
        }
    }
    if shape.kind == Kind::Text || !shape.text.is_empty() {
        let text = clamp::text(&shape.text);
        entries.push(entry(schema::TEXT, Stored::from(Content::of(text, &shape.spans))));
    }
    if shape.kind == Kind::Ink || !shape.ink.is_empty() {
        let chunks = (!shape.ink.is_empty()).then(|| Any::Buffer(ink::encode(&shape.ink).into()));
        entries.push(entry(schema::INK, Stored::List(chunks.into_iter().collect())));
    }
    for unknown in &shape.unknown {
        if !entries.iter().any(|entry| entry.key == unknown.key) {
            entries.push(unknown.clone());
        }
    }
    entries
}

fn entry(key: &str, value: Stored) -> Entry {
    Entry { key: schema::shared(key), value }
}
