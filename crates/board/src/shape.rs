//! A shape as it is seen: read from the document, held to the table of bounds, ready to be painted and touched.
//! Must not know the CRDT, nor who else sees it.

use kurbo::{Affine, BezPath, ParamCurve, ParamCurveArclen, ParamCurveNearest, Point, Rect, Shape as _, Size, Vec2};
use scene::text::{Font, Span};
use scene::{BoardPoint, Colour, Command, DisplayList, ImageId};
use std::sync::{Arc, LazyLock};

use crate::connector::Course;
use crate::rich::Content;
use crate::{
    Align, AlignY, Binding, Field, FillStyle, GroupId, Head, InkPoint, Kind, LineStyle, OrderKey, Route, ShapeId, Slot,
    clamp, schema, shapes,
};

/// The corners of a line where none are stored.
static POINTS_DEFAULT: LazyLock<Arc<[Vec2]>> =
    LazyLock::new(|| Arc::new([Vec2::ZERO, Vec2::new(clamp::SIZE_DEFAULT.width, 0.0)]));

/// One shape. Lengths are board pixels. Change it by [`Shape::with`], which keeps what is derived from its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its name.
    pub id: ShapeId,
    /// What it is.
    pub kind: Kind,
    /// Where its own coordinates start: the top left corner of a box or a text, the zero of corners and ink.
    pub pos: BoardPoint,
    /// Its sides (closed shapes).
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
    /// What the fill looks like.
    pub fill_style: FillStyle,
    /// How thick its line is.
    pub width: f64,
    /// How its line is broken up.
    pub dash: LineStyle,
    /// How round its corners are; none is as its kind has them.
    pub radius: Option<f64>,
    /// From 0 (invisible) to 1.
    pub opacity: f64,
    /// The seed of the hand that draws it; none is drawn cleanly.
    pub sketch: Option<u32>,
    /// Its text, or its label.
    pub text: Arc<str>,
    /// What of it looks different, if anything: see [`Shape::spans`].
    pub(crate) spans: Option<Arc<[Span]>>,
    /// The em of its text.
    pub font_size: f64,
    /// In which letters its text is written.
    pub font: Font,
    /// Where its text wraps.
    pub wrap: Option<f64>,
    /// The colour of its label; none is its line's.
    pub text_colour: Option<Colour>,
    /// Where its lines of text begin or end; none is as its kind has them.
    pub align: Option<Align>,
    /// Where its label lies from top to bottom; none is in the middle.
    pub align_y: Option<AlignY>,
    /// The frame that it lies in.
    pub frame: Option<ShapeId>,
    /// Where it leads.
    pub link: Option<Arc<str>>,
    /// Who wrote it (note).
    pub author: Option<Arc<str>>,
    /// How it runs between its corners (line, arrow).
    pub route: Route,
    /// What its first corner holds on to.
    pub start: Option<Arc<Binding>>,
    /// What its last corner holds on to.
    pub end: Option<Arc<Binding>>,
    /// What stands at its first corner.
    pub start_head: Option<Head>,
    /// What stands at its last corner.
    pub end_head: Option<Head>,
    /// Stretches of an elbow that stay, see [`Field::Via`].
    pub via: Arc<[f64]>,
    /// Where its label lies along it, from 0 to 1.
    pub label_at: f64,
    /// The groups that it is in, the outermost first.
    pub groups: Arc<[GroupId]>,
    /// Where it comes among the frames that are presented; none is after all that say so (frame).
    pub slide: Option<OrderKey>,
    /// Whether it is safe from the hand: neither selected by a click nor moved nor erased, until it is unlocked.
    pub locked: bool,
    /// The picture that it shows (image).
    pub picture: Option<Arc<Picture>>,
    /// Another one whenever the shape looks different, and the same again when that is taken back and was foreseen: what is made
    /// of a shape is good while this stays.
    pub revision: u64,
    /// At which revision its own values were read: the same again when what was done to them is taken back and was foreseen.
    pub read: u64,
    /// Its number on its board.
    pub slot: Slot,
    /// What its values span, relative to `pos`: derived.
    pub(crate) extent: Rect,
    /// Where a bound line runs, on the board: derived from what its ends hold, by [`crate::Board`].
    pub(crate) course: Option<Arc<Course>>,
    /// The outlines of the frames around it, on the board: derived as well.
    pub(crate) clips: Option<Arc<[Arc<BezPath>]>>,
}

/// What an image shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Which picture; none is known where nobody said.
    pub asset: Option<ImageId>,
    /// Its size in its own pixels.
    pub natural: Size,
    /// The part of it that is shown, in shares of its sides.
    pub crop: Rect,
    /// What is to be seen, in words.
    pub alt: Arc<str>,
}

impl Default for Picture {
    fn default() -> Self {
        Self { asset: None, natural: clamp::SIZE_DEFAULT, crop: clamp::CROP_ALL, alt: "".into() }
    }
}

impl Shape {
    /// A shape with every value at its default: what a map with nothing in it says.
    pub fn blank(id: ShapeId, kind: Kind) -> Self {
        let shape = Self {
            id,
            kind,
            pos: BoardPoint::ORIGIN,
            size: clamp::SIZE_DEFAULT,
            points: Arc::clone(&POINTS_DEFAULT),
            ink: Arc::default(),
            scale: Vec2::new(1.0, 1.0),
            angle: clamp::ANGLE_DEFAULT,
            order: OrderKey::default(),
            stroke: Colour::INK,
            fill: None,
            fill_style: FillStyle::Solid,
            width: clamp::STROKE_WIDTH_DEFAULT,
            dash: LineStyle::Solid,
            radius: None,
            opacity: clamp::OPACITY_DEFAULT,
            sketch: None,
            text: Arc::default(),
            spans: None,
            font_size: clamp::FONT_SIZE_DEFAULT,
            font: Font::Sans,
            wrap: None,
            text_colour: None,
            align: None,
            align_y: None,
            frame: None,
            author: None,
            link: None,
            route: Route::Straight,
            start: None,
            end: None,
            start_head: None,
            end_head: None,
            via: Arc::default(),
            label_at: clamp::LABEL_AT_DEFAULT,
            groups: Arc::default(),
            slide: None,
            locked: false,
            picture: None,
            revision: 0,
            read: 0,
            slot: Slot::NONE,
            extent: Rect::ZERO,
            course: None,
            clips: None,
        };
        shape.measured()
    }

    /// Derives what is derived.
    pub(crate) fn measured(mut self) -> Self {
        self.extent = self.kind.behaviour().extent(&self);
        self
    }

    /// Derives anew what follows from its own values, and forgets what follows from other shapes.
    pub(crate) fn measure(&mut self) {
        (self.course, self.clips) = (None, None);
        self.extent = self.kind.behaviour().extent(self);
    }

    /// The shape as it would be with other values: for previews. Held to the same bounds.
    pub fn with(&self, fields: &[Field]) -> Self {
        // What was derived from other shapes is for the board to derive anew.
        let mut shape = Self { course: None, clips: None, ..self.clone() };
        fields.iter().for_each(|field| shape.put(field));
        shape.measured()
    }

    fn picture_mut(&mut self) -> &mut Picture {
        Arc::make_mut(self.picture.get_or_insert_default())
    }

    /// Takes one value, held to the table. What is derived from it is left as it was: see [`Shape::measured`].
    pub(crate) fn put(&mut self, field: &Field) {
        match field {
            Field::Kind(kind) => self.kind = kind.clone(),
            Field::Pos(at) => self.pos = clamp::point(*at),
            Field::Size(size) => self.size = clamp::size(*size),
            Field::Points(points) if points.len() >= 2 => {
                self.points = points.iter().take(clamp::POINTS_MAX).map(|point| clamp::vector(*point)).collect();
            }
            Field::Points(_) => self.points = Arc::clone(&POINTS_DEFAULT),
            Field::Scale(scale) => self.scale = clamp::scale(*scale),
            Field::Angle(angle) => self.angle = clamp::angle(*angle),
            Field::Order(order) => self.order = order.clone(),
            Field::Stroke(colour) => self.stroke = *colour,
            Field::Fill(colour) => self.fill = *colour,
            Field::FillStyle(style) => self.fill_style = *style,
            Field::Width(width) => self.width = clamp::stroke_width(*width),
            Field::Dash(style) => self.dash = *style,
            Field::Radius(radius) => self.radius = radius.and_then(clamp::radius),
            Field::Opacity(opacity) => self.opacity = clamp::opacity(*opacity),
            Field::Sketch(seed) => self.sketch = *seed,
            Field::FontSize(size) => self.font_size = clamp::font_size(*size),
            Field::Font(font) => self.font = *font,
            Field::Wrap(wrap) => self.wrap = wrap.and_then(clamp::wrap),
            Field::TextColour(colour) => self.text_colour = *colour,
            Field::Align(align) => self.align = *align,
            Field::AlignY(align) => self.align_y = *align,
            Field::Frame(frame) => self.frame = frame.clone(),
            Field::Link(link) => self.link = link.clone().filter(|link| clamp::is_link(link)),
            Field::Author(author) => self.author = author.as_deref().map(|author| clamp::author(author).into()),
            Field::Route(route) => self.route = *route,
            Field::Start(binding) => self.start = binding.clone().map(Arc::new),
            Field::End(binding) => self.end = binding.clone().map(Arc::new),
            Field::StartHead(head) => self.start_head = *head,
            Field::EndHead(head) => self.end_head = *head,
            Field::Via(via) => self.via = via.clone(),
            Field::LabelAt(at) => self.label_at = clamp::share(*at),
            Field::Groups(groups) => self.groups = groups.iter().take(clamp::GROUPS_MAX).cloned().collect(),
            Field::Locked(locked) => self.locked = *locked,
            Field::Asset(asset) => self.picture_mut().asset = Some(*asset),
            Field::Natural(size) => self.picture_mut().natural = clamp::size(*size),
            Field::Crop(crop) => self.picture_mut().crop = clamp::crop(*crop),
            Field::Slide(key) => self.slide = key.clone(),
            Field::Alt(text) => self.picture_mut().alt = clamp::alt(text).into(),
        }
    }

    /// Its value of a key, absent or not: what a style panel shows. None for keys that hold no plain value.
    pub fn field(&self, key: &str) -> Option<Field> {
        Some(match key {
            schema::KIND => Field::Kind(self.kind.clone()),
            schema::POS => Field::Pos(self.pos),
            schema::SIZE => Field::Size(self.size),
            schema::ANGLE => Field::Angle(self.angle),
            schema::STROKE => Field::Stroke(self.stroke),
            schema::FILL => Field::Fill(self.fill),
            schema::FILL_STYLE => Field::FillStyle(self.fill_style),
            schema::WIDTH => Field::Width(self.width),
            schema::DASH => Field::Dash(self.dash),
            schema::RADIUS => Field::Radius(self.radius),
            schema::OPACITY => Field::Opacity(self.opacity),
            schema::SKETCH => Field::Sketch(self.sketch),
            schema::FONT_SIZE => Field::FontSize(self.font_size),
            schema::FONT => Field::Font(self.font),
            schema::WRAP => Field::Wrap(self.wrap),
            schema::TEXT_COLOUR => Field::TextColour(self.text_colour),
            schema::ALIGN => Field::Align(self.align),
            schema::ALIGN_Y => Field::AlignY(self.align_y),
            schema::FRAME => Field::Frame(self.frame.clone()),
            schema::AUTHOR => Field::Author(self.author.clone()),
            schema::LINK => Field::Link(self.link.clone()),
            schema::ROUTE => Field::Route(self.route),
            schema::START => Field::Start(self.start.as_deref().cloned()),
            schema::END => Field::End(self.end.as_deref().cloned()),
            schema::START_HEAD => Field::StartHead(Some(self.head_at_start())),
            schema::END_HEAD => Field::EndHead(Some(self.head_at_end())),
            schema::VIA => Field::Via(self.via.clone()),
            schema::LABEL_AT => Field::LabelAt(self.label_at),
            schema::GROUPS => Field::Groups(self.groups.clone()),
            schema::LOCKED => Field::Locked(self.locked),
            schema::ASSET => Field::Asset(self.picture.as_ref()?.asset?),
            schema::NATURAL => Field::Natural(self.picture.as_ref()?.natural),
            schema::CROP => Field::Crop(self.picture.as_ref()?.crop),
            schema::SLIDE => Field::Slide(self.slide.clone()),
            schema::ALT => Field::Alt(self.picture.as_ref()?.alt.clone()),
            _ => return None,
        })
    }

    /// The shape as it would be with this text: for previews.
    pub fn with_text(&self, text: &str) -> Self {
        Self { text: clamp::text(text).into(), spans: None, ..self.clone() }.measured()
    }

    /// The shape as it would be with the text of a new one: for previews.
    pub fn with_text_of(&self, new: &crate::NewShape) -> Self {
        let (text, spans) = Content::of(&new.text, &new.spans).shown();
        Self { text, spans, ..self.clone() }.measured()
    }

    /// What of its text looks different: in order, apart, on letter borders.
    pub fn spans(&self) -> &[Span] {
        self.spans.as_deref().unwrap_or_default()
    }

    /// The shape as it would be with this stroke: for previews, the unsent tail of a peer's.
    pub fn with_ink(&self, ink: impl IntoIterator<Item = InkPoint>) -> Self {
        let ink = ink.into_iter().take(clamp::INK_POINTS_MAX).map(InkPoint::quantised).collect();
        Self { ink, ..self.clone() }.measured()
    }

    /// What it is filled with: its own colour, or the paper of its kind.
    pub fn shown_fill(&self) -> Option<Colour> {
        self.fill.or_else(|| self.kind.paper())
    }

    /// The box that its values span, in its own straight plane: not turned, without its line's thickness.
    pub fn local_bounds(&self) -> Rect {
        self.extent + Vec2::new(self.pos.x, self.pos.y)
    }

    /// From its own straight plane to the board.
    pub fn rotation(&self) -> Affine {
        match self.angle {
            0.0 => Affine::IDENTITY,
            // Where a bound line runs is up to what it holds.
            _ if self.course.is_some() => Affine::IDENTITY,
            angle => Affine::rotate_about(angle, self.local_bounds().center()),
        }
    }

    /// The smallest upright box on the board that holds all that is painted.
    pub fn bounds(&self) -> Rect {
        let painted = self.rotation().transform_rect_bbox(self.kind.behaviour().painted(self));
        let clips = self.clips.iter().flat_map(|clips| clips.iter());
        clips.fold(painted, |seen, clip| seen.intersect(clip.bounding_box()))
    }

    /// What stands at its first corner.
    pub fn head_at_start(&self) -> Head {
        self.start_head.unwrap_or(Head::None)
    }

    /// What stands at its last corner.
    pub fn head_at_end(&self) -> Head {
        self.end_head.unwrap_or(if self.kind == Kind::Arrow { Head::Arrow } else { Head::None })
    }

    /// Whether where it runs follows from what its ends hold.
    pub fn is_bound(&self) -> bool {
        self.course.is_some()
    }

    /// The ids of the shapes that it depends on: what its ends hold, and its frame.
    pub fn depends_on(&self) -> impl Iterator<Item = &ShapeId> {
        let ends = [&self.start, &self.end].into_iter().flatten().map(|binding| &binding.shape);
        ends.filter(|_| self.kind.is_line()).chain(&self.frame)
    }

    /// The box that elbows which do not hold it go around, if they do.
    pub fn obstacle(&self) -> Option<Rect> {
        let is_one = self.kind.can_be_held() && self.kind != Kind::Frame;
        is_one.then(|| self.rotation().transform_rect_bbox(self.local_bounds()))
    }

    /// Whether where it runs follows from what is in its way.
    pub fn goes_around(&self) -> bool {
        let is_elbow = self.kind.is_line() && self.route == Route::Elbow && self.via.is_empty();
        is_elbow && (self.start.is_some() || self.end.is_some())
    }

    /// Its outline on the board.
    pub fn outline(&self) -> BezPath {
        self.rotation() * self.kind.behaviour().outline(self)
    }

    /// Whether a point of the board touches it, or comes within `margin` board pixels.
    pub fn hit(&self, at: BoardPoint, margin: f64) -> bool {
        if self.clips.iter().flat_map(|clips| clips.iter()).any(|clip| clip.winding(at.into()) == 0) {
            return false;
        }
        let at = self.rotation().inverse() * Point::from(at);
        let reach = self.kind.behaviour().painted(self).inflate(margin, margin);
        // Most shapes are far away, and boxes are cheaper than paths.
        let is_near = (reach.x0..=reach.x1).contains(&at.x) && (reach.y0..=reach.y1).contains(&at.y);
        is_near && self.kind.behaviour().touches(self, at, margin)
    }

    /// Whether a point of the board lies on the mark that says that it leads somewhere.
    pub fn is_link_mark(&self, at: BoardPoint) -> bool {
        let at = self.rotation().inverse() * Point::from(at);
        shapes::link_mark(self).is_some_and(|mark| mark.contains(at))
    }

    /// Whether a point of the board lies in its outline, filled or not.
    pub fn encloses(&self, at: BoardPoint) -> bool {
        let at = self.rotation().inverse() * Point::from(at);
        self.local_bounds().contains(at) && self.kind.behaviour().outline(self).winding(at) != 0
    }

    /// Appends what is seen.
    pub fn paint(&self, list: &mut DisplayList) {
        let clips = || self.clips.iter().flat_map(|clips| clips.iter());
        clips().for_each(|clip| list.command(Command::Clip(clip.clone())));
        let rotation = self.rotation();
        let paint = |list: &mut DisplayList| {
            self.kind.behaviour().paint(self, list);
            shapes::paint_link_mark(self, list);
        };
        match rotation == Affine::IDENTITY {
            true => paint(list),
            false => list.transformed(rotation, paint),
        }
        clips().for_each(|_| list.command(Command::Pop));
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
        let mut points: Vec<Point> =
            self.points.iter().map(|corner| rotation * (Point::from(self.pos) + *corner)).collect();
        // A bound end is where the shape that it holds lets it be.
        let mut course = self.course.iter().flat_map(|course| course.path.segments());
        if let (Some(first), [start, ..]) = (course.next(), &mut points[..]) {
            *start = first.start();
            let last = course.last().unwrap_or(first);
            if let Some(end) = points.last_mut() {
                *end = last.end();
            }
        }
        points
    }

    /// The corners that are seen of it, on the board: of an elbow those of its route (line, arrow).
    pub fn seen_corners(&self) -> Vec<Point> {
        let outline = self.outline();
        let starts = outline.segments().take(1).map(|segment| segment.start());
        starts.chain(outline.segments().map(|segment| segment.end())).collect()
    }

    /// Where along it, from 0 to 1, it comes nearest to a point of the board (line, arrow).
    pub fn share_at(&self, at: Point) -> f64 {
        let outline = self.outline();
        let (mut length, mut nearest) = (0.0, (f64::INFINITY, 0.0));
        for segment in outline.segments() {
            let found = segment.nearest(at, 1e-3);
            if found.distance_sq < nearest.0 {
                nearest = (found.distance_sq, length + segment.subsegment(0.0..found.t).arclen(0.1));
            }
            length += segment.arclen(0.1);
        }
        if length > 0.0 { nearest.1 / length } else { 0.5 }
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
