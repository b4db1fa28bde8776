//! Where the cluster is: making boards, and sockets to one gateway after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use protocol::{BoardId, CreatedBoard, LinkSecret, Role, SUBPROTOCOL};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// A board and the key to write on it.
#[derive(Debug)]
pub struct Invite {
    pub board: BoardId,
    pub key: LinkSecret,
}

/// The gateways.
#[derive(Debug)]
pub struct Place {
    urls: Vec<String>,
    turn: AtomicUsize,
}

impl Place {
    pub fn new(urls: Vec<String>) -> Self {
        Self { urls, turn: AtomicUsize::new(0) }
    }

    fn next(&self) -> &str {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.urls[turn % self.urls.len()]
    }

    /// Makes a board at whichever gateway answers.
    pub async fn new_board(&self) -> Result<Arc<Invite>> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let url = format!("{}/api/boards", self.next());
            match tokio::task::spawn_blocking(move || create(&url)).await? {
                Ok(invite) => return Ok(Arc::new(invite)),
                Err(error) => last = Some(error),
            }
            sleep(PAUSE).await;
        }
        Err(last.context("nobody was asked")?)
    }

    /// A socket at the next gateway.
    pub async fn connect(&self, board: &BoardId) -> Result<WebSocketStream<TcpStream>> {
        let host = self.next().trim_start_matches("http://");
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{host}/sync/{board}").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse()?);
        Ok(client_async(request, stream).await?.0)
    }
}

fn create(url: &str) -> Result<Invite> {
    let body = ureq::post(url).send_empty()?.into_body().read_to_string()?;
    let created: CreatedBoard = serde_json::from_str(&body)?;
    let link = created.links.into_iter().find(|link| link.role == Role::Edit).context("no link to write")?;
    Ok(Invite { board: created.id, key: link.key })
}
