//! The editor: owns the board and everything a hand needs, takes inputs, answers with outputs. Knows no clock, no
//! network, no DOM; the same inputs always give the same outputs.

mod announcing;
mod company;
mod describing;
mod editing;
mod helping;
mod keeping;
mod keyboard;
mod looking;
mod marking;
mod pasting;
mod pinning;
mod pointing;
mod presenting;
mod putting_down;
mod receiving;
mod restoring;
mod seldom;
mod timing;
mod typing;

use board::{Board, ShapeId, Update};
use kurbo::Rect;
use scene::{BoardPoint, Camera, ScreenPoint};

use crate::handles::Handles;
use crate::history::History;
use crate::ids::IdSource;
use crate::index::Index;
use crate::input::{Device, Input, Modifiers, StyleField};
use crate::keys::KeyMap;
use crate::lasers::Lasers;
use crate::output::{CursorKind, Damage, Notice, Output, Repaint};
use crate::painting::Carrying;
use crate::peers::Peers;
use crate::picture::Picture;
use crate::pointers::Pointers;
use crate::selection::Selection;
use crate::slots::SlotSet;
use crate::style::Styles;
use crate::text_session::Typing;
use crate::tools::{self, Effect, Tool, ToolSpec};
use crate::view::{Aids, Copied, View};
use announcing::Announcer;
pub(crate) use company::glided;
use describing::Summary;
use helping::Search;
use keeping::Mine;
use putting_down::PutDown;
pub use seldom::{SELDOM, Seldom};

/// One person's hand on one board.
pub struct Editor {
    pub(crate) board: Board,
    pub(crate) camera: Camera,
    pub(crate) selection: Selection,
    pub(crate) peers: Peers,
    pub(crate) index: Index,
    pub(crate) picture: Picture,
    /// Whether this person may and wants to edit.
    pub(crate) can_edit: bool,
    /// Whether this person may edit, until [`Input::WriteAccess`] says otherwise.
    may_edit: bool,
    /// This person only looks on.
    view_mode: bool,
    pub(crate) lasers: Lasers,
    aids: Aids,
    keys: KeyMap,
    search: Search,
    mine: Mine,
    copied_style: Vec<StyleField>,
    last_copy: Option<Copied>,
    putting_down: Option<PutDown>,
    /// What was pasted last, where, and how often there.
    last_paste: Option<(String, BoardPoint, u32)>,
    pub(crate) announcer: Announcer,
    pub(crate) company: company::Company,
    pub(crate) typing: Option<Typing>,
    /// Shapes that are left out of the board's picture: on the overlay, or in the page's text field.
    pub(crate) lifted: SlotSet,
    /// What of a large selection in motion is not in its bitmap.
    pub(crate) carrying: Carrying,
    summary: Summary,
    /// The handles around the selection as it is.
    pub(crate) handles: Option<Handles>,
    /// Width and height of the view in CSS pixels.
    pub(crate) size_px: (f64, f64),
    ids: IdSource,
    tool: ToolInHand,
    /// The hand that space or the middle button lends for one drag.
    lent: Option<Box<dyn Tool>>,
    tool_locked: bool,
    space_held: bool,
    modifiers: Modifiers,
    pointers: Pointers,
    /// What a click would select.
    pub(crate) pointed_at: Option<ShapeId>,
    /// Where the pointer is, if over the board.
    pub(crate) hover: Option<(ScreenPoint, Device)>,
    styles: Styles,
    history: History,
    pub(crate) now_ms: u64,
    /// What this person is called: whose notes are whose.
    name: String,
    outbox: Outbox,
    seldom: Option<&'static Seldom>,
    early: Vec<Effect>,
}

struct ToolInHand {
    spec: &'static ToolSpec,
    machine: Box<dyn Tool>,
}

impl ToolInHand {
    fn new(spec: &'static ToolSpec) -> Self {
        ToolInHand { spec, machine: (spec.new)(spec.id) }
    }
}

/// What one input has caused so far.
#[derive(Default)]
struct Outbox {
    outputs: Vec<Output>,
    damage: Damage,
    overlay: bool,
    chrome: bool,
    /// Handles and the page's text field have to be placed anew.
    moved: bool,
    /// The page's text field has.
    looked: bool,
    lifts: bool,
    cursor: CursorKind,
    wake_ms: Option<u64>,
}

impl Editor {
    /// An editor of this board, for a person who may edit it.
    pub fn new(board: Board, ids: IdSource) -> Self {
        let mut editor = Self::light(board, ids);
        editor.take_up(&SELDOM);
        editor
    }

    /// The same without the code that is needed seldom: see [`Editor::take_up`].
    pub fn light(board: Board, ids: IdSource) -> Self {
        let mut editor = Editor {
            camera: Camera::default(),
            selection: Selection::default(),
            peers: Peers::default(),
            index: Index::default(),
            picture: Picture::default(),
            announcer: Announcer::default(),
            company: company::Company::default(),
            typing: None,
            lifted: SlotSet::default(),
            carrying: Carrying::default(),
            summary: Summary::default(),
            handles: None,
            size_px: (0.0, 0.0),
            ids,
            tool: ToolInHand::new(tools::REST),
            lent: None,
            tool_locked: false,
            space_held: false,
            modifiers: Modifiers::default(),
            pointers: Pointers::default(),
            pointed_at: None,
            hover: None,
            styles: Styles::default(),
            history: History::default(),
            now_ms: 0,
            outbox: Outbox::default(),
            can_edit: true,
            may_edit: true,
            view_mode: false,
            lasers: Lasers::default(),
            aids: Aids::default(),
            keys: KeyMap::default(),
            search: Search::default(),
            mine: Mine::default(),
            copied_style: vec![],
            last_copy: None,
            putting_down: None,
            last_paste: None,
            name: String::new(),
            seldom: None,
            early: vec![],
            board,
        };
        let all: Vec<ShapeId> = editor.board.shapes().map(|shape| shape.id.clone()).collect();
        editor.index.update(&editor.board, &all, |_| true, &mut Damage::default());
        editor
    }

    /// Takes one input; `now_ms` is any clock that does not run backwards.
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Output> {
        self.now_ms = self.now_ms.max(now_ms);
        self.put_down_before(&input);
        if self.goes_nowhere(&input) {
            return self.settle();
        }
        match input {
            Input::Pointer(event) => self.pointer(event),
            Input::Wheel(event) => self.wheel(event),
            Input::Key(event) => self.key(&event),
            Input::Command(id) => self.command(&id),
            Input::SelectTool(id) => self.select_tool(&id),
            Input::SetStyle(field) => self.set_style(field),
            Input::Named(name) => self.name = name,
            Input::RecallStyles(text) => {
                self.styles.recall(&text);
                self.outbox.chrome = true;
            }
            Input::TextEdited { id, text, caret_utf16, composing } => {
                self.text_edited(&id, text, caret_utf16, composing);
            }
            Input::TextSelected { id, from_utf16, to_utf16 } => self.text_selected(&id, from_utf16, to_utf16),
            Input::Saved => self.saved(),
            Input::Pick(at) => self.pick(at),
            Input::GoTo(id) => self.go_to(&id),
            Input::LookAt { at, zoom } => self.look_at(at, zoom),
            Input::Show(id) => self.show_slide(&id),
            Input::MoveSlide { id, to } => self.move_slide(&id, to),
            Input::BringIntoView(at) => self.bring_into_view(at),
            Input::SetKeys(keys) => self.keys = keys,
            Input::TextEnded => self.end_text(),
            Input::TextNext { down, back } => self.next_text(down, back),
            Input::ViewResized { width_px, height_px } => self.view_resized(width_px, height_px),
            Input::Merge(bytes) => self.merge(&bytes),
            Input::PeerPresence { client, presence } => self.peer_presence(client, presence),
            Input::PeerStance { client, stance } => self.peer_stance(client, stance),
            Input::Follow(client) => self.follow(client),
            Input::KeepNotesPrivate(keeps) => self.company.keeps_notes_private = keeps,
            Input::FinishNotes(notes) => self.finish_notes_later(notes),
            Input::WriteOn(note) => self.write_on(note),
            Input::CalmMotion(is_calm) => self.set_calm(is_calm),
            Input::HidePeerSelections(hides) => self.hide_selections(hides),
            Input::PeerDraft { client, bytes } => self.peer_draft(client, &bytes),
            Input::PeerSelection { client, bytes } => self.peer_selection(client, &bytes),
            Input::PeerGone { client } => self.peer_gone(client),
            Input::WriteAccess(can_edit) => self.write_access(can_edit),
            Input::Blurred => self.blurred(),
            Input::Tick => self.tick(),
            seldom => self.seldom_input(seldom),
        }
        self.settle()
    }

    /// The board, to read.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// What of the board the view shows.
    pub fn camera(&self) -> Camera {
        self.camera
    }

    /// The ids of what is selected, in the order in which they were.
    pub fn selection(&self) -> &[ShapeId] {
        &self.selection
    }

    pub(crate) fn is_selected(&self, id: &ShapeId) -> bool {
        self.view().is_selected(id)
    }

    /// The styles that tools will use, as text for [`Input::RecallStyles`] at the next visit. They change with
    /// [`Output::Chrome`] only.
    pub fn remembered_styles(&self) -> String {
        self.styles.remembered()
    }

    /// What tools and commands see.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            now_ms: self.now_ms,
            board: &self.board,
            index: &self.index,
            camera: &self.camera,
            size_px: self.size_px,
            selection: &self.selection,
            handles: self.handles.as_ref(),
            styles: &self.styles,
            history: &self.history,
            ids: &self.ids,
            hover: self.hover_on_board(),
            can_edit: self.can_edit,
            is_typing: self.typing.is_some(),
            aids: self.aids,
            last_copy: self.last_copy.as_ref(),
            name: &self.name,
            copied_style: &self.copied_style,
            lost: &self.mine.lost,
        }
    }

    fn hover_on_board(&self) -> Option<BoardPoint> {
        self.hover.map(|(at, _)| self.camera.to_board(at))
    }

    /// Lets the tool in hand, or the lent one, handle an event.
    fn feed(&mut self, event: &tools::Event) {
        let effects = match self.lent.take() {
            Some(mut lent) => {
                let effects = lent.on_event(event, &self.view());
                self.lent = Some(lent);
                effects
            }
            None => {
                let mut machine = std::mem::replace(&mut self.tool.machine, Box::new(tools::Nobody));
                let effects = machine.on_event(event, &self.view());
                self.tool.machine = machine;
                effects
            }
        };
        self.run(effects);
    }

    fn machine(&self) -> &dyn Tool {
        self.lent.as_ref().unwrap_or(&self.tool.machine).as_ref()
    }

    fn is_busy(&self) -> bool {
        self.machine().is_busy()
    }

    /// The rectangle being drawn to select.
    pub(crate) fn marquee(&self) -> Option<Rect> {
        self.machine().marquee()
    }

    pub(crate) fn guides(&self) -> &[kurbo::Line] {
        self.machine().guides()
    }

    pub(crate) fn trail(&self) -> &[BoardPoint] {
        self.machine().trail()
    }

    /// Carries out what a tool or command asked for.
    pub(crate) fn run(&mut self, effects: Vec<Effect>) {
        let mut effects = effects.into_iter().peekable();
        while let Some(effect) = effects.next() {
            let is_last = effects.peek().is_none();
            match effect {
                Effect::Select(ids) => self.select(ids),
                Effect::SelectAll => self.select_all(),
                Effect::Draft(motion) => self.show_draft(motion),
                Effect::Continue(edits) => self.continue_gesture(edits),
                Effect::Finish(edits) => self.finish_gesture(edits),
                Effect::Abandon => self.abandon_gesture(),
                Effect::Apply(edits, kind) if is_last => self.commit_bit_by_bit(edits, kind),
                Effect::Apply(edits, kind) => self.commit(edits, kind),
                Effect::Made(id) => self.made(id),
                Effect::Pan(by_px) => self.look_alone(self.camera.panned(by_px)),
                Effect::Look(camera) => self.look_alone(camera),
                Effect::EditText(target) => self.begin_text(target),
                Effect::Step(direction) => self.step(direction),
                Effect::Clipboard(text) => self.emit(Output::Clipboard(text)),
                Effect::ToggleToolLock => {
                    self.tool_locked = !self.tool_locked;
                    self.outbox.chrome = true;
                }
                Effect::Copied(copied) => self.last_copy = Some(copied),
                Effect::CopyStyle(style) => self.copied_style = style,
                Effect::Help(aids) => {
                    self.aids = aids;
                    self.outbox.chrome = true;
                }
                Effect::ForgetLost => self.forget_lost(),
                Effect::Page(id) => self.emit(Output::Page(id)),
                Effect::Pin(at, shape) => self.pin(at, shape),
                Effect::ToggleViewMode => self.toggle_view_mode(),
                Effect::Rest => self.take_tool(tools::REST),
                Effect::Repaint => self.outbox.overlay = true,
                seldom @ (Effect::ToggleMark(_) | Effect::ToggleList(_) | Effect::Style(_) | Effect::Found(_)) => {
                    self.seldom_effect(seldom);
                }
            }
        }
    }

    fn emit(&mut self, output: Output) {
        self.outbox.outputs.push(output);
    }

    fn emit_update(&mut self, update: Option<Update>) {
        if let Some(update) = update {
            self.emit(Output::Update(update));
        }
    }

    fn notice(&mut self, notice: Notice) {
        self.emit(Output::Notice(notice));
    }

    fn select(&mut self, ids: Vec<ShapeId>) {
        let shapes = ids.iter().filter_map(|id| self.board.shape(id));
        if self.selection.replace(shapes.map(|shape| (shape.slot, &shape.id))) {
            self.selection_changed();
        }
    }

    /// Everything that a hand may take.
    fn select_all(&mut self) {
        if self.selection.replace(self.board.free()) {
            self.selection_changed();
        }
    }

    fn selection_changed(&mut self) {
        self.announcer.selection_changed();
        self.outbox.chrome = true;
        self.outbox.overlay = true;
        self.outbox.moved = true;
    }

    fn select_tool(&mut self, id: &str) {
        if let Some(spec) = tools::spec(id).filter(|spec| self.can_edit || !spec.edits) {
            self.take_tool(spec);
        }
    }

    fn take_tool(&mut self, spec: &'static ToolSpec) {
        self.cancel_gesture();
        self.end_text();
        if spec.id == self.tool.spec.id {
            return;
        }
        if spec.edits {
            self.select(vec![]);
        }
        self.tool = ToolInHand::new(spec);
        self.outbox.chrome = true;
        self.outbox.overlay = true;
    }

    /// A shape was made: it is selected, and the tool that made it is put down unless it is locked.
    fn made(&mut self, id: ShapeId) {
        if !self.tool_locked {
            self.take_tool(tools::REST);
            self.select(vec![id]);
        }
    }

    fn blurred(&mut self) {
        self.cancel_gesture();
        self.pointers.clear();
        self.space_held = false;
        self.modifiers = Modifiers::default();
    }

    /// What follows from one input as a whole: lifted shapes, messages, repaints, the cursor, the next timer.
    fn settle(&mut self) -> Vec<Output> {
        if self.outbox.lifts {
            self.update_lifted();
        }
        if self.outbox.moved {
            self.take_stock();
        }
        if self.outbox.moved || self.outbox.looked {
            self.place_text();
        }
        self.announce();
        self.announce_stance();
        self.point_at();
        let cursor = self.cursor();
        if cursor != self.outbox.cursor {
            self.emit(Output::Cursor(cursor));
        }
        let wake_ms = self.wake_ms();
        if wake_ms.is_some() && wake_ms != self.outbox.wake_ms {
            self.outbox.outputs.extend(wake_ms.map(Output::WakeAt));
        }
        let outbox = std::mem::replace(&mut self.outbox, Outbox { cursor, wake_ms, ..Outbox::default() });
        let mut outputs = outbox.outputs;
        if outbox.chrome {
            outputs.push(Output::Chrome);
        }
        let repaint = Repaint { board: outbox.damage, overlay: outbox.overlay };
        if repaint != Repaint::default() {
            outputs.push(Output::Repaint(repaint));
        }
        outputs
    }

    fn cursor(&self) -> CursorKind {
        match (&self.lent, self.space_held) {
            (None, true) if !self.is_busy() => CursorKind::Grab,
            _ => self.machine().cursor(&self.view()),
        }
    }
}
