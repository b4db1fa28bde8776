//! Meetings, in SQLite.

use async_trait::async_trait;
use protocol::BoardId;
use protocol::limits::MAX_MEETING_RECORDS;
use sqlx::SqliteConnection;

use super::SqliteStorage;
use crate::archive::check_texts;
use crate::meeting::GONE_KEPT;
use crate::sql::{self, meeting};
use crate::{Error, Meeting, MeetingChanges, MeetingPage, MeetingPut, MeetingRecord};

const NOW: &str = concat!("SELECT ", now!());
/// Numbers the next change of a board.
const NEXT: &str = concat!(
    "INSERT INTO meetings (board_id, head_seq, changed_at) SELECT id, 1, ",
    now!(),
    " FROM boards WHERE id = $1 ON CONFLICT (board_id) DO UPDATE SET head_seq = meetings.head_seq + 1, ",
    "changed_at = excluded.changed_at RETURNING head_seq"
);

#[async_trait]
impl Meeting for SqliteStorage {
    async fn meeting(&self, board: &BoardId, after_seq: u64) -> Result<MeetingPage, Error> {
        let (now,): (i64,) = sqlx::query_as(NOW).fetch_one(&self.readers).await?;
        let page = sqlx::query_as(meeting::PAGE).bind(board.as_str()).bind(sql::stored(after_seq));
        meeting::page(now, page.fetch_all(&self.readers).await?)
    }

    async fn meeting_record(&self, board: &BoardId, id: &str) -> Result<MeetingPage, Error> {
        let (now,): (i64,) = sqlx::query_as(NOW).fetch_one(&self.readers).await?;
        let one = sqlx::query_as(meeting::ONE).bind(board.as_str()).bind(id);
        meeting::page(now, one.fetch_all(&self.readers).await?)
    }

    async fn put_meeting_record(&self, board: &BoardId, put: MeetingPut<'_>) -> Result<Option<u64>, Error> {
        check_texts(&[Some(put.id), Some(put.value)])?;
        let mut tx = self.begin().await?;
        let seq = self::put(&mut tx, board.as_str(), put).await?;
        // What is not committed is taken back: the number, too.
        if seq.is_some() {
            tx.commit().await?;
        }
        Ok(seq)
    }

    async fn meeting_changes(&self, since_ms: Option<u64>) -> Result<MeetingChanges, Error> {
        let (now,): (i64,) = sqlx::query_as(NOW).fetch_one(&self.readers).await?;
        let changed = sqlx::query_as(meeting::CHANGES).bind(sql::stored(since_ms.unwrap_or(u64::MAX)));
        meeting::changes(now, changed.fetch_all(&self.readers).await?)
    }
}

async fn put(tx: &mut SqliteConnection, board: &str, put: MeetingPut<'_>) -> Result<Option<u64>, Error> {
    let next: Option<(i64,)> = sqlx::query_as(NEXT).bind(board).fetch_optional(&mut *tx).await?;
    let (seq,) = next.ok_or(Error::NotFound)?;
    let statement = if put.expected_seq == 0 { meeting::ADD } else { meeting::REPLACE };
    let mut change = sqlx::query(statement).bind(board).bind(put.id).bind(seq).bind(put.value);
    if put.expected_seq > 0 {
        change = change.bind(sql::stored(put.expected_seq));
    }
    if change.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let (count,): (i64,) = sqlx::query_as(meeting::COUNT).bind(board).fetch_one(&mut *tx).await?;
    if sql::read(count)? > MAX_MEETING_RECORDS && put.expected_seq == 0 {
        return Err(Error::Full);
    }
    let seq = sql::read(seq)?;
    let forget = sqlx::query(meeting::FORGET_GONE).bind(board).bind(sql::stored(seq.saturating_sub(GONE_KEPT)));
    forget.execute(&mut *tx).await?;
    Ok(Some(seq))
}

/// All records of a board, for its backup.
pub(super) async fn export(tx: &mut SqliteConnection, board: &BoardId) -> Result<Vec<MeetingRecord>, Error> {
    let rows = sqlx::query_as(meeting::ALL).bind(board.as_str()).fetch_all(tx).await?;
    rows.into_iter().map(meeting::record).collect()
}

/// Puts the records of a restored board.
pub(super) async fn import(tx: &mut SqliteConnection, board: &str, records: &[MeetingRecord]) -> Result<(), Error> {
    let Some(head) = records.iter().map(|record| record.seq).max() else { return Ok(()) };
    sqlx::query(meeting::RESTORE_HEAD).bind(board).bind(sql::stored(head)).execute(&mut *tx).await?;
    for record in records {
        let add = sqlx::query(meeting::ADD).bind(board).bind(&record.id).bind(sql::stored(record.seq));
        add.bind(&record.value).execute(&mut *tx).await?;
    }
    Ok(())
}
