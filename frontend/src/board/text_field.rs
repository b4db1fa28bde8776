//! The field in which the text of a shape is typed, laid over the board exactly where the text is painted. It must not
//! know the board.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use board::{Align, ShapeId};
use editor::{Input, TextSession};
use scene::Theme;
use wasm_bindgen::prelude::*;
use web_sys::{Event, FocusOptions, HtmlElement, HtmlTextAreaElement, KeyboardEvent};

/// Room for the caret behind the last letter, in CSS pixels.
const CARET_ROOM_PX: f64 = 4.0;

type Callback = Closure<dyn FnMut(Event)>;

/// The field, open while a text session runs.
pub struct TextField {
    field: HtmlTextAreaElement,
    id: ShapeId,
    _listeners: Vec<Callback>,
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
        tell: impl Fn(Input) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let document = host.owner_document().ok_or(JsValue::NULL)?;
        let field: HtmlTextAreaElement = document.create_element("textarea")?.dyn_into()?;
        field.set_class_name("text-field");
        field.set_attribute("data-testid", "text-field")?;
        field.set_attribute("aria-label", label)?;
        field.set_attribute("wrap", if session.wrap_px.is_some() { "soft" } else { "off" })?;
        field.set_spellcheck(false);
        field.set_value(&session.text);
        let listeners = listen(&field, &session.id, tell)?;
        host.append_child(&field)?;
        let this = Self { field, id: session.id.clone(), _listeners: listeners };
        this.place(session, theme);
        let quietly = FocusOptions::new();
        quietly.set_prevent_scroll(true);
        this.field.focus_with_options(&quietly)?;
        if session.select_all {
            this.field.select();
        }
        Ok(this)
    }

    /// The shape whose text this is.
    pub fn id(&self) -> &ShapeId {
        &self.id
    }

    /// Moves the field to where the session is now; the text is left alone.
    pub fn place(&self, session: &TextSession, theme: Theme) {
        let style = self.field.style();
        let px = |value: f64| format!("{value:.2}px");
        let width_px = session.wrap_px.unwrap_or(session.width_px) + CARET_ROOM_PX;
        for (name, value) in [
            // Room for the caret goes where the lines end.
            ("left", px(session.at.x - CARET_ROOM_PX * caret_room_before(session.align))),
            ("top", px(session.at.y)),
            ("width", px(width_px)),
            ("height", px(session.height_px)),
            ("font-family", format!("\"{}\", {}", session.font.family(), session.font.fallback())),
            ("font-size", px(session.font_size_px)),
            ("line-height", scene::text::LINE_HEIGHT_EM.to_string()),
            ("color", theme.resolve(session.colour).css()),
            ("transform", format!("rotate({}rad)", session.angle)),
            ("transform-origin", format!("{}px {}px", session.pivot_px.x, session.pivot_px.y)),
            ("text-align", session.align.name().to_owned()),
        ] {
            // An invalid value leaves the property as it was.
            let _ = style.set_property(name, &value);
        }
    }

    /// Others changed the text: applies the splice without moving the caret off its letters.
    pub fn merge(&self, at_utf16: u32, delete_utf16: u32, insert: &str) {
        let units: Vec<u16> = self.field.value().encode_utf16().collect();
        let start = (at_utf16 as usize).min(units.len());
        let end = (start + delete_utf16 as usize).min(units.len());
        let insert: Vec<u16> = insert.encode_utf16().collect();
        let merged = String::from_utf16_lossy(&[&units[..start], &insert, &units[end..]].concat());
        let moved = |caret: Option<u32>| {
            let caret = caret.unwrap_or(0) as usize;
            let behind = if caret >= end { caret - end + start + insert.len() } else { caret.min(start) };
            u32::try_from(behind).unwrap_or(u32::MAX)
        };
        let selection = (self.field.selection_start().ok().flatten(), self.field.selection_end().ok().flatten());
        self.field.set_value(&merged);
        let _ = self.field.set_selection_range(moved(selection.0), moved(selection.1));
    }
}

/// How much of the caret's room lies left of the text, so that its lines stay where they are painted.
fn caret_room_before(align: Align) -> f64 {
    match align {
        Align::Left => 0.0,
        Align::Center => 0.5,
        Align::Right => 1.0,
    }
}

impl Drop for TextField {
    fn drop(&mut self) {
        self.field.remove();
    }
}

fn listen(
    field: &HtmlTextAreaElement,
    id: &ShapeId,
    tell: impl Fn(Input) + Clone + 'static,
) -> Result<Vec<Callback>, JsValue> {
    let composing = Rc::new(Cell::new(false));
    let ended = Rc::new(RefCell::new(false));
    let edited = {
        let (field, id, composing, tell) = (field.clone(), id.clone(), composing.clone(), tell.clone());
        move || tell(Input::TextEdited { id: id.clone(), text: field.value(), composing: composing.get() })
    };
    let end = {
        let (tell, ended) = (tell.clone(), ended.clone());
        move || {
            // Removing the field blurs it: the session ends once.
            if !ended.replace(true) {
                tell(Input::TextEnded);
            }
        }
    };
    let next = {
        let (tell, ended) = (tell.clone(), ended.clone());
        move |down: bool| {
            if !ended.replace(true) {
                tell(Input::TextNext { down });
            }
        }
    };
    let on_input = Callback::new({
        let edited = edited.clone();
        move |_: Event| edited()
    });
    let on_composition = Callback::new({
        move |event: Event| {
            composing.set(event.type_() == "compositionstart");
            if !composing.get() {
                edited();
            }
        }
    });
    let on_blur = Callback::new({
        let end = end.clone();
        move |_: Event| end()
    });
    let on_key = Callback::new(move |event: Event| {
        event.stop_propagation();
        let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
        let is_done = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if event.is_composing() {
            // The key is the input method's.
        } else if event.key() == "Escape" {
            event.prevent_default();
            end();
        } else if (event.key() == "Tab" && !event.shift_key()) || is_done {
            event.prevent_default();
            next(is_done);
        }
    });
    for (name, listener) in [
        ("input", &on_input),
        ("compositionstart", &on_composition),
        ("compositionend", &on_composition),
        ("blur", &on_blur),
        ("keydown", &on_key),
    ] {
        field.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref())?;
    }
    Ok(vec![on_input, on_composition, on_blur, on_key])
}
