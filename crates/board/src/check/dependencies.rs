//! What the structs of an update hang on: what must be known before, what lies outside, and whether the update's own
//! structs can be applied one after the other. Must not know bytes.

use std::collections::BTreeSet;

use super::structs::{Id, Kind, Parent, Record, Section, Structs};
use super::{CheckError, DEPTH_MAX};
use crate::Clocks;

pub(super) struct Dependencies {
    pub(super) needs: Clocks,
    pub(super) covers: Clocks,
    pub(super) parents: Vec<Id>,
    /// An order in which all structs can be applied.
    pub(super) runs: Vec<Run>,
}

/// Structs of one section that can be applied one after the other.
pub(super) struct Run {
    /// Which section, by its number.
    pub(super) section: usize,
    pub(super) clock_start: u32,
    /// The section's end is beyond every clock.
    pub(super) clock_end: u32,
}

/// A struct that waits for another client's struct in the same update.
struct Wait {
    clock: u32,
    /// Which section, by its number, and which clock of it.
    on: (usize, u32),
}

impl Dependencies {
    pub(super) fn of(structs: &Structs) -> Result<Self, CheckError> {
        let mut found = Self { needs: Clocks::new(), covers: Clocks::new(), parents: Vec::new(), runs: Vec::new() };
        for (client, section) in &structs.sections {
            found.read_extent(*client, section);
        }
        let numbers: Vec<u64> = structs.sections.keys().copied().collect();
        let mut waits: Vec<Vec<Wait>> = Vec::with_capacity(numbers.len());
        for (client, section) in &structs.sections {
            let mut own = Vec::new();
            for record in &section.records {
                for (other, clock) in record.needs() {
                    if other == *client && clock >= record.clock {
                        return Err(CheckError::Cycle);
                    }
                    match structs.sections.get(&other).and_then(|section| holder(section, clock)) {
                        None => found.needs.raise(other, clock + 1),
                        Some(_) if other == *client => {}
                        Some(_) => {
                            let number = numbers.binary_search(&other).expect("it has a section");
                            own.push(Wait { clock: record.clock, on: (number, clock) });
                        }
                    }
                }
                found.read_parent(structs, record)?;
            }
            waits.push(own);
        }
        found.runs = order(&waits)?;
        check_depth(structs)?;
        found.parents.sort_unstable();
        found.parents.dedup();
        Ok(found)
    }

    /// A deletion of what the update does not bring needs it known.
    pub(super) fn deletes_up_to(&mut self, client: u64, end: u32) {
        if end > self.covers.get(client) {
            self.needs.raise(client, end);
        }
    }

    /// A section builds on all that comes before it, and its last struct on all the gaps inside it.
    fn read_extent(&mut self, client: u64, section: &Section) {
        let mut known = section.start();
        let mut pending = known;
        for record in &section.records {
            match record.kind {
                Kind::Skip => pending = record.end(),
                _ => {
                    known = pending.max(known);
                    self.covers.raise(client, record.end());
                }
            }
        }
        if section.records.iter().any(|record| record.kind != Kind::Skip) {
            self.needs.raise(client, known);
        }
    }

    fn read_parent(&mut self, structs: &Structs, record: &Record) -> Result<(), CheckError> {
        let Parent::Item(id) = record.parent else { return Ok(()) };
        self.parents.push(id);
        match structs.sections.get(&id.0).and_then(|section| holder(section, id.1)) {
            Some(parent) if parent.kind == Kind::Leaf => Err(CheckError::Parent),
            _ => Ok(()),
        }
    }
}

/// The struct in a section that brings a clock; a gap brings nothing.
fn holder(section: &Section, clock: u32) -> Option<&Record> {
    section.find(clock).map(|index| &section.records[index]).filter(|record| record.kind != Kind::Skip)
}

/// How the sections can be worked off together, each from its start, no struct before what it waits for.
fn order(waits: &[Vec<Wait>]) -> Result<Vec<Run>, CheckError> {
    // How many of its waits each section is past; it stands at the clock of its next one.
    let mut past = vec![0; waits.len()];
    let stands_at =
        |past: &[usize], section: usize| waits[section].get(past[section]).map_or(u32::MAX, |wait| wait.clock);
    let mut runs = Vec::new();
    let mut applied_to = vec![0; waits.len()];
    let mut stuck: BTreeSet<(usize, u32, usize)> = BTreeSet::new();
    let mut ready: Vec<usize> = (0..waits.len()).collect();
    while let Some(section) = ready.pop() {
        while let Some(wait) = waits[section].get(past[section]) {
            let (on, clock) = wait.on;
            if applied_to[on] <= clock {
                stuck.insert((on, clock, section));
                break;
            }
            past[section] += 1;
        }
        let clock_end = stands_at(&past, section);
        if clock_end > applied_to[section] {
            runs.push(Run { section, clock_start: applied_to[section], clock_end });
            applied_to[section] = clock_end;
        }
        let freed = (section, 0, 0)..(section, clock_end, 0);
        let woken: Vec<_> = stuck.range(freed).copied().collect();
        for wait in woken {
            stuck.remove(&wait);
            ready.push(wait.2);
        }
    }
    if stuck.is_empty() { Ok(runs) } else { Err(CheckError::Cycle) }
}

/// Whether shared types lie too deep in each other, counted from where the update begins to nest them.
fn check_depth(structs: &Structs) -> Result<(), CheckError> {
    let types = structs.sections.values().flat_map(|section| &section.records).filter(|one| one.kind == Kind::Type);
    if types.count() <= DEPTH_MAX {
        return Ok(());
    }
    let sections: Vec<(&u64, &Section)> = structs.sections.iter().collect();
    let locate = |id: Id| -> Option<(usize, usize)> {
        let number = sections.binary_search_by_key(&id.0, |(client, _)| **client).ok()?;
        Some((number, sections[number].1.find(id.1)?))
    };
    // How many types each struct lies in; zero while unknown.
    let mut depths: Vec<Vec<u8>> = sections.iter().map(|(_, section)| vec![0; section.records.len()]).collect();
    let mut trail: Vec<((usize, usize), u8)> = Vec::new();
    for (number, (_, section)) in sections.iter().enumerate() {
        for index in 0..section.records.len() {
            let mut at = Some((number, index));
            let mut depth = 1;
            while let Some(place) = at {
                let known = depths[place.0][place.1];
                if known > 0 {
                    depth = known;
                    break;
                }
                let record = &sections[place.0].1.records[place.1];
                let (next, deeper) = match record.parent {
                    Parent::Root => (None, 0),
                    Parent::Item(id) => (locate(id), 1),
                    Parent::OfOrigin => (record.origin.or(record.right_origin).and_then(locate), 0),
                };
                trail.push((place, if next.is_some() { deeper } else { 0 }));
                at = next;
            }
            while let Some((place, deeper)) = trail.pop() {
                depth += deeper;
                if usize::from(depth) > DEPTH_MAX {
                    return Err(CheckError::Depth);
                }
                depths[place.0][place.1] = depth;
            }
        }
    }
    Ok(())
}
