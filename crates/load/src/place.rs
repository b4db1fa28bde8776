//! Where a board is and how its server is spoken to: ours in both dialects, and the peers that we are measured beside.
//!
//! It must not know sockets.

use std::net::SocketAddr;

use anyhow::Result;
use protocol::{BoardId, LinkSecret, Role};
use sha2::{Digest, Sha256};
use storage::{NewBoard, NewLink, Storage};

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Speech {
    /// `boardwalk.1`, as our own page speaks.
    Boardwalk,
    /// Ours, spoken to as a stock y-websocket client does.
    Stock,
    /// The y-websocket reference server.
    YWebsocket,
    /// Hocuspocus: y-websocket's messages, each behind the document's name.
    Hocuspocus,
}

/// One board at one server.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where the server listens.
    pub server: SocketAddr,
    /// How it is spoken to.
    pub speech: Speech,
    /// The board's id; any name at a peer.
    pub board: String,
    /// The key of an edit link; empty at a peer.
    pub key: String,
}

impl Place {
    /// The URL of the WebSocket.
    #[must_use]
    pub fn url(&self) -> String {
        let Self { server, board, key, .. } = self;
        match self.speech {
            Speech::Boardwalk => format!("ws://{server}/sync/{board}"),
            Speech::Stock => format!("ws://{server}/sync/{board}?key={key}"),
            Speech::YWebsocket | Speech::Hocuspocus => format!("ws://{server}/{board}"),
        }
    }

    /// The same board, spoken to in another way.
    #[must_use]
    pub fn spoken(&self, speech: Speech) -> Self {
        Self { speech, ..self.clone() }
    }
}

/// Board ids with the keys of their edit links, made in a store whose server may run or not: a server limits how fast
/// strangers make boards.
///
/// # Errors
/// The store refuses, or there is no randomness.
pub async fn make_boards(storage: &dyn Storage, count: usize) -> Result<Vec<(String, String)>> {
    let mut boards = Vec::new();
    for _ in 0..count {
        let id = BoardId::from_random(random()?);
        let key = LinkSecret::from_random(random()?);
        let secret_hash = protocol::SecretHash(Sha256::digest(key.reveal()).into());
        let links = vec![NewLink { role: Role::Edit, secret_hash }];
        storage.create_board(NewBoard { id: id.clone(), title: String::new(), links, content: None }).await?;
        boards.push((id.as_str().to_owned(), key.reveal().to_owned()));
    }
    Ok(boards)
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
