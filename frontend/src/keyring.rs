//! The boards that this browser knows, with their keys, kept in IndexedDB. It must not know the server or the page.

use std::fmt;

use idb::{ObjectStore, Transaction, TransactionMode};
use js_sys::JSON;
use protocol::{BoardId, LinkId, LinkSecret, Role};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::connection::database::{self, Records};

const DATABASE: &str = "boardwalk-keyring";
const BOARDS: &str = "boards";

/// A board of this browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBoard {
    /// The board.
    pub id: BoardId,
    /// Title when it was last opened; empty when untitled.
    pub title: String,
    /// All of them for who made the board, and those it was opened by; the newest first.
    pub links: Vec<KeptLink>,
    /// Milliseconds since 1970, UTC.
    pub opened_at_ms: u64,
    /// Whether the person starred it.
    #[serde(default)]
    pub starred: bool,
    /// The folder that the person put it into; empty for none.
    #[serde(default)]
    pub folder: String,
    /// Since when this browser knows that it is in the bin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at_ms: Option<u64>,
    /// Whether it belongs to who is signed in, and leaves this browser with them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_account: bool,
}

/// A link of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLink {
    /// What it allows.
    pub role: Role,
    /// Its secret.
    pub key: LinkSecret,
    /// Its id, where the server told it: joins the secret to what the owner sees of the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LinkId>,
}

/// Links of one board that are kept; the oldest make room.
const MAX_LINKS: usize = 60;

/// The browser keeps no database for this page, or lost it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the browser's database is not available: {0}")]
pub struct KeyringError(String);

impl KeyringError {
    fn because(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

impl From<idb::Error> for KeyringError {
    fn from(error: idb::Error) -> Self {
        Self::because(error)
    }
}

/// All boards, the last opened first.
pub async fn boards() -> Result<Vec<KeptBoard>, KeyringError> {
    let (_, store) = open(TransactionMode::ReadOnly).await?;
    let values = store.get_all(None, None)?.await?;
    let mut boards: Vec<KeptBoard> = values.iter().filter_map(decode).collect();
    boards.sort_by_key(|board| std::cmp::Reverse(board.opened_at_ms));
    Ok(boards)
}

/// One board; none if it was never opened here.
pub async fn board(id: &BoardId) -> Result<Option<KeptBoard>, KeyringError> {
    let (_, store) = open(TransactionMode::ReadOnly).await?;
    let value = store.get(JsValue::from_str(id.as_str()))?.await?;
    Ok(value.as_ref().and_then(decode))
}

/// Keeps what a visit knows of a board beside what is kept of it, see [`KeptBoard::with_links_of`].
pub async fn keep(visit: KeptBoard) -> Result<(), KeyringError> {
    let id = visit.id.clone();
    change_or_keep(&id, move |kept| Some(visit.with_links_of(kept))).await
}

/// Adds a link that its owner has just made, or given a new key.
pub async fn keep_link(id: &BoardId, link: KeptLink) -> Result<(), KeyringError> {
    change(id, move |board| board.links.push(link)).await
}

/// Changes what is kept of a board; one that is not kept stays unknown.
pub async fn change(id: &BoardId, change: impl FnOnce(&mut KeptBoard)) -> Result<(), KeyringError> {
    let change = move |kept: Option<KeptBoard>| {
        let mut board = kept?;
        change(&mut board);
        Some(board)
    };
    change_or_keep(id, change).await
}

/// Makes of what is kept of a board, if anything is, what is to be kept; nothing changes where that is none. Returns once
/// it is stored.
pub async fn change_or_keep(
    id: &BoardId,
    change: impl FnOnce(Option<KeptBoard>) -> Option<KeptBoard>,
) -> Result<(), KeyringError> {
    change_boxed(id, Box::new(change)).await
}

type Change<'a> = Box<dyn FnOnce(Option<KeptBoard>) -> Option<KeptBoard> + 'a>;

async fn change_boxed(id: &BoardId, change: Change<'_>) -> Result<(), KeyringError> {
    // One transaction: what somebody else writes meanwhile, here or in another tab, comes before it or after.
    let (transaction, store) = open(TransactionMode::ReadWrite).await?;
    let name = JsValue::from_str(id.as_str());
    let kept = store.get(name.clone())?.await?;
    if let Some(board) = change(kept.as_ref().and_then(decode)) {
        store.put(&encode(&board)?, Some(&name))?.await?;
    }
    transaction.commit()?.await?;
    Ok(())
}

/// Forgets a board and its keys.
pub async fn forget(id: &BoardId) -> Result<(), KeyringError> {
    let (transaction, store) = open(TransactionMode::ReadWrite).await?;
    store.delete(JsValue::from_str(id.as_str()))?.await?;
    transaction.commit()?.await?;
    Ok(())
}

async fn open(mode: TransactionMode) -> Result<(Transaction, ObjectStore), KeyringError> {
    let database = database::open(DATABASE, &[(BOARDS, Records::Named)]).await?;
    let transaction = database.transaction(&[BOARDS], mode)?;
    let store = transaction.object_store(BOARDS)?;
    Ok((transaction, store))
}

fn encode(board: &KeptBoard) -> Result<JsValue, KeyringError> {
    let text = serde_json::to_string(board).map_err(KeyringError::because)?;
    JSON::parse(&text).map_err(|_| KeyringError::because("a board could not be written"))
}

/// None for what another version of the page wrote and this one cannot read.
fn decode(value: &JsValue) -> Option<KeptBoard> {
    let text = String::from(JSON::stringify(value).ok()?);
    serde_json::from_str(&text).ok()
}

impl KeptBoard {
    /// A board without title and links, in no folder.
    pub fn new(id: BoardId, opened_at_ms: u64) -> Self {
        let (title, folder) = (String::new(), String::new());
        Self {
            id,
            title,
            links: Vec::new(),
            opened_at_ms,
            starred: false,
            folder,
            deleted_at_ms: None,
            of_account: false,
        }
    }

    /// Whether this browser holds an owner's link of it.
    pub fn is_owned(&self) -> bool {
        self.links.iter().any(|link| link.role == Role::Owner)
    }

    /// The same with the link alone that allows most.
    pub fn with_strongest_link(&self) -> Self {
        Self { links: self.strongest().cloned().into_iter().collect(), ..self.clone() }
    }

    /// The link that allows most.
    pub fn strongest(&self) -> Option<&KeptLink> {
        Role::ALL.into_iter().find_map(|role| self.links.iter().find(|link| link.role == role))
    }

    /// Adds what an earlier visit knew: its links stay, except where this visit knows better of the same key or, for links
    /// without an id, of the same role. So an owner who tries out a view link stays the owner.
    #[must_use]
    pub fn with_links_of(mut self, earlier: Option<Self>) -> Self {
        if let Some(earlier) = &earlier {
            self.starred |= earlier.starred;
            self.of_account |= earlier.of_account;
            if self.folder.is_empty() {
                self.folder.clone_from(&earlier.folder);
            }
        }
        for link in earlier.map(|earlier| earlier.links).unwrap_or_default() {
            let is_known = |newer: &KeptLink| newer.key == link.key || (link.id.is_none() && newer.role == link.role);
            match self.links.iter_mut().find(|newer| is_known(newer)) {
                // A visit by a kept link need not know its id.
                Some(newer) if newer.key == link.key => newer.id = newer.id.take().or(link.id),
                Some(_) => {}
                None => self.links.push(link),
            }
        }
        self.links.truncate(MAX_LINKS);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(role: Role, fill: u8) -> KeptLink {
        KeptLink { role, key: LinkSecret::from_random([fill; LinkSecret::LENGTH]), id: None }
    }

    fn kept(links: &[KeptLink]) -> KeptBoard {
        let id = BoardId::from_random([1; BoardId::LENGTH]);
        KeptBoard { title: "Plan".to_owned(), links: links.to_vec(), ..KeptBoard::new(id, 5) }
    }

    #[test]
    fn a_weaker_link_does_not_take_the_board_from_its_owner() {
        let owned = kept(&[link(Role::Owner, 1), link(Role::View, 2)]);
        let visited = kept(&[link(Role::View, 3)]).with_links_of(Some(owned));
        assert_eq!(visited.strongest(), Some(&link(Role::Owner, 1)));
        assert_eq!(visited.links, [link(Role::View, 3), link(Role::Owner, 1)]);
        let changed = kept(&[link(Role::View, 4)]).with_links_of(Some(kept(&[link(Role::Edit, 4)])));
        assert_eq!(changed.links, [link(Role::View, 4)], "the server changed what the link allows");
        assert_eq!(kept(&[link(Role::Edit, 4)]).with_links_of(None), kept(&[link(Role::Edit, 4)]));
    }

    #[test]
    fn links_that_have_an_id_are_kept_beside_each_other() {
        let id = |fill| Some(LinkId::from_random([fill; LinkId::LENGTH]));
        let [first, second] = [1, 2].map(|fill| KeptLink { id: id(fill), ..link(Role::Edit, fill) });
        let both = kept(std::slice::from_ref(&first)).with_links_of(Some(kept(std::slice::from_ref(&second))));
        assert_eq!(both.links, [first.clone(), second]);
        let again = kept(&[link(Role::View, 1)]).with_links_of(Some(kept(&[first])));
        assert_eq!(again.links, [KeptLink { id: id(1), ..link(Role::View, 1) }], "role from now, id from before");
    }

    #[test]
    fn a_visit_leaves_star_and_folder() {
        let earlier = KeptBoard { starred: true, folder: "Work".to_owned(), deleted_at_ms: Some(1), ..kept(&[]) };
        let visit = kept(&[link(Role::View, 1)]).with_links_of(Some(earlier));
        assert_eq!((visit.starred, &*visit.folder, visit.deleted_at_ms), (true, "Work", None));
        let own = KeptBoard { of_account: true, ..kept(&[]) };
        assert!(
            kept(&[link(Role::View, 1)]).with_links_of(Some(own)).of_account,
            "a visit by a link leaves whose it is"
        );
    }

    #[test]
    fn boards_of_earlier_releases_are_read() {
        let text = r#"{"id":"abcdefghij0123456789","title":"Plan","links":[],"opened_at_ms":5}"#;
        let board: KeptBoard = serde_json::from_str(text).expect("it was written so");
        assert_eq!((board.starred, &*board.folder, board.deleted_at_ms), (false, "", None));
        assert!(!board.of_account);
    }

    #[test]
    fn kept_boards_survive_json() {
        let board = KeptBoard { starred: true, ..kept(&[link(Role::Owner, 1), link(Role::Edit, 2)]) };
        let text = serde_json::to_string(&board).expect("plain values");
        assert_eq!(serde_json::from_str::<KeptBoard>(&text).expect("what was written"), board);
    }
}
