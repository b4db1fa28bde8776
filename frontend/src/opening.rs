//! Making and opening a board: which key counts, what the server says, what the keyring keeps. It must not know
//! components.

use protocol::{BoardId, ErrorCode, LinkSecret, Role};

use crate::api::{self, ApiError};
use crate::clock::now_ms;
use crate::keyring::{self, KeptBoard, KeptLink};
use crate::store::Problem;

/// A board that may be joined.
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
    /// Whether the keyring has the key, so that the address need not show it.
    pub is_kept: bool,
}

/// Makes a board and keeps its links. The second value tells whether they could be kept.
pub async fn create_board(title: String) -> Result<(KeptBoard, bool), Problem> {
    let created = api::create_board(title).await?;
    let links = created.links.into_iter().map(|link| KeptLink { role: link.role, key: link.key }).collect();
    let board = KeptBoard { id: created.id, title: created.title, links, opened_at_ms: whole_ms(now_ms()) };
    let is_kept = keyring::keep(&board).await.is_ok();
    Ok((board, is_kept))
}

/// Opens a board by the key of its address, or else by the strongest one that this browser keeps.
pub async fn open_board(id: BoardId, key: Option<LinkSecret>) -> Result<Opened, Problem> {
    let kept = keyring::board(&id).await.unwrap_or_default();
    match key {
        Some(key) => open_with(&id, key, kept).await,
        None => open_kept(&id, kept).await,
    }
}

/// Tries the kept links, strongest first, and forgets those that the server no longer takes.
async fn open_kept(id: &BoardId, kept: Option<KeptBoard>) -> Result<Opened, Problem> {
    let mut kept = kept.ok_or(Problem::Refused(ErrorCode::WrongKey))?;
    let mut refusal = Problem::Refused(ErrorCode::WrongKey);
    while let Some(link) = kept.strongest().cloned() {
        match open_with(id, link.key.clone(), Some(kept.clone())).await {
            Err(problem @ Problem::Refused(ErrorCode::WrongKey | ErrorCode::Revoked)) => {
                refusal = problem;
                kept.links.retain(|other| *other != link);
            }
            other => return other,
        }
    }
    Err(refusal)
}

async fn open_with(id: &BoardId, key: LinkSecret, kept: Option<KeptBoard>) -> Result<Opened, Problem> {
    let (title, role) = match api::board(id, &key).await {
        Ok(view) => (view.title, view.role),
        // Without the server, a board that was open here before can still be drawn on.
        Err(ApiError::Unreachable) => known_offline(&key, kept.as_ref()).ok_or(Problem::Unreachable)?,
        Err(refused) => return Err(refused.into()),
    };
    let visit = KeptBoard {
        id: id.clone(),
        title: title.clone(),
        links: vec![KeptLink { role, key: key.clone() }],
        opened_at_ms: whole_ms(now_ms()),
    };
    let board = visit.with_links_of(kept);
    let is_kept = keyring::keep(&board).await.is_ok();
    Ok(Opened { id: id.clone(), title, role, key, links: board.links, is_kept })
}

fn known_offline(key: &LinkSecret, kept: Option<&KeptBoard>) -> Option<(String, Role)> {
    let kept = kept?;
    let link = kept.links.iter().find(|link| link.key == *key)?;
    Some((kept.title.clone(), link.role))
}

fn whole_ms(time_ms: f64) -> u64 {
    // The clock is positive and far below 2^53.
    time_ms as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offline_a_board_opens_only_by_a_key_it_was_opened_by() {
        let key = |fill| LinkSecret::from_random([fill; LinkSecret::LENGTH]);
        let kept = KeptBoard {
            id: BoardId::from_random([1; BoardId::LENGTH]),
            title: "Plan".to_owned(),
            links: vec![KeptLink { role: Role::Edit, key: key(1) }],
            opened_at_ms: 0,
        };
        assert_eq!(known_offline(&key(1), Some(&kept)), Some(("Plan".to_owned(), Role::Edit)));
        assert_eq!(known_offline(&key(2), Some(&kept)), None);
        assert_eq!(known_offline(&key(1), None), None);
    }
}
