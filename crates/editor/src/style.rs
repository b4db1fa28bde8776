//! Styles: the defaults that each tool remembers, and what applies to which kind. Knows no selection.

use std::collections::BTreeMap;

use board::{Field, Kind, Shape, limits as stored};
use scene::Colour;

use crate::chrome::StyleOfSelection;
use crate::input::StyleField;
use crate::tools::TOOLS;

/// What a new shape looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    stroke: Colour,
    fill: Option<Colour>,
    width: f64,
    font_size: f64,
}

impl Default for Style {
    fn default() -> Self {
        Style {
            stroke: Colour::INK,
            fill: None,
            width: stored::STROKE_WIDTH_DEFAULT,
            font_size: stored::FONT_SIZE_DEFAULT,
        }
    }
}

impl Style {
    /// The size of text, in board pixels.
    pub(crate) fn font_size(self) -> f64 {
        self.font_size
    }

    fn set(&mut self, field: StyleField) {
        match field {
            StyleField::Stroke(colour) => self.stroke = colour,
            StyleField::Fill(colour) => self.fill = colour,
            StyleField::Width(width) => self.width = width,
            StyleField::FontSize(size) => self.font_size = size,
        }
    }

    /// What of it a shape of this kind stores: only what differs from what an absent field means.
    pub(crate) fn fields(self, kind: &Kind) -> impl Iterator<Item = Field> {
        let plain = Style::default();
        [
            (self.stroke != plain.stroke).then_some(StyleField::Stroke(self.stroke)),
            (self.fill != plain.fill).then_some(StyleField::Fill(self.fill)),
            (self.width != plain.width).then_some(StyleField::Width(self.width)),
            (self.font_size != plain.font_size).then_some(StyleField::FontSize(self.font_size)),
        ]
        .into_iter()
        .flatten()
        .filter(|field| applies(*field, kind))
        .map(stored_field)
        .collect::<Vec<_>>()
        .into_iter()
    }
}

/// Whether shapes of this kind have this style at all.
pub(crate) fn applies(field: StyleField, kind: &Kind) -> bool {
    let is_box = matches!(kind, Kind::Rectangle | Kind::Ellipse | Kind::Diamond);
    match field {
        StyleField::Stroke(_) => !matches!(kind, Kind::Unknown(_)),
        StyleField::Fill(_) => is_box,
        StyleField::Width(_) => is_box || matches!(kind, Kind::Line | Kind::Arrow | Kind::Ink),
        StyleField::FontSize(_) => matches!(kind, Kind::Text),
    }
}

/// As it is stored.
pub(crate) fn stored_field(field: StyleField) -> Field {
    match field {
        StyleField::Stroke(colour) => Field::Stroke(colour),
        StyleField::Fill(colour) => Field::Fill(colour),
        StyleField::Width(width) => Field::Width(width),
        StyleField::FontSize(size) => Field::FontSize(size),
    }
}

/// The name under which steps that set this style merge.
pub(crate) fn name(field: StyleField) -> &'static str {
    match field {
        StyleField::Stroke(_) => "stroke",
        StyleField::Fill(_) => "fill",
        StyleField::Width(_) => "width",
        StyleField::FontSize(_) => "font_size",
    }
}

/// Whether the numbers are any.
pub(crate) fn is_sound(field: StyleField) -> bool {
    match field {
        StyleField::Stroke(_) | StyleField::Fill(_) => true,
        StyleField::Width(width) => stored::STROKE_WIDTH.contains(&width),
        StyleField::FontSize(size) => stored::FONT_SIZE.contains(&size),
    }
}

/// The defaults of every tool. A tool that makes shapes has the name of their kind.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    by_tool: BTreeMap<String, Style>,
}

impl Styles {
    pub(crate) fn of(&self, tool: &str) -> Style {
        self.by_tool.get(tool).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, tool: &str, field: StyleField) {
        self.by_tool.entry(tool.to_owned()).or_default().set(field);
    }

    pub(crate) fn set_all(&mut self, field: StyleField) {
        TOOLS.iter().for_each(|tool| self.set(tool.id, field));
    }

    /// As the style panel shows it for this tool.
    pub(crate) fn chrome(&self, tool: &str) -> StyleOfSelection {
        match Kind::from_name(tool) {
            Kind::Unknown(_) => StyleOfSelection::default(),
            kind => shared([(&kind, self.of(tool))].into_iter()),
        }
    }
}

/// The style of a shape that is there.
pub(crate) fn of_shape(shape: &Shape) -> (&Kind, Style) {
    let Shape { stroke, fill, width, font_size, .. } = *shape;
    (&shape.kind, Style { stroke, fill, width, font_size })
}

/// What all that have a style have in common.
pub(crate) fn shared<'a>(styles: impl Iterator<Item = (&'a Kind, Style)>) -> StyleOfSelection {
    let (mut stroke, mut fill) = (Shared::default(), Shared::default());
    let (mut width, mut font_size) = (Shared::default(), Shared::default());
    for (kind, style) in styles {
        if applies(StyleField::Stroke(style.stroke), kind) {
            stroke.add(style.stroke);
        }
        if applies(StyleField::Fill(style.fill), kind) {
            fill.add(style.fill);
        }
        if applies(StyleField::Width(style.width), kind) {
            width.add(style.width);
        }
        if applies(StyleField::FontSize(style.font_size), kind) {
            font_size.add(style.font_size);
        }
    }
    StyleOfSelection {
        has_stroke: stroke.is_there,
        has_fill: fill.is_there,
        has_width: width.is_there,
        has_font_size: font_size.is_there,
        stroke: stroke.value,
        fill: fill.value,
        width: width.value,
        font_size: font_size.value,
    }
}

/// One style over several shapes: a value while it is the same in all of them.
struct Shared<T> {
    is_there: bool,
    value: Option<T>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Shared { is_there: false, value: None }
    }
}

impl<T: PartialEq> Shared<T> {
    fn add(&mut self, value: T) {
        self.value = match self.value.take() {
            None if !self.is_there => Some(value),
            known => known.filter(|known| *known == value),
        };
        self.is_there = true;
    }
}
