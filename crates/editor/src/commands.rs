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
    pub(crate) run: fn(&View) -> Vec<Effect>,
}

impl Command {
    pub(crate) fn is_enabled(&self, view: &View) -> bool {
        (view.can_edit || !self.edits) && (self.enabled)(view)
    }
}

/// All commands, in the order of the help. The only list.
pub static COMMANDS: &[Command] = &[
    step::UNDO,
    step::REDO,
    clipboard::COPY,
    clipboard::COPY_TEXT,
    clipboard::CUT,
    clipboard::DUPLICATE,
    remove::DELETE,
    focus::SELECT_ALL,
    focus::CLEAR_SELECTION,
    focus::SELECT_NEXT,
    focus::SELECT_PREVIOUS,
    focus::EDIT_TEXT,
    text::BOLD,
    text::ITALIC,
    text::UNDERLINE,
    text::STRIKE,
    text::CODE,
    text::LINK,
    text::BULLETS,
    text::NUMBERS,
    styles::COPY,
    styles::PASTE,
    group::GROUP,
    group::UNGROUP,
    group::LOCK,
    group::UNLOCK_ALL,
    arrange::BRING_TO_FRONT,
    arrange::BRING_FORWARD,
    arrange::SEND_BACKWARD,
    arrange::SEND_TO_BACK,
    turn::FLIP_ACROSS,
    turn::FLIP_DOWN,
    turn::TURN_RIGHT,
    turn::TURN_LEFT,
    layout::ALIGN_LEFT,
    layout::ALIGN_CENTRE,
    layout::ALIGN_RIGHT,
    layout::ALIGN_TOP,
    layout::ALIGN_MIDDLE,
    layout::ALIGN_BOTTOM,
    layout::DISTRIBUTE_ACROSS,
    layout::DISTRIBUTE_DOWN,
    layout::STRETCH_ACROSS,
    layout::STRETCH_DOWN,
    layout::STACK_ACROSS,
    layout::STACK_DOWN,
    layout::PACK,
    layout::TIDY,
    grow::RIGHT,
    grow::LEFT,
    grow::UP,
    grow::DOWN,
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
    page::FIND_NEXT,
    page::FIND_PREVIOUS,
    page::PALETTE,
    page::GEOMETRY,
    page::INSERT_IMAGE,
    page::REPLACE_IMAGE,
    page::EXPORT,
    page::ZEN,
    page::VIEW_MODE,
    page::THEME,
    page::COPY_LINK,
    page::OPEN_LINK,
    page::MAP,
    page::FRAMES,
    page::PRESENT,
    restore::RESTORE,
    restore::FORGET,
    page::CURSOR_CHAT,
    page::HELP,
];

/// A command that edits.
const EDIT: Command = Command {
    id: "",
    shortcuts: &[],
    edits: true,
    is_browser_event: false,
    is_for_text: false,
    enabled: has_selection,
    run: |_| vec![],
};
/// A command that only looks.
const LOOK: Command = Command { edits: false, enabled: always, ..EDIT };

fn always(_: &View) -> bool {
    true
}

fn has_selection(view: &View) -> bool {
    !view.selection.is_empty()
}
