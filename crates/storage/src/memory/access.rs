//! The part of the store in memory that says who may come in. Must not decide anything itself.

use async_trait::async_trait;
use protocol::{BoardId, SecretHash};

use super::MemoryStorage;
use crate::{Access, AccessChanges, Error, LinkEdit, LinkLookup, LinkRecord};

#[async_trait]
impl Access for MemoryStorage {
    async fn link(&self, board: &BoardId, secret: &SecretHash) -> Result<LinkLookup, Error> {
        self.with(|state, now_ms| Ok(state.link(now_ms, board, secret)))
    }

    async fn links(&self, board: &BoardId) -> Result<Vec<LinkRecord>, Error> {
        self.with(|state, _| state.links(board))
    }

    async fn edit_link(&self, board: &BoardId, edit: LinkEdit) -> Result<(), Error> {
        self.with(|state, now_ms| state.edit_link(now_ms, board, edit))
    }

    async fn rename_board(&self, board: &BoardId, title: &str) -> Result<(), Error> {
        self.with(|state, now_ms| state.rename_board(now_ms, board, title))
    }

    async fn access_changes(&self, since_ms: Option<u64>) -> Result<AccessChanges, Error> {
        self.with(|state, now_ms| Ok(state.access_changes(now_ms, since_ms)))
    }
}
