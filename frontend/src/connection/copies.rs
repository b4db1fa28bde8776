//! The copies of boards that this browser keeps, in IndexedDB, so that a board opens whole without a network. It must not
//! know what an update says, nor when one is written.
//!
//! A copy is a set of updates. All tabs write into one copy: what any of them has seen belongs to it, twice does no harm.
//! A tab that compacts a copy replaces only the rows that it has read or written itself, so that it takes nothing from
//! another tab (`docs/decisions/0035-offline-copies.md`).

use std::fmt;

use bytes::Bytes;
use idb::{Database, ObjectStore, Query, Transaction, TransactionMode};
use js_sys::{Array, Uint8Array};
use protocol::BoardId;
use wasm_bindgen::{JsCast, JsValue};

use super::database::{self, BOARD, Records, property, record};
use super::{belongings, log};

/// A board whose copy would take more is not kept.
pub const MAX_COPY_BYTES: u64 = 48 * 1024 * 1024;
/// All copies together; those that were opened longest ago make room.
pub const MAX_COPIES_BYTES: u64 = 256 * 1024 * 1024;
/// As many boards at most.
pub const MAX_COPIES: usize = 200;

/// What goes into one row of a larger write: the page answers between them.
const ROW_BYTES: usize = 512 * 1024;

const DATABASE: &str = "boardwalk-copies";
/// One record a board: what is kept of it.
const BOARDS: &str = "boards";
/// The updates, in rows of several.
const ROWS: &str = "rows";
const STORES: &[(&str, Records)] = &[(BOARDS, Records::Named), (ROWS, Records::NumberedOfBoards)];
const UPDATES: &str = "updates";
/// Whether a row is a whole board, on which others may build.
const WHOLE: &str = "whole";
const OPENED_AT_MS: &str = "opened_at_ms";
const BYTES: &str = "bytes";

/// The browser keeps no database for this page, or it is full.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the browser's copies of boards are not available: {0}")]
pub struct CopyError(String);

impl CopyError {
    fn because(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

impl From<idb::Error> for CopyError {
    fn from(error: idb::Error) -> Self {
        Self::because(error)
    }
}

/// Names a row; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowKey(u64);

/// What a copy holds when it is opened: updates in an order in which each builds on those before it.
#[derive(Debug, Default)]
pub struct Contents {
    /// The rows that they came from.
    pub rows: Vec<RowKey>,
    /// How many of these are a whole board.
    pub whole_rows: usize,
    /// The updates.
    pub updates: Vec<Bytes>,
    /// Bytes of those that are a whole board.
    pub whole_bytes: u64,
    /// Bytes of the others.
    pub tail_bytes: u64,
}

/// The copy of one board.
pub struct BoardCopy {
    database: Database,
    board: BoardId,
}

impl BoardCopy {
    /// Opens the copy of a board, begins it if there is none, and makes room for it.
    ///
    /// # Errors
    /// The browser gives no database (private window, storage turned off).
    pub async fn open(board: BoardId, now_ms: u64) -> Result<Self, CopyError> {
        let copy = Self { database: database::open(DATABASE, STORES).await?, board };
        let (transaction, boards, _) = begin(&copy.database, TransactionMode::ReadWrite)?;
        let bytes = copy.kept_bytes(&boards).await?.unwrap_or(0);
        copy.note(&boards, now_ms, bytes).await?;
        transaction.await?;
        make_room(&copy.database, &copy.board).await?;
        Ok(copy)
    }

    /// Everything that it holds.
    ///
    /// # Errors
    /// The database failed.
    pub async fn contents(&self) -> Result<Contents, CopyError> {
        let (_, _, rows) = begin(&self.database, TransactionMode::ReadOnly)?;
        let index = rows.index(BOARD)?;
        let (keys, values) = (index.get_all_keys(self.query(), None)?, index.get_all(self.query(), None)?);
        let (keys, values) = (keys.await?, values.await?);
        let mut contents = Contents::default();
        // A row of another tab may build on a whole board that was written after it.
        for is_whole in [true, false] {
            let fits = |value: &&JsValue| property(value, WHOLE).is_some_and(|whole| whole.is_truthy()) == is_whole;
            for value in values.iter().filter(fits) {
                contents.whole_rows += usize::from(is_whole);
                let updates = updates_of(value);
                let bytes: u64 = updates.iter().map(|update| update.len() as u64).sum();
                *if is_whole { &mut contents.whole_bytes } else { &mut contents.tail_bytes } += bytes;
                contents.updates.extend(updates);
            }
        }
        contents.rows = keys.iter().filter_map(row_key).collect();
        Ok(contents)
    }

    /// Adds rows of updates. Nothing if the copy was removed meanwhile: then it has to begin anew.
    ///
    /// # Errors
    /// The database failed, or is full; nothing was added.
    pub async fn append(&self, updates: &[Bytes]) -> Result<Option<Vec<RowKey>>, CopyError> {
        self.write(updates, None).await
    }

    /// Writes a whole board in the place of these rows.
    ///
    /// # Errors
    /// The database failed, or is full; everything is as it was.
    pub async fn replace(&self, rows: &[RowKey], pieces: &[Bytes]) -> Result<Option<Vec<RowKey>>, CopyError> {
        self.write(pieces, Some(rows)).await
    }

    async fn write(&self, updates: &[Bytes], replaced: Option<&[RowKey]>) -> Result<Option<Vec<RowKey>>, CopyError> {
        let (transaction, boards, rows) = begin(&self.database, TransactionMode::ReadWrite)?;
        let Some(noted) = boards.get(Query::Key(self.key()))?.await? else { return Ok(None) };
        let mut kept_bytes = number(&noted, BYTES);
        for row in replaced.unwrap_or_default() {
            let key = JsValue::from_f64(row.0 as f64);
            if let Some(value) = rows.get(Query::Key(key.clone()))?.await? {
                kept_bytes =
                    kept_bytes.saturating_sub(updates_of(&value).iter().map(|update| update.len() as u64).sum());
                rows.delete(key)?.await?;
            }
        }
        let mut keys = Vec::new();
        for part in by_row(updates) {
            let list: Array = part.iter().map(|update| JsValue::from(Uint8Array::from(&update[..]))).collect();
            let is_whole = JsValue::from_bool(replaced.is_some());
            let value = record(&[(BOARD, self.key()), (WHOLE, is_whole), (UPDATES, list.into())]);
            // The next row has a task of its own: this one's answer.
            keys.extend(row_key(&rows.add(&value, None)?.await?));
            kept_bytes += part.iter().map(|update| update.len() as u64).sum::<u64>();
        }
        self.note(&boards, number(&noted, OPENED_AT_MS), kept_bytes).await?;
        transaction.await?;
        Ok(Some(keys))
    }

    /// Removes the copy.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove(&self) -> Result<(), CopyError> {
        remove(&self.database, self.board.as_str()).await
    }

    async fn kept_bytes(&self, boards: &ObjectStore) -> Result<Option<u64>, CopyError> {
        let record = boards.get(Query::Key(self.key()))?.await?;
        Ok(record.map(|record| number(&record, BYTES)))
    }

    async fn note(&self, boards: &ObjectStore, opened_at_ms: u64, bytes: u64) -> Result<(), CopyError> {
        let noted = record(&[
            (BOARD, self.key()),
            (OPENED_AT_MS, JsValue::from_f64(opened_at_ms as f64)),
            (BYTES, JsValue::from_f64(bytes as f64)),
        ]);
        boards.put(&noted, Some(&self.key()))?.await?;
        Ok(())
    }

    fn key(&self) -> JsValue {
        JsValue::from_str(self.board.as_str())
    }

    fn query(&self) -> Option<Query> {
        Some(Query::Key(self.key()))
    }
}

/// Removes the copy of a board that this browser may no longer have, unless it holds edits of it that are on no server:
/// those can be read only with what they build on.
///
/// # Errors
/// The database failed.
pub async fn forget(board: &BoardId) -> Result<(), CopyError> {
    if log::has_entries(board.as_str()).await.map_err(CopyError::because)? {
        return Ok(());
    }
    remove(&database::open(DATABASE, STORES).await?, board.as_str()).await
}

/// Removes what was opened longest ago, as far as the limits ask for it; never the copy that is being opened, nor one
/// that unsent edits build on.
async fn make_room(database: &Database, opening: &BoardId) -> Result<(), CopyError> {
    let (_, boards, _) = begin(database, TransactionMode::ReadOnly)?;
    let records = boards.get_all(None, None)?.await?;
    let mut kept: Vec<Kept> = records.iter().filter_map(Kept::of).collect();
    for board in superfluous(&mut kept, opening.as_str()) {
        if !log::has_entries(&board).await.map_err(CopyError::because)? {
            remove(database, &board).await?;
        }
    }
    Ok(())
}

/// What a board's record says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    board: String,
    opened_at_ms: u64,
    bytes: u64,
}

impl Kept {
    fn of(record: &JsValue) -> Option<Self> {
        let board = property(record, BOARD)?.as_string()?;
        Some(Self { board, opened_at_ms: number(record, OPENED_AT_MS), bytes: number(record, BYTES) })
    }
}

/// The boards that have to go, the longest not opened first. Sorts the list.
fn superfluous(kept: &mut [Kept], opening: &str) -> Vec<String> {
    kept.sort_by_key(|kept| (kept.board == opening, kept.opened_at_ms));
    let mut bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
    let mut count = kept.len();
    let mut going = Vec::new();
    for oldest in kept.iter().filter(|kept| kept.board != opening) {
        // Room for what is being opened to grow as far as it may.
        if bytes + MAX_COPY_BYTES <= MAX_COPIES_BYTES && count <= MAX_COPIES {
            break;
        }
        bytes -= oldest.bytes;
        count -= 1;
        going.push(oldest.board.clone());
    }
    going
}

async fn remove(database: &Database, board: &str) -> Result<(), CopyError> {
    let (transaction, boards, rows) = begin(database, TransactionMode::ReadWrite)?;
    let of_board = Query::Key(JsValue::from_str(board));
    for key in rows.index(BOARD)?.get_all_keys(Some(of_board), None)?.await? {
        rows.delete(key)?.await?;
    }
    boards.delete(JsValue::from_str(board))?.await?;
    transaction.await?;
    match board.parse() {
        Ok(board) => belongings::forget(&board).await,
        Err(_) => Ok(()),
    }
}

fn begin(database: &Database, mode: TransactionMode) -> Result<(Transaction, ObjectStore, ObjectStore), CopyError> {
    let transaction = database.transaction(&[BOARDS, ROWS], mode)?;
    let (boards, rows) = (transaction.object_store(BOARDS)?, transaction.object_store(ROWS)?);
    Ok((transaction, boards, rows))
}

/// A whole number far below 2^53; nothing where there is none.
fn number(value: &JsValue, key: &str) -> u64 {
    property(value, key).and_then(|value| value.as_f64()).unwrap_or(0.0) as u64
}

/// The updates in order, as many to a row as it may hold; a longer one has a row of its own.
fn by_row(updates: &[Bytes]) -> Vec<&[Bytes]> {
    let mut rows = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, update) in updates.iter().enumerate() {
        bytes += update.len();
        if bytes > ROW_BYTES && at > from {
            rows.push(&updates[from..at]);
            (from, bytes) = (at, update.len());
        }
    }
    rows.extend((from < updates.len()).then(|| &updates[from..]));
    rows
}

fn row_key(value: &JsValue) -> Option<RowKey> {
    Some(RowKey(value.as_f64()? as u64))
}

fn updates_of(row: &JsValue) -> Vec<Bytes> {
    let list = property(row, UPDATES).and_then(|list| list.dyn_into::<Array>().ok()).unwrap_or_default();
    let updates = list.iter().filter_map(|update| update.dyn_into::<Uint8Array>().ok());
    updates.map(|update| Bytes::from(update.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(boards: &[(&str, u64, u64)]) -> Vec<Kept> {
        let kept = |(board, opened_at_ms, bytes): &(&str, u64, u64)| Kept {
            board: (*board).to_owned(),
            opened_at_ms: *opened_at_ms,
            bytes: *bytes,
        };
        boards.iter().map(kept).collect()
    }

    #[test]
    fn what_was_opened_longest_ago_goes_first_and_never_what_is_opened() {
        const ROOM: u64 = MAX_COPIES_BYTES - MAX_COPY_BYTES;
        for (boards, expected) in [
            (kept(&[("new", 0, 5), ("a", 1, 1), ("b", 2, 1)]), vec![]),
            (kept(&[("new", 9, 0), ("b", 2, ROOM), ("a", 1, 1)]), vec!["a"]),
            (kept(&[("new", 9, 0), ("b", 2, 2), ("a", 1, ROOM + 1)]), vec!["a"]),
            (kept(&[("new", 0, MAX_COPY_BYTES), ("a", 1, ROOM), ("b", 2, 1)]), vec!["a"]),
            (kept(&[("new", 0, MAX_COPIES_BYTES), ("a", 1, 1), ("b", 2, 1)]), vec!["a", "b"]),
        ] {
            let mut list = boards.clone();
            assert_eq!(superfluous(&mut list, "new"), expected, "{boards:?}");
        }
    }

    #[test]
    fn rows_hold_so_much_at_most_and_all_in_order() {
        let update = |length: usize| Bytes::from(vec![0; length]);
        let lengths = |rows: Vec<&[Bytes]>| {
            rows.into_iter().map(|row| row.iter().map(Bytes::len).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        const HALF: usize = ROW_BYTES / 2;
        assert_eq!(lengths(by_row(&[])), Vec::<Vec<usize>>::new());
        assert_eq!(lengths(by_row(&[update(1), update(2)])), [[1, 2]]);
        let much = [update(HALF), update(HALF), update(1), update(3 * HALF), update(HALF), update(HALF)];
        assert_eq!(lengths(by_row(&much)), [vec![HALF, HALF], vec![1], vec![3 * HALF], vec![HALF, HALF]]);
    }

    #[test]
    fn so_many_boards_are_kept_at_most() {
        let mut many: Vec<Kept> = (0..MAX_COPIES as u64 + 3)
            .map(|number| Kept { board: format!("{number}"), opened_at_ms: number, bytes: 1 })
            .collect();
        assert_eq!(superfluous(&mut many, "1"), ["0", "2", "3"]);
    }
}
