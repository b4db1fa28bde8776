//! Whose structs lie in which of a root's entries: who wrote there. Must not know bytes, nor what the entries are.

use std::collections::BTreeSet;

use super::DEPTH_MAX;
use super::structs::{Id, Kind, Parent, Section, Structs};
use crate::Clocks;

/// An entry of a root, by the item that it is, and a client that wrote in it.
pub(crate) type Written = (Id, u64);

/// A struct, by the number of its section and its place there.
type Place = (usize, usize);

/// What clients wrote beyond what is known. What was collected is nobody's: nothing says where it lay.
pub(super) fn of(structs: &Structs, known: &Clocks) -> BTreeSet<Written> {
    let mut places = Places::of(structs);
    let mut written = BTreeSet::new();
    for number in 0..places.sections.len() {
        let (client, section) = places.sections[number];
        for (index, record) in section.records.iter().enumerate() {
            if record.kind != Kind::Skip
                && record.end() > known.get(client)
                && let Some(entry) = places.entry((number, index))
            {
                written.insert((entry, client));
            }
        }
    }
    written
}

/// The structs of an update, and where each lies as far as that was asked.
struct Places<'a> {
    sections: Vec<(u64, &'a Section)>,
    parents: Vec<Vec<Option<Parent>>>,
    count: usize,
}

impl<'a> Places<'a> {
    fn of(structs: &'a Structs) -> Self {
        let sections: Vec<(u64, &Section)> = structs.sections.iter().map(|(client, of)| (*client, of)).collect();
        let parents = sections.iter().map(|(_, section)| vec![None; section.records.len()]).collect();
        Self { sections, parents, count: structs.count }
    }

    fn locate(&self, (client, clock): Id) -> Option<Place> {
        let number = self.sections.binary_search_by_key(&client, |(client, _)| *client).ok()?;
        Some((number, self.sections[number].1.find(clock)?))
    }

    /// The root's entry that a struct lies in, or is.
    fn entry(&mut self, mut at: Place) -> Option<Id> {
        for _ in 0..=DEPTH_MAX {
            match self.parent(at) {
                Parent::Root => {
                    let (client, section) = self.sections[at.0];
                    return Some((client, section.records[at.1].clock));
                }
                Parent::Item(id) => at = self.locate(id)?,
                Parent::OfOrigin => return None,
            }
        }
        None
    }

    /// What a struct lies in: its own word, or that of what stands beside it. `OfOrigin` where that is not there.
    fn parent(&mut self, place: Place) -> Parent {
        let (mut trail, mut at) = (Vec::new(), place);
        let found = loop {
            if let Some(known) = self.parents[at.0][at.1] {
                break known;
            }
            trail.push(at);
            let record = &self.sections[at.0].1.records[at.1];
            if record.parent != Parent::OfOrigin {
                break record.parent;
            }
            match record.origin.or(record.right_origin).and_then(|id| self.locate(id)) {
                // Steps of one update never lead in a circle once it was checked; an unchecked one ends here.
                Some(next) if trail.len() < self.count => at = next,
                _ => break Parent::OfOrigin,
            }
        };
        for (number, index) in trail {
            self.parents[number][index] = Some(found);
        }
        found
    }
}
