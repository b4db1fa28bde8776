//! A server with boards made for one scenario: in a folder of its own, gone when the scenario ends.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::client::Client;
use crate::drawer;
use crate::place::{Place, Speech, make_boards};
use crate::server::{Recipe, Server, Usage};

/// What is measured, and where.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The server.
    pub speech: Speech,
    /// Our binary.
    pub binary: PathBuf,
    /// Where data folders are made; on the disk that is to be measured.
    pub folder: PathBuf,
    /// What one connection may send to ours, where it is not what people need.
    pub messages_per_second: Option<u32>,
}

/// A server and its boards.
pub struct Stage {
    recipe: Recipe,
    server: Option<Server>,
    address: SocketAddr,
    process: u32,
    boards: Vec<(String, String)>,
    _folder: Option<TempDir>,
}

impl Stage {
    /// Starts a server that has this many empty boards.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(subject: &Subject, boards: usize) -> Result<Self> {
        std::fs::create_dir_all(&subject.folder)?;
        let folder = tempfile::tempdir_in(&subject.folder)?;
        let recipe = Recipe {
            speech: subject.speech,
            binary: subject.binary.clone(),
            folder: folder.path().to_owned(),
            messages_per_second: subject.messages_per_second,
        };
        let boards = match subject.speech {
            Speech::Boardwalk | Speech::Stock => {
                let storage = storage::open(&recipe.database_url()).await?;
                make_boards(storage.as_ref(), boards).await?
            }
            Speech::YWebsocket | Speech::Hocuspocus => {
                (0..boards).map(|number| (format!("board-{number}"), String::new())).collect()
            }
        };
        let server = Server::start(&recipe).await?;
        let (address, process) = (server.address(), server.process());
        Ok(Self { recipe, server: Some(server), address, process, boards, _folder: Some(folder) })
    }

    /// A server of ours that runs already, in process `process`, on a store in `folder`.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub async fn running(address: SocketAddr, process: u32, folder: PathBuf, boards: usize) -> Result<Self> {
        let recipe = Recipe { speech: Speech::Boardwalk, binary: PathBuf::new(), folder, messages_per_second: None };
        let storage = storage::open(&recipe.database_url()).await?;
        let boards = make_boards(storage.as_ref(), boards).await?;
        Ok(Self { recipe, server: None, address, process, boards, _folder: None })
    }

    /// The board with this number.
    ///
    /// # Panics
    /// It was not made.
    #[must_use]
    pub fn place(&self, number: usize) -> Place {
        let (board, key) = self.boards[number].clone();
        Place { server: self.address, speech: self.recipe.speech, board, key }
    }

    /// The server's process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process
    }

    /// What the server has used so far.
    ///
    /// # Errors
    /// It has ended.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.process)
    }

    /// How long the server took to listen when it was last started.
    #[must_use]
    pub fn started_in_ms(&self) -> f64 {
        self.server.as_ref().map_or(0.0, |server| server.started_in.as_secs_f64() * 1000.0)
    }

    /// Kills the server without warning, and starts it again on what it left.
    ///
    /// # Errors
    /// It does not start.
    pub async fn kill_and_start(&mut self) -> Result<()> {
        self.server.take().context("a server of our own")?.kill();
        self.start_again().await
    }

    /// Stops the server in good order, and starts it again.
    ///
    /// # Errors
    /// It does not stop or start.
    pub async fn stop_and_start(&mut self) -> Result<()> {
        self.server.take().context("a server of our own")?.stop().await?;
        self.start_again().await
    }

    async fn start_again(&mut self) -> Result<()> {
        let server = Server::start(&self.recipe).await?;
        (self.address, self.process) = (server.address(), server.process());
        self.server = Some(server);
        Ok(())
    }

    /// Fills a board over the wire and waits until the server has taken all of it.
    ///
    /// # Errors
    /// The connection ends.
    pub async fn fill(&self, place: &Place, shapes: usize) -> Result<()> {
        if shapes == 0 {
            return Ok(());
        }
        let (mut filler, _) = Client::join(place).await?;
        for update in drawer::fill(shapes)? {
            filler.edit(&update).await?;
            filler.flush().await?;
            filler.until_saved().await?;
        }
        // A peer acknowledges nothing: what it has taken, it gives to the next who joins.
        while let Speech::YWebsocket | Speech::Hocuspocus | Speech::Stock = place.speech {
            let (reader, joined) = Client::join(place).await?;
            let structs: usize = joined
                .decoded()?
                .iter()
                .filter_map(|update| board::check_update(update).ok())
                .map(|all| all.structs)
                .sum();
            reader.leave().await;
            if structs >= shapes {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        filler.leave().await;
        Ok(())
    }
}
