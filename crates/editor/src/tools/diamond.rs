//! The diamond: two corners of its box.

use board::Kind;

use super::ToolSpec;
use super::drag_to_create::{DragToCreate, Span};

pub(super) const SPEC: ToolSpec = ToolSpec {
    id: "diamond",
    shortcuts: &["d", "4"],
    edits: true,
    new: || DragToCreate::boxed(Kind::Diamond, Span::Corners),
};
