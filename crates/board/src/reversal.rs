//! How to take an edit back, as `docs/decisions/0003-undo.md` has it. Must not know who asks, nor what a board shows.

use std::collections::BTreeMap;
use std::sync::Arc;
use yrs::Any;

use crate::formats::TextFormat;
use crate::schema::{self, Entry, Stored};
use crate::texts::TextSplice;
use crate::{Shape, ShapeId};

/// What takes some edits back: opaque, made by [`crate::Board::apply`], used by [`crate::Board::revert`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reversal {
    /// Shapes do not depend on each other.
    shapes: BTreeMap<ShapeId, Undoing>,
}

/// What takes back what was done to one shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Undoing {
    /// In the order in which things were done; taken back from the end.
    pub(crate) steps: Vec<Step>,
    /// How the shape was seen before and after; none where that is not known of all the steps together.
    pub(crate) seen: Option<Seen>,
    /// The board shows already what will be: see [`crate::Board::foresee`].
    pub(crate) is_foreseen: bool,
}

/// How a shape was seen before something was done to it, and after: which reading of its values, as in [`Shape::read`], if it
/// was there. The same number means the same values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) before: Option<u64>,
    pub(crate) after: Option<u64>,
    /// The shape itself, if what was done removed it: it comes back without being read.
    pub(crate) gone: Option<Box<Shape>>,
}

impl Seen {
    /// Of two things done to a shape one after the other, if nothing happened to it between them.
    fn through(self, later: Seen) -> Option<Seen> {
        // What was changed and then removed is not what it was before.
        (self.after == later.before).then_some(Seen { before: self.before, after: later.after, gone: None })
    }
}

/// One thing to take back, with what it must look like for that.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Remove the shape if it is still this.
    Remove { id: ShapeId, entries: Vec<Entry> },
    /// Bring the shape back if there is none.
    Insert { id: ShapeId, entries: Vec<Entry> },
    /// Write `before` if the value is still `after`.
    Set { id: ShapeId, key: Arc<str>, before: Option<Stored>, after: Option<Stored> },
    /// Cut these chunks off the end of the stroke.
    CutInk { id: ShapeId, chunks: Vec<Any> },
    /// Put these chunks back at its end.
    AppendInk { id: ShapeId, chunks: Vec<Any> },
    /// Take the splice's letters away and put back what it took, wherever they are now.
    Text { id: ShapeId, splice: TextSplice },
    /// Say of letters what was said before, wherever they are now.
    Format { id: ShapeId, format: TextFormat },
}

impl Reversal {
    /// Whether it takes nothing back.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// How many shapes it touches.
    pub fn shapes(&self) -> usize {
        self.shapes.len()
    }

    /// Whether the first shape of both is the same: where shapes were changed together, all are.
    pub fn begins_like(&self, other: &Reversal) -> bool {
        self.shapes.keys().next() == other.shapes.keys().next()
    }

    /// Drops the removed shapes as they were: they are brought back from what was stored of them, and not foreseen.
    pub fn forget_shapes(&mut self) {
        self.shapes.values_mut().filter_map(|undoing| undoing.seen.as_mut()).for_each(|seen| seen.gone = None);
    }

    /// Makes one step of undo out of this and what was done after it: a stroke's chunks, a text's keystrokes.
    pub fn join(&mut self, later: Reversal) {
        for (id, later) in later.shapes {
            let seen = match self.shapes.get_mut(&id) {
                Some(known) => known.seen.take().zip(later.seen).and_then(|(seen, later)| seen.through(later)),
                None => later.seen,
            };
            later.steps.into_iter().for_each(|step| self.push(step));
            if let Some(known) = self.shapes.get_mut(&id) {
                known.seen = seen;
            }
        }
    }

    /// Adds what takes back something done after all this.
    pub(crate) fn push(&mut self, step: Step) {
        let id = step.id().clone();
        let Undoing { steps, .. } = self.shapes.entry(id.clone()).or_default();
        let apart = fold(steps, step);
        steps.extend(apart);
        if steps.is_empty() {
            self.shapes.remove(&id);
        }
    }

    /// What is done to each shape, by its id.
    pub(crate) fn by_shape(&self) -> impl Iterator<Item = (&ShapeId, &Undoing)> {
        self.shapes.iter()
    }

    /// The same, to take note of how it was seen.
    pub(crate) fn by_shape_mut(&mut self) -> impl Iterator<Item = (&ShapeId, &mut Undoing)> {
        self.shapes.iter_mut()
    }

    pub(crate) fn of_shape(&self, id: &ShapeId) -> Option<&Undoing> {
        self.shapes.get(id)
    }
}

impl Undoing {
    /// The keys whose values it sets, if that is all it does.
    pub(crate) fn keys(&self) -> Option<Vec<Arc<str>>> {
        let key = |step: &Step| match step {
            Step::Set { key, .. } => Some(Arc::clone(key)),
            _ => None,
        };
        self.steps.iter().map(key).collect()
    }
}

/// Folds a later step into an earlier one of the same shape, where both then take back together; else returns it.
fn fold(steps: &mut Vec<Step>, later: Step) -> Option<Step> {
    if let Some(index) = steps.iter().rposition(|step| matches!(step, Step::Remove { .. })) {
        if matches!(later, Step::Insert { .. }) {
            steps.truncate(index);
            return None;
        }
        if let Step::Text { splice: next, .. } = &later {
            return if joins_text(steps, next) { None } else { Some(later) };
        }
        let Step::Remove { entries, .. } = &mut steps[index] else { return Some(later) };
        return fold_into_birth(entries, later);
    }
    if let Step::Text { splice: next, .. } = &later {
        return if joins_text(steps, next) { None } else { Some(later) };
    }
    match (steps.iter_mut().rev().find(|step| step.key() == later.key()), later) {
        (Some(Step::Set { after, .. }), Step::Set { before, after: new, .. }) if *after == before => *after = new,
        (Some(Step::Set { after: Some(value), .. }), later) => return fold_into(value, later),
        (Some(Step::CutInk { chunks, .. }), Step::CutInk { chunks: new, .. }) => chunks.extend(new),
        (_, later) => return Some(later),
    }
    None
}

/// Folds a splice into the last step, where that is a splice too.
fn joins_text(steps: &mut Vec<Step>, next: &TextSplice) -> bool {
    let Some(Step::Text { splice, .. }) = steps.last_mut() else { return false };
    let joined = splice.join(next);
    if joined && splice.is_nothing() {
        steps.pop();
    }
    joined
}

impl Step {
    pub(crate) fn id(&self) -> &ShapeId {
        match self {
            Step::Remove { id, .. }
            | Step::Insert { id, .. }
            | Step::Set { id, .. }
            | Step::CutInk { id, .. }
            | Step::AppendInk { id, .. }
            | Step::Text { id, .. }
            | Step::Format { id, .. } => id,
        }
    }

    /// The one key it is about, if it is not about the whole shape.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Step::Set { key, .. } => Some(key),
            Step::CutInk { .. } | Step::AppendInk { .. } => Some(schema::INK),
            Step::Text { .. } | Step::Format { .. } => Some(schema::TEXT),
            Step::Remove { .. } | Step::Insert { .. } => None,
        }
    }
}

/// The shape was made in the same step of undo: it is removed as it is after `later`.
fn fold_into_birth(entries: &mut Vec<Entry>, later: Step) -> Option<Step> {
    let Some(key) = later.key().map(Arc::<str>::from) else { return Some(later) };
    let place = entries.binary_search_by(|entry| (*entry.key).cmp(&*key));
    match (later, place) {
        (Step::Set { id, key, before, after }, place) => {
            if place.ok().map(|index| &entries[index].value) != before.as_ref() {
                return Some(Step::Set { id, key, before, after });
            }
            match (place, after) {
                (Ok(index), Some(value)) => entries[index].value = value,
                (Ok(index), None) => drop(entries.remove(index)),
                (Err(index), Some(value)) => entries.insert(index, Entry { key, value }),
                (Err(_), None) => {}
            }
            None
        }
        (later, Ok(index)) => fold_into(&mut entries[index].value, later),
        (later, Err(_)) => Some(later),
    }
}

/// A stroke that was written in the same step of undo: it is what it is after `later`.
fn fold_into(value: &mut Stored, later: Step) -> Option<Step> {
    match (value, later) {
        (Stored::List(all), Step::CutInk { chunks, .. }) => all.extend(chunks),
        (_, later) => return Some(later),
    }
    None
}
