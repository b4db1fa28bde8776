//! What PostgreSQL keeps besides boards' content.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, SecretHash};

use super::PostgresStorage;
use crate::archive::check_texts;
use crate::household::BUNDLE_KEPT_MS;
use crate::{BoardOverview, BoardSize, Error, Household, LockedPerson, SetQuotas, StoreTotals, sql};

#[async_trait]
impl Household for PostgresStorage {
    async fn put_bundle(&self, secret: &SecretHash, bytes: Bytes) -> Result<(), Error> {
        let forget = concat!("DELETE FROM bundles WHERE changed_at < ", now!(), " - $1");
        self.lines.execute(sqlx::query(forget).bind(sql::stored(BUNDLE_KEPT_MS))).await?;
        let put = concat!(
            "INSERT INTO bundles (secret_hash, bytes, changed_at) VALUES ($1, $2, ",
            now!(),
            ") ON CONFLICT (secret_hash) DO UPDATE SET bytes = excluded.bytes, changed_at = excluded.changed_at"
        );
        self.lines.execute(sqlx::query(put).bind(&secret.0[..]).bind(&bytes[..])).await?;
        Ok(())
    }

    async fn bundle(&self, secret: &SecretHash) -> Result<Option<Bytes>, Error> {
        let query = sqlx::query_as(sql::BUNDLE).bind(&secret.0[..]);
        let row: Option<(Vec<u8>,)> = self.lines.fetch_optional(query).await?;
        Ok(row.map(|(bytes,)| Bytes::from(bytes)))
    }

    async fn drop_bundle(&self, secret: &SecretHash) -> Result<(), Error> {
        self.lines.execute(sqlx::query(sql::DROP_BUNDLE).bind(&secret.0[..])).await?;
        Ok(())
    }

    async fn bundles_after(&self, after: Option<&SecretHash>, limit: u32) -> Result<Vec<(SecretHash, Bytes)>, Error> {
        let query = sqlx::query_as(sql::BUNDLES).bind(after.map_or(&[][..], |after| &after.0)).bind(i64::from(limit));
        self.lines.fetch_all(query).await?.into_iter().map(sql::bundle).collect()
    }

    async fn lock_person(&self, board: &BoardId, person: &SecretHash, name: &str) -> Result<(), Error> {
        check_texts(&[Some(name)])?;
        let lock = concat!(
            "WITH locked AS (INSERT INTO locked_people (board_id, person_hash, name, locked_at) ",
            "SELECT boards.id, $2, $3, ",
            now!(),
            " FROM boards WHERE boards.id = $1 ",
            "ON CONFLICT (board_id, person_hash) DO UPDATE SET name = excluded.name RETURNING board_id) ",
            "INSERT INTO access_changes (board_id, changed_at) SELECT board_id, ",
            now!(),
            " FROM locked ON CONFLICT (board_id) DO UPDATE SET changed_at = excluded.changed_at"
        );
        self.change(sqlx::query(lock).bind(board.as_str()).bind(&person.0[..]).bind(name)).await
    }

    async fn unlock_person(&self, board: &BoardId, person: &SecretHash) -> Result<(), Error> {
        self.change(sqlx::query(sql::UNLOCK_PERSON).bind(board.as_str()).bind(&person.0[..])).await
    }

    async fn is_locked(&self, board: &BoardId, person: &SecretHash) -> Result<bool, Error> {
        let query = sqlx::query_as(sql::IS_LOCKED).bind(board.as_str()).bind(&person.0[..]);
        let row: Option<(i64,)> = self.lines.fetch_optional(query).await?;
        Ok(row.is_some())
    }

    async fn locked_people(&self, board: &BoardId) -> Result<Vec<LockedPerson>, Error> {
        let query = sqlx::query_as(sql::LOCKED_PEOPLE).bind(board.as_str());
        self.lines.fetch_all(query).await?.into_iter().map(sql::locked_person).collect()
    }

    async fn overview(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardOverview>, Error> {
        let query = sqlx::query_as(sql::OVERVIEW).bind(after.map_or("", BoardId::as_str)).bind(i64::from(limit));
        self.lines.fetch_all(query).await?.into_iter().map(sql::overview).collect()
    }

    async fn sizes(&self, boards: &[BoardId]) -> Result<Vec<(BoardId, BoardSize)>, Error> {
        let ids: Vec<&str> = boards.iter().map(BoardId::as_str).collect();
        let query = sqlx::query_as(sql::sizes!("= ANY($1)")).bind(ids);
        self.lines.fetch_all(query).await?.into_iter().map(sql::size).collect()
    }

    async fn totals(&self) -> Result<StoreTotals, Error> {
        let row = self.lines.fetch_optional(sqlx::query_as(sql::TOTALS)).await?;
        row.map_or(Ok(StoreTotals::default()), sql::totals)
    }

    async fn quotas(&self) -> Result<SetQuotas, Error> {
        sql::quotas(self.lines.fetch_optional(sqlx::query_as(sql::QUOTAS)).await?)
    }

    async fn set_quotas(&self, quotas: SetQuotas) -> Result<(), Error> {
        let SetQuotas { boards, board_bytes, asset_bytes } = quotas;
        let [boards, board_bytes, asset_bytes] = [boards, board_bytes, asset_bytes].map(|most| most.map(sql::stored));
        let set = sqlx::query(sql::SET_QUOTAS).bind(boards).bind(board_bytes).bind(asset_bytes);
        self.lines.execute(set).await?;
        Ok(())
    }

    async fn board_bytes(&self, board: &BoardId) -> Result<u64, Error> {
        let query = sqlx::query_as::<_, (i64,)>(sql::BOARD_BYTES).bind(board.as_str());
        self.lines.fetch_optional(query).await?.map_or(Ok(0), |(bytes,)| sql::read(bytes))
    }
}
