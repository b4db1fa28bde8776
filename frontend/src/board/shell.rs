//! Runs the machine: feeds it what happens, carries out what it asks, paints when the browser is ready to.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use editor::{Damage, Editor, Input, KeyEvent, Output, Repaint, TextSession};
use kurbo::Rect;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use protocol::{BoardId, LinkSecret, VisitToken};
use scene::{ImageId, Theme};
use sync::{LogKey, Status};
use visit::{Visit, VisitInput, VisitOptions, VisitOutput};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, HtmlElement};

use super::asking;
use super::chrome::{self, Chrome};
use super::copy::{self, CopyWriter};
use super::images::Images;
use super::listeners::{self, Listeners};
use super::log_writer::LogWriter;
use super::long_press::Resting;
use super::pins;
use super::screen::Screen;
use super::tasks::{Drawn, Left, Task};
use super::text_field::{Hooks, TextField};
use super::{paste, rescue};
use crate::connection::log::EditLog;
use crate::connection::socket::{Socket, SocketEvent};
use crate::preferences::{self, Preferences};
use crate::random;
use crate::store::{BoardStore, ExportFormat};
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// Which board, by which key.
#[derive(Clone, PartialEq)]
pub struct Place {
    /// The board.
    pub id: BoardId,
    /// The secret of this visit's link.
    pub key: LinkSecret,
}

/// The parts of the page that a visit reads and writes.
#[derive(Clone, Copy)]
pub struct Page {
    pub store: BoardStore,
    pub preferences: Preferences,
    pub words: Words,
    pub toasts: Toasts,
}

/// Takes over `host` for as long as the calling component lives.
///
/// # Errors
/// The browser lacks a 2D canvas or a random source.
pub fn mount(host: HtmlElement, place: Place) -> Result<(), JsValue> {
    let page = Page {
        store: BoardStore::of_page(),
        preferences: Preferences::of_page(),
        words: Words::of_page(),
        toasts: Toasts::of_page(),
    };
    let shell = Shell::new(host, &place, page)?;
    let listeners = listeners::attach(&shell)?;
    *shell.listeners.borrow_mut() = Some(listeners);
    chrome::follow(&shell);
    asking::follow_map(&shell);
    shell.resize();
    shell.edit(Input::CalmMotion(pins::is_calm()));
    shell.edit(Input::RecallStyles(preferences::kept_styles()));
    // Until the server says: who could not draw when the board was last open here cannot draw offline.
    shell.edit(Input::WriteAccess(page.store.role.get_untracked().may_write()));
    shell.show_chrome();
    let Drawn(drawn) = expect_context();
    drawn.set(Rc::downgrade(&shell));
    let handle = StoredValue::new_local(Some(Rc::clone(&shell)));
    on_cleanup(move || {
        if let Some(shell) = handle.try_update_value(Option::take).flatten() {
            // What is still being put down is put down.
            shell.edit(Input::Blurred);
            shell.end();
        }
    });
    spawn_local(async move {
        let log = EditLog::open(place.id).await;
        let entries = match &log {
            Ok(log) => log.entries().await.unwrap_or_default(),
            Err(error) => {
                leptos::logging::warn!("{error}");
                page.toasts.push(page.words.get(key::BOARD_UNLOGGED).to_owned());
                Vec::new()
            }
        };
        *shell.log.borrow_mut() = LogWriter::new(log.ok());
        copy::recall(&shell).await;
        shell.feed(VisitInput::Restored(entries));
        shell.feed(VisitInput::Start);
    });
    Ok(())
}

/// The shell of one visit.
pub struct Shell {
    pub host: HtmlElement,
    pub page: Page,
    pub(super) place: Place,
    pub(super) images: Images,
    pub(super) screen: RefCell<Screen>,
    pub(super) visit: RefCell<Visit>,
    chrome: RefCell<Chrome>,
    waiting: RefCell<VecDeque<VisitInput>>,
    is_running: Cell<bool>,
    has_ended: Cell<bool>,
    socket: RefCell<Option<Socket>>,
    log: RefCell<LogWriter>,
    pub(super) copy: CopyWriter,
    text: RefCell<Option<TextField>>,
    /// The copy or cut that is being answered.
    pub(super) copying: RefCell<Option<ClipboardEvent>>,
    repaint: RefCell<Repaint>,
    frame_asked: Cell<bool>,
    /// The browser's paste does not say it.
    pub(super) shift_held: Cell<bool>,
    timer: Cell<Option<TimeoutHandle>>,
    pub(super) resting: RefCell<Option<Resting>>,
    listeners: RefCell<Option<Listeners>>,
    pub(super) left: Left,
}

impl Shell {
    fn new(host: HtmlElement, place: &Place, page: Page) -> Result<Rc<Self>, JsValue> {
        let images = Images::default();
        let screen = Screen::new(&host, Rc::clone(&images.pictures))?;
        let options = VisitOptions {
            client: board::ClientId::from_random(random_u64()?),
            seed: random_u64()?,
            token: VisitToken(random::bytes()?),
            key: place.key.reveal().to_owned(),
            name: page.preferences.name.get_untracked(),
            colour: chrome::own_colour(preferences::cursor_number()?),
        };
        let chrome = Chrome::new(options.colour.clone());
        Ok(Rc::new(Self {
            host,
            page,
            place: place.clone(),
            images,
            screen: RefCell::new(screen),
            visit: RefCell::new(Visit::new(options)),
            chrome: RefCell::new(chrome),
            waiting: RefCell::default(),
            is_running: Cell::new(false),
            has_ended: Cell::new(false),
            socket: RefCell::new(None),
            log: RefCell::new(LogWriter::new(None)),
            copy: CopyWriter::default(),
            text: RefCell::new(None),
            copying: RefCell::new(None),
            repaint: RefCell::default(),
            frame_asked: Cell::new(false),
            shift_held: Cell::new(false),
            timer: Cell::new(None),
            resting: RefCell::new(None),
            listeners: RefCell::new(None),
            left: Left::default(),
        }))
    }

    /// Gives the machine an input and carries out what follows. Inputs that arise meanwhile wait their turn.
    pub fn feed(self: &Rc<Self>, input: VisitInput) {
        self.waiting.borrow_mut().push_back(input);
        if self.has_ended.get() || self.is_running.replace(true) {
            return;
        }
        loop {
            let Some(input) = self.waiting.borrow_mut().pop_front() else { break };
            let outputs = self.visit.borrow_mut().handle(now_ms(), input);
            for output in outputs {
                self.carry_out(output);
            }
        }
        self.is_running.set(false);
        self.set_timer();
    }

    /// An input for the editor.
    pub fn edit(self: &Rc<Self>, input: Input) {
        self.feed(VisitInput::Editor(input));
    }

    /// Whether the editor has a use for a key, so that the browser must not.
    pub fn is_key_bound(&self, key: &KeyEvent) -> bool {
        self.visit.borrow().editor().is_key_bound(key)
    }

    /// Whether an event happened over the board itself, not over a panel.
    pub fn is_over_board(&self, event: &web_sys::Event) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        self.host.contains(target.as_ref())
    }

    /// Whether a text is being typed.
    pub fn is_typing(&self) -> bool {
        self.text.borrow().is_some()
    }

    /// Gives the keys to the text that is being typed, else to the board.
    pub fn focus(&self) {
        match self.text.borrow().as_ref() {
            Some(field) => field.focus(),
            None => drop(self.host.focus()),
        }
    }

    /// After a press in the chrome the keys are the board's again; who works by keyboard stays where they are.
    pub fn take_focus_back(&self) {
        if self.host.has_attribute(listeners::PRESSED) && !self.is_typing() {
            let _ = self.host.focus();
        }
    }

    /// The board's place in CSS pixels.
    pub(super) fn size_px(&self) -> (f64, f64) {
        (f64::from(self.host.client_width()), f64::from(self.host.client_height()))
    }

    /// Fits the canvases to the host.
    pub fn resize(self: &Rc<Self>) {
        let (width_px, height_px) = self.size_px();
        let pixel_ratio = window().device_pixel_ratio().clamp(1.0, 3.0);
        self.screen.borrow_mut().resize(width_px, height_px, pixel_ratio);
        self.edit(Input::ViewResized { width_px, height_px });
        self.show_presented();
        // A canvas that was given a size is blank: no blank frame may be seen.
        *self.repaint.borrow_mut() = view_and_overlay();
        self.paint();
    }

    /// The theme in which the board is painted.
    pub fn theme(&self) -> Theme {
        chrome::scene_theme(self.page.preferences.theme_untracked())
    }

    /// Paints everything anew: a font has come, or another theme.
    pub fn repaint_all(self: &Rc<Self>) {
        self.screen.borrow_mut().forget();
        self.ask_frame(view_and_overlay());
    }

    fn end(&self) {
        self.has_ended.set(true);
        self.copy.leave();
        self.text.borrow_mut().take();
        self.listeners.borrow_mut().take();
        self.socket.borrow_mut().take();
        self.resting.borrow_mut().take();
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }

    fn carry_out(self: &Rc<Self>, output: VisitOutput) {
        match output {
            VisitOutput::Connect => self.connect(),
            VisitOutput::Disconnect => drop(self.socket.borrow_mut().take()),
            VisitOutput::Send(message) => {
                if let Some(socket) = self.socket.borrow().as_ref() {
                    socket.send(&message);
                }
            }
            VisitOutput::Log { entry, update } => self.append(entry, update),
            VisitOutput::Stored(update) => self.copy.take(self, update),
            VisitOutput::CopyDamaged => self.copy.note_damage(),
            VisitOutput::Unlog(keys) => self.log.borrow().remove(keys),
            VisitOutput::Welcomed { role, title } => {
                self.page.store.role.set(role);
                self.page.store.title.set(title);
                self.leave(Task::Joined);
            }
            VisitOutput::Status(status) => {
                rescue::follow(self, status);
                if status == Status::Saved {
                    self.leave(Task::SendImages);
                }
                chrome::show_status(self.page, status);
                if matches!(status, Status::Saved | Status::ViewOnly) {
                    self.copy.join(self);
                    self.go_to_destination();
                }
            }
            VisitOutput::Meeting { from, head, changes } => self.leave(Task::Heard { from, head, changes }),
            VisitOutput::Damaged { parts } => chrome::show_damage(self.page, parts),
            VisitOutput::Editor(output) => self.carry_out_editor(output),
        }
    }

    fn carry_out_editor(self: &Rc<Self>, output: Output) {
        match output {
            Output::Repaint(repaint) => self.ask_frame(repaint),
            Output::Cursor(kind) => {
                let _ = self.host.style().set_property("cursor", chrome::css_cursor(kind));
            }
            Output::EditText(session) => self.open_text(&session),
            Output::TextMerged { id, at_utf16, delete_utf16, insert } => {
                if let Some(field) = self.text.borrow().as_ref().filter(|field| *field.id() == id) {
                    field.merge(at_utf16, delete_utf16, &insert);
                }
            }
            Output::EndText => {
                let field = self.text.borrow_mut().take();
                drop(field);
                self.page.store.text_at.set(None);
                let _ = self.host.focus();
            }
            Output::Clipboard(text) => paste::put_on_clipboard(self, &text),
            Output::Later(input) => self.leave(Task::Edit(*input)),
            Output::Page("copy-link") => self.copy_link(),
            Output::Page("copy-png") => self.copy_picture(ExportFormat::Png),
            Output::Page("copy-svg") => self.copy_picture(ExportFormat::Svg),
            Output::Page("paste") => self.leave(Task::Paste),
            Output::Page("open-link") => self.open_link(),
            Output::Page("insert-image") => self.leave(Task::PickFiles { replaces: false }),
            Output::Page("replace-image") => self.leave(Task::PickFiles { replaces: true }),
            Output::Reaction { .. } | Output::Pin(_) | Output::PrivateNote(_) => self.leave(Task::Meet(output)),
            Output::Page(id) => self.page.store.asked.set(Some(id)),
            Output::Chrome => self.show_chrome(),
            Output::Notice(notice) => self.page.toasts.push(chrome::notice_words(self.page.words, notice)),
            // A gap heals with the next join, which the sync client asks for by itself; the rest the visit keeps.
            Output::Gap
            | Output::Update(_)
            | Output::Presence(_)
            | Output::Stance(_)
            | Output::Draft(_)
            | Output::Selection(_)
            | Output::WakeAt(_) => {}
        }
    }

    fn connect(self: &Rc<Self>) {
        // Held weakly: the socket belongs to the shell.
        let shell = Rc::downgrade(self);
        let tell = move |event| {
            let Some(shell) = shell.upgrade() else { return };
            shell.feed(match event {
                SocketEvent::Opened => VisitInput::LinkOpened,
                SocketEvent::Received(bytes) => VisitInput::Received(bytes),
                SocketEvent::Closed(close_code) => VisitInput::LinkClosed { close_code },
            });
        };
        let socket = Socket::open(&self.place.id, tell).ok();
        if socket.is_none() {
            self.feed(VisitInput::LinkClosed { close_code: None });
        }
        *self.socket.borrow_mut() = socket;
    }

    fn append(self: &Rc<Self>, entry: u64, update: Bytes) {
        let shell = Rc::downgrade(self);
        let answer = move |entry, key: Option<LogKey>| {
            if let Some(shell) = shell.upgrade() {
                shell.feed(VisitInput::Logged { entry, key });
            }
        };
        self.log.borrow().append(entry, update, answer);
    }

    /// What the text field asks.
    fn hooks(self: &Rc<Self>) -> Hooks {
        let (tells, keys) = (Rc::downgrade(self), Rc::downgrade(self));
        let tell = move |input| {
            if let Some(shell) = tells.upgrade() {
                shell.edit(input);
            }
        };
        let key = move |key: KeyEvent| {
            let Some(shell) = keys.upgrade().filter(|shell| shell.is_key_bound(&key)) else { return false };
            shell.edit(Input::Key(key));
            true
        };
        Hooks { tell: Rc::new(tell), key: Rc::new(key) }
    }

    fn open_text(self: &Rc<Self>, session: &TextSession) {
        let at = self.text_at(session);
        if self.page.store.text_at.get_untracked() != Some(at) {
            self.page.store.text_at.set(Some(at));
        }
        if let Some(field) = self.text.borrow().as_ref().filter(|field| *field.id() == session.id) {
            field.place(session, self.theme());
            return;
        }
        let label = self.page.words.get(key::BOARD_TEXT);
        // The old field goes first: its blur must not end the new session.
        let old = self.text.borrow_mut().take();
        drop(old);
        *self.text.borrow_mut() = TextField::open(&self.host, session, self.theme(), label, self.hooks()).ok();
    }

    /// Writes what the editor shows into the page's signals.
    pub fn show_chrome(&self) {
        let visit = self.visit.borrow();
        self.chrome.borrow_mut().show(self.page, visit.editor());
        let count = visit.editor().board().len().to_string();
        let _ = self.screen.borrow().element().set_attribute("data-shapes", &count);
    }

    /// Edits that the server has not acknowledged.
    pub fn unacknowledged(&self) -> usize {
        self.visit.borrow().unacknowledged()
    }

    /// Whether the store has everything that is shown here.
    pub fn is_all_stored(&self) -> bool {
        self.visit.borrow().is_all_stored()
    }

    /// Looks at the editor.
    pub fn with_editor<T>(&self, look: impl FnOnce(&Editor) -> T) -> T {
        look(self.visit.borrow().editor())
    }

    /// Where the board shows an image.
    pub fn regions_of_image(&self, image: ImageId) -> Vec<Rect> {
        self.visit.borrow().editor().regions_of_image(image)
    }

    pub(super) fn ask_frame(self: &Rc<Self>, repaint: Repaint) {
        let mut asked = self.repaint.borrow_mut();
        asked.board.join(repaint.board);
        asked.overlay |= repaint.overlay;
        if !self.frame_asked.replace(true) {
            let shell = Rc::downgrade(self);
            request_animation_frame(move || {
                if let Some(shell) = shell.upgrade() {
                    shell.frame_asked.set(false);
                    shell.paint();
                }
            });
        }
    }

    fn paint(self: &Rc<Self>) {
        let repaint = self.repaint.take();
        if self.has_ended.get() {
            return;
        }
        let mut visit = self.visit.borrow_mut();
        let camera = visit.editor().camera();
        let has_more = self.screen.borrow_mut().frame(now_ms(), visit.editor_mut(), self.theme(), &repaint);
        drop(visit);
        pins::follow(self, camera, &repaint.board);
        self.load_images();
        let state = if self.screen.borrow().is_exact() { "exact" } else { "refining" };
        let _ = self.screen.borrow().element().set_attribute("data-picture", state);
        if has_more {
            self.ask_frame(Repaint::default());
        }
    }

    fn set_timer(self: &Rc<Self>) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
        let Some(wake_ms) = self.visit.borrow().wake_at_ms() else { return };
        let shell = Rc::downgrade(self);
        let tick = move || {
            if let Some(shell) = shell.upgrade() {
                shell.timer.set(None);
                shell.feed(VisitInput::Tick);
            }
        };
        let pause = Duration::from_millis(wake_ms.saturating_sub(now_ms()));
        self.timer.set(set_timeout_with_handle(tick, pause).ok());
    }
}

/// The view is to be composed anew, of what is already painted.
pub(super) fn view_and_overlay() -> Repaint {
    Repaint { board: Damage { view: true, ..Damage::default() }, overlay: true }
}

/// Milliseconds since the page was opened: never jumps back, as the wall clock may.
pub(super) fn now_ms() -> u64 {
    // Positive and far below 2^53.
    window().performance().map_or(0.0, |performance| performance.now()) as u64
}

fn random_u64() -> Result<u64, JsValue> {
    random::bytes().map(u64::from_le_bytes)
}
