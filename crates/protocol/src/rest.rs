//! Bodies of the REST surface, as both the gateway and the page see them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{AssetHash, BoardId, LinkId, LinkSecret, Role, VersionId};

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

/// A link with its secret: told when it is made, and never again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkView {
    /// Names it among the board's links.
    pub id: LinkId,
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
    /// The key's link.
    pub link: LinkId,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
}

/// Answer to `PUT /api/boards/{id}/assets/{hash}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetView {
    /// SHA-256 of its bytes.
    pub hash: AssetHash,
    /// What its bytes are, as they show themselves.
    pub media_type: String,
    /// How many they are.
    pub size_bytes: u64,
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
    /// Who named it, as they call themselves; of those that the service keeps by itself, some who edited.
    pub author: Option<String>,
    /// Who edited since the version before, at most `limits::MAX_VERSION_PEOPLE`; older releases told of nobody.
    #[serde(default)]
    pub people: Vec<VersionPerson>,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// What it takes in the store.
    pub size_bytes: u64,
}

/// Somebody who edited a board before a version of it was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionPerson {
    /// As they call themselves; empty where they said no name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name of the account that they were signed in with, where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The Yjs clients that they edited through, as far as is known: at most `limits::MAX_CLIENTS_OF_PERSON`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<u64>,
}

/// `GET /api/boards/{id}/versions/{version}/changes`: how many shapes differ from another version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionChanges {
    /// New ones.
    pub added: u64,
    /// Other than they were.
    pub changed: u64,
    /// Gone.
    pub removed: u64,
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

/// `PATCH /api/boards/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeBoard {
    /// At most `limits::MAX_TITLE_CHARS` characters; empty means untitled.
    pub title: String,
}

/// `POST /api/boards/{id}/links`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateLink {
    /// What it allows.
    pub role: Role,
    /// At most `limits::MAX_LABEL_CHARS` characters.
    #[serde(default)]
    pub label: String,
    /// From when on it opens nothing: milliseconds since 1970, UTC. Absent means never.
    #[serde(default)]
    pub expires_at_ms: Option<i64>,
    /// At most `limits::MAX_PASSWORD_CHARS` characters. Absent means none.
    #[serde(default)]
    pub password: Option<String>,
}

/// `PATCH /api/boards/{id}/links/{link}`: what is absent stays, `null` takes away.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeLink {
    /// What it allows from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// As in `CreateLink`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// As in `CreateLink`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "said")]
    pub expires_at_ms: Option<Option<i64>>,
    /// As in `CreateLink`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "said")]
    pub password: Option<Option<String>>,
}

/// Tells `null`, which was said, from what was not said at all.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// `POST /api/boards/{id}/unlock`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockLink {
    /// The link's password.
    pub password: String,
}

/// Answer to `POST /api/boards/{id}/unlock`: a key of one's own with the rights of the link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnlockedLink {
    /// What it allows.
    pub role: Role,
    /// The secret.
    pub key: LinkSecret,
}

/// `GET /api/boards/{id}/links`: what the board's owner may know. Secrets cannot be told again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkList {
    /// Oldest first.
    pub links: Vec<LinkDescription>,
}

/// A link as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkDescription {
    /// Names it among the board's links.
    pub id: LinkId,
    /// What it allows.
    pub role: Role,
    /// May be empty.
    pub label: String,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// From when on it opens nothing: milliseconds since 1970, UTC.
    pub expires_at_ms: Option<i64>,
    /// Whether it wants a password.
    pub has_password: bool,
    /// Whether it is the one that asked.
    pub is_yours: bool,
}

/// `GET /api/boards/{id}/people`: who is on a board, for its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleList {
    /// Who is on it, through whatever gateway; two windows of one browser are one.
    pub here: Vec<PersonView>,
    /// Who is locked out of it, longest first.
    pub locked: Vec<LockedPersonView>,
}

/// Somebody on a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Names their browser; absent where it does not say whose it is, as stock clients.
    pub person: Option<String>,
    /// What they may do.
    pub role: Role,
    /// The link that they came by.
    pub link: LinkId,
    /// Their Yjs client ids, as presence names them.
    pub clients: Vec<String>,
    /// Whether it is the one that asked.
    pub is_you: bool,
    /// What their sign-in provider calls them; absent where they are not signed in.
    #[serde(default)]
    pub account: Option<String>,
}

/// `POST /api/boards/{id}/people/signed-in`: people on a board as the one that asks sees them, at most
/// `limits::MAX_SHOWN_PEOPLE`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownPeople {
    /// In any order.
    pub people: Vec<ShownPerson>,
}

/// Somebody on a board as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownPerson {
    /// Their Yjs client id.
    pub client: String,
    /// The name that they show.
    pub name: String,
}

/// Which of [`ShownPeople`] are signed in under the name that they show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedInPeople {
    /// Their Yjs client ids.
    pub clients: Vec<String>,
}

/// `GET /api/session`: who is signed in in this browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// As their provider calls them, perhaps not at all; absent where nobody is signed in.
    pub name: Option<String>,
}

/// `GET /api/session/boards`: the boards of whoever is signed in, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnBoardList {
    /// The boards, also those in the bin.
    pub boards: Vec<OwnBoard>,
}

/// A board of whoever is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnBoard {
    /// The board.
    pub id: BoardId,
    /// Empty when untitled.
    pub title: String,
    /// Milliseconds since 1970, UTC.
    pub created_at_ms: i64,
    /// Since when it is in the bin: milliseconds since 1970, UTC; absent when it is not.
    pub deleted_at_ms: Option<i64>,
}

/// Somebody who is locked out of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedPersonView {
    /// Names their browser.
    pub person: String,
    /// As they called themselves.
    pub name: String,
    /// Since when: milliseconds since 1970, UTC.
    pub locked_at_ms: i64,
}

/// `PUT /api/boards/{id}/people/{person}/lock`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockPerson {
    /// As they call themselves; at most `limits::MAX_AUTHOR_CHARS` characters.
    pub name: String,
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

/// For bodies that carry a password: neither it nor what is beside it shows in a log.
macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )*};
}
redacted!(CreateLink, ChangeLink, UnlockLink);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_said_differs_from_null() {
        for (text, expires, password) in [
            ("{}", None, None),
            (r#"{"expires_at_ms":null}"#, Some(None), None),
            (r#"{"expires_at_ms":5,"password":null}"#, Some(Some(5)), Some(None)),
            (r#"{"password":"p"}"#, None, Some(Some("p".to_owned()))),
        ] {
            let change: ChangeLink = serde_json::from_str(text).expect("it is valid");
            assert_eq!((change.expires_at_ms, change.password.clone()), (expires, password), "{text}");
            assert_eq!(serde_json::to_string(&change).expect("plain values"), text);
        }
    }

    #[test]
    fn passwords_do_not_show_in_debug() {
        assert_eq!(format!("{:?}", UnlockLink { password: "p".to_owned() }), "UnlockLink(redacted)");
    }
}
