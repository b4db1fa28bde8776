//! Cropping an image: which part of its picture the box shows. The picture stays where it is while a side of the box is
//! dragged, and moves under the box when its inside is. Knows shapes, no tool and no pointer.

use board::{Field, Kind, Shape, limits as stored};
use kurbo::{Rect, Vec2};

use crate::limits;
use crate::transform::{Frame, Transform};
use crate::view::View;

/// Whether the shape has something to crop.
pub(crate) fn can_crop(shape: &Shape) -> bool {
    shape.kind == Kind::Image && !shape.locked && shape.picture.as_ref().is_some_and(|picture| picture.asset.is_some())
}

/// The image that alone is selected, if it can be cropped.
pub(crate) fn selected<'a>(view: &'a View) -> Option<&'a Shape> {
    match &view.selection[..] {
        [id] => view.board.shape(id).filter(|shape| view.can_edit && can_crop(shape)),
        _ => None,
    }
}

/// What dragging by so much on the board changes: a side or corner of the box as in [`crate::handles::Handle::Resize`], or
/// with neither the picture under it.
pub(crate) fn cropped(shape: &Shape, (x, y): (i8, i8), by: Vec2) -> Vec<Field> {
    let Some(picture) = &shape.picture else { return vec![] };
    let (rect, all) = (shape.local_bounds(), whole_rect(shape));
    let by = Vec2::new(
        by.dot(Vec2::from_angle(shape.angle)),
        by.dot(Vec2::from_angle(shape.angle + std::f64::consts::FRAC_PI_2)),
    );
    if (x, y) == (0, 0) {
        let kept = |by: f64, start: f64, end: f64, from: f64, to: f64| by.min(start - from).max(end - to);
        let by = Vec2::new(kept(by.x, rect.x0, rect.x1, all.x0, all.x1), kept(by.y, rect.y0, rect.y1, all.y0, all.y1));
        return vec![Field::Crop(shares(rect, all + by, shape.scale))];
    }
    let least = limits::CROP_LEAST_BOARD.min(rect.size().min_side());
    let start = |side: i8, at: f64, by: f64, from: f64, end: f64| match side {
        -1 => (at + by).max(from).min(end - least),
        _ => at,
    };
    let end = |side: i8, at: f64, by: f64, to: f64, start: f64| match side {
        1 => (at + by).min(to).max(start + least),
        _ => at,
    };
    let to = Rect::new(
        start(x, rect.x0, by.x, all.x0, rect.x1),
        start(y, rect.y0, by.y, all.y0, rect.y1),
        end(x, rect.x1, by.x, all.x1, rect.x0),
        end(y, rect.y1, by.y, all.y1, rect.y0),
    );
    if to == rect {
        return vec![Field::Crop(picture.crop)];
    }
    let mut fields = Transform::Resize { frame: Frame::of(shape), to }.fields(shape);
    fields.push(Field::Crop(shares(to, all, shape.scale)));
    fields
}

/// The shape with all of its picture, faded: what lies outside of the box.
pub(crate) fn whole(shape: &Shape) -> Shape {
    let to = whole_rect(shape);
    let mut fields = Transform::Resize { frame: Frame::of(shape), to }.fields(shape);
    fields.extend([Field::Crop(stored::CROP_ALL), Field::Opacity(shape.opacity * limits::CROP_OUTSIDE_OPACITY)]);
    shape.with(&fields)
}

/// Where all of the picture would be, in the shape's own straight plane.
fn whole_rect(shape: &Shape) -> Rect {
    let (rect, crop) = (shape.local_bounds(), shape.picture.as_ref().map_or(stored::CROP_ALL, |picture| picture.crop));
    let side = |start: f64, length: f64, from: f64, to: f64, scale: f64| {
        let all = length / (to - from);
        let before = if scale < 0.0 { 1.0 - to } else { from };
        (start - before * all, start - before * all + all)
    };
    let (x0, x1) = side(rect.x0, rect.width(), crop.x0, crop.x1, shape.scale.x);
    let (y0, y1) = side(rect.y0, rect.height(), crop.y0, crop.y1, shape.scale.y);
    Rect::new(x0, y0, x1, y1)
}

/// Which part of a picture that lies in one box another box shows, in shares of its sides; mirrored by a negative scale.
fn shares(part: Rect, all: Rect, scale: Vec2) -> Rect {
    let share = |at: f64, start: f64, end: f64| ((at - start) / (end - start) * 1e5).round() / 1e5;
    let side = |from: f64, to: f64, start: f64, end: f64, scale: f64| {
        let (from, to) = (share(from, start, end), share(to, start, end));
        if scale < 0.0 { (1.0 - to, 1.0 - from) } else { (from, to) }
    };
    let (x0, x1) = side(part.x0, part.x1, all.x0, all.x1, scale.x);
    let (y0, y1) = side(part.y0, part.y1, all.y0, all.y1, scale.y);
    Rect::new(x0, y0, x1, y1)
}
