//! Making and opening a board: which key counts, what the server says, what the keyring keeps. It must not know
//! components.

use leptos::prelude::*;
use protocol::{BoardId, CreatedBoard, ErrorCode, LinkSecret, Role};

use crate::api;
use crate::clock::now_ms;
use crate::keyring::{self, KeptBoard, KeptLink, KeyringError};
use crate::preferences::kept_account_name;
use crate::route::board_link;
use crate::store::Problem;

/// A board that may be joined, as far as this browser or the server's first answer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The board.
    pub id: BoardId,
    /// Empty when untitled.
    pub title: String,
    /// What this visit may do.
    pub role: Role,
    /// The key of this visit.
    pub key: LinkSecret,
    /// Links that may be passed on.
    pub links: Vec<KeptLink>,
}

/// The board of the page, once it is open; provided by context.
#[derive(Clone, Copy)]
pub struct OpenedBoard(pub RwSignal<Option<Opened>>);

impl OpenedBoard {
    /// Gives the board another name; answers with the name as the server keeps it.
    pub async fn rename(self, title: String) -> Result<String, Problem> {
        let Some((id, key)) = self.0.read_untracked().as_ref().map(|board| (board.id.clone(), board.key.clone()))
        else {
            return Err(Problem::Unreachable);
        };
        Ok(api::rename_board(&id, &key, title).await?.title)
    }
}

/// Makes a board and keeps its links. The second value tells whether they could be kept.
pub async fn create_board(title: String) -> Result<(KeptBoard, bool), Problem> {
    let created = api::create_board(title).await?;
    Ok(keep_created(created, is_signed_in().await).await)
}

/// Whether a board that was just made is somebody's who is signed in. Asked of the server, as a session may have ended
/// elsewhere: whoever signs out loses what is kept as theirs.
pub async fn is_signed_in() -> bool {
    kept_account_name().is_some() && api::session().await.is_ok_and(|session| session.name.is_some())
}

/// Keeps a board that was just made, `of_account` where it belongs to who is signed in. The second value tells whether it
/// could be kept.
pub async fn keep_created(created: CreatedBoard, of_account: bool) -> (KeptBoard, bool) {
    let links = created.links.into_iter().map(|link| KeptLink { role: link.role, key: link.key, id: Some(link.id) });
    let (title, links) = (created.title, links.collect());
    let board = KeptBoard { title, links, of_account, ..KeptBoard::new(created.id, whole_ms(now_ms())) };
    let is_kept = keyring::keep(board.clone()).await.is_ok();
    (board, is_kept)
}

/// Opens a board by the key of its address, or else by the strongest one that this browser keeps. A key that is kept
/// already opens without asking the server, so that a board opens at once, and offline.
pub async fn open_board(id: BoardId, key: Option<LinkSecret>) -> Result<Opened, Problem> {
    let kept = keyring::board(&id).await.unwrap_or_default();
    if let Some(opened) = kept.as_ref().and_then(|kept| known(kept, key.as_ref())) {
        return Ok(opened);
    }
    let key = key.ok_or(Problem::Refused(ErrorCode::WrongKey))?;
    let view = api::board(&id, &key).await?;
    let link = KeptLink { role: view.role, key: key.clone(), id: Some(view.link) };
    let links = visit(&id, view.title.clone(), link).with_links_of(kept).links;
    Ok(Opened { id, title: view.title, role: view.role, key, links })
}

/// Opens a link that wants a password: the address of the board with a key of one's own.
pub async fn unlock(id: BoardId, key: LinkSecret, password: String) -> Result<String, Problem> {
    let unlocked = api::unlock(&id, &key, password).await?;
    Ok(board_link(&id, &unlocked.key))
}

/// Keeps a board that was opened, as it is known by now.
pub async fn remember(opened: Opened) -> Result<(), KeyringError> {
    let link = KeptLink { role: opened.role, key: opened.key, id: None };
    keyring::keep(visit(&opened.id, opened.title, link)).await
}

fn known(kept: &KeptBoard, key: Option<&LinkSecret>) -> Option<Opened> {
    let link = match key {
        Some(key) => kept.links.iter().find(|link| link.key == *key)?,
        None => kept.strongest()?,
    };
    Some(Opened {
        id: kept.id.clone(),
        title: kept.title.clone(),
        role: link.role,
        key: link.key.clone(),
        links: kept.links.clone(),
    })
}

fn visit(id: &BoardId, title: String, link: KeptLink) -> KeptBoard {
    KeptBoard { title, links: vec![link], ..KeptBoard::new(id.clone(), whole_ms(now_ms())) }
}

fn whole_ms(time_ms: f64) -> u64 {
    // The clock is positive and far below 2^53.
    time_ms as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_board_opens_by_its_strongest_key_or_by_the_one_that_is_asked_for() {
        let link = |role, fill| KeptLink { role, key: LinkSecret::from_random([fill; LinkSecret::LENGTH]), id: None };
        let (edit, view, strange) = (link(Role::Edit, 1), link(Role::View, 2), link(Role::Owner, 3));
        let kept = KeptBoard {
            title: "Plan".to_owned(),
            links: vec![view.clone(), edit.clone()],
            ..KeptBoard::new(BoardId::from_random([1; BoardId::LENGTH]), 0)
        };
        let role = |key: Option<&LinkSecret>| known(&kept, key).map(|opened| (opened.role, opened.title));
        assert_eq!(role(None), Some((Role::Edit, "Plan".to_owned())));
        assert_eq!(role(Some(&view.key)), Some((Role::View, "Plan".to_owned())));
        assert_eq!(role(Some(&strange.key)), None);
    }
}
