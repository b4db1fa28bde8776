//! The contract of every store: the trait and the values that pass through it. Must not know any engine.
//!
//! `docs/decisions/0002-ownership-fence.md` tells how the fence works and why leases belong to services.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, Role, SecretHash, ServiceId};

use crate::{Access, Accounts, Archive, Assets, Error, Household, Meeting};

/// Longest lease that is granted, in milliseconds; longer wishes are cut to it.
pub const MAX_LEASE_MS: u64 = 24 * 60 * 60 * 1000;

/// Counts the changes of a board's owner. A write carries the epoch under which its writer acquired the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(pub u64);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A board to be made, with the links that open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBoard {
    /// Its id.
    pub id: BoardId,
    /// Its title; the caller has checked its length.
    pub title: String,
    /// Its first links.
    pub links: Vec<NewLink>,
    /// What it begins with, as the snapshot of a first row; a new board is empty without.
    pub content: Option<Bytes>,
}

/// A link to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLink {
    /// What its holder may do.
    pub role: Role,
    /// Hash of its secret.
    pub secret_hash: SecretHash,
}

/// What the store knows about a board besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRecord {
    /// Its id.
    pub id: BoardId,
    /// Its title.
    pub title: String,
    /// When it was made: milliseconds since 1970 by the store's clock.
    pub created_at_ms: u64,
    /// Since when it is in the bin, if it is: milliseconds since 1970. A board in the bin opens for nobody.
    pub deleted_at_ms: Option<u64>,
    /// Number of the newest row that was ever stored: the same number means the same content.
    pub head_seq: u64,
}

/// A document service that may own boards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// One run of the service.
    pub service: ServiceId,
    /// Where gateways reach it.
    pub address: String,
}

/// Answer to [`Storage::acquire`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acquired {
    /// The board is the caller's. Every grant raises the epoch, also one to the service that already owned the board,
    /// so at most one writer on earth holds a given epoch.
    Mine {
        /// To be carried by every write.
        epoch: Epoch,
        /// Sequence number of the newest row of the log; 0 for an empty log.
        head_seq: u64,
    },
    /// A live service owns the board.
    HeldBy(Owner),
    /// There is no such board, or it is in the bin.
    UnknownBoard,
}

/// One row of a board's update log. Rows are numbered from 1 without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its number.
    pub seq: u64,
    /// The update.
    pub bytes: Bytes,
}

/// A board's whole state, with all rows up to `seq` merged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Number of the newest row merged in.
    pub seq: u64,
    /// The state.
    pub bytes: Bytes,
}

/// A board's content as it is stored: read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The newest snapshot, if one was made.
    pub snapshot: Option<Snapshot>,
    /// Every row that is stored, ascending; apply all of them.
    pub updates: Vec<LogRow>,
    /// Number of the newest row that was ever stored.
    pub head_seq: u64,
}

impl Loaded {
    /// Whether snapshot and rows together reach from the first row to the head, without a hole. A store that was
    /// tampered with or restored in part is not whole; what it holds still opens.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let merged = self.snapshot.as_ref().map_or(0, |snapshot| snapshot.seq);
        let mut reached = merged;
        for row in &self.updates {
            if row.seq > reached + 1 {
                return false;
            }
            reached = reached.max(row.seq);
        }
        reached == self.head_seq
    }
}

/// Updates of one board, to be written in one flush.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The board.
    pub board: BoardId,
    /// Epoch under which the caller owns it.
    pub epoch: Epoch,
    /// The newest row's number as the caller knows it.
    pub expected_head_seq: u64,
    /// The updates, in order; they become rows `expected_head_seq + 1…`. None at all just checks the fence.
    pub updates: Vec<Bytes>,
}

/// What became of one [`Append`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendOutcome {
    /// All its rows are stored for good.
    Stored {
        /// Number of its last row.
        head_seq: u64,
    },
    /// None of its rows was written by this call: the board is not the caller's, or its head is elsewhere.
    Fenced,
}

/// What became of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotOutcome {
    /// It, or a newer one, is stored, and the rows it merges are gone.
    Stored,
    /// Nothing was changed: the board is not the caller's, or its log does not reach as far as the snapshot.
    Fenced,
}

/// Bytes that could not be read, kept for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Number of the row or of the snapshot that held them, where known.
    pub seq: Option<u64>,
    /// The bytes as they were found.
    pub bytes: Bytes,
    /// Why they could not be read.
    pub reason: String,
}

/// A store: what serving boards needs. What is kept for later is [`Archive`]'s.
///
/// Time is the store's own. Every method answers [`Error::Unavailable`] within a bounded time when the store does not
/// answer: a few seconds, more for many bytes. A method that failed so may have taken effect, and every one may be
/// repeated.
#[async_trait]
pub trait Storage: Access + Accounts + Archive + Assets + Household + Meeting {
    /// Makes a board with its links, all or nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the id is taken, two links share a secret or the title holds a NUL.
    async fn create_board(&self, board: NewBoard) -> Result<(), Error>;

    /// Looks a board up, also one in the bin.
    async fn board(&self, id: &BoardId) -> Result<Option<BoardRecord>, Error>;

    /// Puts a board in the bin. Its content stays; whoever owns it may still finish writing. A second time changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board.
    async fn delete_board(&self, board: &BoardId) -> Result<(), Error>;

    /// Takes a board, unless a live service other than the caller's owns it. Of several callers at once one wins.
    ///
    /// A board is held for as long as the lease of its owner's *service* runs. A caller without a running lease gets
    /// one of `lease_ms`; a running one is prolonged where less than half of `lease_ms` is left. Taking a board after
    /// a lapse does not hide what others took meanwhile: the next [`renew`](Self::renew) still reports it.
    async fn acquire(&self, board: &BoardId, owner: &Owner, lease_ms: u64) -> Result<Acquired, Error>;

    /// Lets the lease of a service, and with it its hold on all its boards, run `lease_ms` from now.
    ///
    /// `Ok` says that no other service can have taken any of its boards since it took them.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the lease had lapsed or never was, or a board was taken. Any board may have a new owner
    /// then: call [`join_service`](Self::join_service), then check the fence of every board by an append, empty if need
    /// be. A board that answers `Stored` was never taken, and now cannot be.
    async fn renew(&self, service: &ServiceId, lease_ms: u64) -> Result<(), Error>;

    /// Gives a board up. Changes nothing where `epoch` is past.
    async fn release(&self, board: &BoardId, epoch: Epoch) -> Result<(), Error>;

    /// Reads a board's content.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board.
    async fn load(&self, board: &BoardId) -> Result<Loaded, Error>;

    /// Writes the updates of several boards in one transaction; outcomes come in the order of `flush`. A board whose
    /// fence fails does not keep the others from being stored. A lapsed lease alone does not fence: only a new owner,
    /// or a release, does.
    ///
    /// After an error the caller knows nothing about any board of the flush. It then **repeats the same appends**,
    /// unchanged and before any new ones of those boards, until it has an answer: rows that had been stored the first
    /// time are recognised by their bytes and answered with `Stored`. `Fenced` then is final: the rows are not stored,
    /// or were stored before another owner took over; handing the updates to that owner is right in both cases, since
    /// applying an update twice is harmless.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a board occurs twice; nothing is written.
    async fn append(&self, flush: Vec<Append>) -> Result<Vec<AppendOutcome>, Error>;

    /// Stores a snapshot and deletes exactly the rows and snapshots it replaces, in one transaction. It may run beside
    /// appends of the same owner and does not make them wait. Its `seq` must be a row that the caller knows to be
    /// stored: compacting rows whose append is unanswered would hide them from its repetition.
    async fn save_snapshot(&self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> Result<SnapshotOutcome, Error>;

    /// Counts an attempt to load a board and says how many before it never came to [`end_load`](Self::end_load): each
    /// of them took its process down.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board.
    async fn begin_load(&self, board: &BoardId) -> Result<u32, Error>;

    /// Says that the load came to its end, well or badly, with the process alive. Sets the count to zero.
    async fn end_load(&self, board: &BoardId) -> Result<(), Error>;

    /// Keeps a copy of bytes that could not be read. The same bytes of the same row are kept once.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board.
    async fn set_aside(&self, board: &BoardId, seq: Option<u64>, bytes: Bytes, reason: &str) -> Result<(), Error>;

    /// What was set aside of a board, in the order it was found.
    async fn aside(&self, board: &BoardId) -> Result<Vec<Aside>, Error>;

    /// Makes a service a member with a fresh lease. Earlier services of the same address lose theirs: their process
    /// is gone, so that a restarted one need not wait until they lapse.
    async fn join_service(&self, owner: &Owner, lease_ms: u64) -> Result<(), Error>;

    /// Ends a service's membership; its boards are free at once. Flush first.
    async fn leave_service(&self, service: &ServiceId) -> Result<(), Error>;

    /// The services whose lease runs, by id.
    async fn services(&self) -> Result<Vec<Owner>, Error>;

    /// Asks the store for a sign of life.
    async fn ping(&self) -> Result<(), Error>;
}

/// The order in which the boards of a flush are locked: by id, as every writer does it, so that no two wait for each
/// other. Positions in `flush`.
pub(crate) fn in_board_order(flush: &[Append]) -> Result<Vec<usize>, Error> {
    let mut order: Vec<usize> = (0..flush.len()).collect();
    order.sort_unstable_by(|&a, &b| flush[a].board.cmp(&flush[b].board));
    let twice = order.windows(2).any(|pair| flush[pair[0]].board == flush[pair[1]].board);
    if twice { Err(Error::Conflict) } else { Ok(order) }
}

impl NewBoard {
    /// Refuses what one engine would take and another would not.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let secrets: BTreeSet<SecretHash> = self.links.iter().map(|link| link.secret_hash).collect();
        let fits = secrets.len() == self.links.len() && !self.title.contains('\0');
        if fits { Ok(()) } else { Err(Error::Conflict) }
    }
}

impl Append {
    /// Number of its last row once stored; saturates for a head that no log reaches.
    pub(crate) fn last_seq(&self) -> u64 {
        self.expected_head_seq.saturating_add(self.updates.len() as u64)
    }

    /// Its rows with their numbers; saturates likewise.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, &Bytes)> {
        (1..).zip(&self.updates).map(|(nth, bytes)| (self.expected_head_seq.saturating_add(nth), bytes))
    }
}
