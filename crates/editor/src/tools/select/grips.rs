//! What dragging a grip of a line changes about it: a point, a new point, a stretch of an elbow, the label. A side of a box
//! is a grip only while an image is cropped.

use board::{Field, Kind, Shape, ShapeId};
use kurbo::{Point, Vec2};

use super::{Drag, State, Target};
use crate::connecting;
use crate::cropping;
use crate::handles::Handle;
use crate::limits;
use crate::transform::{in_angle_steps, tidy};
use crate::view::View;

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

/// A stretch of an elbow elsewhere. From then on all its inner stretches stay where they are: a route that is half a
/// person's and half a machine's jumps.
fn shifted(drag: Drag, shape: &Shape, index: usize) -> Option<Vec<Field>> {
    let corners = shape.seen_corners();
    let inner = corners.len().checked_sub(1)?;
    if index == 0 || index + 1 >= inner {
        return None;
    }
    let lanes = (1..inner - 1).flat_map(|stretch| {
        let (from, to) = (corners[stretch], corners[stretch + 1]);
        let is_level = (from.y - to.y).abs() < (from.x - to.x).abs();
        let at: Vec2 = if stretch == index { Vec2::new(drag.to.x, drag.to.y) } else { from.to_vec2() };
        match is_level {
            true => [1.0, tidy(at.y - shape.pos.y)],
            false => [0.0, tidy(at.x - shape.pos.x)],
        }
    });
    Some(vec![Field::Via(lanes.collect())])
}

/// The image that a double click begins to crop.
pub(super) fn crops(on: &Target, view: &View) -> Option<ShapeId> {
    let Target::Shape { id, .. } = on else { return None };
    (view.can_edit && view.board.shape(id).is_some_and(cropping::can_crop)).then(|| id.clone())
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
