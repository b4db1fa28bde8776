//! Who signed in, as a plain value.

use std::collections::BTreeMap;

use protocol::{BoardId, SecretHash};

use super::{State, StoredBoard};
use crate::accounts::MAX_SESSIONS_PER_ACCOUNT;
use crate::archive::check_texts;
use crate::{AccountId, AccountRecord, BoardRecord, Error};

/// Accounts and their sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct StoredAccounts {
    names: BTreeMap<AccountId, String>,
    sessions: BTreeMap<SecretHash, StoredSession>,
}

#[derive(Debug, Clone)]
struct StoredSession {
    account: AccountId,
    created_at_ms: u64,
    expires_at_ms: u64,
}

impl State {
    pub(super) fn account_name(&self, board: &StoredBoard) -> Option<String> {
        self.accounts.names.get(&board.account?).cloned()
    }
}

impl StoredAccounts {
    fn record(&self, id: AccountId) -> Option<AccountRecord> {
        self.names.get(&id).map(|name| AccountRecord { id, name: name.clone() })
    }

    fn know(&mut self, account: &AccountRecord) -> Result<(), Error> {
        check_texts(&[Some(&account.name)])?;
        self.names.insert(account.id, account.name.clone());
        Ok(())
    }
}

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    pub fn begin_session(
        &mut self,
        now_ms: u64,
        secret: &SecretHash,
        account: &AccountRecord,
        lasts_ms: u64,
    ) -> Result<(), Error> {
        self.accounts.know(account)?;
        let sessions = &mut self.accounts.sessions;
        sessions.retain(|_, session| session.expires_at_ms > now_ms);
        let expires_at_ms = now_ms.saturating_add(lasts_ms);
        sessions.insert(*secret, StoredSession { account: account.id, created_at_ms: now_ms, expires_at_ms });
        let mut own: Vec<(bool, u64, SecretHash)> = sessions
            .iter()
            .filter(|(_, session)| session.account == account.id)
            .map(|(of, session)| (of == secret, session.created_at_ms, *of))
            .collect();
        own.sort_unstable_by(|a, b| b.cmp(a));
        for (_, _, oldest) in own.into_iter().skip(MAX_SESSIONS_PER_ACCOUNT as usize) {
            sessions.remove(&oldest);
        }
        Ok(())
    }

    #[must_use]
    pub fn session(&self, now_ms: u64, secret: &SecretHash) -> Option<AccountRecord> {
        let session = self.accounts.sessions.get(secret).filter(|session| session.expires_at_ms > now_ms)?;
        self.accounts.record(session.account)
    }

    pub fn end_session(&mut self, secret: &SecretHash) {
        self.accounts.sessions.remove(secret);
    }

    pub fn give_board(&mut self, board: &BoardId, account: &AccountRecord) -> Result<(), Error> {
        let stored = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        self.accounts.know(account)?;
        stored.account = Some(account.id);
        Ok(())
    }

    #[must_use]
    pub fn account_of(&self, board: &BoardId) -> Option<AccountRecord> {
        self.accounts.record(self.boards.get(board)?.account?)
    }

    #[must_use]
    pub fn boards_of(&self, account: &AccountId, limit: u32) -> Vec<BoardRecord> {
        let own = self.boards.iter().filter(|(_, stored)| stored.account == Some(*account));
        let mut boards: Vec<BoardRecord> = own.filter_map(|(id, _)| self.board(id)).collect();
        boards.sort_by(|a, b| (b.created_at_ms, &b.id).cmp(&(a.created_at_ms, &a.id)));
        boards.truncate(limit as usize);
        boards
    }
}
