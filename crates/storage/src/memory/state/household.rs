//! What the store keeps besides boards' content, as a plain value.

use std::ops::Bound;

use bytes::Bytes;
use protocol::{BoardId, SecretHash};

use super::{State, StoredBoard};
use crate::archive::check_texts;
use crate::household::BUNDLE_KEPT_MS;
use crate::{BoardOverview, BoardSize, Error, LockedPerson, StoreTotals};

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    pub fn put_bundle(&mut self, now_ms: u64, secret: &SecretHash, bytes: Bytes) {
        self.bundles.retain(|_, (_, changed_at_ms)| *changed_at_ms >= now_ms.saturating_sub(BUNDLE_KEPT_MS));
        self.bundles.insert(*secret, (bytes, now_ms));
    }

    #[must_use]
    pub fn bundle(&self, secret: &SecretHash) -> Option<Bytes> {
        self.bundles.get(secret).map(|(bytes, _)| bytes.clone())
    }

    pub fn drop_bundle(&mut self, secret: &SecretHash) {
        self.bundles.remove(secret);
    }

    #[must_use]
    pub fn bundles_after(&self, after: Option<&SecretHash>, limit: u32) -> Vec<(SecretHash, Bytes)> {
        let mut bundles: Vec<(SecretHash, Bytes)> =
            self.bundles.iter().map(|(secret, (bytes, _))| (*secret, bytes.clone())).collect();
        bundles.retain(|(secret, _)| after.is_none_or(|after| secret.0 > after.0));
        bundles.sort_by_key(|(secret, _)| secret.0);
        bundles.truncate(limit as usize);
        bundles
    }

    pub fn lock_person(&mut self, now_ms: u64, board: &BoardId, person: &SecretHash, name: &str) -> Result<(), Error> {
        check_texts(&[Some(name)])?;
        let stored = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        stored.access_changed_at_ms = now_ms;
        if let Some(locked) = stored.locked_people.iter_mut().find(|locked| locked.person == *person) {
            name.clone_into(&mut locked.name);
        } else {
            stored.locked_people.push(LockedPerson { person: *person, name: name.to_owned(), locked_at_ms: now_ms });
        }
        Ok(())
    }

    pub fn unlock_person(&mut self, board: &BoardId, person: &SecretHash) -> Result<(), Error> {
        let stored = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        let before = stored.locked_people.len();
        stored.locked_people.retain(|locked| locked.person != *person);
        if stored.locked_people.len() == before { Err(Error::NotFound) } else { Ok(()) }
    }

    #[must_use]
    pub fn locked_people(&self, board: &BoardId) -> Vec<LockedPerson> {
        self.boards.get(board).map(|stored| stored.locked_people.clone()).unwrap_or_default()
    }

    #[must_use]
    pub fn overview(&self, after: Option<&BoardId>, limit: u32) -> Vec<BoardOverview> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let boards = self.boards.range::<BoardId, _>((from, Bound::Unbounded)).take(limit as usize);
        boards.map(|(id, stored)| BoardOverview { account: self.account_name(stored), ..stored.overview(id) }).collect()
    }

    #[must_use]
    pub fn sizes(&self, boards: &[BoardId]) -> Vec<(BoardId, BoardSize)> {
        boards.iter().filter_map(|board| Some((board.clone(), self.boards.get(board)?.size()))).collect()
    }

    #[must_use]
    pub fn totals(&self) -> StoreTotals {
        StoreTotals {
            boards: self.boards.len() as u64,
            in_bin: self.boards.values().filter(|stored| stored.deleted_at_ms.is_some()).count() as u64,
            asset_bytes: self.boards.values().map(StoredBoard::asset_bytes).sum(),
        }
    }

    #[must_use]
    pub fn board_bytes(&self, board: &BoardId) -> u64 {
        self.boards.get(board).map_or(0, StoredBoard::content_bytes)
    }
}

impl StoredBoard {
    fn overview(&self, id: &BoardId) -> BoardOverview {
        BoardOverview {
            id: id.clone(),
            title: self.title.clone(),
            created_at_ms: self.created_at_ms,
            deleted_at_ms: self.deleted_at_ms,
            // The memory's rows bear no times.
            edited_at_ms: (self.head_seq > 0).then_some(self.created_at_ms),
            account: None,
        }
    }

    fn size(&self) -> BoardSize {
        let versions: usize = self.versions.iter().map(|(_, bytes)| bytes.len()).sum();
        BoardSize {
            size_bytes: self.content_bytes() + versions as u64,
            versions: self.versions.len() as u64,
            asset_bytes: self.asset_bytes(),
        }
    }

    fn content_bytes(&self) -> u64 {
        let rows: usize = self.rows.values().map(Bytes::len).sum();
        (rows + self.snapshot.as_ref().map_or(0, |snapshot| snapshot.bytes.len())) as u64
    }

    fn asset_bytes(&self) -> u64 {
        self.assets.values().map(|asset| asset.size_bytes).sum()
    }
}
