//! Walks the structs of an update and notes what they hang on. Must not know what is already known.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::values::{self, Budget};
use super::{CheckError, Limits, advanced};

pub(super) type Id = (u64, u32);

const GC: u8 = 0;
const SKIP: u8 = 10;
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_SUB: u8 = 0x20;
/// The low five bits, as Yjs reads them.
const CONTENT: u8 = 0x1f;

/// All structs of an update.
pub(super) struct Structs {
    pub(super) sections: BTreeMap<u64, Section>,
    pub(super) count: usize,
}

impl Structs {
    /// Whether all are values that lie where something known lies.
    pub(super) fn only_overwrite(&self) -> bool {
        let mut records = self.sections.values().flat_map(|section| &section.records);
        records.all(|record| record.kind == Kind::Leaf && record.parent == Parent::OfOrigin)
    }
}

/// One client's structs, which follow each other without a hole.
pub(super) struct Section {
    pub(super) records: Vec<Record>,
    /// Where its last struct's bytes end.
    pub(super) bytes_end: usize,
}

/// One struct.
pub(super) struct Record {
    pub(super) clock: u32,
    pub(super) length: u32,
    /// Where its bytes start.
    pub(super) bytes_start: usize,
    pub(super) kind: Kind,
    pub(super) origin: Option<Id>,
    pub(super) right_origin: Option<Id>,
    pub(super) parent: Parent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Skip,
    /// Collected or deleted: it may have been anything.
    Gone,
    /// A shared type: others may lie in it.
    Type,
    Leaf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    /// A root type, or none (gaps and collected structs).
    Root,
    Item(Id),
    /// Where the origin lies.
    OfOrigin,
}

impl Record {
    pub(super) fn end(&self) -> u32 {
        self.clock + self.length
    }

    pub(super) fn needs(&self) -> impl Iterator<Item = Id> + use<> {
        let parent = match self.parent {
            Parent::Item(id) => Some(id),
            Parent::Root | Parent::OfOrigin => None,
        };
        [self.origin, self.right_origin, parent].into_iter().flatten()
    }
}

impl Section {
    pub(super) fn start(&self) -> u32 {
        self.records[0].clock
    }

    /// The struct that holds a clock.
    pub(super) fn find(&self, clock: u32) -> Option<usize> {
        let after = self.records.partition_point(|record| record.clock <= clock);
        let index = after.checked_sub(1)?;
        (clock < self.records[index].end()).then_some(index)
    }
}

pub(super) fn walk(cursor: &mut Cursor, limits: &Limits) -> Result<Structs, CheckError> {
    let clients = cursor.count(4)?;
    if clients > limits.clients {
        return Err(CheckError::Clients);
    }
    let mut structs = Structs { sections: BTreeMap::new(), count: 0 };
    let mut budget = Budget::new(limits.values, limits.formats);
    for _ in 0..clients {
        let count = cursor.count(2)?;
        structs.count += count;
        match (count, structs.count > limits.structs) {
            (0, _) => return Err(CheckError::Empty),
            (_, true) => return Err(CheckError::Structs),
            _ => {}
        }
        let client = cursor.client()?;
        let mut clock = cursor.clock()?;
        let mut records = Vec::new();
        for _ in 0..count {
            let record = read(cursor, clock, &mut budget)?;
            clock = advanced(clock, record.length)?;
            records.push(record);
        }
        if structs.sections.insert(client, Section { records, bytes_end: cursor.position() }).is_some() {
            return Err(CheckError::Duplicate);
        }
    }
    Ok(structs)
}

fn read(cursor: &mut Cursor, clock: u32, budget: &mut Budget) -> Result<Record, CheckError> {
    let bytes_start = cursor.position();
    let plain = |kind, length| Record {
        clock,
        length,
        bytes_start,
        kind,
        origin: None,
        right_origin: None,
        parent: Parent::Root,
    };
    match cursor.byte()? {
        GC => Ok(plain(Kind::Gone, cursor.length()?)),
        SKIP => Ok(plain(Kind::Skip, cursor.length()?)),
        info => {
            let origin = if info & HAS_ORIGIN != 0 { Some(cursor.id()?) } else { None };
            let right_origin = if info & HAS_RIGHT_ORIGIN != 0 { Some(cursor.id()?) } else { None };
            let parent = match (origin, right_origin) {
                (None, None) => read_parent(cursor, info)?,
                _ => Parent::OfOrigin,
            };
            let (kind, length) = content(cursor, info & CONTENT, budget)?;
            Ok(Record { clock, length, bytes_start, kind, origin, right_origin, parent })
        }
    }
}

fn read_parent(cursor: &mut Cursor, info: u8) -> Result<Parent, CheckError> {
    let parent = match cursor.number()? {
        1 => {
            cursor.string()?;
            Parent::Root
        }
        _ => Parent::Item(cursor.id()?),
    };
    if info & HAS_PARENT_SUB != 0 {
        cursor.string()?;
    }
    Ok(parent)
}

/// The content of an item: what it is, and how long on the clock.
fn content(cursor: &mut Cursor, reference: u8, budget: &mut Budget) -> Result<(Kind, u32), CheckError> {
    match reference {
        1 => Ok((Kind::Gone, cursor.length()?)),
        3 => cursor.buffer().map(|_| (Kind::Leaf, 1)),
        4 => match cursor.string()?.encode_utf16().count() {
            0 => Err(CheckError::Empty),
            length => u32::try_from(length).map(|length| (Kind::Leaf, length)).map_err(|_| CheckError::Number),
        },
        5 => values::json(cursor, budget).map(|()| (Kind::Leaf, 1)),
        6 => {
            budget.format(cursor.string()?)?;
            values::json(cursor, budget).map(|()| (Kind::Leaf, 1))
        }
        7 => shared_type(cursor).map(|()| (Kind::Type, 1)),
        8 => {
            let count = cursor.count(1)?;
            for _ in 0..count {
                values::any(cursor, budget)?;
            }
            if count == 0 { Err(CheckError::Empty) } else { Ok((Kind::Leaf, count as u32)) }
        }
        other => Err(CheckError::Unsupported(other)),
    }
}

/// Array, map, text, XML element (with its name), XML fragment, XML text.
fn shared_type(cursor: &mut Cursor) -> Result<(), CheckError> {
    match cursor.byte()? {
        0 | 1 | 2 | 4 | 6 => Ok(()),
        3 => cursor.string().map(drop),
        other => Err(CheckError::Unsupported(other)),
    }
}
