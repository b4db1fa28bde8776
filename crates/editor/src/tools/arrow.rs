//! The arrow: tail and head.

use board::Kind;

use super::ToolSpec;
use super::drag_to_create::{DragToCreate, Span};

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "arrow", shortcuts: &["a", "5"], edits: true, new: || DragToCreate::boxed(Kind::Arrow, Span::Ends) };
