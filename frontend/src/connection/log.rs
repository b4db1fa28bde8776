//! The log of edits that no acknowledgement covers yet, in IndexedDB. It must not know what an update says.
//!
//! All tabs share one log. An entry belongs to its board, not to a tab: whoever opens the board next reads all of its
//! entries, those of living tabs too; merging and sending an update twice changes nothing. So no lock is needed, which
//! plain http would not give.

use bytes::Bytes;
use idb::{
    Database, DatabaseEvent, Factory, IndexParams, KeyPath, ObjectStore, ObjectStoreParams, Query, Transaction,
    TransactionMode,
};
use js_sys::{Object, Reflect, Uint8Array};
use protocol::BoardId;
use sync::LogKey;
use wasm_bindgen::{JsCast, JsValue};

const DATABASE: &str = "boardwalk-log";
const VERSION: u32 = 1;
const EDITS: &str = "edits";
const BY_BOARD: &str = "board";
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
    let database = open().await?;
    let transaction = database.transaction(&[EDITS], TransactionMode::ReadOnly)?;
    let index = transaction.object_store(EDITS)?.index(BY_BOARD)?;
    let count = index.count(Some(Query::Key(JsValue::from_str(board))))?.await?;
    Ok(count > 0)
}

async fn open() -> Result<Database, LogError> {
    let mut request = Factory::new()?.open(DATABASE, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        // Where the store cannot be made, the first transaction fails and says so.
        let Ok(database) = event.database() else { return };
        let mut params = ObjectStoreParams::new();
        params.auto_increment(true);
        if let Ok(store) = database.create_object_store(EDITS, params) {
            let _ = store.create_index(BY_BOARD, KeyPath::new_single(BY_BOARD), Some(IndexParams::new()));
        }
    });
    Ok(request.await?)
}

impl EditLog {
    /// Opens the log.
    ///
    /// # Errors
    /// The browser gives no database (private window, storage turned off).
    pub async fn open(board: BoardId) -> Result<Self, LogError> {
        Ok(Self { database: open().await?, board })
    }

    /// Every entry of the board, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entries(&self) -> Result<Vec<(LogKey, Bytes)>, LogError> {
        let (_, store) = self.begin(TransactionMode::ReadOnly)?;
        let index = store.index(BY_BOARD)?;
        let board = || Some(Query::Key(JsValue::from_str(self.board.as_str())));
        let (keys, values) = (index.get_all_keys(board(), None)?, index.get_all(board(), None)?);
        let (keys, values) = (keys.await?, values.await?);
        let entry = |(key, value): (&JsValue, &JsValue)| {
            let update = Reflect::get(value, &UPDATE.into()).ok()?.dyn_into::<Uint8Array>().ok()?;
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
            let value = Object::new();
            // Setting a key of a fresh plain object cannot fail.
            let _ = Reflect::set(&value, &BY_BOARD.into(), &self.board.as_str().into());
            let _ = Reflect::set(&value, &UPDATE.into(), &Uint8Array::from(&update[..]));
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
