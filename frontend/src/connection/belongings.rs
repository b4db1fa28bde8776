//! What this browser keeps of a board beside its document, in IndexedDB, so that the board looks as it did without a
//! network: the images that were shown, and the comments. It must not know what an image shows or a comment says, nor
//! when either is kept (`docs/decisions/0035-offline-copies.md`).

use idb::{Database, ObjectStore, Query, Transaction, TransactionMode};
use protocol::{AssetHash, BoardId};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use super::copies::CopyError;
use super::database::{self, BOARD, Records, property, record};

/// An image of more bytes is not kept.
const MAX_IMAGE_BYTES: u64 = 16 * 1024 * 1024;
/// All images together; those that were shown longest ago make room.
const MAX_IMAGES_BYTES: u64 = 192 * 1024 * 1024;
/// Comments of a board that take more, as JSON, are not kept.
const MAX_COMMENTS_BYTES: usize = 2 * 1024 * 1024;

const DATABASE: &str = "boardwalk-belongings";
/// The files.
const IMAGES: &str = "images";
/// One record for each of them: how large it is, and when it was last shown.
const USES: &str = "uses";
/// One text a board.
const COMMENTS: &str = "comments";
const STORES: &[(&str, Records)] =
    &[(IMAGES, Records::NamedOfBoards), (USES, Records::NamedOfBoards), (COMMENTS, Records::Named)];
const FILE: &str = "file";
const BYTES: &str = "bytes";
const USED_AT_MS: &str = "used_at_ms";

/// An image that is kept, which counts as being shown now.
pub async fn image(board: &BoardId, hash: &AssetHash, now_ms: u64) -> Option<Blob> {
    let database = database::open(DATABASE, STORES).await.ok()?;
    let (transaction, images, uses) = begin(&database, TransactionMode::ReadWrite).ok()?;
    let key = key_of(board, hash);
    let value = images.get(Query::Key(key.clone())).ok()?.await.ok()??;
    let file: Blob = property(&value, FILE)?.dyn_into().ok()?;
    uses.put(&use_of(board, &file, now_ms), Some(&key)).ok()?.await.ok()?;
    transaction.await.ok()?;
    Some(file)
}

/// Keeps an image that is shown, and makes room for it.
///
/// # Errors
/// The browser gives no database, or it is full.
pub async fn keep_image(board: &BoardId, hash: &AssetHash, file: &Blob, now_ms: u64) -> Result<(), CopyError> {
    if bytes_of(file) > MAX_IMAGE_BYTES {
        return Ok(());
    }
    let database = database::open(DATABASE, STORES).await?;
    let (transaction, images, uses) = begin(&database, TransactionMode::ReadWrite)?;
    let (of_board, file_value) = (JsValue::from_str(board.as_str()), JsValue::from(file));
    let (value, key) = (record(&[(BOARD, of_board), (FILE, file_value)]), key_of(board, hash));
    images.put(&value, Some(&key))?.await?;
    uses.put(&use_of(board, file, now_ms), Some(&key))?.await?;
    let (keys, records) = (uses.get_all_keys(None, None)?.await?, uses.get_all(None, None)?.await?);
    let kept = keys.iter().zip(&records).filter_map(|(key, record)| Use::of(key, record)).collect();
    for oldest in superfluous(kept) {
        let key = JsValue::from_str(&oldest);
        images.delete(Query::Key(key.clone()))?.await?;
        uses.delete(Query::Key(key))?.await?;
    }
    transaction.await?;
    Ok(())
}

/// The comments that are kept of a board.
pub async fn comments(board: &BoardId) -> Option<String> {
    let database = database::open(DATABASE, STORES).await.ok()?;
    let transaction = database.transaction(&[COMMENTS], TransactionMode::ReadOnly).ok()?;
    let store = transaction.object_store(COMMENTS).ok()?;
    store.get(Query::Key(JsValue::from_str(board.as_str()))).ok()?.await.ok()??.as_string()
}

/// Keeps the comments of a board in the place of what was kept.
///
/// # Errors
/// The browser gives no database, or it is full.
pub async fn keep_comments(board: &BoardId, text: &str) -> Result<(), CopyError> {
    if text.len() > MAX_COMMENTS_BYTES {
        return Ok(());
    }
    let database = database::open(DATABASE, STORES).await?;
    let transaction = database.transaction(&[COMMENTS], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(COMMENTS)?;
    store.put(&JsValue::from_str(text), Some(&JsValue::from_str(board.as_str())))?.await?;
    transaction.await?;
    Ok(())
}

/// Keeps nothing of a board any more.
///
/// # Errors
/// The database failed.
pub async fn forget(board: &BoardId) -> Result<(), CopyError> {
    let database = database::open(DATABASE, STORES).await?;
    let transaction = database.transaction(&[IMAGES, USES, COMMENTS], TransactionMode::ReadWrite)?;
    let of_board = JsValue::from_str(board.as_str());
    for name in [IMAGES, USES] {
        let store = transaction.object_store(name)?;
        for key in store.index(BOARD)?.get_all_keys(Some(Query::Key(of_board.clone())), None)?.await? {
            store.delete(Query::Key(key))?.await?;
        }
    }
    transaction.object_store(COMMENTS)?.delete(Query::Key(of_board))?.await?;
    transaction.await?;
    Ok(())
}

/// An image as its record tells.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    key: String,
    bytes: u64,
    used_at_ms: u64,
}

impl Use {
    fn of(key: &JsValue, noted: &JsValue) -> Option<Self> {
        // Whole numbers far below 2^53.
        let number = |name: &str| Some(property(noted, name)?.as_f64()? as u64);
        Some(Self { key: key.as_string()?, bytes: number(BYTES)?, used_at_ms: number(USED_AT_MS)? })
    }
}

/// The images that have to go, the longest not shown first.
fn superfluous(mut kept: Vec<Use>) -> Vec<String> {
    kept.sort_by_key(|image| image.used_at_ms);
    let mut bytes: u64 = kept.iter().map(|image| image.bytes).sum();
    let mut going = Vec::new();
    for image in kept {
        if bytes <= MAX_IMAGES_BYTES {
            break;
        }
        bytes -= image.bytes;
        going.push(image.key);
    }
    going
}

fn begin(database: &Database, mode: TransactionMode) -> Result<(Transaction, ObjectStore, ObjectStore), CopyError> {
    let transaction = database.transaction(&[IMAGES, USES], mode)?;
    let (images, uses) = (transaction.object_store(IMAGES)?, transaction.object_store(USES)?);
    Ok((transaction, images, uses))
}

fn key_of(board: &BoardId, hash: &AssetHash) -> JsValue {
    JsValue::from_str(&format!("{board}/{hash}"))
}

fn use_of(board: &BoardId, file: &Blob, now_ms: u64) -> JsValue {
    record(&[
        (BOARD, JsValue::from_str(board.as_str())),
        (BYTES, JsValue::from_f64(bytes_of(file) as f64)),
        (USED_AT_MS, JsValue::from_f64(now_ms as f64)),
    ])
}

/// A file's size is a whole number.
fn bytes_of(file: &Blob) -> u64 {
    file.size() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_longest_ago_makes_room() {
        let image = |key: &str, used_at_ms: u64, bytes: u64| Use { key: key.to_owned(), bytes, used_at_ms };
        for (kept, expected) in [
            (vec![image("a", 1, MAX_IMAGES_BYTES)], vec![]),
            (vec![image("b", 2, 1), image("a", 1, MAX_IMAGES_BYTES)], vec!["a"]),
            (vec![image("b", 2, MAX_IMAGES_BYTES), image("a", 1, 1)], vec!["a"]),
            (vec![image("c", 3, MAX_IMAGES_BYTES), image("b", 2, 1), image("a", 1, 1)], vec!["a", "b"]),
            (vec![], vec![]),
        ] {
            assert_eq!(superfluous(kept.clone()), expected, "{kept:?}");
        }
    }
}
