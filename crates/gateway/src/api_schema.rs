//! The bodies of the REST surface as the OpenAPI document describes them. The values themselves are `protocol`'s, which
//! must not know OpenAPI; a test holds the two together.
#![expect(dead_code, reason = "only the shapes are used")]

mod meeting;

use utoipa::ToSchema;

pub use meeting::{
    Ballot, ChangeThread, Facilitation, NewThread, NewVoting, PlacedNotes, PrivateNotes, Thread, ThreadList, TimerWish,
    Writing,
};

/// A board to be made.
#[derive(ToSchema)]
pub struct CreateBoard {
    /// At most 200 characters; empty or absent means untitled.
    #[schema(max_length = 200)]
    title: Option<String>,
}

/// A board that was made.
#[derive(ToSchema)]
pub struct CreatedBoard {
    /// The board.
    #[schema(min_length = 20, max_length = 20, pattern = "^[A-Za-z0-9_-]{20}$")]
    id: String,
    /// As given, trimmed; empty when untitled.
    title: String,
    /// One link each for owner, edit and view.
    links: Vec<LinkView>,
}

/// A link with its secret.
#[derive(ToSchema)]
pub struct LinkView {
    /// Names it among the board's links.
    #[schema(min_length = 12, max_length = 12, pattern = "^[A-Za-z0-9_-]{12}$")]
    id: String,
    role: Role,
    /// The page's address with the key in the fragment.
    #[schema(format = "uri")]
    url: String,
    /// The secret itself.
    #[schema(min_length = 40, max_length = 40, pattern = "^[A-Za-z0-9_-]{40}$")]
    key: String,
}

/// What a link allows, strongest first.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Role {
    /// Edits, and manages the board's links.
    Owner,
    /// Edits the document.
    Edit,
    /// Reads and comments.
    Comment,
    /// Reads.
    View,
}

/// What the holder of a key may know of a board.
#[derive(ToSchema)]
pub struct BoardView {
    /// The board.
    id: String,
    /// Empty when untitled.
    title: String,
    role: Role,
    /// Id of the key's link.
    link: String,
    /// Milliseconds since 1970, UTC.
    created_at_ms: i64,
}

/// An image of a board.
#[derive(ToSchema)]
pub struct AssetView {
    /// SHA-256 of its bytes.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    hash: String,
    /// What its bytes are.
    media_type: String,
    size_bytes: u64,
}

/// The versions of a board, newest first.
#[derive(ToSchema)]
pub struct VersionList {
    versions: Vec<VersionView>,
}

/// A version of a board.
#[derive(ToSchema)]
pub struct VersionView {
    /// The version.
    #[schema(min_length = 20, max_length = 20, pattern = "^[A-Za-z0-9_-]{20}$")]
    id: String,
    /// As a person called it; null for those that the service keeps by itself and thins out with age.
    name: Option<String>,
    /// Who named it, as they call themselves; of those that the service keeps by itself, some who edited.
    author: Option<String>,
    /// Who edited since the version before; who edited before a version that was forgotten is with the next one.
    #[schema(max_items = 128)]
    people: Vec<VersionPerson>,
    /// Milliseconds since 1970, UTC.
    created_at_ms: i64,
    /// What it takes in the store.
    size_bytes: u64,
}

/// Somebody who edited a board before a version of it was kept. What is not known is left out.
#[derive(ToSchema)]
pub struct VersionPerson {
    /// As they call themselves.
    #[schema(max_length = 40)]
    name: Option<String>,
    /// The name of the account that they were signed in with.
    #[schema(max_length = 40)]
    account: Option<String>,
    /// The Yjs clients that they edited through.
    #[schema(max_items = 32)]
    clients: Option<Vec<u64>>,
}

/// How many shapes of a version differ from another.
#[derive(ToSchema)]
pub struct VersionChanges {
    /// New ones.
    added: u64,
    /// Other than they were.
    changed: u64,
    /// Gone.
    removed: u64,
}

/// A name for a version.
#[derive(ToSchema)]
pub struct NameVersion {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Who gives it; empty or absent means nobody.
    #[schema(max_length = 60)]
    author: Option<String>,
}

/// Whether a board is in the bin.
#[derive(ToSchema)]
pub struct BinView {
    /// Since when, in milliseconds since 1970, UTC; null when it is not.
    deleted_at_ms: Option<i64>,
    /// From when on it is gone for good.
    gone_at_ms: Option<i64>,
}

/// What of a board could not be read, oldest first.
#[derive(ToSchema)]
pub struct DamageList {
    parts: Vec<DamageView>,
}

/// A part of a board that could not be read and is kept aside.
#[derive(ToSchema)]
pub struct DamageView {
    /// Number of the row or snapshot in the store, where known.
    seq: Option<u64>,
    /// How much is kept.
    size_bytes: u64,
    /// Why it could not be read.
    reason: String,
    /// When it was found: milliseconds since 1970, UTC.
    found_at_ms: i64,
}

/// What is to change about a board.
#[derive(ToSchema)]
pub struct ChangeBoard {
    /// At most 200 characters; empty means untitled.
    #[schema(max_length = 200)]
    title: String,
}

/// A link to be made.
#[derive(ToSchema)]
pub struct CreateLink {
    role: Role,
    /// For people to tell links apart.
    #[schema(max_length = 80)]
    label: Option<String>,
    /// From when on it opens nothing: milliseconds since 1970, UTC. Absent means never.
    expires_at_ms: Option<i64>,
    /// What has to be known besides the key.
    #[schema(min_length = 1, max_length = 200)]
    password: Option<String>,
}

/// What is to change about a link: what is absent stays, `null` takes an expiry or a password away.
#[derive(ToSchema)]
pub struct ChangeLink {
    role: Option<Role>,
    /// For people to tell links apart.
    #[schema(max_length = 80)]
    label: Option<String>,
    /// From when on it opens nothing: milliseconds since 1970, UTC.
    expires_at_ms: Option<i64>,
    /// What has to be known besides the key. Those who knew the former one have to unlock the link again.
    #[schema(min_length = 1, max_length = 200)]
    password: Option<String>,
}

/// A link's password.
#[derive(ToSchema)]
pub struct UnlockLink {
    password: String,
}

/// A key of one's own, with the rights of a link.
#[derive(ToSchema)]
pub struct UnlockedLink {
    role: Role,
    /// The secret.
    #[schema(min_length = 40, max_length = 40, pattern = "^[A-Za-z0-9_-]{40}$")]
    key: String,
}

/// The links of a board.
#[derive(ToSchema)]
pub struct LinkList {
    links: Vec<LinkDescription>,
}

/// A link as its owner sees it.
#[derive(ToSchema)]
pub struct LinkDescription {
    /// Names it among the board's links.
    id: String,
    role: Role,
    /// May be empty.
    label: String,
    /// Milliseconds since 1970, UTC.
    created_at_ms: i64,
    /// From when on it opens nothing: milliseconds since 1970, UTC.
    expires_at_ms: Option<i64>,
    /// Whether it wants a password.
    has_password: bool,
    /// Whether it is the one that asked.
    is_yours: bool,
}

/// Who is on a board, and who is locked out of it.
#[derive(ToSchema)]
pub struct PeopleList {
    here: Vec<PersonView>,
    locked: Vec<LockedPersonView>,
}

/// Somebody on a board.
#[derive(ToSchema)]
pub struct PersonView {
    /// Names their browser; null where it does not say whose it is.
    person: Option<String>,
    role: Role,
    /// The link that they came by.
    link: String,
    /// Their Yjs client ids.
    clients: Vec<String>,
    /// Whether it is the one that asked.
    is_you: bool,
    /// What their sign-in provider calls them; null where they are not signed in.
    account: Option<String>,
}

/// People on a board as the one that asks sees them.
#[derive(ToSchema)]
pub struct ShownPeople {
    #[schema(max_items = 1000)]
    people: Vec<ShownPerson>,
}

/// Somebody on a board as others see them.
#[derive(ToSchema)]
pub struct ShownPerson {
    /// Their Yjs client id.
    client: String,
    /// The name that they show.
    name: String,
}

/// Which of them are signed in under the name that they show.
#[derive(ToSchema)]
pub struct SignedInPeople {
    /// Their Yjs client ids.
    clients: Vec<String>,
}

/// Who is signed in.
#[derive(ToSchema)]
pub struct SessionView {
    /// As their provider calls them, perhaps not at all; null where nobody is signed in.
    name: Option<String>,
}

/// The boards of whoever is signed in, newest first.
#[derive(ToSchema)]
pub struct OwnBoardList {
    boards: Vec<OwnBoard>,
}

/// A board of whoever is signed in.
#[derive(ToSchema)]
pub struct OwnBoard {
    /// The board.
    id: String,
    /// Empty when untitled.
    title: String,
    /// Milliseconds since 1970, UTC.
    created_at_ms: i64,
    /// Since when it is in the bin: milliseconds since 1970, UTC; null when it is not.
    deleted_at_ms: Option<i64>,
}

/// Somebody who is locked out of a board.
#[derive(ToSchema)]
pub struct LockedPersonView {
    /// Names their browser.
    person: String,
    /// As they called themselves.
    name: String,
    /// Milliseconds since 1970, UTC.
    locked_at_ms: i64,
}

/// Somebody to be locked out.
#[derive(ToSchema)]
pub struct LockPerson {
    /// As they call themselves.
    #[schema(max_length = 60)]
    name: String,
}

/// An RFC 9457 problem.
#[derive(ToSchema)]
pub struct Problem {
    /// `urn:boardwalk:` and the code.
    #[schema(rename = "type")]
    kind: String,
    /// The code's stable name.
    code: String,
    /// What happened, for a person.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Joins the answer to the server's log.
    request_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use protocol::{BoardId, LinkSecret};
    use serde_json::{Value, json};
    use utoipa::PartialSchema;

    use super::*;

    pub(super) fn keys(value: &Value) -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    }

    pub(super) fn described<T: PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).expect("a schema is JSON");
        keys(&schema["properties"])
    }

    #[test]
    fn the_description_names_what_is_sent() {
        let id = BoardId::from_random([1; 20]);
        let key = LinkSecret::from_random([2; 40]);
        let link_id = protocol::LinkId::from_random([3; 12]);
        let role = protocol::Role::Owner;
        let unlocked = protocol::UnlockedLink { role, key: key.clone() };
        let link = protocol::LinkView { id: link_id.clone(), role, url: String::new(), key };
        let view =
            protocol::BoardView { id: id.clone(), title: String::new(), role, link: link_id.clone(), created_at_ms: 0 };
        let create_link = protocol::CreateLink { role, label: String::new(), expires_at_ms: None, password: None };
        let change_link = protocol::ChangeLink {
            role: Some(role),
            label: Some(String::new()),
            expires_at_ms: Some(None),
            password: Some(None),
        };
        let description = protocol::LinkDescription {
            id: link_id,
            role,
            label: String::new(),
            created_at_ms: 0,
            expires_at_ms: None,
            has_password: false,
            is_yours: true,
        };
        let problem = protocol::Problem {
            kind: String::new(),
            code: String::new(),
            title: String::new(),
            status: 400,
            request_id: Some(String::new()),
        };
        let created = protocol::CreatedBoard { id, title: String::new(), links: vec![link.clone()] };
        let create = protocol::CreateBoard { title: Some(String::new()) };
        assert_eq!(described::<CreateBoard>(), keys(&json!(create)));
        assert_eq!(described::<CreatedBoard>(), keys(&json!(created)));
        assert_eq!(described::<LinkView>(), keys(&json!(link)));
        assert_eq!(described::<BoardView>(), keys(&json!(view)));
        assert_eq!(described::<Problem>(), keys(&json!(problem)));
        let version = protocol::VersionView {
            id: protocol::VersionId::from_random([3; 20]),
            name: None,
            author: None,
            people: Vec::new(),
            created_at_ms: 0,
            size_bytes: 0,
        };
        let person = protocol::VersionPerson { name: "A".to_owned(), account: Some("A".to_owned()), clients: vec![1] };
        let name = protocol::NameVersion { name: String::new(), author: None };
        let bin = protocol::BinView { deleted_at_ms: None, gone_at_ms: None };
        let damage = protocol::DamageView { seq: None, size_bytes: 0, reason: String::new(), found_at_ms: 0 };
        assert_eq!(described::<VersionView>(), keys(&json!(version)));
        assert_eq!(described::<VersionPerson>(), keys(&json!(person)));
        assert_eq!(described::<VersionChanges>(), keys(&json!(protocol::VersionChanges::default())));
        assert_eq!(described::<VersionList>(), keys(&json!(protocol::VersionList::default())));
        assert_eq!(described::<NameVersion>(), keys(&json!(name)));
        assert_eq!(described::<BinView>(), keys(&json!(bin)));
        assert_eq!(described::<DamageView>(), keys(&json!(damage)));
        assert_eq!(described::<DamageList>(), keys(&json!(protocol::DamageList::default())));
        assert_eq!(described::<ChangeBoard>(), keys(&json!(protocol::ChangeBoard { title: String::new() })));
        assert_eq!(described::<CreateLink>(), keys(&json!(create_link)));
        assert_eq!(described::<ChangeLink>(), keys(&json!(change_link)));
        assert_eq!(described::<UnlockLink>(), keys(&json!(protocol::UnlockLink { password: String::new() })));
        assert_eq!(described::<UnlockedLink>(), keys(&json!(unlocked)));
        assert_eq!(described::<LinkDescription>(), keys(&json!(description)));
        assert_eq!(described::<LinkList>(), keys(&json!(protocol::LinkList { links: vec![description] })));
        let roles = serde_json::to_value(Role::schema()).expect("a schema is JSON");
        assert_eq!(roles["enum"], json!(protocol::Role::ALL));
    }

    #[test]
    fn the_description_names_what_is_sent_about_people() {
        let (role, link) = (protocol::Role::Owner, protocol::LinkId::from_random([3; 12]));
        let person =
            protocol::PersonView { person: None, role, link, clients: Vec::new(), is_you: false, account: None };
        let own = protocol::OwnBoard {
            id: BoardId::from_random([1; 20]),
            title: String::new(),
            created_at_ms: 0,
            deleted_at_ms: None,
        };
        let locked = protocol::LockedPersonView { person: String::new(), name: String::new(), locked_at_ms: 0 };
        assert_eq!(described::<PersonView>(), keys(&json!(person)));
        assert_eq!(described::<OwnBoard>(), keys(&json!(own)));
        assert_eq!(described::<OwnBoardList>(), keys(&json!(protocol::OwnBoardList::default())));
        assert_eq!(described::<SessionView>(), keys(&json!(protocol::SessionView::default())));
        assert_eq!(described::<LockedPersonView>(), keys(&json!(locked)));
        assert_eq!(described::<PeopleList>(), keys(&json!(protocol::PeopleList::default())));
        let shown = protocol::ShownPerson { client: String::new(), name: String::new() };
        assert_eq!(described::<ShownPerson>(), keys(&json!(shown)));
        assert_eq!(described::<ShownPeople>(), keys(&json!(protocol::ShownPeople::default())));
        assert_eq!(described::<SignedInPeople>(), keys(&json!(protocol::SignedInPeople::default())));
        assert_eq!(described::<LockPerson>(), keys(&json!(protocol::LockPerson { name: String::new() })));
    }
}
