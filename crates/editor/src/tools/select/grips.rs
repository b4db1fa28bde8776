//! What dragging a grip of a line changes about it: a point, a new point, a stretch of an elbow, the label. A side of a box
//! is a grip only while an image is cropped.

use board::{Edit, Field, Kind, Route, Shape, ShapeId};
use kurbo::{Line, ParamCurveNearest, Point};
use scene::BoardPoint;

use super::{Drag, State, Target};
use crate::connecting;
use crate::cropping;
use crate::handles::Handle;
use crate::limits;
use crate::tools::Effect;
use crate::transform::{in_angle_steps, tidy};
use crate::view::View;

/// Stretches this near to each other are one, in board pixels.
const SAME: f64 = 0.01;

/// The fields that the drag changes; none where the shape or the grip is gone.
pub(super) fn dragged(drag: Drag, id: &ShapeId, grip: &Handle, view: &View) -> Vec<Field> {
    let Some(shape) = view.board.shape(id) else { return vec![] };
    let fields = match grip {
        Handle::Point { index, .. } => bent(drag, shape, *index, view),
        Handle::Middle { index, .. } => inserted(drag, shape, *index),
        Handle::Stretch { index, .. } => shifted(drag, shape, *index),
        Handle::Label { .. } => Some(vec![Field::LabelAt((shape.share_at(drag.to.into()) * 100.0).round() / 100.0)]),
        Handle::Resize { x, y } => Some(cropping::cropped(shape, (*x, *y), drag.by())),
        Handle::Rotate | Handle::Grow { .. } => None,
    };
    fields.unwrap_or_default()
}

/// A point elsewhere. An end holds what it is put on; a corner that is put on its neighbour goes.
fn bent(drag: Drag, shape: &Shape, index: usize, view: &View) -> Option<Vec<Field>> {
    let points = shape.board_points();
    points.get(index)?;
    let mut to = Point::from(drag.to);
    let neighbour = if index == 0 { points.get(1) } else { points.get(index - 1) };
    if let Some(neighbour) = neighbour
        && drag.modifiers.shift
    {
        to = *neighbour + in_angle_steps(to - *neighbour);
    }
    let merge = limits::POINT_MERGE_PX / view.camera.zoom();
    let is_inner = shape.kind == Kind::Polygon || (index > 0 && index + 1 < points.len());
    let least = if shape.kind == Kind::Polygon { 3 } else { 2 };
    let beside = [index.checked_sub(1), Some(index + 1)].into_iter().flatten().filter_map(|index| points.get(index));
    if is_inner && points.len() > least && beside.into_iter().any(|other| other.distance(to) < merge) {
        let kept = shape.points.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, point)| *point);
        return Some(vec![Field::Points(kept.collect())]);
    }
    let mut fields = vec![Field::Points(shape.points_with(index, shape.point_from_board(to)))];
    fields.extend(connecting::rebound(shape, index, to.into(), drag.modifiers, view));
    Some(fields)
}

/// One more point, in the stretch after this one.
fn inserted(drag: Drag, shape: &Shape, index: usize) -> Option<Vec<Field>> {
    let mut points = shape.points.to_vec();
    if index >= points.len() || points.len() >= board::limits::POINTS_MAX {
        return None;
    }
    points.insert(index + 1, shape.point_from_board(drag.to.into()));
    Some(vec![Field::Points(points.into())])
}

/// What a drag of a line itself becomes. An elbow that holds something is where its ends are: it is bent at the stretch
/// under the hand, wherever that is taken hold of. Others move, and with Alt a copy does.
pub(super) fn stretch_under(drag: Drag, id: &ShapeId, view: &View) -> State {
    let at = Point::from(drag.from);
    let elbow = view.board.shape(id).filter(|line| line.route == Route::Elbow && !drag.modifiers.alt);
    let elbow = elbow.filter(|line| line.start.is_some() || line.end.is_some());
    let corners = elbow.map(Shape::seen_corners).unwrap_or_default();
    let distances = corners.windows(2).map(|pair| Line::new(pair[0], pair[1]).nearest(at, 0.0).distance_sq);
    match distances.enumerate().min_by(|(_, one), (_, other)| one.total_cmp(other)) {
        Some((index, _)) => State::Bending { drag, id: id.clone(), grip: Handle::Stretch { id: id.clone(), index } },
        None => State::Moving(drag),
    }
}

/// A stretch of an elbow elsewhere. From then on all its inner stretches stay where they are: a route that is half a
/// person's and half a machine's jumps. The first and the last one belong to what the ends hold; where one is dragged, the line
/// leaves and arrives as before, and steps aside from there.
fn shifted(drag: Drag, shape: &Shape, index: usize) -> Option<Vec<Field>> {
    let corners = shape.seen_corners();
    let stretches: Vec<Lane> = corners.windows(2).map(|pair| Lane::of(pair[0], pair[1])).collect();
    let last = stretches.len().checked_sub(1).filter(|last| index <= *last)?;
    // A step aside follows from the end and the stretch beyond it, unless it is dragged itself.
    let stored: Vec<Lane> = shape.via.chunks_exact(2).map(|pair| Lane::stored(pair, shape.pos)).collect();
    let is_step = |kept: Option<&Lane>, end: usize, step: usize, beyond: usize| {
        let beyond = stretches.get(beyond).filter(|lane| lane.is_level == stretches[end].is_level);
        index != step && index != end && kept.zip(beyond).is_some_and(|(kept, beyond)| kept.is_near(beyond))
    };
    let first = match index {
        0 => 0,
        _ if is_step(stored.first(), 0, 1, 2) => 2,
        _ => 1,
    };
    let end = match last {
        _ if index == last => last + 1,
        2.. if is_step(stored.last(), last, last - 1, last - 2) => last - 1,
        _ => last,
    };
    let lanes = (first..end.max(first)).flat_map(|at| {
        let lane = if at == index { stretches[at].through(drag.to.into()) } else { stretches[at] };
        let zero = if lane.is_level { shape.pos.y } else { shape.pos.x };
        [if lane.is_level { 1.0 } else { 0.0 }, tidy(lane.at - zero)]
    });
    Some(vec![Field::Via(lanes.collect())])
}

/// Where a stretch of an elbow runs: at a y where it is level, else at an x.
#[derive(Clone, Copy)]
struct Lane {
    is_level: bool,
    at: f64,
}

impl Lane {
    fn of(from: Point, to: Point) -> Self {
        let is_level = (from.y - to.y).abs() < (from.x - to.x).abs();
        Lane { is_level, at: if is_level { from.y } else { from.x } }
    }

    fn stored(pair: &[f64], pos: BoardPoint) -> Self {
        let is_level = pair[0] != 0.0;
        Lane { is_level, at: pair[1] + if is_level { pos.y } else { pos.x } }
    }

    fn through(self, point: Point) -> Self {
        Lane { at: if self.is_level { point.y } else { point.x }, ..self }
    }

    fn is_near(&self, other: &Lane) -> bool {
        self.is_level == other.is_level && (self.at - other.at).abs() < SAME
    }
}

/// A double click on a side of a text that wraps: it is as wide as its words again.
pub(super) fn unwrapped(handle: &Handle, view: &View) -> Option<Vec<Effect>> {
    let Handle::Resize { y: 0, .. } = handle else { return None };
    let [id] = &view.selection[..] else { return None };
    let text =
        view.board.shape(id).filter(|shape| view.can_edit && shape.kind == Kind::Text && shape.wrap.is_some())?;
    let edit = Edit::Set { id: text.id.clone(), field: Field::Wrap(None) };
    Some(vec![Effect::Apply(vec![edit], None)])
}

/// The image that a double click begins to crop.
pub(super) fn crops(on: &Target, view: &View) -> Option<ShapeId> {
    let Target::Shape { id, .. } = on else { return None };
    (view.can_edit && view.board.shape(id).is_some_and(cropping::can_crop)).then(|| id.clone())
}

/// Enter begins to crop the selected image, and ends it.
pub(super) fn crop_by_key(cropping: &mut Option<ShapeId>, view: &View) -> Vec<Effect> {
    let image = cropping::selected(view).map(|image| image.id.clone());
    *cropping = image.filter(|image| cropping.as_ref() != Some(image));
    vec![Effect::Repaint]
}

/// Whether a press is on this shape, which alone is selected, or on its handles.
pub(super) fn is_on(on: &Target, id: &ShapeId, view: &View) -> bool {
    let alone = view.selection[..] == [id.clone()];
    alone && !matches!(on, Target::Nothing) && !matches!(on, Target::Shape { id: other, .. } if other != id)
}

/// What a drag of an image that is being cropped becomes: of a side, or of the picture under the box.
pub(super) fn cropping(drag: Drag, id: ShapeId, on: &Target) -> Option<State> {
    let grip = match on {
        Target::Handle(grip @ Handle::Resize { .. }) => grip.clone(),
        Target::Shape { .. } | Target::Selection => Handle::Resize { x: 0, y: 0 },
        Target::Handle(_) | Target::Nothing => return None,
    };
    Some(State::Bending { drag, id, grip })
}
