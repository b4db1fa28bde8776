//! Dragging something that lies in the layer of pins, by pointer or by arrow keys. It must not know what is dragged.

use std::cell::Cell;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::pins::PINS;

/// A press that moves no farther than this is none that drags, in CSS pixels.
const STILL_PX: f64 = 4.0;
/// How far an arrow key goes, in CSS pixels.
const STEP_PX: f64 = 16.0;

/// The drag of one thing.
#[derive(Clone, Copy)]
pub struct Drag {
    /// The pointer, and where it was pressed.
    pressed: StoredValue<Option<(i32, [f64; 2])>>,
    /// How far it has been dragged, in board pixels; nothing while it stays.
    pub by: RwSignal<Option<[f64; 2]>>,
}

thread_local! {
    /// The click that ends a drag is no press. What was dragged may be made anew before that click comes, and so cannot
    /// know it by itself.
    static WAS_DRAGGED: Cell<bool> = const { Cell::new(false) };
}

impl Drag {
    /// Of something that rests.
    pub fn new() -> Self {
        Self { pressed: StoredValue::new(None), by: RwSignal::new(None) }
    }

    /// The pointer was pressed on it; `may_move` if it can be dragged.
    pub fn press(self, event: &PointerEvent, may_move: bool) {
        WAS_DRAGGED.set(false);
        if !may_move || event.button() != 0 || !event.is_primary() {
            return;
        }
        let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| target.set_pointer_capture(event.pointer_id()).is_ok()) {
            self.pressed.set_value(Some((event.pointer_id(), place(event))));
        }
    }

    /// The pointer moves.
    pub fn go(self, event: &PointerEvent) {
        let Some((_, from)) = self.pressed.get_value().filter(|(pointer, _)| *pointer == event.pointer_id()) else {
            return;
        };
        let at = place(event);
        let by_px = [at[0] - from[0], at[1] - from[1]];
        if self.by.read_untracked().is_some() || by_px[0].hypot(by_px[1]) > STILL_PX {
            self.by.set(Some(by_px.map(|px| px / zoom())));
        }
    }

    /// The pointer is let go; how far that was, if anywhere.
    pub fn release(self) -> Option<[f64; 2]> {
        let was_pressed = self.pressed.try_update_value(Option::take).flatten().is_some();
        let by = self.by.try_update(Option::take).flatten();
        // No click comes after keys.
        WAS_DRAGGED.set(was_pressed && by.is_some());
        by
    }

    /// It stays where it was.
    pub fn cancel(self) {
        self.release();
    }

    /// Whether a click is the end of a drag.
    pub fn is_end_of_drag() -> bool {
        WAS_DRAGGED.take()
    }

    /// An arrow key moves it a step; whether this was one. [`release`](Self::release) when the key is let go.
    pub fn nudge(self, event: &KeyboardEvent) -> bool {
        let Some([x, y]) = arrow(&event.key()) else { return false };
        event.prevent_default();
        event.stop_propagation();
        let step = STEP_PX / zoom();
        self.by.update(|by| {
            let [across, down] = by.unwrap_or_default();
            *by = Some([across + x * step, down + y * step]);
        });
        true
    }
}

/// Which way an arrow key leads.
pub fn arrow(key: &str) -> Option<[f64; 2]> {
    match key {
        "ArrowLeft" => Some([-1.0, 0.0]),
        "ArrowRight" => Some([1.0, 0.0]),
        "ArrowUp" => Some([0.0, -1.0]),
        "ArrowDown" => Some([0.0, 1.0]),
        _ => None,
    }
}

fn place(event: &PointerEvent) -> [f64; 2] {
    [f64::from(event.client_x()), f64::from(event.client_y())]
}

/// How many CSS pixels a board pixel takes, as the layer shows it.
fn zoom() -> f64 {
    let layer = document().get_element_by_id(PINS).and_then(|layer| layer.dyn_into::<web_sys::HtmlElement>().ok());
    let zoom = layer.and_then(|layer| layer.style().get_property_value("--zoom").ok()?.parse().ok());
    zoom.filter(|zoom: &f64| *zoom > 0.0).unwrap_or(1.0)
}
