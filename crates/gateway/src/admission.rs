//! Who may come in. Whoever holds an [`Admission`] has shown a key of the board; there is no other way to one.
//!
//! It must not know how the key arrived, nor what its holder does next.

use protocol::{BoardId, ErrorCode, LinkSecret, Role, SecretHash};
use sha2::{Digest, Sha256};
use storage::{LinkLookup, Storage};

use crate::problem::ApiError;

/// Proof that a key of a board was shown: the board, its title and the role of the key.
#[derive(Debug, Clone)]
pub struct Admission {
    board: BoardId,
    title: String,
    role: Role,
    created_at_ms: u64,
}

impl Admission {
    /// The board.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.board
    }

    /// Empty when untitled.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the key allows.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// When the board was made: milliseconds since 1970.
    #[must_use]
    pub fn created_at_ms(&self) -> u64 {
        self.created_at_ms
    }

    #[cfg(test)]
    pub(crate) fn for_test(role: Role) -> Self {
        Self { board: BoardId::from_random([1; 20]), title: "Plan".to_owned(), role, created_at_ms: 0 }
    }
}

/// The only form in which a secret is stored and looked up.
#[must_use]
pub fn hash(secret: &LinkSecret) -> SecretHash {
    SecretHash(Sha256::digest(secret.reveal()).into())
}

/// Judges a key. Board and key are a stranger's text.
///
/// # Errors
/// `UnknownBoard`, `WrongKey`, `Revoked` and, to who shows a right key, `Deleted` for what they say, `Unavailable` when the store does not answer.
pub async fn admit(storage: &dyn Storage, board: &str, key: Option<&str>) -> Result<Admission, ApiError> {
    let (admission, deleted_at_ms) = admit_even_deleted(storage, board, key).await?;
    if deleted_at_ms.is_some() { Err(ErrorCode::Deleted.into()) } else { Ok(admission) }
}

/// Judges a key of a board that may be in the bin; says since when it is there.
///
/// # Errors
/// As [`admit`], but for `Deleted`.
pub async fn admit_even_deleted(
    storage: &dyn Storage,
    board: &str,
    key: Option<&str>,
) -> Result<(Admission, Option<u64>), ApiError> {
    let board: BoardId = board.parse().map_err(|_| ErrorCode::UnknownBoard)?;
    let record = storage.board(&board).await?.ok_or(ErrorCode::UnknownBoard)?;
    let secret: LinkSecret = key.unwrap_or_default().parse().map_err(|_| ErrorCode::WrongKey)?;
    match storage.link_role(&board, &hash(&secret)).await? {
        LinkLookup::Role(role) => {
            let admission = Admission { board, title: record.title, role, created_at_ms: record.created_at_ms };
            Ok((admission, record.deleted_at_ms))
        }
        LinkLookup::NoSuchLink => Err(ErrorCode::WrongKey.into()),
        LinkLookup::Revoked => Err(ErrorCode::Revoked.into()),
        LinkLookup::UnknownBoard => Err(ErrorCode::UnknownBoard.into()),
    }
}
