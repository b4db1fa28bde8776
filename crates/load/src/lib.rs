//! The load tool: many people on many boards over real sockets, and what that costs the server.
//!
//! A [`scenarios`] file is one thing that is measured; [`client`] is one person's connection, to our server or to a
//! peer's; [`server`] starts processes and reads what they use from `/proc`. It must not reach into a server: all that
//! it knows comes over sockets, from `/proc`, and from the boards that it makes in the store.

pub mod client;
pub mod drawer;
pub mod latencies;
pub mod place;
pub mod report;
pub mod scenarios;
pub mod server;
pub mod stage;
