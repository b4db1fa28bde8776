//! What the store keeps besides boards' content: bundles by which people move their boards to another device, who is
//! locked out of a board, and what whoever runs the server may see of all boards. Must not know any engine.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, SecretHash};

use crate::Error;

/// A bundle that was not renewed for this long is forgotten: two years.
pub const BUNDLE_KEPT_MS: u64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// Somebody who is locked out of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedPerson {
    /// Hash of the secret by which their browser is known.
    pub person: SecretHash,
    /// As they called themselves when they were locked out; the caller has checked its length.
    pub name: String,
    /// Since when: milliseconds since 1970 by the store's clock.
    pub locked_at_ms: u64,
}

/// A board as whoever runs the server sees it: without what is on it, and without its [`BoardSize`], for which all its rows
/// have to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardOverview {
    /// Its id.
    pub id: BoardId,
    /// Its title.
    pub title: String,
    /// When it was made: milliseconds since 1970.
    pub created_at_ms: u64,
    /// Since when it is in the bin, if it is.
    pub deleted_at_ms: Option<u64>,
    /// When it was last edited, or, where no row of that is left, its log merged: milliseconds since 1970.
    pub edited_at_ms: Option<u64>,
    /// The name of the account whose board it is, if it is one's.
    pub account: Option<String>,
}

/// What a board takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BoardSize {
    /// Bytes of its snapshots, rows and versions.
    pub size_bytes: u64,
    /// How many versions it has.
    pub versions: u64,
    /// Bytes of its images.
    pub asset_bytes: u64,
}

/// What a store holds in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreTotals {
    /// Boards, also those in the bin.
    pub boards: u64,
    /// Those in the bin.
    pub in_bin: u64,
    /// Bytes of all images; one that two boards have counts twice.
    pub asset_bytes: u64,
}

/// How much there may be, as whoever runs the server has set it; where absent, as its flags say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SetQuotas {
    /// Boards of the server, also those in the bin.
    pub boards: Option<u64>,
    /// Bytes of one board without its versions and images.
    pub board_bytes: Option<u64>,
    /// Bytes of the images of all boards.
    pub asset_bytes: Option<u64>,
}

/// A part of a store. [`Storage`](crate::Storage) tells how calls fail and are repeated.
#[async_trait]
pub trait Household: Send + Sync + 'static {
    /// Keeps a bundle in the place of the one under the same secret. Bundles that nobody renewed for
    /// [`BUNDLE_KEPT_MS`] are forgotten meanwhile.
    async fn put_bundle(&self, secret: &SecretHash, bytes: Bytes) -> Result<(), Error>;

    /// The bundle under a secret.
    async fn bundle(&self, secret: &SecretHash) -> Result<Option<Bytes>, Error>;

    /// Forgets a bundle; one that is not there is passed over.
    async fn drop_bundle(&self, secret: &SecretHash) -> Result<(), Error>;

    /// All bundles by their secret's hash: the next `limit` behind `after`.
    async fn bundles_after(&self, after: Option<&SecretHash>, limit: u32) -> Result<Vec<(SecretHash, Bytes)>, Error>;

    /// Locks somebody out of a board, under the name given; a second time changes the name.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Conflict`] for a name with a NUL.
    async fn lock_person(&self, board: &BoardId, person: &SecretHash, name: &str) -> Result<(), Error>;

    /// Lets somebody in again.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nobody with this secret is locked out.
    async fn unlock_person(&self, board: &BoardId, person: &SecretHash) -> Result<(), Error>;

    /// Whether somebody is locked out.
    async fn is_locked(&self, board: &BoardId, person: &SecretHash) -> Result<bool, Error>;

    /// Who is locked out of a board, longest first.
    async fn locked_people(&self, board: &BoardId) -> Result<Vec<LockedPerson>, Error>;

    /// All boards by id, also those in the bin: the next `limit` behind `after`.
    async fn overview(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardOverview>, Error>;

    /// What some boards take, in any order; nothing of an unknown one.
    async fn sizes(&self, boards: &[BoardId]) -> Result<Vec<(BoardId, BoardSize)>, Error>;

    /// What there is in all, without looking at any board.
    async fn totals(&self) -> Result<StoreTotals, Error>;

    /// How much there may be, as it was last set.
    async fn quotas(&self) -> Result<SetQuotas, Error>;

    /// Sets it, all of it.
    async fn set_quotas(&self, quotas: SetQuotas) -> Result<(), Error>;

    /// Bytes of a board's snapshots and rows: what it takes to open it. None for an unknown one.
    async fn board_bytes(&self, board: &BoardId) -> Result<u64, Error>;
}
