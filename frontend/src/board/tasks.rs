//! What the shell leaves to code that comes after the board is there: the meeting, and images on their way. What is asked
//! for before that waits. It must not know how any of it is done.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use editor::{Input, Output};
use leptos::prelude::*;
use protocol::ThreadId;
use scene::ScreenPoint;
use web_sys::File;

use super::shell::Shell;
use crate::clipboard::Held;
use crate::meeting::Meeting;

/// The shell of the board that is drawn, for those to whom it leaves things; provided by context.
#[derive(Clone, Copy)]
pub struct Drawn(pub RwSignal<Weak<Shell>, LocalStorage>);

impl Default for Drawn {
    fn default() -> Self {
        Self(RwSignal::new_local(Weak::new()))
    }
}

/// Tasks that wait at once; older ones are let go.
const TASKS_MAX: usize = 32;

/// Something that is left to others.
pub enum Task {
    /// The editor takes an input whose code was not there.
    Edit(Input),
    /// The board was joined, now or again.
    Joined,
    /// The server told of changes of the meeting.
    Heard { from: u64, head: u64, changes: String },
    /// What the editor says of the meeting.
    Meet(Output),
    /// A voting on what is selected begins.
    BeginVoting(u32),
    /// A thread is pinned to what is at a place of the board, in board pixels.
    PinThread(ThreadId, [f64; 2]),
    /// Pins move with their shapes.
    PlacePins,
    /// Images are to be painted and are not there.
    LoadImages,
    /// Images may reach the server now.
    SendImages,
    /// A person wants what is on the clipboard.
    Paste,
    /// A person wants to pick files.
    PickFiles { replaces: bool },
    /// Something goes on the board that a clipboard or a hand holds; as plain text, if so wanted.
    Take { held: Held, at: Option<ScreenPoint>, is_plain: bool },
    /// Files go on the board.
    BringFiles { files: Vec<File>, at: Option<ScreenPoint> },
    /// Shapes of another board of this browser were pasted; their images follow.
    BringImages(String),
}

/// Does a task.
pub type Perform = fn(&Rc<Shell>, Meeting, Task);

/// What is left to others, and who does it.
#[derive(Default)]
pub(super) struct Left {
    performer: Cell<Option<(Perform, Meeting)>>,
    tasks: RefCell<VecDeque<Task>>,
    has_joined: Cell<bool>,
}

impl Task {
    /// Nothing is lost without it: whoever comes reads how everything is by then.
    fn is_read_anew(&self) -> bool {
        matches!(self, Self::Joined | Self::Heard { .. } | Self::PlacePins | Self::LoadImages | Self::SendImages)
    }
}

impl Shell {
    /// Has something done, now or once there is somebody to do it.
    pub fn leave(self: &Rc<Self>, task: Task) {
        if let Some((perform, meeting)) = self.left.performer.get() {
            return perform(self, meeting, task);
        }
        self.left.has_joined.set(self.left.has_joined.get() || matches!(task, Task::Joined));
        if !task.is_read_anew() {
            let mut tasks = self.left.tasks.borrow_mut();
            if tasks.len() >= TASKS_MAX {
                tasks.pop_front();
            }
            tasks.push_back(task);
            drop(tasks);
            self.page.store.want_around();
        }
    }

    /// What is to be painted and is not there is a reason to ask for what brings it.
    pub(super) fn load_images(self: &Rc<Self>) {
        if self.images.pictures.borrow().wants_some() {
            self.page.store.want_around();
            self.leave(Task::LoadImages);
        }
    }

    /// Has tasks done from now on, those that waited first.
    pub fn take_up(self: &Rc<Self>, perform: Perform, meeting: Meeting) {
        self.left.performer.set(Some((perform, meeting)));
        if self.left.has_joined.get() {
            perform(self, meeting, Task::Joined);
        }
        for task in self.left.tasks.take().into_iter().chain([Task::PlacePins, Task::LoadImages]) {
            perform(self, meeting, task);
        }
    }
}
