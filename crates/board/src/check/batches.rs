//! Cuts an update into pieces that are complete one after the other. Of very many clients, since yrs recurses once for
//! every client whose structs are used up, which the sessions of a long-lived board's years would take past the end of
//! the stack; of very many structs, so that a browser's page can answer between them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::dependencies::Run;
use super::structs::{Section, Structs};
use super::write_number;

/// The most clients in one piece.
pub(super) const CLIENTS_MAX: usize = 2_048;

/// How large a piece may be; a single struct always fits.
pub(crate) struct Piece {
    pub(crate) structs_max: usize,
    pub(crate) bytes_max: usize,
}

impl Piece {
    /// Only the clients count.
    pub(super) const OF_ANY_SIZE: Self = Self { structs_max: usize::MAX, bytes_max: usize::MAX };
}

/// The pieces, each complete once those before it are applied; the last one has the deletions.
pub(super) fn split(bytes: &[u8], deletions: &[u8], structs: &Structs, runs: &[Run], size: &Piece) -> Vec<Vec<u8>> {
    let sections: Vec<(&u64, &Section)> = structs.sections.iter().collect();
    let mut batches = Vec::new();
    // The structs of each section in the current piece, by their numbers. A section goes on where it stopped, so what
    // is added to it follows what is there.
    let mut batch: BTreeMap<usize, Range<usize>> = BTreeMap::new();
    let (mut batch_structs, mut batch_bytes) = (0, 0);
    for run in runs {
        let records = &sections[run.section].1.records;
        let number_of = |clock: u32| records.partition_point(|record| record.clock < clock);
        let (start, end) = (number_of(run.clock_start), number_of(run.clock_end));
        for (number, record) in records.iter().enumerate().take(end).skip(start) {
            let struct_bytes = bytes_end(sections[run.section].1, number) - record.bytes_start;
            let is_new_client = !batch.contains_key(&run.section);
            let is_full = batch_structs == size.structs_max
                || batch_bytes + struct_bytes > size.bytes_max
                || (is_new_client && batch.len() == CLIENTS_MAX);
            if is_full && !batch.is_empty() {
                batches.push(write(bytes, &sections, std::mem::take(&mut batch), &[0]));
                (batch_structs, batch_bytes) = (0, 0);
            }
            batch.entry(run.section).or_insert(number..number).end = number + 1;
            batch_structs += 1;
            batch_bytes += struct_bytes;
        }
    }
    batches.push(write(bytes, &sections, batch, deletions));
    batches
}

/// Where a struct's bytes end.
fn bytes_end(section: &Section, number: usize) -> usize {
    section.records.get(number + 1).map_or(section.bytes_end, |next| next.bytes_start)
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
        let end = bytes_end(section, range.end - 1);
        write_number(&mut piece, range.len() as u64);
        write_number(&mut piece, *client);
        write_number(&mut piece, u64::from(first.clock));
        piece.extend_from_slice(&bytes[first.bytes_start..end]);
    }
    piece.extend_from_slice(deletions);
    piece
}
