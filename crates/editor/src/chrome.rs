//! What the page around the board shows of the editor: plain values for toolbars, panels and screen readers.

use board::{ClientId, Field, Kind, ShapeId};
use scene::Colour;
use scene::text::Look;

use crate::lists::ListKind;

/// Everything that is not painted. Ask again after [`crate::Output::Chrome`].
#[derive(Clone, Debug, PartialEq)]
pub struct Chrome {
    /// The id of the tool in hand, of [`crate::TOOLS`].
    pub tool: &'static str,
    /// The tool stays in hand after use.
    pub tool_locked: bool,
    /// This person may edit.
    pub can_edit: bool,
    /// What the style panel shows: of the selection, or of what the tool will make.
    pub style: StyleOfSelection,
    /// How many shapes are selected.
    pub selection_count: usize,
    /// Goes up with every change of the selection.
    pub selection_number: u64,
    /// What is selected, for a description in words: kinds with their counts, the most frequent first.
    pub selection_description: Vec<SelectionPart>,
    /// The kinds that something selected may become, its own among them.
    pub kinds: Vec<&'static Kind>,
    /// There is a step to undo.
    pub can_undo: bool,
    /// There is a step to redo.
    pub can_redo: bool,
    /// Screen pixels of a board pixel.
    pub zoom: f64,
    /// The others on the board.
    pub people: Vec<Person>,
    /// How many shapes the board has.
    pub shape_count: usize,
    /// A text is being edited in the page's field.
    pub is_editing_text: bool,
    /// The selection in numbers; none where nothing is selected that may be changed.
    pub geometry: Option<Geometry>,
    /// What the letters that a mark would go to have in common; none where there are none.
    pub letters: Option<Letters>,
    /// What a search has found.
    pub found: Found,
    /// Nothing of the board is in view although there is something.
    pub is_lost: bool,
    /// This person looks on only, for as long as they want.
    pub view_mode: bool,
    /// How many shapes others deleted that were changed here meanwhile.
    pub lost_count: usize,
    /// Drags snap to their neighbours.
    pub snaps: bool,
    /// Drags snap to the grid.
    pub grid: bool,
    /// A drag or stroke is in progress: panels may step aside.
    pub is_gesturing: bool,
    /// Whose view this one follows.
    pub following: Option<ClientId>,
}

/// Letters: those selected in the text that is being typed, the one before the caret, or all of the selected shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct Letters {
    /// What all of them look like; plain where they differ.
    pub look: Look,
    /// The list that all their paragraphs are of.
    pub list: Option<ListKind>,
    /// They are of the text that is being typed.
    pub is_typing: bool,
}

/// The styles in the style panel: the keys of [`crate::STYLES`] that something selected has, each with the value that
/// all of those have, or none where they differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StyleOfSelection {
    /// In the order of the panel.
    pub entries: Vec<(&'static str, Option<Field>)>,
}

impl StyleOfSelection {
    /// Whether something has this style: the panel shows it, even where it differs.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| *known == key)
    }

    /// The value that all have.
    pub fn value(&self, key: &str) -> Option<&Field> {
        self.entries.iter().find(|(known, _)| *known == key)?.1.as_ref()
    }
}

/// The box of the selection: of one shape before it is turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// The left side, in board pixels.
    pub x: f64,
    /// The top side, in board pixels.
    pub y: f64,
    /// In board pixels.
    pub width: f64,
    /// In board pixels.
    pub height: f64,
    /// Clockwise.
    pub angle_degrees: f64,
}

/// How many texts were found, and which of them is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many.
    pub count: usize,
    /// Counted from 0.
    pub at: usize,
}

/// A frame, as a list of frames shows it and as it is presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slide {
    /// The frame.
    pub id: ShapeId,
    /// Its name; may be empty.
    pub name: String,
}

/// So many of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionPart {
    /// The kind's stored name.
    pub kind: String,
    /// How many of it.
    pub count: usize,
    /// The beginning of the text, when it is the only shape and has one.
    pub text: Option<String>,
}

/// Somebody else on the board.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Its document client.
    pub client: ClientId,
    /// Its name, cut to a bounded length.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// Who it says it is, as comments name people; empty where it does not.
    pub person: String,
    /// Its page is out of sight.
    pub is_away: bool,
    /// It leads everybody.
    pub leads: bool,
}
