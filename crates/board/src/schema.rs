//! Where each property lies in the Y types, and how it is read. The keys are public (`docs/board-schema.md`) and only
//! ever added to. Must not know edits or undo. Reading is total: whatever is stored, a shape comes out.

use kurbo::{Size, Vec2};
use scene::BoardPoint;
use std::sync::Arc;
use yrs::types::{AsPrelim, Delta};
use yrs::{Any, Array, ArrayRef, GetString, In, Map, MapRef, Number, Out, ReadTxn};

use crate::{Kind, OrderKey, Shape, ShapeId, clamp, ink};

/// The root map: shape id to shape.
pub(crate) const SHAPES: &str = "shapes";

pub(crate) const KIND: &str = "kind";
pub(crate) const POS: &str = "pos";
pub(crate) const SIZE: &str = "size";
pub(crate) const POINTS: &str = "points";
pub(crate) const INK: &str = "ink";
pub(crate) const SCALE: &str = "scale";
pub(crate) const ANGLE: &str = "angle";
pub(crate) const ORDER: &str = "order";
pub(crate) const STROKE: &str = "stroke";
pub(crate) const FILL: &str = "fill";
pub(crate) const WIDTH: &str = "width";
pub(crate) const TEXT: &str = "text";
pub(crate) const FONT_SIZE: &str = "font_size";
pub(crate) const WRAP: &str = "wrap";
pub(crate) const GROUPS: &str = "groups";
pub(crate) const LOCKED: &str = "locked";

/// Every key of this version; others are carried untouched.
pub(crate) const KEYS: &[&str] =
    &[KIND, POS, SIZE, POINTS, INK, SCALE, ANGLE, ORDER, STROKE, FILL, WIDTH, TEXT, FONT_SIZE, WRAP, GROUPS, LOCKED];

/// One key of a shape with a deep copy of its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Arc<str>,
    pub(crate) value: Stored,
}

/// What a key can hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stored {
    Plain(Any),
    /// A Y.Text without formatting.
    Text(String),
    /// A Y.Array of plain values.
    List(Vec<Any>),
    /// Whatever else another client wrote.
    Other(Box<In>),
}

/// The Y.Map of one shape, if there is one.
pub(crate) fn shape_map<T: ReadTxn>(txn: &T, root: &MapRef, id: &str) -> Option<MapRef> {
    match root.get(txn, id) {
        Some(Out::YMap(map)) => Some(map),
        _ => None,
    }
}

/// Reads a shape, whatever is in its map.
pub(crate) fn read<T: ReadTxn>(txn: &T, id: ShapeId, map: &MapRef) -> Shape {
    let mut shape = Shape::blank(id, Kind::Unknown("".into()));
    for (key, value) in map.iter(txn) {
        match (key, &value) {
            (INK, Out::YArray(chunks)) => shape.ink = read_ink(txn, chunks),
            (TEXT, Out::YText(text)) => shape.text = clamp::text(&text.get_string(txn)).into(),
            (_, Out::Any(value)) => read_plain(&mut shape, key, value),
            _ => {}
        }
    }
    shape.measured()
}

fn read_plain(shape: &mut Shape, key: &str, value: &Any) {
    match key {
        KIND => shape.kind = string(value).map_or(Kind::Unknown("".into()), Kind::from_name),
        POS => {
            if let Some([x, y]) = pair(value) {
                shape.pos = clamp::point(BoardPoint::new(x, y));
            }
        }
        SIZE => {
            if let Some([width, height]) = pair(value) {
                shape.size = clamp::size(Size::new(width, height));
            }
        }
        POINTS => {
            if let Some(points) = read_points(value) {
                shape.points = points;
            }
        }
        SCALE => {
            if let Some([x, y]) = pair(value) {
                shape.scale = clamp::scale(Vec2::new(x, y));
            }
        }
        ANGLE => shape.angle = clamp::angle(number(value)),
        ORDER => shape.order = string(value).and_then(OrderKey::parse).unwrap_or_default(),
        STROKE => shape.stroke = string(value).and_then(|text| text.parse().ok()).unwrap_or(shape.stroke),
        FILL => shape.fill = string(value).and_then(|text| text.parse().ok()),
        WIDTH => shape.width = clamp::stroke_width(number(value)),
        TEXT => shape.text = string(value).map_or("".into(), |text| clamp::text(text).into()),
        FONT_SIZE => shape.font_size = clamp::font_size(number(value)),
        WRAP => shape.wrap = clamp::wrap(number(value)),
        GROUPS => shape.groups = read_groups(value),
        LOCKED => shape.locked = matches!(value, Any::Bool(true)),
        _ => {}
    }
}

fn read_ink<T: ReadTxn>(txn: &T, chunks: &ArrayRef) -> Arc<[crate::InkPoint]> {
    let mut points = Vec::new();
    for chunk in chunks.iter(txn) {
        if let Out::Any(Any::Buffer(bytes)) = chunk {
            ink::decode(&bytes, &mut points);
        }
    }
    points.into()
}

fn read_points(value: &Any) -> Option<Arc<[Vec2]>> {
    let Any::Array(numbers) = value else { return None };
    let pairs = numbers.chunks_exact(2).take(clamp::POINTS_MAX);
    let points: Arc<[Vec2]> = pairs.map(|pair| clamp::vector(Vec2::new(number(&pair[0]), number(&pair[1])))).collect();
    (points.len() >= 2).then_some(points)
}

fn read_groups(value: &Any) -> Arc<[crate::GroupId]> {
    let Any::Array(names) = value else { return Arc::new([]) };
    names.iter().filter_map(|name| ShapeId::parse(string(name)?)).take(clamp::GROUPS_MAX).collect()
}

/// NaN where there is no number: the table of bounds knows what to do.
fn number(value: &Any) -> f64 {
    match value {
        Any::Number(Number::Int(number)) => *number as f64,
        Any::Number(Number::Float(number)) => *number,
        _ => f64::NAN,
    }
}

fn pair(value: &Any) -> Option<[f64; 2]> {
    match value {
        Any::Array(numbers) if numbers.len() == 2 => Some([number(&numbers[0]), number(&numbers[1])]),
        _ => None,
    }
}

fn string(value: &Any) -> Option<&str> {
    match value {
        Any::String(text) => Some(text),
        _ => None,
    }
}

/// A number as Yjs writes it: whole numbers as integers, which take a byte or two.
pub(crate) fn plain_number(value: f64) -> Any {
    let whole = value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
    Any::Number(if whole { Number::Int(value as i64) } else { Number::Float(value) })
}

pub(crate) fn plain_numbers(values: impl IntoIterator<Item = f64>) -> Any {
    Any::Array(values.into_iter().map(plain_number).collect())
}

/// All of a shape, key by key in order, to compare and to bring back.
pub(crate) fn capture<T: ReadTxn>(txn: &T, map: &MapRef) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        map.iter(txn).map(|(key, value)| Entry { key: key.into(), value: stored(txn, &value) }).collect();
    entries.sort_by(|one, next| one.key.cmp(&next.key));
    entries
}

pub(crate) fn stored<T: ReadTxn>(txn: &T, value: &Out) -> Stored {
    match value.as_prelim(txn) {
        In::Any(value) => Stored::Plain(value),
        In::Text(delta) => plain_text(&delta).map_or(Stored::Other(Box::new(In::Text(delta))), Stored::Text),
        In::Array(items) => {
            let plain = items.iter().map(|item| match item {
                In::Any(value) => Some(value.clone()),
                _ => None,
            });
            match plain.collect() {
                Some(values) => Stored::List(values),
                None => Stored::Other(Box::new(In::Array(items))),
            }
        }
        other => Stored::Other(Box::new(other)),
    }
}

fn plain_text(delta: &[Delta<In>]) -> Option<String> {
    delta
        .iter()
        .map(|part| match part {
            Delta::Inserted(In::Any(Any::String(text)), None) => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}
