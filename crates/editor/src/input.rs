//! What a shell tells the editor: the hand, the keyboard, the page, the wire. Plain values; knows no DOM event.

use board::{ClientId, ShapeId};
use scene::text::{Mark, Span};
use scene::{BoardPoint, Colour, ScreenPoint};

/// One thing that happened. The shell feeds them in order, each with the time it happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A mouse, pen or finger did something over the board.
    Pointer(PointerEvent),
    /// A wheel turned or a trackpad was swiped.
    Wheel(WheelEvent),
    /// A key went down or up while the board had the focus.
    Key(KeyEvent),
    /// A command of [`crate::COMMANDS`] was chosen by its id. Unknown or disabled: nothing happens.
    Command(String),
    /// A tool of [`crate::TOOLS`] was chosen by its id. Unknown: nothing happens.
    SelectTool(String),
    /// A style was picked: it goes to the selection and becomes the default of the tools concerned.
    SetStyle(StyleField),
    /// A number of the selection was typed.
    SetGeometry(GeometryField),
    /// Look for a text on the board.
    Find(String),
    /// Go to a shape by its id, as a link names it. Unknown: nothing happens.
    GoTo(String),
    /// Look at this place of the board, at this zoom if there is one: from a map, or from a link.
    LookAt {
        /// What shall be in the middle.
        at: BoardPoint,
        /// Screen pixels of a board pixel.
        zoom: Option<f64>,
    },
    /// Let a shape fill the view, as a slide does. Unknown: nothing happens.
    Show(String),
    /// Put a frame at another place of the list of frames.
    MoveSlide {
        /// The frame's id.
        id: String,
        /// Where, counted from 0; beyond the last is the last.
        to: usize,
    },
    /// Have a place of the board in view, where it is not.
    BringIntoView(BoardPoint),
    /// The keys as this person has them.
    SetKeys(crate::KeyMap),
    /// What this person is called, for the notes they write.
    Named(String),
    /// What [`crate::Editor::remembered_styles`] said at an earlier visit.
    RecallStyles(String),
    /// The service keeps everything that was changed here.
    Saved,
    /// A menu was asked for at this place of the view: what is there is selected, be it locked, unless it is already.
    Pick(ScreenPoint),
    /// The text of the running [`crate::TextSession`] is now this.
    TextEdited {
        /// The session's shape.
        id: ShapeId,
        /// The whole text as the page shows it.
        text: String,
        /// Where the caret is now, if the page knows.
        caret_utf16: Option<u32>,
        /// An input method is composing: the editor sends no [`crate::Output::TextMerged`] until it is done.
        composing: bool,
    },
    /// Something else is selected in the text of the running session, or the caret is elsewhere.
    TextSelected {
        /// The session's shape.
        id: ShapeId,
        /// Where the selection began.
        from_utf16: u32,
        /// Where the caret is.
        to_utf16: u32,
    },
    /// Letters look so: those selected in the running session, or all of the selected shapes.
    SetMark(Mark),
    /// Letters with looks were pasted: into the running session, or as a text shape.
    PasteRich {
        /// What.
        text: String,
        /// What of it looks different.
        spans: Vec<Span>,
    },
    /// The page ended the text session (blur, Escape, Mod+Enter).
    TextEnded,
    /// The page ended the text session to go on with the next note (Tab, Mod+Enter, with Shift the other way), where notes are being written; else
    /// this is [`Input::TextEnded`].
    TextNext {
        /// The note below, not the one beside.
        down: bool,
        /// The one above, or on the left.
        back: bool,
    },
    /// Text was pasted: our own clipboard form becomes shapes, a table a grid, other text a text shape.
    Paste(String),
    /// Text was pasted that is to stay text, whatever it looks like.
    PastePlain(String),
    /// A table was pasted, row by row: it becomes a grid, or its text where it is none.
    PasteTable(Vec<Vec<crate::TableCell>>),
    /// What is pasted next goes here, wherever the pointer is by then.
    PasteAt(ScreenPoint),
    /// Images were dropped, pasted or picked; their bytes are on their way to the server.
    PlaceImages {
        /// Which.
        images: Vec<crate::NewImage>,
        /// Where; under the pointer, or in the middle of the view, where nobody said.
        at: Option<ScreenPoint>,
    },
    /// The selected image shows another one.
    ReplaceImage(crate::NewImage),
    /// Make the board as it is in a version, given as a document update: one step of undo.
    Restore(Vec<u8>),
    /// The board's place on the screen has this size, in CSS pixels.
    ViewResized {
        /// Width in CSS pixels.
        width_px: f64,
        /// Height in CSS pixels.
        height_px: f64,
    },
    /// An update came from others, or from this browser's own log.
    Merge(Vec<u8>),
    /// A peer's name, colour or cursor, newest wins.
    PeerPresence {
        /// The peer's document client.
        client: ClientId,
        /// What it shows of itself.
        presence: PeerPresence,
    },
    /// What else a peer shows of itself, newest wins; before the `PeerPresence` of the same message.
    PeerStance {
        /// The peer's document client.
        client: ClientId,
        /// As it was said, or hostile.
        stance: crate::Stance,
    },
    /// The view goes along with a peer's, or with nobody's any more. Whoever is not there is not followed.
    Follow(Option<ClientId>),
    /// The note tool asks for a private note ([`crate::Output::PrivateNote`]) instead of making a shape, or not any more.
    KeepNotesPrivate(bool),
    /// Notes that were private become shapes, one step of undo; those that are there already stay as they are.
    PlaceNotes(Vec<PlacedNote>),
    /// What their author wrote last of notes that somebody else puts on the board: it is written into each once that is
    /// here. Only the texts count.
    FinishNotes(Vec<PlacedNote>),
    /// Their author goes on writing on such a note once it is here, with the caret there in UTF-16 units; on none any more.
    WriteOn(Option<(ShapeId, u32)>),
    /// This person asked for less motion.
    CalmMotion(bool),
    /// What others have selected is not to be seen, as in a presentation.
    HidePeerSelections(bool),
    /// A peer's draft message.
    PeerDraft {
        /// The peer's document client.
        client: ClientId,
        /// As another editor's [`crate::Output::Draft`] made them, or hostile.
        bytes: Vec<u8>,
    },
    /// A peer's selection message.
    PeerSelection {
        /// The peer's document client.
        client: ClientId,
        /// As another editor's [`crate::Output::Selection`] made them, or hostile.
        bytes: Vec<u8>,
    },
    /// A peer left, or its presence expired.
    PeerGone {
        /// The peer's document client.
        client: ClientId,
    },
    /// Whether this person may edit. Without it only looking and selecting work.
    WriteAccess(bool),
    /// The page lost the focus: held keys are forgotten and a running gesture is cancelled.
    Blurred,
    /// Time passed; sent when [`crate::Output::WakeAt`] asked for it.
    Tick,
}

/// A note that was written elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedNote {
    /// Its id from now on.
    pub id: ShapeId,
    /// Its top left corner.
    pub at: BoardPoint,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub author: String,
}

/// What a pointer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerPhase {
    /// A button or the tip went down.
    Down,
    /// It moved, pressed or not.
    Move,
    /// It was released.
    Up,
    /// The browser took it away: what was begun is undone.
    Cancel,
    /// It left the board: the cursor that others see disappears.
    Leave,
}

/// What kind of pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A mouse or trackpad.
    Mouse,
    /// A pen that feels pressure.
    Pen,
    /// A finger.
    Touch,
}

/// Which button a Down or Up is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The left button, the tip of a pen, a finger.
    Primary,
    /// The wheel.
    Middle,
    /// The right button.
    Secondary,
}

/// Keys that change what a gesture means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// Shift.
    pub shift: bool,
    /// Alt, or Option.
    pub alt: bool,
    /// Control.
    pub ctrl: bool,
    /// Command, or the Windows key.
    pub meta: bool,
}

impl Modifiers {
    /// Control or Command: the key that the shortcuts call Mod.
    pub fn command(self) -> bool {
        self.ctrl || self.meta
    }
}

/// One pointer event. Coordinates that are not finite make the editor ignore it.
#[derive(Clone, Debug)]
pub struct PointerEvent {
    /// What happened.
    pub phase: PointerPhase,
    /// The browser's id of the pointer, for telling fingers apart.
    pub id: i32,
    /// Where, in CSS pixels from the board's top left corner.
    pub at: ScreenPoint,
    /// 0 to 1; what a mouse says is ignored.
    pub pressure: f64,
    /// The kind of pointer.
    pub device: Device,
    /// The button of a Down or Up.
    pub button: Button,
    /// The modifiers held.
    pub modifiers: Modifiers,
    /// The places and pressures that the browser folded into this event, oldest first, without `at`; may be empty.
    pub coalesced: Vec<(ScreenPoint, f64)>,
}

/// One wheel event.
#[derive(Clone, Copy, Debug)]
pub struct WheelEvent {
    /// Where the pointer is.
    pub at: ScreenPoint,
    /// To the right, in CSS pixels.
    pub delta_x: f64,
    /// Downwards, in CSS pixels.
    pub delta_y: f64,
    /// With control (also how browsers report a trackpad pinch) or Command it zooms.
    pub modifiers: Modifiers,
}

/// One key event.
#[derive(Clone, Debug)]
pub struct KeyEvent {
    /// The character or name that the layout gives: `z`, `Z`, `ArrowLeft`.
    pub key: String,
    /// The physical key: `KeyZ`, `Digit1`.
    pub code: String,
    /// The modifiers held.
    pub modifiers: Modifiers,
    /// Down or up.
    pub phase: KeyPhase,
}

/// Down or up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPhase {
    /// Pressed, or repeating.
    Down,
    /// Released.
    Up,
}

/// One style, picked in the style panel: a field whose key is one of [`crate::STYLES`].
pub type StyleField = board::Field;

/// One number of the selection's box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GeometryField {
    /// The left side, in board pixels.
    X(f64),
    /// The top side, in board pixels.
    Y(f64),
    /// In board pixels.
    Width(f64),
    /// In board pixels.
    Height(f64),
    /// Clockwise.
    AngleDegrees(f64),
}

impl GeometryField {
    /// The number.
    pub fn value(self) -> f64 {
        let (Self::X(value) | Self::Y(value) | Self::Width(value) | Self::Height(value) | Self::AngleDegrees(value)) =
            self;
        value
    }
}

/// What a peer shows of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerPresence {
    /// The name to put beside the cursor; cut to [`crate::limits::PEER_NAME_CHARS`].
    pub name: String,
    /// The colour of its cursor, selection and name.
    pub colour: Colour,
    /// Where its pointer is, if over the board.
    pub cursor: Option<BoardPoint>,
}
