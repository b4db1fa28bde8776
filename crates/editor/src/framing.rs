//! Which frame a shape lies in, decided when a hand puts it somewhere: the topmost one around its middle.

use std::collections::HashSet;

use board::{Edit, Field, Kind, NewShape, OrderKey, Shape, ShapeId};
use kurbo::{Point, Rect, Vec2};

use crate::connecting;
use crate::draft::{Motion, preview};
use crate::limits;
use crate::transform::Transform;
use crate::view::View;

/// Edges that are as good as the same.
const NEAR: f64 = 1e-6;

/// The frame around a new shape, as a field of it.
pub(crate) fn of_new(shape: &NewShape, view: &View) -> Option<Field> {
    let middle = preview(view.ids.shape(), shape).local_bounds().center();
    of_place(middle, view).filter(|_| shape.kind != Kind::Frame)
}

/// The frame around a place, as a field of what comes to lie there.
pub(crate) fn of_place(middle: Point, view: &View) -> Option<Field> {
    let around = Frames::of(view, |_| false).around(middle)?;
    Some(Field::Frame(Some(around.id.clone())))
}

/// New shapes come into the frame around them, but for frames and for those that bring theirs along.
pub(crate) fn received<'a>(shapes: impl Iterator<Item = &'a mut NewShape>, view: &View) {
    if view.board.frames().next().is_none() {
        return;
    }
    let frames = Frames::of(view, |_| false);
    let is_framed = |shape: &NewShape| shape.fields.iter().any(|field| matches!(field, Field::Frame(Some(_))));
    for shape in shapes.filter(|shape| shape.kind != Kind::Frame && !is_framed(shape)) {
        let middle = preview(view.ids.shape(), shape).local_bounds().center();
        shape.fields.extend(frames.around(middle).map(|around| Field::Frame(Some(around.id.clone()))));
    }
}

/// A new frame takes in what lies in it whole and is in no other. It comes to lie beneath that: it is filled, and would
/// hide it.
pub(crate) fn taken_in(id: &ShapeId, frame: &mut NewShape, view: &View) -> Vec<Edit> {
    let area = preview(id.clone(), frame);
    let inside: Vec<&Shape> = within(&area, view).filter(|shape| shape.frame.is_none()).collect();
    let Some((order, shifts)) = beneath(&inside, view) else { return vec![] };
    frame.fields.push(Field::Order(order));
    into_frame(&inside, Some(id)).chain(shifts).collect()
}

/// What becomes of other shapes when one becomes a frame, or is none any longer: what lies in it whole is taken in, as by a
/// new frame; what lay in it goes to the frame around it.
pub(crate) fn became(shape: &Shape, to: &Kind, view: &View) -> Vec<Edit> {
    if shape.kind == Kind::Frame {
        let contents = view.board.with_contents([&shape.id]);
        let contents: Vec<&Shape> = contents.iter().filter_map(|id| view.board.shape(id)).collect();
        let own: Vec<&Shape> = contents.into_iter().filter(|other| other.frame.as_ref() == Some(&shape.id)).collect();
        return into_frame(&own, shape.frame.as_ref()).collect();
    }
    if *to != Kind::Frame {
        return vec![];
    }
    let inside: Vec<&Shape> =
        within(shape, view).filter(|other| other.id != shape.id && other.frame == shape.frame).collect();
    let mut edits: Vec<Edit> = into_frame(&inside, Some(&shape.id)).collect();
    let is_above = |other: &&Shape| (&other.order, &other.id) < (&shape.order, &shape.id);
    if inside.iter().any(is_above)
        && let Some((order, shifts)) = beneath(&inside, view)
    {
        edits.push(Edit::Set { id: shape.id.clone(), field: Field::Order(order) });
        edits.extend(shifts);
    }
    edits
}

fn into_frame(shapes: &[&Shape], frame: Option<&ShapeId>) -> impl Iterator<Item = Edit> {
    shapes.iter().map(move |shape| Edit::Set { id: shape.id.clone(), field: Field::Frame(frame.cloned()) })
}

/// What lies in a shape whole, of its own bounds' corners.
fn within<'a>(around: &Shape, view: &'a View) -> impl Iterator<Item = &'a Shape> {
    let upright = around.rotation().transform_rect_bbox(around.local_bounds());
    let (back, local) = (around.rotation().inverse(), around.local_bounds().inflate(NEAR, NEAR));
    let is_in = move |shape: &&Shape| {
        let Rect { x0, y0, x1, y1 } = shape.bounds();
        [(x0, y0), (x1, y0), (x1, y1), (x0, y1)].into_iter().all(|corner| local.contains(back * Point::from(corner)))
    };
    view.inside(upright).filter(is_in).take(limits::FRAMED_SHAPES)
}

/// A place in the pile right beneath these, and what must be moved to make room there.
fn beneath(shapes: &[&Shape], view: &View) -> Option<(OrderKey, Vec<Edit>)> {
    let lowest = shapes.iter().min_by_key(|shape| (&shape.order, &shape.id))?;
    let below = view.board.shapes().rev().skip_while(|shape| shape.id != lowest.id).nth(1);
    let below = below.map(|shape| &shape.id);
    let placement = view.board.order_between(below, Some(&lowest.id), &[], 1, view.ids.random());
    Some((placement.keys.into_iter().next()?, placement.shifts))
}

/// What a transform changes about all that it carries. A selected line that leaves what it holds lets go of it; one that
/// goes along in its frame holds on.
pub(crate) fn changed(carried: &[ShapeId], transform: &Transform, view: &View) -> Vec<Edit> {
    let moving: HashSet<&ShapeId> = carried.iter().collect();
    let shapes = carried.iter().filter_map(|id| view.board.shape(id));
    let edits = shapes.flat_map(|shape| {
        let torn = match view.selection.contains(shape.slot) {
            true => connecting::torn_off(shape, &moving),
            false => vec![],
        };
        let fields = match torn.is_empty() {
            true => transform.fields(shape),
            false => {
                let changed = transform.fields(&shape.with(&torn));
                let kept = torn.into_iter().filter(|field| changed.iter().all(|other| other.key() != field.key()));
                kept.chain(changed.iter().cloned()).collect()
            }
        };
        fields.into_iter().map(|field| Edit::Set { id: shape.id.clone(), field }).collect::<Vec<_>>()
    });
    edits.collect()
}

/// A transform of the selection as edits: all that it carries, and the frames that it has come into.
pub(crate) fn transformed(transform: &Transform, view: &View) -> Vec<Edit> {
    let carried = view.carried(transform);
    let mut edits = changed(&carried, transform, view);
    if let Transform::Move { by } = transform {
        let moved: Vec<_> = view.movable().map(|shape| (shape, *by)).collect();
        edits.extend(adopted(&moved, &carried, view));
    }
    edits
}

/// The same moves for what lies in frames that are moved, where it is not moved by itself.
pub(crate) fn moves(shapes: &[(&Shape, Vec2)], view: &View) -> Vec<Edit> {
    let own: HashSet<&ShapeId> = shapes.iter().map(|(shape, _)| &shape.id).collect();
    let moves = shapes.iter().filter(|(_, by)| by.hypot() > 1e-9).flat_map(|(shape, by)| {
        let all = view.board.with_contents([&shape.id]);
        let all = all.into_iter().filter(|id| *id == shape.id || !own.contains(id));
        all.filter_map(|id| {
            let field = view.board.shape(&id)?.moved(*by);
            Some(Edit::Set { id, field })
        })
    });
    let mut edits: Vec<Edit> = moves.collect();
    let moved: Vec<_> = shapes.iter().copied().filter(|(_, by)| by.hypot() > 1e-9).collect();
    let carried = view.board.with_contents(moved.iter().map(|(shape, _)| &shape.id));
    edits.extend(adopted(&moved, &carried, view));
    edits
}

/// The frames of the board, the topmost first: there are few, and whoever asks for thousands of shapes asks them all.
struct Frames<'a>(Vec<(Rect, &'a Shape)>);

impl<'a> Frames<'a> {
    /// All but those that go along with what moves.
    fn of(view: &'a View, moves: impl Fn(&ShapeId) -> bool) -> Self {
        let stays = view.board.frames().filter(|frame| !goes_along(frame, view, &moves));
        let mut frames: Vec<(Rect, &Shape)> = stays.map(|frame| (frame.bounds(), frame)).collect();
        frames.sort_by(|(_, a), (_, b)| (&b.order, &b.id).cmp(&(&a.order, &a.id)));
        Frames(frames)
    }

    /// The topmost one around a point.
    fn around(&self, at: Point) -> Option<&'a Shape> {
        let mut around = self.0.iter().filter(|(rect, frame)| rect.contains(at) && frame.encloses(at.into()));
        around.next().map(|(_, frame)| *frame)
    }
}

/// Whether a frame, or one around it, is among what moves.
fn goes_along(frame: &Shape, view: &View, moves: impl Fn(&ShapeId) -> bool) -> bool {
    let mut next = Some(frame);
    for _ in 0..limits::NESTED_FRAMES {
        let Some(frame) = next else { return false };
        if moves(&frame.id) {
            return true;
        }
        next = frame.frame.as_ref().and_then(|id| view.board.shape(id));
    }
    false
}

/// Shapes that were moved change frames where they have come into another.
pub(crate) fn adopted(moved: &[(&Shape, Vec2)], carried: &[ShapeId], view: &View) -> Vec<Edit> {
    if view.board.frames().next().is_none() {
        return vec![];
    }
    let carried: HashSet<&ShapeId> = carried.iter().collect();
    let frames = Frames::of(view, |id| carried.contains(id));
    let (mut edits, mut hidden) = (vec![], vec![]);
    for (shape, by) in moved {
        if shape.frame.as_ref().is_some_and(|frame| carried.contains(frame)) {
            // Its frame is in the same hand.
            continue;
        }
        let around = frames.around(shape.local_bounds().center() + *by);
        let frame = around.map(|around| around.id.clone());
        if frame == shape.frame {
            continue;
        }
        edits.push(Edit::Set { id: shape.id.clone(), field: Field::Frame(frame) });
        if around.is_some_and(|around| (&around.order, &around.id) > (&shape.order, &shape.id)) {
            hidden.push(*shape);
        }
    }
    edits.extend(raised(hidden, view));
    edits
}

/// Puts shapes on top of everything, in the order in which they lie.
fn raised(mut shapes: Vec<&Shape>, view: &View) -> Vec<Edit> {
    shapes.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
    let top = view.board.shapes().next_back().map(|shape| &shape.id);
    let placement = view.board.order_between(top, None, &[], shapes.len(), view.ids.random());
    let keys = shapes.iter().zip(placement.keys);
    keys.map(|(shape, order)| Edit::Set { id: shape.id.clone(), field: Field::Order(order) }).collect()
}

/// The frames that would take in what is being dragged or drawn, were it put down now.
pub(crate) fn taking<'a>(motion: &Motion, view: &'a View) -> Vec<&'a Shape> {
    match motion {
        Motion::Transform { transform: Transform::Move { by }, .. } => {
            let frames = Frames::of(view, |id| view.is_selected(id));
            let (width_px, height_px) = view.size_px;
            let seen = view.camera.visible(width_px, height_px);
            let seen = frames.0.iter().filter(|(rect, _)| rect.overlaps(seen)).take(limits::FRAMES_SHOWN);
            seen.filter(|(rect, frame)| comes_into(*rect, frame, *by, &frames, view)).map(|(_, frame)| *frame).collect()
        }
        Motion::Create { id, shape } if shape.kind != Kind::Frame => {
            let middle = preview(id.clone(), shape).local_bounds().center();
            Frames::of(view, |_| false).around(middle).into_iter().collect()
        }
        _ => vec![],
    }
}

/// Whether one of the selected shapes would lie in this frame and does not yet. Asked of the index where they come from, so
/// that it costs what lies there, not what is selected.
fn comes_into(rect: Rect, frame: &Shape, by: Vec2, frames: &Frames, view: &View) -> bool {
    let lands = |shape: &&Shape| {
        let middle = shape.local_bounds().center() + by;
        rect.contains(middle) && frames.around(middle).is_some_and(|around| around.id == frame.id)
    };
    let there = view.meeting(rect - by).take(limits::FRAME_PROBES);
    let mut coming = there.filter(|shape| {
        view.selection.contains(shape.slot) && !shape.locked && shape.frame.as_ref() != Some(&frame.id) && lands(shape)
    });
    coming.next().is_some()
}
