//! What the editor asks of its shell. Plain values; knows no DOM, socket or clock.

use board::{Align, ShapeId, Update};
use kurbo::{Rect, Vec2};
use scene::text::Span;
use scene::{BoardPoint, Colour, ScreenPoint};

use crate::limits;

/// One thing for the shell to do, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// An own edit: log it, send it.
    Update(Update),
    /// An own presence for the lossy lane, at most 30 a second.
    Presence(Presence),
    /// What others may see of this person's view and pointer, for the lossy lane, at most 30 a second.
    Stance(crate::OwnStance),
    /// Somebody reacted: shown where their cursor is, if it is over the board. Nobody is oneself.
    Reaction {
        /// Who.
        client: Option<board::ClientId>,
        /// One of [`crate::REACTIONS`].
        which: String,
        /// Where.
        at: Option<BoardPoint>,
    },
    /// An own draft for the lossy lane, at most 30 a second; opaque to all but editors.
    Draft(Vec<u8>),
    /// The own selection for the reliable lane; opaque to all but editors.
    Selection(Vec<u8>),
    /// Something to see has changed.
    Repaint(Repaint),
    /// The pointer over the board should look like this.
    Cursor(CursorKind),
    /// Begin editing text, or, for the session that is already open, place it anew and show its looks; letters that differ
    /// are an input method's, and not to be touched.
    EditText(TextSession),
    /// Others changed the text being edited: replace `delete_utf16` units at `at_utf16` of what the page shows.
    TextMerged {
        /// The session's shape.
        id: ShapeId,
        /// Where, in UTF-16 units.
        at_utf16: u32,
        /// How many UTF-16 units go.
        delete_utf16: u32,
        /// What comes.
        insert: String,
    },
    /// The text session is over: take the field away.
    EndText,
    /// A private note is to be begun, with its top left corner here: see [`crate::Input::KeepNotesPrivate`].
    PrivateNote(BoardPoint),
    /// Put this on the clipboard.
    Clipboard(String),
    /// [`crate::Editor::chrome`] answers differently now.
    Chrome,
    /// Something worth telling the person.
    Notice(Notice),
    /// An input whose code is not here yet, to be given again once it is: see [`crate::Editor::take_up`].
    Later(Box<crate::Input>),
    /// A command that is the page's: help, palette, search. By its id in [`crate::COMMANDS`].
    Page(&'static str),
    /// Something is to be pinned to the board: ask what.
    Pin(Pin),
    /// An update was merged that builds on something not seen yet: ask for what is missing.
    Gap,
    /// Send [`crate::Input::Tick`] at this time. A later one replaces it.
    WakeAt(u64),
}

/// A place on the board, as the comment tool was pressed there.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// On the board.
    pub at: BoardPoint,
    /// The shape there, and where on it: from the top left corner of its box, in widths and heights.
    pub on: Option<(ShapeId, [f64; 2])>,
}

/// What is to be painted again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repaint {
    /// What of the board, see [`crate::Editor::painting`].
    pub board: Damage,
    /// The overlay.
    pub overlay: bool,
}

/// A part of the board that looks different now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Damage {
    /// What lies in these rectangles of the board was drawn differently: at most [`crate::limits::DAMAGE_RECTS`].
    pub regions: Vec<Rect>,
    /// The same of what is left out of the board's picture for now, as it is on the overlay: only [`crate::Layer::Stored`]
    /// looks different.
    pub apart: Vec<Rect>,
    /// The view shows something else, or is larger or smaller.
    pub view: bool,
}

impl Damage {
    /// One more rectangle, unless one has it already.
    pub fn add(&mut self, rect: Rect) {
        add(&mut self.regions, rect);
    }

    /// The same for what is left out of the board's picture.
    pub fn add_apart(&mut self, rect: Rect) {
        add(&mut self.apart, rect);
    }

    /// What another one says, too.
    pub fn join(&mut self, other: Damage) {
        self.view |= other.view;
        other.regions.into_iter().for_each(|rect| self.add(rect));
        other.apart.into_iter().for_each(|rect| self.add_apart(rect));
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.regions.is_empty() && self.apart.is_empty() && !self.view
    }
}

fn add(regions: &mut Vec<Rect>, rect: Rect) {
    if regions.iter().any(|known| known.contains_rect(rect)) {
        return;
    }
    if regions.len() == limits::DAMAGE_RECTS {
        let all = regions.drain(..).reduce(|all, rect| all.union(rect));
        regions.extend(all);
    }
    regions.push(rect);
}

/// How the pointer looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorKind {
    /// An arrow.
    #[default]
    Default,
    /// Over something that can be dragged.
    Move,
    /// About to draw.
    Crosshair,
    /// About to type.
    Text,
    /// About to pan.
    Grab,
    /// Panning.
    Grabbing,
    /// Turning the selection.
    Rotate,
    /// Resizing up and down.
    ResizeVertical,
    /// Resizing left and right.
    ResizeHorizontal,
    /// Resizing along the falling diagonal.
    ResizeFalling,
    /// Resizing along the rising diagonal.
    ResizeRising,
    /// Erasing.
    Eraser,
}

/// What others may see of this person, beside name and colour, which the shell knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Presence {
    /// The pointer, if over the board.
    pub cursor: Option<BoardPoint>,
}

/// A text being edited in the page's own field, laid over the board.
#[derive(Clone, Debug, PartialEq)]
pub struct TextSession {
    /// The shape; need not be on the board yet.
    pub id: ShapeId,
    /// The text as it is to be shown.
    pub text: String,
    /// What of it looks different; nothing while the page shows other letters than the board.
    pub spans: Vec<Span>,
    /// The top left corner of the text on the screen, before turning.
    pub at: ScreenPoint,
    /// Its width in CSS pixels.
    pub width_px: f64,
    /// Its height in CSS pixels.
    pub height_px: f64,
    /// In which letters.
    pub font: scene::text::Font,
    /// The font size in CSS pixels.
    pub font_size_px: f64,
    /// Where lines wrap, in CSS pixels from the left; none: only where the text says so.
    pub wrap_px: Option<f64>,
    /// Where lines begin or end.
    pub align: Align,
    /// Clockwise turn around the pivot, in radians.
    pub angle: f64,
    /// What it turns around, in CSS pixels from its top left corner.
    pub pivot_px: Vec2,
    /// The colour of the text.
    pub colour: Colour,
    /// What is selected at the beginning, in UTF-16 units; the caret is the second place.
    pub first_selected: (u32, u32),
    /// It is one line, as a name is: Enter ends the session.
    pub is_line: bool,
}

/// Something worth telling; the page has the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody leads, and the view follows them now.
    Led,
    /// Undo or redo left `kept` parts alone, as others have changed them since; `all` of the step.
    UndoKept {
        /// How many parts stayed as others made them.
        kept: usize,
        /// Nothing of the step was left to do.
        all: bool,
    },
    /// Others deleted shapes that were changed here meanwhile: `restore-mine` brings them back.
    DeletedMeanwhile {
        /// How many.
        count: usize,
    },
    /// Somebody deleted the shape in whose text this person was typing. Keys go nowhere until Escape or a press.
    DeletedWhileWriting {
        /// What was written, if anything was: `restore-mine` brings it back.
        kept: String,
    },
    /// The clipboard held nothing that can be pasted, or too much.
    PasteRefused,
    /// An update of others could not be read.
    UpdateRefused,
}
