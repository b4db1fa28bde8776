//! The frame of a backup: a head, records with a checksum each, and a last record that tells how many there were. Must not
//! know what a record says.

use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::BackupError;
use super::records::Record;

/// The first bytes of every backup.
const MAGIC: &[u8; 16] = b"BoardwalkBackup\n";
/// Raised when what is written can no longer be read by an older release.
const VERSION: u32 = 3;
/// Kind of the last record; its head is empty and its body the number of records before it.
const END: u8 = b'.';
/// Largest head and body of a record, in bytes.
const MAX_HEAD_BYTES: u32 = 1024 * 1024;
const MAX_BODY_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes of the checksum kept: enough against accidents.
const SUM_BYTES: usize = 16;

/// Writes records.
pub(super) struct Writer<W> {
    out: W,
    records: u64,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) async fn begin(mut out: W) -> Result<Self, BackupError> {
        out.write_all(MAGIC).await?;
        out.write_all(&VERSION.to_le_bytes()).await?;
        Ok(Self { out, records: 0 })
    }

    pub(super) async fn write(&mut self, record: &Record) -> Result<(), BackupError> {
        let (kind, head, body) = record.parts();
        self.put(kind, &head, body).await?;
        self.records += 1;
        Ok(())
    }

    /// Ends the backup; without this it is none.
    pub(super) async fn finish(mut self) -> Result<W, BackupError> {
        let records = self.records.to_le_bytes();
        self.put(END, &[], &records).await?;
        Ok(self.out)
    }

    async fn put(&mut self, kind: u8, head: &[u8], body: &[u8]) -> Result<(), BackupError> {
        let head_bytes = u32::try_from(head.len()).unwrap_or(u32::MAX);
        let body_bytes = body.len() as u64;
        if head_bytes > MAX_HEAD_BYTES || body_bytes > MAX_BODY_BYTES {
            return Err(std::io::Error::other("a part of a board is too large for a backup").into());
        }
        let start = start(kind, head_bytes, body_bytes);
        for piece in [&start[..], head, body, &sum(&start, head, body)] {
            self.out.write_all(piece).await?;
        }
        Ok(())
    }
}

/// What a record begins with: kind, length of its head, length of its body.
fn start(kind: u8, head_bytes: u32, body_bytes: u64) -> [u8; 13] {
    let mut start = [kind; 13];
    start[1..5].copy_from_slice(&head_bytes.to_le_bytes());
    start[5..].copy_from_slice(&body_bytes.to_le_bytes());
    start
}

fn sum(start: &[u8], head: &[u8], body: &[u8]) -> [u8; SUM_BYTES] {
    let whole = Sha256::new().chain_update(start).chain_update(head).chain_update(body).finalize();
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&whole[..SUM_BYTES]);
    sum
}

/// Reads records.
pub(super) struct Reader<R> {
    from: R,
    at: u64,
    records: u64,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) async fn begin(from: R) -> Result<Self, BackupError> {
        let mut reader = Self { from, at: 0, records: 0 };
        let magic: [u8; MAGIC.len()] = reader.bytes().await.map_err(|_| BackupError::NotABackup)?;
        if magic != *MAGIC {
            return Err(BackupError::NotABackup);
        }
        match u32::from_le_bytes(reader.bytes().await?) {
            1..=VERSION => Ok(reader),
            other => Err(BackupError::Version(other)),
        }
    }

    /// Where in the file it is, in bytes.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next record; `None` after the last, which must be there.
    pub(super) async fn next(&mut self) -> Result<Option<Record>, BackupError> {
        let at = self.at;
        let start: [u8; 13] = self.bytes().await?;
        let head_bytes = u32::from_le_bytes([start[1], start[2], start[3], start[4]]);
        let body_bytes = u64::from_le_bytes(start[5..].try_into().expect("eight of thirteen bytes"));
        if head_bytes > MAX_HEAD_BYTES || body_bytes > MAX_BODY_BYTES {
            return Err(BackupError::Damaged(at, "a record is longer than any can be"));
        }
        let head = self.read(u64::from(head_bytes)).await?;
        let body = self.read(body_bytes).await?;
        if self.bytes::<SUM_BYTES>().await? != sum(&start, &head, &body) {
            return Err(BackupError::Damaged(at, "a checksum is wrong"));
        }
        if start[0] == END {
            let mut beyond = [0];
            let is_last = body == self.records.to_le_bytes() && self.from.read(&mut beyond).await? == 0;
            return if is_last { Ok(None) } else { Err(BackupError::Damaged(at, "records are missing or too many")) };
        }
        self.records += 1;
        Record::of_parts(start[0], &head, body).map(Some).ok_or(BackupError::Damaged(at, "a record makes no sense"))
    }

    async fn bytes<const N: usize>(&mut self) -> Result<[u8; N], BackupError> {
        let read = self.read(N as u64).await?;
        Ok(read.try_into().expect("as many as were asked for"))
    }

    /// Exactly so many bytes. Memory grows with what is there, not with what is declared.
    async fn read(&mut self, bytes: u64) -> Result<Vec<u8>, BackupError> {
        let mut read = Vec::new();
        (&mut self.from).take(bytes).read_to_end(&mut read).await?;
        self.at += read.len() as u64;
        if read.len() as u64 == bytes { Ok(read) } else { Err(BackupError::Truncated(self.at)) }
    }
}
