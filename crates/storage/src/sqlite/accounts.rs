//! Who signed in, on SQLite.

use async_trait::async_trait;
use protocol::{BoardId, SecretHash};
use sqlx::SqliteConnection;

use super::{SqliteStorage, found};
use crate::accounts::MAX_SESSIONS_PER_ACCOUNT;
use crate::archive::check_texts;
use crate::{AccountId, AccountRecord, Accounts, BoardRecord, Error, sql};

#[async_trait]
impl Accounts for SqliteStorage {
    async fn begin_session(&self, secret: &SecretHash, account: &AccountRecord, lasts_ms: u64) -> Result<(), Error> {
        let forget = concat!("DELETE FROM sessions WHERE expires_at <= ", now!());
        let mut tx = self.begin().await?;
        know(&mut tx, account).await?;
        sqlx::query(forget).execute(&mut *tx).await?;
        let begin = sqlx::query(sql::accounts::begin_session!()).bind(&secret.0[..]).bind(&account.id.0[..]);
        begin.bind(sql::stored(lasts_ms)).execute(&mut *tx).await?;
        let trim = sqlx::query(sql::accounts::FORGET_OLDEST_SESSIONS).bind(&account.id.0[..]).bind(&secret.0[..]);
        trim.bind(i64::from(MAX_SESSIONS_PER_ACCOUNT)).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn session(&self, secret: &SecretHash) -> Result<Option<AccountRecord>, Error> {
        let query = sqlx::query_as(sql::accounts::session!()).bind(&secret.0[..]);
        query.fetch_optional(&self.readers).await?.map(sql::accounts::account).transpose()
    }

    async fn end_session(&self, secret: &SecretHash) -> Result<(), Error> {
        sqlx::query(sql::accounts::END_SESSION).bind(&secret.0[..]).execute(&self.writer).await?;
        Ok(())
    }

    async fn give_board(&self, board: &BoardId, account: &AccountRecord) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        know(&mut tx, account).await?;
        let give = sqlx::query(sql::accounts::GIVE_BOARD).bind(board.as_str()).bind(&account.id.0[..]);
        found(&give.execute(&mut *tx).await?)?;
        Ok(tx.commit().await?)
    }

    async fn account_of(&self, board: &BoardId) -> Result<Option<AccountRecord>, Error> {
        let query = sqlx::query_as(sql::accounts::ACCOUNT_OF).bind(board.as_str());
        query.fetch_optional(&self.readers).await?.map(sql::accounts::account).transpose()
    }

    async fn boards_of(&self, account: &AccountId, limit: u32) -> Result<Vec<BoardRecord>, Error> {
        let query = sqlx::query_as(sql::accounts::BOARDS_OF).bind(&account.0[..]).bind(i64::from(limit));
        query.fetch_all(&self.readers).await?.into_iter().map(sql::accounts::own_board).collect()
    }
}

async fn know(tx: &mut SqliteConnection, account: &AccountRecord) -> Result<(), Error> {
    check_texts(&[Some(&account.name)])?;
    sqlx::query(sql::accounts::KNOW_ACCOUNT).bind(&account.id.0[..]).bind(&account.name).execute(tx).await?;
    Ok(())
}
