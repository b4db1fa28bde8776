//! What the store in memory keeps besides boards' content: [`State`](super::State) behind the mutex and the clock.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{BoardId, SecretHash};

use super::MemoryStorage;
use crate::{BoardOverview, BoardSize, Error, Household, LockedPerson, SetQuotas, StoreTotals};

#[async_trait]
impl Household for MemoryStorage {
    async fn put_bundle(&self, secret: &SecretHash, bytes: Bytes) -> Result<(), Error> {
        self.with(|state, now_ms| {
            state.put_bundle(now_ms, secret, bytes);
            Ok(())
        })
    }

    async fn bundle(&self, secret: &SecretHash) -> Result<Option<Bytes>, Error> {
        self.with(|state, _| Ok(state.bundle(secret)))
    }

    async fn drop_bundle(&self, secret: &SecretHash) -> Result<(), Error> {
        self.with(|state, _| {
            state.drop_bundle(secret);
            Ok(())
        })
    }

    async fn bundles_after(&self, after: Option<&SecretHash>, limit: u32) -> Result<Vec<(SecretHash, Bytes)>, Error> {
        self.with(|state, _| Ok(state.bundles_after(after, limit)))
    }

    async fn lock_person(&self, board: &BoardId, person: &SecretHash, name: &str) -> Result<(), Error> {
        self.with(|state, now_ms| state.lock_person(now_ms, board, person, name))
    }

    async fn unlock_person(&self, board: &BoardId, person: &SecretHash) -> Result<(), Error> {
        self.with(|state, _| state.unlock_person(board, person))
    }

    async fn is_locked(&self, board: &BoardId, person: &SecretHash) -> Result<bool, Error> {
        self.with(|state, _| Ok(state.locked_people(board).iter().any(|locked| locked.person == *person)))
    }

    async fn locked_people(&self, board: &BoardId) -> Result<Vec<LockedPerson>, Error> {
        self.with(|state, _| Ok(state.locked_people(board)))
    }

    async fn overview(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardOverview>, Error> {
        self.with(|state, _| Ok(state.overview(after, limit)))
    }

    async fn sizes(&self, boards: &[BoardId]) -> Result<Vec<(BoardId, BoardSize)>, Error> {
        self.with(|state, _| Ok(state.sizes(boards)))
    }

    async fn totals(&self) -> Result<StoreTotals, Error> {
        self.with(|state, _| Ok(state.totals()))
    }

    async fn quotas(&self) -> Result<SetQuotas, Error> {
        self.with(|state, _| Ok(state.quotas))
    }

    async fn set_quotas(&self, quotas: SetQuotas) -> Result<(), Error> {
        self.with(|state, _| {
            state.quotas = quotas;
            Ok(())
        })
    }

    async fn board_bytes(&self, board: &BoardId) -> Result<u64, Error> {
        self.with(|state, _| Ok(state.board_bytes(board)))
    }
}
