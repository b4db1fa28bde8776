//! The web server's socket under TLS: certificates from PEM files, handshakes beside each other, each within a time. It must
//! not know what is asked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use axum::Router;
use axum::extract::connect_info::{Connected, IntoMakeServiceWithConnectInfo};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_request;
use axum::serve::{IncomingStream, Listener};
use clap::Args;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;
use tokio_util::task::AbortOnDropHandle;
use tower_http::set_header::SetRequestHeaderLayer;

use crate::pem;

/// How long somebody may take to agree on keys.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Handshakes at once; who comes then waits to be accepted.
const HANDSHAKES_AT_ONCE: usize = 256;

/// HTTPS instead of HTTP: both files or neither.
#[derive(Debug, Clone, Default, Args)]
pub struct HttpsFiles {
    /// PEM file of the certificate to show browsers, with its chain; with it, HTTPS instead of HTTP
    #[arg(long, env = "BOARDWALK_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file of its key
    #[arg(long, env = "BOARDWALK_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

impl HttpsFiles {
    /// What to show; `None` for HTTP.
    ///
    /// # Errors
    /// Only one file is named, or they cannot be used.
    pub(crate) fn read(&self) -> Result<Option<ServerConfig>> {
        let mut config = match (&self.tls_cert, &self.tls_key) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => pem::server(cert, key)?,
            _ => bail!("--tls-cert and --tls-key go together"),
        };
        // WebSockets are HTTP/1.1's.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Some(config))
    }
}

/// Says how requests came, for links that are made from them.
pub(crate) fn mark() -> SetRequestHeaderLayer<HeaderValue> {
    SetRequestHeaderLayer::overriding(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("https"))
}

/// Who is at the other end of a connection; axum knows it of its own listeners only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Tells the routes who asks, as an open socket's are told.
pub(crate) fn with_peer(router: Router) -> IntoMakeServiceWithConnectInfo<Router, Peer> {
    let tell = |ConnectInfo(Peer(peer)): ConnectInfo<Peer>, mut request: Request| async move {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    };
    router.layer(map_request(tell)).into_make_service_with_connect_info()
}

/// Gives connections whose handshake is done.
pub(crate) struct TlsListener {
    address: SocketAddr,
    shaken: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    _accepting: AbortOnDropHandle<()>,
}

impl TlsListener {
    pub(crate) fn start(mut socket: TcpListener, config: ServerConfig) -> std::io::Result<Self> {
        let address = socket.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (sender, shaken) = mpsc::channel(HANDSHAKES_AT_ONCE);
        let places = Arc::new(Semaphore::new(HANDSHAKES_AT_ONCE));
        let accepting = tokio::spawn(async move {
            while let Ok(place) = places.clone().acquire_owned().await {
                // axum's own way with errors of `accept`: wait, and go on.
                let (stream, peer) = Listener::accept(&mut socket).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    let _place = place;
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "a socket keeps Nagle's delay");
                    }
                    match timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await {
                        // Nobody takes it: the server is leaving.
                        Ok(Ok(stream)) => drop(sender.send((stream, peer)).await),
                        Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                        Err(_) => tracing::debug!("a handshake took too long"),
                    }
                });
            }
        });
        Ok(Self { address, shaken, _accepting: AbortOnDropHandle::new(accepting) })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.shaken.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}
