//! Does what the shell leaves to others (`tasks`): carries the meeting between the board and the page, and brings images. It
//! must not know how a meeting looks.

use std::rc::{Rc, Weak};

use editor::{Input, Output};
use leptos::prelude::*;
use scene::BoardPoint;
use visit::{Showing, VisitInput};
use wasm_bindgen_futures::spawn_local;

use super::shell::Shell;
use super::tasks::{Drawn, Task};
use super::{files, images, paste, pins};
use crate::meeting::Meeting;
use crate::panels::company;
use crate::ui::dynamic::effect;

/// Attends to the board of the page, whenever there is one, until the component goes.
pub fn attend(meeting: Meeting) {
    let Drawn(drawn) = expect_context();
    effect(move || {
        if let Some(shell) = drawn.with(Weak::upgrade) {
            follow(&shell, meeting);
        }
    });
}

/// Wires the meeting to the shell.
fn follow(shell: &Rc<Shell>, meeting: Meeting) {
    shell.visit.borrow_mut().editor_mut().take_up(&editor::SELDOM);
    meeting.recall(shell.place.id.clone());
    shell.take_up(perform, meeting);
    pins::follow_camera(shell.with_editor(|editor| editor.camera()));
    let begun = Rc::clone(shell);
    spawn_local(async move { images::begin(&begun).await });
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
            place_pins(&shell, meeting);
        }
    });
}

fn perform(shell: &Rc<Shell>, meeting: Meeting, task: Task) {
    match task {
        Task::Edit(input) => shell.edit(input),
        Task::Joined => meeting.joined(shell.place.id.clone(), shell.place.key.clone()),
        Task::Heard { from, head, changes } => meeting.hear(from, head, &changes),
        Task::Meet(Output::Reaction { client, which, at }) => {
            show_reaction(shell, client, which, at.map(|at| [at.x, at.y]));
        }
        Task::Meet(Output::Pin(pin)) => {
            meeting.begin_at(pin);
            place_pins(shell, meeting);
        }
        Task::Meet(Output::PrivateNote(at)) => meeting.facilitating.notes.write_at(at),
        Task::Meet(_) => {}
        Task::BeginVoting(budget) => {
            let shapes = shell.with_editor(|editor| editor.selection().iter().map(ToString::to_string).collect());
            meeting.facilitating.begin_voting(shapes, budget);
        }
        Task::PinThread(thread, [x, y]) => {
            let pin = shell.with_editor(|editor| editor.pin_under(BoardPoint::new(x, y)));
            meeting.move_thread(thread, pin);
            place_pins(shell, meeting);
        }
        Task::PlacePins => place_pins(shell, meeting),
        Task::LoadImages => images::load_wanted(shell),
        Task::SendImages => images::send_waiting(shell),
        Task::Paste => paste::ask(shell),
        Task::Take { held, at, is_plain } => paste::take(shell, held, at, is_plain),
        Task::PickFiles { replaces } => images::pick(shell, replaces),
        Task::BringFiles { files, at } => files::bring(shell, files, at),
        Task::BringImages(text) => files::bring_images(shell, &text),
    }
}

/// Puts each pin where its shape is now.
fn place_pins(shell: &Shell, meeting: Meeting) {
    shell.with_editor(|editor| {
        meeting.place(|place| {
            let shape = place.shape.as_ref().map(|shape| (shape.id.as_str(), shape.offset));
            let at = editor.pinned_at(place.point, shape);
            [at.x, at.y]
        });
    });
}

/// Lets a reaction float up.
fn show_reaction(shell: &Shell, client: Option<board::ClientId>, which: String, at: Option<[f64; 2]>) {
    let id = client.map_or_else(|| "self".to_owned(), |client| client.get().to_string());
    let people = shell.page.store.people.read_untracked();
    let color = people.iter().find(|person| person.id == id).map(|person| person.color.clone());
    company::float(shell.page.store, which, at, color.unwrap_or_default());
}
