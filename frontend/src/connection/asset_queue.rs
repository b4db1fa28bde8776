//! Images that are not on the server yet, in IndexedDB: they survive a closed browser and go up at the next visit. It must
//! not know what they show.

use idb::{
    Database, DatabaseEvent, Factory, IndexParams, KeyPath, ObjectStore, ObjectStoreParams, Query, Transaction,
    TransactionMode,
};
use js_sys::{Object, Reflect};
use protocol::{AssetHash, BoardId};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

const DATABASE: &str = "boardwalk-assets";
const VERSION: u32 = 1;
const WAITING: &str = "waiting";
const BOARD: &str = "board";
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
        let mut request = Factory::new()?.open(DATABASE, Some(VERSION))?;
        request.on_upgrade_needed(|event| {
            // Where the store cannot be made, the first transaction fails and says so.
            let Ok(database) = event.database() else { return };
            if let Ok(store) = database.create_object_store(WAITING, ObjectStoreParams::new()) {
                let _ = store.create_index(BOARD, KeyPath::new_single(BOARD), Some(IndexParams::new()));
            }
        });
        Ok(Self { database: request.await?, board })
    }

    /// Keeps an image until it is sent.
    ///
    /// # Errors
    /// There is no room.
    pub async fn keep(&self, hash: &AssetHash, file: &Blob) -> Result<(), idb::Error> {
        let value = Object::new();
        for (key, part) in
            [(BOARD, JsValue::from(self.board.as_str())), (HASH, hash.to_string().into()), (FILE, file.into())]
        {
            // Setting a key of a fresh plain object cannot fail.
            let _ = Reflect::set(&value, &key.into(), &part);
        }
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
        let hash = |value: &JsValue| Reflect::get(value, &HASH.into()).ok()?.as_string()?.parse().ok();
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
    Reflect::get(value, &FILE.into()).ok()?.dyn_into().ok()
}
