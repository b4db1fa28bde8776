//! Links, names and word of their changes, as plain values.

use protocol::{BoardId, SecretHash};

use super::{State, StoredBoard};
use crate::access::{decide, personal_surplus};
use crate::{AccessChanges, Error, LinkEdit, LinkLookup, LinkRecord, PersonalLink};

impl StoredBoard {
    /// All links, oldest first.
    pub(super) fn links_by_age(&self) -> Vec<LinkRecord> {
        let mut links = self.links.clone();
        links.sort_unstable_by_key(|link| (link.created_at_ms, link.secret_hash));
        links
    }

    fn lookup(&self, now_ms: u64, secret: &SecretHash) -> LinkLookup {
        let personal = self.personal_links.iter().find(|personal| personal.secret_hash == *secret);
        let link = personal.map_or(secret, |personal| &personal.link);
        let found = self.links.iter().find(|found| found.secret_hash == *link);
        found.map_or(LinkLookup::NoSuchLink, |found| found.opens(now_ms, personal.is_some()))
    }
}

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    #[must_use]
    pub fn link(&self, now_ms: u64, board: &BoardId, secret: &SecretHash) -> LinkLookup {
        self.boards.get(board).map_or(LinkLookup::UnknownBoard, |board| board.lookup(now_ms, secret))
    }

    pub fn links(&self, board: &BoardId) -> Result<Vec<LinkRecord>, Error> {
        let board = self.boards.get(board).ok_or(Error::NotFound)?;
        let mut links = board.links_by_age();
        links.retain(|link| link.revoked_at_ms.is_none());
        Ok(links)
    }

    pub fn edit_link(&mut self, now_ms: u64, board: &BoardId, edit: LinkEdit) -> Result<(), Error> {
        let board = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        let writes = decide(&board.links, edit, now_ms)?;
        for put in writes.put {
            match board.links.iter_mut().find(|link| link.secret_hash == put.secret_hash) {
                Some(link) => *link = put,
                None => board.links.push(put),
            }
        }
        if let Some(ended) = writes.forget_personal {
            board.personal_links.retain(|personal| personal.link != ended);
        }
        if let Some((link, personal)) = writes.personal {
            if board.personal_links.iter().any(|taken| taken.secret_hash == personal) {
                return Err(Error::Conflict);
            }
            let present = board.personal_links.iter().filter(|other| other.link == link).count();
            for _ in 0..personal_surplus(present) {
                let oldest = board.personal_links.iter().position(|other| other.link == link);
                oldest.map(|position| board.personal_links.remove(position));
            }
            board.personal_links.push(PersonalLink { link, secret_hash: personal, created_at_ms: now_ms });
        }
        board.access_changed_at_ms = now_ms;
        Ok(())
    }

    pub fn rename_board(&mut self, now_ms: u64, board: &BoardId, title: &str) -> Result<(), Error> {
        let board = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        if title.contains('\0') {
            return Err(Error::Conflict);
        }
        title.clone_into(&mut board.title);
        board.access_changed_at_ms = now_ms;
        Ok(())
    }

    #[must_use]
    pub fn access_changes(&self, now_ms: u64, since_ms: Option<u64>) -> AccessChanges {
        let since_ms = since_ms.unwrap_or(u64::MAX);
        let changed = self.boards.iter().filter(|(_, board)| board.access_changed_at_ms >= since_ms);
        AccessChanges { now_ms, boards: changed.map(|(id, _)| id.clone()).collect() }
    }
}
