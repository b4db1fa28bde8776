//! The browser's databases (IndexedDB): how one is opened, and how records are made and read. It must not know what is kept.

use idb::{Database, DatabaseEvent, Error, Factory, IndexParams, KeyPath, ObjectStoreParams};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// The property of a record that names its board; records are found by it.
pub const BOARD: &str = "board";

const VERSION: u32 = 1;

/// How records of a store are named and found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Records {
    /// By the key that is given with each.
    Named,
    /// The same, and by their board.
    NamedOfBoards,
    /// By a number that the database gives each, and by their board.
    NumberedOfBoards,
}

/// Opens a database, and makes its stores where it is new.
///
/// # Errors
/// The browser gives none (private window, storage turned off).
pub async fn open(name: &str, stores: &'static [(&'static str, Records)]) -> Result<Database, Error> {
    let mut request = Factory::new()?.open(name, Some(VERSION))?;
    request.on_upgrade_needed(move |event| {
        // Where a store cannot be made, the first transaction fails and says so.
        let Ok(database) = event.database() else { return };
        for (name, records) in stores {
            let mut params = ObjectStoreParams::new();
            params.auto_increment(*records == Records::NumberedOfBoards);
            if let Ok(store) = database.create_object_store(name, params)
                && *records != Records::Named
            {
                let _ = store.create_index(BOARD, KeyPath::new_single(BOARD), Some(IndexParams::new()));
            }
        }
    });
    request.await
}

/// A record of these properties.
pub fn record(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in properties {
        // Setting a key of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

/// A property of a record.
pub fn property(record: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(record, &JsValue::from_str(key)).ok()
}
