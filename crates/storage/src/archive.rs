//! The contract of what is kept for later: versions, the bin, backups.
//!
//! Must not know any engine, nor when a version is due: that is the document service's business.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, VersionId, VersionPerson};

use crate::{Aside, AssetRecord, Error, LinkRecord, LogRow, MeetingRecord, Owner, PersonalLink, Snapshot};

/// A version to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVersion {
    /// Its id.
    pub id: VersionId,
    /// As a person called it; absent for those that the service makes by itself.
    pub name: Option<String>,
    /// Who made it, as they call themselves.
    pub author: Option<String>,
    /// Who edited since the version before.
    pub people: Vec<VersionPerson>,
    /// The board's whole state.
    pub bytes: Bytes,
}

/// What the store knows about a version besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRecord {
    /// Its id.
    pub id: VersionId,
    /// As in [`NewVersion`].
    pub name: Option<String>,
    /// As in [`NewVersion`].
    pub author: Option<String>,
    /// As in [`NewVersion`].
    pub people: Vec<VersionPerson>,
    /// When it was kept: milliseconds since 1970 by the store's clock.
    pub created_at_ms: u64,
    /// Size of its content.
    pub size_bytes: u64,
}

/// Something of a board that could not be read, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Number of the row or of the snapshot, where known.
    pub seq: Option<u64>,
    /// How many bytes were set aside.
    pub size_bytes: u64,
    /// Why they could not be read.
    pub reason: String,
    /// When it was found: milliseconds since 1970 by the store's clock.
    pub found_at_ms: u64,
}

/// A board with everything that is kept of it but its versions, as it was at one moment. Who owns it is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardExport {
    /// Its id.
    pub id: BoardId,
    /// Its title.
    pub title: String,
    /// When it was made: milliseconds since 1970.
    pub created_at_ms: u64,
    /// Since when it is in the bin, if it is.
    pub deleted_at_ms: Option<u64>,
    /// Number of the newest row that was ever stored.
    pub head_seq: u64,
    /// Its links, also withdrawn ones, oldest first.
    pub links: Vec<LinkRecord>,
    /// What people were given for their passwords, oldest first.
    pub personal_links: Vec<PersonalLink>,
    /// The newest snapshot, if one was made.
    pub snapshot: Option<Snapshot>,
    /// Every row that is stored, ascending.
    pub rows: Vec<LogRow>,
    /// What could not be read.
    pub aside: Vec<Aside>,
    /// The images that it has, without their bytes.
    pub assets: Vec<AssetRecord>,
    /// What people did on it besides drawing, by number.
    pub meeting: Vec<MeetingRecord>,
}

/// What a store keeps for later. Times and errors as in [`Storage`](crate::Storage).
#[async_trait]
pub trait Archive: Send + Sync + 'static {
    /// Keeps a version.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Conflict`] where the id is taken or a text holds a NUL.
    async fn save_version(&self, board: &BoardId, version: NewVersion) -> Result<VersionRecord, Error>;

    /// The versions of a board, newest first.
    async fn versions(&self, board: &BoardId) -> Result<Vec<VersionRecord>, Error>;

    /// A version with its content.
    async fn version(&self, board: &BoardId, version: &VersionId) -> Result<Option<(VersionRecord, Bytes)>, Error>;

    /// Gives a version a name and its author, so that it is kept for good.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown version, [`Error::Conflict`] where a text holds a NUL.
    async fn name_version(
        &self,
        board: &BoardId,
        version: &VersionId,
        name: &str,
        author: Option<&str>,
    ) -> Result<(), Error>;

    /// Says anew who edited before a version was kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown version.
    async fn set_version_people(
        &self,
        board: &BoardId,
        version: &VersionId,
        people: &[VersionPerson],
    ) -> Result<(), Error>;

    /// Forgets versions for good; those that are not there are passed over. See [`forget_versions`](crate::forget_versions).
    async fn delete_versions(&self, board: &BoardId, versions: &[VersionId]) -> Result<(), Error>;

    /// Takes a board out of the bin. One that is not in it stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board.
    async fn restore_board(&self, board: &BoardId) -> Result<(), Error>;

    /// Forgets for good one board that has been in the bin for `kept_ms` or longer, with all that belongs to it; the
    /// one that is there longest. `None` where there is none.
    async fn purge_one(&self, kept_ms: u64) -> Result<Option<BoardId>, Error>;

    /// Forgets for good a board that is in the bin, with all that belongs to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where no such board is in the bin.
    async fn purge_board(&self, board: &BoardId) -> Result<(), Error>;

    /// The live service that owns a board, also one in the bin.
    async fn owner_of(&self, board: &BoardId) -> Result<Option<Owner>, Error>;

    /// What could not be read of a board, oldest first, without the bytes.
    async fn damage(&self, board: &BoardId) -> Result<Vec<Damage>, Error>;

    /// Forgets for good what could not be read of a board.
    async fn discard_damage(&self, board: &BoardId) -> Result<(), Error>;

    /// The boards of the store by id, also those in the bin: the next `limit` behind `after`.
    async fn boards_after(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardId>, Error>;

    /// A board as it is at one moment; `None` for an unknown one.
    async fn export_board(&self, board: &BoardId) -> Result<Option<BoardExport>, Error>;

    /// Makes a board as it was exported, all or nothing. Nobody owns it.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the id is taken.
    async fn import_board(&self, board: BoardExport) -> Result<(), Error>;

    /// Makes a version as it was, with its time.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Conflict`] where the id is taken.
    async fn import_version(&self, board: &BoardId, version: &VersionRecord, bytes: Bytes) -> Result<(), Error>;
}

/// Refuses a text that one engine would take and another would not.
pub(crate) fn check_texts(texts: &[Option<&str>]) -> Result<(), Error> {
    let fits = texts.iter().flatten().all(|text| !text.contains('\0'));
    if fits { Ok(()) } else { Err(Error::Conflict) }
}
