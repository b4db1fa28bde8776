//! An RSocket 1.0 peer with exact flow control: many independent streams of messages over one connection, each with
//! its own credit, none able to hold up another.
//!
//! Both ends are alike once connected: each may ask ([`Connection`]) and each may answer ([`Responder`]). The crate
//! knows links, frames and credit; it must not know what the messages mean.

mod connection;
mod error;
mod inbound;
pub mod limits;
pub mod link;
mod machine;
pub mod metadata;
mod meters;
mod options;
mod outbound;
mod payload;
pub mod pool;
mod responder;
mod setup;
mod wire;

pub use connection::Connection;
pub use error::{CloseReason, ConnectError, ErrorCode, Refusal, RequestError, SendError, StreamError, TrySendError};
pub use inbound::Inbound;
pub use link::{Link, memory, tcp};
pub use options::{ConnectionOptions, Window};
pub use outbound::Outbound;
pub use payload::Payload;
pub use pool::{Connector, NoTarget, Pool, Target, TcpConnector};
pub use responder::{Deaf, IncomingChannel, Responder};
pub use setup::{Acceptor, Setup, SetupRefused, accept, connect};
