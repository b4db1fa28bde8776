//! Lays what belongs to a meeting over the board: the camera as CSS variables of the layer of pins, where each pin is, and
//! reactions. It must not know what is pinned.

use std::rc::{Rc, Weak};

use editor::{Damage, Editor, Input, Output};
use leptos::prelude::*;
use scene::{BoardPoint, Camera};
use visit::{Showing, VisitInput};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::shell::Shell;
use crate::meeting::Meeting;
use crate::panels::company;
use crate::panels::pins::PINS;
use crate::ui::dynamic::effect;

/// Wires the meeting to the shell, until the component goes.
pub(super) fn follow_meeting(shell: &Rc<Shell>) {
    let meeting = shell.page.meeting;
    let weak = StoredValue::new_local(Rc::downgrade(shell));
    effect(move || {
        if let (Some(you), Some(shell)) = (meeting.you.get(), weak.with_value(Weak::upgrade)) {
            shell.feed(VisitInput::Show(Showing::Person(you.to_string())));
            shell.show_chrome();
        }
    });
    effect(move || {
        let is_private = meeting.facilitating.notes.is_private();
        if let Some(shell) = weak.with_value(Weak::upgrade) {
            shell.edit(Input::KeepNotesPrivate(is_private));
        }
    });
    effect(move || {
        meeting.threads.track();
        meeting.facilitating.voting.track();
        if let Some(shell) = weak.with_value(Weak::upgrade) {
            shell.place_pins();
        }
    });
}

/// Goes along with what the board shows anew.
pub(super) fn follow(meeting: Meeting, editor: &Editor, damage: &Damage) {
    if damage.view {
        follow_camera(editor.camera());
    }
    if !damage.is_none() {
        place(meeting, editor);
    }
}

/// Moves the layer with the camera: the pins themselves stay as they are.
fn follow_camera(camera: Camera) {
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

/// Puts each pin where its shape is now.
fn place(meeting: Meeting, editor: &Editor) {
    meeting.place(|place| {
        let shape = place.shape.as_ref().map(|shape| (shape.id.as_str(), shape.offset));
        let at = editor.pinned_at(place.point, shape);
        [at.x, at.y]
    });
}

impl Shell {
    /// What the editor says of the meeting.
    pub fn show_meeting(&self, output: Output) {
        let meeting = self.page.meeting;
        match output {
            Output::Reaction { client, which, at } => self.show_reaction(client, which, at.map(|at| [at.x, at.y])),
            Output::Pin(pin) => {
                meeting.begin_at(pin);
                self.place_pins();
            }
            Output::PrivateNote(at) => meeting.facilitating.notes.write_at(at),
            _ => {}
        }
    }

    /// Begins a voting on what is selected.
    pub fn begin_voting(&self, budget: u32) {
        let shapes = self.visit.borrow().editor().selection().iter().map(ToString::to_string).collect();
        self.page.meeting.facilitating.begin_voting(shapes, budget);
    }

    /// Lets a reaction float up.
    fn show_reaction(&self, client: Option<board::ClientId>, which: String, at: Option<[f64; 2]>) {
        let id = client.map_or_else(|| "self".to_owned(), |client| client.get().to_string());
        let people = self.page.store.people.read_untracked();
        let color = people.iter().find(|person| person.id == id).map(|person| person.color.clone());
        company::float(self.page.store, which, at, color.unwrap_or_default());
    }

    /// Puts the page's pins where they belong on the board.
    pub fn place_pins(&self) {
        place(self.page.meeting, self.visit.borrow().editor());
    }

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
