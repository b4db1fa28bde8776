//! Assets in SQLite.

use async_trait::async_trait;
use protocol::{AssetHash, BoardId};

use super::SqliteStorage;
use crate::{AssetRecord, AssetRoom, Assets, Error, Storage, sql};

#[async_trait]
impl Assets for SqliteStorage {
    async fn assets(&self, board: &BoardId) -> Result<Vec<AssetRecord>, Error> {
        let query = sqlx::query_as(sql::ASSETS_OF_BOARD).bind(board.as_str());
        query.fetch_all(&self.readers).await?.into_iter().map(sql::asset).collect()
    }

    async fn asset(&self, board: &BoardId, hash: &AssetHash) -> Result<Option<AssetRecord>, Error> {
        let query = sqlx::query_as(sql::ASSET).bind(board.as_str()).bind(&hash.0[..]);
        query.fetch_optional(&self.readers).await?.map(sql::asset).transpose()
    }

    async fn add_asset(&self, board: &BoardId, asset: &AssetRecord, room: AssetRoom) -> Result<(), Error> {
        let insert = sqlx::query(sql::add_asset!()).bind(board.as_str()).bind(&asset.hash.0[..]);
        let insert = insert.bind(&asset.media_type).bind(sql::stored(asset.size_bytes));
        let insert = insert.bind(sql::stored(room.board_bytes)).bind(sql::stored(room.store_bytes));
        if insert.execute(self.writer()).await?.rows_affected() > 0 || self.asset(board, &asset.hash).await?.is_some() {
            return Ok(());
        }
        self.board(board).await?.map_or(Err(Error::NotFound), |_| Err(Error::Full))
    }

    async fn copy_assets(&self, from: &BoardId, to: &BoardId) -> Result<(), Error> {
        let copy = sqlx::query(sql::copy_assets!()).bind(from.as_str()).bind(to.as_str());
        copy.execute(self.writer()).await?;
        Ok(())
    }

    async fn is_asset_used(&self, hash: &AssetHash) -> Result<bool, Error> {
        let query = sqlx::query(sql::ASSET_USED).bind(&hash.0[..]);
        Ok(query.fetch_optional(&self.readers).await?.is_some())
    }
}
