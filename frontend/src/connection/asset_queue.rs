//! Images that are not on the server yet, in IndexedDB: they survive a closed browser and go up at the next visit. It must
//! not know what they show.

use idb::{Database, ObjectStore, Query, Transaction, TransactionMode};
use protocol::{AssetHash, BoardId};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use super::database::{self, BOARD, Records, property, record};

const DATABASE: &str = "boardwalk-assets";
const WAITING: &str = "waiting";
const STORES: &[(&str, Records)] = &[(WAITING, Records::NamedOfBoards)];
const HASH: &str = "hash";
const FILE: &str = "file";

/// The queue of one board.
pub struct AssetQueue {
    database: Database,
    board: BoardId,
}

impl AssetQueue {
    /// Opens the queue.
    ///
    /// # Errors
    /// The browser gives no database (private window, storage turned off).
    pub async fn open(board: BoardId) -> Result<Self, idb::Error> {
        Ok(Self { database: database::open(DATABASE, STORES).await?, board })
    }

    /// Keeps an image until it is sent.
    ///
    /// # Errors
    /// There is no room.
    pub async fn keep(&self, hash: &AssetHash, file: &Blob) -> Result<(), idb::Error> {
        let value =
            record(&[(BOARD, self.board.as_str().into()), (HASH, hash.to_string().into()), (FILE, file.into())]);
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        store.put(&value, Some(&self.key(hash)))?.await?;
        transaction.await?;
        Ok(())
    }

    /// An image that waits.
    pub async fn get(&self, hash: &AssetHash) -> Option<Blob> {
        let (_, store) = self.begin(TransactionMode::ReadOnly).ok()?;
        let value = store.get(Query::Key(self.key(hash))).ok()?.await.ok()??;
        file_of(&value)
    }

    /// All images of the board that wait.
    pub async fn all(&self) -> Vec<(AssetHash, Blob)> {
        let read = async {
            let (_, store) = self.begin(TransactionMode::ReadOnly).ok()?;
            let of_board = Query::Key(JsValue::from_str(self.board.as_str()));
            store.index(BOARD).ok()?.get_all(Some(of_board), None).ok()?.await.ok()
        };
        let values = read.await.unwrap_or_default();
        let hash = |value: &JsValue| property(value, HASH)?.as_string()?.parse().ok();
        values.iter().filter_map(|value| Some((hash(value)?, file_of(value)?))).collect()
    }

    /// Forgets an image that was sent or refused.
    pub async fn remove(&self, hash: &AssetHash) -> Result<(), idb::Error> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        store.delete(self.key(hash))?.await?;
        transaction.await?;
        Ok(())
    }

    fn key(&self, hash: &AssetHash) -> JsValue {
        JsValue::from_str(&format!("{}/{hash}", self.board))
    }

    fn begin(&self, mode: TransactionMode) -> Result<(Transaction, ObjectStore), idb::Error> {
        let transaction = self.database.transaction(&[WAITING], mode)?;
        let store = transaction.object_store(WAITING)?;
        Ok((transaction, store))
    }
}

fn file_of(value: &JsValue) -> Option<Blob> {
    property(value, FILE)?.dyn_into().ok()
}
