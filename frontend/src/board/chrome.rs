//! Between the visit and the chrome: what the editor and the client say becomes signals, what a person asks for becomes
//! inputs. It must not decide anything.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use editor::{CursorKind, Editor, Input, Notice};
use leptos::prelude::*;
use scene::{Colour, Theme};
use sync::Status;
use visit::VisitInput;
use wasm_bindgen_futures::spawn_local;

use super::presenting;
use super::rescue::ends_page;
use super::shell::{Page, Shell};
use super::tasks::Task;
use crate::parts;
use crate::preferences;
use crate::store::{self, Person, Problem, Style, StyleChange, UiRequest};
use crate::words::{Words, key};

/// Colours of the board that the style panel offers.
const FREE_COLOURS: usize = 14;

/// What the chrome was told last.
pub(super) struct Chrome {
    own_colour: String,
    /// The remembered styles as they are kept.
    styles: String,
}

/// Wires requests and preferences of the page to the shell, until the component goes.
pub(super) fn follow(shell: &Rc<Shell>) {
    let page = shell.page;
    let weak = Rc::downgrade(shell);
    page.store.on_request(move |request| {
        let Some(shell) = weak.upgrade() else { return };
        let keeps_focus = request.keeps_focus();
        shell.edit(match request {
            UiRequest::SetTool(id) => Input::SelectTool(id.to_owned()),
            UiRequest::Command(id) | UiRequest::CommandKeepingFocus(id) => Input::Command(id.to_owned()),
            UiRequest::Find(text) => Input::Find(text),
            UiRequest::Restore(version) => Input::Restore(version),
            UiRequest::SetStyle(StyleChange(key, value)) => match board::Field::from_text(key, &value) {
                Some(field) => Input::SetStyle(field),
                None => return,
            },
            UiRequest::SetGeometry(field) => Input::SetGeometry(field),
            UiRequest::SetMark(mark) => Input::SetMark(mark),
            UiRequest::Show(id) => Input::Show(id),
            UiRequest::MoveSlide(id, to) => Input::MoveSlide { id, to },
            UiRequest::ShowPresented => return shell.show_presented(),
            UiRequest::LookFromMap(x, y) => return shell.look_from_map(scene::ScreenPoint::new(x, y)),
            UiRequest::ListSlides => return shell.list_slides(),
            UiRequest::Follow(id) => {
                let client = id.and_then(|id| id.parse().ok()).map(board::ClientId::from_random);
                Input::Follow(client)
            }
            UiRequest::BeginVoting(budget) => return shell.leave(Task::BeginVoting(budget)),
            UiRequest::PlaceNotes(notes) => Input::PlaceNotes(notes),
            UiRequest::FinishNotes(notes) => Input::FinishNotes(notes),
            UiRequest::WriteOn(note) => Input::WriteOn(note),
            UiRequest::PinThread(thread, at) => return shell.leave(Task::PinThread(thread, at)),
            UiRequest::ShowSelf(showing) => return shell.feed(VisitInput::Show(showing)),
            UiRequest::LookAt(point, shape) => return shell.look_at(point, shape.as_ref()),
            UiRequest::ListColours => return shell.list_colours(),
            UiRequest::ListCommands => return shell.list_commands(),
            UiRequest::Focus => return shell.focus(),
            UiRequest::Export(wish, task) => return spawn_local(parts::make_export(shell, wish, task)),
        });
        if !keeps_focus {
            shell.take_focus_back();
        }
    });
    let weak = StoredValue::new_local(Rc::downgrade(shell));
    Effect::new(move |before: Option<()>| {
        page.preferences.theme();
        if let (Some(()), Some(shell)) = (before, weak.with_value(std::rc::Weak::upgrade)) {
            shell.repaint_all();
        }
    });
    follow_slides(page, weak);
    Effect::new(move |_| {
        let keys = page.preferences.keys.get();
        if let Some(shell) = weak.with_value(std::rc::Weak::upgrade) {
            shell.edit(Input::SetKeys(keys));
        }
    });
    Effect::new(move |before: Option<()>| {
        let name = page.preferences.name.get();
        if let (Some(()), Some(shell)) = (before, weak.with_value(std::rc::Weak::upgrade)) {
            shell.feed(VisitInput::Named(name));
            shell.show_chrome();
        }
    });
}

/// Shows the frame that is presented, on the whole screen while there is one, without what others have selected.
fn follow_slides(page: Page, shell: StoredValue<std::rc::Weak<Shell>, LocalStorage>) {
    let store = page.store;
    Effect::new(move |before: Option<Option<usize>>| {
        let at = store.presenting.get();
        if at.is_some() != before.flatten().is_some() {
            presenting::fill_screen(at.is_some());
            if let Some(shell) = shell.with_value(std::rc::Weak::upgrade) {
                shell.edit(Input::HidePeerSelections(at.is_some()));
            }
        }
        if at.is_some() {
            untrack(|| store.request(UiRequest::ShowPresented));
        }
        at
    });
}

impl Chrome {
    /// Nothing was told yet.
    pub(super) fn new(own_colour: String) -> Self {
        Self { own_colour, styles: preferences::kept_styles() }
    }

    /// Writes what changed into the signals.
    pub(super) fn show(&mut self, page: Page, editor: &Editor) {
        let chrome = editor.chrome();
        let store = page.store;
        set(store.tool, chrome.tool);
        set(store.tool_locked, chrome.tool_locked);
        set(store.selection_count, chrome.selection_count);
        set(store.selection_number, chrome.selection_number);
        set(store.geometry, chrome.geometry);
        set(store.letters, chrome.letters);
        set(store.found, (chrome.found.at, chrome.found.count));
        set(store.is_lost, chrome.is_lost);
        set(store.lost_count, chrome.lost_count);
        set(store.view_mode, chrome.view_mode);
        if store.slides_open.get_untracked() || store.presenting.get_untracked().is_some() {
            set(store.slides, editor.slides());
        }
        set(store.can_undo, chrome.can_undo);
        set(store.can_redo, chrome.can_redo);
        set(store.zoom_percent, (chrome.zoom * 100.0).round() as u32);
        set(store.style, style_texts(&chrome.style));
        set(store.kinds, chrome.kinds);
        let styles = editor.remembered_styles();
        if styles != self.styles {
            preferences::keep_styles(&styles);
            self.styles = styles;
        }
        let own = Person {
            id: "self".to_owned(),
            name: page.preferences.name.get_untracked(),
            person: page.store.you.get_untracked().map(|you| you.to_string()).unwrap_or_default(),
            clients: Vec::new(),
            is_away: false,
            leads: page.store.leading.get_untracked(),
            color: self.own_colour.clone(),
            is_self: true,
        };
        let theme = scene_theme(page.preferences.theme_untracked());
        let mut people = vec![own];
        for peer in &chrome.people {
            let client = peer.client.get().to_string();
            // Two windows of one browser are one person.
            let is_known = |known: &&mut Person| !peer.person.is_empty() && known.person == peer.person;
            match people.iter_mut().find(is_known) {
                Some(known) => known.clients.push(client),
                None => people.push(Person {
                    id: client.clone(),
                    name: peer.name.clone(),
                    person: peer.person.clone(),
                    clients: vec![client],
                    is_away: peer.is_away,
                    leads: peer.leads,
                    color: theme.resolve(peer.colour).css(),
                    is_self: false,
                }),
            }
        }
        set(store.following, chrome.following.map(|client| client.get().to_string()));
        set(store.people, people);
    }
}

/// Tells the status; what ends the visit for good takes the page.
pub(super) fn show_status(page: Page, status: Status) {
    if let Status::Refused { code, .. } = status {
        match ends_page(status) {
            true => page.store.problem.set(Some(Problem::Refused(code))),
            // The board stays; why nothing more is taken is said once.
            false => page.toasts.push(page.words.named("problem", &format!("{}.text", code.id()))),
        }
    }
    set(
        page.store.status,
        match status {
            Status::Connecting => store::Status::Connecting,
            Status::Saved => store::Status::Saved,
            Status::Saving => store::Status::Saving,
            Status::Offline { kept } => store::Status::Offline { kept },
            Status::Reconnecting { .. } => store::Status::Reconnecting,
            Status::NotSaved { .. } => store::Status::NotSaved,
            Status::Paused { .. } => store::Status::Paused,
            Status::ViewOnly => store::Status::ReadOnly,
            Status::Outdated => store::Status::Outdated,
            Status::Refused { .. } => store::Status::Refused,
        },
    );
    if status == Status::Outdated {
        page.toasts.push(page.words.get(key::BOARD_OUTDATED).to_owned());
    }
}

/// Tells the owner that parts of the board could not be read.
pub(super) fn show_damage(page: Page, parts: u64) {
    let parts = usize::try_from(parts).unwrap_or(usize::MAX);
    page.toasts.push(page.words.count(key::NOTICE_DAMAGED_ONE, key::NOTICE_DAMAGED_MANY, parts));
}

/// A colour for one's own cursor, from a number: as CSS, since stock clients read it too.
pub(super) fn own_colour(number: u64) -> String {
    Theme::Light.resolve(visit::person_colour(number)).css()
}

/// So much of a text that is kept is shown in the notice of it, in characters.
const SHOWN_CHARS: usize = 80;

/// The words of a notice.
pub(super) fn notice_words(words: Words, notice: Notice) -> String {
    match notice {
        Notice::UndoKept { all: true, .. } => words.get(key::NOTICE_UNDO_KEPT_ALL).to_owned(),
        Notice::UndoKept { kept, all: false } => {
            words.count(key::NOTICE_UNDO_KEPT_ONE, key::NOTICE_UNDO_KEPT_MANY, kept)
        }
        Notice::DeletedMeanwhile { count } => {
            words.count(key::NOTICE_DELETED_MEANWHILE_ONE, key::NOTICE_DELETED_MEANWHILE_MANY, count)
        }
        Notice::DeletedWhileWriting { kept } if kept.is_empty() => words.get(key::NOTICE_DELETED_WRITING).to_owned(),
        Notice::DeletedWhileWriting { kept } => {
            let mut shown: String = kept.chars().take(SHOWN_CHARS).collect();
            if shown.len() < kept.len() {
                shown.push('…');
            }
            words.fill(key::NOTICE_DELETED_WRITING_KEPT, &[("text", &shown)])
        }
        Notice::Led => words.get(key::COMPANY_LED).to_owned(),
        Notice::PasteRefused => words.get(key::NOTICE_PASTE_REFUSED).to_owned(),
        Notice::UpdateRefused => words.get(key::NOTICE_UPDATE_REFUSED).to_owned(),
    }
}

/// The board's theme for the page's.
pub fn scene_theme(theme: preferences::Theme) -> Theme {
    match theme {
        preferences::Theme::Light => Theme::Light,
        preferences::Theme::Dark => Theme::Dark,
    }
}

/// The CSS value of a cursor.
pub(super) fn css_cursor(kind: CursorKind) -> &'static str {
    match kind {
        CursorKind::Default => "default",
        CursorKind::Move => "move",
        CursorKind::Crosshair => "crosshair",
        CursorKind::Text => "text",
        CursorKind::Grab => "grab",
        CursorKind::Grabbing => "grabbing",
        CursorKind::Rotate => "alias",
        CursorKind::ResizeVertical => "ns-resize",
        CursorKind::ResizeHorizontal => "ew-resize",
        CursorKind::ResizeFalling => "nwse-resize",
        CursorKind::ResizeRising => "nesw-resize",
        CursorKind::Eraser => "cell",
    }
}

fn style_texts(style: &editor::StyleOfSelection) -> Style {
    Style(style.entries.iter().map(|(key, field)| (*key, field.as_ref().map(board::Field::text))).collect())
}

/// The colours beside the palette's that the board uses, the most frequent first.
pub(super) fn free_colours(editor: &Editor) -> Vec<String> {
    let mut counts: HashMap<Colour, usize> = HashMap::new();
    for shape in editor.board().shapes() {
        for colour in std::iter::once(shape.stroke).chain(shape.fill).chain(shape.text_colour) {
            if matches!(colour, Colour::Rgba(_)) {
                *counts.entry(colour).or_default() += 1;
            }
        }
    }
    let mut colours: Vec<(Colour, usize)> = counts.into_iter().collect();
    colours.sort_by_key(|(colour, count)| (Reverse(*count), colour.to_string()));
    colours.into_iter().take(FREE_COLOURS).map(|(colour, _)| colour.to_string()).collect()
}

fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if *signal.read_untracked() != value {
        signal.set(value);
    }
}
