//! Walks plain values: lib0's "any" encoding and JSON text. Without recursion; counts what yrs will allocate.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::{CheckError, DEPTH_MAX};

/// How many more values an update may hold, and how many names of formatting.
pub(super) struct Budget {
    left: usize,
    formats: BTreeSet<String>,
    formats_max: usize,
}

impl Budget {
    pub(super) fn new(values: usize, formats_max: usize) -> Self {
        Self { left: values, formats: BTreeSet::new(), formats_max }
    }

    /// Takes note of a name of formatting.
    pub(super) fn format(&mut self, name: &str) -> Result<(), CheckError> {
        if !self.formats.contains(name) {
            self.formats.insert(name.to_owned());
        }
        if self.formats.len() <= self.formats_max { Ok(()) } else { Err(CheckError::Formats) }
    }

    fn spend(&mut self, values: usize) -> Result<(), CheckError> {
        self.left = self.left.checked_sub(values).ok_or(CheckError::Values)?;
        Ok(())
    }
}

/// What is still to be read on one level of nesting.
struct Level {
    left: usize,
    keyed: bool,
}

/// One value with all that it holds.
pub(super) fn any(cursor: &mut Cursor, budget: &mut Budget) -> Result<(), CheckError> {
    let mut levels: Vec<Level> = Vec::new();
    budget.spend(1)?;
    loop {
        if let Some(opened) = one(cursor)? {
            if levels.len() == DEPTH_MAX {
                return Err(CheckError::Depth);
            }
            budget.spend(opened.left)?;
            levels.push(opened);
        }
        while levels.last().is_some_and(|level| level.left == 0) {
            levels.pop();
        }
        let Some(level) = levels.last_mut() else { return Ok(()) };
        level.left -= 1;
        if level.keyed {
            cursor.string()?;
        }
    }
}

/// One value; of a list or a map only the beginning.
fn one(cursor: &mut Cursor) -> Result<Option<Level>, CheckError> {
    match cursor.byte()? {
        // undefined, null, true, false
        127 | 126 | 121 | 120 => {}
        125 => cursor.signed()?,
        124 => drop(cursor.skip(4)?),
        123 | 122 => drop(cursor.skip(8)?),
        119 => drop(cursor.string()?),
        118 => return Ok(Some(Level { left: cursor.count(2)?, keyed: true })),
        117 => return Ok(Some(Level { left: cursor.count(1)?, keyed: false })),
        116 => drop(cursor.buffer()?),
        other => return Err(CheckError::Unsupported(other)),
    }
    Ok(None)
}

/// A JSON text, as formats and embeds hold it.
pub(super) fn json(cursor: &mut Cursor, budget: &mut Budget) -> Result<(), CheckError> {
    let text = cursor.string()?;
    let (mut depth, mut values, mut quoted, mut escaped) = (0usize, 1, false, false);
    for byte in text.bytes() {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => quoted = !quoted,
            (true, _) => {}
            (false, b'[' | b'{') => (depth, values) = (depth + 1, values + 1),
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, b',') => values += 1,
            (false, _) => {}
        }
        if depth > DEPTH_MAX {
            return Err(CheckError::Depth);
        }
    }
    budget.spend(values)?;
    // Shallow and small enough: yrs' own reader says whether it is JSON.
    yrs::Any::from_json(text).map(drop).map_err(|_| CheckError::Json)
}
