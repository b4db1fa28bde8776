//! Reads the primitives of the Yjs v1 encoding, each within its bounds. Must not know what they are for.

use super::{CLOCK_MAX, CheckError};
use crate::ClientId;

/// The largest whole number that JavaScript holds exactly; lib0 refuses larger ones.
const INTEGER_MAX: u64 = (1 << 53) - 1;

pub(super) struct Cursor<'a> {
    length: usize,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { length: bytes.len(), rest: bytes }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.length - self.rest.len()
    }

    /// There must be nothing left.
    pub(super) fn end(&self) -> Result<(), CheckError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CheckError::Trailing) }
    }

    pub(super) fn byte(&mut self) -> Result<u8, CheckError> {
        let (byte, rest) = self.rest.split_first().ok_or(CheckError::Truncated)?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(super) fn skip(&mut self, length: usize) -> Result<&'a [u8], CheckError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CheckError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A whole number of 53 bits. yrs shifts overlong encodings around their type's width, so they end here.
    pub(super) fn number(&mut self) -> Result<u64, CheckError> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return if value <= INTEGER_MAX { Ok(value) } else { Err(CheckError::Number) };
            }
        }
        Err(CheckError::Number)
    }

    /// A signed whole number: a bit more, a bit for the sign, six bits; then as usual.
    pub(super) fn signed(&mut self) -> Result<(), CheckError> {
        let first = self.byte()?;
        let mut value = u64::from(first & 0x3f);
        let mut more = first & 0x80 != 0;
        let mut shift = 6;
        while more {
            if shift > 55 {
                return Err(CheckError::Number);
            }
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            more = byte & 0x80 != 0;
            shift += 7;
        }
        if value <= INTEGER_MAX { Ok(()) } else { Err(CheckError::Number) }
    }

    /// How many things follow, each of at least `bytes_each`.
    pub(super) fn count(&mut self, bytes_each: usize) -> Result<usize, CheckError> {
        let count = self.number()?;
        if count > (self.rest.len() / bytes_each) as u64 { Err(CheckError::Truncated) } else { Ok(count as usize) }
    }

    pub(super) fn client(&mut self) -> Result<u64, CheckError> {
        let client = self.number()?;
        if client <= ClientId::MAX { Ok(client) } else { Err(CheckError::Number) }
    }

    pub(super) fn clock(&mut self) -> Result<u32, CheckError> {
        let clock = self.number()?;
        if clock <= CLOCK_MAX { Ok(clock as u32) } else { Err(CheckError::Number) }
    }

    /// A length of something on the clock: never none.
    pub(super) fn length(&mut self) -> Result<u32, CheckError> {
        match self.clock()? {
            0 => Err(CheckError::Empty),
            length => Ok(length),
        }
    }

    pub(super) fn id(&mut self) -> Result<(u64, u32), CheckError> {
        Ok((self.client()?, self.clock()?))
    }

    pub(super) fn buffer(&mut self) -> Result<&'a [u8], CheckError> {
        let length = self.count(1)?;
        self.skip(length)
    }

    pub(super) fn string(&mut self) -> Result<&'a str, CheckError> {
        std::str::from_utf8(self.buffer()?).map_err(|_| CheckError::Utf8)
    }
}
