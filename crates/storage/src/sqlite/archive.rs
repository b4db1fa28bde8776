//! The archive in SQLite.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, VersionId, VersionPerson};
use sqlx::{QueryBuilder, SqliteConnection};

use super::append::ROWS_PER_STATEMENT;
use super::{SqliteStorage, found};
use super::{access, meeting};
use crate::archive::check_texts;
use crate::{Archive, BoardExport, Damage, Error, LogRow, NewVersion, Owner, Snapshot, VersionRecord, sql};

#[async_trait]
impl Archive for SqliteStorage {
    async fn save_version(&self, board: &BoardId, version: NewVersion) -> Result<VersionRecord, Error> {
        let (now,): (i64,) = sqlx::query_as(concat!("SELECT ", now!())).fetch_one(&self.readers).await?;
        let NewVersion { id, name, author, people, bytes } = version;
        let size_bytes = bytes.len() as u64;
        let record = VersionRecord { id, name, author, people, created_at_ms: sql::read(now)?, size_bytes };
        self.import_version(board, &record, bytes).await?;
        Ok(record)
    }

    async fn versions(&self, board: &BoardId) -> Result<Vec<VersionRecord>, Error> {
        let rows = sqlx::query_as(
            "SELECT id, name, author, people, created_at, length(bytes) FROM versions WHERE board_id = $1 \
             ORDER BY created_at DESC, id DESC",
        );
        rows.bind(board.as_str()).fetch_all(&self.readers).await?.into_iter().map(sql::version).collect()
    }

    async fn version(&self, board: &BoardId, version: &VersionId) -> Result<Option<(VersionRecord, Bytes)>, Error> {
        let row = sqlx::query_as(sql::FULL_VERSION).bind(board.as_str()).bind(version.as_str());
        row.fetch_optional(&self.readers).await?.map(sql::full_version).transpose()
    }

    async fn name_version(
        &self,
        board: &BoardId,
        version: &VersionId,
        name: &str,
        author: Option<&str>,
    ) -> Result<(), Error> {
        check_texts(&[Some(name), author])?;
        let query = sqlx::query("UPDATE versions SET name = $3, author = $4 WHERE board_id = $1 AND id = $2");
        let query = query.bind(board.as_str()).bind(version.as_str()).bind(name).bind(author);
        found(&query.execute(self.writer()).await?)
    }

    async fn set_version_people(
        &self,
        board: &BoardId,
        version: &VersionId,
        people: &[VersionPerson],
    ) -> Result<(), Error> {
        let query = sqlx::query("UPDATE versions SET people = $3 WHERE board_id = $1 AND id = $2");
        let query = query.bind(board.as_str()).bind(version.as_str()).bind(sql::people(people));
        found(&query.execute(self.writer()).await?)
    }

    async fn delete_versions(&self, board: &BoardId, versions: &[VersionId]) -> Result<(), Error> {
        for version in versions {
            let query = sqlx::query("DELETE FROM versions WHERE board_id = $1 AND id = $2");
            query.bind(board.as_str()).bind(version.as_str()).execute(self.writer()).await?;
        }
        Ok(())
    }

    async fn restore_board(&self, board: &BoardId) -> Result<(), Error> {
        let query = sqlx::query("UPDATE boards SET deleted_at = NULL WHERE id = $1");
        found(&query.bind(board.as_str()).execute(self.writer()).await?)
    }

    async fn purge_one(&self, kept_ms: u64) -> Result<Option<BoardId>, Error> {
        let mut tx = self.begin().await?;
        let delete = concat!(
            "DELETE FROM boards WHERE id = (SELECT id FROM boards WHERE deleted_at <= ",
            now!(),
            " - $1 ORDER BY deleted_at, id LIMIT 1) RETURNING id"
        );
        let gone: Option<(String,)> =
            sqlx::query_as(delete).bind(sql::stored(kept_ms)).fetch_optional(&mut *tx).await?;
        let board = gone.map(sql::board_id).transpose()?;
        if let Some(board) = &board {
            sqlx::query("DELETE FROM updates WHERE board_id = $1").bind(board.as_str()).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(board)
    }

    async fn purge_board(&self, board: &BoardId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let purge = sqlx::query(sql::PURGE_BOARD).bind(board.as_str());
        found(&purge.execute(&mut *tx).await?)?;
        sqlx::query(sql::FORGET_ROWS).bind(board.as_str()).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn owner_of(&self, board: &BoardId) -> Result<Option<Owner>, Error> {
        let query = concat!(
            "SELECT services.id, services.address FROM boards JOIN services ON services.id = boards.owner_service ",
            "WHERE boards.id = $1 AND services.expires_at > ",
            now!()
        );
        let row = sqlx::query_as(query).bind(board.as_str()).fetch_optional(&self.readers).await?;
        row.map(sql::owner).transpose()
    }

    async fn damage(&self, board: &BoardId) -> Result<Vec<Damage>, Error> {
        let query = "SELECT seq, length(bytes), reason, created_at FROM set_aside WHERE board_id = $1 ORDER BY id";
        let rows = sqlx::query_as(query).bind(board.as_str()).fetch_all(&self.readers).await?;
        rows.into_iter().map(sql::damage).collect()
    }

    async fn discard_damage(&self, board: &BoardId) -> Result<(), Error> {
        let query = sqlx::query("DELETE FROM set_aside WHERE board_id = $1");
        query.bind(board.as_str()).execute(self.writer()).await?;
        Ok(())
    }

    async fn boards_after(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardId>, Error> {
        let query = sqlx::query_as("SELECT id FROM boards WHERE id > $1 ORDER BY id LIMIT $2");
        let rows = query.bind(after.map_or("", BoardId::as_str)).bind(limit).fetch_all(&self.readers).await?;
        rows.into_iter().map(sql::board_id).collect()
    }

    async fn export_board(&self, board: &BoardId) -> Result<Option<BoardExport>, Error> {
        // One transaction sees one moment.
        let mut tx = self.readers.begin().await?;
        let exported = export(&mut tx, board).await?;
        tx.commit().await?;
        Ok(exported)
    }

    async fn import_board(&self, board: BoardExport) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        import(&mut tx, &board).await?;
        Ok(tx.commit().await?)
    }

    async fn import_version(&self, board: &BoardId, version: &VersionRecord, bytes: Bytes) -> Result<(), Error> {
        check_texts(&[version.name.as_deref(), version.author.as_deref()])?;
        let insert = sqlx::query(
            "INSERT INTO versions (id, board_id, name, author, people, created_at, bytes) \
             SELECT $1, boards.id, $3, $4, $5, $6, $7 FROM boards WHERE boards.id = $2",
        );
        let insert = insert.bind(version.id.as_str()).bind(board.as_str()).bind(&version.name).bind(&version.author);
        let insert = insert.bind(sql::people(&version.people)).bind(sql::stored(version.created_at_ms));
        found(&insert.bind(&bytes[..]).execute(self.writer()).await?)
    }
}

async fn export(tx: &mut SqliteConnection, id: &BoardId) -> Result<Option<BoardExport>, Error> {
    let board: Option<(String, i64, Option<i64>, i64)> =
        sqlx::query_as("SELECT title, created_at, deleted_at, head_seq FROM boards WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some((title, created_at, deleted_at, head_seq)) = board else { return Ok(None) };
    let links: Vec<sql::LinkRow> = sqlx::query_as(sql::LINKS_OF_BOARD).bind(id.as_str()).fetch_all(&mut *tx).await?;
    let personal: Vec<sql::PersonalRow> =
        sqlx::query_as(sql::PERSONAL_OF_BOARD).bind(id.as_str()).fetch_all(&mut *tx).await?;
    let content = sqlx::query_as(
        "SELECT 0, head_seq, NULL FROM boards WHERE id = $1 \
         UNION ALL SELECT 1, seq, bytes FROM snapshots WHERE board_id = $1 \
         UNION ALL SELECT 2, seq, bytes FROM updates WHERE board_id = $1",
    );
    let content = sql::loaded(content.bind(id.as_str()).fetch_all(&mut *tx).await?)?;
    let aside = sqlx::query_as("SELECT seq, bytes, reason FROM set_aside WHERE board_id = $1 ORDER BY id");
    let aside = aside.bind(id.as_str()).fetch_all(&mut *tx).await?;
    let assets = sqlx::query_as(sql::ASSETS_OF_BOARD).bind(id.as_str()).fetch_all(&mut *tx).await?;
    Ok(Some(BoardExport {
        id: id.clone(),
        title,
        created_at_ms: sql::read(created_at)?,
        deleted_at_ms: deleted_at.map(sql::read).transpose()?,
        head_seq: sql::read(head_seq)?,
        links: links.into_iter().map(sql::LinkRow::record).collect::<Result<_, _>>()?,
        personal_links: personal.into_iter().map(sql::PersonalRow::record).collect::<Result<_, _>>()?,
        snapshot: content.snapshot,
        rows: content.updates,
        aside: aside.into_iter().map(sql::aside).collect::<Result<_, _>>()?,
        assets: assets.into_iter().map(sql::asset).collect::<Result<_, _>>()?,
        meeting: meeting::export(tx, id).await?,
    }))
}

async fn import(tx: &mut SqliteConnection, board: &BoardExport) -> Result<(), Error> {
    let id = board.id.as_str();
    sqlx::query("INSERT INTO boards (id, title, created_at, deleted_at, head_seq) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(&board.title)
        .bind(sql::stored(board.created_at_ms))
        .bind(board.deleted_at_ms.map(sql::stored))
        .bind(sql::stored(board.head_seq))
        .execute(&mut *tx)
        .await?;
    for link in &board.links {
        access::put(tx, board.id.as_str(), link).await?;
    }
    for personal in &board.personal_links {
        access::add_personal(tx, board.id.as_str(), personal).await?;
    }
    if let Some(Snapshot { seq, bytes }) = &board.snapshot {
        let insert =
            concat!("INSERT INTO snapshots (board_id, seq, bytes, created_at) VALUES ($1, $2, $3, ", now!(), ")");
        sqlx::query(insert).bind(id).bind(sql::stored(*seq)).bind(&bytes[..]).execute(&mut *tx).await?;
    }
    for chunk in board.rows.chunks(ROWS_PER_STATEMENT) {
        let mut insert = QueryBuilder::new("INSERT INTO updates (board_id, seq, bytes, created_at) ");
        insert.push_values(chunk, |mut row, LogRow { seq, bytes }| {
            row.push_bind(id).push_bind(sql::stored(*seq)).push_bind(&bytes[..]).push(now!());
        });
        insert.build().execute(&mut *tx).await?;
    }
    for asset in &board.assets {
        let insert = sqlx::query(sql::add_asset!()).bind(id).bind(&asset.hash.0[..]).bind(&asset.media_type);
        // There was room for it where it comes from.
        let insert = insert.bind(sql::stored(asset.size_bytes)).bind(i64::MAX).bind(i64::MAX);
        insert.execute(&mut *tx).await?;
    }
    for aside in &board.aside {
        let insert = concat!(
            "INSERT INTO set_aside (board_id, seq, bytes, reason, created_at) VALUES ($1, $2, $3, $4, ",
            now!(),
            ")"
        );
        let insert = sqlx::query(insert).bind(id).bind(aside.seq.map(sql::stored)).bind(&aside.bytes[..]);
        insert.bind(&aside.reason).execute(&mut *tx).await?;
    }
    meeting::import(tx, id, &board.meeting).await
}
