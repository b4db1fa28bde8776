//! The next node: a shape like the selected one beside it, and an arrow from one to the other.

use board::{Binding, Edit, Field, Kind, Route, Shape};
use kurbo::{Rect, Vec2};

use super::{Command, EDIT};
use crate::limits;
use crate::tools::Effect;
use crate::view::View;

pub(super) const RIGHT: Command = grow("grow-right", &["Mod+ArrowRight"], |view| grown(view, Vec2::new(1.0, 0.0)));
pub(super) const LEFT: Command = grow("grow-left", &["Mod+ArrowLeft"], |view| grown(view, Vec2::new(-1.0, 0.0)));
pub(super) const UP: Command = grow("grow-up", &["Mod+ArrowUp"], |view| grown(view, Vec2::new(0.0, -1.0)));
pub(super) const DOWN: Command = grow("grow-down", &["Mod+ArrowDown"], |view| grown(view, Vec2::new(0.0, 1.0)));

/// How often the next place is tried where shapes are in the way.
const TRIES: usize = 20;

const fn grow(id: &'static str, shortcuts: &'static [&'static str], run: fn(&View) -> Vec<Effect>) -> Command {
    Command { id, shortcuts, enabled: |view| node(view).is_some(), run, ..EDIT }
}

/// The selected shape, if another can grow from it.
fn node<'a>(view: &'a View) -> Option<&'a Shape> {
    match &view.selection[..] {
        [id] => view.board.shape(id).filter(|shape| shape.kind.is_closed() || shape.kind == Kind::Note),
        _ => None,
    }
}

fn grown(view: &View, direction: Vec2) -> Vec<Effect> {
    let Some(shape) = node(view) else { return vec![] };
    let Some(mut copy) = view.board.copy(&shape.id) else { return vec![] };
    let rect = shape.local_bounds();
    let by = free_place(view, rect, direction);
    let (id, arrow) = (view.ids.shape(), view.ids.shape());
    copy.text.clear();
    copy.fields.push(shape.moved(by));
    copy.fields.push(Field::Order(view.board.order_top(view.ids.random())));
    let bound = |shape| Some(Binding { shape, at: None });
    let line = view.new_shape(
        Kind::Arrow,
        [
            Field::Pos(rect.center().into()),
            Field::Points([Vec2::ZERO, by].into()),
            Field::Start(bound(shape.id.clone())),
            Field::End(bound(id.clone())),
            Field::Route(Route::Elbow),
        ],
    );
    let edits = vec![Edit::Insert { id: id.clone(), shape: copy }, Edit::Insert { id: arrow, shape: line }];
    vec![Effect::Apply(edits, None), Effect::Select(vec![id])]
}

/// How far to go so that nothing is in the way: straight on, else aside in turns.
fn free_place(view: &View, rect: Rect, direction: Vec2) -> Vec2 {
    let step = |size: f64| size + limits::NODE_GAP_BOARD;
    let ahead = Vec2::new(direction.x * step(rect.width()), direction.y * step(rect.height()));
    let aside = Vec2::new(direction.y.abs() * step(rect.width()), direction.x.abs() * step(rect.height()));
    let tries = (0..TRIES).map(|at| {
        let turn = (at.div_ceil(2)) as f64 * if at % 2 == 0 { -0.5 } else { 0.5 };
        ahead + aside * turn
    });
    let is_free = |by: &Vec2| !view.is_occupied((rect + *by).inflate(4.0, 4.0));
    tries.clone().find(is_free).unwrap_or(ahead)
}
