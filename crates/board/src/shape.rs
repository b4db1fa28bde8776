//! A shape as it is seen: read from the document, held to the table of bounds, ready to be painted and touched.
//! Must not know the CRDT, nor who else sees it.

use kurbo::{Affine, BezPath, Point, Rect, Size, Vec2};
use scene::{BoardPoint, Colour, DisplayList};
use std::sync::Arc;

use crate::{Field, GroupId, InkPoint, Kind, OrderKey, ShapeId, clamp};

/// One shape. Lengths are board pixels. Change it by [`Shape::with`], which keeps what is derived from its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its name.
    pub id: ShapeId,
    /// What it is.
    pub kind: Kind,
    /// Where its own coordinates start: the top left corner of a box or a text, the zero of corners and ink.
    pub pos: BoardPoint,
    /// Its sides (rectangle, ellipse, diamond).
    pub size: Size,
    /// Its corners, relative to `pos` (line, arrow): at least two.
    pub points: Arc<[Vec2]>,
    /// Its stroke, relative to `pos`, before `scale` (ink).
    pub ink: Arc<[InkPoint]>,
    /// How its ink is stretched; negative is mirrored (ink).
    pub scale: Vec2,
    /// How it is turned, in radians, clockwise, around the middle of its [`Shape::local_bounds`].
    pub angle: f64,
    /// Where it lies in the pile.
    pub order: OrderKey,
    /// Its line colour, or its text's.
    pub stroke: Colour,
    /// What it is filled with.
    pub fill: Option<Colour>,
    /// How thick its line is.
    pub width: f64,
    /// Its text (text).
    pub text: Arc<str>,
    /// The em of its text.
    pub font_size: f64,
    /// Where its text wraps.
    pub wrap: Option<f64>,
    /// The groups that it is in, the outermost first.
    pub groups: Arc<[GroupId]>,
    /// Whether it is safe from the hand: neither selected by a click nor moved nor erased, until it is unlocked.
    pub locked: bool,
    /// Grows whenever the board reads the shape anew: what is derived from a shape is good while this stays.
    pub revision: u64,
    /// What its values span, relative to `pos`: derived.
    extent: Rect,
}

impl Shape {
    /// A shape with every value at its default: what a map with nothing in it says.
    pub fn blank(id: ShapeId, kind: Kind) -> Self {
        let shape = Self {
            id,
            kind,
            pos: BoardPoint::ORIGIN,
            size: clamp::SIZE_DEFAULT,
            points: Arc::new([Vec2::ZERO, Vec2::new(clamp::SIZE_DEFAULT.width, 0.0)]),
            ink: Arc::new([]),
            scale: Vec2::new(1.0, 1.0),
            angle: clamp::ANGLE_DEFAULT,
            order: OrderKey::default(),
            stroke: Colour::INK,
            fill: None,
            width: clamp::STROKE_WIDTH_DEFAULT,
            text: "".into(),
            font_size: clamp::FONT_SIZE_DEFAULT,
            wrap: None,
            groups: Arc::new([]),
            locked: false,
            revision: 0,
            extent: Rect::ZERO,
        };
        shape.measured()
    }

    /// Derives what is derived.
    pub(crate) fn measured(mut self) -> Self {
        self.extent = self.kind.behaviour().extent(&self);
        self
    }

    /// The shape as it would be with other values: for previews. Held to the same bounds.
    pub fn with(&self, fields: &[Field]) -> Self {
        let mut shape = self.clone();
        for field in fields {
            match field {
                Field::Pos(at) => shape.pos = clamp::point(*at),
                Field::Size(size) => shape.size = clamp::size(*size),
                Field::Points(points) if points.len() >= 2 => {
                    shape.points = points.iter().take(clamp::POINTS_MAX).map(|point| clamp::vector(*point)).collect();
                }
                Field::Points(_) => shape.points = Shape::blank(self.id.clone(), Kind::Line).points,
                Field::Scale(scale) => shape.scale = clamp::scale(*scale),
                Field::Angle(angle) => shape.angle = clamp::angle(*angle),
                Field::Order(order) => shape.order = order.clone(),
                Field::Stroke(colour) => shape.stroke = *colour,
                Field::Fill(colour) => shape.fill = *colour,
                Field::Width(width) => shape.width = clamp::stroke_width(*width),
                Field::FontSize(size) => shape.font_size = clamp::font_size(*size),
                Field::Wrap(wrap) => shape.wrap = wrap.and_then(clamp::wrap),
                Field::Groups(groups) => shape.groups = groups.iter().take(clamp::GROUPS_MAX).cloned().collect(),
                Field::Locked(locked) => shape.locked = *locked,
            }
        }
        shape.measured()
    }

    /// The shape as it would be with this text: for previews.
    pub fn with_text(&self, text: &str) -> Self {
        Self { text: clamp::text(text).into(), ..self.clone() }.measured()
    }

    /// The shape as it would be with this stroke: for previews, the unsent tail of a peer's.
    pub fn with_ink(&self, ink: impl IntoIterator<Item = InkPoint>) -> Self {
        let ink = ink.into_iter().take(clamp::INK_POINTS_MAX).map(InkPoint::quantised).collect();
        Self { ink, ..self.clone() }.measured()
    }

    /// The box that its values span, in its own straight plane: not turned, without its line's thickness.
    pub fn local_bounds(&self) -> Rect {
        self.extent + Vec2::new(self.pos.x, self.pos.y)
    }

    /// From its own straight plane to the board.
    pub fn rotation(&self) -> Affine {
        match self.angle {
            0.0 => Affine::IDENTITY,
            angle => Affine::rotate_about(angle, self.local_bounds().center()),
        }
    }

    /// The smallest upright box on the board that holds all that is painted.
    pub fn bounds(&self) -> Rect {
        self.rotation().transform_rect_bbox(self.kind.behaviour().painted(self))
    }

    /// Its outline on the board.
    pub fn outline(&self) -> BezPath {
        self.rotation() * self.kind.behaviour().outline(self)
    }

    /// Whether a point of the board touches it, or comes within `margin` board pixels.
    pub fn hit(&self, at: BoardPoint, margin: f64) -> bool {
        let at = self.rotation().inverse() * Point::from(at);
        let reach = self.kind.behaviour().painted(self).inflate(margin, margin);
        // Most shapes are far away, and boxes are cheaper than paths.
        let is_near = (reach.x0..=reach.x1).contains(&at.x) && (reach.y0..=reach.y1).contains(&at.y);
        is_near && self.kind.behaviour().touches(self, at, margin)
    }

    /// Appends what is seen.
    pub fn paint(&self, list: &mut DisplayList) {
        match self.angle {
            0.0 => self.kind.behaviour().paint(self, list),
            _ => list.transformed(self.rotation(), |list| self.kind.behaviour().paint(self, list)),
        }
    }

    /// Appends what is seen from far away, where the shape is a few device pixels large, each `pixel` board pixels.
    pub fn paint_far(&self, pixel: f64, list: &mut DisplayList) {
        match self.angle {
            0.0 => self.kind.behaviour().paint_far(self, pixel, list),
            _ => list.transformed(self.rotation(), |list| self.kind.behaviour().paint_far(self, pixel, list)),
        }
    }

    /// What changes when the box `from` becomes `to`, both in the shape's own straight plane; mirrored where `to` runs
    /// backwards. With `from` the shape's [`Shape::local_bounds`], it fills `to`.
    pub fn resized(&self, from: Rect, to: Rect) -> Vec<Field> {
        self.kind.behaviour().resized(self, from, to)
    }

    /// What changes when it moves.
    pub fn moved(&self, by: Vec2) -> Field {
        Field::Pos(self.pos + by)
    }

    /// Its corners on the board (line, arrow).
    pub fn board_points(&self) -> Vec<Point> {
        let rotation = self.rotation();
        self.points.iter().map(|corner| rotation * (Point::from(self.pos) + *corner)).collect()
    }

    /// A point of the board as a corner would store it.
    pub fn point_from_board(&self, at: Point) -> Vec2 {
        self.rotation().inverse() * at - Point::from(self.pos)
    }

    /// Its corners with one put elsewhere (relative to `pos`); beyond the last one, with one more.
    pub fn points_with(&self, index: usize, to: Vec2) -> Arc<[Vec2]> {
        let mut points = self.points.to_vec();
        match points.get_mut(index) {
            Some(corner) => *corner = to,
            None => points.push(to),
        }
        points.into()
    }
}
