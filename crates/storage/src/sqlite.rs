//! The store in one SQLite file: the default for one machine.
//!
//! One connection writes, a few read beside it (WAL). Every write transaction begins IMMEDIATE, so what it reads stays
//! true until it commits, in this process and beside others. Must not know what the bytes mean.

/// The database's clock, in milliseconds.
macro_rules! now {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}

mod access;
mod accounts;
mod append;
mod archive;
mod assets;
mod checkpoints;
mod household;
mod meeting;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, ServiceId};
use sqlx::error::DatabaseError;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteQueryResult,
    SqliteSynchronous,
};
use sqlx::{Connection, SqliteConnection, Transaction};
use tokio::time::sleep;

use self::checkpoints::Checkpoints;
use crate::contract::in_board_order;
use crate::{
    Acquired, Append, AppendOutcome, Aside, BoardRecord, Epoch, Error, Loaded, NewBoard, Owner, Snapshot,
    SnapshotOutcome, Storage, sql,
};

/// Connections that read beside the writer.
const READERS: u32 = 4;
/// Longest wait for another process to finish its transaction.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Between two tries to open a file that another process holds.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// Longest wait for our own writer, or for a free reader.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// Prepared statements that the writer keeps: two per number of rows, and all the others.
const PREPARED_STATEMENTS: usize = 2 * append::ROWS_PER_STATEMENT + 64;
/// Rows that a reading connection's thread may be ahead of us.
const ROWS_AHEAD: usize = 1024;

/// A store in a file.
#[derive(Debug)]
pub(crate) struct SqliteStorage {
    writer: SqlitePool,
    readers: SqlitePool,
    checkpoints: Checkpoints,
}

impl SqliteStorage {
    /// Opens the file, makes it where it is missing, and migrates it.
    pub(crate) async fn open(path: &str) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(BUSY_WAIT)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .statement_cache_capacity(PREPARED_STATEMENTS)
            .row_buffer_size(ROWS_AHEAD);
        let pool = || SqlitePoolOptions::new().acquire_timeout(TURN_WAIT).test_before_acquire(false);
        migrate(&options).await?;
        let options = options.pragma("wal_autocheckpoint", "0");
        let writer = pool().max_connections(1).idle_timeout(None).max_lifetime(None);
        let writer = writer.after_connect(|connection, _| Box::pin(append::prepare(connection)));
        let writer = writer.connect_with(options.clone()).await?;
        Ok(Self {
            checkpoints: Checkpoints::begin(options.clone(), writer.clone()),
            writer,
            readers: pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON")),
        })
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(self.writer().begin_with("BEGIN IMMEDIATE").await?)
    }

    fn writer(&self) -> &SqlitePool {
        self.checkpoints.heard_of_write();
        &self.writer
    }
}

/// Brings the schema up to date in one transaction, which also keeps a second process from doing the same beside us.
async fn migrate(options: &SqliteConnectOptions) -> Result<(), Error> {
    let mut migrator = sqlx::migrate!("../../migrations/sqlite");
    // A newer release may have been here already; migrations only add.
    migrator.set_ignore_missing(true);
    let mut connection = first_connection(options).await?;
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrator.run_direct(None, &mut *tx, false).await.map_err(Error::unavailable)?;
    tx.commit().await?;
    Ok(connection.close().await?)
}

/// A connection to a file whose journal may have to become another first. SQLite does not wait for whoever has the file open
/// then, whatever its busy timeout: it is asked again.
async fn first_connection(options: &SqliteConnectOptions) -> Result<SqliteConnection, Error> {
    let mut tries_left = BUSY_WAIT.as_millis() / BUSY_PAUSE.as_millis();
    loop {
        match SqliteConnection::connect_with(options).await {
            Err(sqlx::Error::Database(refused)) if tries_left > 0 && is_busy(&*refused) => {
                tries_left -= 1;
                sleep(BUSY_PAUSE).await;
            }
            answer => return Ok(answer?),
        }
    }
}

/// Whether another process holds the file: SQLITE_BUSY, whatever its extension.
fn is_busy(refused: &dyn DatabaseError) -> bool {
    const BUSY: u32 = 5;
    let code = refused.code().and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == BUSY)
}

fn found(result: &SqliteQueryResult) -> Result<(), Error> {
    if result.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

#[async_trait]
impl Storage for SqliteStorage {
    async fn create_board(&self, board: NewBoard) -> Result<(), Error> {
        board.check()?;
        let mut tx = self.begin().await?;
        sqlx::query(concat!("INSERT INTO boards (id, title, created_at, head_seq) VALUES ($1, $2, ", now!(), ", $3)"))
            .bind(board.id.as_str())
            .bind(&board.title)
            .bind(i64::from(board.content.is_some()))
            .execute(&mut *tx)
            .await?;
        if let Some(content) = &board.content {
            let insert =
                concat!("INSERT INTO snapshots (board_id, seq, bytes, created_at) VALUES ($1, 1, $2, ", now!(), ")");
            sqlx::query(insert).bind(board.id.as_str()).bind(&content[..]).execute(&mut *tx).await?;
        }
        for link in &board.links {
            sqlx::query(concat!(
                "INSERT INTO links (board_id, secret_hash, role, created_at) VALUES ($1, $2, $3, ",
                now!(),
                ")"
            ))
            .bind(board.id.as_str())
            .bind(&link.secret_hash.0[..])
            .bind(link.role.as_str())
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn board(&self, id: &BoardId) -> Result<Option<BoardRecord>, Error> {
        let row: Option<(String, i64, Option<i64>, i64)> =
            sqlx::query_as("SELECT title, created_at, deleted_at, head_seq FROM boards WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(&self.readers)
                .await?;
        row.map(|row| sql::board(id, row)).transpose()
    }

    async fn delete_board(&self, board: &BoardId) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let query = concat!("UPDATE boards SET deleted_at = coalesce(deleted_at, ", now!(), ") WHERE id = $1");
        found(&sqlx::query(query).bind(board.as_str()).execute(&mut *tx).await?)?;
        access::note_change(&mut tx, board).await?;
        Ok(tx.commit().await?)
    }

    async fn acquire(&self, board: &BoardId, owner: &Owner, lease_ms: u64) -> Result<Acquired, Error> {
        let mut tx = self.begin().await?;
        let holder: Option<(Option<String>,)> =
            sqlx::query_as("SELECT owner_service FROM boards WHERE id = $1 AND deleted_at IS NULL")
                .bind(board.as_str())
                .fetch_optional(&mut *tx)
                .await?;
        let Some((holder,)) = holder else {
            return Ok(Acquired::UnknownBoard);
        };
        if let Some(holder) = holder.filter(|holder| holder != owner.service.as_str())
            && let Some(other) = outlive(&mut tx, &holder).await?
        {
            return Ok(Acquired::HeldBy(other));
        }
        let (epoch, head_seq): (i64, i64) = sqlx::query_as(
            "UPDATE boards SET owner_service = $2, owner_epoch = owner_epoch + 1 WHERE id = $1 \
             RETURNING owner_epoch, head_seq",
        )
        .bind(board.as_str())
        .bind(owner.service.as_str())
        .fetch_one(&mut *tx)
        .await?;
        ensure_lease(&mut tx, owner, lease_ms).await?;
        tx.commit().await?;
        Ok(Acquired::Mine { epoch: Epoch(sql::read(epoch)?), head_seq: sql::read(head_seq)? })
    }

    async fn renew(&self, service: &ServiceId, lease_ms: u64) -> Result<(), Error> {
        let query = concat!(
            "UPDATE services SET expires_at = ",
            now!(),
            " + $2 WHERE id = $1 AND NOT superseded AND expires_at > ",
            now!()
        );
        found(&sqlx::query(query).bind(service.as_str()).bind(sql::lease(lease_ms)).execute(self.writer()).await?)
    }

    async fn release(&self, board: &BoardId, epoch: Epoch) -> Result<(), Error> {
        sqlx::query("UPDATE boards SET owner_service = NULL WHERE id = $1 AND owner_epoch = $2")
            .bind(board.as_str())
            .bind(sql::stored(epoch.0))
            .execute(self.writer())
            .await?;
        Ok(())
    }

    async fn load(&self, board: &BoardId) -> Result<Loaded, Error> {
        // One statement, so that a compaction in between cannot hide rows.
        let rows = sqlx::query_as(
            "SELECT 0, head_seq, NULL FROM boards WHERE id = $1 \
             UNION ALL SELECT 1, seq, bytes FROM snapshots WHERE board_id = $1 \
             UNION ALL SELECT 2, seq, bytes FROM updates WHERE board_id = $1",
        )
        .bind(board.as_str())
        .fetch_all(&self.readers)
        .await?;
        sql::loaded(rows)
    }

    async fn append(&self, flush: Vec<Append>) -> Result<Vec<AppendOutcome>, Error> {
        let order = in_board_order(&flush)?;
        if let [only] = &flush[..]
            && let Some(stored) = append::in_one_statement(self.writer(), only).await?
        {
            return Ok(vec![stored]);
        }
        let mut outcomes = vec![AppendOutcome::Fenced; flush.len()];
        let mut tx = self.begin().await?;
        for position in order {
            outcomes[position] = append::one_board(&mut tx, &flush[position]).await?;
        }
        tx.commit().await?;
        Ok(outcomes)
    }

    async fn save_snapshot(&self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> Result<SnapshotOutcome, Error> {
        let (id, seq) = (board.as_str(), sql::stored(snapshot.seq));
        let mut tx = self.begin().await?;
        let fence = sqlx::query(
            "SELECT 1 FROM boards WHERE id = $1 AND owner_epoch = $2 AND owner_service IS NOT NULL AND head_seq >= $3",
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
        tx.commit().await?;
        Ok(SnapshotOutcome::Stored)
    }

    async fn begin_load(&self, board: &BoardId) -> Result<u32, Error> {
        let attempts: Option<(i64,)> =
            sqlx::query_as("UPDATE boards SET load_attempts = load_attempts + 1 WHERE id = $1 RETURNING load_attempts")
                .bind(board.as_str())
                .fetch_optional(self.writer())
                .await?;
        sql::earlier_attempts(attempts)
    }

    async fn end_load(&self, board: &BoardId) -> Result<(), Error> {
        let query = sqlx::query("UPDATE boards SET load_attempts = 0 WHERE id = $1 AND load_attempts > 0");
        query.bind(board.as_str()).execute(self.writer()).await?;
        Ok(())
    }

    async fn set_aside(&self, board: &BoardId, seq: Option<u64>, bytes: Bytes, reason: &str) -> Result<(), Error> {
        let seq = seq.map(sql::stored);
        let mut tx = self.begin().await?;
        let known = sqlx::query("SELECT 1 FROM boards WHERE id = $1").bind(board.as_str());
        known.fetch_optional(&mut *tx).await?.ok_or(Error::NotFound)?;
        let insert = concat!(
            "INSERT INTO set_aside (board_id, seq, bytes, reason, created_at) SELECT $1, $2, $3, $4, ",
            now!(),
            " WHERE NOT EXISTS (SELECT 1 FROM set_aside WHERE board_id = $1 AND seq IS $2 AND bytes = $3)"
        );
        let insert = sqlx::query(insert).bind(board.as_str()).bind(seq).bind(&bytes[..]).bind(reason);
        insert.execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn aside(&self, board: &BoardId) -> Result<Vec<Aside>, Error> {
        let rows = sqlx::query_as("SELECT seq, bytes, reason FROM set_aside WHERE board_id = $1 ORDER BY id")
            .bind(board.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(sql::aside).collect()
    }

    async fn join_service(&self, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let end = concat!("UPDATE services SET expires_at = min(expires_at, ", now!(), ") WHERE address = $1");
        sqlx::query(end).bind(&owner.address).execute(&mut *tx).await?;
        let forget = concat!(
            "DELETE FROM services WHERE expires_at < ",
            now!(),
            " - $1 AND NOT EXISTS (SELECT 1 FROM boards WHERE owner_service = services.id)"
        );
        sqlx::query(forget).bind(sql::FORGET_SERVICE_AFTER_MS).execute(&mut *tx).await?;
        let join = concat!(
            "INSERT INTO services (id, address, expires_at) VALUES ($1, $2, ",
            now!(),
            " + $3) ON CONFLICT (id) DO UPDATE ",
            "SET address = excluded.address, expires_at = excluded.expires_at, superseded = FALSE"
        );
        sqlx::query(join)
            .bind(owner.service.as_str())
            .bind(&owner.address)
            .bind(sql::lease(lease_ms))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn leave_service(&self, service: &ServiceId) -> Result<(), Error> {
        let query = sqlx::query("DELETE FROM services WHERE id = $1").bind(service.as_str());
        query.execute(self.writer()).await?;
        Ok(())
    }

    async fn services(&self) -> Result<Vec<Owner>, Error> {
        let query = concat!("SELECT id, address FROM services WHERE expires_at > ", now!(), " ORDER BY id");
        sqlx::query_as(query).fetch_all(&self.readers).await?.into_iter().map(sql::owner).collect()
    }

    async fn ping(&self) -> Result<(), Error> {
        // A write transaction that writes nothing: the lock is what a full disk or a stuck process would refuse.
        Ok(self.begin().await?.rollback().await?)
    }
}

/// The service `holder` if its lease runs; otherwise records that others take its boards.
async fn outlive(tx: &mut SqliteConnection, holder: &str) -> Result<Option<Owner>, Error> {
    let select = concat!("SELECT id, address FROM services WHERE id = $1 AND expires_at > ", now!());
    let alive = sqlx::query_as(select).bind(holder).fetch_optional(&mut *tx).await?;
    if let Some(row) = alive {
        return sql::owner(row).map(Some);
    }
    sqlx::query("UPDATE services SET superseded = TRUE WHERE id = $1").bind(holder).execute(&mut *tx).await?;
    Ok(None)
}

/// Gives the owner a lease if it has none, prolongs a short one. What `renew` has to report stays recorded.
async fn ensure_lease(tx: &mut SqliteConnection, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
    let upsert = concat!(
        "INSERT INTO services (id, address, expires_at) VALUES ($1, $2, ",
        now!(),
        " + $3) ON CONFLICT (id) DO UPDATE SET address = excluded.address, expires_at = excluded.expires_at ",
        "WHERE services.expires_at <= ",
        now!(),
        " OR services.expires_at < ",
        now!(),
        " + $3 / 2"
    );
    sqlx::query(upsert)
        .bind(owner.service.as_str())
        .bind(&owner.address)
        .bind(sql::lease(lease_ms))
        .execute(&mut *tx)
        .await?;
    Ok(())
}
