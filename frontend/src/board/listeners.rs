//! What the shell listens to: pointers, wheel and keys over the board, the clipboard, the window, the network.

use std::rc::Rc;

use editor::{Input, KeyPhase, PointerPhase};
use leptos::prelude::{document, window};
use visit::{Showing, VisitInput};
use wasm_bindgen::prelude::*;
use web_sys::{
    AddEventListenerOptions, ClipboardEvent, DragEvent, Event, EventTarget, KeyboardEvent, MouseEvent, PointerEvent,
    WheelEvent,
};

use super::events;
use super::paste;
use super::shell::Shell;
use super::tasks::Task;
use super::text_field::{TEXT_CHROME, follow};
use crate::clipboard::Held;

type Callback = Closure<dyn FnMut(Event)>;

/// Says that the last press was a pointer's: the board then gets the focus back from the chrome, without a focus ring.
pub(super) const PRESSED: &str = "data-pressed";

/// Listeners that go when this is dropped.
pub(super) struct Listeners {
    attached: Vec<(EventTarget, &'static str, Callback)>,
    size: Option<(web_sys::ResizeObserver, Closure<dyn FnMut()>)>,
}

/// Attaches everything.
///
/// # Errors
/// The browser refuses a listener.
pub(super) fn attach(shell: &Rc<Shell>) -> Result<Listeners, JsValue> {
    let mut listeners = Listeners { attached: Vec::new(), size: None };
    pointers(&mut listeners, shell)?;
    keys(&mut listeners, shell)?;
    clipboard(&mut listeners, shell)?;
    drops(&mut listeners, shell)?;
    listeners.on(&window(), "online", shell, |shell, _: Event| {
        shell.feed(VisitInput::Online);
        shell.leave(Task::SendImages);
    })?;
    listeners.on(&window(), "offline", shell, |shell, _: Event| shell.feed(VisitInput::Offline))?;
    listeners.on(&document(), "visibilitychange", shell, |shell, _: Event| {
        let is_hidden = document().hidden();
        if is_hidden {
            // It may never be shown again. What is still being put down is put down.
            shell.edit(Input::Blurred);
            shell.copy.hurry(shell);
        }
        shell.feed(VisitInput::Show(Showing::Away(is_hidden)));
    })?;
    listeners.on(&window(), "blur", shell, |shell, _: Event| shell.edit(Input::Blurred))?;
    listeners.on(&document(), "fullscreenchange", shell, |shell, _: Event| {
        // The browser keeps Escape for itself there.
        if !super::presenting::is_screen_filled() {
            shell.page.store.stop_presenting();
        }
    })?;
    // Text painted before its font came was painted in another one.
    if let Ok(fonts) = js_sys::Reflect::get(&document(), &"fonts".into())
        && let Ok(fonts) = fonts.dyn_into::<EventTarget>()
    {
        listeners.on(&fonts, "loadingdone", shell, |shell, _: Event| shell.repaint_all())?;
    }
    listeners.follow_size(shell)?;
    Ok(listeners)
}

fn pointers(listeners: &mut Listeners, shell: &Rc<Shell>) -> Result<(), JsValue> {
    let host: EventTarget = shell.host.clone().into();
    let phases = [
        ("pointerdown", PointerPhase::Down),
        ("pointermove", PointerPhase::Move),
        ("pointerup", PointerPhase::Up),
        ("pointercancel", PointerPhase::Cancel),
        ("pointerleave", PointerPhase::Leave),
    ];
    for (name, phase) in phases {
        listeners.on(&host, name, shell, move |shell, event: PointerEvent| {
            if is_over_text(&event.clone().into()) {
                return;
            }
            if phase == PointerPhase::Down {
                // Where the focus was in the text's bar, no blur has ended the text.
                if shell.is_typing() {
                    shell.edit(Input::TextEnded);
                }
                // Moves outside of the window still belong to the gesture.
                let _ = shell.host.set_pointer_capture(event.pointer_id());
                let _ = shell.host.focus();
                event.prevent_default();
            }
            shell.watch_long_press(&event, phase);
            shell.edit(events::pointer(&event, phase, &shell.host));
        })?;
    }
    listeners.on(&document(), "wheel", shell, |shell, event: WheelEvent| {
        // Over a panel a wheel scrolls the panel; with Mod it would zoom the whole page, so there it zooms the board.
        let is_over_board = shell.is_over_board(&event);
        if is_over_board || event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            shell.edit(events::wheel(&event, &shell.host));
        }
    })?;
    listeners.on(&document(), "pointerdown", shell, |shell, _: Event| {
        let _ = shell.host.set_attribute(PRESSED, "");
    })?;
    // The style panel works on the text that is being typed: pressing it must not take the focus from the field.
    listeners.on(&document(), "mousedown", shell, |shell, event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_chrome = target.is_some_and(|target| {
            matches!(target.closest(TEXT_CHROME), Ok(Some(_)))
                && !matches!(target.closest("input, textarea, select"), Ok(Some(_)))
        });
        if is_chrome && shell.is_typing() {
            event.prevent_default();
        }
    })?;
    listeners.on(&host, "click", shell, |shell, event: MouseEvent| {
        let has_mod = event.ctrl_key() || event.meta_key();
        if has_mod && !is_over_text(&event.clone().into()) {
            let at = events::place(&event, &shell.host);
            if let Some(link) = shell.with_editor(|editor| editor.link_at(at)) {
                follow(&link);
            }
        }
    })?;
    listeners.on(&host, "contextmenu", shell, |shell, event: PointerEvent| {
        if !is_over_text(&event.clone().into()) {
            event.prevent_default();
            shell.open_menu(&event);
        }
    })
}

fn keys(listeners: &mut Listeners, shell: &Rc<Shell>) -> Result<(), JsValue> {
    for (name, phase) in [("keydown", KeyPhase::Down), ("keyup", KeyPhase::Up)] {
        listeners.on(&document(), name, shell, move |shell, event: KeyboardEvent| {
            if event.is_composing() || events::is_for_page(&event) {
                return;
            }
            if event.key() == "Tab" {
                let _ = shell.host.remove_attribute(PRESSED);
            }
            shell.shift_held.set(event.shift_key());
            if phase == KeyPhase::Down && super::presenting::key(shell.page.store, &event) {
                return event.prevent_default();
            }
            let key = events::key(&event, phase);
            if phase == KeyPhase::Down && shell.is_key_bound(&key) {
                event.prevent_default();
            }
            shell.edit(Input::Key(key));
        })?;
    }
    Ok(())
}

fn clipboard(listeners: &mut Listeners, shell: &Rc<Shell>) -> Result<(), JsValue> {
    for (name, command) in [("copy", "copy"), ("cut", "cut")] {
        listeners.on(&document(), name, shell, move |shell, event: ClipboardEvent| {
            if !is_over_text(&event.clone().into()) {
                paste::copy(shell, event, command);
            }
        })?;
    }
    listeners.on(&document(), "paste", shell, |shell, event: ClipboardEvent| {
        if is_over_text(&event.clone().into()) {
            return;
        }
        let held = event.clipboard_data().map(|data| Held::of(&data)).unwrap_or_default();
        if !held.is_empty() {
            event.prevent_default();
            shell.leave(Task::Take { held, at: None, is_plain: shell.shift_held.get() });
        }
    })
}

/// What is dropped on the board. Anywhere else the browser would leave the page to show files.
fn drops(listeners: &mut Listeners, shell: &Rc<Shell>) -> Result<(), JsValue> {
    listeners.on(&document(), "dragover", shell, |_, event: DragEvent| event.prevent_default())?;
    listeners.on(&document(), "drop", shell, |shell, event: DragEvent| {
        event.prevent_default();
        let held = event.data_transfer().map(|data| Held::of(&data)).unwrap_or_default();
        if shell.is_over_board(&event) && !held.is_empty() {
            let at = Some(events::place(&event, &shell.host));
            shell.leave(Task::Take { held, at, is_plain: event.shift_key() });
        }
    })
}

/// Whether an event belongs to a field: the one on the board, or one of the chrome.
fn is_over_text(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let fields = "input, textarea, [contenteditable]";
    target.is_some_and(|element| matches!(element.closest(fields), Ok(Some(_))))
}

impl Listeners {
    fn on<E: JsCast + 'static>(
        &mut self,
        target: &EventTarget,
        name: &'static str,
        shell: &Rc<Shell>,
        act: impl Fn(&Rc<Shell>, E) + 'static,
    ) -> Result<(), JsValue> {
        let shell = Rc::downgrade(shell);
        let closure = Callback::new(move |event: Event| {
            if let Some(shell) = shell.upgrade() {
                act(&shell, event.unchecked_into());
            }
        });
        // Without this the browser would not let a wheel or a touch be taken from scrolling.
        let options = AddEventListenerOptions::new();
        options.set_passive(false);
        target.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            closure.as_ref().unchecked_ref(),
            &options,
        )?;
        self.attached.push((target.clone(), name, closure));
        Ok(())
    }

    fn follow_size(&mut self, shell: &Rc<Shell>) -> Result<(), JsValue> {
        let weak = Rc::downgrade(shell);
        let closure = Closure::<dyn FnMut()>::new(move || {
            if let Some(shell) = weak.upgrade() {
                shell.resize();
            }
        });
        let observer = web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref())?;
        observer.observe(&shell.host);
        self.size = Some((observer, closure));
        Ok(())
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        for (target, name, closure) in &self.attached {
            let _ = target.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        }
        if let Some((observer, _)) = &self.size {
            observer.disconnect();
        }
    }
}
