//! Lines and arrows: a path through corners or between what the ends hold, heads, a label on it.

use kurbo::{BezPath, ParamCurve, ParamCurveArclen, PathSeg, Point, Rect, Shape as _, Vec2};
use scene::{Colour, Command, DisplayList, Swatch};
use std::sync::Arc;

use super::closed::{Scaling, is_near};
use super::heads::{self, Inside};
use super::{Arrow, Line, PlacedText, ShapeKind, label, look};
use crate::{Align, Field, Head, Shape, connector};

/// How exactly lengths along a path are found, in board pixels.
const ACCURACY: f64 = 0.1;
/// A label on a line wraps at this many ems.
const LABEL_WIDTH_EM: f64 = 14.0;
/// The line is left out around its label by this much.
const LABEL_MARGIN: f64 = 4.0;

macro_rules! lines {
    ($($kind:ident)*) => {$(
        impl ShapeKind for $kind {
            fn extent(&self, shape: &Shape) -> Rect {
                extent(shape)
            }

            fn outline(&self, shape: &Shape) -> BezPath {
                path(shape)
            }

            fn paint(&self, shape: &Shape, list: &mut DisplayList) {
                paint(shape, list);
            }

            fn touches(&self, shape: &Shape, at: Point, reach: f64) -> bool {
                let on_label = placed_text(shape).is_some_and(|placed| placed.rect().contains(at));
                (on_label && !shape.text.is_empty()) || is_near(&path(shape), at, reach + shape.width / 2.0)
            }

            fn painted(&self, shape: &Shape) -> Rect {
                painted(shape)
            }

            fn resized(&self, shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
                resized(shape, from, to)
            }

            fn placed_text(&self, shape: &Shape) -> Option<PlacedText> {
                placed_text(shape)
            }
        }
    )*};
}

lines!(Line Arrow);

fn extent(shape: &Shape) -> Rect {
    if shape.course.is_some() || shape.route != crate::Route::Straight {
        return path(shape).bounding_box() - Vec2::new(shape.pos.x, shape.pos.y);
    }
    let corners = shape.points.iter().map(|corner| corner.to_point());
    let boxes = corners.map(|corner| Rect::from_points(corner, corner));
    boxes.reduce(|one, next| one.union(next)).unwrap_or_default()
}

/// Where it runs, without its heads, in its own straight plane.
fn path(shape: &Shape) -> BezPath {
    match &shape.course {
        Some(course) => course.path.clone(),
        None => {
            let corners: Vec<Point> = shape.points.iter().map(|corner| Point::from(shape.pos) + *corner).collect();
            connector::path(shape, &corners, None, None)
        }
    }
}

/// The heads at its ends.
fn heads(shape: &Shape, path: &BezPath) -> Vec<heads::Drawn> {
    if shape.head_at_start() == Head::None && shape.head_at_end() == Head::None {
        return vec![];
    }
    let segments: Vec<PathSeg> = path.segments().filter(|segment| segment.start() != segment.end()).collect();
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else { return vec![] };
    let length: f64 = segments.iter().map(|segment| segment.arclen(ACCURACY)).sum();
    // Seen from a little way off, so that a head looks along the line and not along its last breath.
    let back = |segment: &PathSeg, share: f64| segment.eval(share);
    let ends = [
        (shape.head_at_start(), first.start(), first.start() - back(first, 0.15)),
        (shape.head_at_end(), last.end(), last.end() - back(last, 0.85)),
    ];
    let drawn = ends.into_iter().filter_map(|(head, tip, along)| heads::drawn(head, tip, along, length, shape.width));
    drawn.collect()
}

fn paint(shape: &Shape, list: &mut DisplayList) {
    let path = path(shape);
    let heads = heads(shape, &path);
    let label = placed_text(shape).filter(|_| !shape.text.is_empty());
    if let Some(placed) = &label {
        list.command(Command::Clip(Arc::new(around(placed.rect(), painted(shape)))));
    }
    let plain = shape.with(&[Field::Dash(crate::LineStyle::Solid)]);
    look::paint_line(shape, path, list);
    for heads::Drawn { path, inside } in heads {
        match inside {
            Inside::Open => {}
            Inside::Paper => list.fill(path.clone(), look::paint(shape, Colour::Swatch(Swatch::White))),
            Inside::Ink => list.fill(path.clone(), look::paint(shape, shape.stroke)),
        }
        look::paint_line(&plain, path, list);
    }
    if label.is_some() {
        list.command(Command::Pop);
        label::paint(shape, list);
    }
}

/// Everything but a label's place: the inner box runs the other way round, which leaves it out.
fn around(label: Rect, painted: Rect) -> BezPath {
    let outer = painted.inflate(1.0, 1.0);
    let inner = label.inflate(LABEL_MARGIN, 0.0).intersect(outer);
    let mut path = outer.to_path(ACCURACY);
    path.extend(inner.to_path(ACCURACY).reverse_subpaths());
    path
}

fn painted(shape: &Shape) -> Rect {
    let path = path(shape);
    let heads = heads(shape, &path);
    let lines = heads.iter().fold(path.bounding_box(), |all, head| all.union(head.path.bounding_box()));
    label::with_label(shape, look::painted(shape, lines))
}

/// The label, around its place on the line.
fn placed_text(shape: &Shape) -> Option<PlacedText> {
    let wrap = shape.font_size * LABEL_WIDTH_EM;
    let natural = shape.laid_out(shape.font_size, None);
    let is_long = natural.width > wrap;
    let mut layout = if is_long { shape.laid_out(shape.font_size, Some(wrap)) } else { natural };
    let align = shape.align.unwrap_or(Align::Center);
    label::align_lines(&mut layout, align);
    let middle = point_along(&path(shape), shape.label_at)?;
    let at = middle - Vec2::new(layout.width, layout.height) / 2.0;
    Some(PlacedText { layout, at, font_size: shape.font_size, align, wrap: is_long.then_some(wrap) })
}

/// The point at a share of a path's length.
fn point_along(path: &BezPath, share: f64) -> Option<Point> {
    let segments: Vec<(PathSeg, f64)> = path.segments().map(|segment| (segment, segment.arclen(ACCURACY))).collect();
    let mut left = segments.iter().map(|(_, length)| length).sum::<f64>() * share;
    let last = segments.last()?.0.end();
    for (segment, length) in segments {
        if left <= length && length > 0.0 {
            return Some(segment.eval(segment.inv_arclen(left, ACCURACY)));
        }
        left -= length;
    }
    Some(last)
}

fn resized(shape: &Shape, from: Rect, to: Rect) -> Vec<Field> {
    let scaling = Scaling::new(from, to);
    let points: Arc<[_]> = shape.points.iter().map(|corner| scaling.vector(*corner)).collect();
    // Stretches that stay are between the corners: they come along.
    let lane = |lane: &[f64]| {
        let stretch = if lane[0] != 0.0 { scaling.stretch.y } else { scaling.stretch.x };
        [lane[0], lane[1] * stretch]
    };
    let via: Arc<[f64]> = shape.via.chunks_exact(2).flat_map(lane).collect();
    let via = (!via.is_empty()).then_some(Field::Via(via));
    [Field::Pos(scaling.point(shape.pos.into()).into()), Field::Points(points)].into_iter().chain(via).collect()
}
