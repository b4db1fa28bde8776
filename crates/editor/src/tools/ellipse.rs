//! The ellipse: two corners of its box.

use board::Kind;

use super::ToolSpec;
use super::drag_to_create::{DragToCreate, Span};

pub(super) const SPEC: ToolSpec = ToolSpec {
    id: "ellipse",
    shortcuts: &["o", "3"],
    edits: true,
    new: || DragToCreate::boxed(Kind::Ellipse, Span::Corners),
};
