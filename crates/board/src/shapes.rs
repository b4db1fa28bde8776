//! The kinds of shapes: the only list. A kind is one file below here and one line in [`shapes!`]; codec, bounds, hits,
//! painting, tools and the tests follow from it.

mod closed;
mod frame;
mod heads;
mod image;
mod ink;
mod label;
mod link_mark;
mod look;
mod note;
mod open;
mod polygon;
mod text;
mod unknown;

pub use label::PlacedText;
pub(crate) use link_mark::{link_mark, paint_link_mark};

use kurbo::{BezPath, Point, Rect};
use scene::{Colour, DisplayList, Swatch};
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
    /// Where its label goes, if it can have one.
    fn label_box(&self, _shape: &Shape) -> Option<Rect> {
        None
    }
    /// Its text as it is painted, if it can have one.
    fn placed_text(&self, shape: &Shape) -> Option<PlacedText> {
        self.label_box(shape).map(|space| label::in_box(shape, space))
    }
}

macro_rules! shapes {
    (
        closed { $($outline:ident::$closed:ident = $closed_text:literal,)* }
        other { $($name:ident = $text:literal,)* }
    ) => {
        /// What a shape is.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = concat!("Closed; stored as `", $closed_text, "`.")] $closed,)*
            $(#[doc = concat!("Stored as `", $text, "`.")] $name,)*
            /// Written by a newer client or another program: carried untouched, painted as a placeholder.
            Unknown(Arc<str>),
        }

        impl Kind {
            /// Every known kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$closed,)* $(Kind::$name,)*];
            /// The kinds that are an outline in a box: they are filled, labelled, and turned into each other.
            pub const CLOSED: &'static [Kind] = &[$(Kind::$closed,)*];

            /// The stored name.
            pub fn name(&self) -> &str {
                match self {
                    $(Kind::$closed => $closed_text,)*
                    $(Kind::$name => $text,)*
                    Kind::Unknown(name) => name,
                }
            }

            /// The kind with a stored name.
            pub fn from_name(name: &str) -> Kind {
                match name {
                    $($closed_text => Kind::$closed,)*
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
                    $(Kind::$closed => &closed::$outline::KIND,)*
                    $(Kind::$name => &$name,)*
                    Kind::Unknown(_) => &unknown::Unknown,
                }
            }
        }
    };
}

shapes! {
    closed {
        rectangle::Rectangle = "rectangle",
        ellipse::Ellipse = "ellipse",
        diamond::Diamond = "diamond",
        triangle::Triangle = "triangle",
        pill::Pill = "pill",
        parallelogram::Parallelogram = "parallelogram",
        trapezoid::Trapezoid = "trapezoid",
        cylinder::Cylinder = "cylinder",
        document::Document = "document",
        subprocess::Subprocess = "subprocess",
        manual_input::ManualInput = "manual_input",
        delay::Delay = "delay",
        pentagon::Pentagon = "pentagon",
        hexagon::Hexagon = "hexagon",
        octagon::Octagon = "octagon",
        star::Star = "star",
        cloud::Cloud = "cloud",
        heart::Heart = "heart",
        speech::Speech = "speech",
        cross::Cross = "cross",
        block_arrow::BlockArrow = "block_arrow",
    }
    other {
        Line = "line",
        Arrow = "arrow",
        Polygon = "polygon",
        Note = "note",
        Frame = "frame",
        Ink = "ink",
        Image = "image",
        Text = "text",
    }
}

impl Kind {
    /// Whether it is an outline in a box.
    pub fn is_closed(&self) -> bool {
        Kind::CLOSED.contains(self)
    }

    /// Whether it has an inside that can be filled and written in, whatever its outline.
    pub fn is_area(&self) -> bool {
        self.is_closed() || *self == Kind::Polygon
    }

    /// Whether it runs from one end to another.
    pub fn is_line(&self) -> bool {
        matches!(self, Kind::Line | Kind::Arrow)
    }

    /// What it is filled with where no fill is stored, if with anything.
    pub fn paper(&self) -> Option<Colour> {
        match self {
            Kind::Note => Some(Colour::Swatch(Swatch::Yellow)),
            Kind::Frame => Some(Colour::Swatch(Swatch::White)),
            _ => None,
        }
    }

    /// Whether it has corners that can be rounded.
    pub fn has_corners(&self) -> bool {
        use Kind::{Cloud, Cylinder, Delay, Document, Ellipse, Heart, Pill};
        self.is_closed() && !matches!(self, Cloud | Cylinder | Delay | Document | Ellipse | Heart | Pill)
    }

    /// Whether people may write in or on it.
    pub fn has_text(&self) -> bool {
        matches!(self, Kind::Text | Kind::Note | Kind::Frame) || self.is_line() || self.is_area()
    }

    /// Whether ends of lines may hold on to it.
    pub fn can_be_held(&self) -> bool {
        !(self.is_line() || matches!(self, Kind::Ink | Kind::Unknown(_)))
    }
}
