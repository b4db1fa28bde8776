//! What ends of arrows hold on to, as a hand means it. Where a bound line then runs is the board's to say.

use std::collections::HashSet;

use board::{Binding, Board, Edit, Field, Kind, Shape, ShapeId};
use kurbo::{Point, Rect, Vec2};
use scene::BoardPoint;

use crate::input::Modifiers;
use crate::limits;
use crate::view::View;

/// The middles of a box's sides, in shares of them.
const MIDDLES: [Vec2; 4] = [Vec2::new(0.5, 0.0), Vec2::new(1.0, 0.5), Vec2::new(0.5, 1.0), Vec2::new(0.0, 0.5)];

/// What an end that is put here holds on to: the middle of a side where that is near, the exact point with Alt, else the
/// shape as a whole; nothing with Control or Command.
pub(crate) fn target(view: &View, at: BoardPoint, modifiers: Modifiers) -> Option<Binding> {
    if modifiers.command() {
        return None;
    }
    let reach = limits::BIND_PX / view.camera.zoom();
    let shape = view.holdable(at, reach)?;
    let near = |share: &Vec2| point_at(shape, *share).distance(at.into());
    let middle = MIDDLES.into_iter().min_by(|a, b| near(a).total_cmp(&near(b))).filter(|share| near(share) <= reach);
    let exact = || modifiers.alt.then(|| share_at(shape, at));
    Some(Binding { shape: shape.id.clone(), at: middle.or_else(exact) })
}

/// The fields that bind an arrow from one place to another.
pub(crate) fn ends(from: BoardPoint, to: BoardPoint, modifiers: Modifiers, view: &View) -> Vec<Field> {
    let start = target(view, from, modifiers);
    let end = target(view, to, modifiers).filter(|end| {
        // From a shape as a whole to itself there is no way.
        start.as_ref().is_none_or(|start| start.shape != end.shape || (start.at.is_some() && end.at.is_some()))
    });
    let start = start.map(|start| Field::Start(Some(start)));
    start.into_iter().chain(end.map(|end| Field::End(Some(end)))).collect()
}

/// What an arrow's end holds on to when it is dropped here; none for corners that are no ends.
pub(crate) fn rebound(shape: &Shape, index: usize, at: BoardPoint, modifiers: Modifiers, view: &View) -> Option<Field> {
    if shape.kind != Kind::Arrow {
        return None;
    }
    let held = || target(view, at, modifiers);
    match index {
        0 => Some(Field::Start(held())),
        _ if index + 1 == shape.points.len() => Some(Field::End(held())),
        _ => None,
    }
}

/// The ids of the shapes that a line's ends hold.
fn held(shape: &Shape) -> impl Iterator<Item = &ShapeId> {
    [&shape.start, &shape.end].into_iter().flatten().map(|binding| &binding.shape)
}

/// Of shapes that are about to change, leaves out the lines that hold some of them and something else that stays: those
/// follow by themselves.
pub(crate) fn keep_movers(board: &Board, ids: &mut Vec<ShapeId>) {
    let is_bound = |id: &ShapeId| board.shape(id).is_some_and(|shape| shape.is_bound());
    if !board.has_dependents() || !ids.iter().any(is_bound) {
        return;
    }
    let moving: HashSet<ShapeId> = ids.iter().cloned().collect();
    ids.retain(|id| {
        let Some(shape) = board.shape(id).filter(|shape| shape.is_bound()) else { return true };
        held(shape).all(|id| moving.contains(id)) || !held(shape).any(|id| moving.contains(id))
    });
}

/// Lines that hold two of what changes and have corners or stretches of their own between: those go along, or the line
/// would be bent another way. Beside a large selection they stay.
pub(crate) fn strung_between(board: &Board, ids: &[ShapeId]) -> Vec<ShapeId> {
    if !board.has_dependents() || ids.len() > limits::OBSTACLES_IN_MOTION {
        return vec![];
    }
    let moving: HashSet<&ShapeId> = ids.iter().collect();
    let goes_along = |line: &Shape| {
        let has_own = !line.via.is_empty() || line.points.len() > 2;
        has_own
            && line.kind.is_line()
            && !line.locked
            && held(line).count() == 2
            && held(line).all(|id| moving.contains(id))
    };
    let followers = board.followers(ids).into_iter().filter(|id| !moving.contains(id));
    followers.filter(|id| board.shape(id).is_some_and(goes_along)).collect()
}

/// A selected line that is moved by itself lets go, and goes on from where it is seen.
pub(crate) fn torn_off(shape: &Shape, moving: &HashSet<&ShapeId>) -> Vec<Field> {
    if !shape.is_bound() || held(shape).any(|id| moving.contains(id)) {
        return vec![];
    }
    let points = shape.board_points().into_iter().map(|point| point - Point::from(shape.pos)).collect();
    vec![Field::Start(None), Field::End(None), Field::Points(points)]
}

/// Takes shapes off the board, with what lies in those that are frames. What held them lets go.
pub(crate) fn removed<'a>(view: &View, ids: impl IntoIterator<Item = &'a ShapeId>) -> Vec<Edit> {
    let gone = view.board.with_contents(ids);
    let mut edits = released(view, &gone);
    edits.extend(gone.into_iter().map(|id| Edit::Remove { id }));
    edits
}

/// Lets go of shapes that are about to be removed: the ends stay where they are seen.
fn released(view: &View, gone: &[ShapeId]) -> Vec<Edit> {
    let followers = view.board.followers(gone);
    let lines = followers.iter().filter(|id| !gone.contains(id)).filter_map(|id| view.board.shape(id));
    let edits = lines.filter(|shape| shape.kind.is_line()).flat_map(|shape| {
        let points = shape.board_points().into_iter().map(|point| point - Point::from(shape.pos)).collect();
        let lets_go = |binding: &Option<std::sync::Arc<Binding>>| {
            binding.as_ref().is_some_and(|binding| gone.contains(&binding.shape))
        };
        let fields = [
            Some(Field::Points(points)),
            lets_go(&shape.start).then_some(Field::Start(None)),
            lets_go(&shape.end).then_some(Field::End(None)),
        ];
        fields.into_iter().flatten().map(|field| Edit::Set { id: shape.id.clone(), field }).collect::<Vec<_>>()
    });
    edits.collect()
}

/// Where on the board an end holds a shape.
pub(crate) fn held_point(shape: &Shape, binding: &Binding) -> Point {
    point_at(shape, binding.at.unwrap_or(Vec2::new(0.5, 0.5)))
}

/// The point of a shape at shares of its sides, on the board.
fn point_at(shape: &Shape, share: Vec2) -> Point {
    let rect = shape.local_bounds();
    shape.rotation() * Point::new(rect.x0 + share.x * rect.width(), rect.y0 + share.y * rect.height())
}

fn share_at(shape: &Shape, at: BoardPoint) -> Vec2 {
    let (rect, at) = (shape.local_bounds(), shape.rotation().inverse() * Point::from(at));
    let share = |value: f64, start: f64, length: f64| if length > 0.0 { (value - start) / length } else { 0.5 };
    let round = |value: f64| (value.clamp(0.0, 1.0) * 1000.0).round() / 1000.0;
    Vec2::new(round(share(at.x, rect.x0, rect.width())), round(share(at.y, rect.y0, rect.height())))
}

/// Around a point, this far.
pub(crate) fn around(at: BoardPoint, reach: f64) -> Rect {
    Rect::from_center_size(Point::from(at), (2.0 * reach, 2.0 * reach))
}
