//! The two planes, as types that do not mix. Must not know how one maps to the other: that is [`crate::Camera`]'s.

use kurbo::{Point, Vec2};
use std::ops::{Add, Sub};

/// A point on the board, in board pixels: what is stored, and what is painted at zoom 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BoardPoint {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A point of the view, in CSS pixels from the view's top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScreenPoint {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

macro_rules! point {
    ($name:ident) => {
        impl $name {
            /// The top left corner of the plane.
            pub const ORIGIN: $name = $name { x: 0.0, y: 0.0 };

            /// The point at (x, y).
            pub const fn new(x: f64, y: f64) -> Self {
                Self { x, y }
            }

            /// The distance to `other`, in this plane's pixels.
            pub fn distance(self, other: Self) -> f64 {
                (self - other).hypot()
            }

            /// The point halfway to `other`.
            pub fn midpoint(self, other: Self) -> Self {
                Self::new((self.x + other.x) / 2.0, (self.y + other.y) / 2.0)
            }
        }

        impl From<$name> for Point {
            fn from(point: $name) -> Self {
                Point::new(point.x, point.y)
            }
        }

        impl From<Point> for $name {
            fn from(point: Point) -> Self {
                Self::new(point.x, point.y)
            }
        }

        impl Add<Vec2> for $name {
            type Output = Self;
            fn add(self, by: Vec2) -> Self {
                Self::new(self.x + by.x, self.y + by.y)
            }
        }

        impl Sub<Vec2> for $name {
            type Output = Self;
            fn sub(self, by: Vec2) -> Self {
                Self::new(self.x - by.x, self.y - by.y)
            }
        }

        impl Sub for $name {
            type Output = Vec2;
            fn sub(self, other: Self) -> Vec2 {
                Vec2::new(self.x - other.x, self.y - other.y)
            }
        }
    };
}

point!(BoardPoint);
point!(ScreenPoint);
