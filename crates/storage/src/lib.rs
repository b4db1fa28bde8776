//! The shelf: boards, links, update logs, snapshots and who owns what, on memory, SQLite and Postgres.
//!
//! [`Storage`] is the contract, [`open`] finds the engine for a URL. All bytes are opaque here: this crate must not know
//! yrs, rooms, connections or what an update means. It keeps two promises the rest stands on: what was answered with
//! `Stored` survives, and only the present owner of a board adds to it.

mod access;
mod accounts;
mod archive;
mod assets;
pub mod backup;
mod clock;
mod contract;
mod error;
mod household;
mod meeting;
pub mod memory;
mod postgres;
mod sql;
mod sqlite;
mod version_people;

use std::sync::Arc;

pub use access::{
    Access, AccessChanges, Grant, LinkEdit, LinkLookup, LinkRecord, LinkSettings, PasswordHash, PersonalLink,
};
pub use accounts::{AccountId, AccountRecord, Accounts, MAX_SESSIONS_PER_ACCOUNT};
pub use archive::{Archive, BoardExport, Damage, NewVersion, VersionRecord};
pub use assets::{AssetRecord, AssetRoom, Assets};
pub use contract::{
    Acquired, Append, AppendOutcome, Aside, BoardRecord, Epoch, Loaded, LogRow, MAX_LEASE_MS, NewBoard, NewLink, Owner,
    Snapshot, SnapshotOutcome, Storage,
};
pub use error::Error;
pub use household::{BUNDLE_KEPT_MS, BoardOverview, BoardSize, Household, LockedPerson, SetQuotas, StoreTotals};
pub use meeting::{GONE_KEPT, Meeting, MeetingChanges, MeetingPage, MeetingPut, MeetingRecord};
pub use version_people::{forget_versions, gather};

/// Opens the store that `url` names and brings its schema up to date.
///
/// `memory:` (gone when dropped), `sqlite:PATH` or `sqlite://PATH` (the file is made where it is missing, its folder is
/// not), `postgres://…`. Several processes may open one store at the same moment.
///
/// # Errors
/// [`Error::Url`] where no engine answers to the URL, otherwise whatever the engine met on opening or migrating.
pub async fn open(url: &str) -> Result<Arc<dyn Storage>, Error> {
    if url == "memory:" {
        return Ok(Arc::new(memory::MemoryStorage::new()));
    }
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return Ok(Arc::new(sqlite::SqliteStorage::open(path).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(postgres::PostgresStorage::open(url).await?));
    }
    Err(Error::Url("expected memory:, sqlite:PATH or postgres://…"))
}
