//! Who signed in, and which boards are theirs: accounts, sessions and owners. Must not know any engine, nor how people sign
//! in.

use std::fmt;

use async_trait::async_trait;
use protocol::{BoardId, SecretHash};

use crate::{BoardRecord, Error};

/// Sessions that one account has at once; the oldest make room.
pub const MAX_SESSIONS_PER_ACCOUNT: u32 = 50;

/// Somebody as their sign-in provider knows them: a hash of the provider's name and theirs there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub [u8; 32]);

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Enough to tell two apart in a log.
        write!(f, "AccountId({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Whose it is.
    pub id: AccountId,
    /// As the provider said last; the caller has checked its length.
    pub name: String,
}

/// A part of a store. [`Storage`](crate::Storage) tells how calls fail and are repeated.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Begins a session of an account, which has the given name from now on. It is over after `lasts_ms`. Sessions that
    /// are over are forgotten meanwhile, and the account's oldest beyond [`MAX_SESSIONS_PER_ACCOUNT`].
    ///
    /// # Errors
    /// [`Error::Conflict`] for a name with a NUL.
    async fn begin_session(&self, secret: &SecretHash, account: &AccountRecord, lasts_ms: u64) -> Result<(), Error>;

    /// Whose session it is; none where there is no such session or it is over.
    async fn session(&self, secret: &SecretHash) -> Result<Option<AccountRecord>, Error>;

    /// Ends a session; one that is not there is passed over.
    async fn end_session(&self, secret: &SecretHash) -> Result<(), Error>;

    /// Makes a board an account's, in the place of whose it was.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Conflict`] for a name with a NUL.
    async fn give_board(&self, board: &BoardId, account: &AccountRecord) -> Result<(), Error>;

    /// Whose board it is; none for one that nobody signed in made, and for an unknown one.
    async fn account_of(&self, board: &BoardId) -> Result<Option<AccountRecord>, Error>;

    /// The boards of an account, also those in the bin, newest first: `limit` at most.
    async fn boards_of(&self, account: &AccountId, limit: u32) -> Result<Vec<BoardRecord>, Error>;
}
