//! What moving, resizing and turning a selection does to a shape: the one place, for previews, for peers' drafts and
//! for the edit at the end. Knows shapes, no tool and no pointer.

use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::Arc;

use board::{Field, Kind, Shape};
use kurbo::{Affine, Point, Rect, Vec2};

use crate::limits;

/// A box around a selection, turned around its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    /// Before turning.
    pub(crate) rect: Rect,
    /// Clockwise, in radians.
    pub(crate) angle: f64,
}

impl Frame {
    /// From the frame's own straight plane to the board.
    pub(crate) fn to_board(self) -> Affine {
        Affine::rotate_about(self.angle, self.rect.center())
    }

    /// The box of one shape, as turned as the shape is.
    pub(crate) fn of(shape: &Shape) -> Frame {
        Frame { rect: shape.local_bounds(), angle: shape.angle }
    }

    /// Around several shapes: straight.
    pub(crate) fn around<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Option<Frame> {
        let mut around = Around::default();
        shapes.into_iter().for_each(|shape| around.look(shape));
        around.frame()
    }
}

/// The box around shapes, as far as they were looked at.
#[derive(Default)]
pub(crate) struct Around<'a> {
    count: usize,
    first: Option<&'a Shape>,
    rect: Option<Rect>,
}

impl<'a> Around<'a> {
    /// Looks at one more.
    pub(crate) fn look(&mut self, shape: &'a Shape) {
        self.count += 1;
        self.first.get_or_insert(shape);
        let rect = upright(shape);
        self.rect = Some(self.rect.map_or(rect, |all| all.union(rect)));
    }

    /// How many they are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// As turned as the shape is if it is one, straight around several.
    pub(crate) fn frame(&self) -> Option<Frame> {
        match (self.count, self.first) {
            (1, Some(shape)) => Some(Frame::of(shape)),
            _ => Some(Frame { rect: self.rect?, angle: 0.0 }),
        }
    }
}

/// The box of a shape on the board, without its line's thickness.
fn upright(shape: &Shape) -> Rect {
    shape.rotation().transform_rect_bbox(shape.local_bounds())
}

/// A change of a whole selection, in board pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Transform {
    Move {
        by: Vec2,
    },
    /// The frame's box becomes `to`, in the frame's own plane; mirrored where `to` runs backwards.
    Resize {
        frame: Frame,
        to: Rect,
    },
    Rotate {
        about: Point,
        /// Clockwise, in radians.
        by: f64,
    },
}

impl Transform {
    /// What it changes about this shape.
    pub(crate) fn fields(&self, shape: &Shape) -> Vec<Field> {
        match *self {
            Transform::Move { by } => vec![shape.moved(by)],
            Transform::Resize { frame, to } => resized(shape, frame, to),
            Transform::Rotate { about, by } => rotated(shape, about, by),
        }
    }

    /// The shape as it will be.
    pub(crate) fn preview(&self, shape: &Shape) -> Shape {
        shape.with(&self.fields(shape))
    }

    /// The same as a transform of the picture, where that is exact: lists can be painted as they are.
    pub(crate) fn affine(&self) -> Option<Affine> {
        match *self {
            Transform::Move { by } => Some(Affine::translate(by)),
            Transform::Rotate { about, by } => Some(Affine::rotate_about(by, about)),
            Transform::Resize { .. } => None,
        }
    }

    /// The same as a transform of the picture, exact or not: stretched, lines and letters are as well.
    pub(crate) fn picture(&self) -> Affine {
        let Transform::Resize { frame, to } = *self else { return self.affine().unwrap_or_default() };
        let factor = |from: f64, to: f64| if from == 0.0 || to == 0.0 { 1.0 } else { to / from };
        let (across, down) = (factor(frame.rect.width(), to.width()), factor(frame.rect.height(), to.height()));
        let stretch = Affine::translate((to.x0, to.y0))
            * Affine::scale_non_uniform(across, down)
            * Affine::translate((-frame.rect.x0, -frame.rect.y0));
        frame.to_board() * stretch * frame.to_board().inverse()
    }

    /// It changes nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        match *self {
            Transform::Move { by } => by == Vec2::ZERO,
            Transform::Resize { frame, to } => frame.rect == to,
            Transform::Rotate { by, .. } => by == 0.0,
        }
    }

    /// Where a box ends up, for a selection that is known by its bounds only.
    pub(crate) fn of_rect(&self, rect: Rect) -> kurbo::BezPath {
        use kurbo::Shape as _;
        let path = |rect: Rect| rect.to_path(0.1);
        match *self {
            Transform::Resize { frame, to } => frame.to_board() * path(scaled(rect, frame.rect, to)),
            Transform::Move { by } => Affine::translate(by) * path(rect),
            Transform::Rotate { about, by } => Affine::rotate_about(by, about) * path(rect),
        }
    }
}

/// A turned shape keeps its right angles only when the frame is turned with it, or when both sides grow alike; the hand
/// sees to that ([`crate::handles`]), and hostile drafts may look crooked.
fn resized(shape: &Shape, frame: Frame, to: Rect) -> Vec<Field> {
    // The shape's own straight box, put where its middle is seen from the frame's plane.
    let local = shape.local_bounds();
    let turn = frame.to_board();
    let middle = turn.inverse() * local.center();
    let from = local + (middle - local.center());
    let target = scaled(from, frame.rect, to);
    // The middle of the result, back on the board, decides where the resized box must lie.
    let middle = turn * target.center();
    let landed = target + (middle - target.center());
    shape.resized(local, landed)
}

/// What mirroring a selection changes about this shape: left and right change places, or top and bottom.
pub(crate) fn flipped(shape: &Shape, about: Point, across: bool) -> Vec<Field> {
    let local = shape.local_bounds();
    let middle = local.center();
    let (mirrored, to) = match across {
        true => (Rect::new(local.x1, local.y0, local.x0, local.y1), Point::new(2.0 * about.x - middle.x, middle.y)),
        false => (Rect::new(local.x0, local.y1, local.x1, local.y0), Point::new(middle.x, 2.0 * about.y - middle.y)),
    };
    let mut fields = shape.resized(local, mirrored);
    if shape.angle != 0.0 {
        fields.push(Field::Angle(-shape.angle));
    }
    let turned = shape.with(&fields);
    fields.retain(|field| !matches!(field, Field::Pos(_)));
    let by = to - turned.local_bounds().center();
    fields.push(turned.moved(Vec2::new(tidy(by.x), tidy(by.y))));
    fields
}

fn rotated(shape: &Shape, about: Point, by: f64) -> Vec<Field> {
    let turn = Affine::rotate_about(by, about);
    if matches!(shape.kind, Kind::Line | Kind::Arrow) {
        // A line is turned by its points: with an angle, moving one end would move the other.
        let points = shape.board_points().into_iter().map(|point| turn * point - Point::from(shape.pos)).collect();
        let straight = (shape.angle != 0.0).then_some(Field::Angle(0.0));
        let via = (!shape.via.is_empty()).then(|| Field::Via(turned_stretches(shape, turn, by)));
        return [Field::Points(points)].into_iter().chain(straight).chain(via).collect();
    }
    let middle = shape.local_bounds().center();
    let moved = turn * middle - middle;
    let angle = Field::Angle(shape.angle + by);
    if moved.hypot() < 1e-9 { vec![angle] } else { vec![shape.moved(moved), angle] }
}

/// Stretches of an elbow that stay, after a turn: each goes through where its middle goes, level or upright as is nearer
/// to how it would lie. After quarters of a turn that is exact.
fn turned_stretches(shape: &Shape, turn: Affine, by: f64) -> Arc<[f64]> {
    let own = shape.rotation();
    let is_across =
        ((by + if own == Affine::IDENTITY { 0.0 } else { shape.angle }) / FRAC_PI_2).round() as i64 % 2 != 0;
    let corners: Vec<Point> = shape.seen_corners().into_iter().map(|corner| own.inverse() * corner).collect();
    let turned = |stretch: &[f64]| {
        let (is_level, at) = (stretch[0] != 0.0, stretch[1]);
        let middle = turn * own * middle_of_stretch(shape, &corners, is_level, at);
        let is_level = is_level != is_across;
        let at = if is_level { middle.y - shape.pos.y } else { middle.x - shape.pos.x };
        [f64::from(u8::from(is_level)), tidy(at)]
    };
    shape.via.chunks_exact(2).flat_map(turned).collect()
}

/// The middle of what is seen of such a stretch of an elbow, in the shape's own straight plane; where none of it is, the
/// nearest to the shape's middle.
fn middle_of_stretch(shape: &Shape, corners: &[Point], is_level: bool, at: f64) -> Point {
    const NEAR: f64 = 1e-3;
    let lies = |a: &Point, b: &Point| match is_level {
        true => (a.y - shape.pos.y - at).abs() < NEAR && (b.y - shape.pos.y - at).abs() < NEAR,
        false => (a.x - shape.pos.x - at).abs() < NEAR && (b.x - shape.pos.x - at).abs() < NEAR,
    };
    let seen = corners.windows(2).find(|pair| lies(&pair[0], &pair[1])).map(|pair| pair[0].midpoint(pair[1]));
    seen.unwrap_or_else(|| {
        let middle = shape.local_bounds().center();
        if is_level { Point::new(middle.x, shape.pos.y + at) } else { Point::new(shape.pos.x + at, middle.y) }
    })
}

/// Where `rect` goes when `from` becomes `to`.
fn scaled(rect: Rect, from: Rect, to: Rect) -> Rect {
    let axis = |value: f64, from_start: f64, from_length: f64, to_start: f64, to_length: f64| {
        if from_length == 0.0 {
            return value - from_start + to_start;
        }
        to_start + (value - from_start) / from_length * to_length
    };
    let x = |value| axis(value, from.x0, from.width(), to.x0, to.width());
    let y = |value| axis(value, from.y0, from.height(), to.y0, to.height());
    Rect::new(x(rect.x0), y(rect.y0), x(rect.x1), y(rect.y1))
}

/// The vector turned to the nearest step that shift allows, as long as the pointer is far along it.
pub(crate) fn in_angle_steps(vector: Vec2) -> Vec2 {
    let direction = Vec2::from_angle(step_angle(vector.atan2()));
    direction * vector.dot(direction)
}

/// To the nearest 1024th: finer than any screen shows, and short to store.
pub(crate) fn tidy(value: f64) -> f64 {
    const STEPS: f64 = 1024.0;
    (value * STEPS).round() / STEPS
}

/// The angle at the nearest step that shift allows.
pub(crate) fn step_angle(angle: f64) -> f64 {
    let step = PI / limits::ANGLE_STEPS_PER_PI;
    (angle / step).round() * step
}
