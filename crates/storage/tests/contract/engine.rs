//! The engines under test, and a fresh place on each for every case.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use storage::Storage;
use tempfile::TempDir;

const POSTGRES_URL: &str = "BOARDWALK_TEST_POSTGRES_URL";
/// Shown beside each case that could not run.
pub const POSTGRES_NOT_RUN: &str = "not run: BOARDWALK_TEST_POSTGRES_URL is not set";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Memory,
    Sqlite,
    Postgres,
}

impl Engine {
    pub const ALL: [Self; 3] = [Self::Memory, Self::Sqlite, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    pub fn is_present(self) -> bool {
        self != Self::Postgres || std::env::var_os(POSTGRES_URL).is_some()
    }

    pub fn outlives_its_handle(self) -> bool {
        self != Self::Memory
    }

    /// Makes a place, runs a case in it, and tidies up also where the case fails.
    pub async fn in_a_fresh_place<F>(self, case: impl FnOnce(Place) -> F + Send)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let folder = TempDir::new().expect("a temporary folder");
        let schema = format!("contract_{:016x}", RandomState::new().hash_one(folder.path()));
        let place = match self {
            Self::Memory => Place { url: "memory:".to_owned() },
            Self::Sqlite => Place { url: format!("sqlite:{}", folder.path().join("store.sqlite").display()) },
            Self::Postgres => {
                let url = std::env::var(POSTGRES_URL).expect(POSTGRES_NOT_RUN);
                postgres(&url, &format!("CREATE SCHEMA {schema}")).await;
                let sign = if url.contains('?') { '&' } else { '?' };
                Place { url: format!("{url}{sign}options[search_path]={schema}") }
            }
        };
        let url = place.url.clone();
        let outcome = tokio::spawn(case(place)).await;
        if self == Self::Postgres {
            postgres(&url, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
        if let Err(failure) = outcome {
            std::panic::resume_unwind(failure.into_panic());
        }
    }
}

async fn postgres(url: &str, statement: &str) {
    let mut connection = PgConnection::connect(url).await.expect("Postgres answers");
    connection.execute(AssertSqlSafe(statement)).await.expect("the statement runs");
}

/// Where a store lives.
#[derive(Debug, Clone)]
pub struct Place {
    pub url: String,
}

impl Place {
    pub async fn open(&self) -> Arc<dyn Storage> {
        storage::open(&self.url).await.expect("the store opens")
    }

    /// Makes the tables as the first release did, and nothing more.
    pub async fn migrate_to_the_first_release(&self) {
        let engine = if self.url.starts_with("postgres") { "postgres" } else { "sqlite" };
        let first = format!("{}/../../migrations/{engine}/0001_boards.sql", env!("CARGO_MANIFEST_DIR"));
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::copy(first, folder.path().join("0001_boards.sql")).expect("the first migration");
        let migrator = sqlx::migrate::Migrator::new(folder.path()).await.expect("a migration");
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let mut connection = SqliteConnection::connect_with(&options).await.expect("SQLite answers");
            migrator.run_direct(None, &mut connection, false).await.expect("it runs");
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("Postgres answers");
            migrator.run_direct(None, &mut connection, false).await.expect("it runs");
        }
    }

    /// Does to the database what the store itself never would.
    pub async fn tamper(&self, statement: &str) {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let mut connection = SqliteConnection::connect(path).await.expect("SQLite answers");
            connection.execute(AssertSqlSafe(statement)).await.expect("the statement runs");
        } else {
            postgres(&self.url, statement).await;
        }
    }

    /// Holds a board's row locked until dropped; only Postgres locks rows.
    pub async fn lock_board(&self, board: &str) -> Option<PgConnection> {
        if !self.url.starts_with("postgres") {
            return None;
        }
        let mut connection = PgConnection::connect(&self.url).await.expect("Postgres answers");
        let lock = format!("BEGIN; SELECT 1 FROM boards WHERE id = '{board}' FOR UPDATE");
        connection.execute(AssertSqlSafe(lock)).await.expect("the row is there");
        Some(connection)
    }
}
