//! The y-protocols awareness update: who is here, each with a clock and a JSON state.
//!
//! Source: github.com/yjs/y-protocols, `awareness.js`: a count, then client id, clock and JSON text for each; the text
//! `null` means gone.

use serde::{Deserialize, Serialize};

use crate::edge::DecodeError;
use crate::lib0::{Reader, Writer};
use crate::limits::{MAX_AWARENESS_CLIENTS, MAX_PRESENCE_BYTES};

/// One client's line in an awareness update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwarenessEntry {
    /// Yjs client id.
    pub client: u64,
    /// Rises with each change of this client's state.
    pub clock: u64,
    /// JSON text; `null` means the client has left.
    pub state: String,
}

impl AwarenessEntry {
    /// Whether this line says that the client has left.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.state == "null"
    }
}

/// Encodes lines in the given order.
#[must_use]
pub fn encode(entries: &[AwarenessEntry]) -> Vec<u8> {
    let mut out = Writer::with_capacity(entries.iter().map(|entry| entry.state.len() + 16).sum());
    out.uint(entries.len() as u64);
    for entry in entries {
        out.uint(entry.client).uint(entry.clock).string(&entry.state);
    }
    out.finish()
}

/// Decodes an update that one connection sent: few clients, bounded bytes.
///
/// # Errors
/// Not an awareness update, or over `MAX_PRESENCE_BYTES` or `MAX_AWARENESS_CLIENTS`.
pub fn decode_from_client(bytes: &[u8]) -> Result<Vec<AwarenessEntry>, DecodeError> {
    if bytes.len() > MAX_PRESENCE_BYTES {
        return Err(DecodeError::TooLarge);
    }
    decode(bytes, MAX_AWARENESS_CLIENTS)
}

/// Decodes an update of at most `max_clients` lines.
///
/// # Errors
/// Not an awareness update, or more lines than allowed.
pub fn decode(bytes: &[u8], max_clients: usize) -> Result<Vec<AwarenessEntry>, DecodeError> {
    let mut from = Reader::new(bytes);
    let count = usize::try_from(from.uint()?).map_err(|_| DecodeError::Number)?;
    if count > max_clients {
        return Err(DecodeError::TooLarge);
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        let (client, clock) = (from.uint()?, from.uint()?);
        entries.push(AwarenessEntry { client, clock, state: from.string()?.to_owned() });
    }
    from.end()?;
    Ok(entries)
}

/// What our client puts into its awareness state, and what it reads from anybody's: stock clients may fill in `user` and
/// `cursor` alike. Unknown keys are ignored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PresenceState {
    /// Who.
    #[serde(default)]
    pub user: PresenceUser,
    /// Pointer in board coordinates; absent while it is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<[f64; 2]>,
    /// What of the board is in view: left, top, right, bottom in board coordinates; absent while following somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<[f64; 4]>,
    /// The page is out of sight.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// The cursor leaves the trail of a laser.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub points: bool,
    /// Leads everybody, for as long as it is there; another number leads anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads: Option<u32>,
    /// Said at the cursor; readers cut it at 80 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// The latest reaction: its number, and what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reacts: Option<(u32, String)>,
}

/// Name and colour of a person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PresenceUser {
    /// Shown at the cursor; readers cut it at 40 characters.
    #[serde(default)]
    pub name: String,
    /// `#rrggbb`; readers replace anything else by a colour of their own.
    #[serde(default)]
    pub color: String,
    /// Who, as comments on this board name people; empty while unknown. Said, not proven.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub person: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_bytes_of_y_protocols() {
        // encodeAwarenessUpdate of client 5, clock 1, state {} as y-protocols 1.0 writes it.
        let bytes = [1, 5, 1, 2, b'{', b'}'];
        let entries = decode_from_client(&bytes).expect("decodes");
        assert_eq!(entries, [AwarenessEntry { client: 5, clock: 1, state: "{}".into() }]);
        assert_eq!(encode(&entries), bytes);
    }

    #[test]
    fn refuses_floods_of_clients() {
        let entry = AwarenessEntry { client: 1, clock: 1, state: "{}".into() };
        let many = encode(&vec![entry; MAX_AWARENESS_CLIENTS + 1]);
        assert_eq!(decode_from_client(&many), Err(DecodeError::TooLarge));
    }
}
