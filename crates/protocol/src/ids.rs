//! Ids and secrets as types. Randomness is given by the caller; this module only shapes and checks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is wrong with an id that came from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id: expected {expected}")]
pub struct IdError {
    expected: &'static str,
}

/// Sixty-four characters that need no escaping in a URL path, query or fragment (the base64url alphabet of RFC 4648).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn spell(random: &[u8]) -> String {
    random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
}

fn is_spelled(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Names a board: 20 characters of the base64url alphabet (120 random bits). Not a secret; rights come from a link.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BoardId(String);

impl BoardId {
    /// Length of the text form, in characters.
    pub const LENGTH: usize = 20;

    /// Makes an id from random bytes of a secure source.
    #[must_use]
    pub fn from_random(random: [u8; Self::LENGTH]) -> Self {
        Self(spell(&random))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BoardId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_spelled(text, Self::LENGTH) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { expected: "20 characters of A-Z a-z 0-9 - _" })
        }
    }
}

impl TryFrom<String> for BoardId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<BoardId> for String {
    fn from(id: BoardId) -> Self {
        id.0
    }
}

impl fmt::Display for BoardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BoardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The secret of a link: 40 characters of the base64url alphabet (240 random bits). Whoever holds it has the link's role.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkSecret(String);

impl LinkSecret {
    /// Length of the text form, in characters.
    pub const LENGTH: usize = 40;

    /// Makes a secret from random bytes of a secure source.
    #[must_use]
    pub fn from_random(random: [u8; Self::LENGTH]) -> Self {
        Self(spell(&random))
    }

    /// The text form, to be shown to its holder only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for LinkSecret {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_spelled(text, Self::LENGTH) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { expected: "40 characters of A-Z a-z 0-9 - _" })
        }
    }
}

impl TryFrom<String> for LinkSecret {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<LinkSecret> for String {
    fn from(secret: LinkSecret) -> Self {
        secret.0
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

/// One run of a document service: a new one at each start, so that a restarted process never passes for its former self.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceId(String);

impl ServiceId {
    /// Length of the text form, in characters.
    pub const LENGTH: usize = 20;

    /// Makes an id from random bytes.
    #[must_use]
    pub fn from_random(random: [u8; Self::LENGTH]) -> Self {
        Self(spell(&random))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_spelled(text, Self::LENGTH) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError { expected: "20 characters of A-Z a-z 0-9 - _" })
        }
    }
}

impl TryFrom<String> for ServiceId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ServiceId> for String {
    fn from(id: ServiceId) -> Self {
        id.0
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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
