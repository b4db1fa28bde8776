//! Where the bytes of assets are: an object store, a local folder or S3. An asset is named by the SHA-256 of its bytes, so
//! it never changes, and is published only once all of its bytes were seen. It must not know boards.

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};
use protocol::limits::MAX_ASSET_BYTES;
use protocol::{AssetHash, AssetHasher, ErrorCode, ImageFormat, SNIFFED_BYTES};
use tokio::time::timeout;

use crate::limits::{ASSET_PART_BYTES, UPLOAD_SILENCE};
use crate::problem::ApiError;

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum AssetStoreError {
    /// The address says nothing that is known.
    #[error("expected a folder or s3://BUCKET/PREFIX")]
    Url,
    /// The folder or the bucket's settings.
    #[error(transparent)]
    Store(#[from] object_store::Error),
    /// The folder cannot be made.
    #[error(transparent)]
    Folder(#[from] std::io::Error),
}

/// What a finished upload was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploaded {
    /// As its bytes show it.
    pub format: ImageFormat,
    /// Its size.
    pub size_bytes: u64,
}

/// The object store.
#[derive(Debug, Clone)]
pub struct AssetStore {
    objects: Arc<dyn ObjectStore>,
    /// Bytes that all boards together may have.
    pub(crate) max_bytes: u64,
}

impl AssetStore {
    /// A store that is gone when it is dropped.
    #[must_use]
    pub fn in_memory(max_bytes: u64) -> Self {
        Self { objects: Arc::new(InMemory::new()), max_bytes }
    }

    /// A folder, made where it is missing, or `s3://BUCKET/PREFIX` with its keys, region and endpoint from the
    /// environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP`, …).
    ///
    /// # Errors
    /// The address makes no sense, or the folder cannot be made.
    pub fn open(address: &str, max_bytes: u64) -> Result<Self, AssetStoreError> {
        let objects: Arc<dyn ObjectStore> = match address.split_once("://") {
            Some(("s3", place)) => {
                // A second store in the process finds the provider installed; that is as well.
                let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
                let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
                let bucket = AmazonS3Builder::from_env().with_bucket_name(bucket).build()?;
                Arc::new(PrefixStore::new(bucket, prefix))
            }
            Some(("file", folder)) => Arc::new(folder_store(FilePath::new(folder))?),
            Some(_) => return Err(AssetStoreError::Url),
            None => Arc::new(folder_store(FilePath::new(address))?),
        };
        Ok(Self { objects, max_bytes })
    }

    /// Its bytes as they lie there: for backups, which do not ask what they are.
    #[must_use]
    pub fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.objects
    }

    /// Takes an upload. It is there for readers once this answers, and not at all where it fails.
    ///
    /// # Errors
    /// `TooLarge`, `UnknownFormat`, `WrongHash`, `Malformed` for an upload that breaks off or falls silent, `Unavailable`
    /// where the store does not take it.
    pub(crate) async fn put<E>(
        &self,
        hash: &AssetHash,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Uploaded, ApiError> {
        let mut body = std::pin::pin!(body);
        let mut upload = Upload::default();
        let path = path(hash);
        let taken = loop {
            match timeout(UPLOAD_SILENCE, body.next()).await {
                Ok(Some(Ok(piece))) => {
                    if let Err(error) = self.take(&mut upload, &path, &piece).await {
                        break Err(error);
                    }
                }
                Ok(None) => break upload.judge(hash),
                Ok(Some(Err(_))) | Err(_) => break Err(ErrorCode::Malformed.into()),
            }
        };
        let uploaded = match taken {
            Ok(uploaded) => uploaded,
            Err(error) => {
                upload.abort().await;
                return Err(error);
            }
        };
        self.publish(upload, &path).await.map_err(unavailable)?;
        Ok(uploaded)
    }

    async fn take(&self, upload: &mut Upload, path: &Path, piece: &Bytes) -> Result<(), ApiError> {
        upload.size_bytes += piece.len() as u64;
        if upload.size_bytes > MAX_ASSET_BYTES {
            return Err(ErrorCode::TooLarge.into());
        }
        upload.hash.update(piece);
        upload.waiting.extend_from_slice(piece);
        if upload.format.is_none() && upload.waiting.len() >= SNIFFED_BYTES {
            upload.sniff()?;
        }
        if upload.waiting.len() >= ASSET_PART_BYTES {
            let part = upload.waiting.split().freeze();
            let parts = match &mut upload.parts {
                Some(parts) => parts,
                none => none.insert(self.objects.put_multipart(path).await.map_err(unavailable)?),
            };
            parts.put_part(part.into()).await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn publish(&self, upload: Upload, path: &Path) -> object_store::Result<()> {
        let last = upload.waiting.freeze();
        match upload.parts {
            None => self.objects.put(path, last.into()).await.map(drop),
            Some(mut parts) => {
                if !last.is_empty() {
                    parts.put_part(last.into()).await?;
                }
                parts.complete().await.map(drop)
            }
        }
    }

    /// The bytes of an asset; `None` where they are not there.
    pub(crate) async fn get(
        &self,
        hash: &AssetHash,
    ) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>, ApiError> {
        match self.objects.get(&path(hash)).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Whether the bytes of an asset are there.
    pub(crate) async fn has(&self, hash: &AssetHash) -> Result<bool, ApiError> {
        match self.objects.head(&path(hash)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Every asset and when it was written: milliseconds since 1970.
    pub(crate) fn all(&self) -> impl Stream<Item = object_store::Result<(AssetHash, i64)>> {
        self.objects.list(None).try_filter_map(|object| async move {
            let hash = object.location.filename().and_then(|name| name.parse().ok());
            Ok(hash.map(|hash| (hash, object.last_modified.timestamp_millis())))
        })
    }

    /// Removes an asset.
    pub(crate) async fn remove(&self, hash: &AssetHash) -> object_store::Result<()> {
        self.objects.delete(&path(hash)).await
    }
}

fn folder_store(folder: &FilePath) -> Result<LocalFileSystem, AssetStoreError> {
    std::fs::create_dir_all(folder)?;
    Ok(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
}

/// In folders of some hundreds, as file systems like it.
fn path(hash: &AssetHash) -> Path {
    let name = hash.to_string();
    Path::from_iter([&name[..2], &name])
}

fn unavailable(error: object_store::Error) -> ApiError {
    ApiError { code: ErrorCode::Unavailable, retry_after_ms: None, source: Some(Arc::new(error)) }
}

/// An upload as far as it was seen.
#[derive(Default)]
struct Upload {
    waiting: BytesMut,
    hash: AssetHasher,
    size_bytes: u64,
    format: Option<ImageFormat>,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    fn sniff(&mut self) -> Result<ImageFormat, ErrorCode> {
        let format = match self.format {
            Some(format) => format,
            None => ImageFormat::sniff(&self.waiting).ok_or(ErrorCode::UnknownFormat)?,
        };
        self.format = Some(format);
        Ok(format)
    }

    /// All bytes were seen: what they are, and whether they are those that were announced.
    fn judge(&mut self, announced: &AssetHash) -> Result<Uploaded, ApiError> {
        let format = self.sniff()?;
        if self.hash.clone().finish() == *announced {
            Ok(Uploaded { format, size_bytes: self.size_bytes })
        } else {
            Err(ErrorCode::WrongHash.into())
        }
    }

    async fn abort(&mut self) {
        if let Some(parts) = &mut self.parts
            && let Err(error) = parts.abort().await
        {
            tracing::warn!(%error, "what came of a broken upload stays in the object store");
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn picture(bytes: usize) -> Vec<u8> {
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.resize(bytes, 7);
        picture
    }

    async fn put(store: &AssetStore, hash: &AssetHash, bytes: &[u8], ends_well: bool) -> Result<Uploaded, ErrorCode> {
        let mut pieces: Vec<Result<Bytes, ()>> =
            bytes.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        if !ends_well {
            pieces.push(Err(()));
        }
        store.put(hash, stream::iter(pieces)).await.map_err(|error| error.code)
    }

    /// What is there, and how many files are, for nothing of a broken upload may stay.
    async fn read(store: &AssetStore, hash: &AssetHash) -> Option<Vec<u8>> {
        let pieces: Vec<Bytes> = store.get(hash).await.expect("an answer")?.try_collect().await.expect("all of it");
        Some(pieces.concat())
    }

    #[tokio::test]
    async fn whole_uploads_are_there_and_others_leave_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let in_folder = AssetStore::open(&folder.path().display().to_string(), u64::MAX).expect("a store");
        for store in [AssetStore::in_memory(u64::MAX), in_folder] {
            for bytes in [9, SNIFFED_BYTES, ASSET_PART_BYTES + 1, 2 * ASSET_PART_BYTES] {
                let picture = picture(bytes);
                let hash = AssetHash::of(&picture);
                assert_eq!(put(&store, &hash, &picture, false).await, Err(ErrorCode::Malformed));
                let other = AssetHash([1; 32]);
                assert_eq!(put(&store, &other, &picture, true).await, Err(ErrorCode::WrongHash));
                assert_eq!((read(&store, &hash).await, read(&store, &other).await), (None, None), "{bytes}");
                let uploaded = put(&store, &hash, &picture, true).await.expect("a picture");
                assert_eq!(uploaded, Uploaded { format: ImageFormat::Png, size_bytes: bytes as u64 });
                put(&store, &hash, &picture, true).await.expect("a second time");
                assert_eq!(read(&store, &hash).await, Some(picture), "{bytes}");
            }
            assert_eq!(store.all().try_collect::<Vec<_>>().await.expect("a list").len(), 4);
            let page = b"<!doctype html><script>alert(1)</script>".repeat(100);
            assert_eq!(put(&store, &AssetHash::of(&page), &page, true).await, Err(ErrorCode::UnknownFormat));
            assert_eq!(put(&store, &AssetHash::of(b""), b"", true).await, Err(ErrorCode::UnknownFormat));
        }
        let mut folders = vec![folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
                let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
                assert!(name.len() == 2 || name.parse::<AssetHash>().is_ok(), "left behind: {name}");
                folders.extend(entry.is_dir().then_some(entry));
            }
        }
    }

    #[tokio::test]
    async fn uploads_end_where_they_are_too_large() {
        let store = AssetStore::in_memory(u64::MAX);
        let piece = Bytes::from(picture(1 << 20));
        let endless = stream::repeat_with(move || Ok::<_, ()>(piece.clone()));
        let refused = store.put(&AssetHash([1; 32]), endless).await.expect_err("endless");
        assert_eq!(refused.code, ErrorCode::TooLarge);
    }

    #[test]
    fn addresses_are_folders_or_buckets() {
        for (address, fits) in [("ftp://x", false), ("http://x", false)] {
            assert_eq!(AssetStore::open(address, 0).is_ok(), fits, "{address}");
        }
    }
}
