//! DOM events over the board become `editor::Input`. It must not know what the editor does with them.

use editor::{Button, Device, Input, KeyEvent, KeyPhase, Modifiers, PointerEvent, PointerPhase, WheelEvent};
use scene::ScreenPoint;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Pixels of one line, for wheels that count lines.
const LINE_PX: f64 = 16.0;
/// A button of the chrome whose popover is open.
const OPEN_OVERLAY: &str = "dialog[open], [aria-haspopup][aria-expanded=true]";
/// Pixels of one page, for wheels that count pages.
const PAGE_PX: f64 = 800.0;

/// A pointer event. `host` is the element that the board fills.
pub fn pointer(event: &web_sys::PointerEvent, phase: PointerPhase, host: &Element) -> Input {
    let rect = host.get_bounding_client_rect();
    let place = |event: &web_sys::PointerEvent| {
        ScreenPoint::new(f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top())
    };
    let mut coalesced = Vec::new();
    if phase == PointerPhase::Move && event.buttons() != 0 && can_unfold(event) {
        let folded = event.get_coalesced_events();
        // The last of them is the event itself.
        for index in 0..folded.length().saturating_sub(1) {
            if let Ok(event) = folded.get(index).dyn_into::<web_sys::PointerEvent>() {
                coalesced.push((place(&event), f64::from(event.pressure())));
            }
        }
    }
    Input::Pointer(PointerEvent {
        phase,
        id: event.pointer_id(),
        at: place(event),
        pressure: f64::from(event.pressure()),
        device: match event.pointer_type().as_str() {
            "pen" => Device::Pen,
            "touch" => Device::Touch,
            _ => Device::Mouse,
        },
        button: match event.button() {
            1 => Button::Middle,
            2 => Button::Secondary,
            _ => Button::Primary,
        },
        modifiers: Modifiers {
            shift: event.shift_key(),
            alt: event.alt_key(),
            ctrl: event.ctrl_key(),
            meta: event.meta_key(),
        },
        coalesced,
    })
}

/// Whether the browser tells what it folded into an event; over plain http it does not.
fn can_unfold(event: &web_sys::PointerEvent) -> bool {
    js_sys::Reflect::has(event, &"getCoalescedEvents".into()).unwrap_or(false)
}

/// Where a mouse event is.
pub fn place(event: &web_sys::MouseEvent, host: &Element) -> ScreenPoint {
    let rect = host.get_bounding_client_rect();
    ScreenPoint::new(f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top())
}

/// A wheel event, in pixels whatever the wheel counts in.
pub fn wheel(event: &web_sys::WheelEvent, host: &Element) -> Input {
    let rect = host.get_bounding_client_rect();
    let unit_px = match event.delta_mode() {
        web_sys::WheelEvent::DOM_DELTA_LINE => LINE_PX,
        web_sys::WheelEvent::DOM_DELTA_PAGE => PAGE_PX,
        _ => 1.0,
    };
    // A plain wheel turned with Shift means sideways; some browsers swap the axes themselves.
    let is_sideways = event.shift_key() && event.delta_x() == 0.0;
    let (x, y) = if is_sideways { (event.delta_y(), 0.0) } else { (event.delta_x(), event.delta_y()) };
    Input::Wheel(WheelEvent {
        at: ScreenPoint::new(f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top()),
        delta_x: x * unit_px,
        delta_y: y * unit_px,
        modifiers: Modifiers {
            shift: event.shift_key(),
            alt: event.alt_key(),
            ctrl: event.ctrl_key(),
            meta: event.meta_key(),
        },
    })
}

/// A key event.
pub fn key(event: &web_sys::KeyboardEvent, phase: KeyPhase) -> KeyEvent {
    KeyEvent {
        key: event.key(),
        code: event.code(),
        modifiers: Modifiers {
            shift: event.shift_key(),
            alt: event.alt_key(),
            ctrl: event.ctrl_key(),
            meta: event.meta_key(),
        },
        phase,
    }
}

/// Whether a key event belongs to a field or a dialog of the page rather than to the board.
pub fn is_for_page(event: &web_sys::KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    let is_field =
        matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable();
    // Enter and Space press the button that has the focus; a dialog keeps all its keys.
    let is_press = target.tag_name() == "BUTTON" && matches!(event.key().as_str(), "Enter" | " " | "Tab");
    let is_radio_move = target.get_attribute("role").as_deref() == Some("radio") && event.key().starts_with("Arrow");
    let is_tab = event.key() == "Tab" && target.id() != "board-host";
    // An open popover keeps its keys although the focus stays on the button that opened it, and an open dialog although
    // what had the focus in it may have gone.
    let page = target.owner_document();
    let has_overlay = page.is_some_and(|page| matches!(page.query_selector(OPEN_OVERLAY), Ok(Some(_))));
    is_field || is_press || is_radio_move || is_tab || has_overlay
}
