//! The browser's places for an edit: the log and the copy of the board in IndexedDB, and the socket to the gateway. None
//! knows what it carries; the order of things is decided in `visit`.

pub mod asset_queue;
pub mod belongings;
pub mod copies;
pub mod database;
pub mod log;
pub mod socket;
