//! The seam between the chrome and the shells: signals that the shells write, requests that the chrome makes. It must not
//! know an editor or a connection, nor the DOM.

mod exporting;

use board::{Kind, ShapeId};
use editor::{Geometry, GeometryField, Letters, PlacedNote, Slide, TOOLS};
use leptos::prelude::*;
use leptos::reactive::callback::{Callable, UnsyncCallback};
use protocol::{ErrorCode, PersonId, Role, ThreadId};
use scene::text::Mark;
use visit::Showing;

pub use self::exporting::{ExportFormat, ExportTask, ExportWish, Exported, Preview};
use crate::api::ApiError;

/// The styles that the selection or the next shape has, by their keys, with their values as text; none where the selected
/// shapes differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style(pub Vec<(&'static str, Option<String>)>);

impl Style {
    /// Whether there is something to style by this key.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == key)
    }

    /// The value that all have.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == key)?.1.as_deref()
    }
}

/// One change of style: a key of [`editor::STYLES`] and its value as text, empty for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleChange(pub &'static str, pub String);

/// Somebody on the board.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Tells people of one name apart; stable while they stay.
    pub id: String,
    /// As they call themselves.
    pub name: String,
    /// Who they say they are, as comments name people; empty where they do not.
    pub person: String,
    /// The Yjs clients of all their windows; of the reader's, of the others.
    pub clients: Vec<String>,
    /// Whether their page is out of sight.
    pub is_away: bool,
    /// Whether they lead everybody.
    pub leads: bool,
    /// CSS colour of their cursor.
    pub color: String,
    /// Whether it is the reader.
    pub is_self: bool,
}

/// A reaction on its way up.
#[derive(Debug, Clone, PartialEq)]
pub struct Float {
    /// Tells it from others.
    pub number: u64,
    /// One of `editor::REACTIONS`.
    pub which: String,
    /// Where, in board pixels; at the lower edge where absent.
    pub at: Option<[f64; 2]>,
    /// CSS colour of whose it is.
    pub color: String,
}

/// How safe the reader's changes are. Always true, never alarming.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// The first connection is being made.
    #[default]
    Connecting,
    /// Everything is on the server's disk.
    Saved,
    /// Something is on its way.
    Saving,
    /// No connection; this many changes wait in the browser.
    Offline {
        /// Changes that the server has not acknowledged.
        kept: usize,
    },
    /// The board is on its way to another server; changes wait in the browser meanwhile.
    Reconnecting,
    /// The server cannot reach its store; changes wait in the browser.
    NotSaved,
    /// So much waits for the server's store that it takes nothing more for now.
    Paused,
    /// The link only shows.
    ReadOnly,
    /// The page is older than the board and has to be reloaded before it may write.
    Outdated,
    /// The server ended the visit for good.
    Refused,
}

impl Status {
    /// The value of `data-status`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Saved => "saved",
            Self::Saving => "saving",
            Self::Offline { .. } => "offline",
            Self::Reconnecting => "reconnecting",
            Self::NotSaved => "not-saved",
            Self::Paused => "paused",
            Self::ReadOnly | Self::Outdated => "read-only",
            Self::Refused => "refused",
        }
    }
}

/// Why a board is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The server said no.
    Refused(ErrorCode),
    /// The server gave no answer, and the board was never open here.
    Unreachable,
    /// The address leads nowhere.
    NoPage,
}

impl Problem {
    /// The id of its words in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::Refused(ErrorCode::Resync) => ErrorCode::Unavailable.id(),
            Self::Refused(code) => code.id(),
            Self::Unreachable => "unreachable",
            Self::NoPage => "no-page",
        }
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Unreachable => Self::Unreachable,
            ApiError::Refused(code) => Self::Refused(code),
        }
    }
}

/// Where an address leads on its board.
#[derive(Debug, Clone, PartialEq)]
pub enum Destination {
    /// To a shape, by its id.
    Shape(String),
    /// To a view: the middle in board pixels, and screen pixels of a board pixel.
    View(f64, f64, f64),
}

impl Destination {
    /// What a fragment says, if it says any.
    pub fn parse(fragment: &str) -> Option<Self> {
        let mut parts = fragment.trim_start_matches('#').split('&');
        parts.find_map(|part| match part.split_once('=')? {
            ("at", id) => Some(Self::Shape(id.to_owned())),
            ("view", numbers) => {
                let read = |number| serde_json::from_str::<f64>(number).ok();
                let numbers: Vec<f64> = numbers.split(',').filter_map(read).collect();
                match numbers[..] {
                    [x, y, zoom] if numbers.iter().all(|number| number.is_finite()) => Some(Self::View(x, y, zoom)),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// The fragment that [`Destination::parse`] reads.
    pub fn fragment(&self) -> String {
        match self {
            Self::Shape(id) => format!("#at={id}"),
            Self::View(x, y, zoom) => format!("#view={x:.0},{y:.0},{zoom:.4}"),
        }
    }
}

/// Something that a person asked for in the chrome.
#[derive(Debug, Clone, PartialEq)]
pub enum UiRequest {
    /// Take a tool.
    SetTool(&'static str),
    /// Change the style of the selection, or of the next shape.
    SetStyle(StyleChange),
    /// Bring a place into view: in board pixels, and a shape that it is on, with the place on it.
    LookAt([f64; 2], Option<(String, [f64; 2])>),
    /// Have the view follow somebody by their [`Person::id`], or nobody.
    Follow(Option<String>),
    /// Begin a voting on what is selected, with so many votes a person.
    BeginVoting(u32),
    /// Make shapes of notes that were private.
    PlaceNotes(Vec<PlacedNote>),
    /// Write what the reader typed last into notes that somebody else makes shapes of.
    FinishNotes(Vec<PlacedNote>),
    /// Go on writing on such a note once it is there, with the caret there in UTF-16 units; on none any more.
    WriteOn(Option<(ShapeId, u32)>),
    /// Pin a thread to what is at a place of the board, in board pixels.
    PinThread(ThreadId, [f64; 2]),
    /// Show something of oneself to the others.
    ShowSelf(Showing),
    /// Run a command.
    Command(&'static str),
    /// Run a command and leave the focus where it is.
    CommandKeepingFocus(&'static str),
    /// Letters look so: those selected in the text that is being typed, or all of the selection.
    SetMark(Mark),
    /// Set a number of the selection.
    SetGeometry(GeometryField),
    /// Look for a text.
    Find(String),
    /// Give the focus to the board.
    Focus,
    /// Look at what the map shows there, in pixels from its corner.
    LookFromMap(f64, f64),
    /// Let a frame fill the view, by its id.
    Show(String),
    /// Put a frame at another place of the list, counted from 0, by its id.
    MoveSlide(String, usize),
    /// Let the frame that is presented fill the view.
    ShowPresented,
    /// Look up the frames, for [`BoardStore::slides`].
    ListSlides,
    /// Look up which commands can be run now, for [`BoardStore::enabled_commands`].
    ListCommands,
    /// Make a file of the board.
    Export(ExportWish, ExportTask),
    /// Make the board as it is in a version, given as a document update.
    Restore(Vec<u8>),
    /// Look up which colours the board uses, for [`BoardStore::board_colours`].
    ListColours,
}

impl UiRequest {
    /// Whether the focus stays where it is: who types in the search, or on a private note, goes on typing there.
    pub fn keeps_focus(&self) -> bool {
        matches!(
            self,
            Self::Find(_)
                | Self::CommandKeepingFocus(_)
                | Self::PlaceNotes(_)
                | Self::FinishNotes(_)
                | Self::WriteOn(_)
        )
    }
}

/// Images on their way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploading {
    /// How many, with the one that is being sent.
    pub images: usize,
    /// How much of that one is sent.
    pub percent: u32,
}

/// A copy of a board that can no longer be written, with changes that are on no server. Addresses are of blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescue {
    /// How many changes the server never took.
    pub count: usize,
    /// Our own form.
    pub json: String,
    /// Pixels, where they could be made.
    pub png: Option<String>,
}

/// Where the text that is being typed is, in CSS pixels of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextAt {
    /// The left side, of the shape that is written on where there is one.
    pub x: f64,
    /// The top side.
    pub y: f64,
    /// From there to its lower side.
    pub height: f64,
    /// The upper and the lower side of the shape that is written on; the text's own where it stands alone or on a line.
    pub shape: (f64, f64),
}

/// One open board, provided by context. The canvas shell writes the signals and takes the requests.
#[derive(Clone, Copy)]
pub struct BoardStore {
    /// The tool in hand.
    pub tool: RwSignal<&'static str>,
    /// It stays in hand after use.
    pub tool_locked: RwSignal<bool>,
    /// Style of the selection, or of the next shape.
    pub style: RwSignal<Style>,
    /// The shape that was drawn last, for the toolbar.
    pub last_shape: RwSignal<&'static str>,
    /// The kinds that something selected may become, its own among them.
    pub kinds: RwSignal<Vec<&'static Kind>>,
    /// Colours beside the palette's that the board uses, as text.
    pub board_colours: RwSignal<Vec<String>>,
    /// The selection in numbers.
    pub geometry: RwSignal<Option<Geometry>>,
    /// What the letters that a mark would go to have in common.
    pub letters: RwSignal<Option<Letters>>,
    /// Where the text that is being typed is.
    pub text_at: RwSignal<Option<TextAt>>,
    /// Which of how many texts that were found is shown.
    pub found: RwSignal<(usize, usize)>,
    /// Nothing of the board is in view although there is something.
    pub is_lost: RwSignal<bool>,
    /// How many shapes others deleted that the reader had changed meanwhile.
    pub lost_count: RwSignal<usize>,
    /// The reader looks on only, for as long as they want.
    pub view_mode: RwSignal<bool>,
    /// Where the context menu was asked for, in pixels of the page.
    pub menu_at: RwSignal<Option<(f64, f64)>>,
    /// A command of the page's own that was run.
    pub asked: RwSignal<Option<&'static str>>,
    /// The map is shown.
    pub map_open: RwSignal<bool>,
    /// The list of frames is shown.
    pub slides_open: RwSignal<bool>,
    /// The frames, in their order: kept up while they are listed or presented.
    pub slides: RwSignal<Vec<Slide>>,
    /// Which of them is presented.
    pub presenting: RwSignal<Option<usize>>,
    /// Where the address leads, until it was gone to.
    pub destination: StoredValue<Option<Destination>>,
    enabled: StoredValue<Vec<&'static str>>,
    selection_is_locked: StoredValue<bool>,
    /// How many shapes are selected.
    pub selection_count: RwSignal<usize>,
    /// Another one for every selection.
    pub selection_number: RwSignal<u64>,
    /// Whether there is something of one's own to undo.
    pub can_undo: RwSignal<bool>,
    /// Whether there is something to redo.
    pub can_redo: RwSignal<bool>,
    /// The camera's zoom, in per cent.
    pub zoom_percent: RwSignal<u32>,
    /// Everybody on the board, the reader first.
    pub people: RwSignal<Vec<Person>>,
    /// Who of the others is signed in: [`Person::id`], and the name that is their account's.
    pub signed_in: RwSignal<Vec<(String, String)>>,
    /// What is offered to be saved when the board can no longer be written.
    pub rescue: RwSignal<Option<Rescue>>,
    /// What the export would look like.
    pub exported: RwSignal<Preview>,
    /// What of images is on its way to the server.
    pub uploading: RwSignal<Option<Uploading>>,
    /// The id of whom the view follows.
    pub following: RwSignal<Option<String>>,
    /// Whether the reader leads everybody.
    pub leading: RwSignal<bool>,
    /// Reactions that float over the board.
    pub floats: RwSignal<Vec<Float>>,
    /// How safe the reader's changes are.
    pub status: RwSignal<Status>,
    /// What the reader may do.
    pub role: RwSignal<Role>,
    /// Empty when untitled.
    pub title: RwSignal<String>,
    /// Set when the visit ends for good: a page takes the board's place.
    pub problem: RwSignal<Option<Problem>>,
    /// What stands around the board is to be loaded.
    pub around_wanted: RwSignal<bool>,
    /// Who the reader is, once the meeting knows.
    pub you: RwSignal<Option<PersonId>>,
    requests: StoredValue<Option<UnsyncCallback<UiRequest>>, LocalStorage>,
}

impl BoardStore {
    /// The store of a board that is being opened.
    pub fn opening() -> Self {
        Self {
            tool: RwSignal::new(TOOLS.first().map_or("", |tool| tool.id)),
            tool_locked: RwSignal::new(false),
            style: RwSignal::default(),
            last_shape: RwSignal::new("rectangle"),
            kinds: RwSignal::default(),
            board_colours: RwSignal::default(),
            geometry: RwSignal::new(None),
            letters: RwSignal::new(None),
            text_at: RwSignal::new(None),
            found: RwSignal::new((0, 0)),
            is_lost: RwSignal::new(false),
            lost_count: RwSignal::new(0),
            view_mode: RwSignal::new(false),
            menu_at: RwSignal::new(None),
            asked: RwSignal::new(None),
            map_open: RwSignal::new(false),
            slides_open: RwSignal::new(false),
            slides: RwSignal::default(),
            presenting: RwSignal::new(None),
            destination: StoredValue::new(None),
            enabled: StoredValue::new(Vec::new()),
            selection_is_locked: StoredValue::new(false),
            selection_count: RwSignal::new(0),
            selection_number: RwSignal::new(0),
            can_undo: RwSignal::new(false),
            can_redo: RwSignal::new(false),
            zoom_percent: RwSignal::new(100),
            people: RwSignal::default(),
            signed_in: RwSignal::default(),
            rescue: RwSignal::new(None),
            exported: RwSignal::new(Preview::Empty),
            uploading: RwSignal::new(None),
            following: RwSignal::new(None),
            leading: RwSignal::new(false),
            floats: RwSignal::default(),
            status: RwSignal::default(),
            role: RwSignal::new(Role::View),
            title: RwSignal::default(),
            problem: RwSignal::new(None),
            around_wanted: RwSignal::new(false),
            you: RwSignal::new(None),
            requests: StoredValue::new_local(None),
        }
    }

    /// The store that the board's page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Sets who takes the requests.
    pub fn on_request(self, take: impl Fn(UiRequest) + 'static) {
        self.requests.set_value(Some(UnsyncCallback::new(take)));
    }

    /// Makes a request. Before the canvas is there, and after it has gone, nothing can be asked of it.
    pub fn request(self, request: UiRequest) {
        if let Some(take) = self.requests.try_get_value().flatten() {
            take.run(request);
        }
    }

    /// Whether somebody is signed in under the name that they show, as far as the server was asked.
    pub fn is_signed_in(self, person: &Person) -> bool {
        self.signed_in.read().iter().any(|(id, name)| (id, name) == (&person.id, &person.name))
    }

    /// Whether the reader may change the board, and wants to.
    pub fn may_write(self) -> bool {
        self.role.get().may_write() && !self.view_mode.get()
    }

    /// Goes on by so many frames, at most to the first or the last.
    pub fn present_by(self, by: isize) {
        let Some(at) = self.presenting.get_untracked() else { return };
        let last = self.slides.read_untracked().len().saturating_sub(1);
        self.presenting.set(Some(at.saturating_add_signed(by).min(last)));
    }

    /// The presentation is over.
    pub fn stop_presenting(self) {
        self.presenting.set(None);
    }

    /// The ids of the commands that can be run now.
    pub fn enabled_commands(self) -> Vec<&'static str> {
        self.request(UiRequest::ListCommands);
        self.enabled.get_value()
    }

    /// Whether all of the selection was locked when [`Self::enabled_commands`] were looked up.
    pub fn selection_is_locked(self) -> bool {
        self.selection_is_locked.get_value()
    }

    /// Says which commands can be run, and whether all of the selection is locked.
    pub fn enable(self, ids: Vec<&'static str>, selection_is_locked: bool) {
        self.enabled.set_value(ids);
        self.selection_is_locked.set_value(selection_is_locked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_shape_or_a_view() {
        for place in [Destination::Shape("abc-_1".to_owned()), Destination::View(-1200.0, 35.0, 0.25)] {
            assert_eq!(Destination::parse(&place.fragment()), Some(place));
        }
        assert_eq!(Destination::parse("#key=xyz&at=abc"), Some(Destination::Shape("abc".to_owned())));
        for broken in ["", "#", "#key=xyz", "#view=1,2", "#view=1,2,NaN", "#view=a,b,c"] {
            assert_eq!(Destination::parse(broken), None, "{broken}");
        }
    }
}
