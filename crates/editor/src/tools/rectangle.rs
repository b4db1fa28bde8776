//! The rectangle: two corners.

use board::Kind;

use super::ToolSpec;
use super::drag_to_create::{DragToCreate, Span};

pub(super) const SPEC: ToolSpec = ToolSpec {
    id: "rectangle",
    shortcuts: &["r", "2"],
    edits: true,
    new: || DragToCreate::boxed(Kind::Rectangle, Span::Corners),
};
