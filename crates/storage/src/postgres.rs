//! The store on PostgreSQL: for many services on many machines.
//!
//! Statements are written for READ COMMITTED. Who takes a board locks its row FOR UPDATE; appends lock it FOR NO KEY
//! UPDATE, snapshots FOR KEY SHARE, so the latter two pass each other and neither passes a change of owner. Must not
//! know what the bytes mean.

/// The database's clock, in milliseconds. Not the transaction's start: a lock may have been waited for since.
macro_rules! now {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    };
}

mod access;
mod accounts;
mod archive;
mod assets;
mod household;
mod line;
mod meeting;
mod ownership;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, ServiceId};
use sqlx::{Connection, PgConnection};

use crate::contract::in_board_order;
use crate::{
    Acquired, Append, AppendOutcome, Aside, BoardRecord, Epoch, Error, Loaded, NewBoard, Owner, Snapshot,
    SnapshotOutcome, Storage, sql,
};
use line::{ANSWER_WITHIN, BULK_WITHIN, Lines, Work, answer_within};

/// A store in a database.
#[derive(Debug)]
pub(crate) struct PostgresStorage {
    lines: Lines,
}

impl PostgresStorage {
    /// Connects and migrates.
    pub(crate) async fn open(url: &str) -> Result<Self, Error> {
        Ok(Self { lines: Lines::open(url).await? })
    }

    /// Runs one statement that must find its row.
    async fn change(&self, work: Work<'_>) -> Result<(), Error> {
        if self.lines.execute(work).await? == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

#[async_trait]
impl Storage for PostgresStorage {
    async fn create_board(&self, board: NewBoard) -> Result<(), Error> {
        board.check()?;
        let hashes: Vec<&[u8]> = board.links.iter().map(|link| &link.secret_hash.0[..]).collect();
        let roles: Vec<&str> = board.links.iter().map(|link| link.role.as_str()).collect();
        // The foreign key is checked at the end of the statement, when the board is there.
        let insert = concat!(
            "WITH board AS (INSERT INTO boards (id, title, created_at, head_seq) VALUES ($1, $2, ",
            now!(),
            ", ($5::bytea IS NOT NULL)::int) RETURNING id, created_at), ",
            "content AS (INSERT INTO snapshots (board_id, seq, bytes, created_at) ",
            "SELECT id, 1, $5, created_at FROM board WHERE $5::bytea IS NOT NULL) INSERT INTO links (board_id, secret_hash, role, created_at) ",
            "SELECT board.id, secret_hash, role, created_at ",
            "FROM board, unnest($3::bytea[], $4::text[]) AS link (secret_hash, role)"
        );
        let insert = sqlx::query(insert).bind(board.id.as_str()).bind(&board.title).bind(hashes).bind(roles);
        let content = board.content.as_deref();
        let time = line::for_bytes(content.map_or(0, <[u8]>::len));
        answer_within(time, async {
            let mut line = self.lines.take().await?;
            insert.bind(content).execute(&mut *line).await?;
            line.give_back();
            Ok(())
        })
        .await
    }

    async fn board(&self, id: &BoardId) -> Result<Option<BoardRecord>, Error> {
        let query = sqlx::query_as("SELECT title, created_at, deleted_at, head_seq FROM boards WHERE id = $1");
        let row: Option<(String, i64, Option<i64>, i64)> = self.lines.fetch_optional(query.bind(id.as_str())).await?;
        row.map(|row| sql::board(id, row)).transpose()
    }

    async fn delete_board(&self, board: &BoardId) -> Result<(), Error> {
        let query = concat!(
            "WITH deleted AS (UPDATE boards SET deleted_at = coalesce(deleted_at, ",
            now!(),
            ") WHERE id = $1 RETURNING id, deleted_at) INSERT INTO access_changes (board_id, changed_at) ",
            "SELECT id, deleted_at FROM deleted ON CONFLICT (board_id) DO UPDATE SET changed_at = excluded.changed_at"
        );
        self.change(sqlx::query(query).bind(board.as_str())).await
    }

    async fn acquire(&self, board: &BoardId, owner: &Owner, lease_ms: u64) -> Result<Acquired, Error> {
        answer_within(ANSWER_WITHIN, async {
            let mut line = self.lines.take().await?;
            let mut tx = line.begin().await?;
            let acquired = ownership::acquire(&mut tx, board, owner, lease_ms).await?;
            tx.commit().await?;
            line.give_back();
            Ok(acquired)
        })
        .await
    }

    async fn renew(&self, service: &ServiceId, lease_ms: u64) -> Result<(), Error> {
        let query = concat!(
            "UPDATE services SET expires_at = ",
            now!(),
            " + $2 WHERE id = $1 AND NOT superseded AND expires_at > ",
            now!()
        );
        self.change(sqlx::query(query).bind(service.as_str()).bind(sql::lease(lease_ms))).await
    }

    async fn release(&self, board: &BoardId, epoch: Epoch) -> Result<(), Error> {
        let query = sqlx::query("UPDATE boards SET owner_service = NULL WHERE id = $1 AND owner_epoch = $2");
        self.lines.execute(query.bind(board.as_str()).bind(sql::stored(epoch.0))).await?;
        Ok(())
    }

    async fn load(&self, board: &BoardId) -> Result<Loaded, Error> {
        // One statement, so that a compaction in between cannot hide rows.
        let query = sqlx::query_as(
            "SELECT 0::bigint, head_seq, NULL::bytea FROM boards WHERE id = $1 \
             UNION ALL SELECT 1, seq, bytes FROM snapshots WHERE board_id = $1 \
             UNION ALL SELECT 2, seq, bytes FROM updates WHERE board_id = $1",
        );
        let query = query.bind(board.as_str());
        answer_within(BULK_WITHIN, async {
            let mut line = self.lines.take().await?;
            let rows = query.fetch_all(&mut *line).await?;
            line.give_back();
            sql::loaded(rows)
        })
        .await
    }

    async fn append(&self, flush: Vec<Append>) -> Result<Vec<AppendOutcome>, Error> {
        let order = in_board_order(&flush)?;
        let bytes = flush.iter().flat_map(|append| &append.updates).map(Bytes::len).sum();
        answer_within(line::for_bytes(bytes), async {
            let mut line = self.lines.take().await?;
            let held = append_where_held(&mut line, &flush, &order).await?;
            let mut outcomes = Vec::with_capacity(flush.len());
            for append in &flush {
                let stored = held.iter().any(|(id,)| id == append.board.as_str()) || landed(&mut line, append).await?;
                let head_seq = append.last_seq();
                outcomes.push(if stored { AppendOutcome::Stored { head_seq } } else { AppendOutcome::Fenced });
            }
            line.give_back();
            Ok(outcomes)
        })
        .await
    }

    async fn save_snapshot(&self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> Result<SnapshotOutcome, Error> {
        answer_within(BULK_WITHIN, async {
            let mut line = self.lines.take().await?;
            let mut tx = line.begin().await?;
            let outcome = save_snapshot(&mut tx, board, epoch, &snapshot).await?;
            tx.commit().await?;
            line.give_back();
            Ok(outcome)
        })
        .await
    }

    async fn begin_load(&self, board: &BoardId) -> Result<u32, Error> {
        let query =
            sqlx::query_as("UPDATE boards SET load_attempts = load_attempts + 1 WHERE id = $1 RETURNING load_attempts");
        sql::earlier_attempts(self.lines.fetch_optional(query.bind(board.as_str())).await?)
    }

    async fn end_load(&self, board: &BoardId) -> Result<(), Error> {
        let query = sqlx::query("UPDATE boards SET load_attempts = 0 WHERE id = $1 AND load_attempts > 0");
        self.lines.execute(query.bind(board.as_str())).await?;
        Ok(())
    }

    async fn set_aside(&self, board: &BoardId, seq: Option<u64>, bytes: Bytes, reason: &str) -> Result<(), Error> {
        let query = concat!(
            "WITH known AS (SELECT id FROM boards WHERE id = $1), kept AS (",
            "INSERT INTO set_aside (board_id, seq, bytes, reason, created_at) SELECT id, $2, $3, $4, ",
            now!(),
            " FROM known WHERE NOT EXISTS (SELECT 1 FROM set_aside ",
            "WHERE board_id = $1 AND seq IS NOT DISTINCT FROM $2 AND bytes = $3)) SELECT id FROM known"
        );
        let query = sqlx::query_as(query).bind(board.as_str()).bind(seq.map(sql::stored)).bind(&bytes[..]).bind(reason);
        let known: Option<(String,)> = self.lines.fetch_optional(query).await?;
        known.map(|_| ()).ok_or(Error::NotFound)
    }

    async fn aside(&self, board: &BoardId) -> Result<Vec<Aside>, Error> {
        let query = sqlx::query_as("SELECT seq, bytes, reason FROM set_aside WHERE board_id = $1 ORDER BY id");
        self.lines.fetch_all(query.bind(board.as_str())).await?.into_iter().map(sql::aside).collect()
    }

    async fn join_service(&self, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
        answer_within(ANSWER_WITHIN, async {
            let mut line = self.lines.take().await?;
            let mut tx = line.begin().await?;
            ownership::join_service(&mut tx, owner, lease_ms).await?;
            tx.commit().await?;
            line.give_back();
            Ok(())
        })
        .await
    }

    async fn leave_service(&self, service: &ServiceId) -> Result<(), Error> {
        self.lines.execute(sqlx::query("DELETE FROM services WHERE id = $1").bind(service.as_str())).await?;
        Ok(())
    }

    async fn services(&self) -> Result<Vec<Owner>, Error> {
        let query = concat!("SELECT id, address FROM services WHERE expires_at > ", now!(), " ORDER BY id");
        self.lines.fetch_all(sqlx::query_as(query)).await?.into_iter().map(sql::owner).collect()
    }

    async fn ping(&self) -> Result<(), Error> {
        self.lines.execute(sqlx::query("SELECT 1")).await?;
        Ok(())
    }
}

/// The whole flush in one statement, one round trip and one commit: lock the boards in order, move the heads of those
/// whose fence holds, insert only their rows. Answers with the ids of those boards.
async fn append_where_held(
    connection: &mut PgConnection,
    flush: &[Append],
    order: &[usize],
) -> Result<Vec<(String,)>, Error> {
    let ordered = || order.iter().map(|&position| &flush[position]);
    let ids: Vec<&str> = ordered().map(|append| append.board.as_str()).collect();
    let epochs: Vec<i64> = ordered().map(|append| sql::stored(append.epoch.0)).collect();
    let expected: Vec<i64> = ordered().map(|append| sql::stored(append.expected_head_seq)).collect();
    let last: Vec<i64> = ordered().map(|append| sql::stored(append.last_seq())).collect();
    let rows = || ordered().flat_map(Append::rows);
    let row_ids: Vec<&str> =
        ordered().flat_map(|append| append.updates.iter().map(|_| append.board.as_str())).collect();
    let row_seqs: Vec<i64> = rows().map(|(seq, _)| sql::stored(seq)).collect();
    let row_bytes: Vec<&[u8]> = rows().map(|(_, bytes)| &bytes[..]).collect();
    let statement = concat!(
        "WITH locked AS MATERIALIZED (",
        "SELECT id FROM boards WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        "), held AS (",
        "UPDATE boards SET head_seq = wanted.last ",
        "FROM locked, unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) ",
        "AS wanted (id, epoch, expected, last) ",
        "WHERE boards.id = locked.id AND boards.id = wanted.id AND boards.owner_epoch = wanted.epoch ",
        "AND boards.owner_service IS NOT NULL AND boards.head_seq = wanted.expected ",
        "RETURNING boards.id",
        "), written AS (",
        "INSERT INTO updates (board_id, seq, bytes, created_at) SELECT held.id, line.seq, line.bytes, ",
        now!(),
        " FROM held JOIN unnest($5::text[], $6::bigint[], $7::bytea[]) AS line (id, seq, bytes) ON line.id = held.id",
        ") SELECT id FROM held"
    );
    let query = sqlx::query_as(statement).bind(ids).bind(epochs).bind(expected).bind(last);
    Ok(query.bind(row_ids).bind(row_seqs).bind(row_bytes).fetch_all(connection).await?)
}

/// Whether an append that the fence has just refused was stored before, by a call whose answer was lost.
async fn landed(connection: &mut PgConnection, append: &Append) -> Result<bool, Error> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql::ROWS_BEHIND_FENCE)
        .bind(append.board.as_str())
        .bind(sql::stored(append.epoch.0))
        .bind(sql::stored(append.last_seq()))
        .bind(sql::stored(append.expected_head_seq))
        .fetch_all(connection)
        .await?;
    Ok(sql::are_rows_of(append, &rows))
}

async fn save_snapshot(
    tx: &mut PgConnection,
    board: &BoardId,
    epoch: Epoch,
    snapshot: &Snapshot,
) -> Result<SnapshotOutcome, Error> {
    let (id, seq) = (board.as_str(), sql::stored(snapshot.seq));
    let fence = sqlx::query(
        "SELECT 1 FROM boards WHERE id = $1 AND owner_epoch = $2 AND owner_service IS NOT NULL AND head_seq >= $3 \
         FOR KEY SHARE",
    );
    let fence = fence.bind(id).bind(sql::stored(epoch.0)).bind(seq).fetch_optional(&mut *tx).await?;
    if fence.is_none() {
        return Ok(SnapshotOutcome::Fenced);
    }
    for query in [
        "DELETE FROM updates WHERE board_id = $1 AND seq <= $2",
        "DELETE FROM snapshots WHERE board_id = $1 AND seq <= $2",
    ] {
        sqlx::query(query).bind(id).bind(seq).execute(&mut *tx).await?;
    }
    let insert = concat!(
        "INSERT INTO snapshots (board_id, seq, bytes, created_at) SELECT $1, $2, $3, ",
        now!(),
        " WHERE NOT EXISTS (SELECT 1 FROM snapshots WHERE board_id = $1)"
    );
    sqlx::query(insert).bind(id).bind(seq).bind(&snapshot.bytes[..]).execute(&mut *tx).await?;
    Ok(SnapshotOutcome::Stored)
}
