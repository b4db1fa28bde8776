//! A whole store in one file, and back: `docs/backup.md` describes the format.
//!
//! Boards are read one after the other, each as it is at one moment, while people draw: no more than one of them, or one
//! version, is in memory. The way back first reads the whole file and only then writes, so that a damaged file changes
//! nothing. Must not know an engine, nor what the bytes of a board mean.

mod format;
mod records;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use object_store::buffered::BufWriter as AssetWriter;
use object_store::path::Path as AssetPath;
use object_store::{ObjectStore, ObjectStoreExt};
use protocol::BoardId;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufReader, BufWriter};

use crate::{BoardExport, Error, Storage};
use format::{Reader, Writer};
use records::{Assembly, BoardRecord, Record};

/// Boards whose ids are read at once.
const PAGE: u32 = 256;
/// Bytes of a file that are read and written at once.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// The file could not be read or written.
    #[error("the file or folder could not be used: {0}")]
    Io(#[from] std::io::Error),
    /// The store of assets failed.
    #[error("the images could not be read or written: {0}")]
    Assets(#[from] object_store::Error),
    /// The file is no backup.
    #[error("this is not a Boardwalk backup")]
    NotABackup,
    /// A later release wrote it.
    #[error("this backup has format {0}, which this release cannot read; use the release that made it, or a later one")]
    Version(u32),
    /// The file ends early.
    #[error("the backup is not complete: it ends after {0} bytes without its last record; copy it again")]
    Truncated(u64),
    /// The bytes are not those that were written.
    #[error("the backup is damaged at byte {0}: {1}; copy it again, or use another one")]
    Damaged(u64, &'static str),
    /// There is something in the store already.
    #[error("the database is not empty; restore into an empty one")]
    NotEmpty,
}

/// What a backup holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Boards, those in the bin too.
    pub boards: u64,
    /// Versions of them.
    pub versions: u64,
    /// Images.
    pub assets: u64,
    /// Encrypted lists under recovery links.
    pub bundles: u64,
}

/// Where images are.
type Assets = Arc<dyn ObjectStore>;

/// Writes all that the store holds, and all of `assets` if there are any, into a new file. It takes the
/// place of an older one only once it is whole and on the disk.
///
/// # Errors
/// A store or a file fails; an older file is as it was.
pub async fn write(storage: &dyn Storage, assets: Option<&Assets>, file: &Path) -> Result<Contents, BackupError> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = PathBuf::from(unfinished);
    let mut out = Writer::begin(BufWriter::with_capacity(CHUNK_BYTES, File::create(&unfinished).await?)).await?;
    let mut contents = Contents::default();
    let mut after: Option<BoardId> = None;
    loop {
        let page = storage.boards_after(after.as_ref(), PAGE).await?;
        let Some(last) = page.last().cloned() else { break };
        for board in page {
            // One that is gone meanwhile was in the bin for long.
            if let Some(export) = storage.export_board(&board).await? {
                write_board(&mut out, export).await?;
                contents.boards += 1;
                contents.versions += write_versions(&mut out, storage, &board).await?;
                write_locked(&mut out, storage, &board).await?;
                if let Some(account) = storage.account_of(&board).await? {
                    out.write(&Record::Owned { board, account }).await?;
                }
            }
        }
        after = Some(last);
    }
    contents.bundles = write_bundles(&mut out, storage).await?;
    if let Some(assets) = assets {
        contents.assets = write_assets(&mut out, assets).await?;
    }
    let mut buffered = out.finish().await?;
    buffered.flush().await?;
    buffered.into_inner().sync_all().await?;
    tokio::fs::rename(&unfinished, file).await?;
    Ok(contents)
}

type Out = Writer<BufWriter<File>>;

async fn write_board(out: &mut Out, board: BoardExport) -> Result<(), BackupError> {
    out.write(&Record::Board(BoardRecord::of(&board))).await?;
    if let Some(snapshot) = board.snapshot {
        out.write(&Record::Snapshot { seq: snapshot.seq, bytes: snapshot.bytes }).await?;
    }
    for row in board.rows {
        out.write(&Record::Row { seq: row.seq, bytes: row.bytes }).await?;
    }
    for aside in board.aside {
        out.write(&Record::Aside { seq: aside.seq, reason: aside.reason, bytes: aside.bytes }).await?;
    }
    for record in board.meeting {
        let value = Bytes::from(record.value);
        out.write(&Record::Meeting { id: record.id, seq: record.seq, value }).await?;
    }
    out.write(&Record::BoardEnd).await
}

async fn write_versions(out: &mut Out, storage: &dyn Storage, board: &BoardId) -> Result<u64, BackupError> {
    let mut written = 0;
    for version in storage.versions(board).await? {
        // One that is gone meanwhile was thinned out.
        if let Some((record, bytes)) = storage.version(board, &version.id).await? {
            out.write(&Record::version(board, record, bytes)).await?;
            written += 1;
        }
    }
    Ok(written)
}

async fn write_locked(out: &mut Out, storage: &dyn Storage, board: &BoardId) -> Result<(), BackupError> {
    for locked in storage.locked_people(board).await? {
        out.write(&Record::Locked { board: board.clone(), person: locked.person, name: locked.name }).await?;
    }
    Ok(())
}

async fn write_bundles(out: &mut Out, storage: &dyn Storage) -> Result<u64, BackupError> {
    let (mut after, mut written) = (None, 0);
    loop {
        let page = storage.bundles_after(after.as_ref(), PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(written) };
        after = Some(*last);
        for (secret, bytes) in page {
            out.write(&Record::Bundle { secret, bytes }).await?;
            written += 1;
        }
    }
}

/// Every object, piece by piece. Assets never change under their name, so none is torn.
async fn write_assets(out: &mut Out, assets: &Assets) -> Result<u64, BackupError> {
    let (mut objects, mut written) = (assets.list(None), 0);
    while let Some(object) = objects.try_next().await? {
        if is_asset_name(object.location.as_ref()) {
            written += u64::from(write_asset(out, assets, &object.location).await?);
        }
    }
    Ok(written)
}

/// Answers whether it was there: one that is gone since the list was made belonged to no board any more.
async fn write_asset(out: &mut Out, assets: &Assets, path: &AssetPath) -> Result<bool, BackupError> {
    let mut pieces = match assets.get(path).await {
        Ok(found) => found.into_stream(),
        Err(object_store::Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    out.write(&Record::Asset { name: path.to_string() }).await?;
    let mut waiting = BytesMut::new();
    while let Some(piece) = pieces.try_next().await? {
        waiting.extend_from_slice(&piece);
        while waiting.len() >= CHUNK_BYTES {
            out.write(&Record::AssetPiece { bytes: waiting.split_to(CHUNK_BYTES).freeze() }).await?;
        }
    }
    if !waiting.is_empty() {
        out.write(&Record::AssetPiece { bytes: waiting.freeze() }).await?;
    }
    Ok(true)
}

/// Whether a name stays below the folder: plain parts, none of which hides or leads up.
fn is_asset_name(name: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    name.len() <= 512 && name.split('/').all(is_plain)
}

/// Reads a whole backup without keeping anything of it: whether it could be restored.
///
/// # Errors
/// It could not, and why.
pub async fn check(file: &Path) -> Result<Contents, BackupError> {
    let mut reading = Reader::begin(BufReader::with_capacity(CHUNK_BYTES, File::open(file).await?)).await?;
    let mut assembly = Assembly::default();
    let mut contents = Contents::default();
    while let Some(record) = reading.next().await? {
        match &record {
            Record::Version { .. } => contents.versions += 1,
            Record::Asset { .. } => contents.assets += 1,
            Record::Bundle { .. } => contents.bundles += 1,
            _ => {}
        }
        let at = reading.at();
        contents.boards += u64::from(assembly.take(record).map_err(|why| BackupError::Damaged(at, why))?.is_some());
    }
    assembly.is_complete().then_some(contents).ok_or(BackupError::Truncated(reading.at()))
}

/// Restores a backup into an empty store, and its assets into `assets`. The file is checked first, as a whole.
///
/// # Errors
/// The file is not whole or the store is not empty: nothing is changed. Or the store fails: empty it and try again.
pub async fn restore(storage: &dyn Storage, assets: Option<&Assets>, file: &Path) -> Result<Contents, BackupError> {
    let contents = check(file).await?;
    if !storage.boards_after(None, 1).await?.is_empty() {
        return Err(BackupError::NotEmpty);
    }
    let mut source = File::open(file).await?;
    source.rewind().await?;
    let mut reading = Reader::begin(BufReader::with_capacity(CHUNK_BYTES, source)).await?;
    let mut assembly = Assembly::default();
    let mut asset: Option<AssetWriter> = None;
    while let Some(record) = reading.next().await? {
        match record {
            Record::Version { board, version, bytes } => storage.import_version(&board, &version, bytes).await?,
            Record::Locked { board, person, name } => storage.lock_person(&board, &person, &name).await?,
            Record::Owned { board, account } => storage.give_board(&board, &account).await?,
            Record::Bundle { secret, bytes } => storage.put_bundle(&secret, bytes).await?,
            Record::Asset { name } => {
                end_asset(asset).await?;
                asset = assets.map(|assets| AssetWriter::new(assets.clone(), AssetPath::from(name)));
            }
            Record::AssetPiece { bytes } => {
                if let Some(asset) = &mut asset {
                    asset.put(bytes).await?;
                }
            }
            record => {
                let at = reading.at();
                if let Some(board) = assembly.take(record).map_err(|why| BackupError::Damaged(at, why))? {
                    storage.import_board(board).await?;
                }
            }
        }
    }
    end_asset(asset).await?;
    Ok(contents)
}

/// An asset is there once it is whole.
async fn end_asset(asset: Option<AssetWriter>) -> Result<(), BackupError> {
    match asset {
        Some(mut asset) => Ok(asset.shutdown().await?),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    #[tokio::test]
    async fn assets_come_back_from_any_store_piece_by_piece() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, storage) = (folder.path().join("all.backup"), crate::open("memory:").await.expect("a store"));
        let [from, to]: [Assets; 2] = [Arc::new(InMemory::new()), Arc::new(InMemory::new())];
        // The last is more than what is written at once.
        let sizes = [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 11 * CHUNK_BYTES + 7];
        let picture = |size: usize| (0..size).map(|at| (at % 251) as u8).collect::<Vec<_>>();
        for size in sizes {
            from.put(&AssetPath::from(format!("ab/{size}")), picture(size).into()).await.expect("put");
        }
        from.put(&AssetPath::from("ab/.hidden"), "x".into()).await.expect("put");
        let written = write(&*storage, Some(&from), &file).await.expect("a backup");
        let restored = restore(&*storage, Some(&to), &file).await.expect("restored");
        assert_eq!((written.assets, restored), (sizes.len() as u64, written));
        assert_eq!(to.list(None).try_collect::<Vec<_>>().await.expect("a list").len(), sizes.len());
        for size in sizes {
            let back = to.get(&AssetPath::from(format!("ab/{size}"))).await.expect("it is there");
            assert_eq!(back.bytes().await.expect("bytes"), picture(size), "{size}");
        }
    }

    #[test]
    fn assets_stay_below_their_folder() {
        for (name, fits) in [
            ("ab/cdef0123.png", true),
            ("plain", true),
            ("", false),
            ("../secret", false),
            ("a/../../b", false),
            ("/etc/passwd", false),
            ("a//b", false),
            (".hidden", false),
            ("a\\b", false),
        ] {
            assert_eq!(is_asset_name(name), fits, "{name}");
        }
    }
}
