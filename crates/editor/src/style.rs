//! Styles: the defaults that each tool remembers, and what applies to which kind. Knows no selection.

use std::collections::BTreeMap;

use board::{Field, FillStyle, Kind, Shape, limits as stored};
use scene::{Colour, Swatch};

use crate::chrome::StyleOfSelection;
use crate::limits;
use crate::tools::TOOLS;

/// The keys of all styles, in the order in which a panel shows them. The only list.
pub const STYLES: &[&str] = &[
    "kind",
    "stroke",
    "fill",
    "fill_style",
    "width",
    "dash",
    "route",
    "start_head",
    "end_head",
    "radius",
    "sketch",
    "font",
    "font_size",
    "align",
    "align_y",
    "text_colour",
    "opacity",
    "alt",
    "link",
];

/// The tool whose ink is another than the pen's.
pub(crate) const HIGHLIGHTER: &str = "highlighter";
/// What it has where nothing else was chosen: a swatch, which is a bright yellow on a dark board too, and lets through what
/// it marks.
const HIGHLIGHT: [Field; 3] = [Field::Stroke(Colour::Swatch(Swatch::Yellow)), Field::Width(22.0), Field::Opacity(0.5)];

/// Whether a hand that chose it for one shape may want it for others; what a shape is and what it shows are its own.
pub(crate) fn is_look(key: &str) -> bool {
    !matches!(key, "kind" | "alt" | "link")
}

/// Whether shapes of this kind have this style at all.
pub(crate) fn applies(key: &str, kind: &Kind) -> bool {
    let is_area = kind.is_area();
    let has_line = is_area || kind.is_line();
    match key {
        "kind" => is_area || kind.is_line() || matches!(kind, Kind::Note | Kind::Frame),
        "alt" => *kind == Kind::Image,
        "link" => is_area || matches!(kind, Kind::Note | Kind::Image | Kind::Text),
        "opacity" => !matches!(kind, Kind::Unknown(_)),
        "stroke" => !matches!(kind, Kind::Unknown(_) | Kind::Note | Kind::Frame | Kind::Image),
        "fill" => is_area || matches!(kind, Kind::Note | Kind::Frame),
        "fill_style" => is_area,
        "route" | "start_head" | "end_head" => kind.is_line(),
        "radius" => kind.has_corners() || *kind == Kind::Image,
        "width" => has_line || *kind == Kind::Ink,
        "dash" | "sketch" => has_line,
        "font" | "font_size" | "align" => kind.has_text() && *kind != Kind::Frame,
        "align_y" | "text_colour" => is_area || *kind == Kind::Note,
        _ => false,
    }
}

/// Whether the values are any.
pub(crate) fn is_sound(field: &Field) -> bool {
    match field {
        Field::Width(width) => stored::STROKE_WIDTH.contains(width),
        Field::FontSize(size) => stored::FONT_SIZE.contains(size),
        Field::Opacity(opacity) => (0.0..=1.0).contains(opacity),
        Field::Radius(Some(radius)) => (0.0..=stored::RADIUS_MAX).contains(radius),
        field => STYLES.contains(&field.key()),
    }
}

/// A hand of its own for each shape that is drawn by hand.
pub(crate) fn seeded(field: &Field, random: u64) -> Field {
    match field {
        // Small numbers are short to store.
        Field::Sketch(Some(_)) => Field::Sketch(Some((random % 0x1_0000) as u32)),
        field => field.clone(),
    }
}

/// The defaults of every tool, as far as a hand has chosen them.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    by_tool: BTreeMap<String, BTreeMap<&'static str, Field>>,
}

impl Styles {
    /// What shapes of this kind will have: chosen values, and where none was, what an absent key means.
    fn of(&self, kind: &Kind) -> Shape {
        self.of_tool(tool_of(kind))
    }

    fn of_tool(&self, tool: &str) -> Shape {
        let kind = kind_of(tool);
        let blank = Shape::blank(board::ShapeId::from_random(0), kind.clone());
        let usual = if tool == HIGHLIGHTER { HIGHLIGHT.to_vec() } else { vec![Field::FillStyle(FillStyle::Soft)] };
        let chosen: Vec<Field> = self.by_tool.get(tool).into_iter().flat_map(BTreeMap::values).cloned().collect();
        blank.with(&usual).with(&chosen)
    }

    /// What a stroke of the highlighter stores besides what ink does.
    pub(crate) fn highlight(&self) -> Vec<Field> {
        let style = self.of_tool(HIGHLIGHTER);
        HIGHLIGHT.iter().filter_map(|field| style.field(field.key())).collect()
    }

    /// The size of text, in board pixels.
    pub(crate) fn font_size(&self, kind: &Kind) -> f64 {
        self.of(kind).font_size
    }

    /// What a new shape of this kind stores.
    pub(crate) fn fields(&self, kind: &Kind, random: u64) -> Vec<Field> {
        let style = self.of(kind);
        STYLES
            .iter()
            .filter(|key| is_look(key) && applies(key, kind) && (**key != "fill_style" || style.fill.is_some()))
            .filter_map(|key| style.field(key))
            .filter(|field| Some(field) != Shape::blank(style.id.clone(), kind.clone()).field(field.key()).as_ref())
            .map(|field| seeded(&field, random))
            .collect()
    }

    pub(crate) fn set(&mut self, kind: &Kind, field: &Field) {
        self.set_of_tool(tool_of(kind), field);
    }

    /// What this tool will make looks so from now on.
    pub(crate) fn set_of_tool(&mut self, tool: &str, field: &Field) {
        let kind = kind_of(tool);
        if applies(field.key(), &kind) && is_look(field.key()) {
            let tool = if tool == HIGHLIGHTER { tool } else { tool_of(&kind) };
            self.by_tool.entry(tool.to_owned()).or_default().insert(field.key(), field.clone());
        }
    }

    /// The same of all tools, but for the one that marks what others have made.
    pub(crate) fn set_all(&mut self, field: &Field) {
        TOOLS.iter().filter(|tool| tool.id != HIGHLIGHTER).for_each(|tool| self.set_of_tool(tool.id, field));
    }

    /// As the style panel shows it for this tool.
    pub(crate) fn chrome(&self, tool: &str) -> StyleOfSelection {
        match kind_of(tool) {
            Kind::Unknown(_) => StyleOfSelection::default(),
            kind => {
                let blank = if tool == HIGHLIGHTER { self.of_tool(tool) } else { self.of(&kind) };
                let mut shared = Shared::default();
                shared.look(&blank);
                let mut style = shared.style();
                style.entries.retain(|(key, _)| is_look(key));
                style
            }
        }
    }

    /// Everything, as text: a line each, of tool, key and value.
    pub(crate) fn remembered(&self) -> String {
        let lines = self.by_tool.iter().flat_map(|(tool, fields)| {
            fields.iter().map(move |(key, field)| format!("{tool} {key} {}\n", field.text()))
        });
        lines.collect()
    }

    /// Takes what [`Styles::remembered`] said; what it cannot be is passed over.
    pub(crate) fn recall(&mut self, text: &str) {
        for line in text.lines().take(limits::REMEMBERED_STYLES) {
            let mut words = line.splitn(3, ' ');
            let (Some(tool), Some(key), Some(value)) = (words.next(), words.next(), words.next()) else { continue };
            let field = Field::from_text(key, value).filter(is_sound);
            if let Some(field) = field {
                self.set_of_tool(tool, &field);
            }
        }
    }
}

/// What a tool makes; unknown where that is nothing.
fn kind_of(tool: &str) -> Kind {
    Kind::from_name(if tool == HIGHLIGHTER { Kind::Ink.name() } else { tool })
}

/// The tool whose defaults count for a kind. All closed shapes share theirs: one hand draws them.
fn tool_of(kind: &Kind) -> &str {
    if kind.is_area() { Kind::Rectangle.name() } else { kind.name() }
}

/// Whether two shapes are the same in one respect.
type Alike = fn(&Shape, &Shape) -> bool;

/// What shapes have in common, as far as they were looked at: each once, however many there are.
pub(crate) struct Shared<'a> {
    /// How to compare by each key of [`STYLES`].
    alike: Vec<Option<Alike>>,
    /// Of each key: the first shape that has it, and whether all others are like that one.
    found: Vec<Option<(&'a Shape, bool)>>,
    /// Of each kind, which keys it has in which no two shapes are known to differ: a few kinds, however many shapes. Unknown
    /// ones have none.
    kinds: Vec<(&'a Kind, Vec<usize>)>,
}

impl Default for Shared<'_> {
    fn default() -> Self {
        let alike = STYLES.iter().map(|key| board::alike(key)).collect();
        Self { alike, found: vec![None; STYLES.len()], kinds: vec![] }
    }
}

impl<'a> Shared<'a> {
    /// Looks at one more.
    pub(crate) fn look(&mut self, shape: &'a Shape) {
        if matches!(shape.kind, Kind::Unknown(_)) {
            return;
        }
        let known = self.kinds.iter().position(|(kind, _)| **kind == shape.kind);
        let at = known.unwrap_or_else(|| {
            let keys = STYLES.iter().enumerate().filter(|(_, key)| applies(key, &shape.kind));
            self.kinds.push((&shape.kind, keys.map(|(at, _)| at).collect()));
            self.kinds.len() - 1
        });
        let mut has_parted = false;
        for &key in &self.kinds[at].1 {
            match &mut self.found[key] {
                Some((first, is_shared)) => {
                    *is_shared &= self.alike[key].is_some_and(|alike| alike(first, shape));
                    has_parted |= !*is_shared;
                }
                none => *none = shape.field(STYLES[key]).map(|_| (shape, true)),
            }
        }
        if has_parted {
            let found = &self.found;
            let is_shared = |key: &usize| found[*key].is_none_or(|(_, is_shared)| is_shared);
            self.kinds.iter_mut().for_each(|(_, keys)| keys.retain(is_shared));
        }
    }

    /// What all of them have in common.
    pub(crate) fn style(&self) -> StyleOfSelection {
        let value = |key: &'static str, (first, is_shared): (&Shape, bool)| match first.field(key).filter(|_| is_shared)
        {
            // Every hand is another; whether it is one is what counts.
            Some(Field::Sketch(Some(_))) => (key, Some(Field::Sketch(Some(1)))),
            // A note is yellow although nothing says so.
            Some(Field::Fill(_)) => (key, Some(Field::Fill(first.shown_fill()))),
            field => (key, field),
        };
        let entries = STYLES.iter().zip(&self.found).filter_map(|(key, found)| Some(value(key, (*found)?)));
        StyleOfSelection { entries: entries.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_recalled() {
        let mut styles = Styles::default();
        styles.set(&Kind::Star, &Field::Fill(Some(Colour::Swatch(Swatch::Red))));
        styles.set(&Kind::Arrow, &Field::Width(7.5));
        styles.set(&Kind::Arrow, &Field::Fill(None));
        let text = styles.remembered();
        assert_eq!(text, "arrow width 7.5\nrectangle fill red\n");
        let mut other = Styles::default();
        other.recall(&text);
        other.recall("arrow width 1e99\nnonsense\nrectangle kind star\nrectangle fill mauve\n");
        assert_eq!(other.remembered(), text);
    }

    #[test]
    fn a_highlighter_has_a_style_of_its_own() {
        let mut styles = Styles::default();
        assert_eq!(styles.highlight(), HIGHLIGHT);
        styles.set(&Kind::Ink, &Field::Width(3.0));
        styles.set_all(&Field::Stroke(Colour::INK));
        assert_eq!(styles.highlight(), HIGHLIGHT, "neither the pen's nor everybody's");
        let green = Field::Stroke(Colour::Swatch(Swatch::Green));
        styles.set_of_tool(HIGHLIGHTER, &green);
        styles.set_of_tool(HIGHLIGHTER, &Field::Fill(Some(Colour::INK)));
        assert_eq!(styles.highlight()[0], green);
        assert_eq!(styles.chrome(HIGHLIGHTER).value("stroke"), Some(&green));
        assert_eq!(styles.of(&Kind::Ink).stroke, Colour::INK);
        let mut other = Styles::default();
        other.recall(&styles.remembered());
        assert_eq!(other.highlight(), styles.highlight());
    }

    #[test]
    fn a_new_shape_stores_only_what_is_not_default() {
        let mut styles = Styles::default();
        assert_eq!(styles.fields(&Kind::Rectangle, 0), vec![]);
        styles.set(&Kind::Ellipse, &Field::Fill(Some(Colour::INK)));
        let soft = [Field::Fill(Some(Colour::INK)), Field::FillStyle(FillStyle::Soft)];
        assert_eq!(styles.fields(&Kind::Rectangle, 0), soft);
        styles.set(&Kind::Rectangle, &Field::FillStyle(FillStyle::Solid));
        styles.set(&Kind::Rectangle, &Field::Sketch(Some(1)));
        assert_eq!(styles.fields(&Kind::Rectangle, 77), [soft[0].clone(), Field::Sketch(Some(77))]);
    }

    #[test]
    fn a_fill_is_the_one_that_is_seen() {
        let blank = |kind: Kind| Shape::blank(board::ShapeId::from_random(1), kind);
        let yellow = [Field::Fill(Some(Colour::Swatch(Swatch::Yellow)))];
        let cases = [
            (vec![blank(Kind::Note)], Some("yellow")),
            (vec![blank(Kind::Frame)], Some("white")),
            (vec![blank(Kind::Rectangle)], Some("")),
            (vec![blank(Kind::Note), blank(Kind::Star).with(&yellow)], Some("yellow")),
            (vec![blank(Kind::Note), blank(Kind::Star)], None),
        ];
        for (shapes, expected) in cases {
            let mut shared = Shared::default();
            shapes.iter().for_each(|shape| shared.look(shape));
            let style = shared.style();
            let fill = style.entries.iter().find(|(key, _)| *key == "fill").expect("areas are filled");
            assert_eq!(fill.1.as_ref().map(Field::text).as_deref(), expected, "{shapes:?}");
        }
        assert_eq!(Styles::default().fields(&Kind::Note, 0), [], "what is seen is not stored");
    }

    #[test]
    fn every_style_can_be_told_alike() {
        let one = Shape::blank(board::ShapeId::from_random(1), Kind::Star);
        let other = one.with(&[
            Field::Kind(Kind::Arrow),
            Field::Stroke(Colour::Swatch(Swatch::Red)),
            Field::Fill(Some(Colour::INK)),
            Field::FillStyle(FillStyle::Dots),
            Field::Width(7.0),
            Field::Dash(board::LineStyle::Dotted),
            Field::Route(board::Route::Elbow),
            Field::StartHead(Some(board::Head::Dot)),
            Field::EndHead(Some(board::Head::Dot)),
            Field::Radius(Some(3.0)),
            Field::Sketch(Some(5)),
            Field::Font(scene::text::Font::Mono),
            Field::FontSize(31.0),
            Field::Align(Some(board::Align::Right)),
            Field::AlignY(Some(board::AlignY::Top)),
            Field::TextColour(Some(Colour::INK)),
            Field::Opacity(0.5),
            Field::Link(Some("https://example.org/".into())),
        ]);
        for key in STYLES {
            let alike = board::alike(key).expect("a style");
            let differ = one.field(key).zip(other.field(key)).is_some_and(|(one, other)| one != other);
            assert!(alike(&one, &one) && alike(&other, &other), "{key}");
            assert_eq!(alike(&one, &other), !differ, "{key}");
        }
    }
}
