//! The chrome around a board. Panels read the store's signals and make requests; none calls the network or edits a board.

pub mod actions;
pub mod appearance;
pub mod context_menu;
pub mod export;
pub mod find;
pub mod geometry;
pub mod help;
pub mod icons;
pub mod invite;
pub mod links;
pub mod map;
pub mod menu;
pub mod palette;
pub mod people;
pub mod present;
pub mod slides;
pub mod status;
pub mod style;
pub mod title;
pub mod toolbar;
pub mod uploads;
pub mod versions;
pub mod zoom;
