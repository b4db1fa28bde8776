//! Moves what lies over the board along with it: the camera as CSS variables of the layer of pins. It must not know what is
//! pinned.

use std::rc::Rc;

use editor::{Damage, Input};
use leptos::prelude::*;
use scene::{BoardPoint, Camera};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::shell::Shell;
use super::tasks::Task;
use crate::panels::pins::PINS;

/// Goes along with what the board shows anew.
pub(super) fn follow(shell: &Rc<Shell>, camera: Camera, damage: &Damage) {
    if damage.view {
        follow_camera(camera);
    }
    if !damage.is_none() {
        shell.leave(Task::PlacePins);
    }
}

/// Moves the layer with the camera: the pins themselves stay as they are.
pub(super) fn follow_camera(camera: Camera) {
    let layer = document().get_element_by_id(PINS).and_then(|layer| layer.dyn_into::<HtmlElement>().ok());
    let Some(layer) = layer else { return };
    let origin = camera.to_screen(BoardPoint::ORIGIN);
    for (name, value) in [
        ("--zoom", format!("{:.5}", camera.zoom())),
        ("--pan-x", format!("{:.2}px", origin.x)),
        ("--pan-y", format!("{:.2}px", origin.y)),
    ] {
        let _ = layer.style().set_property(name, &value);
    }
}

impl Shell {
    /// Brings what is pinned to a place into view.
    pub fn look_at(self: &Rc<Self>, point: [f64; 2], shape: Option<&(String, [f64; 2])>) {
        let shape = shape.map(|(id, offset)| (id.as_str(), *offset));
        let at = self.visit.borrow().editor().pinned_at(point, shape);
        self.edit(Input::BringIntoView(at));
    }
}

/// Whether this person asked the browser for less motion.
pub(super) fn is_calm() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
