//! Assets in the store in memory.

use async_trait::async_trait;
use protocol::{AssetHash, BoardId};

use super::MemoryStorage;
use crate::{AssetRecord, AssetRoom, Assets, Error};

#[async_trait]
impl Assets for MemoryStorage {
    async fn assets(&self, board: &BoardId) -> Result<Vec<AssetRecord>, Error> {
        self.with(|state, _| Ok(state.assets(board)))
    }

    async fn asset(&self, board: &BoardId, hash: &AssetHash) -> Result<Option<AssetRecord>, Error> {
        self.with(|state, _| Ok(state.assets(board).into_iter().find(|asset| asset.hash == *hash)))
    }

    async fn add_asset(&self, board: &BoardId, asset: &AssetRecord, room: AssetRoom) -> Result<(), Error> {
        self.with(|state, _| state.add_asset(board, asset, room))
    }

    async fn copy_assets(&self, from: &BoardId, to: &BoardId) -> Result<(), Error> {
        self.with(|state, _| {
            state.copy_assets(from, to);
            Ok(())
        })
    }

    async fn is_asset_used(&self, hash: &AssetHash) -> Result<bool, Error> {
        self.with(|state, _| Ok(state.is_asset_used(hash)))
    }
}
