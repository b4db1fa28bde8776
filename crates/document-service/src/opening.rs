//! From a board's id to a loaded room: ownership, the crash counter, reading. It must not know lanes.

use bytes::Bytes;
use protocol::{BoardId, ErrorCode};
use storage::{Acquired, Epoch, Error, Loaded};
use sync::{EarlyAnswer, LoadReport, Room, StoredBoard, snapshot_update_bytes};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use crate::flusher::Claim;
use crate::lease::lease_ms;
use crate::limits::MAX_CRASHED_LOADS;
use crate::service::Service;
use crate::versioning;

/// What a refusal begins with that names the board's owner.
pub(crate) const OWNER: &str = "owner=";

/// A board that is ours and in memory.
pub(crate) struct Opened {
    pub(crate) room: Room,
    pub(crate) claim: Claim,
    /// Size of what was read, as updates.
    pub(crate) bytes: usize,
}

/// Why a lane is not served here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Another service owns the board; here is its address.
    OwnedBy(String),
    /// Anything else.
    Code(ErrorCode),
}

impl Refusal {
    /// The text of the REJECTED that a gateway acts on: `owner=<address>` or a code's stable name.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::OwnedBy(address) => format!("{OWNER}{address}"),
            Self::Code(code) => code.id().to_owned(),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::NotFound => ErrorCode::UnknownBoard,
            error if error.is_transient() => ErrorCode::Unavailable,
            _ => ErrorCode::Internal,
        };
        tracing::warn!(%error, code = code.id(), "the board could not be opened");
        Self::Code(code)
    }
}

/// Takes the board and loads it; tells what joins can be answered with as soon as that is known. A board that is refused
/// after it was taken is given up again.
pub(crate) async fn open(
    service: &Service,
    board: &BoardId,
    early: oneshot::Sender<EarlyAnswer>,
) -> Result<Opened, Refusal> {
    let lapses = service.flusher.lapses();
    let claim = match service.storage.acquire(board, &service.owner, lease_ms(service.lease)).await? {
        Acquired::Mine { epoch, head_seq } => Claim { epoch, head_seq, lapses },
        Acquired::HeldBy(owner) => return Err(Refusal::OwnedBy(owner.address)),
        Acquired::UnknownBoard => return Err(Refusal::Code(ErrorCode::UnknownBoard)),
    };
    match load(service, board, early).await {
        Ok((room, bytes)) => Ok(Opened { room, claim, bytes }),
        Err(refusal) => {
            release(service, board, claim.epoch).await;
            Err(refusal)
        }
    }
}

/// Gives a board up. Where the store does not answer, it stays ours until the lease lapses.
pub(crate) async fn release(service: &Service, board: &BoardId, epoch: Epoch) {
    if let Err(error) = service.storage.release(board, epoch).await {
        tracing::warn!(%error, "the board could not be given up");
    }
}

async fn load(
    service: &Service,
    board: &BoardId,
    early: oneshot::Sender<EarlyAnswer>,
) -> Result<(Room, usize), Refusal> {
    let _turn = service.loads.acquire().await.expect("the semaphore is never closed");
    let crashed = service.storage.begin_load(board).await?;
    if crashed >= MAX_CRASHED_LOADS {
        tracing::error!(crashed, "loading this board took the process down before; it is quarantined");
        return Err(Refusal::Code(ErrorCode::Quarantined));
    }
    let result = read(service, board, early).await;
    // A count that cannot be reset now is reset by the next load.
    if let Err(error) = service.storage.end_load(board).await {
        tracing::warn!(%error, "the end of a load could not be noted");
    }
    result
}

async fn read(
    service: &Service,
    board: &BoardId,
    early: oneshot::Sender<EarlyAnswer>,
) -> Result<(Room, usize), Refusal> {
    let loaded = service.storage.load(board).await?;
    if !loaded.is_whole() {
        tracing::error!(head_seq = loaded.head_seq, "rows of this board are missing from the store");
    }
    let (stored, bytes) = stored_board(loaded);
    let to_answer = stored.clone();
    // Beside the loading, and nobody waits for its end.
    spawn_blocking(move || {
        if let Some(answer) = EarlyAnswer::of(&to_answer) {
            // A board that is open by now needs no answer before it is.
            let _ = early.send(answer);
        }
    });
    let snapshot_seq = stored.snapshot.as_ref().map(|(seq, _)| *seq);
    let (mut room, report) = load_room(stored.clone()).await?;
    if report.unreadable.iter().any(|(row, ..)| row.is_none())
        && let Some((found, rest)) = load_from_a_version(service, board, &stored).await?
    {
        room = found;
        let snapshot = report.unreadable.into_iter().filter(|(row, ..)| row.is_none());
        set_aside(service, board, snapshot_seq, snapshot.chain(rest.unreadable).collect()).await?;
    } else {
        set_aside(service, board, snapshot_seq, report.unreadable).await?;
    }
    room.set_damaged(service.storage.damage(board).await?.len() as u64);
    Ok((room, bytes))
}

async fn load_room(stored: StoredBoard) -> Result<(Room, LoadReport), Refusal> {
    tokio::task::spawn_blocking(move || Room::load(stored)).await.map_err(|error| {
        tracing::error!(%error, "loading this board panicked; it is quarantined");
        Refusal::Code(ErrorCode::Quarantined)
    })
}

/// The snapshot cannot be read: the newest version that can takes its place, and the rows go on top of it.
async fn load_from_a_version(
    service: &Service,
    board: &BoardId,
    stored: &StoredBoard,
) -> Result<Option<(Room, LoadReport)>, Refusal> {
    let seq = stored.snapshot.as_ref().map_or(0, |(seq, _)| *seq);
    for version in service.storage.versions(board).await? {
        let Some((_, content)) = service.storage.version(board, &version.id).await? else { continue };
        let Some(state) = versioning::state_of(content).await else { continue };
        let (room, report) = load_room(StoredBoard { snapshot: Some((seq, state)), ..stored.clone() }).await?;
        if report.unreadable.iter().all(|(row, ..)| row.is_some()) {
            tracing::error!(version = version.id.as_str(), "the board opens from a version in place of its snapshot");
            return Ok(Some((room, report)));
        }
    }
    Ok(None)
}

/// Keeps what could not be read, before the room may write a snapshot that replaces it.
async fn set_aside(
    service: &Service,
    board: &BoardId,
    snapshot_seq: Option<u64>,
    unreadable: Vec<(Option<u64>, Bytes, String)>,
) -> Result<(), Refusal> {
    for (row, bytes, reason) in unreadable {
        let seq = row.or(snapshot_seq);
        tracing::error!(seq, bytes = bytes.len(), reason, "a part of this board could not be read and is set aside");
        service.storage.set_aside(board, seq, bytes, &reason).await?;
    }
    Ok(())
}

fn stored_board(loaded: Loaded) -> (StoredBoard, usize) {
    let snapshot = loaded.snapshot.map(|snapshot| (snapshot.seq, snapshot.bytes));
    let rows: Vec<_> = loaded.updates.into_iter().map(|row| (row.seq, row.bytes)).collect();
    let snapshot_bytes = snapshot.as_ref().map_or(0, |(_, bytes)| snapshot_update_bytes(bytes));
    let bytes = snapshot_bytes + rows.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    (StoredBoard { snapshot, rows, head_seq: loaded.head_seq }, bytes)
}
