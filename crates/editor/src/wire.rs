//! The bytes of drafts and selections: a bounded reader and its writer. Knows no messages, only numbers and text.

use board::ShapeId;
use kurbo::{Point, Rect, Vec2};

/// Nothing that is honestly sent lies further out than this.
const NUMBER_MAX: f64 = 1e9;

/// Writes what [`Reader`] reads.
#[derive(Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn count(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(crate) fn number(&mut self, value: f64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// For distances, where half a float is exact enough.
    pub(crate) fn short_number(&mut self, value: f64) {
        self.bytes.extend_from_slice(&(value as f32).to_le_bytes());
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.count(value.len() as u64);
        self.bytes.extend_from_slice(value.as_bytes());
    }

    pub(crate) fn id(&mut self, id: &ShapeId) {
        self.text(id.as_str());
    }

    pub(crate) fn vector(&mut self, value: Vec2) {
        self.number(value.x);
        self.number(value.y);
    }

    pub(crate) fn point(&mut self, value: Point) {
        self.vector(value.to_vec2());
    }

    pub(crate) fn rect(&mut self, value: Rect) {
        for edge in [value.x0, value.y0, value.x1, value.y1] {
            self.number(edge);
        }
    }
}

/// Reads hostile bytes: everything is `None` once anything is wrong, and nothing is taken on trust.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { left: bytes }
    }

    /// All was read and nothing is left over.
    pub(crate) fn end(&self) -> Option<()> {
        self.left.is_empty().then_some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.left.split_at_checked(length)?;
        self.left = left;
        Some(taken)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    pub(crate) fn count(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that take at least one byte each, and at most `limit`.
    pub(crate) fn length(&mut self, limit: usize) -> Option<usize> {
        let length = usize::try_from(self.count()?).ok()?;
        (length <= limit.min(self.left.len())).then_some(length)
    }

    pub(crate) fn number(&mut self) -> Option<f64> {
        let value = f64::from_le_bytes(self.take(8)?.try_into().ok()?);
        (value.abs() <= NUMBER_MAX).then_some(value)
    }

    pub(crate) fn short_number(&mut self) -> Option<f64> {
        let value = f64::from(f32::from_le_bytes(self.take(4)?.try_into().ok()?));
        (value.abs() <= NUMBER_MAX).then_some(value)
    }

    pub(crate) fn text(&mut self, limit_bytes: usize) -> Option<&'a str> {
        let length = self.length(limit_bytes)?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    pub(crate) fn id(&mut self) -> Option<ShapeId> {
        ShapeId::parse(self.text(64)?)
    }

    pub(crate) fn vector(&mut self) -> Option<Vec2> {
        Some(Vec2::new(self.number()?, self.number()?))
    }

    pub(crate) fn point(&mut self) -> Option<Point> {
        self.vector().map(Vec2::to_point)
    }

    pub(crate) fn rect(&mut self) -> Option<Rect> {
        Some(Rect::new(self.number()?, self.number()?, self.number()?, self.number()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    #[test]
    fn counts_come_back() {
        for count in [0, 1, 127, 128, 300, u64::from(u32::MAX), (1 << 53) - 1] {
            let mut writer = Writer::default();
            writer.count(count);
            let bytes = writer.finish();
            assert_eq!(Reader::new(&bytes).count(), Some(count));
        }
    }

    #[test]
    fn declared_lengths_beyond_the_bytes_are_refused() {
        let mut writer = Writer::default();
        writer.count(1 << 40);
        writer.byte(b'x');
        let bytes = writer.finish();
        assert_eq!(Reader::new(&bytes).text(1 << 50), None);
        assert_eq!(Reader::new(&[0xff; 32]).count(), None);
    }
}
