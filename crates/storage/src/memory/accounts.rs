//! Who signed in, in memory: [`State`](super::State) behind the mutex and the clock.

use async_trait::async_trait;
use protocol::{BoardId, SecretHash};

use super::MemoryStorage;
use crate::{AccountId, AccountRecord, Accounts, BoardRecord, Error};

#[async_trait]
impl Accounts for MemoryStorage {
    async fn begin_session(&self, secret: &SecretHash, account: &AccountRecord, lasts_ms: u64) -> Result<(), Error> {
        self.with(|state, now_ms| state.begin_session(now_ms, secret, account, lasts_ms))
    }

    async fn session(&self, secret: &SecretHash) -> Result<Option<AccountRecord>, Error> {
        self.with(|state, now_ms| Ok(state.session(now_ms, secret)))
    }

    async fn end_session(&self, secret: &SecretHash) -> Result<(), Error> {
        self.with(|state, _| {
            state.end_session(secret);
            Ok(())
        })
    }

    async fn give_board(&self, board: &BoardId, account: &AccountRecord) -> Result<(), Error> {
        self.with(|state, _| state.give_board(board, account))
    }

    async fn account_of(&self, board: &BoardId) -> Result<Option<AccountRecord>, Error> {
        self.with(|state, _| Ok(state.account_of(board)))
    }

    async fn boards_of(&self, account: &AccountId, limit: u32) -> Result<Vec<BoardRecord>, Error> {
        self.with(|state, _| Ok(state.boards_of(account, limit)))
    }
}
