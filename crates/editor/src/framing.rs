//! Which frame a shape lies in, decided when a hand puts it somewhere: the topmost one around its middle.

use std::collections::HashSet;

use board::{Edit, Field, Kind, NewShape, Shape, ShapeId};
use kurbo::{Point, Vec2};

use crate::connecting;
use crate::draft::{Motion, preview};
use crate::limits;
use crate::transform::Transform;
use crate::view::View;

/// The frame around a new shape, as a field of it.
pub(crate) fn of_new(shape: &NewShape, view: &View) -> Option<Field> {
    let middle = preview(view.ids.shape(), shape).local_bounds().center();
    let around = frame_at(middle, &[], view)?;
    (shape.kind != Kind::Frame).then(|| Field::Frame(Some(around.id.clone())))
}

/// A new frame takes in what lies in it whole and is in no other. It comes to lie beneath that: it is filled, and would
/// hide it.
pub(crate) fn taken_in(id: &ShapeId, frame: &mut NewShape, view: &View) -> Vec<Edit> {
    let area = preview(id.clone(), frame).local_bounds();
    let inside = view.inside(area).filter(|shape| shape.frame.is_none()).take(limits::FRAMED_SHAPES);
    let inside: Vec<&Shape> = inside.collect();
    let Some(lowest) = inside.iter().min_by_key(|shape| (&shape.order, &shape.id)) else { return vec![] };
    let below = view.board.shapes().rev().skip_while(|shape| shape.id != lowest.id).nth(1);
    let below = below.map(|shape| &shape.id);
    let placement = view.board.order_between(below, Some(&lowest.id), &[], 1, view.ids.random());
    frame.fields.extend(placement.keys.into_iter().map(Field::Order));
    let taken = inside.iter().map(|shape| Edit::Set { id: shape.id.clone(), field: Field::Frame(Some(id.clone())) });
    taken.chain(placement.shifts).collect()
}

/// What a transform changes about all that it carries. A selected line that leaves what it holds lets go of it; one that
/// goes along in its frame holds on.
pub(crate) fn changed(carried: &[ShapeId], transform: &Transform, view: &View) -> Vec<Edit> {
    let moving: HashSet<&ShapeId> = carried.iter().collect();
    let shapes = carried.iter().filter_map(|id| view.board.shape(id));
    let edits = shapes.flat_map(|shape| {
        let torn = match view.selection.contains(&shape.id) {
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

/// The same moves for what lies in frames that are moved, where it is not moved by itself.
pub(crate) fn moves(shapes: &[(&Shape, Vec2)], view: &View) -> Vec<Edit> {
    let own: HashSet<&ShapeId> = shapes.iter().map(|(shape, _)| &shape.id).collect();
    let edits = shapes.iter().filter(|(_, by)| by.hypot() > 1e-9).flat_map(|(shape, by)| {
        let all = view.board.with_contents([&shape.id]);
        let all = all.into_iter().filter(|id| *id == shape.id || !own.contains(id));
        all.filter_map(|id| {
            let field = view.board.shape(&id)?.moved(*by);
            Some(Edit::Set { id, field })
        })
    });
    edits.collect()
}

/// Shapes that were moved change frames where they have come into another.
pub(crate) fn adopted(moved: &[&Shape], carried: &[ShapeId], by: Vec2, view: &View) -> Vec<Edit> {
    if moved.len() > limits::FRAMED_SHAPES {
        return vec![];
    }
    let mut edits = vec![];
    for shape in moved {
        let around = frame_at(shape.local_bounds().center() + by, carried, view);
        let frame = around.map(|around| around.id.clone());
        if frame == shape.frame {
            continue;
        }
        edits.push(Edit::Set { id: shape.id.clone(), field: Field::Frame(frame) });
        if around.is_some_and(|around| (&around.order, &around.id) > (&shape.order, &shape.id)) {
            let top = view.board.order_top(view.ids.random());
            edits.push(Edit::Set { id: shape.id.clone(), field: Field::Order(top) });
        }
    }
    edits
}

/// The frames that would take in what is being dragged or drawn, were it put down now.
pub(crate) fn taking<'a>(motion: &Motion, view: &'a View) -> Vec<&'a Shape> {
    match motion {
        Motion::Transform { transform: transform @ Transform::Move { by }, .. } => {
            if view.selection.len() > limits::FRAMES_SHOWN_FOR {
                return vec![];
            }
            let carried = view.carried(transform);
            let mut frames: Vec<&Shape> = vec![];
            for shape in view.movable() {
                let around = frame_at(shape.local_bounds().center() + *by, &carried, view);
                let comes = around.filter(|frame| shape.frame.as_ref() != Some(&frame.id));
                frames.extend(comes.filter(|frame| frames.iter().all(|other| other.id != frame.id)));
            }
            frames
        }
        Motion::Create { id, shape } if shape.kind != Kind::Frame => {
            frame_at(preview(id.clone(), shape).local_bounds().center(), &[], view).into_iter().collect()
        }
        _ => vec![],
    }
}

fn frame_at<'a>(at: Point, except: &[ShapeId], view: &'a View) -> Option<&'a Shape> {
    view.frames_at(at.into())
        .filter(|frame| !except.contains(&frame.id))
        .max_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)))
}
