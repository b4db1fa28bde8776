//! What a link lets its holder do.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Role of a link, weakest last. Rights grow upwards: an owner can do all that an editor can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Edits, and manages the board's links.
    Owner,
    /// Edits the document.
    Edit,
    /// Reads and comments; never writes the document.
    Comment,
    /// Reads.
    View,
}

impl Role {
    /// Every role, strongest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Edit, Self::Comment, Self::View];

    /// Whether the holder may send document updates.
    #[must_use]
    pub fn may_write(self) -> bool {
        matches!(self, Self::Owner | Self::Edit)
    }

    /// Whether the holder may write comments.
    #[must_use]
    pub fn may_comment(self) -> bool {
        matches!(self, Self::Owner | Self::Edit | Self::Comment)
    }

    /// The stored and spoken name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Edit => "edit",
            Self::Comment => "comment",
            Self::View => "view",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown role")]
pub struct UnknownRole;
