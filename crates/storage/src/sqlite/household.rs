//! What SQLite keeps besides boards' content.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, SecretHash};

use super::access::note_change;
use super::{SqliteStorage, found};
use crate::archive::check_texts;
use crate::household::BUNDLE_KEPT_MS;
use crate::{BoardOverview, BoardSize, Error, Household, LockedPerson, SetQuotas, StoreTotals, sql};

#[async_trait]
impl Household for SqliteStorage {
    async fn put_bundle(&self, secret: &SecretHash, bytes: Bytes) -> Result<(), Error> {
        let put = concat!(
            "INSERT INTO bundles (secret_hash, bytes, changed_at) VALUES ($1, $2, ",
            now!(),
            ") ON CONFLICT (secret_hash) DO UPDATE SET bytes = excluded.bytes, changed_at = excluded.changed_at"
        );
        let forget = concat!("DELETE FROM bundles WHERE changed_at < ", now!(), " - $1");
        let mut tx = self.begin().await?;
        sqlx::query(forget).bind(sql::stored(BUNDLE_KEPT_MS)).execute(&mut *tx).await?;
        sqlx::query(put).bind(&secret.0[..]).bind(&bytes[..]).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn bundle(&self, secret: &SecretHash) -> Result<Option<Bytes>, Error> {
        let row: Option<(Vec<u8>,)> =
            sqlx::query_as(sql::BUNDLE).bind(&secret.0[..]).fetch_optional(&self.readers).await?;
        Ok(row.map(|(bytes,)| Bytes::from(bytes)))
    }

    async fn drop_bundle(&self, secret: &SecretHash) -> Result<(), Error> {
        sqlx::query(sql::DROP_BUNDLE).bind(&secret.0[..]).execute(&self.writer).await?;
        Ok(())
    }

    async fn bundles_after(&self, after: Option<&SecretHash>, limit: u32) -> Result<Vec<(SecretHash, Bytes)>, Error> {
        let query = sqlx::query_as(sql::BUNDLES).bind(after.map_or(&[][..], |after| &after.0)).bind(i64::from(limit));
        query.fetch_all(&self.readers).await?.into_iter().map(sql::bundle).collect()
    }

    async fn lock_person(&self, board: &BoardId, person: &SecretHash, name: &str) -> Result<(), Error> {
        check_texts(&[Some(name)])?;
        let lock = concat!(
            "INSERT INTO locked_people (board_id, person_hash, name, locked_at) ",
            "SELECT boards.id, $2, $3, ",
            now!(),
            " FROM boards WHERE boards.id = $1 ",
            "ON CONFLICT (board_id, person_hash) DO UPDATE SET name = excluded.name"
        );
        let mut tx = self.begin().await?;
        let lock = sqlx::query(lock).bind(board.as_str()).bind(&person.0[..]).bind(name);
        found(&lock.execute(&mut *tx).await?)?;
        note_change(&mut tx, board).await?;
        Ok(tx.commit().await?)
    }

    async fn unlock_person(&self, board: &BoardId, person: &SecretHash) -> Result<(), Error> {
        let unlock = sqlx::query(sql::UNLOCK_PERSON).bind(board.as_str()).bind(&person.0[..]);
        found(&unlock.execute(&self.writer).await?)
    }

    async fn is_locked(&self, board: &BoardId, person: &SecretHash) -> Result<bool, Error> {
        let query = sqlx::query_as::<_, (i64,)>(sql::IS_LOCKED).bind(board.as_str()).bind(&person.0[..]);
        Ok(query.fetch_optional(&self.readers).await?.is_some())
    }

    async fn locked_people(&self, board: &BoardId) -> Result<Vec<LockedPerson>, Error> {
        let rows = sqlx::query_as(sql::LOCKED_PEOPLE).bind(board.as_str()).fetch_all(&self.readers).await?;
        rows.into_iter().map(sql::locked_person).collect()
    }

    async fn overview(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardOverview>, Error> {
        let rows = sqlx::query_as(sql::OVERVIEW).bind(after.map_or("", BoardId::as_str)).bind(i64::from(limit));
        rows.fetch_all(&self.readers).await?.into_iter().map(sql::overview).collect()
    }

    async fn sizes(&self, boards: &[BoardId]) -> Result<Vec<(BoardId, BoardSize)>, Error> {
        let ids: Vec<&str> = boards.iter().map(BoardId::as_str).collect();
        // An id is written in JSON as it is: letters, digits, - and _.
        let ids = format!("[\"{}\"]", ids.join("\",\""));
        let rows = sqlx::query_as(sql::sizes!("IN (SELECT value FROM json_each($1))")).bind(ids);
        rows.fetch_all(&self.readers).await?.into_iter().map(sql::size).collect()
    }

    async fn totals(&self) -> Result<StoreTotals, Error> {
        sql::totals(sqlx::query_as(sql::TOTALS).fetch_one(&self.readers).await?)
    }

    async fn quotas(&self) -> Result<SetQuotas, Error> {
        sql::quotas(sqlx::query_as(sql::QUOTAS).fetch_optional(&self.readers).await?)
    }

    async fn set_quotas(&self, quotas: SetQuotas) -> Result<(), Error> {
        let SetQuotas { boards, board_bytes, asset_bytes } = quotas;
        let [boards, board_bytes, asset_bytes] = [boards, board_bytes, asset_bytes].map(|most| most.map(sql::stored));
        let set = sqlx::query(sql::SET_QUOTAS).bind(boards).bind(board_bytes).bind(asset_bytes);
        set.execute(&self.writer).await?;
        Ok(())
    }

    async fn board_bytes(&self, board: &BoardId) -> Result<u64, Error> {
        let (bytes,) = sqlx::query_as(sql::BOARD_BYTES).bind(board.as_str()).fetch_one(&self.readers).await?;
        sql::read(bytes)
    }
}
