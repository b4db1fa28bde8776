//! Boards end to end: the real process on SQLite, real WebSockets, clients of both dialects with real documents.

mod bad_input;
mod client;
mod cluster;
mod drawing;
mod presence;
mod server;
mod slow_reader;
