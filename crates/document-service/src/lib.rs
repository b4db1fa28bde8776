//! The document service: a shell around one [`sync::Room`] per open board.
//!
//! It takes boards in storage, gives their rooms what lanes bring, has updates stored in group commits, and sends what
//! rooms say down the lanes by credit. It must not know how a gateway or a browser works, nor what an update holds: that
//! is the room's. A board's life is in `board_task`, the store's side in `flusher`, `lease` and `opening`, the gateways'
//! side in `responder`, `updates_lane` and `presence_lane`.

mod acceptor;
mod authors;
mod backoff;
mod board_inbox;
mod board_task;
mod changes;
mod clock;
mod counted;
mod deadlines;
mod encoder;
mod flusher;
mod grants;
mod hall;
mod hand_over;
mod housekeeping;
mod lease;
mod limits;
mod opening;
mod pictures;
mod presence_lane;
mod presence_shell;
mod requests;
mod responder;
mod service;
mod snapshots;
mod thinning;
mod updates_lane;
mod versioning;
mod visitors;
mod watched;

pub use acceptor::ClusterSecret;
pub use service::{DocumentService, NotReady, ServiceOptions};
