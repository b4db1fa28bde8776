//! What the records of a backup say: a head of JSON each, and bytes. A board is a `Board` record, its parts, and a
//! `BoardEnd`. Must not know files.

use bytes::Bytes;
use protocol::{AssetHash, BoardId, Role, SecretHash, VersionId, VersionPerson};
use serde::{Deserialize, Serialize};

use super::is_asset_name;
use crate::{
    AccountId, AccountRecord, Aside, AssetRecord, BoardExport, LinkRecord, LinkSettings, LogRow, MeetingRecord,
    PasswordHash, PersonalLink, Snapshot, VersionRecord,
};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Board(BoardRecord),
    Meeting { id: String, seq: u64, value: Bytes },
    Snapshot { seq: u64, bytes: Bytes },
    Row { seq: u64, bytes: Bytes },
    Aside { seq: Option<u64>, reason: String, bytes: Bytes },
    BoardEnd,
    Version { board: BoardId, version: VersionRecord, bytes: Bytes },
    Locked { board: BoardId, person: SecretHash, name: String },
    Owned { board: BoardId, account: AccountRecord },
    Bundle { secret: SecretHash, bytes: Bytes },
    Asset { name: String },
    AssetPiece { bytes: Bytes },
}

/// A board without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BoardRecord {
    id: BoardId,
    title: String,
    created_at_ms: u64,
    deleted_at_ms: Option<u64>,
    head_seq: u64,
    links: Vec<Link>,
    /// Link, secret, made at.
    #[serde(default)]
    personal_links: Vec<([u8; 32], [u8; 32], u64)>,
    /// Hash, media type, size.
    #[serde(default)]
    assets: Vec<(AssetHash, String, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Link {
    /// SHA-256 of the secret.
    secret_hash: [u8; 32],
    role: Role,
    created_at_ms: u64,
    expires_at_ms: Option<u64>,
    revoked_at_ms: Option<u64>,
    #[serde(default)]
    label: String,
    /// PHC string.
    #[serde(default)]
    password_hash: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct SeqHead {
    seq: u64,
}

#[derive(Serialize, Deserialize)]
struct MeetingHead {
    id: String,
    seq: u64,
}

#[derive(Serialize, Deserialize)]
struct AsideHead {
    seq: Option<u64>,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct VersionHead {
    board: BoardId,
    id: VersionId,
    name: Option<String>,
    author: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    people: Vec<VersionPerson>,
    created_at_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct LockedHead {
    board: BoardId,
    person: [u8; 32],
    name: String,
}

#[derive(Serialize, Deserialize)]
struct OwnedHead {
    board: BoardId,
    account: [u8; 32],
    name: String,
}

#[derive(Serialize, Deserialize)]
struct BundleHead {
    secret: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct AssetHead {
    name: String,
}

impl BoardRecord {
    pub(super) fn of(board: &BoardExport) -> Self {
        let link = |link: &LinkRecord| Link {
            secret_hash: link.secret_hash.0,
            role: link.role,
            created_at_ms: link.created_at_ms,
            expires_at_ms: link.settings.expires_at_ms,
            revoked_at_ms: link.revoked_at_ms,
            label: link.settings.label.clone(),
            password_hash: link.settings.password.as_ref().map(|password| password.0.clone()),
        };
        let personal = |link: &PersonalLink| (link.link.0, link.secret_hash.0, link.created_at_ms);
        let asset = |asset: &AssetRecord| (asset.hash, asset.media_type.clone(), asset.size_bytes);
        Self {
            id: board.id.clone(),
            title: board.title.clone(),
            created_at_ms: board.created_at_ms,
            deleted_at_ms: board.deleted_at_ms,
            head_seq: board.head_seq,
            links: board.links.iter().map(link).collect(),
            personal_links: board.personal_links.iter().map(personal).collect(),
            assets: board.assets.iter().map(asset).collect(),
        }
    }

    fn into_export(self) -> BoardExport {
        let link = |link: Link| LinkRecord {
            secret_hash: SecretHash(link.secret_hash),
            role: link.role,
            created_at_ms: link.created_at_ms,
            settings: LinkSettings {
                label: link.label,
                expires_at_ms: link.expires_at_ms,
                password: link.password_hash.map(PasswordHash),
            },
            revoked_at_ms: link.revoked_at_ms,
        };
        let personal = |(link, secret_hash, created_at_ms)| PersonalLink {
            link: SecretHash(link),
            secret_hash: SecretHash(secret_hash),
            created_at_ms,
        };
        let asset = |(hash, media_type, size_bytes)| AssetRecord { hash, media_type, size_bytes };
        BoardExport {
            id: self.id,
            title: self.title,
            created_at_ms: self.created_at_ms,
            deleted_at_ms: self.deleted_at_ms,
            head_seq: self.head_seq,
            links: self.links.into_iter().map(link).collect(),
            personal_links: self.personal_links.into_iter().map(personal).collect(),
            snapshot: None,
            rows: Vec::new(),
            aside: Vec::new(),
            assets: self.assets.into_iter().map(asset).collect(),
            meeting: Vec::new(),
        }
    }
}

impl Record {
    pub(super) fn version(board: &BoardId, version: VersionRecord, bytes: Bytes) -> Self {
        Self::Version { board: board.clone(), version, bytes }
    }

    /// Kind, head, body.
    pub(super) fn parts(&self) -> (u8, Vec<u8>, &[u8]) {
        match self {
            Self::Board(board) => (b'B', json(board), &[]),
            Self::Meeting { id, seq, value } => (b'M', json(&MeetingHead { id: id.clone(), seq: *seq }), value),
            Self::Snapshot { seq, bytes } => (b'S', json(&SeqHead { seq: *seq }), bytes),
            Self::Row { seq, bytes } => (b'R', json(&SeqHead { seq: *seq }), bytes),
            Self::Aside { seq, reason, bytes } => (b'D', json(&AsideHead { seq: *seq, reason: reason.clone() }), bytes),
            Self::BoardEnd => (b'E', Vec::new(), &[]),
            Self::Version { board, version, bytes } => {
                let head = VersionHead {
                    board: board.clone(),
                    id: version.id.clone(),
                    name: version.name.clone(),
                    author: version.author.clone(),
                    people: version.people.clone(),
                    created_at_ms: version.created_at_ms,
                };
                (b'V', json(&head), bytes)
            }
            Self::Locked { board, person, name } => {
                (b'L', json(&LockedHead { board: board.clone(), person: person.0, name: name.clone() }), &[])
            }
            Self::Owned { board, account } => {
                let (account, name) = (account.id.0, account.name.clone());
                (b'O', json(&OwnedHead { board: board.clone(), account, name }), &[])
            }
            Self::Bundle { secret, bytes } => (b'K', json(&BundleHead { secret: secret.0 }), bytes),
            Self::Asset { name } => (b'A', json(&AssetHead { name: name.clone() }), &[]),
            Self::AssetPiece { bytes } => (b'P', Vec::new(), bytes),
        }
    }

    /// `None` where they are no record.
    pub(super) fn of_parts(kind: u8, head: &[u8], body: Vec<u8>) -> Option<Self> {
        let bytes = Bytes::from(body);
        Some(match kind {
            b'B' => Self::Board(read(head)?),
            b'M' => {
                let MeetingHead { id, seq } = read(head)?;
                Self::Meeting { id, seq, value: bytes }
            }
            b'S' => Self::Snapshot { seq: read::<SeqHead>(head)?.seq, bytes },
            b'R' => Self::Row { seq: read::<SeqHead>(head)?.seq, bytes },
            b'D' => {
                let AsideHead { seq, reason } = read(head)?;
                Self::Aside { seq, reason, bytes }
            }
            b'E' => Self::BoardEnd,
            b'V' => {
                let VersionHead { board, id, name, author, people, created_at_ms } = read(head)?;
                let size_bytes = bytes.len() as u64;
                let version = VersionRecord { id, name, author, people, created_at_ms, size_bytes };
                Self::Version { board, version, bytes }
            }
            b'L' => {
                let LockedHead { board, person, name } = read(head)?;
                Self::Locked { board, person: SecretHash(person), name }
            }
            b'O' => {
                let OwnedHead { board, account, name } = read(head)?;
                Self::Owned { board, account: AccountRecord { id: AccountId(account), name } }
            }
            b'K' => Self::Bundle { secret: SecretHash(read::<BundleHead>(head)?.secret), bytes },
            b'A' => Self::Asset { name: read::<AssetHead>(head)?.name },
            b'P' => Self::AssetPiece { bytes },
            _ => return None,
        })
    }
}

fn json(head: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(head).expect("a head is plain data")
}

fn read<'a, T: Deserialize<'a>>(head: &'a [u8]) -> Option<T> {
    serde_json::from_slice(head).ok()
}

/// Puts boards together from their records, and refuses records out of place.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    board: Option<BoardExport>,
    in_asset: bool,
}

impl Assembly {
    /// Takes a record; gives a board when it is whole.
    pub(super) fn take(&mut self, record: Record) -> Result<Option<BoardExport>, &'static str> {
        const MISPLACED: &str = "a record is out of place";
        match (&mut self.board, record) {
            (None, Record::Board(board)) => self.board = Some(board.into_export()),
            (Some(board), Record::Snapshot { seq, bytes }) => board.snapshot = Some(Snapshot { seq, bytes }),
            (Some(board), Record::Row { seq, bytes }) => board.rows.push(LogRow { seq, bytes }),
            (Some(board), Record::Aside { seq, reason, bytes }) => board.aside.push(Aside { seq, bytes, reason }),
            (Some(board), Record::Meeting { id, seq, value }) => {
                let value = String::from_utf8(value.into()).map_err(|_| "a meeting's record is no text")?;
                board.meeting.push(MeetingRecord { id, seq, value });
            }
            (Some(_), Record::BoardEnd) => return Ok(self.board.take()),
            (None, Record::Version { .. } | Record::Locked { .. } | Record::Owned { .. } | Record::Bundle { .. }) => {}
            (None, Record::Asset { name }) if is_asset_name(&name) => self.in_asset = true,
            (None, Record::AssetPiece { .. }) if self.in_asset => {}
            _ => return Err(MISPLACED),
        }
        Ok(None)
    }

    /// Whether no board is half read.
    pub(super) fn is_complete(&self) -> bool {
        self.board.is_none()
    }
}
