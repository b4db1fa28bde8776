//! A fresh database of the test's own: on Postgres a schema where `BOARDWALK_TEST_POSTGRES_URL` names one.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// A schema, dropped by [`end`](Self::end).
pub struct Schema {
    base: String,
    name: String,
}

impl Schema {
    /// `None` without Postgres.
    pub async fn begin(name: &str) -> Option<Self> {
        let base = std::env::var("BOARDWALK_TEST_POSTGRES_URL").ok()?;
        let name = format!("boards_{name}_{}", std::process::id());
        let schema = Self { base, name };
        schema.run(&format!("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}", schema.name)).await;
        Some(schema)
    }

    pub fn url(&self) -> String {
        let sign = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{sign}options[search_path]={}", self.base, self.name)
    }

    pub async fn end(self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name)).await;
    }

    async fn run(&self, statements: &str) {
        let mut connection = PgConnection::connect(&self.base).await.expect("Postgres answers");
        connection.execute(AssertSqlSafe(statements)).await.expect("the statements run");
    }
}
