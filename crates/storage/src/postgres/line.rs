//! Connections to PostgreSQL that never keep a caller waiting: every answer has its time.
//!
//! A line whose work failed or was given up is closed, not returned, since nobody knows what it would answer next.
//! Must not know any statement.

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow, Postgres};
use sqlx::query::{Query, QueryAs};
use sqlx::{Connection, FromRow, PgConnection};

use crate::Error;

/// Connections of one process.
const MAX_CONNECTIONS: u32 = 8;
/// Longest wait for a small answer, the connection included: past it the store counts as unreachable.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Longest wait for a whole board.
pub(super) const BULK_WITHIN: Duration = Duration::from_secs(30);
/// More bytes get more time: what even a slow link carries in a second.
const BYTES_PER_SECOND: usize = 1024 * 1024;
/// A connection that was idle for this long is asked for a sign of life before use; a busy one has just given it.
const TRUST_IDLE_FOR: Duration = Duration::from_secs(1);
/// Settings of every connection: the server gives up soon after we do, and what it confirms is on disk.
const SETTINGS: [(&str, &str); 3] =
    [("statement_timeout", "60s"), ("idle_in_transaction_session_timeout", "10s"), ("synchronous_commit", "on")];

/// One statement with its arguments.
pub(super) type Work<'q> = Query<'q, Postgres, PgArguments>;

/// One statement with its arguments, whose rows become `T`.
pub(super) type Reading<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;

/// Time for an answer to a message of so many bytes.
pub(super) fn for_bytes(bytes: usize) -> Duration {
    ANSWER_WITHIN + Duration::from_secs((bytes / BYTES_PER_SECOND) as u64)
}

/// Waits for an answer, but not for ever.
pub(super) async fn answer_within<T>(time: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::time::timeout(time, work).await {
        Ok(answer) => answer,
        Err(late) => Err(Error::unavailable(late)),
    }
}

/// The pool.
#[derive(Debug)]
pub(super) struct Lines {
    pool: PgPool,
}

impl Lines {
    /// Connects and brings the schema up to date.
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| Error::Url("PostgreSQL cannot read it"))?
            .application_name("boardwalk");
        migrate(&options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ANSWER_WITHIN)
            .test_before_acquire(false)
            .before_acquire(|connection, line| {
                Box::pin(async move {
                    if line.idle_for > TRUST_IDLE_FOR {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            });
        Ok(Self { pool: pool.connect_lazy_with(options.options(SETTINGS)) })
    }

    /// A line for several statements. Give it back when the last one has answered.
    pub(super) async fn take(&self) -> Result<Line, Error> {
        Ok(Line { connection: Some(self.pool.acquire().await?) })
    }

    /// Runs a small statement: rows that it touched.
    pub(super) async fn execute(&self, work: Work<'_>) -> Result<u64, Error> {
        answer_within(ANSWER_WITHIN, async {
            let mut line = self.take().await?;
            let touched = work.execute(&mut *line).await?.rows_affected();
            line.give_back();
            Ok(touched)
        })
        .await
    }

    /// Runs a small statement: all its rows.
    pub(super) async fn fetch_all<T>(&self, reading: Reading<'_, T>) -> Result<Vec<T>, Error>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        answer_within(ANSWER_WITHIN, async {
            let mut line = self.take().await?;
            let rows = reading.fetch_all(&mut *line).await?;
            line.give_back();
            Ok(rows)
        })
        .await
    }

    /// Runs a small statement of at most one row.
    pub(super) async fn fetch_optional<T>(&self, reading: Reading<'_, T>) -> Result<Option<T>, Error>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        Ok(self.fetch_all(reading).await?.pop())
    }
}

/// Migrates over a connection of its own, without a time for statements: a large index may take long. The migrator
/// holds a lock of the database meanwhile, so processes that start together take turns.
async fn migrate(options: &PgConnectOptions) -> Result<(), Error> {
    let mut migrator = sqlx::migrate!("../../migrations/postgres");
    // A newer release may have been here already; migrations only add.
    migrator.set_ignore_missing(true);
    let connect = async { Ok(PgConnection::connect_with(options).await?) };
    let mut connection = answer_within(ANSWER_WITHIN, connect).await?;
    migrator.run_direct(None, &mut connection, false).await.map_err(Error::unavailable)?;
    Ok(connection.close().await?)
}

/// A connection in use.
pub(super) struct Line {
    connection: Option<PoolConnection<Postgres>>,
}

const HELD: &str = "a line holds its connection until it is given back or dropped";

impl Line {
    /// Lets the next caller have the connection.
    pub(super) fn give_back(mut self) {
        drop(self.connection.take());
    }
}

impl Deref for Line {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect(HELD)
    }
}

impl DerefMut for Line {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect(HELD)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}
