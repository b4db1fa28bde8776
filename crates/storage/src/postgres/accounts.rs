//! Who signed in, on PostgreSQL.

use async_trait::async_trait;
use protocol::{BoardId, SecretHash};

use super::PostgresStorage;
use crate::accounts::MAX_SESSIONS_PER_ACCOUNT;
use crate::archive::check_texts;
use crate::{AccountId, AccountRecord, Accounts, BoardRecord, Error, sql};

#[async_trait]
impl Accounts for PostgresStorage {
    // One statement after the other: each may be repeated, and none undoes another.
    async fn begin_session(&self, secret: &SecretHash, account: &AccountRecord, lasts_ms: u64) -> Result<(), Error> {
        self.know(account).await?;
        let forget = concat!("DELETE FROM sessions WHERE expires_at <= ", now!());
        self.lines.execute(sqlx::query(forget)).await?;
        let begin = sqlx::query(sql::accounts::begin_session!()).bind(&secret.0[..]).bind(&account.id.0[..]);
        self.lines.execute(begin.bind(sql::stored(lasts_ms))).await?;
        let trim = sqlx::query(sql::accounts::FORGET_OLDEST_SESSIONS).bind(&account.id.0[..]).bind(&secret.0[..]);
        self.lines.execute(trim.bind(i64::from(MAX_SESSIONS_PER_ACCOUNT))).await?;
        Ok(())
    }

    async fn session(&self, secret: &SecretHash) -> Result<Option<AccountRecord>, Error> {
        let query = sqlx::query_as(sql::accounts::session!()).bind(&secret.0[..]);
        self.lines.fetch_optional(query).await?.map(sql::accounts::account).transpose()
    }

    async fn end_session(&self, secret: &SecretHash) -> Result<(), Error> {
        self.lines.execute(sqlx::query(sql::accounts::END_SESSION).bind(&secret.0[..])).await?;
        Ok(())
    }

    async fn give_board(&self, board: &BoardId, account: &AccountRecord) -> Result<(), Error> {
        self.know(account).await?;
        self.change(sqlx::query(sql::accounts::GIVE_BOARD).bind(board.as_str()).bind(&account.id.0[..])).await
    }

    async fn account_of(&self, board: &BoardId) -> Result<Option<AccountRecord>, Error> {
        let query = sqlx::query_as(sql::accounts::ACCOUNT_OF).bind(board.as_str());
        self.lines.fetch_optional(query).await?.map(sql::accounts::account).transpose()
    }

    async fn boards_of(&self, account: &AccountId, limit: u32) -> Result<Vec<BoardRecord>, Error> {
        let query = sqlx::query_as(sql::accounts::BOARDS_OF).bind(&account.0[..]).bind(i64::from(limit));
        self.lines.fetch_all(query).await?.into_iter().map(sql::accounts::own_board).collect()
    }
}

impl PostgresStorage {
    async fn know(&self, account: &AccountRecord) -> Result<(), Error> {
        check_texts(&[Some(&account.name)])?;
        self.lines
            .execute(sqlx::query(sql::accounts::KNOW_ACCOUNT).bind(&account.id.0[..]).bind(&account.name))
            .await?;
        Ok(())
    }
}
