//! What a store may answer instead of a result. Must not know who asked.

use std::error::Error as StdError;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The board or the service is not in the store.
    #[error("not in the store")]
    NotFound,
    /// The id is taken, or the request cannot be stored as it is.
    #[error("in conflict with what is stored")]
    Conflict,
    /// The board has as many of these as it may.
    #[error("no room for another")]
    Full,
    /// The store did not answer, or not in time. What was asked may have happened or not; ask again.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The store answered with something that it cannot have been given. Asking again does not help.
    #[error("the store is corrupt: {0}")]
    Corrupt(String),
    /// The URL names no store. The URL itself is not repeated here: it may carry a password.
    #[error("not a store's URL: {0}")]
    Url(&'static str),
}

impl Error {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    pub(crate) fn unavailable(why: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(why.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(found) if found.is_unique_violation() => Self::Conflict,
            // SQLite's CORRUPT and NOTADB, Postgres' data_corrupted and index_corrupted.
            sqlx::Error::Database(found)
                if matches!(found.code().as_deref(), Some("11" | "26" | "XX001" | "XX002")) =>
            {
                Self::Corrupt(found.to_string())
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Corrupt(error.to_string()),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}
