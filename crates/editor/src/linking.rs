//! Links that shapes lead to: cards of pasted addresses, and the mark that opens one. Opens nothing itself.

use board::{Edit, Field, Kind, NewShape, Shape, ShapeId};
use kurbo::Size;

use crate::limits;
use crate::style;
use crate::tools::Pointer;
use crate::view::View;

/// The one shape that a pasted address becomes the link of: what is selected, where that may lead somewhere.
pub(crate) fn linked(address: &str, view: &View) -> Option<(Vec<Edit>, Vec<ShapeId>)> {
    let shapes: Vec<&Shape> = view.movable().take(2).collect();
    let [shape] = shapes[..] else { return None };
    let id = style::applies("link", &shape.kind).then(|| shape.id.clone())?;
    let field = Field::Link(Some(address.into()));
    Some((vec![Edit::Set { id: id.clone(), field }], vec![id]))
}

/// A card that leads to an address, and says which without its scheme.
pub(crate) fn card(address: &str, view: &View) -> NewShape {
    let said = address.split_once(':').map_or(address, |(_, rest)| rest).trim_start_matches('/');
    let said = said.strip_prefix("www.").unwrap_or(said).trim_end_matches('/');
    let mut shown: String = said.chars().take(limits::CARD_LETTERS).collect();
    if shown.len() < said.len() {
        shown.push('…');
    }
    let size = Size::new(limits::CARD_WIDTH_BOARD, limits::CARD_HEIGHT_BOARD);
    let place = [Field::Size(size), Field::Link(Some(address.into()))];
    view.new_shape(Kind::Rectangle, place).with_text(shown)
}

/// The shape whose mark of a link is pressed.
pub(crate) fn marked(pointer: &Pointer, view: &View) -> Option<ShapeId> {
    let id = view.hit(pointer.at, pointer.device)?;
    view.board.shape(&id).is_some_and(|shape| shape.is_link_mark(pointer.at)).then_some(id)
}

/// Where the one selected shape leads.
pub(crate) fn of_selection<'a>(view: &'a View) -> Option<&'a str> {
    let [id] = &view.selection[..] else { return None };
    view.board.shape(id)?.link.as_deref()
}
