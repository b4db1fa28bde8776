//! Opening a board from its snapshot and the rows behind it. Reading is total: what cannot be read is reported.

use board::{ClientId, Document, Merged};
use bytes::Bytes;

use super::packed::{self, Packed};

/// What the store holds of a board.
#[derive(Debug, Clone, Default)]
pub struct StoredBoard {
    /// Snapshot: highest log row merged into it, and its bytes.
    pub snapshot: Option<(u64, Bytes)>,
    /// Every remaining log row, ascending.
    pub rows: Vec<(u64, Bytes)>,
    /// Number of the newest row ever written.
    pub head_seq: u64,
}

/// What could not be read while loading; the room opened without it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Bytes to be kept aside, with their row number (`None`: the snapshot) and the reason.
    pub unreadable: Vec<(Option<u64>, Bytes, String)>,
}

/// The service never writes content of its own, so its client id never reaches a wire.
const SERVICE_CLIENT: u64 = 0;

pub(super) fn open(stored: &StoredBoard) -> (Document, LoadReport) {
    let mut document = Document::new(ClientId::from_random(SERVICE_CLIENT));
    let mut report = LoadReport::default();
    let mut waiting: Vec<(Option<u64>, &Bytes)> = Vec::new();
    let snapshot = stored.snapshot.as_ref().map(|(_, bytes)| bytes);
    if let Some(bytes) = snapshot.filter(|bytes| packed::is_packed(bytes))
        && let Err(reason) = load_packed(&mut document, bytes)
    {
        report.unreadable.push((None, bytes.clone(), reason));
    }
    let snapshot = snapshot.filter(|bytes| !packed::is_packed(bytes)).map(|bytes| (None, bytes));
    let rows = stored.rows.iter().map(|(seq, bytes)| (Some(*seq), bytes));
    for (row, bytes) in snapshot.into_iter().chain(rows) {
        match document.load(bytes) {
            Ok(Merged::Applied { .. }) => {}
            Ok(Merged::Gap(_)) => waiting.push((row, bytes)),
            Err(error) => report.unreadable.push((row, bytes.clone(), error.to_string())),
        }
    }
    // Rows are written complete, in order; only behind an unreadable one can something be missing.
    while let Some(index) = waiting.iter().position(|(_, bytes)| document.is_complete(bytes)) {
        let (row, bytes) = waiting.remove(index);
        if let Err(error) = document.load(bytes) {
            report.unreadable.push((row, bytes.clone(), error.to_string()));
        }
    }
    let missing = "builds on something that could not be read".to_owned();
    report.unreadable.extend(waiting.into_iter().map(|(row, bytes)| (row, bytes.clone(), missing.clone())));
    (document, report)
}

fn load_packed(document: &mut Document, stored: &Bytes) -> Result<(), String> {
    let packed = Packed::of_stored(stored).ok_or("the snapshot is not what was written")?;
    for update in packed.updates() {
        match document.load(&update.ok_or("a piece of the snapshot cannot be decompressed")?) {
            Ok(Merged::Applied { .. }) => {}
            Ok(Merged::Gap(_)) => return Err("a piece of the snapshot builds on what is not before it".to_owned()),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}
