//! Tools: what a hand over the board means. A tool reads the board through [`View`] and asks for [`Effect`]s; it writes
//! nothing and names no other tool.

mod click_points;
mod comment;
mod drag_to_create;
mod eraser;
mod eyedropper;
mod hand;
mod ink;
mod laser;
mod lasso;
mod rubber;
mod select;
mod text;

use std::sync::LazyLock;

use board::{Edit, Kind, ShapeId};
use kurbo::{Rect, Vec2};
use scene::{BoardPoint, ScreenPoint};

use crate::draft::Motion;
use crate::input::{Device, Modifiers};
use crate::output::CursorKind;
use crate::text_session::TextTarget;
use crate::view::View;

/// A tool, as toolbars, help and key bindings see it.
pub struct ToolSpec {
    /// Its id; icons and labels go by it. A tool that makes one kind of shape has the kind's name.
    pub id: &'static str,
    /// The keys that choose it, the first to be shown.
    pub shortcuts: &'static [&'static str],
    /// It changes the board, so it needs write access.
    pub edits: bool,
    /// Makes it, by its id.
    pub(crate) new: fn(&'static str) -> Box<dyn Tool>,
}

/// All tools, in the order of the toolbar. The only list; there is a tool for each closed kind.
pub static TOOLS: LazyLock<Vec<ToolSpec>> = LazyLock::new(|| {
    let closed = Kind::CLOSED.iter().map(drag_to_create::closed);
    [select::SPEC, hand::SPEC]
        .into_iter()
        .chain(closed)
        .chain([click_points::LINE, click_points::POLYGON, drag_to_create::ARROW])
        .chain([drag_to_create::NOTE, drag_to_create::FRAME])
        .chain([ink::SPEC, ink::HIGHLIGHTER, text::SPEC, eraser::SPEC])
        .chain([rubber::SPEC, lasso::SPEC, laser::SPEC, eyedropper::SPEC, comment::SPEC])
        .collect()
});

/// The tool that the editor begins with and comes back to.
pub(crate) const REST: &ToolSpec = &select::SPEC;
/// The tool that the space bar and the middle button lend.
pub(crate) const PAN: &ToolSpec = &hand::SPEC;

/// The tool of this id.
pub(crate) fn spec(id: &str) -> Option<&'static ToolSpec> {
    TOOLS.iter().find(|spec| spec.id == id)
}

/// A state machine for one hand.
pub(crate) trait Tool {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect>;
    /// How the pointer looks, derived from the state and what it is over.
    fn cursor(&self, view: &View) -> CursorKind;
    /// A gesture is in progress: pointer down, or edits begun.
    fn is_busy(&self) -> bool;
    /// When the tool wants an [`Event::Tick`].
    fn wake_ms(&self) -> Option<u64> {
        None
    }
    /// The rectangle being drawn to select, for the overlay.
    fn marquee(&self) -> Option<Rect> {
        None
    }
    /// The loop being drawn to select, for the overlay.
    fn trail(&self) -> &[BoardPoint] {
        &[]
    }
    /// The image that is being cropped, for the overlay.
    fn cropping(&self) -> Option<&ShapeId> {
        None
    }
    /// What a drag has snapped to, on the board, for the overlay.
    fn guides(&self) -> &[kurbo::Line] {
        &[]
    }
}

/// What reaches a tool. Between a Down and the Up or Cancel that follows, all pointer events are of the same pointer.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Down(Pointer),
    /// Moved; pressed if a Down came before.
    Move(Pointer),
    Up(Pointer),
    /// Modifiers changed under a resting pointer, or the board changed under the gesture: look again.
    Refresh(Modifiers),
    /// Enter: a gesture of several clicks is complete.
    Done,
    /// The gesture is void: Escape, a second finger, the browser.
    Cancel,
    /// Time passed; only sent while busy.
    Tick,
}

/// A pointer, in both spaces.
#[derive(Clone, Debug)]
pub(crate) struct Pointer {
    /// On the board.
    pub(crate) at: BoardPoint,
    /// On the screen, in CSS pixels.
    pub(crate) screen: ScreenPoint,
    /// 0 to 1.
    pub(crate) pressure: f64,
    pub(crate) device: Device,
    pub(crate) modifiers: Modifiers,
    /// 1, 2 or 3 for a Down that is one of a row of clicks.
    pub(crate) clicks: u32,
    /// Places on the board with their pressures since the last event, oldest first, the last being `at`.
    pub(crate) trail: Vec<(BoardPoint, f64)>,
}

impl Pointer {
    /// Whether this is far enough from where the button went down to be a drag.
    pub(crate) fn is_drag_from(&self, down: &Pointer) -> bool {
        let threshold = match self.device {
            Device::Touch => crate::limits::TOUCH_DRAG_FROM_PX,
            Device::Mouse | Device::Pen => crate::limits::DRAG_FROM_PX,
        };
        self.screen.distance(down.screen) >= threshold
    }
}

/// What a tool or a command asks of the editor. Applied in order.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Select exactly these.
    Select(Vec<ShapeId>),
    /// Select everything that a hand may take.
    SelectAll,
    /// Show this to everybody; begins a gesture if none is open.
    Draft(Motion),
    /// Apply now and go on: the whole gesture is one step.
    Continue(Vec<Edit>),
    /// Apply, if anything, and end the gesture.
    Finish(Vec<Edit>),
    /// End the gesture and take back what it applied.
    Abandon,
    /// One step of its own, outside gestures; steps of one kind that follow closely merge.
    Apply(Vec<Edit>, Option<crate::history::StepKind>),
    /// A shape was made: select it and put the tool down, unless it is locked.
    Made(ShapeId),
    /// Move the board under the view, in CSS pixels.
    Pan(Vec2),
    /// Look from here.
    Look(scene::Camera),
    /// Letters look so, or no longer.
    ToggleMark(scene::text::Mark),
    /// Paragraphs are items of such a list, or no longer.
    ToggleList(crate::lists::ListKind),
    /// Open a text field.
    EditText(TextTarget),
    /// Revert the last step, or the last reverted one.
    Step(crate::history::Direction),
    /// Put text on the clipboard.
    Clipboard(String),
    /// Copies were made.
    Copied(crate::view::Copied),
    /// Give this style to the selection and to what comes, in one step.
    Style(Vec<crate::input::StyleField>),
    /// Keep this style for pasting.
    CopyStyle(Vec<crate::input::StyleField>),
    /// Help the hand in this way from now on.
    Help(crate::view::Aids),
    /// No longer offer what others deleted.
    ForgetLost,
    /// Look on only, or edit again.
    ToggleViewMode,
    /// Go to another of the texts that were found.
    Found(isize),
    /// Something that the page has and the editor has not.
    Page(&'static str),
    /// Have the page pin something here.
    Pin(BoardPoint, Option<ShapeId>),
    /// Keep the tool after use, or not.
    ToggleToolLock,
    /// Put the tool down.
    Rest,
    /// The overlay looks different.
    Repaint,
}

/// What is in the hand while the tool that was in it handles an event.
pub(crate) struct Nobody;

impl Tool for Nobody {
    fn on_event(&mut self, _event: &Event, _view: &View) -> Vec<Effect> {
        vec![]
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Default
    }

    fn is_busy(&self) -> bool {
        false
    }
}
