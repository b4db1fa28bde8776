//! The archive's part of the plain value. Each method means what its namesake in [`Archive`](crate::Archive) means.

use std::ops::Bound;

use bytes::Bytes;
use protocol::{BoardId, VersionId, VersionPerson};

use super::{State, StoredBoard};
use crate::archive::check_texts;
use crate::{BoardExport, Damage, Epoch, Error, LogRow, NewVersion, Owner, VersionRecord};

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    fn stored(&mut self, board: &BoardId) -> Result<&mut StoredBoard, Error> {
        self.boards.get_mut(board).ok_or(Error::NotFound)
    }

    pub fn save_version(&mut self, now_ms: u64, board: &BoardId, version: NewVersion) -> Result<VersionRecord, Error> {
        let NewVersion { id, name, author, people, bytes } = version;
        let size_bytes = bytes.len() as u64;
        let record = VersionRecord { id, name, author, people, created_at_ms: now_ms, size_bytes };
        self.import_version(board, &record, bytes)?;
        Ok(record)
    }

    pub fn import_version(&mut self, board: &BoardId, version: &VersionRecord, bytes: Bytes) -> Result<(), Error> {
        check_texts(&[version.name.as_deref(), version.author.as_deref()])?;
        self.stored(board)?;
        let is_taken = self.boards.values().flat_map(|board| &board.versions).any(|(kept, _)| kept.id == version.id);
        if is_taken {
            return Err(Error::Conflict);
        }
        self.stored(board)?.versions.push((version.clone(), bytes));
        Ok(())
    }

    #[must_use]
    pub fn versions(&self, board: &BoardId) -> Vec<VersionRecord> {
        let kept = self.boards.get(board).map(|board| board.versions.as_slice()).unwrap_or_default();
        let mut records: Vec<VersionRecord> = kept.iter().map(|(record, _)| record.clone()).collect();
        records.sort_by(|one, other| (other.created_at_ms, &other.id).cmp(&(one.created_at_ms, &one.id)));
        records
    }

    #[must_use]
    pub fn version(&self, board: &BoardId, version: &VersionId) -> Option<(VersionRecord, Bytes)> {
        self.boards.get(board)?.versions.iter().find(|(record, _)| record.id == *version).cloned()
    }

    pub fn name_version(
        &mut self,
        board: &BoardId,
        version: &VersionId,
        name: &str,
        author: Option<&str>,
    ) -> Result<(), Error> {
        check_texts(&[Some(name), author])?;
        let record = self.kept_version(board, version)?;
        (record.name, record.author) = (Some(name.to_owned()), author.map(str::to_owned));
        Ok(())
    }

    pub fn set_version_people(
        &mut self,
        board: &BoardId,
        version: &VersionId,
        people: &[VersionPerson],
    ) -> Result<(), Error> {
        self.kept_version(board, version)?.people = people.to_vec();
        Ok(())
    }

    fn kept_version(&mut self, board: &BoardId, version: &VersionId) -> Result<&mut VersionRecord, Error> {
        let mut versions = self.stored(board)?.versions.iter_mut();
        let (record, _) = versions.find(|(record, _)| record.id == *version).ok_or(Error::NotFound)?;
        Ok(record)
    }

    pub fn delete_versions(&mut self, board: &BoardId, versions: &[VersionId]) {
        if let Some(stored) = self.boards.get_mut(board) {
            stored.versions.retain(|(record, _)| !versions.contains(&record.id));
        }
    }

    pub fn restore_board(&mut self, board: &BoardId) -> Result<(), Error> {
        self.stored(board)?.deleted_at_ms = None;
        Ok(())
    }

    pub fn purge_one(&mut self, now_ms: u64, kept_ms: u64) -> Option<BoardId> {
        let due = now_ms.saturating_sub(kept_ms);
        let deleted = self.boards.iter().filter_map(|(id, board)| Some((board.deleted_at_ms?, id)));
        let (_, board) = deleted.filter(|(at, _)| *at <= due).min()?;
        let board = board.clone();
        self.boards.remove(&board);
        Some(board)
    }

    pub fn purge_board(&mut self, board: &BoardId) -> Result<(), Error> {
        self.boards.get(board).filter(|stored| stored.deleted_at_ms.is_some()).ok_or(Error::NotFound)?;
        self.boards.remove(board);
        Ok(())
    }

    #[must_use]
    pub fn owner_of(&self, now_ms: u64, board: &BoardId) -> Option<Owner> {
        let service = self.boards.get(board)?.owner.as_ref()?;
        let membership = self.services.get(service).filter(|membership| membership.runs(now_ms))?;
        Some(Owner { service: service.clone(), address: membership.address.clone() })
    }

    #[must_use]
    pub fn damage(&self, board: &BoardId) -> Vec<Damage> {
        let aside = self.boards.get(board).map(|board| board.aside.as_slice()).unwrap_or_default();
        let damage = aside.iter().map(|(aside, found_at_ms)| Damage {
            seq: aside.seq,
            size_bytes: aside.bytes.len() as u64,
            reason: aside.reason.clone(),
            found_at_ms: *found_at_ms,
        });
        damage.collect()
    }

    pub fn discard_damage(&mut self, board: &BoardId) {
        if let Some(stored) = self.boards.get_mut(board) {
            stored.aside.clear();
        }
    }

    #[must_use]
    pub fn boards_after(&self, after: Option<&BoardId>, limit: u32) -> Vec<BoardId> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.boards
            .range::<BoardId, _>((from, Bound::Unbounded))
            .map(|(id, _)| id.clone())
            .take(limit as usize)
            .collect()
    }

    #[must_use]
    pub fn export_board(&self, board: &BoardId) -> Option<BoardExport> {
        let stored = self.boards.get(board)?;
        Some(BoardExport {
            id: board.clone(),
            title: stored.title.clone(),
            created_at_ms: stored.created_at_ms,
            deleted_at_ms: stored.deleted_at_ms,
            head_seq: stored.head_seq,
            links: stored.links_by_age(),
            personal_links: stored.personal_links.clone(),
            snapshot: stored.snapshot.clone(),
            rows: stored.rows.iter().map(|(&seq, bytes)| LogRow { seq, bytes: bytes.clone() }).collect(),
            aside: stored.aside.iter().map(|(aside, _)| aside.clone()).collect(),
            assets: stored.assets.values().cloned().collect(),
            meeting: stored.meeting.present(),
        })
    }

    pub fn import_board(&mut self, now_ms: u64, board: BoardExport) -> Result<(), Error> {
        if self.boards.contains_key(&board.id) {
            return Err(Error::Conflict);
        }
        let stored = StoredBoard {
            title: board.title,
            created_at_ms: board.created_at_ms,
            deleted_at_ms: board.deleted_at_ms,
            links: board.links,
            personal_links: board.personal_links,
            access_changed_at_ms: 0,
            owner: None,
            epoch: Epoch(0),
            head_seq: board.head_seq,
            rows: board.rows.into_iter().map(|row| (row.seq, row.bytes)).collect(),
            snapshot: board.snapshot,
            load_attempts: 0,
            aside: board.aside.into_iter().map(|aside| (aside, now_ms)).collect(),
            versions: Vec::new(),
            assets: board.assets.into_iter().map(|asset| (asset.hash, asset)).collect(),
            locked_people: Vec::new(),
            meeting: super::meeting::StoredMeeting::restored(board.meeting),
            account: None,
        };
        self.boards.insert(board.id.clone(), stored);
        Ok(())
    }
}
