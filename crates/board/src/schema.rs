//! Where each property lies in the Y types, and how it is read. The keys are public (`docs/board-schema.md`) and only
//! ever added to. Must not know edits or undo. Reading is total: whatever is stored, a shape comes out.

use std::sync::{Arc, LazyLock};
use yrs::types::{AsPrelim, Delta};
use yrs::{Any, Array, ArrayRef, In, Map, MapRef, Out, ReadTxn};

use crate::rich::{Content, Piece};
use crate::{Kind, Shape, ShapeId, clamp, field, ink};

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
pub(crate) const FILL_STYLE: &str = "fill_style";
pub(crate) const WIDTH: &str = "width";
pub(crate) const DASH: &str = "dash";
pub(crate) const RADIUS: &str = "radius";
pub(crate) const OPACITY: &str = "opacity";
pub(crate) const SKETCH: &str = "sketch";
pub(crate) const TEXT: &str = "text";
pub(crate) const TEXT_COLOUR: &str = "text_colour";
pub(crate) const FONT_SIZE: &str = "font_size";
pub(crate) const FONT: &str = "font";
pub(crate) const WRAP: &str = "wrap";
pub(crate) const ALIGN: &str = "align";
pub(crate) const ALIGN_Y: &str = "align_y";
pub(crate) const FRAME: &str = "frame";
pub(crate) const AUTHOR: &str = "author";
pub(crate) const ROUTE: &str = "route";
pub(crate) const START: &str = "start";
pub(crate) const END: &str = "end";
pub(crate) const START_HEAD: &str = "start_head";
pub(crate) const END_HEAD: &str = "end_head";
pub(crate) const VIA: &str = "via";
pub(crate) const LABEL_AT: &str = "label_at";
pub(crate) const GROUPS: &str = "groups";
pub(crate) const LOCKED: &str = "locked";
pub(crate) const ASSET: &str = "asset";
pub(crate) const NATURAL: &str = "natural";
pub(crate) const CROP: &str = "crop";
pub(crate) const ALT: &str = "alt";
pub(crate) const LINK: &str = "link";
pub(crate) const SLIDE: &str = "slide";

/// Every key of this version; others are carried untouched.
pub(crate) const KEYS: &[&str] = &[
    KIND,
    POS,
    SIZE,
    POINTS,
    INK,
    SCALE,
    ANGLE,
    ORDER,
    STROKE,
    FILL,
    FILL_STYLE,
    WIDTH,
    DASH,
    RADIUS,
    OPACITY,
    SKETCH,
    TEXT,
    TEXT_COLOUR,
    FONT_SIZE,
    WRAP,
    ALIGN,
    ALIGN_Y,
    GROUPS,
    LOCKED,
    FRAME,
    AUTHOR,
    ROUTE,
    START,
    END,
    START_HEAD,
    END_HEAD,
    VIA,
    LABEL_AT,
    ASSET,
    NATURAL,
    CROP,
    ALT,
    FONT,
    LINK,
    SLIDE,
];

/// A key to be kept, in one place of memory for all shapes where this version knows it: tens of thousands of shapes have the
/// same.
pub(crate) fn shared(key: &str) -> Arc<str> {
    static SHARED: LazyLock<Vec<Arc<str>>> = LazyLock::new(|| {
        let mut keys: Vec<Arc<str>> = KEYS.iter().map(|key| Arc::from(*key)).collect();
        keys.sort_unstable();
        keys
    });
    match SHARED.binary_search_by(|known| (**known).cmp(key)) {
        Ok(index) => Arc::clone(&SHARED[index]),
        Err(_) => key.into(),
    }
}

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
    /// A Y.Text with formatting.
    Rich(Vec<Piece>),
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
            (TEXT, Out::YText(text)) => (shape.text, shape.spans) = Content::read(txn, text).shown(),
            (TEXT, Out::Any(value)) => shape.text = field::string(value).map_or("", clamp::text).into(),
            (_, Out::Any(value)) => {
                if let Some(field) = field::read(key, value) {
                    shape.put(&field);
                }
            }
            _ => {}
        }
    }
    shape.measured()
}

/// Reads some keys of a known shape again; nothing where it must be read as a whole.
pub(crate) fn reread<T: ReadTxn>(
    txn: &T,
    mut shape: Box<Shape>,
    map: &MapRef,
    keys: &[Arc<str>],
) -> Option<Box<Shape>> {
    for key in keys {
        // What is edited bit by bit has a way of its own.
        match map.get(txn, key) {
            Some(Out::Any(value)) if **key != *TEXT => shape.put(&field::read(key, &value)?),
            None => shape.put(&field::unstored(key)?),
            _ => return None,
        }
    }
    shape.measure();
    Some(shape)
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

/// All of a shape, key by key in order, to compare and to bring back.
pub(crate) fn capture<T: ReadTxn>(txn: &T, map: &MapRef) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        map.iter(txn).map(|(key, value)| Entry { key: shared(key), value: stored(txn, &value) }).collect();
    entries.sort_by(|one, next| one.key.cmp(&next.key));
    entries
}

pub(crate) fn stored<T: ReadTxn>(txn: &T, value: &Out) -> Stored {
    match value.as_prelim(txn) {
        In::Any(value) => Stored::Plain(value),
        In::Text(delta) => text_content(&delta).map_or_else(|| Stored::Other(Box::new(In::Text(delta))), Stored::from),
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

/// A text of letters alone.
fn text_content(delta: &[Delta<In>]) -> Option<Content> {
    let mut content = Content::default();
    for part in delta {
        match part {
            Delta::Inserted(In::Any(Any::String(text)), attrs) => {
                let attrs = attrs.as_deref().cloned().unwrap_or_default();
                content.push(Piece { text: text.as_ref().to_owned(), attrs });
            }
            _ => return None,
        }
    }
    Some(content)
}

impl From<Content> for Stored {
    fn from(content: Content) -> Self {
        match content.is_plain() {
            true => Stored::Text(content.text),
            false => Stored::Rich(content.pieces),
        }
    }
}
