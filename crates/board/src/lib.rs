//! The document: what a board holds, and every way in which it changes. The only crate that knows yrs.
//!
//! It must not know tools, pointers, selections, networks, storage or clocks. Randomness comes in as parameters.
//!
//! - [`Document`] is the service's view of a board: bytes in, bytes out; [`ServedDocument`] the same, which can rest.
//! - [`Board`] is a document plus its [`Shape`]s, changed by [`Edit`]s and reverted by [`Reversal`]s.
//! - [`check_update`] stands before every decoding of foreign bytes.
//!
//! What is stored is described for others in `docs/board-schema.md`.

mod alike;
mod board;
mod changes;
mod check;
mod clamp;
mod clocks;
mod connector;
mod contents;
mod document;
mod edit;
mod field;
mod formats;
mod ids;
mod ink;
mod order;
mod perform;
mod pile;
mod place;
mod reversal;
mod rich;
mod schema;
mod served;
mod shape;
mod shapes;
mod style;
mod surroundings;
mod texts;
mod touched;
mod update;
mod writers;

pub use alike::alike;
pub use board::{Applied, Board, Change, InMotion, Placement, Reverted};
pub use changes::{Aspects, Became, ChangeCounts, ShapeChange, compare, count_changes};
pub use check::{CheckError, Summary, check_state_vector, check_update, in_pieces, joint_state_vector};
pub use clamp::is_link;
pub use clocks::Clocks;
/// What must be known before an update can be applied.
pub use clocks::Clocks as Needs;
pub use document::{DiffError, Document, MergeError, Merged, MergedAll};
pub use edit::{Edit, Field, NewShape};
pub use ids::{Binding, ClientId, GroupId, ShapeId};
pub use ink::InkPoint;
pub use order::OrderKey;
pub use pile::Slot;
pub use place::TextPlace;
pub use reversal::Reversal;
pub use served::ServedDocument;
pub use shape::{Picture, Shape};
pub use shapes::{Kind, PlacedText};
pub use style::{Align, AlignY, FillStyle, Head, LineStyle, Route};
pub use update::{StateVector, Update, is_empty_update};
/// The bounds on stored values, applied by every reader.
pub mod limits {
    pub use crate::check::{CLIENTS_MAX, DEPTH_MAX, FORMATS_MAX, STRUCTS_MAX, VALUES_MAX};
    pub use crate::clamp::{
        ALT_BYTES_MAX, ANGLE_DEFAULT, COORDINATE_MAX, CROP_ALL, CROP_MIN, FONT_SIZE, FONT_SIZE_DEFAULT, GROUPS_MAX,
        ID_BYTES_MAX, INK_POINTS_MAX, OPACITY_DEFAULT, ORDER_KEY_BYTES_MAX, POINTS_MAX, RADIUS_MAX, SCALE_MAX,
        SCALE_MIN, SIZE_DEFAULT, SIZE_MAX, SPANS_MAX, STROKE_WIDTH, STROKE_WIDTH_DEFAULT, TEXT_UTF16_MAX,
    };
}
