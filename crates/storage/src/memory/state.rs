//! The store as a plain value: the contract's semantics without time or waiting. Callers pass `now_ms`.
//!
//! Each method means what its namesake in [`Storage`](crate::Storage) means. Must not know async, clocks or faults.

mod access;
mod accounts;
mod archive;
mod assets;
mod household;
mod meeting;

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::{AssetHash, BoardId, SecretHash, ServiceId};

use crate::contract::in_board_order;
use crate::{
    AccountId, Acquired, Append, AppendOutcome, Aside, AssetRecord, BoardRecord, Epoch, Error, LinkRecord, Loaded,
    LockedPerson, LogRow, MAX_LEASE_MS, NewBoard, Owner, PersonalLink, SetQuotas, Snapshot, SnapshotOutcome,
    VersionRecord,
};

/// Everything that is stored.
#[derive(Debug, Clone, Default)]
pub struct State {
    boards: BTreeMap<BoardId, StoredBoard>,
    services: BTreeMap<ServiceId, Membership>,
    bundles: BTreeMap<SecretHash, (Bytes, u64)>,
    accounts: accounts::StoredAccounts,
    /// As the administration has set them.
    pub quotas: SetQuotas,
}

#[derive(Debug, Clone)]
struct StoredBoard {
    title: String,
    created_at_ms: u64,
    deleted_at_ms: Option<u64>,
    links: Vec<LinkRecord>,
    /// Oldest first.
    personal_links: Vec<PersonalLink>,
    access_changed_at_ms: u64,
    owner: Option<ServiceId>,
    epoch: Epoch,
    head_seq: u64,
    rows: BTreeMap<u64, Bytes>,
    snapshot: Option<Snapshot>,
    load_attempts: u32,
    aside: Vec<(Aside, u64)>,
    versions: Vec<(VersionRecord, Bytes)>,
    assets: BTreeMap<AssetHash, AssetRecord>,
    /// Longest first.
    locked_people: Vec<LockedPerson>,
    meeting: meeting::StoredMeeting,
    account: Option<AccountId>,
}

#[derive(Debug, Clone)]
struct Membership {
    address: String,
    expires_at_ms: u64,
    /// Another service has taken one of its boards since it joined, and `renew` must report it.
    superseded: bool,
}

impl Membership {
    fn runs(&self, now_ms: u64) -> bool {
        self.expires_at_ms > now_ms
    }
}

fn expiry(now_ms: u64, lease_ms: u64) -> u64 {
    now_ms.saturating_add(lease_ms.min(MAX_LEASE_MS))
}

impl StoredBoard {
    /// The fence: only who holds the present epoch may write.
    fn is_held_under(&self, epoch: Epoch) -> bool {
        self.owner.is_some() && self.epoch == epoch
    }

    /// Whether the rows of `append` are stored already, by a call whose answer was lost.
    fn has_landed(&self, append: &Append) -> bool {
        self.is_held_under(append.epoch)
            && self.head_seq == append.last_seq()
            && append.rows().all(|(seq, bytes)| self.rows.get(&seq) == Some(bytes))
    }

    fn append(&mut self, append: &Append) -> AppendOutcome {
        let head_seq = append.last_seq();
        if self.is_held_under(append.epoch) && self.head_seq == append.expected_head_seq {
            self.rows.extend(append.rows().map(|(seq, bytes)| (seq, bytes.clone())));
            self.head_seq = head_seq;
            AppendOutcome::Stored { head_seq }
        } else if self.has_landed(append) {
            AppendOutcome::Stored { head_seq }
        } else {
            AppendOutcome::Fenced
        }
    }
}

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    pub fn create_board(&mut self, now_ms: u64, board: NewBoard) -> Result<(), Error> {
        board.check()?;
        if self.boards.contains_key(&board.id) {
            return Err(Error::Conflict);
        }
        let links = board.links.iter().map(|link| link.first(now_ms));
        let snapshot = board.content.map(|bytes| Snapshot { seq: 1, bytes });
        let stored = StoredBoard {
            title: board.title,
            created_at_ms: now_ms,
            deleted_at_ms: None,
            links: links.collect(),
            personal_links: Vec::new(),
            access_changed_at_ms: 0,
            owner: None,
            epoch: Epoch(0),
            head_seq: snapshot.as_ref().map_or(0, |snapshot| snapshot.seq),
            rows: BTreeMap::new(),
            snapshot,
            load_attempts: 0,
            aside: Vec::new(),
            versions: Vec::new(),
            assets: BTreeMap::new(),
            locked_people: Vec::new(),
            meeting: meeting::StoredMeeting::default(),
            account: None,
        };
        self.boards.insert(board.id, stored);
        Ok(())
    }

    #[must_use]
    pub fn board(&self, id: &BoardId) -> Option<BoardRecord> {
        self.boards.get(id).map(|board| BoardRecord {
            id: id.clone(),
            title: board.title.clone(),
            created_at_ms: board.created_at_ms,
            deleted_at_ms: board.deleted_at_ms,
            head_seq: board.head_seq,
        })
    }

    pub fn delete_board(&mut self, now_ms: u64, board: &BoardId) -> Result<(), Error> {
        let stored = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        stored.deleted_at_ms.get_or_insert(now_ms);
        stored.access_changed_at_ms = now_ms;
        Ok(())
    }

    pub fn acquire(&mut self, now_ms: u64, board: &BoardId, owner: &Owner, lease_ms: u64) -> Acquired {
        let Some(stored) = self.boards.get_mut(board).filter(|board| board.deleted_at_ms.is_none()) else {
            return Acquired::UnknownBoard;
        };
        let other = stored.owner.as_ref().filter(|holder| **holder != owner.service);
        if let Some((holder, membership)) = other.and_then(|holder| Some((holder, self.services.get_mut(holder)?))) {
            if membership.runs(now_ms) {
                return Acquired::HeldBy(Owner { service: holder.clone(), address: membership.address.clone() });
            }
            membership.superseded = true;
        }
        stored.owner = Some(owner.service.clone());
        stored.epoch.0 += 1;
        let mine = Acquired::Mine { epoch: stored.epoch, head_seq: stored.head_seq };
        self.ensure_lease(now_ms, owner, lease_ms);
        mine
    }

    /// Gives the owner a lease if it has none, prolongs a short one. What `renew` has to report stays recorded.
    fn ensure_lease(&mut self, now_ms: u64, owner: &Owner, lease_ms: u64) {
        let expires_at_ms = expiry(now_ms, lease_ms);
        match self.services.get_mut(&owner.service) {
            Some(found) if found.runs(now_ms) && found.expires_at_ms >= expiry(now_ms, lease_ms / 2) => {}
            Some(found) => {
                found.address.clone_from(&owner.address);
                found.expires_at_ms = expires_at_ms;
            }
            None => {
                let fresh = Membership { address: owner.address.clone(), expires_at_ms, superseded: false };
                self.services.insert(owner.service.clone(), fresh);
            }
        }
    }

    pub fn renew(&mut self, now_ms: u64, service: &ServiceId, lease_ms: u64) -> Result<(), Error> {
        let running = |membership: &&mut Membership| membership.runs(now_ms) && !membership.superseded;
        let membership = self.services.get_mut(service).filter(running).ok_or(Error::NotFound)?;
        membership.expires_at_ms = expiry(now_ms, lease_ms);
        Ok(())
    }

    pub fn release(&mut self, board: &BoardId, epoch: Epoch) {
        if let Some(stored) = self.boards.get_mut(board).filter(|board| board.epoch == epoch) {
            stored.owner = None;
        }
    }

    pub fn load(&self, board: &BoardId) -> Result<Loaded, Error> {
        let stored = self.boards.get(board).ok_or(Error::NotFound)?;
        Ok(Loaded {
            snapshot: stored.snapshot.clone(),
            updates: stored.rows.iter().map(|(&seq, bytes)| LogRow { seq, bytes: bytes.clone() }).collect(),
            head_seq: stored.head_seq,
        })
    }

    pub fn append(&mut self, flush: &[Append]) -> Result<Vec<AppendOutcome>, Error> {
        let mut outcomes = vec![AppendOutcome::Fenced; flush.len()];
        for position in in_board_order(flush)? {
            let append = &flush[position];
            if let Some(board) = self.boards.get_mut(&append.board) {
                outcomes[position] = board.append(append);
            }
        }
        Ok(outcomes)
    }

    pub fn save_snapshot(&mut self, board: &BoardId, epoch: Epoch, snapshot: Snapshot) -> SnapshotOutcome {
        let fits = |board: &&mut StoredBoard| board.is_held_under(epoch) && snapshot.seq <= board.head_seq;
        let Some(stored) = self.boards.get_mut(board).filter(fits) else {
            return SnapshotOutcome::Fenced;
        };
        stored.rows.retain(|&seq, _| seq > snapshot.seq);
        if stored.snapshot.as_ref().is_none_or(|present| present.seq <= snapshot.seq) {
            stored.snapshot = Some(snapshot);
        }
        SnapshotOutcome::Stored
    }

    pub fn begin_load(&mut self, board: &BoardId) -> Result<u32, Error> {
        let stored = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        let crashes = stored.load_attempts;
        stored.load_attempts = crashes.saturating_add(1);
        Ok(crashes)
    }

    pub fn end_load(&mut self, board: &BoardId) {
        if let Some(stored) = self.boards.get_mut(board) {
            stored.load_attempts = 0;
        }
    }

    pub fn set_aside(
        &mut self,
        now_ms: u64,
        board: &BoardId,
        seq: Option<u64>,
        bytes: Bytes,
        reason: &str,
    ) -> Result<(), Error> {
        let stored = self.boards.get_mut(board).ok_or(Error::NotFound)?;
        if !stored.aside.iter().any(|(kept, _)| kept.seq == seq && kept.bytes == bytes) {
            stored.aside.push((Aside { seq, bytes, reason: reason.to_owned() }, now_ms));
        }
        Ok(())
    }

    #[must_use]
    pub fn aside(&self, board: &BoardId) -> Vec<Aside> {
        let aside = self.boards.get(board).map(|board| board.aside.as_slice()).unwrap_or_default();
        aside.iter().map(|(aside, _)| aside.clone()).collect()
    }

    pub fn join_service(&mut self, now_ms: u64, owner: &Owner, lease_ms: u64) {
        for former in self.services.values_mut().filter(|membership| membership.address == owner.address) {
            former.expires_at_ms = former.expires_at_ms.min(now_ms);
        }
        let expires_at_ms = expiry(now_ms, lease_ms);
        let membership = Membership { address: owner.address.clone(), expires_at_ms, superseded: false };
        self.services.insert(owner.service.clone(), membership);
    }

    pub fn leave_service(&mut self, service: &ServiceId) {
        self.services.remove(service);
    }

    #[must_use]
    pub fn services(&self, now_ms: u64) -> Vec<Owner> {
        let running = self.services.iter().filter(|(_, membership)| membership.runs(now_ms));
        running.map(|(service, found)| Owner { service: service.clone(), address: found.address.clone() }).collect()
    }
}
