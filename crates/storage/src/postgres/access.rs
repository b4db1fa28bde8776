//! Who may come in, in PostgreSQL: statements around the rules of `crate::access`.

use async_trait::async_trait;
use protocol::{BoardId, SecretHash};
use sqlx::{Connection, PgConnection};

use super::PostgresStorage;
use super::line::{ANSWER_WITHIN, answer_within};
use crate::access::{LinkWrites, decide, personal_surplus};
use crate::{Access, AccessChanges, Error, LinkEdit, LinkLookup, LinkRecord, PersonalLink, Storage, sql};

/// As an append locks it: a change of owner waits, a snapshot does not.
const LOCK: &str = concat!("SELECT ", now!(), " FROM boards WHERE id = $1 FOR NO KEY UPDATE");

#[async_trait]
impl Access for PostgresStorage {
    async fn link(&self, board: &BoardId, secret: &SecretHash) -> Result<LinkLookup, Error> {
        let query =
            concat!("SELECT ", sql::link_columns!(), ", personal.link_hash IS NOT NULL, ", now!(), sql::from_secret!());
        let query = sqlx::query_as(query).bind(board.as_str()).bind(&secret.0[..]);
        sql::lookup(self.lines.fetch_optional(query).await?)
    }

    async fn links(&self, board: &BoardId) -> Result<Vec<LinkRecord>, Error> {
        self.board(board).await?.ok_or(Error::NotFound)?;
        in_use(self.lines.fetch_all(sqlx::query_as(sql::LINKS_OF_BOARD).bind(board.as_str())).await?)
    }

    async fn edit_link(&self, board: &BoardId, edit: LinkEdit) -> Result<(), Error> {
        answer_within(ANSWER_WITHIN, async {
            let mut line = self.lines.take().await?;
            let mut tx = line.begin().await?;
            edit_link(&mut tx, board, edit).await?;
            tx.commit().await?;
            line.give_back();
            Ok(())
        })
        .await
    }

    async fn rename_board(&self, board: &BoardId, title: &str) -> Result<(), Error> {
        if title.contains('\0') {
            return Err(Error::Conflict);
        }
        let query = concat!(
            "WITH renamed AS (UPDATE boards SET title = $2 WHERE id = $1 RETURNING id) ",
            "INSERT INTO access_changes (board_id, changed_at) SELECT id, ",
            now!(),
            " FROM renamed ON CONFLICT (board_id) DO UPDATE SET changed_at = excluded.changed_at"
        );
        self.change(sqlx::query(query).bind(board.as_str()).bind(title)).await
    }

    async fn access_changes(&self, since_ms: Option<u64>) -> Result<AccessChanges, Error> {
        let now: Option<(i64,)> = self.lines.fetch_optional(sqlx::query_as(concat!("SELECT ", now!()))).await?;
        let (now,) = now.ok_or(Error::NotFound)?;
        let changed = sqlx::query_as(sql::ACCESS_CHANGES).bind(sql::stored(since_ms.unwrap_or(u64::MAX)));
        let boards = self.lines.fetch_all(changed).await?.into_iter().map(sql::board_id).collect::<Result<_, _>>()?;
        Ok(AccessChanges { now_ms: sql::read(now)?, boards })
    }
}

/// Does what a change asks for. The board's row is locked, so that changes come one after the other.
async fn edit_link(tx: &mut PgConnection, board: &BoardId, edit: LinkEdit) -> Result<(), Error> {
    let board = board.as_str();
    let locked: Option<(i64,)> = sqlx::query_as(LOCK).bind(board).fetch_optional(&mut *tx).await?;
    let (now,) = locked.ok_or(Error::NotFound)?;
    let rows: Vec<sql::LinkRow> = sqlx::query_as(sql::LINKS_OF_BOARD).bind(board).fetch_all(&mut *tx).await?;
    let links = rows.into_iter().map(sql::LinkRow::record).collect::<Result<Vec<_>, _>>()?;
    write(tx, board, decide(&links, edit, sql::read(now)?)?, now).await
}

async fn write(tx: &mut PgConnection, board: &str, writes: LinkWrites, now: i64) -> Result<(), Error> {
    for link in &writes.put {
        put(tx, board, link).await?;
    }
    if let Some(link) = writes.forget_personal {
        sqlx::query(sql::FORGET_PERSONAL).bind(board).bind(&link.0[..]).execute(&mut *tx).await?;
    }
    if let Some((link, personal)) = writes.personal {
        let (present,): (i64,) =
            sqlx::query_as(sql::COUNT_PERSONAL).bind(board).bind(&link.0[..]).fetch_one(&mut *tx).await?;
        let surplus = personal_surplus(usize::try_from(present).unwrap_or(usize::MAX));
        let forget = sqlx::query(sql::FORGET_OLDEST_PERSONAL).bind(board).bind(&link.0[..]);
        forget.bind(sql::stored(surplus as u64)).execute(&mut *tx).await?;
        let created_at_ms = sql::read(now)?;
        add_personal(tx, board, &PersonalLink { link, secret_hash: personal, created_at_ms }).await?;
    }
    sqlx::query(sql::NOTE_ACCESS_CHANGE).bind(board).bind(now).execute(&mut *tx).await?;
    Ok(())
}

/// Puts a link in the place of the one with its secret, or adds it.
pub(super) async fn put(tx: &mut PgConnection, board: &str, link: &LinkRecord) -> Result<(), Error> {
    let settings = &link.settings;
    sqlx::query(sql::PUT_LINK)
        .bind(board)
        .bind(&link.secret_hash.0[..])
        .bind(link.role.as_str())
        .bind(&settings.label)
        .bind(settings.expires_at_ms.map(sql::stored))
        .bind(settings.password.as_ref().map(|password| password.0.as_str()))
        .bind(sql::stored(link.created_at_ms))
        .bind(link.revoked_at_ms.map(sql::stored))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Adds a personal link.
pub(super) async fn add_personal(tx: &mut PgConnection, board: &str, personal: &PersonalLink) -> Result<(), Error> {
    sqlx::query(sql::ADD_PERSONAL)
        .bind(board)
        .bind(&personal.secret_hash.0[..])
        .bind(&personal.link.0[..])
        .bind(sql::stored(personal.created_at_ms))
        .execute(tx)
        .await?;
    Ok(())
}

/// The links of a board that exists, those in use.
fn in_use(rows: Vec<sql::LinkRow>) -> Result<Vec<LinkRecord>, Error> {
    let records = rows.into_iter().map(sql::LinkRow::record);
    records.filter(|record| record.as_ref().map_or(true, |link| link.revoked_at_ms.is_none())).collect()
}
