//! Moves what was committed from the write-ahead log into the database file, on a connection of its own: within a commit,
//! as SQLite does it by itself, it keeps everybody waiting whose edit is in that commit or the next.
//!
//! Beside a busy writer a checkpoint never quite catches up, and a log that is never caught up with is never begun anew. So
//! when it is long, the last step, of little, is done in the writer's turn. It must not know what is written.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How long what is written gathers. The same pages are written again and again: the longer, the less there is to do.
const EVERY: Duration = Duration::from_secs(2);
/// Pages from which on the log is begun anew: 4 MiB. A longer one is no use: a commit into a part of the file that was
/// there before waits less for the disk than one that makes the file longer.
const LONG_LOG_PAGES: i64 = 1024;

/// A task that looks after the log until this is dropped.
#[derive(Debug)]
pub(super) struct Checkpoints {
    written: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Checkpoints {
    pub(super) fn begin(options: SqliteConnectOptions, writer: SqlitePool) -> Self {
        let written = Arc::new(Notify::new());
        let heard = written.clone();
        let task = tokio::spawn(async move {
            let mut own = None;
            loop {
                heard.notified().await;
                sleep(EVERY).await;
                let connection = match own.take() {
                    Some(connection) => Ok(connection),
                    None => SqliteConnection::connect_with(&options).await,
                };
                // What fails is tried again after the next write. The log grows meanwhile, and nothing is lost.
                if let Ok(mut connection) = connection
                    && checkpoint(&mut connection, &writer).await.is_ok()
                {
                    own = Some(connection);
                }
            }
        });
        Self { written, task }
    }

    /// Something is being written.
    pub(super) fn heard_of_write(&self) {
        self.written.notify_one();
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn checkpoint(own: &mut SqliteConnection, writer: &SqlitePool) -> Result<(), sqlx::Error> {
    // Whether it was kept from the end, pages in the log, and how many of them are in the file now.
    let (_, pages, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(own).await?;
    if pages >= LONG_LOG_PAGES {
        // Whoever reads from the log keeps it from being begun anew; then the next turn does it.
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(writer).await?;
    }
    Ok(())
}
