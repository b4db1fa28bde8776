//! A store whose appends wait to be let through, and are counted: the memory store behind a gate.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{AssetHash, BoardId, SecretHash, ServiceId, VersionId, VersionPerson};
use storage::memory::MemoryStorage;
use storage::{
    Access, AccessChanges, AccountId, AccountRecord, Accounts, Acquired, Append, AppendOutcome, Archive, Aside,
    AssetRecord, AssetRoom, Assets, BoardExport, BoardOverview, BoardRecord, BoardSize, Damage, Epoch, Error,
    Household, LinkEdit, LinkLookup, LinkRecord, Loaded, LockedPerson, Meeting, MeetingChanges, MeetingPage,
    MeetingPut, NewBoard, NewVersion, Owner, Snapshot, SnapshotOutcome, Storage, StoreTotals, VersionRecord,
};
use tokio::sync::Semaphore;

/// The memory store behind a gate.
pub struct Gate {
    pub memory: MemoryStorage,
    /// Appends that may pass.
    pub passes: Semaphore,
    /// Versions that may pass.
    pub version_passes: Semaphore,
    /// Rows of each append that has come to the gate.
    rows: Mutex<Vec<usize>>,
}

impl Gate {
    /// Shut for updates, open for versions.
    pub fn new() -> Self {
        let (passes, version_passes) = (Semaphore::new(0), Semaphore::new(1000));
        Self { memory: MemoryStorage::new(), passes, version_passes, rows: Mutex::default() }
    }

    /// Rows of each append so far.
    pub fn rows(&self) -> Vec<usize> {
        self.rows.lock().expect("nothing panics here").clone()
    }
}

#[async_trait]
impl Access for Gate {
    async fn link(&self, board: &BoardId, secret: &SecretHash) -> Result<LinkLookup, Error> {
        self.memory.link(board, secret).await
    }

    async fn links(&self, board: &BoardId) -> Result<Vec<LinkRecord>, Error> {
        self.memory.links(board).await
    }

    async fn edit_link(&self, board: &BoardId, edit: LinkEdit) -> Result<(), Error> {
        self.memory.edit_link(board, edit).await
    }

    async fn rename_board(&self, board: &BoardId, title: &str) -> Result<(), Error> {
        self.memory.rename_board(board, title).await
    }

    async fn access_changes(&self, since_ms: Option<u64>) -> Result<AccessChanges, Error> {
        self.memory.access_changes(since_ms).await
    }
}

#[async_trait]
impl Storage for Gate {
    async fn append(&self, flush: Vec<Append>) -> Result<Vec<AppendOutcome>, Error> {
        let rows = flush.iter().map(|append| append.updates.len()).sum();
        self.rows.lock().expect("nothing panics here").push(rows);
        self.passes.acquire().await.expect("the gate is never closed").forget();
        self.memory.append(flush).await
    }

    async fn create_board(&self, board: NewBoard) -> Result<(), Error> {
        self.memory.create_board(board).await
    }

    async fn board(&self, id: &BoardId) -> Result<Option<BoardRecord>, Error> {
        self.memory.board(id).await
    }

    async fn delete_board(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.delete_board(board).await
    }

    async fn acquire(&self, board: &BoardId, owner: &Owner, lease_ms: u64) -> Result<Acquired, Error> {
        self.memory.acquire(board, owner, lease_ms).await
    }

    async fn renew(&self, service: &ServiceId, lease_ms: u64) -> Result<(), Error> {
        self.memory.renew(service, lease_ms).await
    }

    async fn release(&self, board: &BoardId, epoch: Epoch) -> Result<(), Error> {
        self.memory.release(board, epoch).await
    }

    async fn load(&self, board: &BoardId) -> Result<Loaded, Error> {
        self.memory.load(board).await
    }

    async fn save_snapshot(&self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> Result<SnapshotOutcome, Error> {
        self.memory.save_snapshot(board, epoch, snapshot).await
    }

    async fn begin_load(&self, board: &BoardId) -> Result<u32, Error> {
        self.memory.begin_load(board).await
    }

    async fn end_load(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.end_load(board).await
    }

    async fn set_aside(&self, board: &BoardId, seq: Option<u64>, bytes: Bytes, reason: &str) -> Result<(), Error> {
        self.memory.set_aside(board, seq, bytes, reason).await
    }

    async fn aside(&self, board: &BoardId) -> Result<Vec<Aside>, Error> {
        self.memory.aside(board).await
    }

    async fn join_service(&self, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
        self.memory.join_service(owner, lease_ms).await
    }

    async fn leave_service(&self, service: &ServiceId) -> Result<(), Error> {
        self.memory.leave_service(service).await
    }

    async fn services(&self) -> Result<Vec<Owner>, Error> {
        self.memory.services().await
    }

    async fn ping(&self) -> Result<(), Error> {
        self.memory.ping().await
    }
}

#[async_trait]
impl Archive for Gate {
    async fn save_version(&self, board: &BoardId, version: NewVersion) -> Result<VersionRecord, Error> {
        self.version_passes.acquire().await.expect("the gate is never closed").forget();
        self.memory.save_version(board, version).await
    }

    async fn versions(&self, board: &BoardId) -> Result<Vec<VersionRecord>, Error> {
        self.memory.versions(board).await
    }

    async fn version(&self, board: &BoardId, version: &VersionId) -> Result<Option<(VersionRecord, Bytes)>, Error> {
        self.memory.version(board, version).await
    }

    async fn name_version(
        &self,
        board: &BoardId,
        version: &VersionId,
        name: &str,
        author: Option<&str>,
    ) -> Result<(), Error> {
        self.memory.name_version(board, version, name, author).await
    }

    async fn set_version_people(
        &self,
        board: &BoardId,
        version: &VersionId,
        people: &[VersionPerson],
    ) -> Result<(), Error> {
        self.memory.set_version_people(board, version, people).await
    }

    async fn delete_versions(&self, board: &BoardId, versions: &[VersionId]) -> Result<(), Error> {
        self.memory.delete_versions(board, versions).await
    }

    async fn restore_board(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.restore_board(board).await
    }

    async fn purge_one(&self, kept_ms: u64) -> Result<Option<BoardId>, Error> {
        self.memory.purge_one(kept_ms).await
    }

    async fn purge_board(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.purge_board(board).await
    }

    async fn owner_of(&self, board: &BoardId) -> Result<Option<Owner>, Error> {
        self.memory.owner_of(board).await
    }

    async fn damage(&self, board: &BoardId) -> Result<Vec<Damage>, Error> {
        self.memory.damage(board).await
    }

    async fn discard_damage(&self, board: &BoardId) -> Result<(), Error> {
        self.memory.discard_damage(board).await
    }

    async fn boards_after(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardId>, Error> {
        self.memory.boards_after(after, limit).await
    }

    async fn export_board(&self, board: &BoardId) -> Result<Option<BoardExport>, Error> {
        self.memory.export_board(board).await
    }

    async fn import_board(&self, board: BoardExport) -> Result<(), Error> {
        self.memory.import_board(board).await
    }

    async fn import_version(&self, board: &BoardId, version: &VersionRecord, bytes: Bytes) -> Result<(), Error> {
        self.memory.import_version(board, version, bytes).await
    }
}

#[async_trait]
impl Assets for Gate {
    async fn assets(&self, board: &BoardId) -> Result<Vec<AssetRecord>, Error> {
        self.memory.assets(board).await
    }

    async fn asset(&self, board: &BoardId, hash: &AssetHash) -> Result<Option<AssetRecord>, Error> {
        self.memory.asset(board, hash).await
    }

    async fn add_asset(&self, board: &BoardId, asset: &AssetRecord, room: AssetRoom) -> Result<(), Error> {
        self.memory.add_asset(board, asset, room).await
    }

    async fn copy_assets(&self, from: &BoardId, to: &BoardId) -> Result<(), Error> {
        self.memory.copy_assets(from, to).await
    }

    async fn is_asset_used(&self, hash: &AssetHash) -> Result<bool, Error> {
        self.memory.is_asset_used(hash).await
    }
}

#[async_trait]
impl Accounts for Gate {
    async fn begin_session(&self, secret: &SecretHash, account: &AccountRecord, lasts_ms: u64) -> Result<(), Error> {
        self.memory.begin_session(secret, account, lasts_ms).await
    }

    async fn session(&self, secret: &SecretHash) -> Result<Option<AccountRecord>, Error> {
        self.memory.session(secret).await
    }

    async fn end_session(&self, secret: &SecretHash) -> Result<(), Error> {
        self.memory.end_session(secret).await
    }

    async fn give_board(&self, board: &BoardId, account: &AccountRecord) -> Result<(), Error> {
        self.memory.give_board(board, account).await
    }

    async fn account_of(&self, board: &BoardId) -> Result<Option<AccountRecord>, Error> {
        self.memory.account_of(board).await
    }

    async fn boards_of(&self, account: &AccountId, limit: u32) -> Result<Vec<BoardRecord>, Error> {
        self.memory.boards_of(account, limit).await
    }
}

#[async_trait]
impl Household for Gate {
    async fn put_bundle(&self, secret: &SecretHash, bytes: Bytes) -> Result<(), Error> {
        self.memory.put_bundle(secret, bytes).await
    }

    async fn bundle(&self, secret: &SecretHash) -> Result<Option<Bytes>, Error> {
        self.memory.bundle(secret).await
    }

    async fn drop_bundle(&self, secret: &SecretHash) -> Result<(), Error> {
        self.memory.drop_bundle(secret).await
    }

    async fn bundles_after(&self, after: Option<&SecretHash>, limit: u32) -> Result<Vec<(SecretHash, Bytes)>, Error> {
        self.memory.bundles_after(after, limit).await
    }

    async fn lock_person(&self, board: &BoardId, person: &SecretHash, name: &str) -> Result<(), Error> {
        self.memory.lock_person(board, person, name).await
    }

    async fn unlock_person(&self, board: &BoardId, person: &SecretHash) -> Result<(), Error> {
        self.memory.unlock_person(board, person).await
    }

    async fn is_locked(&self, board: &BoardId, person: &SecretHash) -> Result<bool, Error> {
        self.memory.is_locked(board, person).await
    }

    async fn quotas(&self) -> Result<storage::SetQuotas, Error> {
        self.memory.quotas().await
    }

    async fn set_quotas(&self, quotas: storage::SetQuotas) -> Result<(), Error> {
        self.memory.set_quotas(quotas).await
    }

    async fn locked_people(&self, board: &BoardId) -> Result<Vec<LockedPerson>, Error> {
        self.memory.locked_people(board).await
    }

    async fn sizes(&self, boards: &[BoardId]) -> Result<Vec<(BoardId, BoardSize)>, Error> {
        self.memory.sizes(boards).await
    }

    async fn overview(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardOverview>, Error> {
        self.memory.overview(after, limit).await
    }

    async fn totals(&self) -> Result<StoreTotals, Error> {
        self.memory.totals().await
    }

    async fn board_bytes(&self, board: &BoardId) -> Result<u64, Error> {
        self.memory.board_bytes(board).await
    }
}

#[async_trait]
impl Meeting for Gate {
    async fn meeting(&self, board: &BoardId, after_seq: u64) -> Result<MeetingPage, Error> {
        self.memory.meeting(board, after_seq).await
    }

    async fn meeting_record(&self, board: &BoardId, id: &str) -> Result<MeetingPage, Error> {
        self.memory.meeting_record(board, id).await
    }

    async fn put_meeting_record(&self, board: &BoardId, put: MeetingPut<'_>) -> Result<Option<u64>, Error> {
        self.memory.put_meeting_record(board, put).await
    }

    async fn meeting_changes(&self, since_ms: Option<u64>) -> Result<MeetingChanges, Error> {
        self.memory.meeting_changes(since_ms).await
    }
}
