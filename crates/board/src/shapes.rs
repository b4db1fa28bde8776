//! The kinds of shapes: the only list. A kind is one file below here and one word in [`shapes!`]; codec, bounds, hits,
//! painting and the tests follow from it.

mod arrow;
mod boxed;
mod diamond;
mod ellipse;
mod ink;
mod line;
mod open;
mod rectangle;
mod text;
mod unknown;

use kurbo::{BezPath, Point, Rect};
use scene::DisplayList;
use std::sync::Arc;

use crate::{Field, Shape};

/// What a kind says about its shapes. Everything here is in the shape's own straight plane: board coordinates before
/// the shape's rotation around the middle of its [`ShapeKind::extent`].
pub(crate) trait ShapeKind {
    /// The box that the shape's own values span, relative to its `pos`.
    fn extent(&self, shape: &Shape) -> Rect;
    /// What bounds, hits and snapping see.
    fn outline(&self, shape: &Shape) -> BezPath;
    /// What is seen.
    fn paint(&self, shape: &Shape, list: &mut DisplayList);
    /// What is seen from so far away that the shape is a few device pixels large, each so many board pixels, and its line
    /// as thin as one or two: as cheap as can be, never kept.
    fn paint_far(&self, shape: &Shape, pixel: f64, list: &mut DisplayList) {
        let _ = pixel;
        self.paint(shape, list);
    }
    /// Whether a point within `reach` pixels touches it.
    fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool;
    /// Everything painted lies in here.
    fn painted(&self, shape: &Shape) -> Rect;
    /// What changes when `from` becomes `to`.
    fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field>;
}

macro_rules! shapes {
    ($($module:ident::$name:ident = $text:literal,)*) => {
        /// What a shape is.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = concat!("Stored as `", $text, "`.")] $name,)*
            /// Written by a newer client or another program: carried untouched, painted as a placeholder.
            Unknown(Arc<str>),
        }

        impl Kind {
            /// Every known kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The stored name.
            pub fn name(&self) -> &str {
                match self {
                    $(Kind::$name => $text,)*
                    Kind::Unknown(name) => name,
                }
            }

            /// The kind with a stored name.
            pub fn from_name(name: &str) -> Kind {
                match name {
                    $($text => Kind::$name,)*
                    _ => Kind::Unknown(name.into()),
                }
            }
        }

        $(pub(crate) struct $name;)*

        impl Kind {
            /// The file that knows this kind.
            pub(crate) fn behaviour(&self) -> &'static dyn ShapeKind {
                match self {
                    $(Kind::$name => &$name,)*
                    Kind::Unknown(_) => &unknown::Unknown,
                }
            }
        }
    };
}

shapes! {
    rectangle::Rectangle = "rectangle",
    ellipse::Ellipse = "ellipse",
    diamond::Diamond = "diamond",
    line::Line = "line",
    arrow::Arrow = "arrow",
    ink::Ink = "ink",
    text::Text = "text",
}
