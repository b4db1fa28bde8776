//! How a connection begins.
use std::sync::Arc;
use std::time::Duration;

use crate::{ConnectError, Connection, ConnectionOptions, Link, Payload, Responder};

/// What a client says about itself and the connection it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// How often the client will ask for a sign of life.
    pub keepalive_interval: Duration,
    /// How long silence may last.
    pub keepalive_lifetime: Duration,
    /// Mime type of all metadata.
    pub metadata_mime: String,
    /// Mime type of all data.
    pub data_mime: String,
    /// Whatever the client wants to be judged by, credentials for instance.
    pub payload: Payload,
}

/// An acceptor's "no", sent as REJECTED_SETUP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupRefused {
    /// For the client's log.
    pub text: String,
}

/// Judges new connections. Implemented by closures of the same form.
pub trait Acceptor: Send + Sync {
    /// Who shall answer this client's requests, or why nobody will.
    fn accept(&self, setup: &Setup) -> Result<Arc<dyn Responder>, SetupRefused>;
}

impl<F> Acceptor for F
where
    F: Fn(&Setup) -> Result<Arc<dyn Responder>, SetupRefused> + Send + Sync,
{
    fn accept(&self, setup: &Setup) -> Result<Arc<dyn Responder>, SetupRefused> {
        self(setup)
    }
}

/// Opens a connection as its client; `responder` answers what the server asks. Sends the SETUP and does not wait: a
/// server that refuses it ends the connection, with [`CloseReason::Peer`](crate::CloseReason::Peer).
pub async fn connect(
    link: impl Link,
    options: ConnectionOptions,
    responder: Arc<dyn Responder>,
) -> Result<Connection, ConnectError> {
    let _ = (link, options, responder);
    unreachable!("filled in by the next commit")
}

/// Waits for a client's SETUP and lets `acceptor` judge it. The handle returned asks the client; the connection lives
/// on without it.
pub async fn accept(
    link: impl Link,
    options: ConnectionOptions,
    acceptor: &dyn Acceptor,
) -> Result<Connection, ConnectError> {
    let _ = (link, options, acceptor);
    unreachable!("filled in by the next commit")
}
