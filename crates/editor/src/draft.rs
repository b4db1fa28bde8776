//! What others see of a gesture before it is an edit, and the messages that carry it. Knows no peer and no clock.
//! The format is described in docs/decisions/0006-drafts.md.

use board::{ClientId, Field, InkPoint, Kind, NewShape, OrderKey, Shape, ShapeId, TextPlace};
use kurbo::{Point, Rect, Size};
use scene::BoardPoint;

use crate::limits;
use crate::transform::{Frame, Transform};
use crate::wire::{Reader, Writer};

const VERSION: u8 = 2;
/// Bytes of a kind's or colour's name that are accepted.
const NAME_BYTES: usize = 64;
/// Bytes of a field's value that are accepted.
const FIELD_BYTES: usize = 1024;
/// Fields and points of a new shape that are accepted.
const CREATE_FIELDS: usize = 32;
const CREATE_POINTS: usize = 256;

/// A gesture in progress.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Motion {
    /// Nothing moves (any more).
    Still,
    /// The author's selection, or copies of it, somewhere else.
    Transform { transform: Transform, copies: bool },
    /// A shape being made.
    Create { id: ShapeId, shape: NewShape },
    /// A shape that is there, with other values.
    Change { id: ShapeId, fields: Vec<Field> },
    /// A stroke being drawn: what it is, and its points from the one numbered `after` on.
    Ink { id: ShapeId, shape: NewShape, after: u32, points: Vec<InkPoint> },
    /// Shapes that go at release.
    Erase { ids: Vec<ShapeId> },
    /// What is selected in a text that is being typed; the caret is at the second place.
    Caret { id: ShapeId, from: TextPlace, to: TextPlace },
    /// A laser's points from the one numbered `after` on.
    Laser { after: u32, points: Vec<BoardPoint> },
}

/// A new shape as it will be seen.
pub(crate) fn preview(id: ShapeId, new: &NewShape) -> Shape {
    let shape = Shape::blank(id, new.kind.clone()).with(&new.fields);
    let shape = if new.text.is_empty() { shape } else { shape.with_text_of(new) };
    if new.ink.is_empty() { shape } else { shape.with_ink(new.ink.iter().copied()) }
}

/// A draft on its way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DraftMessage {
    /// Counts the author's gestures.
    pub(crate) gesture: u64,
    /// The number of the selection that a transform acts on.
    pub(crate) selection: u64,
    pub(crate) motion: Motion,
    /// The edit that ends the gesture is the author's up to this clock.
    pub(crate) end: Option<(ClientId, u32)>,
}

/// A selection on its way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SelectionMessage {
    pub(crate) number: u64,
    /// How many are selected; more than there are ids when there are too many to name.
    pub(crate) count: u64,
    pub(crate) bounds: Rect,
    pub(crate) ids: Vec<ShapeId>,
}

impl SelectionMessage {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(VERSION);
        writer.count(self.number);
        writer.count(self.count);
        writer.rect(self.bounds);
        write_ids(&mut writer, &self.ids);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = versioned(bytes)?;
        let message = SelectionMessage {
            number: reader.count()?,
            count: reader.count()?,
            bounds: reader.rect()?,
            ids: read_ids(&mut reader)?,
        };
        reader.end()?;
        Some(message)
    }
}

impl DraftMessage {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(VERSION);
        writer.count(self.gesture);
        writer.count(self.selection);
        match self.end {
            None => writer.byte(0),
            Some((client, clock)) => {
                writer.byte(1);
                writer.count(client.get());
                writer.count(clock.into());
            }
        }
        write_motion(&mut writer, &self.motion);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = versioned(bytes)?;
        let (gesture, selection) = (reader.count()?, reader.count()?);
        let end = match reader.byte()? {
            0 => None,
            1 => Some((ClientId::new(reader.count()?)?, u32::try_from(reader.count()?).ok()?)),
            _ => return None,
        };
        let message = DraftMessage { gesture, selection, motion: read_motion(&mut reader)?, end };
        reader.end()?;
        Some(message)
    }
}

fn versioned(bytes: &[u8]) -> Option<Reader<'_>> {
    let mut reader = Reader::new(bytes);
    (bytes.len() <= limits::PRESENCE_BYTES && reader.byte()? == VERSION).then_some(reader)
}

fn write_motion(writer: &mut Writer, motion: &Motion) {
    match motion {
        Motion::Still => writer.byte(0),
        Motion::Transform { transform, copies } => {
            writer.byte(1);
            writer.byte(u8::from(*copies));
            write_transform(writer, transform);
        }
        Motion::Create { id, shape } => {
            writer.byte(2);
            writer.id(id);
            write_shape(writer, shape);
        }
        Motion::Change { id, fields } => {
            writer.byte(7);
            writer.id(id);
            write_fields(writer, fields);
        }
        Motion::Ink { id, shape, after, points } => {
            writer.byte(4);
            writer.id(id);
            write_shape(writer, shape);
            writer.count((*after).into());
            writer.count(points.len().min(limits::DRAFT_INK_POINTS) as u64);
            for point in points.iter().take(limits::DRAFT_INK_POINTS) {
                writer.short_number(point.x);
                writer.short_number(point.y);
                writer.short_number(point.pressure);
            }
        }
        Motion::Erase { ids } => {
            writer.byte(5);
            write_ids(writer, ids);
        }
        Motion::Caret { id, from, to } => {
            writer.byte(8);
            writer.id(id);
            write_place(writer, from);
            write_place(writer, to);
        }
        Motion::Laser { after, points } => {
            writer.byte(6);
            writer.count((*after).into());
            writer.count(points.len().min(limits::DRAFT_LASER_POINTS) as u64);
            points.iter().take(limits::DRAFT_LASER_POINTS).for_each(|at| writer.point(Point::from(*at)));
        }
    }
}

/// After which letter.
fn write_place(writer: &mut Writer, place: &TextPlace) {
    match place.after() {
        None => writer.byte(0),
        Some((client, clock)) => {
            writer.byte(1);
            writer.count(client);
            writer.count(clock.into());
        }
    }
}

fn read_place(reader: &mut Reader) -> Option<TextPlace> {
    match reader.byte()? {
        0 => Some(TextPlace::START),
        1 => Some(TextPlace::behind(reader.count()?, u32::try_from(reader.count()?).ok()?)),
        _ => None,
    }
}

fn read_motion(reader: &mut Reader) -> Option<Motion> {
    Some(match reader.byte()? {
        0 => Motion::Still,
        1 => Motion::Transform { copies: reader.byte()? == 1, transform: read_transform(reader)? },
        2 => Motion::Create { id: reader.id()?, shape: read_shape(reader)? },
        4 => {
            let (id, shape) = (reader.id()?, read_shape(reader)?);
            let after = u32::try_from(reader.count()?).ok()?;
            let count = reader.length(limits::DRAFT_INK_POINTS)?;
            let point = |_| Some(InkPoint::new(reader.short_number()?, reader.short_number()?, reader.short_number()?));
            Motion::Ink { id, shape, after, points: (0..count).map(point).collect::<Option<_>>()? }
        }
        5 => Motion::Erase { ids: read_ids(reader)? },
        6 => {
            let after = u32::try_from(reader.count()?).ok()?;
            let count = reader.length(limits::DRAFT_LASER_POINTS)?;
            let point = |_| Some(BoardPoint::from(reader.point()?));
            Motion::Laser { after, points: (0..count).map(point).collect::<Option<_>>()? }
        }
        8 => Motion::Caret { id: reader.id()?, from: read_place(reader)?, to: read_place(reader)? },
        7 => Motion::Change { id: reader.id()?, fields: read_fields(reader)? },
        _ => return None,
    })
}

fn write_transform(writer: &mut Writer, transform: &Transform) {
    match *transform {
        Transform::Move { by } => {
            writer.byte(0);
            writer.vector(by);
        }
        Transform::Resize { frame, to } => {
            writer.byte(1);
            writer.rect(frame.rect);
            writer.number(frame.angle);
            writer.rect(to);
        }
        Transform::Rotate { about, by } => {
            writer.byte(2);
            writer.point(about);
            writer.number(by);
        }
    }
}

fn read_transform(reader: &mut Reader) -> Option<Transform> {
    Some(match reader.byte()? {
        0 => Transform::Move { by: reader.vector()? },
        1 => {
            let frame = Frame { rect: reader.rect()?, angle: reader.number()? };
            Transform::Resize { frame, to: reader.rect()? }
        }
        2 => Transform::Rotate { about: reader.point()?, by: reader.number()? },
        _ => return None,
    })
}

/// As many as fit: other programs' ids may be long.
fn write_ids(writer: &mut Writer, ids: &[ShapeId]) {
    let mut bytes = 0;
    let fits = ids.iter().take(limits::SELECTION_IDS).take_while(|id| {
        bytes += id.as_str().len();
        bytes <= limits::ID_BYTES
    });
    let ids = &ids[..fits.count()];
    writer.count(ids.len() as u64);
    ids.iter().for_each(|id| writer.id(id));
}

fn read_ids(reader: &mut Reader) -> Option<Vec<ShapeId>> {
    let count = reader.length(limits::SELECTION_IDS)?;
    (0..count).map(|_| reader.id()).collect()
}

/// A new shape's kind and fields; text and ink have messages of their own.
fn write_shape(writer: &mut Writer, shape: &NewShape) {
    writer.text(shape.kind.name());
    write_fields(writer, &shape.fields);
}

fn write_fields(writer: &mut Writer, fields: &[Field]) {
    let fields = &fields[..fields.len().min(CREATE_FIELDS)];
    writer.count(fields.len() as u64);
    fields.iter().for_each(|field| write_field(writer, field));
}

fn read_shape(reader: &mut Reader) -> Option<NewShape> {
    let kind = Kind::from_name(reader.text(NAME_BYTES)?);
    Some(NewShape::new(kind, read_fields(reader)?))
}

fn read_fields(reader: &mut Reader) -> Option<Vec<Field>> {
    let count = reader.length(CREATE_FIELDS)?;
    (0..count).map(|_| read_field(reader)).collect()
}

fn write_field(writer: &mut Writer, field: &Field) {
    match field {
        Field::Pos(at) => {
            writer.byte(0);
            writer.point(Point::from(*at));
        }
        Field::Size(size) => {
            writer.byte(1);
            writer.vector(size.to_vec2());
        }
        Field::Points(points) => {
            writer.byte(2);
            let points = &points[..points.len().min(CREATE_POINTS)];
            writer.count(points.len() as u64);
            points.iter().for_each(|point| writer.vector(*point));
        }
        Field::Scale(scale) => {
            writer.byte(3);
            writer.vector(*scale);
        }
        Field::Angle(angle) => {
            writer.byte(4);
            writer.number(*angle);
        }
        Field::Order(key) => {
            writer.byte(5);
            writer.text(key.as_str());
        }
        other => {
            let text = other.text();
            writer.byte(6);
            writer.text(other.key());
            writer.text(if text.len() <= FIELD_BYTES { &text } else { "" });
        }
    }
}

fn read_field(reader: &mut Reader) -> Option<Field> {
    Some(match reader.byte()? {
        0 => Field::Pos(BoardPoint::from(reader.point()?)),
        1 => {
            let size = reader.vector()?;
            Field::Size(Size::new(size.x, size.y))
        }
        2 => {
            let count = reader.length(CREATE_POINTS)?;
            Field::Points((0..count).map(|_| reader.vector()).collect::<Option<_>>()?)
        }
        3 => Field::Scale(reader.vector()?),
        4 => Field::Angle(reader.number()?),
        5 => Field::Order(OrderKey::parse(reader.text(NAME_BYTES)?)?),
        6 => {
            let key = reader.text(NAME_BYTES)?.to_owned();
            Field::from_text(&key, reader.text(FIELD_BYTES)?)?
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use kurbo::Vec2;
    use scene::Colour;

    use super::*;

    fn id(text: &str) -> ShapeId {
        ShapeId::parse(text).expect("a short id")
    }

    fn motions() -> Vec<Motion> {
        let frame = Frame { rect: Rect::new(0.0, 1.0, 2.0, 3.0), angle: 0.5 };
        let shape = NewShape::new(
            Kind::Arrow,
            vec![
                Field::Pos(BoardPoint::new(1.0, 2.0)),
                Field::Points([Vec2::ZERO, Vec2::new(3.0, 4.0)].into()),
                Field::Stroke(Colour::INK),
                Field::Fill(None),
                Field::FillStyle(board::FillStyle::CrossHatch),
                Field::Opacity(0.25),
                Field::Sketch(Some(9)),
                Field::Order(OrderKey::default()),
                Field::Wrap(None),
            ],
        );
        vec![
            Motion::Still,
            Motion::Transform { transform: Transform::Move { by: Vec2::new(1.0, -2.0) }, copies: true },
            Motion::Transform { transform: Transform::Resize { frame, to: frame.rect }, copies: false },
            Motion::Transform { transform: Transform::Rotate { about: Point::ORIGIN, by: 1.0 }, copies: false },
            Motion::Create { id: id("new"), shape: shape.clone() },
            Motion::Change {
                id: id("line"),
                fields: vec![
                    Field::Points([Vec2::ZERO, Vec2::new(5.0, 6.0)].into()),
                    Field::End(Some(board::Binding { shape: id("a"), at: Some(Vec2::new(0.5, 1.0)) })),
                    Field::Start(None),
                    Field::Via([1.0, 20.0].into()),
                    Field::LabelAt(0.25),
                ],
            },
            Motion::Ink { id: id("ink"), shape, after: 3, points: vec![InkPoint::new(0.5, 1.5, 0.25)] },
            Motion::Erase { ids: vec![id("a"), id("b")] },
            Motion::Laser { after: 7, points: vec![BoardPoint::new(1.0, 2.0)] },
        ]
    }

    #[test]
    fn messages_come_back() {
        for (gesture, motion) in motions().into_iter().enumerate() {
            let end = (gesture % 2 == 1).then(|| (ClientId::from_random(77), 12));
            let message = DraftMessage { gesture: gesture as u64, selection: 4, motion, end };
            assert_eq!(DraftMessage::decode(&message.encode()), Some(message));
        }
        let message =
            SelectionMessage { number: 9, count: 1, bounds: Rect::new(0.0, 0.0, 1.0, 1.0), ids: vec![id("x")] };
        assert_eq!(SelectionMessage::decode(&message.encode()), Some(message));
    }

    #[test]
    fn long_ids_do_not_make_long_messages() {
        let ids = (0..limits::SELECTION_IDS).map(|at| id(&format!("{at:064}"))).collect();
        let message = SelectionMessage { number: 1, count: 500, bounds: Rect::ZERO, ids };
        let bytes = message.encode();
        assert!(bytes.len() < limits::PRESENCE_BYTES);
        let read = SelectionMessage::decode(&bytes).expect("a shorter message is one");
        assert!(!read.ids.is_empty() && (read.ids.len() as u64) < read.count);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = DraftMessage::decode(&bytes);
            let _ = SelectionMessage::decode(&bytes);
        }

        #[test]
        fn broken_messages_are_read_or_refused(which in 0usize..9, at in 0usize..100, to: u8, cut in 0usize..100) {
            let motion = motions().swap_remove(which);
            let mut bytes = DraftMessage { gesture: 1, selection: 1, motion, end: None }.encode();
            let at = at % bytes.len();
            bytes[at] = to;
            bytes.truncate(bytes.len() - cut % bytes.len());
            let _ = DraftMessage::decode(&bytes);
        }
    }
}
