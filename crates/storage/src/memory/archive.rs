//! The archive of the store in memory: [`State`](super::State) behind the mutex and the clock.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, VersionId, VersionPerson};

use super::MemoryStorage;
use crate::{Archive, BoardExport, Damage, Error, NewVersion, Owner, VersionRecord};

#[async_trait]
impl Archive for MemoryStorage {
    async fn save_version(&self, board: &BoardId, version: NewVersion) -> Result<VersionRecord, Error> {
        self.with(|state, now_ms| state.save_version(now_ms, board, version))
    }

    async fn versions(&self, board: &BoardId) -> Result<Vec<VersionRecord>, Error> {
        self.with(|state, _| Ok(state.versions(board)))
    }

    async fn version(&self, board: &BoardId, version: &VersionId) -> Result<Option<(VersionRecord, Bytes)>, Error> {
        self.with(|state, _| Ok(state.version(board, version)))
    }

    async fn name_version(
        &self,
        board: &BoardId,
        version: &VersionId,
        name: &str,
        author: Option<&str>,
    ) -> Result<(), Error> {
        self.with(|state, _| state.name_version(board, version, name, author))
    }

    async fn set_version_people(
        &self,
        board: &BoardId,
        version: &VersionId,
        people: &[VersionPerson],
    ) -> Result<(), Error> {
        self.with(|state, _| state.set_version_people(board, version, people))
    }

    async fn delete_versions(&self, board: &BoardId, versions: &[VersionId]) -> Result<(), Error> {
        self.with(|state, _| {
            state.delete_versions(board, versions);
            Ok(())
        })
    }

    async fn restore_board(&self, board: &BoardId) -> Result<(), Error> {
        self.with(|state, _| state.restore_board(board))
    }

    async fn purge_one(&self, kept_ms: u64) -> Result<Option<BoardId>, Error> {
        self.with(|state, now_ms| Ok(state.purge_one(now_ms, kept_ms)))
    }

    async fn purge_board(&self, board: &BoardId) -> Result<(), Error> {
        self.with(|state, _| state.purge_board(board))
    }

    async fn owner_of(&self, board: &BoardId) -> Result<Option<Owner>, Error> {
        self.with(|state, now_ms| Ok(state.owner_of(now_ms, board)))
    }

    async fn damage(&self, board: &BoardId) -> Result<Vec<Damage>, Error> {
        self.with(|state, _| Ok(state.damage(board)))
    }

    async fn discard_damage(&self, board: &BoardId) -> Result<(), Error> {
        self.with(|state, _| {
            state.discard_damage(board);
            Ok(())
        })
    }

    async fn boards_after(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardId>, Error> {
        self.with(|state, _| Ok(state.boards_after(after, limit)))
    }

    async fn export_board(&self, board: &BoardId) -> Result<Option<BoardExport>, Error> {
        self.with(|state, _| Ok(state.export_board(board)))
    }

    async fn import_board(&self, board: BoardExport) -> Result<(), Error> {
        self.with(|state, now_ms| state.import_board(now_ms, board))
    }

    async fn import_version(&self, board: &BoardId, version: &VersionRecord, bytes: Bytes) -> Result<(), Error> {
        self.with(|state, _| state.import_version(board, version, bytes))
    }
}
