//! What a gateway asks of a board's owner outside its lanes: one REQUEST_RESPONSE each.

use crate::edge::DecodeError;
use crate::lib0::{Reader, Writer};
use crate::{BoardId, PROTOCOL_VERSION, VersionChanges, VersionId};

/// RSocket routing tag of these requests.
pub const REQUEST_ROUTE: &str = "board.request";

/// A request about one board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRequest {
    /// `PROTOCOL_VERSION` of the gateway.
    pub protocol: u32,
    /// The board.
    pub board: BoardId,
    /// What to do.
    pub ask: Ask,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Keep the board's present state as a named version. Answered with a [`KeptVersion`].
    SaveVersion {
        /// Its name; the gateway has checked its length.
        name: String,
        /// Who asks, as they call themselves; empty for nobody.
        author: String,
    },
    /// The board is in the bin: let it go, if it is open here. The answer is empty.
    Evict,
    /// A small picture of what is stored of the board, or of one of its versions. Whichever service is asked answers, with
    /// SVG of at most `limits::MAX_PICTURE_BYTES`; with nothing where there is nothing to see.
    Picture {
        /// The version; absent for the board as it is.
        version: Option<VersionId>,
        /// Whether it is for a dark page.
        is_dark: bool,
    },
    /// Who is on the board, through all gateways. The answer is read by `visitors::decode_visitors`.
    Visitors,
    /// How many shapes of a version differ from another. Whichever service is asked answers, with [`VersionChanges`].
    Changes {
        /// The version.
        version: VersionId,
        /// The other, which it is compared with; absent: an empty board.
        since: Option<VersionId>,
    },
}

/// A version that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptVersion {
    /// Its id.
    pub id: VersionId,
    /// Milliseconds since 1970.
    pub created_at_ms: u64,
    /// Size of its content as it is stored.
    pub size_bytes: u64,
}

impl BoardRequest {
    /// A request of this version.
    #[must_use]
    pub fn new(board: BoardId, ask: Ask) -> Self {
        Self { protocol: PROTOCOL_VERSION, board, ask }
    }

    /// The payload's data.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.uint(self.protocol.into()).string(self.board.as_str());
        match &self.ask {
            Ask::SaveVersion { name, author } => out.uint(0).string(name).string(author),
            Ask::Evict => out.uint(1),
            Ask::Picture { version, is_dark } => {
                out.uint(2).string(version.as_ref().map_or("", VersionId::as_str)).uint(u64::from(*is_dark))
            }
            Ask::Visitors => out.uint(3),
            Ask::Changes { version, since } => {
                out.uint(4).string(version.as_str()).string(since.as_ref().map_or("", VersionId::as_str))
            }
        };
        out.finish()
    }

    /// Reads the payload's data.
    ///
    /// # Errors
    /// Not a request.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let protocol = u32::try_from(from.uint()?).map_err(|_| DecodeError::Number)?;
        let board = from.string()?.parse().map_err(|_| DecodeError::Text)?;
        let ask = match from.uint()? {
            0 => Ask::SaveVersion { name: from.string()?.to_owned(), author: from.string()?.to_owned() },
            1 => Ask::Evict,
            2 => {
                let version = read_version(&mut from)?;
                Ask::Picture { version, is_dark: from.uint()? == 1 }
            }
            3 => Ask::Visitors,
            4 => {
                let version = read_version(&mut from)?.ok_or(DecodeError::Text)?;
                Ask::Changes { version, since: read_version(&mut from)? }
            }
            _ => return Err(DecodeError::UnknownType),
        };
        from.end()?;
        Ok(Self { protocol, board, ask })
    }
}

/// An id, or an empty text for none.
fn read_version(from: &mut Reader<'_>) -> Result<Option<VersionId>, DecodeError> {
    let version = from.string()?;
    (!version.is_empty()).then(|| version.parse()).transpose().map_err(|_| DecodeError::Text)
}

impl VersionChanges {
    /// The answer's data.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Writer::default().uint(self.added).uint(self.changed).uint(self.removed).finish()
    }

    /// Reads the answer's data.
    ///
    /// # Errors
    /// Not an answer.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let changes = Self { added: from.uint()?, changed: from.uint()?, removed: from.uint()? };
        from.end()?;
        Ok(changes)
    }
}

impl KeptVersion {
    /// The answer's data.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        Writer::default().string(self.id.as_str()).uint(self.created_at_ms).uint(self.size_bytes).finish()
    }

    /// Reads the answer's data.
    ///
    /// # Errors
    /// Not an answer.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader::new(bytes);
        let id = from.string()?.parse().map_err(|_| DecodeError::Text)?;
        let kept = Self { id, created_at_ms: from.uint()?, size_bytes: from.uint()? };
        from.end()?;
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_round_trip() {
        let save = Ask::SaveVersion { name: "Draft".to_owned(), author: String::new() };
        let version = Some(VersionId::from_random([5; 20]));
        let pictures = [Ask::Picture { version, is_dark: true }, Ask::Picture { version: None, is_dark: false }];
        let (version, since) = (VersionId::from_random([6; 20]), Some(VersionId::from_random([7; 20])));
        let changes =
            [Ask::Changes { version: version.clone(), since }, Ask::Changes { version: version.clone(), since: None }];
        for ask in [save, Ask::Evict, Ask::Visitors].into_iter().chain(pictures).chain(changes) {
            let request = BoardRequest::new(BoardId::from_random([3; 20]), ask);
            let bytes = request.encode();
            assert_eq!(BoardRequest::decode(&bytes), Ok(request));
            for end in 0..bytes.len() {
                assert!(BoardRequest::decode(&bytes[..end]).is_err(), "{end}");
            }
        }
        let kept = KeptVersion { id: VersionId::from_random([4; 20]), created_at_ms: 1 << 41, size_bytes: 7 };
        assert_eq!(KeptVersion::decode(&kept.encode()), Ok(kept));
        let counted = VersionChanges { added: 1, changed: 300, removed: 0 };
        assert_eq!(VersionChanges::decode(&counted.encode()), Ok(counted));
    }
}
