//! A TCP socket under TLS (rustls), framed as `tcp` is. It must not know where certificates come from, nor what is in a
//! frame.

use std::io;
use std::sync::Arc;

use tokio::io::{ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::time::timeout;
pub use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};

use crate::limits;
use crate::link::tcp::{Beating, Frames, codec, prepare};
use crate::link::{Link, Pulse};

/// A TCP socket whose two ends have agreed on keys.
#[derive(Debug)]
pub struct TlsLink {
    stream: TlsStream<TcpStream>,
}

impl TlsLink {
    /// Connects to `host:port`, whose certificate must be for that host.
    pub async fn connect(address: &str, config: Arc<rustls::ClientConfig>) -> io::Result<Self> {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let stream = TcpStream::connect(address).await?;
        prepare(&stream)?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        Ok(Self { stream: stream.into() })
    }

    /// Takes over an accepted socket; gives up after [`limits::SETUP_TIMEOUT`].
    pub async fn accept(stream: TcpStream, config: Arc<rustls::ServerConfig>) -> io::Result<Self> {
        prepare(&stream)?;
        let accepted = timeout(limits::SETUP_TIMEOUT, TlsAcceptor::from(config).accept(stream)).await;
        Ok(Self { stream: accepted.map_err(io::Error::from)??.into() })
    }
}

impl Link for TlsLink {
    type Reader = FramedRead<Beating<ReadHalf<TlsStream<TcpStream>>>, Frames>;
    type Writer = FramedWrite<WriteHalf<TlsStream<TcpStream>>, LengthDelimitedCodec>;

    const NAME: &'static str = "tls";

    fn split(self, max_frame_bytes: usize, pulse: Pulse) -> (Self::Reader, Self::Writer) {
        let (read, write) = split(self.stream);
        let reader = FramedRead::new(Beating { read, pulse }, Frames(codec(max_frame_bytes)));
        let mut writer = FramedWrite::new(write, codec(limits::MAX_FRAME_BYTES));
        writer.set_backpressure_boundary(limits::BATCH_BYTES);
        (reader, writer)
    }
}
