//! Commands: what toolbars, menus, the palette and keys can ask for by name. A command reads [`View`] and asks for
//! [`Effect`]s, as a tool does.

mod arrange;
mod clipboard;
mod focus;
mod group;
mod grow;
mod layout;
mod nudge;
mod page;
mod remove;
mod restore;
mod step;
mod styles;
mod text;
mod turn;
mod zoom;

pub(crate) use focus::reading_order;

use crate::tools::Effect;
use crate::view::View;

/// What a command asks for.
pub(crate) type Run = fn(&View) -> Vec<Effect>;

/// A command, as menus, help and key bindings see it.
pub struct Command {
    /// Its id; icons and labels go by it.
    pub id: &'static str,
    /// The keys that run it, the first to be shown: `Mod+Shift+Z`, where Mod is Control or Command.
    pub shortcuts: &'static [&'static str],
    /// It changes the board, so it needs write access.
    pub edits: bool,
    /// The browser has an event of its own for it (copy, cut), which the page turns into this command; the key alone does
    /// nothing, as only that event may touch the clipboard everywhere.
    pub is_browser_event: bool,
    /// It acts on the text that is being typed, and its keys count there.
    pub is_for_text: bool,
    pub(crate) enabled: fn(&View) -> bool,
    /// None where the code may come later.
    pub(crate) run: Option<Run>,
}

impl Command {
    pub(crate) fn is_enabled(&self, view: &View) -> bool {
        (view.can_edit || !self.edits) && (self.enabled)(view)
    }
}

macro_rules! commands {
    ($($module:ident::$name:ident $($seldom:ident)?,)*) => {
        /// All commands, in the order of the help.
        pub static COMMANDS: &[Command] = &[$(commands!(@listed $module::$name $($seldom)?),)*];
        /// What those do whose code may come later.
        static RUNS: &[(&str, Option<Run>)] = &[$($(commands!(@$seldom $module::$name),)?)*];
    };
    (@listed $module:ident::$name:ident seldom) => { Command { run: None, ..$module::$name } };
    (@listed $module:ident::$name:ident) => { $module::$name };
    (@seldom $module:ident::$name:ident) => { ($module::$name.id, $module::$name.run) };
}

// The only list. The code of those that are marked may come later (`editor/seldom.rs`).
commands! {
    step::UNDO,
    step::REDO,
    clipboard::COPY seldom,
    clipboard::COPY_TEXT seldom,
    clipboard::CUT seldom,
    clipboard::PASTE,
    clipboard::DUPLICATE,
    remove::DELETE,
    focus::SELECT_ALL,
    focus::CLEAR_SELECTION,
    focus::SELECT_NEXT seldom,
    focus::SELECT_PREVIOUS seldom,
    focus::EDIT_TEXT,
    text::BOLD seldom,
    text::ITALIC seldom,
    text::UNDERLINE seldom,
    text::STRIKE seldom,
    text::CODE seldom,
    text::LINK,
    text::BULLETS seldom,
    text::NUMBERS seldom,
    styles::COPY seldom,
    styles::PASTE seldom,
    group::GROUP seldom,
    group::UNGROUP seldom,
    group::LOCK seldom,
    group::UNLOCK_ALL seldom,
    arrange::BRING_TO_FRONT seldom,
    arrange::BRING_FORWARD seldom,
    arrange::SEND_BACKWARD seldom,
    arrange::SEND_TO_BACK seldom,
    turn::FLIP_ACROSS seldom,
    turn::FLIP_DOWN seldom,
    turn::TURN_RIGHT seldom,
    turn::TURN_LEFT seldom,
    layout::ALIGN_LEFT seldom,
    layout::ALIGN_CENTRE seldom,
    layout::ALIGN_RIGHT seldom,
    layout::ALIGN_TOP seldom,
    layout::ALIGN_MIDDLE seldom,
    layout::ALIGN_BOTTOM seldom,
    layout::DISTRIBUTE_ACROSS seldom,
    layout::DISTRIBUTE_DOWN seldom,
    layout::STRETCH_ACROSS seldom,
    layout::STRETCH_DOWN seldom,
    layout::STACK_ACROSS seldom,
    layout::STACK_DOWN seldom,
    layout::PACK seldom,
    layout::TIDY seldom,
    grow::RIGHT seldom,
    grow::LEFT seldom,
    grow::UP seldom,
    grow::DOWN seldom,
    zoom::IN,
    zoom::OUT,
    zoom::RESET,
    zoom::FIT,
    zoom::SELECTION,
    nudge::LEFT,
    nudge::RIGHT,
    nudge::UP,
    nudge::DOWN,
    nudge::FAR_LEFT,
    nudge::FAR_RIGHT,
    nudge::FAR_UP,
    nudge::FAR_DOWN,
    focus::TOGGLE_TOOL_LOCK,
    page::SNAP,
    page::GRID,
    page::FIND,
    page::FIND_NEXT seldom,
    page::FIND_PREVIOUS seldom,
    page::PALETTE,
    page::GEOMETRY,
    page::INSERT_IMAGE,
    page::REPLACE_IMAGE,
    page::EXPORT,
    page::COPY_PNG,
    page::COPY_SVG,
    page::ZEN,
    page::VIEW_MODE,
    page::THEME,
    page::COPY_LINK,
    page::OPEN_LINK,
    page::MAP,
    page::FRAMES,
    page::PRESENT,
    restore::RESTORE seldom,
    restore::FORGET seldom,
    page::CURSOR_CHAT,
    page::HELP,
}

/// What a command does whose code may come later.
pub(crate) fn seldom(id: &str) -> Option<Run> {
    RUNS.iter().find(|(known, _)| *known == id)?.1
}

/// A command that edits.
const EDIT: Command = Command {
    id: "",
    shortcuts: &[],
    edits: true,
    is_browser_event: false,
    is_for_text: false,
    enabled: has_selection,
    run: Some(|_| vec![]),
};
/// A command that only looks.
const LOOK: Command = Command { edits: false, enabled: always, ..EDIT };

fn always(_: &View) -> bool {
    true
}

fn has_selection(view: &View) -> bool {
    !view.selection.is_empty()
}
