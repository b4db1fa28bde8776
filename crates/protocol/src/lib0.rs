//! The few lib0 encodings that y-protocols uses: variable-length unsigned integers, byte arrays and strings.
//!
//! Source: github.com/dmonad/lib0, `encoding.js`: 7 bits a byte, low bits first, top bit means "more".

use crate::edge::DecodeError;

/// Appends lib0 values to a buffer.
#[derive(Debug, Default)]
pub struct Writer {
    buffer: Vec<u8>,
}

impl Writer {
    /// An empty writer with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { buffer: Vec::with_capacity(capacity) }
    }

    /// A variable-length unsigned integer.
    pub fn uint(&mut self, mut value: u64) -> &mut Self {
        while value > 0x7f {
            self.buffer.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.buffer.push(value as u8);
        self
    }

    /// Length and bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.uint(bytes.len() as u64);
        self.buffer.extend_from_slice(bytes);
        self
    }

    /// Length in bytes and UTF-8.
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Bytes without a length, to the end of the message.
    pub fn rest(&mut self, bytes: &[u8]) -> &mut Self {
        self.buffer.extend_from_slice(bytes);
        self
    }

    /// Bytes written so far.
    #[must_use]
    pub fn written(&self) -> usize {
        self.buffer.len()
    }

    /// What was written.
    #[must_use]
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }
}

/// Reads lib0 values; every length is checked against what is left before anything is allocated.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Bytes not yet read.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// A variable-length unsigned integer of at most 64 bits.
    ///
    /// # Errors
    /// The input ends early or the number does not fit.
    pub fn uint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(DecodeError::Truncated)?;
            self.bytes = rest;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(DecodeError::Number);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::Number)
    }

    /// Length and bytes.
    ///
    /// # Errors
    /// The declared length is larger than what is left.
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.uint()?).map_err(|_| DecodeError::Number)?;
        self.take(length)
    }

    /// So many bytes.
    ///
    /// # Errors
    /// Fewer are left.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        if length > self.bytes.len() {
            return Err(DecodeError::Truncated);
        }
        let (head, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(head)
    }

    /// Length and UTF-8 text.
    ///
    /// # Errors
    /// As `bytes`, or the text is not UTF-8.
    pub fn string(&mut self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| DecodeError::Text)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    /// Asserts that everything was read.
    ///
    /// # Errors
    /// Bytes are left over.
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }
}
