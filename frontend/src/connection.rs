//! The browser's two places for an edit: the log in IndexedDB, and the socket to the gateway. Neither knows what it
//! carries; the order of things is decided in `visit`.

pub mod asset_queue;
pub mod log;
pub mod socket;
