//! The picture: where things are, what colour they have, and the list of commands that paints them.
//!
//! It must not know boards, shapes, tools, the DOM or any drawing backend. Whoever paints implements [`Painter`] and
//! replays a [`DisplayList`]; the screen, SVG export and the tests replay the same lists.

mod camera;
mod colour;
mod display_list;
pub mod hatch;
mod image;
pub mod sketch;
mod space;
mod svg;
pub mod text;
pub mod tiles;

pub use camera::{Camera, ZOOM_MAX, ZOOM_MIN};
pub use colour::{Colour, Rgba, Shade, Swatch, Theme};
pub use display_list::{Cap, Command, Dash, DisplayList, Paint, Painter, StrokeStyle, TextRun, replay};
pub use image::{ImageId, ImageRun};
pub use space::{BoardPoint, ScreenPoint};
pub use svg::SvgPainter;
