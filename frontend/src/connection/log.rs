//! The log of edits that no acknowledgement covers yet, in IndexedDB. It must not know what an update says.
//!
//! All tabs share one log. An entry belongs to its board, not to a tab: whoever opens the board next reads all of its
//! entries, those of living tabs too; merging and sending an update twice changes nothing. So no lock is needed, which
//! plain http would not give.

use bytes::Bytes;
use idb::{Database, ObjectStore, Query, Transaction, TransactionMode};
use js_sys::Uint8Array;
use protocol::BoardId;
use sync::LogKey;
use wasm_bindgen::{JsCast, JsValue};

use super::database::{self, BOARD, Records, property, record};

const DATABASE: &str = "boardwalk-log";
const EDITS: &str = "edits";
const STORES: &[(&str, Records)] = &[(EDITS, Records::NumberedOfBoards)];
const UPDATE: &str = "update";

/// The open log of one board.
pub struct EditLog {
    database: Database,
    board: BoardId,
}

/// The browser keeps no database for this page, or it is full.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the browser's log is not available: {0}")]
pub struct LogError(String);

impl From<idb::Error> for LogError {
    fn from(error: idb::Error) -> Self {
        Self(error.to_string())
    }
}

/// Whether the log holds an edit of a board: one that is on no server, as far as this browser knows.
///
/// # Errors
/// The browser gives no database.
pub async fn has_entries(board: &str) -> Result<bool, LogError> {
    let database = database::open(DATABASE, STORES).await?;
    let transaction = database.transaction(&[EDITS], TransactionMode::ReadOnly)?;
    let index = transaction.object_store(EDITS)?.index(BOARD)?;
    let count = index.count(Some(Query::Key(JsValue::from_str(board))))?.await?;
    Ok(count > 0)
}

impl EditLog {
    /// Opens the log.
    ///
    /// # Errors
    /// The browser gives no database (private window, storage turned off).
    pub async fn open(board: BoardId) -> Result<Self, LogError> {
        Ok(Self { database: database::open(DATABASE, STORES).await?, board })
    }

    /// Every entry of the board, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entries(&self) -> Result<Vec<(LogKey, Bytes)>, LogError> {
        let (_, store) = self.begin(TransactionMode::ReadOnly)?;
        let index = store.index(BOARD)?;
        let board = || Some(Query::Key(JsValue::from_str(self.board.as_str())));
        let (keys, values) = (index.get_all_keys(board(), None)?, index.get_all(board(), None)?);
        let (keys, values) = (keys.await?, values.await?);
        let entry = |(key, value): (&JsValue, &JsValue)| {
            let update = property(value, UPDATE)?.dyn_into::<Uint8Array>().ok()?;
            Some((LogKey(key.as_f64()? as u64), Bytes::from(update.to_vec())))
        };
        Ok(keys.iter().zip(&values).filter_map(entry).collect())
    }

    /// Appends updates, in order, in one transaction; returns once they are kept.
    ///
    /// # Errors
    /// The database failed; nothing was appended.
    pub async fn append(&self, updates: &[Bytes]) -> Result<Vec<LogKey>, LogError> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        let mut requests = Vec::new();
        for update in updates {
            let value = record(&[(BOARD, self.board.as_str().into()), (UPDATE, Uint8Array::from(&update[..]).into())]);
            requests.push(store.add(&value, None)?);
        }
        let mut keys = Vec::new();
        for request in requests {
            let key = request.await?.as_f64().ok_or_else(|| LogError("a key is not a number".to_owned()))?;
            keys.push(LogKey(key as u64));
        }
        transaction.await?;
        Ok(keys)
    }

    /// Removes entries that are acknowledged.
    ///
    /// # Errors
    /// The database failed; what is left is sent once more on the next visit, which changes nothing.
    pub async fn remove(&self, keys: &[LogKey]) -> Result<(), LogError> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        for key in keys {
            store.delete(JsValue::from_f64(key.0 as f64))?;
        }
        transaction.await?;
        Ok(())
    }

    fn begin(&self, mode: TransactionMode) -> Result<(Transaction, ObjectStore), LogError> {
        let transaction = self.database.transaction(&[EDITS], mode)?;
        let store = transaction.object_store(EDITS)?;
        Ok((transaction, store))
    }
}
