//! The next node: a shape like this one beside it, with an arrow from one to the other; the next note; or only the arrow.
//! Knows no keys and no pointer.

use board::{Binding, Edit, Field, Kind, NewShape, Route, Shape, ShapeId};
use kurbo::{Point, Rect, Vec2};
use scene::BoardPoint;

use crate::connecting;
use crate::framing;
use crate::input::Modifiers;
use crate::limits;
use crate::text_session::TextTarget;
use crate::tools::Effect;
use crate::view::View;

/// How often the next place is tried where shapes are in the way.
const TRIES: usize = 20;

/// Whether another shape can grow from this one.
pub(crate) fn can_grow(shape: &Shape) -> bool {
    shape.kind.is_closed() || shape.kind == Kind::Note
}

/// The selected shape, if another can grow from it.
pub(crate) fn node<'a>(view: &'a View) -> Option<&'a Shape> {
    match &view.selection[..] {
        [id] => view.board.shape(id).filter(|shape| can_grow(shape)),
        _ => None,
    }
}

/// The next node in this direction.
pub(crate) fn grown(shape: &Shape, direction: Vec2, view: &View) -> Vec<Effect> {
    let by = free_place(view, shape.local_bounds(), direction, limits::NODE_GAP_BOARD);
    let Some((id, copy)) = next(shape, by, view) else { return vec![] };
    let bound = |shape| Some(Binding { shape, at: None });
    let mut line = view.new_shape(
        Kind::Arrow,
        [
            Field::Pos(shape.local_bounds().center().into()),
            Field::Points([Vec2::ZERO, by].into()),
            Field::Start(bound(shape.id.clone())),
            Field::End(bound(id.clone())),
            Field::Route(Route::Elbow),
        ],
    );
    line.fields.extend(frame_of(shape));
    let edits = vec![Edit::Insert { id: id.clone(), shape: copy }, Edit::Insert { id: view.ids.shape(), shape: line }];
    let look = brought_into_view(shape.local_bounds() + by, view);
    [Effect::Apply(edits, None), Effect::Select(vec![id])].into_iter().chain(look).collect()
}

/// The note beside or below this one, ready to be written on: the one that is there, or a new one of its looks.
pub(crate) fn next_note(shape: &Shape, direction: Vec2, view: &View) -> Vec<Effect> {
    let rect = shape.local_bounds();
    let by = ahead(rect, direction, limits::NOTE_GAP_BOARD);
    let there = view.encloses((rect + by).center().into(), |other| other.kind == Kind::Note && !other.locked);
    let (mut effects, id) = match there {
        Some(note) => (vec![], note.id.clone()),
        None => {
            let Some((id, copy)) = next(shape, by, view) else { return vec![] };
            (vec![Effect::Apply(vec![Edit::Insert { id: id.clone(), shape: copy }], None)], id)
        }
    };
    effects.extend(brought_into_view(rect + by, view));
    effects.push(Effect::EditText(TextTarget::Shape { id, select_all: false }));
    effects
}

/// What grows out of the view takes the view along.
fn brought_into_view(rect: Rect, view: &View) -> Option<Effect> {
    let (width_px, height_px) = view.size_px;
    let all = view.camera.visible(width_px, height_px);
    // The style panel lies over the right side.
    let seen = Rect { x1: all.x1 - all.width() * limits::UNDER_PANEL, ..all };
    let is_seen = seen.contains_rect(rect);
    (!is_seen).then(|| Effect::Look(view.camera.centred(rect.center().into(), width_px, height_px)))
}

/// The arrow that a hand pulls out of a side of a shape.
pub(crate) fn pulled(from: &Shape, side: Vec2, to: BoardPoint, modifiers: Modifiers, view: &View) -> NewShape {
    let start = Binding { shape: from.id.clone(), at: Some(Vec2::new(0.5, 0.5) + side * 0.5) };
    let at = connecting::held_point(from, &start);
    let end = connecting::target(view, to, modifiers).filter(|end| end.shape != from.id || end.at.is_some());
    let place = [
        Some(Field::Pos(at.into())),
        Some(Field::Points([Vec2::ZERO, Point::from(to) - at].into())),
        Some(Field::Start(Some(start))),
        end.map(|end| Field::End(Some(end))),
        frame_of(from),
    ];
    view.new_shape(Kind::Arrow, place.into_iter().flatten())
}

fn frame_of(shape: &Shape) -> Option<Field> {
    shape.frame.clone().map(|frame| Field::Frame(Some(frame)))
}

/// A copy without its words, there and on top.
fn next(shape: &Shape, by: Vec2, view: &View) -> Option<(ShapeId, NewShape)> {
    let mut copy = view.board.copy(&shape.id)?;
    copy.text.clear();
    let stays =
        |field: &Field| !matches!(field, Field::Author(_) | Field::Groups(_) | Field::Locked(_) | Field::Frame(_));
    copy.fields.retain(stays);
    copy.fields.push(shape.moved(by));
    copy.fields.extend(framing::of_place(shape.local_bounds().center() + by, view));
    copy.fields.push(Field::Order(view.board.order_top(view.ids.random())));
    copy.fields.extend(view.author(&shape.kind));
    Some((view.ids.shape(), copy))
}

fn ahead(rect: Rect, direction: Vec2, gap: f64) -> Vec2 {
    Vec2::new(direction.x * (rect.width() + gap), direction.y * (rect.height() + gap))
}

/// How far to go so that nothing is in the way: straight on, else aside in turns.
fn free_place(view: &View, rect: Rect, direction: Vec2, gap: f64) -> Vec2 {
    let ahead = ahead(rect, direction, gap);
    let aside = Vec2::new(direction.y.abs() * (rect.width() + gap), direction.x.abs() * (rect.height() + gap));
    let tries = (0..TRIES).map(|at| {
        let turn = (at.div_ceil(2)) as f64 * if at % 2 == 0 { -0.5 } else { 0.5 };
        ahead + aside * turn
    });
    let is_free = |by: &Vec2| !view.is_occupied((rect + *by).inflate(4.0, 4.0));
    tries.clone().find(is_free).unwrap_or(ahead)
}
