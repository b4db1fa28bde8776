//! Another kind in place: what may become what, and what of it changes along. Must not know who asks.

use board::{Edit, Field, Kind, Route, Shape};
use kurbo::Point;

use crate::framing;
use crate::view::View;

/// Corners that are this near to each other are one, in board pixels.
const SAME: f64 = 0.5;
/// A closed shape has at least so many corners.
const CLOSED_CORNERS: usize = 3;

/// Whether this shape may become one of that kind: boxes become boxes, and what runs from corner to corner the same, closed or
/// open.
pub(crate) fn may_become(shape: &Shape, to: &Kind) -> bool {
    let is_box = |kind: &Kind| kind.is_closed() || matches!(kind, Kind::Note | Kind::Frame);
    let is_path = |kind: &Kind| kind.is_line() || *kind == Kind::Polygon;
    match to {
        Kind::Polygon if shape.kind.is_line() => corners(shape).len() >= CLOSED_CORNERS,
        to => (is_box(&shape.kind) && is_box(to)) || (is_path(&shape.kind) && is_path(to)),
    }
}

/// The kinds that one of these shapes may become, if there are others.
pub(crate) fn kinds<'a>(shapes: impl Iterator<Item = &'a Shape> + Clone) -> Vec<&'static Kind> {
    Kind::ALL.iter().filter(|to| shapes.clone().any(|shape| may_become(shape, to))).collect()
}

/// What makes it one of that kind.
pub(crate) fn edits(shape: &Shape, to: &Kind, view: &View) -> Vec<Edit> {
    if shape.kind == *to || !may_become(shape, to) {
        return vec![];
    }
    let fields = paper(shape, to).into_iter().chain(path(shape, to)).chain([Field::Kind(to.clone())]);
    let own = fields.map(|field| Edit::Set { id: shape.id.clone(), field });
    own.chain(framing::became(shape, to, view)).collect()
}

/// Paper stays paper: what a kind is filled with by itself is not what the other is.
fn paper(shape: &Shape, to: &Kind) -> Option<Field> {
    let own = shape.kind.paper().filter(|_| shape.fill.is_none() && to.paper() != shape.kind.paper())?;
    Some(Field::Fill(Some(own)))
}

/// A line that becomes an area lets go, and has the corners that are seen of it; an area that is opened runs straight.
fn path(shape: &Shape, to: &Kind) -> Vec<Field> {
    let closes = shape.kind.is_line() && *to == Kind::Polygon;
    let opens = shape.kind == Kind::Polygon && to.is_line();
    let mut fields = vec![];
    if closes {
        let corners = corners(shape).into_iter().map(|corner| corner - Point::from(shape.pos));
        fields.push(Field::Points(corners.collect()));
        fields.extend((shape.angle != 0.0).then_some(Field::Angle(0.0)));
        fields.extend(shape.start.is_some().then_some(Field::Start(None)));
        fields.extend(shape.end.is_some().then_some(Field::End(None)));
        fields.extend((!shape.via.is_empty()).then(|| Field::Via([].into())));
    }
    if (closes || opens) && shape.route != Route::Straight {
        fields.push(Field::Route(Route::Straight));
    }
    fields
}

/// The corners of a line on the board, without a last one that is the first.
fn corners(shape: &Shape) -> Vec<Point> {
    let mut corners = if shape.route == Route::Elbow { shape.seen_corners() } else { shape.board_points() };
    if corners.len() > 1 && corners[0].distance(corners[corners.len() - 1]) < SAME {
        corners.pop();
    }
    corners
}
