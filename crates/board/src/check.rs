//! Stands before every decoding of foreign bytes: yrs recurses and allocates as the bytes tell it, this does not.
//!
//! It walks the Yjs v1 encoding without recursion and without an allocation that the bytes have not paid for, and
//! accepts no more than what yrs and Yjs read alike. What it knows, what it refuses and why is in
//! `docs/decisions/0001-hostile-updates.md`. It must not know documents: whether an update fits one is asked there.

mod batches;
mod cursor;
mod dependencies;
mod structs;
mod values;
mod writers;

use std::collections::BTreeSet;

use thiserror::Error;

use crate::{Clocks, StateVector, Update};
pub(crate) use batches::Piece;
use cursor::Cursor;
use dependencies::Dependencies;

/// The deepest nesting, of shared types in each other and of plain values in each other.
pub const DEPTH_MAX: usize = 32;
/// The most structs in one update from outside: yrs keeps some 200 bytes for each.
pub const STRUCTS_MAX: usize = 1_000_000;
/// The most plain values in one update from outside: yrs keeps some 24 bytes for each.
pub const VALUES_MAX: usize = 4_000_000;
/// The most clients in one update from outside: concurrent inserts at one place cost their number squared.
pub const CLIENTS_MAX: usize = 4_096;
/// The most names of formatting in one update from outside: reading a text costs each of its marks all names that hold
/// there.
pub const FORMATS_MAX: usize = 64;
/// The largest clock: yrs does sums with clocks as signed 32-bit numbers.
const CLOCK_MAX: u64 = i32::MAX as u64;

/// How much an update may hold.
pub(crate) struct Limits {
    clients: usize,
    structs: usize,
    values: usize,
    formats: usize,
}

/// For updates from outside.
pub(crate) const WIRE: Limits =
    Limits { clients: CLIENTS_MAX, structs: STRUCTS_MAX, values: VALUES_MAX, formats: FORMATS_MAX };
/// For what passed the limits once, piece by piece: here only the bytes limit.
pub(crate) const OWN: Limits =
    Limits { clients: usize::MAX, structs: usize::MAX, values: usize::MAX, formats: usize::MAX };

/// What an update is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many structs it has, gaps included.
    pub structs: usize,
    /// How many clients its structs are from.
    pub clients: usize,
    /// The smallest state on which it leaves no gap.
    pub needs: Clocks,
    /// Up to where it brings each client's edits.
    pub covers: Clocks,
}

/// Why bytes are refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CheckError {
    /// They end early, or declare more than is there.
    #[error("the bytes end before what they declare")]
    Truncated,
    /// They go on after their end.
    #[error("bytes after the end")]
    Trailing,
    /// A number is out of its range or overlong.
    #[error("a number out of range")]
    Number,
    /// A string is not UTF-8.
    #[error("a string that is not UTF-8")]
    Utf8,
    /// A JSON value is not JSON.
    #[error("a JSON value that cannot be read")]
    Json,
    /// Values or shared types lie too deep in each other.
    #[error("nested deeper than {DEPTH_MAX}")]
    Depth,
    /// There are too many clients.
    #[error("too many clients")]
    Clients,
    /// There are too many structs.
    #[error("too many structs")]
    Structs,
    /// There are too many plain values.
    #[error("too many values")]
    Values,
    /// There are too many names of formatting.
    #[error("too many names of formatting")]
    Formats,
    /// A client comes twice.
    #[error("a client listed twice")]
    Duplicate,
    /// A client without structs, or a struct or deletion of no length.
    #[error("a struct of no length")]
    Empty,
    /// A content or type that yrs and Yjs do not read alike: old JSON lists, subdocuments, weak links, XML hooks.
    #[error("content of kind {0} is not supported")]
    Unsupported(u8),
    /// Structs wait for each other in a circle, or for themselves.
    #[error("structs that wait for each other")]
    Cycle,
    /// An item lies in what holds no items.
    #[error("an item's parent is not a shared type")]
    Parent,
    /// A deletion's ranges are not in order.
    #[error("deletions out of order")]
    Order,
    /// The decoder refused what was checked.
    #[error("not decodable")]
    Undecodable,
}

/// A checked update: the summary, and what only a document can judge.
pub(crate) struct Checked {
    pub(crate) summary: Summary,
    /// Where items lie. Each must be a shared type, or gone, in the document too if the document knows it already: two
    /// updates of a hostile client may call different things by one name.
    pub(crate) parents: Vec<(u64, u32)>,
    /// The same update in pieces, to be applied one after the other, if it has more clients than yrs can take at once.
    pub(crate) batches: Vec<Vec<u8>>,
    /// Every item is a value that takes the place of what is known: no shared type, no parent that is named. A document
    /// that has what it needs cannot refuse it.
    pub(crate) only_overwrites: bool,
}

/// Checks an update from outside. Accepted bytes decode and apply in bounded depth and memory, and leave nothing
/// pending on a state that has what they need.
pub fn check_update(bytes: &[u8]) -> Result<Summary, CheckError> {
    check(bytes, &WIRE).map(|checked| checked.summary)
}

pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<Checked, CheckError> {
    let mut cursor = Cursor::new(bytes);
    let structs = structs::walk(&mut cursor, limits)?;
    let mut dependencies = Dependencies::of(&structs)?;
    let deletions = &bytes[cursor.position()..];
    read_deletions(&mut cursor, &mut dependencies)?;
    cursor.end()?;
    let batches = match structs.sections.len() {
        0..=batches::CLIENTS_MAX => Vec::new(),
        _ => batches::split(bytes, deletions, &structs, &dependencies.runs, &Piece::OF_ANY_SIZE),
    };
    Ok(Checked {
        summary: Summary {
            structs: structs.count,
            clients: structs.sections.len(),
            needs: dependencies.needs,
            covers: dependencies.covers,
        },
        parents: dependencies.parents,
        only_overwrites: structs.only_overwrite(),
        batches,
    })
}

/// The same update in pieces of a size, each complete once those before it are applied.
pub(crate) fn pieces(bytes: &[u8], size: &Piece) -> Result<Vec<Vec<u8>>, CheckError> {
    let mut cursor = Cursor::new(bytes);
    let structs = structs::walk(&mut cursor, &OWN)?;
    let dependencies = Dependencies::of(&structs)?;
    Ok(batches::split(bytes, &bytes[cursor.position()..], &structs, &dependencies.runs, size))
}

/// Who wrote what of an update that is not known: see [`writers::of`].
pub(crate) fn writers(bytes: &[u8], known: &Clocks) -> Result<BTreeSet<writers::Written>, CheckError> {
    let structs = structs::walk(&mut Cursor::new(bytes), &OWN)?;
    Ok(writers::of(&structs, known))
}

/// The delete set: per client, ranges of clocks, ascending.
fn read_deletions(cursor: &mut Cursor, dependencies: &mut Dependencies) -> Result<(), CheckError> {
    let clients = cursor.count(2)?;
    let mut seen = BTreeSet::new();
    for _ in 0..clients {
        let client = cursor.client()?;
        if !seen.insert(client) {
            return Err(CheckError::Duplicate);
        }
        let ranges = cursor.count(2)?;
        let mut last_end = 0;
        for _ in 0..ranges {
            let start = cursor.clock()?;
            let length = cursor.length()?;
            let end = advanced(start, length)?;
            if start < last_end {
                return Err(CheckError::Order);
            }
            last_end = end;
        }
        dependencies.deletes_up_to(client, last_end);
    }
    Ok(())
}

/// The state vector of somebody who had one and has all of these stored updates since; nothing if one of them cannot be
/// read, or builds on what is not among those before it.
pub fn joint_state_vector<'a>(start: &StateVector, updates: impl IntoIterator<Item = &'a [u8]>) -> Option<StateVector> {
    let mut clocks = read_state_vector(&start.0).ok()?;
    for update in updates {
        let summary = check(update, &OWN).ok()?.summary;
        if !clocks.cover(&summary.needs) {
            return None;
        }
        clocks.raise_all(&summary.covers);
    }
    Some(StateVector(encode_state_vector(&clocks).into()))
}

/// Somebody's update, or a whole board, in updates of at most so many structs and bytes (but of one struct at least), each
/// complete once those before it are merged.
pub fn in_pieces(update: &[u8], structs_max: usize, bytes_max: usize) -> Result<Vec<Update>, CheckError> {
    let pieces = pieces(update, &Piece { structs_max, bytes_max })?;
    Ok(pieces.into_iter().map(|piece| Update(piece.into())).collect())
}

/// Checks the bytes of a state vector.
pub fn check_state_vector(bytes: &[u8]) -> Result<(), CheckError> {
    read_state_vector(bytes).map(drop)
}

pub(crate) fn read_state_vector(bytes: &[u8]) -> Result<Clocks, CheckError> {
    let mut cursor = Cursor::new(bytes);
    let clients = cursor.count(2)?;
    let mut clocks = Clocks::new();
    for _ in 0..clients {
        clocks.raise(cursor.client()?, cursor.clock()?);
    }
    cursor.end()?;
    Ok(clocks)
}

pub(crate) fn encode_state_vector(clocks: &Clocks) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_number(&mut bytes, clocks.iter().count() as u64);
    for (client, clock) in clocks.iter() {
        write_number(&mut bytes, client);
        write_number(&mut bytes, u64::from(clock));
    }
    bytes
}

fn write_number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A clock plus a length, if that is still a clock.
fn advanced(clock: u32, length: u32) -> Result<u32, CheckError> {
    let end = u64::from(clock) + u64::from(length);
    if end > CLOCK_MAX { Err(CheckError::Number) } else { Ok(end as u32) }
}
