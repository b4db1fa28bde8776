//! The versions of one open board: when one is due, keeping it, and thinning the older ones.
//!
//! It must not know lanes, nor of rooms more than their state. Content is stored compressed. A version that cannot be kept is
//! not tried again: the next one is due soon, and the board itself is in its log.

use std::sync::Arc;

use bytes::Bytes;
use protocol::limits::VERSION_EVERY_MS;
use protocol::request::KeptVersion;
use protocol::{BoardId, ErrorCode, VersionId, VersionPerson};
use storage::{Error, NewVersion, Storage, VersionRecord};
use sync::Room;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Duration, Instant, timeout};

use crate::authors::{Authors, names_of};
use crate::limits::{BLOCKING_FROM_BYTES, LEAVE_TIMEOUT};
use crate::opening::Refusal;
use crate::service::Service;
use crate::thinning::to_forget;

/// When an open board gets its next version.
pub(crate) struct Versioning {
    /// Number of the row that the newest version reaches to, as far as is known here.
    through: u64,
    due: Option<Instant>,
    /// Of what no version has.
    pub(crate) authors: Authors,
    saves: JoinSet<()>,
}

impl Versioning {
    /// Of a board that was opened at this row.
    pub(crate) fn new(head_seq: u64) -> Self {
        Self { through: head_seq, due: None, authors: Authors::default(), saves: JoinSet::new() }
    }

    /// When to call [`take_turn`](Self::take_turn), if ever.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The board has rows up to this one.
    pub(crate) fn heard_of(&mut self, seq: u64) {
        if seq > self.through && self.due.is_none() {
            self.due = Some(Instant::now() + Duration::from_millis(VERSION_EVERY_MS));
        }
    }

    /// Whether there is something that no version has.
    pub(crate) fn is_wanted(&self) -> bool {
        self.due.is_some()
    }

    /// Keeps a version that nobody asked for, beside whatever else goes on.
    pub(crate) fn take_turn(&mut self, storage: Arc<dyn Storage>, board: BoardId, seq: u64, state: Bytes) {
        (self.through, self.due) = (seq, None);
        let people = self.authors.take();
        // What has ended is dropped, so that the set does not grow.
        while self.saves.try_join_next().is_some() {}
        self.saves.spawn(async move {
            if let Err(error) = keep_automatic(&*storage, &board, state, people).await {
                tracing::warn!(%error, board_id = board.as_str(), "a version could not be kept");
            }
        });
    }

    /// Keeps the last version of a board that is not this service's any more, beside a few others and in the time that
    /// leaving may take: nobody waits for it but the end of the process.
    pub(crate) async fn leave(mut self, service: Arc<Service>, board: BoardId, room: Room, board_bytes: usize) {
        let storage = service.storage.clone();
        let keeping = async {
            let _turn = service.last_versions.acquire().await.ok()?;
            let state = match board_bytes {
                0..BLOCKING_FROM_BYTES => room.state(),
                _ => spawn_blocking(move || room.state()).await.ok()?,
            };
            keep_automatic(&*storage, &board, state, self.authors.take()).await.ok()
        };
        if timeout(LEAVE_TIMEOUT, keeping).await.ok().flatten().is_none() {
            tracing::warn!(board_id = board.as_str(), "the last version of a board could not be kept");
        }
    }

    /// Waits for what is being kept.
    pub(crate) async fn finish(&mut self) {
        while self.saves.join_next().await.is_some() {}
    }
}

/// Keeps a version that somebody asked for, by the name `author` or by none. `people` edited since the version before.
pub(crate) async fn keep_named(
    storage: &dyn Storage,
    board: &BoardId,
    state: Bytes,
    name: String,
    author: String,
    people: Vec<VersionPerson>,
) -> Result<KeptVersion, ErrorCode> {
    let author = (!author.is_empty()).then_some(author);
    match keep(storage, board, state, Some(name), author, people).await {
        Ok(VersionRecord { id, created_at_ms, size_bytes, .. }) => Ok(KeptVersion { id, created_at_ms, size_bytes }),
        Err(error) => {
            tracing::warn!(%error, board_id = board.as_str(), "a named version could not be kept");
            Err(if error.is_transient() { ErrorCode::Unavailable } else { ErrorCode::Internal })
        }
    }
}

/// The state that a version's content stands for; `None` where it cannot be read.
pub(crate) async fn state_of(content: Bytes) -> Option<Bytes> {
    let unpacking = spawn_blocking(move || protocol::decompress(&content, protocol::limits::MAX_VERSION_BYTES));
    unpacking.await.ok().flatten().map(Bytes::from)
}

/// The whole board as a version has it.
pub(crate) async fn stored_state(
    storage: &dyn Storage,
    board: &BoardId,
    version: &VersionId,
) -> Result<Bytes, Refusal> {
    let (_, content) = storage.version(board, version).await?.ok_or(Refusal::Code(ErrorCode::UnknownVersion))?;
    state_of(content).await.ok_or(Refusal::Code(ErrorCode::Internal))
}

async fn keep(
    storage: &dyn Storage,
    board: &BoardId,
    state: Bytes,
    name: Option<String>,
    author: Option<String>,
    people: Vec<VersionPerson>,
) -> Result<VersionRecord, Error> {
    let packing = spawn_blocking(move || Bytes::from(protocol::compress(&state)));
    let bytes = packing.await.map_err(|error| Error::Corrupt(error.to_string()))?;
    let id = VersionId::from_random(rand::random());
    storage.save_version(board, NewVersion { id, name, author, people, bytes }).await
}

async fn keep_automatic(
    storage: &dyn Storage,
    board: &BoardId,
    state: Bytes,
    people: Vec<VersionPerson>,
) -> Result<(), Error> {
    // A gateway of the release before shows the names as its author.
    let author = names_of(&people);
    let kept = keep(storage, board, state, None, author, people).await?;
    let automatic = storage.versions(board).await?.into_iter().filter(|version| version.name.is_none());
    // Oldest first, so that of two of one time the later counts as newer.
    let mut versions: Vec<VersionRecord> = automatic.collect();
    versions.reverse();
    let times: Vec<u64> = versions.iter().map(|version| version.created_at_ms).collect();
    let old = to_forget(kept.created_at_ms, &times);
    let old: Vec<VersionId> = old.into_iter().map(|position| versions[position].id.clone()).collect();
    if old.is_empty() { Ok(()) } else { storage::forget_versions(storage, board, &old).await }
}
