//! Bodies of the REST surface, as both the gateway and the page see them.

use serde::{Deserialize, Serialize};

use crate::{BoardId, LinkSecret, Role, VersionId};

/// `POST /api/boards`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateBoard {
    /// At most `limits::MAX_TITLE_CHARS` characters; empty or absent means untitled.
    #[serde(default)]
    pub title: Option<String>,
}

/// Answer to `POST /api/boards`: the only time that the secrets are told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreatedBoard {
    /// The board.
    pub id: BoardId,
    /// As given, trimmed; empty when untitled.
    pub title: String,
    /// One link each for owner, edit and view.
    pub links: Vec<LinkView>,
}

/// A link with its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkView {
    /// What it allows.
    pub role: Role,
    /// The page's address with the key in the fragment.
    pub url: String,
    /// The secret itself.
    pub key: LinkSecret,
}

/// `GET /api/boards/{id}` with a link's key: what the holder may know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BoardView {
    /// The board.
    pub id: BoardId,
    /// Empty when untitled.
    pub title: String,
    /// Role of the key that asked.
    pub role: Role,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
}

/// `GET /api/boards/{id}/versions`: newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VersionList {
    /// The versions.
    pub versions: Vec<VersionView>,
}

/// A version of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// The version.
    pub id: VersionId,
    /// As a person called it; absent for those that the service keeps by itself and thins out with age.
    pub name: Option<String>,
    /// Who named it, as they call themselves.
    pub author: Option<String>,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// What it takes in the store.
    pub size_bytes: u64,
}

/// `POST /api/boards/{id}/versions` and `PATCH /api/boards/{id}/versions/{version}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameVersion {
    /// From one to `limits::MAX_VERSION_NAME_CHARS` characters.
    pub name: String,
    /// At most `limits::MAX_AUTHOR_CHARS` characters; empty or absent means nobody.
    #[serde(default)]
    pub author: Option<String>,
}

/// Whether a board is in the bin, for its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinView {
    /// Since when, in milliseconds since 1970, UTC; absent when it is not.
    pub deleted_at_ms: Option<i64>,
    /// From when on it is gone for good.
    pub gone_at_ms: Option<i64>,
}

/// `GET /api/boards/{id}/damage`: what of a board could not be read, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DamageList {
    /// The parts.
    pub parts: Vec<DamageView>,
}

/// A part of a board that could not be read and is kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DamageView {
    /// Number of the row or snapshot in the store, where known.
    pub seq: Option<u64>,
    /// How much is kept.
    pub size_bytes: u64,
    /// Why it could not be read.
    pub reason: String,
    /// When it was found: milliseconds since 1970, UTC.
    pub found_at_ms: i64,
}

/// An RFC 9457 problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:boardwalk:` and the code's stable name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's stable name.
    pub code: String,
    /// What happened, for a person.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Joins the answer to the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
