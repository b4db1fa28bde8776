//! How each property is stored and read: the one place that knows both its key and its type. Must not know shapes as a
//! whole, edits or undo. Values are held to the table of bounds on the way in and on the way out.

use kurbo::{Rect, Size, Vec2};
use scene::text::Font;
use scene::{BoardPoint, ImageId};
use std::sync::Arc;
use yrs::{Any, Number};

use crate::{
    Align, AlignY, Binding, Field, FillStyle, GroupId, Head, Kind, LineStyle, OrderKey, Route, ShapeId, clamp, schema,
};

/// Where a property is stored and as what; `None` removes the key.
pub(crate) fn stored(field: &Field) -> (&'static str, Option<Any>) {
    let numbers = |values: [f64; 2]| Some(plain_numbers(values));
    let name = |name: Option<&str>| name.map(Any::from);
    match field {
        Field::Kind(kind) => (schema::KIND, name(Some(kind.name()))),
        Field::Pos(at) => {
            let at = clamp::point(*at);
            (schema::POS, numbers([at.x, at.y]))
        }
        Field::Size(size) => {
            let size = clamp::size(*size);
            (schema::SIZE, numbers([size.width, size.height]))
        }
        Field::Points(points) => {
            let points = points.iter().take(clamp::POINTS_MAX).map(|point| clamp::vector(*point));
            (schema::POINTS, Some(plain_numbers(points.flat_map(|point| [point.x, point.y]))))
        }
        Field::Scale(scale) => {
            let scale = clamp::scale(*scale);
            (schema::SCALE, numbers([scale.x, scale.y]))
        }
        Field::Angle(angle) => (schema::ANGLE, Some(plain_number(clamp::angle(*angle)))),
        Field::Order(order) => (schema::ORDER, Some(Any::from(order.as_str()))),
        Field::Stroke(colour) => (schema::STROKE, Some(Any::from(colour.to_string()))),
        Field::Fill(colour) => (schema::FILL, colour.map(|colour| Any::from(colour.to_string()))),
        Field::FillStyle(style) => (schema::FILL_STYLE, name(Some(style.name()))),
        Field::Width(width) => (schema::WIDTH, Some(plain_number(clamp::stroke_width(*width)))),
        Field::Dash(style) => (schema::DASH, name(Some(style.name()))),
        Field::Radius(radius) => (schema::RADIUS, radius.and_then(clamp::radius).map(plain_number)),
        Field::Opacity(opacity) => (schema::OPACITY, Some(plain_number(clamp::opacity(*opacity)))),
        Field::Sketch(seed) => (schema::SKETCH, seed.map(|seed| plain_number(seed.into()))),
        Field::FontSize(size) => (schema::FONT_SIZE, Some(plain_number(clamp::font_size(*size)))),
        Field::Font(font) => (schema::FONT, name(Some(font.name()))),
        Field::Wrap(width) => (schema::WRAP, width.and_then(clamp::wrap).map(plain_number)),
        Field::TextColour(colour) => (schema::TEXT_COLOUR, colour.map(|colour| Any::from(colour.to_string()))),
        Field::Align(align) => (schema::ALIGN, name(align.map(Align::name))),
        Field::AlignY(align) => (schema::ALIGN_Y, name(align.map(AlignY::name))),
        Field::Frame(frame) => (schema::FRAME, name(frame.as_ref().map(ShapeId::as_str))),
        Field::Link(link) => (schema::LINK, name(link.as_deref().filter(|link| clamp::is_link(link)))),
        Field::Author(author) => (schema::AUTHOR, name(author.as_deref().map(clamp::author))),
        Field::Route(route) => (schema::ROUTE, name(Some(route.name()))),
        Field::Start(binding) => (schema::START, binding.as_ref().map(stored_binding)),
        Field::End(binding) => (schema::END, binding.as_ref().map(stored_binding)),
        Field::StartHead(head) => (schema::START_HEAD, name(head.map(Head::name))),
        Field::EndHead(head) => (schema::END_HEAD, name(head.map(Head::name))),
        Field::Via(via) => {
            let whole = via.len().min(clamp::VIA_MAX) / 2 * 2;
            let numbers = via[..whole].iter().map(|number| clamp::coordinate(*number));
            (schema::VIA, (whole > 0).then(|| plain_numbers(numbers)))
        }
        Field::LabelAt(at) => (schema::LABEL_AT, Some(plain_number(clamp::share(*at)))),
        Field::Groups(groups) => {
            let groups: Vec<Any> = groups.iter().map(|group| Any::from(group.as_str())).collect();
            (schema::GROUPS, (!groups.is_empty()).then(|| Any::Array(groups.into())))
        }
        Field::Locked(locked) => (schema::LOCKED, locked.then_some(Any::Bool(true))),
        Field::Asset(asset) => (schema::ASSET, Some(Any::from(asset.to_string()))),
        Field::Natural(size) => {
            let size = clamp::size(*size);
            (schema::NATURAL, numbers([size.width, size.height]))
        }
        Field::Crop(crop) => {
            let crop = clamp::crop(*crop);
            (schema::CROP, (crop != clamp::CROP_ALL).then(|| plain_numbers([crop.x0, crop.y0, crop.x1, crop.y1])))
        }
        Field::Alt(text) => (schema::ALT, name(Some(clamp::alt(text)).filter(|text| !text.is_empty()))),
        Field::Slide(key) => (schema::SLIDE, name(key.as_ref().map(OrderKey::as_str))),
    }
}

/// The property that is stored so; none for keys of other versions and for values of another type, which count as
/// absent. Ink and text that is edited have types of their own.
pub(crate) fn read(key: &str, value: &Any) -> Option<Field> {
    let finite = || Some(number(value)).filter(|number| number.is_finite());
    let colour = || string(value).and_then(|text| text.parse().ok());
    Some(match key {
        schema::KIND => Field::Kind(Kind::from_name(string(value)?)),
        schema::POS => pair(value).map(|[x, y]| Field::Pos(BoardPoint::new(x, y)))?,
        schema::SIZE => pair(value).map(|[width, height]| Field::Size(Size::new(width, height)))?,
        schema::POINTS => Field::Points(points(value)?),
        schema::SCALE => pair(value).map(|[x, y]| Field::Scale(Vec2::new(x, y)))?,
        schema::ANGLE => Field::Angle(number(value)),
        schema::ORDER => Field::Order(OrderKey::parse(string(value)?)?),
        schema::STROKE => Field::Stroke(colour()?),
        schema::FILL => Field::Fill(Some(colour()?)),
        schema::FILL_STYLE => Field::FillStyle(FillStyle::from_name(string(value)?)?),
        schema::WIDTH => Field::Width(number(value)),
        schema::DASH => Field::Dash(LineStyle::from_name(string(value)?)?),
        schema::RADIUS => Field::Radius(Some(finite()?)),
        schema::OPACITY => Field::Opacity(number(value)),
        schema::SKETCH => Field::Sketch(Some(finite()? as i64 as u32)),
        schema::FONT_SIZE => Field::FontSize(number(value)),
        schema::FONT => Field::Font(Font::from_name(string(value)?)?),
        schema::WRAP => Field::Wrap(Some(finite()?)),
        schema::TEXT_COLOUR => Field::TextColour(Some(colour()?)),
        schema::ALIGN => Field::Align(Some(Align::from_name(string(value)?)?)),
        schema::ALIGN_Y => Field::AlignY(Some(AlignY::from_name(string(value)?)?)),
        schema::GROUPS => Field::Groups(groups(value)?),
        schema::LOCKED => Field::Locked(matches!(value, Any::Bool(true))),
        schema::FRAME => Field::Frame(Some(ShapeId::parse(string(value)?)?)),
        schema::LINK => Field::Link(Some(string(value).filter(|link| clamp::is_link(link))?.into())),
        schema::AUTHOR => Field::Author(Some(clamp::author(string(value)?).into())),
        schema::ROUTE => Field::Route(Route::from_name(string(value)?)?),
        schema::START => Field::Start(Some(binding(value)?)),
        schema::END => Field::End(Some(binding(value)?)),
        schema::START_HEAD => Field::StartHead(Some(Head::from_name(string(value)?)?)),
        schema::END_HEAD => Field::EndHead(Some(Head::from_name(string(value)?)?)),
        schema::VIA => Field::Via(via(value)?),
        schema::LABEL_AT => Field::LabelAt(number(value)),
        schema::ASSET => Field::Asset(ImageId::parse(string(value)?)?),
        schema::NATURAL => pair(value).map(|[width, height]| Field::Natural(Size::new(width, height)))?,
        schema::CROP => match value {
            Any::Array(sides) if sides.len() == 4 => {
                Field::Crop(Rect::new(number(&sides[0]), number(&sides[1]), number(&sides[2]), number(&sides[3])))
            }
            _ => return None,
        },
        schema::ALT => Field::Alt(string(value)?.into()),
        schema::SLIDE => Field::Slide(Some(OrderKey::parse(string(value)?)?)),
        _ => return None,
    })
}

/// What an absent key means, where that is a value.
pub(crate) fn default_of(key: &str) -> Option<Any> {
    let default = match key {
        schema::POS => Field::Pos(BoardPoint::ORIGIN),
        schema::SIZE => Field::Size(clamp::SIZE_DEFAULT),
        schema::SCALE => Field::Scale(Vec2::new(1.0, 1.0)),
        schema::ANGLE => Field::Angle(clamp::ANGLE_DEFAULT),
        schema::STROKE => Field::Stroke(scene::Colour::INK),
        schema::FILL_STYLE => Field::FillStyle(FillStyle::Solid),
        schema::WIDTH => Field::Width(clamp::STROKE_WIDTH_DEFAULT),
        schema::DASH => Field::Dash(LineStyle::Solid),
        schema::OPACITY => Field::Opacity(clamp::OPACITY_DEFAULT),
        schema::ROUTE => Field::Route(Route::Straight),
        schema::LABEL_AT => Field::LabelAt(clamp::LABEL_AT_DEFAULT),
        schema::FONT_SIZE => Field::FontSize(clamp::FONT_SIZE_DEFAULT),
        schema::FONT => Field::Font(Font::Sans),
        _ => return None,
    };
    stored(&default).1
}

/// What a shape has where a key is not stored. None where that takes reading the whole shape.
pub(crate) fn unstored(key: &str) -> Option<Field> {
    match default_of(key) {
        Some(value) => read(key, &value),
        // A picture of which nothing is stored is none.
        None if matches!(key, schema::CROP | schema::ALT) => None,
        None => absent(key),
    }
}

impl Field {
    /// Its key, as in the document.
    pub fn key(&self) -> &'static str {
        stored(self).0
    }

    /// Its value as text, for messages, the clipboard and the page: a name as it is, all else as JSON; empty where the
    /// key is absent. [`Field::from_text`] reads it.
    pub fn text(&self) -> String {
        match stored(self).1 {
            None => String::new(),
            Some(Any::String(text)) => text.to_string(),
            Some(Any::Number(Number::Int(number))) => number.to_string(),
            Some(Any::Number(Number::Float(number))) => number.to_string(),
            Some(Any::Bool(is_so)) => is_so.to_string(),
            Some(value) => {
                let mut text = String::new();
                value.to_json(&mut text);
                text
            }
        }
    }

    /// What [`Field::text`] wrote for this key. Total: what is no such value is none.
    pub fn from_text(key: &str, text: &str) -> Option<Field> {
        if text.is_empty() {
            return absent(key);
        }
        if key == schema::ALT {
            return Some(Field::Alt(text.into()));
        }
        if key == schema::LINK {
            // A hand may leave out the scheme; what is stored never does.
            return scene::text::link_address(text).map(|link| Field::Link(Some(link)));
        }
        let is_number = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'-');
        let value = match text.as_bytes() {
            // Names may look like anything.
            _ if matches!(key, schema::FRAME | schema::AUTHOR | schema::KIND | schema::ASSET) => Any::from(text),
            [b'[', ..] => Any::from_json(text).ok()?,
            b"true" => Any::Bool(true),
            // Not the standard library's parser: its tables alone are a fiftieth of the page.
            _ if is_number => match Any::from_json(text) {
                Ok(Any::Number(Number::Int(number))) => plain_number(number as f64),
                Ok(Any::Number(Number::Float(number))) => plain_number(number),
                _ => Any::from(text),
            },
            _ => Any::from(text),
        };
        read(key, &value)
    }
}

/// The removal of a key whose absence means that there is none of it.
fn absent(key: &str) -> Option<Field> {
    Some(match key {
        schema::FILL => Field::Fill(None),
        schema::RADIUS => Field::Radius(None),
        schema::SKETCH => Field::Sketch(None),
        schema::WRAP => Field::Wrap(None),
        schema::TEXT_COLOUR => Field::TextColour(None),
        schema::ALIGN => Field::Align(None),
        schema::ALIGN_Y => Field::AlignY(None),
        schema::GROUPS => Field::Groups([].into()),
        schema::LOCKED => Field::Locked(false),
        schema::FRAME => Field::Frame(None),
        schema::AUTHOR => Field::Author(None),
        schema::LINK => Field::Link(None),
        schema::START => Field::Start(None),
        schema::END => Field::End(None),
        schema::START_HEAD => Field::StartHead(None),
        schema::END_HEAD => Field::EndHead(None),
        schema::VIA => Field::Via([].into()),
        schema::CROP => Field::Crop(clamp::CROP_ALL),
        schema::ALT => Field::Alt("".into()),
        schema::SLIDE => Field::Slide(None),
        _ => return None,
    })
}

fn groups(value: &Any) -> Option<Arc<[GroupId]>> {
    let Any::Array(names) = value else { return None };
    Some(names.iter().filter_map(|name| GroupId::parse(string(name)?)).take(clamp::GROUPS_MAX).collect())
}

/// `[id]` holds the shape as a whole, `[id, x, y]` a point of it, in shares of its sides.
fn stored_binding(binding: &Binding) -> Any {
    let at = binding.at.map(|at| [plain_number(clamp::share(at.x)), plain_number(clamp::share(at.y))]);
    Any::Array(std::iter::once(Any::from(binding.shape.as_str())).chain(at.into_iter().flatten()).collect())
}

fn binding(value: &Any) -> Option<Binding> {
    let Any::Array(parts) = value else { return None };
    let shape = ShapeId::parse(string(parts.first()?)?)?;
    let at = match &parts[1..] {
        [] => None,
        [x, y] => Some(Vec2::new(clamp::share(number(x)), clamp::share(number(y)))),
        _ => return None,
    };
    Some(Binding { shape, at })
}

fn via(value: &Any) -> Option<Arc<[f64]>> {
    let Any::Array(numbers) = value else { return None };
    let whole = numbers.len().min(clamp::VIA_MAX) / 2 * 2;
    Some(numbers[..whole].iter().map(|value| clamp::coordinate(number(value))).collect())
}

fn points(value: &Any) -> Option<Arc<[Vec2]>> {
    let Any::Array(numbers) = value else { return None };
    let pairs = numbers.chunks_exact(2).take(clamp::POINTS_MAX);
    let points: Arc<[Vec2]> = pairs.map(|pair| clamp::vector(Vec2::new(number(&pair[0]), number(&pair[1])))).collect();
    (points.len() >= 2).then_some(points)
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

pub(crate) fn string(value: &Any) -> Option<&str> {
    match value {
        Any::String(text) => Some(text),
        _ => None,
    }
}

/// A number as Yjs writes it: whole numbers as integers, which take a byte or two.
fn plain_number(value: f64) -> Any {
    let whole = value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
    Any::Number(if whole { Number::Int(value as i64) } else { Number::Float(value) })
}

fn plain_numbers(values: impl IntoIterator<Item = f64>) -> Any {
    Any::Array(values.into_iter().map(plain_number).collect())
}
