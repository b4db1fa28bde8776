//! Shapes as text, for the clipboard, and copies of shapes. What is pasted may come from anywhere.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use board::{Binding, Edit, Field, GroupId, InkPoint, Kind, NewShape, Shape, ShapeId, is_link as is_address};
use kurbo::{Point, Rect, Size, Vec2};
use scene::BoardPoint;
use scene::text::{Look, Mark, Span, TextSize, link_address};
use serde::{Deserialize, Serialize};

use crate::draft::preview;
use crate::excalidraw;
use crate::framing;
use crate::groups;
use crate::limits;
use crate::linking;
use crate::tables;
use crate::text_session::{bounded, byte_at, utf16_at};
use crate::view::View;

/// The clipboard's form; the key says whose it is and holds its version.
#[derive(Serialize, Deserialize)]
struct Clip {
    boardwalk: u32,
    shapes: Vec<ClipShape>,
}

/// One shape; what is not there has its default. Lengths are board pixels, as in docs/board-schema.md.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct ClipShape {
    /// What the others call it.
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    kind: String,
    pos: [f64; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Vec<[f64; 2]>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ink: Vec<[f64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    angle: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
    /// What of the text looks different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    looks: Vec<ClipLook>,
    /// Every other key with its value as text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    style: BTreeMap<String, String>,
}

/// A stretch of a text that looks different, in UTF-16 units; by the names of docs/board-schema.md.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct ClipLook {
    from: usize,
    to: usize,
    /// `bold`, `italic`, `underline`, `strike`, `code`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    is: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

/// What is so or not.
const FLAGS: [(&str, Mark); 5] = [
    ("bold", Mark::Bold(true)),
    ("italic", Mark::Italic(true)),
    ("underline", Mark::Underline(true)),
    ("strike", Mark::Strike(true)),
    ("code", Mark::Code(true)),
];

/// The selection as text.
pub(crate) fn copied(view: &View) -> String {
    written_all(taken(view))
}

/// Shapes as text, with their ids.
pub(crate) fn written_all(shapes: impl IntoIterator<Item = (ShapeId, NewShape)>) -> String {
    let shapes = shapes.into_iter().map(|(id, copy)| ClipShape { id: id.as_str().to_owned(), ..written(copy) });
    let clip = Clip { boardwalk: VERSION, shapes: shapes.collect() };
    serde_json::to_string(&clip).expect("text and numbers always have a JSON form")
}

/// Copies of the selection, moved and on top; and their ids.
pub(crate) fn copies(view: &View, by: Vec2) -> (Vec<Edit>, Vec<ShapeId>) {
    let copies = taken(view).into_iter().filter_map(|(id, mut copy)| {
        copy.fields.push(view.board.shape(&id)?.moved(by));
        Some((Some(id), copy))
    });
    on_top(copies.collect(), &groups::common(view), view)
}

/// What a copy of the selection holds, lowest first: with frames what lies in them. Lines have the corners that are
/// seen, for where what they hold does not come along.
fn taken(view: &View) -> Vec<(ShapeId, NewShape)> {
    let ids = view.board.with_contents(view.selection.iter());
    let mut shapes: Vec<&Shape> = ids.iter().filter_map(|id| view.board.shape(id)).collect();
    shapes.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
    let copies = shapes.into_iter().filter_map(|shape| {
        let mut copy = view.board.copy(&shape.id)?;
        if shape.is_bound() {
            let seen = shape.board_points().into_iter().map(|point| point - Point::from(shape.pos));
            copy.fields.push(Field::Points(seen.collect()));
        }
        Some((shape.id.clone(), copy))
    });
    copies.collect()
}

/// Copies hold copies, and lie in copies of frames. What does not come along is let go of.
fn rename(field: &Field, names: &HashMap<ShapeId, ShapeId>) -> Option<Field> {
    let held = |binding: &Option<Binding>| {
        let binding = binding.as_ref()?;
        Some(Binding { shape: names.get(&binding.shape)?.clone(), at: binding.at })
    };
    match field {
        Field::Start(binding) => held(binding).map(|binding| Field::Start(Some(binding))),
        Field::End(binding) => held(binding).map(|binding| Field::End(Some(binding))),
        Field::Frame(Some(frame)) => names.get(frame).cloned().map(|frame| Field::Frame(Some(frame))),
        other => Some(other.clone()),
    }
}

/// What a pasted text makes: shapes around a place. None: there is nothing to paste.
pub(crate) fn pasted(text: &str, is_plain: bool, around: BoardPoint, view: &View) -> Option<(Vec<Edit>, Vec<ShapeId>)> {
    if text.len() > limits::PASTE_BYTES || text.trim().is_empty() {
        return None;
    }
    let address = text.trim();
    let is_link = !is_plain && is_address(address);
    if is_link && let Some(linked) = linking::linked(address, view) {
        return Some(linked);
    }
    let clip = if is_plain { None } else { serde_json::from_str::<Clip>(text).ok() };
    let unnamed = |shapes: Vec<NewShape>| shapes.into_iter().map(|shape| (None, shape)).collect();
    let shapes: Vec<(Option<ShapeId>, NewShape)> = match (clip, tables::cells(text)) {
        (Some(clip), _) if clip.boardwalk != VERSION => return None,
        (Some(clip), _) => {
            let named = clip.shapes.into_iter().map(|shape| Some((ShapeId::parse(&shape.id), read(shape)?)));
            named.collect::<Option<Vec<_>>>()?
        }
        (None, Some(cells)) if !is_plain => unnamed(tables::grid(&cells, view)),
        (None, _) if is_link => unnamed(vec![linking::card(address, view)]),
        (None, _) => match excalidraw::read(text).filter(|_| !is_plain) {
            Some(shapes) => unnamed(shapes),
            None => unnamed(vec![words(bounded(text.trim_end().replace("\r\n", "\n")), vec![], view)]),
        },
    };
    if shapes.is_empty() || shapes.len() > limits::PASTE_SHAPES {
        return None;
    }
    Some(placed(shapes, around, view))
}

/// Letters with looks as a text shape.
pub(crate) fn pasted_rich(
    text: String,
    spans: Vec<Span>,
    around: BoardPoint,
    view: &View,
) -> (Vec<Edit>, Vec<ShapeId>) {
    placed(vec![(None, words(text, spans, view))], around, view)
}

/// A text of these words. What somebody else wrote in one line as long as the paper wraps.
fn words(text: String, spans: Vec<Span>, view: &View) -> NewShape {
    let place = [Field::Pos(BoardPoint::ORIGIN)];
    let mut shape = view.new_shape(Kind::Text, place).with_text(text).with_spans(spans);
    let widest = view.styles.font_size(&Kind::Text) * limits::PASTED_LINE_EM;
    if preview(view.ids.shape(), &shape).local_bounds().width() > widest {
        shape.fields.push(Field::Wrap(Some(widest)));
    }
    shape
}

/// Shapes around a place.
pub(crate) fn placed(
    shapes: Vec<(Option<ShapeId>, NewShape)>,
    around: BoardPoint,
    view: &View,
) -> (Vec<Edit>, Vec<ShapeId>) {
    let extent =
        shapes.iter().map(|(_, new)| preview(view.ids.shape(), new).bounds()).reduce(|all, rect| all.union(rect));
    let by = Point::from(around) - extent.unwrap_or(Rect::ZERO).center();
    let moved = shapes.into_iter().map(|(id, mut new)| {
        let at = preview(view.ids.shape(), &new).pos;
        new.fields.push(Field::Pos(at + by));
        (id, new)
    });
    on_top(moved.collect(), &[], view)
}

/// Inserts above everything, in this order. Groups of copies are groups of their own, but for those that the hand is
/// within; and copies are not locked.
pub(crate) fn on_top(
    mut shapes: Vec<(Option<ShapeId>, NewShape)>,
    within: &[GroupId],
    view: &View,
) -> (Vec<Edit>, Vec<ShapeId>) {
    let mut names: HashMap<GroupId, GroupId> = within.iter().map(|group| (group.clone(), group.clone())).collect();
    let ids: Vec<ShapeId> = shapes.iter().map(|_| view.ids.shape()).collect();
    let renamed = shapes.iter().zip(&ids).filter_map(|((old, _), new)| Some((old.clone()?, new.clone()))).collect();
    for (_, shape) in &mut shapes {
        shape.fields = shape.fields.iter().filter_map(|field| rename(field, &renamed)).collect();
        shape.fields.retain(|field| !matches!(field, Field::Locked(_)));
        for field in &mut shape.fields {
            if let Field::Groups(groups) = field {
                let renamed = |group: &GroupId| names.entry(group.clone()).or_insert_with(|| view.ids.shape()).clone();
                *groups = groups.iter().map(renamed).collect();
            }
        }
    }
    framing::received(shapes.iter_mut().map(|(_, shape)| shape), view);
    let top = view.board.shapes().next_back().map(|shape| &shape.id);
    let placement = view.board.order_between(top, None, &[], shapes.len(), view.ids.random());
    let inserts = shapes.into_iter().zip(&ids).zip(placement.keys).map(|(((_, mut shape), id), key)| {
        shape.fields.push(Field::Order(key));
        Edit::Insert { id: id.clone(), shape }
    });
    (placement.shifts.into_iter().chain(inserts).collect(), ids)
}

fn written(shape: NewShape) -> ClipShape {
    let pair = |vector: Vec2| [vector.x, vector.y];
    let looks = written_looks(&shape);
    let mut clip = ClipShape { kind: shape.kind.name().to_owned(), text: shape.text, looks, ..ClipShape::default() };
    clip.ink = shape.ink.iter().map(|point| [point.x, point.y, point.pressure]).collect();
    for field in shape.fields {
        match field {
            Field::Pos(at) => clip.pos = [at.x, at.y],
            Field::Size(size) => clip.size = Some([size.width, size.height]),
            Field::Points(points) => clip.points = Some(points.iter().copied().map(pair).collect()),
            Field::Scale(scale) => clip.scale = Some(pair(scale)),
            Field::Angle(angle) => clip.angle = Some(angle),
            // Its place in the pile is its place in the list.
            Field::Order(_) => {}
            other => drop(clip.style.insert(other.key().to_owned(), other.text())),
        }
    }
    clip
}

/// None: it has no kind.
fn read(clip: ClipShape) -> Option<NewShape> {
    if clip.kind.is_empty() {
        return None;
    }
    let vector = |[x, y]: [f64; 2]| Vec2::new(x, y);
    let points = |points: Vec<[f64; 2]>| Field::Points(points.into_iter().map(vector).collect::<Arc<[Vec2]>>());
    let fields = [
        Some(Field::Pos(BoardPoint::new(clip.pos[0], clip.pos[1]))),
        clip.size.map(|[width, height]| Field::Size(Size::new(width, height))),
        clip.points.map(points),
        clip.scale.map(|scale| Field::Scale(vector(scale))),
        clip.angle.map(Field::Angle),
    ];
    let style = clip.style.iter().filter_map(|(key, value)| Field::from_text(key, value));
    let fields = fields.into_iter().flatten().chain(style.filter(|field| !matches!(field, Field::Kind(_))));
    let ink = clip.ink.into_iter().map(|[x, y, pressure]| InkPoint::new(x, y, pressure)).collect();
    let shape = NewShape::new(Kind::from_name(&clip.kind), fields.collect());
    let text = bounded(clip.text);
    let spans = clip.looks.iter().map(|look| read_look(&text, look)).collect();
    Some(shape.with_text(text).with_spans(spans).with_ink(ink))
}

fn written_looks(shape: &NewShape) -> Vec<ClipLook> {
    let units = |bytes: usize| utf16_at(&shape.text, bytes) as usize;
    let written = |Span { range, look }: &Span| {
        let is = FLAGS.iter().filter(|(_, mark)| look.has(mark)).map(|(name, _)| (*name).to_owned()).collect();
        let (size, link) = (look.size.name().map(str::to_owned), look.link.as_deref().map(str::to_owned));
        ClipLook { from: units(range.start), to: units(range.end), is, size, link }
    };
    shape.spans().iter().map(written).collect()
}

fn read_look(text: &str, clip: &ClipLook) -> Span {
    let mut look = Look::default();
    for (_, mark) in FLAGS.iter().filter(|(name, _)| clip.is.iter().any(|is| is == name)) {
        look.put(mark);
    }
    look.size = clip.size.as_deref().map(TextSize::from_name).unwrap_or_default();
    look.link = clip.link.as_deref().and_then(link_address);
    Span { range: byte_at(text, clip.from)..byte_at(text, clip.to), look }
}
