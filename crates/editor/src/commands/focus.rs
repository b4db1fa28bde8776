//! What is selected, by keyboard; and the tool lock.

use board::Shape;
use kurbo::Rect;

use super::{Command, EDIT, LOOK};
use crate::index::Index;
use crate::text_session::TextTarget;
use crate::tools::Effect;
use crate::view::View;

pub(super) const SELECT_ALL: Command = Command {
    id: "select-all",
    shortcuts: &["Mod+A"],
    enabled: |view| !view.board.is_empty(),
    run: Some(|_| vec![Effect::Rest, Effect::SelectAll]),
    ..LOOK
};

pub(super) const CLEAR_SELECTION: Command = Command {
    id: "clear-selection",
    shortcuts: &["Escape"],
    run: Some(|_| vec![Effect::Rest, Effect::Select(vec![])]),
    ..LOOK
};

/// Not enabled past the last shape, so that Tab then leaves the board.
pub(super) const SELECT_NEXT: Command = Command {
    id: "select-next",
    shortcuts: &["Tab"],
    enabled: |view| neighbour(view, 1).is_some(),
    run: Some(|view| go_to(view, 1)),
    ..LOOK
};

pub(super) const SELECT_PREVIOUS: Command = Command {
    id: "select-previous",
    shortcuts: &["Shift+Tab"],
    enabled: |view| neighbour(view, -1).is_some(),
    run: Some(|view| go_to(view, -1)),
    ..LOOK
};

pub(super) const EDIT_TEXT: Command = Command {
    id: "edit-text",
    shortcuts: &["Enter"],
    enabled: |view| selected_text(view).is_some(),
    run: Some(|view| {
        let target = selected_text(view).map(|shape| TextTarget::Shape { id: shape.id.clone(), select_all: true });
        target.into_iter().map(Effect::EditText).collect()
    }),
    ..EDIT
};

pub(super) const TOGGLE_TOOL_LOCK: Command =
    Command { id: "toggle-tool-lock", shortcuts: &["q"], run: Some(|_| vec![Effect::ToggleToolLock]), ..LOOK };

fn selected_text<'a>(view: &'a View) -> Option<&'a Shape> {
    match &view.selection[..] {
        [id] => view.board.shape(id).filter(|shape| shape.has_text()),
        _ => None,
    }
}

/// The shape before or after the selection as one reads; from nothing, the first or the last.
fn neighbour<'a>(view: &'a View, by: isize) -> Option<&'a Shape> {
    let order = reading_order(view.board.shapes(), view.index);
    let from = view.selection.last().and_then(|id| order.iter().position(|shape| shape.id == *id));
    let to = match from {
        Some(from) => from.checked_add_signed(by)?,
        None if by > 0 => 0,
        None => order.len().checked_sub(1)?,
    };
    order.get(to).copied()
}

/// Rows from top to bottom, each from left to right. A row is what overlaps the middle of its first shape.
pub(crate) fn reading_order<'a>(shapes: impl Iterator<Item = &'a Shape>, index: &Index) -> Vec<&'a Shape> {
    let place = |shape: &Shape| index.bounds(shape.slot).unwrap_or(Rect::ZERO);
    let mut shapes: Vec<(Rect, &Shape)> = shapes.map(|shape| (place(shape), shape)).collect();
    shapes.sort_by(|(a, one), (b, other)| a.y0.total_cmp(&b.y0).then_with(|| one.id.cmp(&other.id)));
    let mut start = 0;
    while start < shapes.len() {
        let middle = shapes[start].0.center().y;
        let row = shapes[start..].iter().take_while(|(rect, _)| rect.y0 <= middle).count().max(1);
        shapes[start..start + row].sort_by(|(a, one), (b, other)| a.x0.total_cmp(&b.x0).then(one.id.cmp(&other.id)));
        start += row;
    }
    shapes.into_iter().map(|(_, shape)| shape).collect()
}

/// Selects a neighbour, and brings it into view if it is not.
fn go_to(view: &View, by: isize) -> Vec<Effect> {
    let Some(shape) = neighbour(view, by) else { return vec![] };
    let mut effects = vec![Effect::Rest, Effect::Select(vec![shape.id.clone()])];
    let (width_px, height_px) = view.size_px;
    let bounds = shape.bounds();
    if !view.camera.visible(width_px, height_px).contains_rect(bounds) {
        effects.push(Effect::Look(view.camera.centred(bounds.center().into(), width_px, height_px)));
    }
    effects
}
