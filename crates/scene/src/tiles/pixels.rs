//! Rectangles of whole device pixels.

use kurbo::Rect;

/// From `x0`, `y0` up to, not including, `x1`, `y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelRect {
    /// Left.
    pub x0: i64,
    /// Top.
    pub y0: i64,
    /// Right.
    pub x1: i64,
    /// Bottom.
    pub y1: i64,
}

impl PixelRect {
    /// The pixels that a rectangle touches.
    pub(super) fn around(rect: Rect) -> Self {
        let (x0, y0) = (rect.x0.floor() as i64, rect.y0.floor() as i64);
        Self { x0, y0, x1: rect.x1.ceil() as i64, y1: rect.y1.ceil() as i64 }
    }

    /// What both have.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let met = Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        };
        (met.x0 < met.x1 && met.y0 < met.y1).then_some(met)
    }

    /// Around both.
    pub(super) fn join(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (Some(a), Some(b)) = (one, other) else { return one.or(other) };
        Some(Self { x0: a.x0.min(b.x0), y0: a.y0.min(b.y0), x1: a.x1.max(b.x1), y1: a.y1.max(b.y1) })
    }

    /// How many pixels.
    pub fn area(self) -> i64 {
        (self.x1 - self.x0) * (self.y1 - self.y0)
    }

    /// The same with fractions.
    pub fn to_rect(self) -> Rect {
        Rect::new(self.x0 as f64, self.y0 as f64, self.x1 as f64, self.y1 as f64)
    }
}
