//! The line: two ends.

use board::Kind;

use super::ToolSpec;
use super::drag_to_create::{DragToCreate, Span};

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "line", shortcuts: &["l", "6"], edits: true, new: || DragToCreate::boxed(Kind::Line, Span::Ends) };
