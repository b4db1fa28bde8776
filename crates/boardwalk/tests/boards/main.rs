//! Boards end to end: the real process on SQLite, real WebSockets, clients of both dialects with real documents.

mod backup;
mod bad_input;
mod client;
mod cluster;
mod database;
mod drawing;
mod http;
mod https;
mod keeping;
mod meeting;
mod presence;
mod rights;
mod roles;
mod server;
mod slow_reader;
