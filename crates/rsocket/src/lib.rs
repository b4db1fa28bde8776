//! An RSocket 1.0 peer with exact flow control: many independent streams of messages over one connection, each with
//! its own credit, none able to hold up another.
//!
//! Both ends are alike once connected: each may ask ([`Connection`]) and each may answer ([`Responder`]). The crate
//! knows links, frames and credit; it must not know what the messages mean.
//!
//! ```
//! use std::sync::Arc;
//!
//! use futures_util::StreamExt;
//! use rsocket::*;
//!
//! /// Repeats what it hears, once or for as long as it is wanted.
//! struct Echo;
//!
//! #[async_trait::async_trait]
//! impl Responder for Echo {
//!     async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
//!         Ok(request)
//!     }
//!
//!     async fn request_stream(&self, request: Payload, mut out: Outbound) {
//!         // Waits whenever the peer has granted no more.
//!         while out.send(request.clone()).await.is_ok() {}
//!     }
//!
//!     async fn request_channel(&self, first: Payload, channel: IncomingChannel) {
//!         let (mut out, mut inbound) = channel.accept(Window::of(8));
//!         let mut next = Some(Ok(first));
//!         while let Some(Ok(message)) = next {
//!             if out.send(message).await.is_err() {
//!                 return;
//!             }
//!             next = inbound.next().await;
//!         }
//!         out.complete();
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (client, server) = memory::pair();
//! let accept_all = |_: &Setup| Ok(Arc::new(Echo) as Arc<dyn Responder>);
//! let (client, server) = tokio::join!(
//!     connect(client, ConnectionOptions::default(), Arc::new(Deaf)),
//!     accept(server, ConnectionOptions::default(), &accept_all),
//! );
//! let (client, _server) = (client?, server?);
//!
//! assert_eq!(client.request_response(Payload::new("hello")).await?, Payload::new("hello"));
//! client.fire_and_forget(Payload::new("never mind")).await?;
//!
//! // Two messages at a time, three in all; dropping the stream cancels it.
//! let stream = client.request_stream(Payload::new("again"), Window::of(2))?;
//! assert_eq!(stream.take(3).count().await, 3);
//!
//! let (mut out, mut inbound) = client.request_channel(Payload::new("first"), Window::of(2))?;
//! assert_eq!(inbound.next().await, Some(Ok(Payload::new("first"))));
//! out.send(Payload::new("second")).await?;
//! assert_eq!(inbound.next().await, Some(Ok(Payload::new("second"))));
//! out.complete();
//! assert_eq!(inbound.next().await, None);
//! # Ok(())
//! # }
//! ```

mod backoff;
mod connection;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
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
pub use connection::session::Sessions;
pub use error::{CloseReason, ConnectError, ErrorCode, Refusal, RequestError, SendError, StreamError, TrySendError};
pub use inbound::Inbound;
pub use link::{Link, memory, tcp, tls, websocket};
pub use options::{ConnectionOptions, Window};
pub use outbound::Outbound;
pub use payload::Payload;
pub use pool::{Connector, NoTarget, Pool, Target, TcpConnector};
pub use responder::{Deaf, IncomingChannel, Responder};
pub use setup::{Acceptor, Setup, SetupRefused, accept, connect, connect_resumable};
