//! Who may come in. Whoever holds an [`Admission`] has shown a key of the board; there is no other way to one.
//!
//! It must not know what its holder does next.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use protocol::{BoardId, ErrorCode, LinkSecret, Role, SecretHash};
use sha2::{Digest, Sha256};
use storage::{Grant, LinkLookup, Storage};

use crate::app::Shared;
use crate::key;
use crate::problem::ApiError;

/// Proof that a key of a board was shown: the board, its title, and what the key's link grants.
#[derive(Debug, Clone)]
pub struct Admission {
    board: BoardId,
    title: String,
    created_at_ms: u64,
    head_seq: u64,
    secret: SecretHash,
    grant: Grant,
    person: Option<SecretHash>,
    account: Option<String>,
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
        self.grant.role
    }

    /// Hash of the key that was shown.
    #[must_use]
    pub fn secret(&self) -> SecretHash {
        self.secret
    }

    /// The key's link; of a personal key, the link it came from.
    #[must_use]
    pub fn link(&self) -> SecretHash {
        self.grant.link
    }

    /// Whose browser it is, where it says so.
    #[must_use]
    pub fn person(&self) -> Option<SecretHash> {
        self.person
    }

    /// What their sign-in provider calls them, where they are signed in.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The same for somebody's browser, which the caller has found not to be locked out, and who is signed in there.
    #[must_use]
    pub fn of(self, person: Option<SecretHash>, account: Option<String>) -> Self {
        Self { person, account, ..self }
    }

    /// How long the link still holds; for ever where absent.
    #[must_use]
    pub fn expires_in(&self) -> Option<Duration> {
        self.grant.expires_in_ms.map(Duration::from_millis)
    }

    /// The same, if the link may do what `is_allowed` asks of its role.
    ///
    /// # Errors
    /// `Forbidden` where it may not.
    pub fn only(self, is_allowed: impl FnOnce(Role) -> bool) -> Result<Self, ErrorCode> {
        if is_allowed(self.role()) { Ok(self) } else { Err(ErrorCode::Forbidden) }
    }

    /// Number of the newest row of the board's log: the same number means the same content.
    #[must_use]
    pub fn head_seq(&self) -> u64 {
        self.head_seq
    }

    /// When the board was made: milliseconds since 1970.
    #[must_use]
    pub fn created_at_ms(&self) -> u64 {
        self.created_at_ms
    }

    #[cfg(test)]
    pub(crate) fn for_test(role: Role) -> Self {
        let secret = SecretHash([1; 32]);
        let grant = Grant { link: secret, role, expires_in_ms: None };
        Self {
            board: BoardId::from_random([1; 20]),
            title: "Plan".to_owned(),
            created_at_ms: 0,
            head_seq: 0,
            secret,
            grant,
            person: None,
            account: None,
        }
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
/// `UnknownBoard`, `WrongKey`, `Revoked`, `Expired` and, to who shows a right key, `Deleted` for what they say, `Unavailable` when the store does not answer.
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
    let deleted_at_ms = record.deleted_at_ms;
    let secret: LinkSecret = key.unwrap_or_default().parse().map_err(|_| ErrorCode::WrongKey)?;
    let secret = hash(&secret);
    let grant = granted(storage.link(&board, &secret).await?)?;
    let storage::BoardRecord { title, created_at_ms, head_seq, .. } = record;
    let admission = Admission { board, title, created_at_ms, head_seq, secret, grant, person: None, account: None };
    Ok((admission, deleted_at_ms))
}

/// What a lookup grants.
///
/// # Errors
/// Why it grants nothing.
pub fn granted(lookup: LinkLookup) -> Result<Grant, ErrorCode> {
    match lookup {
        LinkLookup::Open(grant) => Ok(grant),
        LinkLookup::Locked(_) => Err(ErrorCode::Locked),
        LinkLookup::NoSuchLink => Err(ErrorCode::WrongKey),
        LinkLookup::Revoked => Err(ErrorCode::Revoked),
        LinkLookup::Expired => Err(ErrorCode::Expired),
        LinkLookup::UnknownBoard => Err(ErrorCode::UnknownBoard),
    }
}

/// The board and key of a REST request: `{id}` of its path, and what was sent with it.
#[derive(Debug)]
pub struct Asked {
    /// The key; absent where the text cannot be one.
    pub secret: Option<LinkSecret>,
    /// The board, as it was spelled.
    pub board: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(mut path) = Path::<HashMap<String, String>>::from_request_parts(parts, state)
            .await
            .map_err(|_| ErrorCode::Malformed)?;
        let query = Query::<key::KeyQuery>::from_request_parts(parts, state).await.map_err(|_| ErrorCode::Malformed)?;
        let secret = key::sent(&parts.headers, query.0).and_then(|key| key.parse().ok());
        Ok(Self { secret, board: path.remove("id").unwrap_or_default() })
    }
}

impl FromRequestParts<Shared> for Admission {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let asked = Asked::from_request_parts(parts, shared).await?;
        admit(shared.storage.as_ref(), &asked.board, asked.secret.as_ref().map(LinkSecret::reveal)).await
    }
}
