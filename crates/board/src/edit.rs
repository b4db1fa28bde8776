//! The one vocabulary of change: what tools, commands, paste, import and the simulator ask of a board.

use kurbo::{Rect, Size, Vec2};
use scene::text::{Font, Look, Mark, Span};
use scene::{BoardPoint, Colour, ImageId};
use std::sync::Arc;

use crate::schema::Entry;
use crate::{Align, AlignY, Binding, FillStyle, GroupId, Head, InkPoint, Kind, LineStyle, OrderKey, Route, ShapeId};

/// One change of a board. An edit of a shape that is not there does nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Adds a shape. Does nothing if there is one by this id.
    Insert {
        /// A fresh id.
        id: ShapeId,
        /// What it is.
        shape: NewShape,
    },
    /// Sets one property.
    Set {
        /// Of which shape.
        id: ShapeId,
        /// To what.
        field: Field,
    },
    /// Deletes a shape, whatever others are doing to it.
    Remove {
        /// Which.
        id: ShapeId,
    },
    /// Continues a stroke.
    AppendInk {
        /// Of which ink shape.
        id: ShapeId,
        /// Relative to the shape's `pos`, as all its ink.
        points: Vec<InkPoint>,
    },
    /// Replaces a stretch of a shape's text. Positions are in UTF-16 units, as in Yjs and the DOM; what lies outside
    /// the text is cut off, and a position inside a surrogate pair moves to its start.
    SpliceText {
        /// Of which shape.
        id: ShapeId,
        /// Where.
        at_utf16: u32,
        /// How much goes.
        delete_utf16: u32,
        /// What comes: it looks like the letter before it.
        insert: String,
    },
    /// Writes letters that look so, whatever those beside them look like. Positions as above.
    InsertText {
        /// Into which shape.
        id: ShapeId,
        /// Where.
        at_utf16: u32,
        /// What comes.
        insert: String,
        /// What it looks like.
        look: Look,
    },
    /// Gives a stretch of a shape's text a look, in one respect. Positions as above.
    FormatText {
        /// Of which shape.
        id: ShapeId,
        /// From where.
        at_utf16: u32,
        /// How much.
        length_utf16: u32,
        /// In which respect, and what.
        mark: Mark,
    },
}

/// One property of a shape, with its value. Units as in [`crate::Shape`].
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// What it is: changed in place.
    Kind(Kind),
    /// Where it is.
    Pos(BoardPoint),
    /// How large it is (closed shapes).
    Size(Size),
    /// Its corners, relative to `pos` (line, arrow).
    Points(Arc<[Vec2]>),
    /// How its ink is stretched (ink).
    Scale(Vec2),
    /// How it is turned, in radians, clockwise around its middle.
    Angle(f64),
    /// Where it lies in the pile.
    Order(OrderKey),
    /// Its line colour, or a text's colour.
    Stroke(Colour),
    /// What it is filled with; `None` is not at all.
    Fill(Option<Colour>),
    /// What the fill looks like.
    FillStyle(FillStyle),
    /// How thick its line is.
    Width(f64),
    /// How its line is broken up.
    Dash(LineStyle),
    /// How round its corners are; `None` is as its kind has them.
    Radius(Option<f64>),
    /// From 0 (invisible) to 1.
    Opacity(f64),
    /// The seed of the hand that draws it; `None` is drawn cleanly.
    Sketch(Option<u32>),
    /// The em of its text.
    FontSize(f64),
    /// In which letters its text is written.
    Font(Font),
    /// Where its text wraps; `None` is nowhere.
    Wrap(Option<f64>),
    /// The groups that it is in, the outermost first.
    Groups(Arc<[GroupId]>),
    /// Whether it is safe from the hand.
    Locked(bool),
    /// The colour of its label; `None` is its line's.
    TextColour(Option<Colour>),
    /// Where its lines of text begin or end; `None` is as its kind has them.
    Align(Option<Align>),
    /// Where its label lies from top to bottom; `None` is in the middle.
    AlignY(Option<AlignY>),
    /// The frame that it lies in (all but lines that are bound).
    Frame(Option<ShapeId>),
    /// Who wrote it (note).
    Author(Option<Arc<str>>),
    /// How it runs between its corners (line, arrow).
    Route(Route),
    /// What its first corner holds on to.
    Start(Option<Binding>),
    /// What its last corner holds on to.
    End(Option<Binding>),
    /// What stands at its first corner; `None` is as its kind has it.
    StartHead(Option<Head>),
    /// What stands at its last corner; `None` is as its kind has it.
    EndHead(Option<Head>),
    /// Stretches of an elbow that stay where a person has put them: pairs of 1 (level) or 0 (upright) and where,
    /// relative to `pos`.
    Via(Arc<[f64]>),
    /// Where its label lies along it, from 0 to 1 (line, arrow).
    LabelAt(f64),
    /// Which picture it shows (image).
    Asset(ImageId),
    /// How large that is in its own pixels (image).
    Natural(Size),
    /// Which part of it is shown, in shares of its sides (image).
    Crop(Rect),
    /// What is to be seen, in words (image).
    Alt(Arc<str>),
    /// Where it leads: an address that [`crate::is_link`] takes.
    Link(Option<Arc<str>>),
    /// Where it comes among the frames that are presented (frame); those without come last.
    Slide(Option<OrderKey>),
}

/// A shape to be. What is not said has its default.
#[derive(Clone, Debug, PartialEq)]
pub struct NewShape {
    /// What it is; its name is stored for good.
    pub kind: Kind,
    /// Its properties; of several for one property, the last counts.
    pub fields: Vec<Field>,
    /// Its text (text).
    pub text: String,
    /// What of it looks different: sound, see [`NewShape::with_spans`].
    pub(crate) spans: Vec<Span>,
    /// Its stroke so far, relative to its `pos` (ink).
    pub ink: Vec<InkPoint>,
    /// What a newer version wrote beside: copied as it is.
    pub(crate) unknown: Vec<Entry>,
}

impl NewShape {
    /// A shape of `kind` with these properties, without text and ink.
    pub fn new(kind: Kind, fields: Vec<Field>) -> Self {
        Self { kind, fields, text: String::new(), spans: Vec::new(), ink: Vec::new(), unknown: Vec::new() }
    }

    /// A shape like this one, as far as this version understands it.
    pub fn like(shape: &crate::Shape) -> Self {
        let keys = crate::schema::KEYS.iter().filter(|key| **key != crate::schema::KIND);
        let fields = keys.filter_map(|key| shape.field(key)).collect();
        let text = Self::new(shape.kind.clone(), fields).with_text(&*shape.text).with_spans(shape.spans().to_vec());
        text.with_ink(shape.ink.to_vec())
    }

    /// With this text.
    pub fn with_text(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), spans: Vec::new(), ..self }
    }

    /// With these looks of its text. What does not follow the one before, or is not on letter borders of the text, goes.
    pub fn with_spans(mut self, spans: Vec<Span>) -> Self {
        let mut end = 0;
        self.spans = spans;
        self.spans.retain(|Span { range, .. }| {
            let is_sound = range.start >= end && range.start < range.end && self.text.get(range.clone()).is_some();
            end = if is_sound { range.end } else { end };
            is_sound
        });
        self
    }

    /// What of its text looks different.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// With this stroke.
    pub fn with_ink(self, ink: Vec<InkPoint>) -> Self {
        Self { ink, ..self }
    }
}
