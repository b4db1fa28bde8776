//! Assets in PostgreSQL.

use async_trait::async_trait;
use protocol::{AssetHash, BoardId};

use super::PostgresStorage;
use crate::{AssetRecord, AssetRoom, Assets, Error, Storage, sql};

#[async_trait]
impl Assets for PostgresStorage {
    async fn assets(&self, board: &BoardId) -> Result<Vec<AssetRecord>, Error> {
        let query = sqlx::query_as(sql::ASSETS_OF_BOARD).bind(board.as_str());
        self.lines.fetch_all(query).await?.into_iter().map(sql::asset).collect()
    }

    async fn asset(&self, board: &BoardId, hash: &AssetHash) -> Result<Option<AssetRecord>, Error> {
        let query = sqlx::query_as(sql::ASSET).bind(board.as_str()).bind(&hash.0[..]);
        self.lines.fetch_optional(query).await?.map(sql::asset).transpose()
    }

    async fn add_asset(&self, board: &BoardId, asset: &AssetRecord, room: AssetRoom) -> Result<(), Error> {
        let insert = sqlx::query(sql::add_asset!()).bind(board.as_str()).bind(&asset.hash.0[..]);
        let insert = insert.bind(&asset.media_type).bind(sql::stored(asset.size_bytes));
        let insert = insert.bind(sql::stored(room.board_bytes)).bind(sql::stored(room.store_bytes));
        if self.lines.execute(insert).await? > 0 || self.asset(board, &asset.hash).await?.is_some() {
            return Ok(());
        }
        self.board(board).await?.map_or(Err(Error::NotFound), |_| Err(Error::Full))
    }

    async fn copy_assets(&self, from: &BoardId, to: &BoardId) -> Result<(), Error> {
        self.lines.execute(sqlx::query(sql::copy_assets!()).bind(from.as_str()).bind(to.as_str())).await?;
        Ok(())
    }

    async fn is_asset_used(&self, hash: &AssetHash) -> Result<bool, Error> {
        let used: Option<(i64,)> = self.lines.fetch_optional(sqlx::query_as(sql::ASSET_USED).bind(&hash.0[..])).await?;
        Ok(used.is_some())
    }
}
