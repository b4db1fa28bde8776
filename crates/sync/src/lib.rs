//! The conversation: three synchronous machines, each `handle(now, input) -> outputs`.
//!
//! `Client` is a browser's side of one board, `Room` the service's, `Presence` the service's lossy lane. None reads a
//! clock, opens a socket, starts a task or knows a database; their shells do. The rules they keep are in `SPEC.md`.

mod client;
mod peers;
mod presence;
mod room;

pub use client::{Client, ClientInput, ClientOptions, ClientOutput, LogKey, Status};
pub use presence::Presence;
pub use room::{
    EarlyAnswer, LaneId, LoadReport, Room, RoomInput, RoomOutput, StoredBoard, pack_snapshot, snapshot_update_bytes,
};
