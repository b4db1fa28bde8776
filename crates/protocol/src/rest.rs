//! Bodies of the REST surface, as both the gateway and the page see them.

use serde::{Deserialize, Serialize};

use crate::{BoardId, LinkSecret, Role};

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
