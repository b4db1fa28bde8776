//! The binary's parts: flags, logs, and starting and stopping the processes that Boardwalk runs as.
//!
//! It wires crates together and decides nothing else. A library, so that tests start the same thing in their own process.

mod asset_place;
pub mod backup;
pub mod cli;
mod cluster_secret;
mod data_folder;
mod health;
mod https;
mod instance_token;
pub mod logging;
mod pem;
mod rsocket_tls;
pub mod running;
mod sign_in;

pub use health::check_health;
pub use https::HttpsFiles;
pub use running::Running;
