//! The field in which the text of a shape is typed, laid over the board exactly where the text is painted: a
//! contenteditable of one block a paragraph. The browser types into it, as only it knows input methods; what it made is
//! read back as letters, and blocks that then do not look as the board says are written anew. It must not know the board.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use board::{Align, ShapeId};
use editor::{Input, KeyEvent, KeyPhase, TextSession};
use leptos::prelude::document;
use scene::text::{Span, look_at};
use scene::{Colour, Swatch, Theme};
use wasm_bindgen::prelude::*;
use web_sys::{ClipboardEvent, Event, FocusEvent, FocusOptions, HtmlElement, InputEvent, KeyboardEvent, MouseEvent};

use super::events;
use super::rich_paste;
use super::text_blocks::Blocks;

/// Room for the caret behind the last letter, in CSS pixels.
const CARET_ROOM_PX: f64 = 4.0;
/// Where the focus may go without the session's end: what works on the text.
pub(super) const TEXT_CHROME: &str = ".text-bar, .side";

type Callback = Closure<dyn FnMut(Event)>;
/// What is done at an event.
type Act = fn(&State, Event);

/// What the field asks of its shell.
#[derive(Clone)]
pub struct Hooks {
    /// Takes an input.
    pub tell: Rc<dyn Fn(Input)>,
    /// Takes a key; whether the editor had a use for it.
    pub key: Rc<dyn Fn(KeyEvent) -> bool>,
}

/// The field, open while a text session runs.
pub struct TextField {
    state: Rc<State>,
    listeners: Vec<(web_sys::EventTarget, &'static str, Callback)>,
}

struct State {
    blocks: Blocks,
    id: ShapeId,
    text: RefCell<String>,
    spans: RefCell<Vec<Span>>,
    /// What is selected, in UTF-16 units; the caret is the second place.
    selected: Cell<(u32, u32)>,
    composing: Cell<bool>,
    /// Enter ends it.
    is_line: bool,
    /// The browser's paste does not say it.
    shift_held: Cell<bool>,
    has_ended: Cell<bool>,
    hooks: Hooks,
}

impl TextField {
    /// Opens the field in `host`, focused.
    ///
    /// # Errors
    /// The document refuses a new element.
    pub fn open(
        host: &HtmlElement,
        session: &TextSession,
        theme: Theme,
        label: &str,
        hooks: Hooks,
    ) -> Result<Self, JsValue> {
        let field: HtmlElement = document().create_element("div")?.dyn_into()?;
        field.set_class_name("text-field");
        for (name, value) in [
            ("data-testid", "text-field"),
            ("aria-label", label),
            ("role", "textbox"),
            ("aria-multiline", if session.is_line { "false" } else { "true" }),
            ("contenteditable", "true"),
            ("spellcheck", "false"),
        ] {
            field.set_attribute(name, value)?;
        }
        let state = Rc::new(State {
            blocks: Blocks::new(field),
            id: session.id.clone(),
            text: RefCell::new(session.text.clone()),
            spans: RefCell::new(session.spans.clone()),
            selected: Cell::new(session.first_selected),
            composing: Cell::new(false),
            is_line: session.is_line,
            shift_held: Cell::new(false),
            has_ended: Cell::new(false),
            hooks,
        });
        let mut this = Self { state, listeners: Vec::new() };
        host.append_child(this.field())?;
        this.state.blocks.show(session.font, &session.text, &session.spans);
        this.place(session, theme);
        this.focus();
        this.listen()?;
        Ok(this)
    }

    fn field(&self) -> &HtmlElement {
        self.state.blocks.root()
    }

    /// The shape whose text this is.
    pub fn id(&self) -> &ShapeId {
        &self.state.id
    }

    /// Gives it the focus, with what is selected as it was.
    pub fn focus(&self) {
        let quietly = FocusOptions::new();
        quietly.set_prevent_scroll(true);
        let (from, to) = self.state.selected.get();
        let _ = self.field().focus_with_options(&quietly);
        self.state.blocks.select(from, to);
    }

    /// Moves the field to where the session is now, and shows its letters as they look.
    pub fn place(&self, session: &TextSession, theme: Theme) {
        let style = self.field().style();
        let px = |value: f64| format!("{value:.2}px");
        let width_px = session.wrap_px.unwrap_or(session.width_px) + CARET_ROOM_PX;
        for (name, value) in [
            // Room for the caret goes where the lines end.
            ("left", px(session.at.x - CARET_ROOM_PX * caret_room_before(session.align))),
            ("top", px(session.at.y)),
            ("width", px(width_px)),
            ("height", px(session.height_px)),
            ("white-space", if session.wrap_px.is_some() { "pre-wrap" } else { "pre" }.to_owned()),
            ("font-family", format!("\"{}\", {}", session.font.family(), session.font.fallback())),
            ("font-size", px(session.font_size_px)),
            ("line-height", scene::text::LINE_HEIGHT_EM.to_string()),
            ("color", theme.resolve(session.colour).css()),
            ("--letters-link", theme.resolve(Colour::Swatch(Swatch::Blue)).css()),
            ("transform", format!("rotate({}rad)", session.angle)),
            ("transform-origin", format!("{}px {}px", session.pivot_px.x, session.pivot_px.y)),
            ("text-align", session.align.name().to_owned()),
        ] {
            // An invalid value leaves the property as it was.
            let _ = style.set_property(name, &value);
        }
        if !self.state.composing.get() {
            self.state.show(session);
        }
    }

    /// Others changed the text: keeps the caret with its letters until the session is placed anew.
    pub fn merge(&self, at_utf16: u32, delete_utf16: u32, insert: &str) {
        let end = at_utf16 + delete_utf16;
        let length = insert.encode_utf16().count() as u32;
        let moved = |at: u32| if at >= end { at - delete_utf16 + length } else { at.min(at_utf16) };
        let (from, to) = self.state.selected.get();
        self.state.selected.set((moved(from), moved(to)));
    }

    fn listen(&mut self) -> Result<(), JsValue> {
        let field = self.field().clone();
        let table: [(&'static str, Act); 11] = [
            ("beforeinput", State::before_input),
            ("input", State::on_input),
            ("compositionstart", State::on_composition),
            ("compositionend", State::on_composition),
            ("blur", State::on_blur),
            ("keydown", State::on_key),
            ("keyup", State::on_key_up),
            ("paste", State::on_paste),
            ("click", State::on_click),
            ("dragstart", |_, event| event.prevent_default()),
            ("drop", |_, event| event.prevent_default()),
        ];
        for (name, act) in table {
            self.on(&field, name, act)?;
        }
        self.on(&document(), "selectionchange", |state, _| state.on_selection())
    }

    fn on(&mut self, target: &web_sys::EventTarget, name: &'static str, act: Act) -> Result<(), JsValue> {
        let state = Rc::downgrade(&self.state);
        let callback = Callback::new(move |event: Event| {
            if let Some(state) = state.upgrade() {
                act(&state, event);
            }
        });
        target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref())?;
        self.listeners.push((target.clone(), name, callback));
        Ok(())
    }
}

impl Drop for TextField {
    fn drop(&mut self) {
        self.state.has_ended.set(true);
        for (target, name, callback) in &self.listeners {
            let _ = target.remove_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
        }
        self.field().remove();
    }
}

impl State {
    fn tell(&self, input: Input) {
        (self.hooks.tell)(input);
    }

    fn command(&self, id: &str) {
        self.tell(Input::Command(id.to_owned()));
    }

    /// Shows letters as they look; the selection stays.
    fn show(&self, session: &TextSession) {
        let (text, spans) = (&session.text, &session.spans);
        self.text.replace(text.clone());
        self.spans.replace(spans.clone());
        let is_changed = self.blocks.show(session.font, text, spans);
        let (from, to) = self.selected.get();
        if self.blocks.has_focus() && (is_changed || self.blocks.selected() != Some((from, to))) {
            self.blocks.select(from, to);
        }
    }

    /// What the browser has made of the text.
    fn tell_edited(&self) {
        let text = self.blocks.read();
        let selected = self.blocks.selected();
        if let Some(selected) = selected {
            self.selected.set(selected);
        }
        self.text.replace(text.clone());
        let caret_utf16 = selected.map(|(_, caret)| caret);
        self.tell(Input::TextEdited { id: self.id.clone(), text, caret_utf16, composing: self.composing.get() });
    }

    /// What the browser would do with markup is done by the board, or not at all.
    fn before_input(&self, event: Event) {
        let Ok(event) = event.dyn_into::<InputEvent>() else { return };
        let kind = event.input_type();
        match kind.as_str() {
            "insertParagraph" | "insertLineBreak" => {
                event.prevent_default();
                match self.is_line {
                    true => self.end(Input::TextEnded),
                    false => self.insert("\n"),
                }
            }
            "formatBold" => self.command("bold"),
            "formatItalic" => self.command("italic"),
            "formatUnderline" => self.command("underline"),
            "historyUndo" => self.command("undo"),
            "historyRedo" => self.command("redo"),
            _ => {}
        }
        if kind.starts_with("format") || kind.starts_with("history") || kind == "insertFromDrop" {
            event.prevent_default();
        }
    }

    /// Letters come in the place of what is selected.
    fn insert(&self, letters: &str) {
        let (from, to) = self.blocks.selected().unwrap_or(self.selected.get());
        let (from, to) = (from.min(to) as usize, from.max(to) as usize);
        let units: Vec<u16> = self.text.borrow().encode_utf16().collect();
        let (from, to) = (from.min(units.len()), to.min(units.len()));
        let letters: Vec<u16> = letters.encode_utf16().collect();
        let text = String::from_utf16_lossy(&[&units[..from], &letters, &units[to..]].concat());
        let caret = (from + letters.len()) as u32;
        self.selected.set((caret, caret));
        self.text.replace(text.clone());
        let (id, composing) = (self.id.clone(), self.composing.get());
        self.tell(Input::TextEdited { id, text, caret_utf16: Some(caret), composing });
    }

    fn on_input(&self, _: Event) {
        self.tell_edited();
    }

    fn on_composition(&self, event: Event) {
        self.composing.set(event.type_() == "compositionstart");
        if !self.composing.get() {
            self.tell_edited();
        }
    }

    fn on_selection(&self) {
        let Some(selected) = self.blocks.selected().filter(|_| !self.composing.get()) else { return };
        if self.blocks.has_focus() && self.selected.replace(selected) != selected {
            let (from_utf16, to_utf16) = selected;
            self.tell(Input::TextSelected { id: self.id.clone(), from_utf16, to_utf16 });
        }
    }

    fn on_blur(&self, event: Event) {
        let to = event.dyn_into::<FocusEvent>().ok().and_then(|event| event.related_target());
        let to = to.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if !to.is_some_and(|element| matches!(element.closest(TEXT_CHROME), Ok(Some(_)))) {
            self.end(Input::TextEnded);
        }
    }

    /// Removing the field blurs it: the session ends once.
    fn end(&self, input: Input) {
        if !self.has_ended.replace(true) {
            self.tell(input);
        }
    }

    fn on_key(&self, event: Event) {
        event.stop_propagation();
        let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
        self.shift_held.set(event.shift_key());
        // The browser says later what the key before this one has selected.
        self.on_selection();
        let is_done = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if event.is_composing() {
            // The key is the input method's.
        } else if event.key() == "Escape" || (self.is_line && event.key() == "Enter") {
            event.prevent_default();
            self.end(Input::TextEnded);
        } else if event.key() == "Tab" || is_done {
            event.prevent_default();
            self.end(Input::TextNext { down: is_done, back: event.shift_key() });
        } else if (event.ctrl_key() || event.meta_key()) && (self.hooks.key)(events::key(&event, KeyPhase::Down)) {
            event.prevent_default();
        }
    }

    fn on_key_up(&self, event: Event) {
        event.stop_propagation();
        if let Ok(event) = event.dyn_into::<KeyboardEvent>() {
            self.shift_held.set(event.shift_key());
        }
    }

    fn on_paste(&self, event: Event) {
        event.stop_propagation();
        event.prevent_default();
        let Some(data) = event.dyn_into::<ClipboardEvent>().ok().and_then(|event| event.clipboard_data()) else {
            return;
        };
        let (text, spans) = match rich_paste::pasted(&data, self.shift_held.get()) {
            Some(rich) => rich,
            None => (rich_paste::plain(&data), vec![]),
        };
        match spans.is_empty() {
            true => self.insert(&text),
            false => self.tell(Input::PasteRich { text, spans }),
        }
    }

    /// With Mod a link is followed.
    fn on_click(&self, event: Event) {
        let Ok(event) = event.dyn_into::<MouseEvent>() else { return };
        if !(event.ctrl_key() || event.meta_key()) {
            return;
        }
        let Some((_, caret)) = self.blocks.selected() else { return };
        let text = self.text.borrow();
        let before: Vec<u16> = text.encode_utf16().take(caret as usize).collect();
        let at = String::from_utf16_lossy(&before).len();
        let link = look_at(&self.spans.borrow(), at).and_then(|look| look.link.clone());
        if let Some(link) = link {
            event.prevent_default();
            follow(&link);
        }
    }
}

/// Opens a checked address in a tab of its own, which learns nothing of this one.
pub fn follow(link: &str) {
    let _ = leptos::prelude::window().open_with_url_and_target_and_features(link, "_blank", "noopener,noreferrer");
}

/// How much of the caret's room lies left of the text, so that its lines stay where they are painted.
fn caret_room_before(align: Align) -> f64 {
    match align {
        Align::Left => 0.0,
        Align::Center => 0.5,
        Align::Right => 1.0,
    }
}
