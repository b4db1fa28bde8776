//! Ids and secrets as types. Randomness is given by the caller; this module only shapes and checks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits::VISIT_TOKEN_BYTES;

/// What is wrong with an id that came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id: expected {expected}")]
pub struct IdError {
    expected: &'static str,
}

/// Sixty-four characters that need no escaping in a URL path, query or fragment (the base64url alphabet of RFC 4648).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn spell<const LENGTH: usize>(random: [u8; LENGTH]) -> [u8; LENGTH] {
    random.map(|byte| ALPHABET[usize::from(byte & 63)])
}

fn spelled<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let letters: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
    letters.iter().all(|letter| ALPHABET.contains(letter)).then_some(letters)
}

/// The letters of an id as text.
fn text(letters: &[u8]) -> &str {
    let Ok(text) = std::str::from_utf8(letters) else { unreachable!("the alphabet is ASCII") };
    text
}

/// What every id that is spelled in `ALPHABET` shares: its length, how it is made and how it is read. Its letters are kept in
/// place: an open board has its id in ten of them.
macro_rules! spelled {
    ($name:ident, $length:literal, $expected:literal) => {
        impl $name {
            /// Length of the text form, in characters.
            pub const LENGTH: usize = $length;

            /// Makes one from random bytes; for what is to stay unguessed, of a secure source.
            #[must_use]
            pub fn from_random(random: [u8; Self::LENGTH]) -> Self {
                Self(spell(random))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                spelled(text).map(Self).ok_or(IdError { expected: $expected })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(spelled: $name) -> Self {
                text(&spelled.0).to_owned()
            }
        }
    };
}

/// For ids that are no secret: their text may be read and shown.
macro_rules! public_text {
    ($name:ident) => {
        impl $name {
            /// The text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                text(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// Names a board: 20 characters of the base64url alphabet (120 random bits). Not a secret; rights come from a link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BoardId([u8; Self::LENGTH]);

spelled!(BoardId, 20, "20 characters of A-Z a-z 0-9 - _");
public_text!(BoardId);

/// Names a link among those of its board: 12 characters. Not a secret, and opens nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkId([u8; Self::LENGTH]);

spelled!(LinkId, 12, "12 characters of A-Z a-z 0-9 - _");
public_text!(LinkId);

impl LinkId {
    /// The id of the link with this secret: the beginning of its hash, which says nothing about 240 random bits.
    #[must_use]
    pub fn of(hash: &SecretHash) -> Self {
        let mut beginning = [0; Self::LENGTH];
        beginning.copy_from_slice(&hash.0[..Self::LENGTH]);
        Self::from_random(beginning)
    }
}

/// The secret of a link: 40 characters of the base64url alphabet (240 random bits). Whoever holds it has the link's role.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkSecret([u8; Self::LENGTH]);

spelled!(LinkSecret, 40, "40 characters of A-Z a-z 0-9 - _");

impl LinkSecret {
    /// The text form, to be shown to its holder only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        text(&self.0)
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret(redacted)")
    }
}

/// SHA-256 of a link secret's text: the only form that is stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretHash(pub [u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(redacted)")
    }
}

/// The secret of one visit, which nobody else is told: by it a visit that comes back over a new connection takes over from
/// its former one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitToken(pub [u8; VISIT_TOKEN_BYTES]);

impl fmt::Debug for VisitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitToken(redacted)")
    }
}

/// One run of a document service: a new one at each start, so that a restarted process never passes for its former self.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceId([u8; Self::LENGTH]);

spelled!(ServiceId, 20, "20 characters of A-Z a-z 0-9 - _");
public_text!(ServiceId);

/// Names a version of a board. Not a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionId([u8; Self::LENGTH]);

spelled!(VersionId, 20, "20 characters of A-Z a-z 0-9 - _");
public_text!(VersionId);

/// Names a thread of comments among those of its board. Not a secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ThreadId([u8; Self::LENGTH]);

spelled!(ThreadId, 20, "20 characters of A-Z a-z 0-9 - _");
public_text!(ThreadId);

/// Names a person on one board: the beginning of a hash over the board and the person's secret, so that nobody can tell
/// whether people of two boards are the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonId([u8; Self::LENGTH]);

spelled!(PersonId, 16, "16 characters of A-Z a-z 0-9 - _");
public_text!(PersonId);

/// One browser connection, numbered by its gateway; unique within a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_refuse_other_text() {
        let id = BoardId::from_random([7; 20]);
        assert_eq!(id.as_str().parse::<BoardId>(), Ok(id));
        for bad in ["", "short", "twenty-one-characters", "has/slash/in/it/twen", "äääääääääääääääääääää"]
        {
            assert!(bad.parse::<BoardId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let secret = LinkSecret::from_random([9; 40]);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }
}
