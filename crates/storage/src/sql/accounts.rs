//! The statements about accounts that both SQL engines share, and their rows turned into values.

use super::{board, board_id};
use crate::{AccountId, AccountRecord, BoardRecord, Error};

/// Notes an account ($1) and its name ($2).
pub(crate) const KNOW_ACCOUNT: &str =
    "INSERT INTO accounts (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name";

/// Begins a session ($1) of an account ($2) that lasts for $3 milliseconds.
macro_rules! begin_session {
    () => {
        concat!(
            "INSERT INTO sessions (secret_hash, account_id, created_at, expires_at) VALUES ($1, $2, ",
            now!(),
            ", ",
            now!(),
            " + $3) ON CONFLICT (secret_hash) DO UPDATE SET expires_at = excluded.expires_at"
        )
    };
}
pub(crate) use begin_session;

/// Ends the sessions of an account ($1) but this one ($2) and the newest beside it, $3 in all.
pub(crate) const FORGET_OLDEST_SESSIONS: &str = "DELETE FROM sessions WHERE account_id = $1 AND secret_hash NOT IN \
     (SELECT secret_hash FROM sessions WHERE account_id = $1 ORDER BY secret_hash = $2 DESC, created_at DESC LIMIT $3)";

/// The account of a session ($1) that is not over.
macro_rules! session {
    () => {
        concat!(
            "SELECT accounts.id, accounts.name FROM sessions JOIN accounts ON accounts.id = sessions.account_id \
             WHERE sessions.secret_hash = $1 AND sessions.expires_at > ",
            now!()
        )
    };
}
pub(crate) use session;

/// Ends a session ($1).
pub(crate) const END_SESSION: &str = "DELETE FROM sessions WHERE secret_hash = $1";

/// Makes a board ($1) an account's ($2).
pub(crate) const GIVE_BOARD: &str = "INSERT INTO board_accounts (board_id, account_id) \
     SELECT boards.id, $2 FROM boards WHERE boards.id = $1 \
     ON CONFLICT (board_id) DO UPDATE SET account_id = excluded.account_id";

/// The account of a board ($1).
pub(crate) const ACCOUNT_OF: &str = "SELECT accounts.id, accounts.name FROM board_accounts \
     JOIN accounts ON accounts.id = board_accounts.account_id WHERE board_accounts.board_id = $1";

/// The newest $2 boards of an account ($1), as [`own_board`] reads them.
pub(crate) const BOARDS_OF: &str = "SELECT boards.id, boards.title, boards.created_at, boards.deleted_at, \
     boards.head_seq FROM board_accounts JOIN boards ON boards.id = board_accounts.board_id \
     WHERE board_accounts.account_id = $1 ORDER BY boards.created_at DESC, boards.id DESC LIMIT $2";

/// An account, from a row.
pub(crate) fn account((id, name): (Vec<u8>, String)) -> Result<AccountRecord, Error> {
    let id = id.try_into().map_err(|_| Error::Corrupt("an account's id of another length".to_owned()))?;
    Ok(AccountRecord { id: AccountId(id), name })
}

/// One row of [`BOARDS_OF`].
pub(crate) type OwnBoardRow = (String, String, i64, Option<i64>, i64);

/// A board of an account, from its row.
pub(crate) fn own_board((id, title, created_at, deleted_at, head_seq): OwnBoardRow) -> Result<BoardRecord, Error> {
    board(&board_id((id,))?, (title, created_at, deleted_at, head_seq))
}
