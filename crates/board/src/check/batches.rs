//! Cuts an update of very many clients into pieces: yrs recurses once for every client whose structs are used up, which
//! the sessions of a long-lived board's years would take past the end of the stack.

use std::collections::BTreeMap;
use std::ops::Range;

use super::dependencies::Run;
use super::structs::{Section, Structs};
use super::write_number;

/// The most clients in one piece.
pub(super) const CLIENTS_MAX: usize = 2_048;

/// The pieces, each complete once those before it are applied; the last one has the deletions.
pub(super) fn split(bytes: &[u8], deletions: &[u8], structs: &Structs, runs: &[Run]) -> Vec<Vec<u8>> {
    let sections: Vec<(&u64, &Section)> = structs.sections.iter().collect();
    let mut batches = Vec::new();
    // The structs of each section in the current piece, by their numbers. A section goes on where it stopped, so what
    // is added to it follows what is there.
    let mut batch: BTreeMap<usize, Range<usize>> = BTreeMap::new();
    for run in runs {
        let records = &sections[run.section].1.records;
        let number_of = |clock: u32| records.partition_point(|record| record.clock < clock);
        let (start, end) = (number_of(run.clock_start), number_of(run.clock_end));
        if start == end {
            continue;
        }
        if batch.len() == CLIENTS_MAX && !batch.contains_key(&run.section) {
            batches.push(write(bytes, &sections, std::mem::take(&mut batch), &[0]));
        }
        batch.entry(run.section).or_insert(start..start).end = end;
    }
    batches.push(write(bytes, &sections, batch, deletions));
    batches
}

fn write(
    bytes: &[u8],
    sections: &[(&u64, &Section)],
    batch: BTreeMap<usize, Range<usize>>,
    deletions: &[u8],
) -> Vec<u8> {
    let mut piece = Vec::new();
    write_number(&mut piece, batch.len() as u64);
    for (number, range) in batch {
        let (client, section) = sections[number];
        let first = &section.records[range.start];
        let end = section.records.get(range.end).map_or(section.bytes_end, |record| record.bytes_start);
        write_number(&mut piece, range.len() as u64);
        write_number(&mut piece, *client);
        write_number(&mut piece, u64::from(first.clock));
        piece.extend_from_slice(&bytes[first.bytes_start..end]);
    }
    piece.extend_from_slice(deletions);
    piece
}
