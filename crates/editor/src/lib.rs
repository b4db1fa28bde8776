//! The hand: tools, selection, camera, commands, drafts and undo, as one machine that owns the board.
//!
//! [`Editor::handle`] takes an [`Input`] and the time, and answers with [`Output`]s for a shell to carry out;
//! [`Editor::paint_board`] and [`Editor::paint_overlay`] paint through any [`scene::Painter`]; [`Editor::chrome`] says what
//! toolbars and panels show. It must not know the DOM, the network, storage, clocks or yrs.
//!
//! [`TOOLS`] and [`COMMANDS`] are the only lists of what a person can do: toolbars, menus, help and keys are views of
//! them. A tool is one file in `tools/`, a command one record in `commands/`.

mod becoming;
mod chrome;
mod clipboard;
mod commands;
mod connecting;
mod cropping;
mod draft;
mod editor;
mod excalidraw;
mod export;
mod following;
mod framing;
mod groups;
mod growing;
mod handles;
mod history;
mod ids;
mod images;
mod index;
mod input;
mod keys;
mod lasers;
pub mod limits;
mod linking;
mod lists;
mod output;
mod overlay;
mod painting;
mod peers;
mod picture;
mod pointers;
mod selection;
mod slots;
mod snapping;
mod splice;
mod stance;
mod style;
mod sweep;
mod tables;
mod text_session;
mod tools;
mod transform;
mod view;
mod wire;

pub use chrome::{Chrome, Found, Geometry, Letters, Person, SelectionPart, Slide, StyleOfSelection};
pub use commands::{COMMANDS, Command};
pub use editor::{Editor, SELDOM, Seldom};
pub use export::{Export, Scope};
pub use ids::IdSource;
pub use images::NewImage;
pub use input::{
    Button, Device, GeometryField, Input, KeyEvent, KeyPhase, Modifiers, PeerPresence, PlacedNote, PointerEvent,
    PointerPhase, StyleField, WheelEvent,
};
pub use keys::{KeyMap, written as written_shortcut};
pub use lists::ListKind;
pub use output::{CursorKind, Damage, Notice, Output, Pin, Presence, Repaint, TextSession};
pub use painting::Layer;
pub use picture::Painting;
pub use stance::{OwnStance, REACTIONS, Stance};
pub use style::STYLES;
pub use tables::TableCell;
pub use tools::{TOOLS, ToolSpec};
