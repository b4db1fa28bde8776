//! What the two SQL engines share: numbers, and rows turned into values. Must not know an engine or hold a statement.

use bytes::Bytes;
use protocol::{BoardId, Role, SecretHash};

use crate::{
    Append, Aside, BoardRecord, Damage, Error, ExportedLink, LinkLookup, Loaded, LogRow, MAX_LEASE_MS, Owner, Snapshot,
    VersionRecord,
};

/// Services whose lease ran out this long ago, in milliseconds, and that own no board are forgotten. Until then even a
/// machine that wakes from a long sleep hears that its boards were taken.
pub(crate) const FORGET_SERVICE_AFTER_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A number as both engines store it. What does not fit becomes the largest, which no fence and no log reaches.
pub(crate) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A stored number, which only we have written and so is never negative.
pub(crate) fn read(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| Error::Corrupt(format!("negative number {number}")))
}

/// The lease to grant for a wish.
pub(crate) fn lease(wish_ms: u64) -> i64 {
    stored(wish_ms.min(MAX_LEASE_MS))
}

/// Which part of a board a row of the load statement is. The statements spell these numbers out.
const HEAD: i64 = 0;
const SNAPSHOT: i64 = 1;

/// One row of the load statement: part, number, bytes.
pub(crate) type PartRow = (i64, i64, Option<Vec<u8>>);

/// Puts a board together from the rows of the load statement, which come in any order.
pub(crate) fn loaded(rows: Vec<PartRow>) -> Result<Loaded, Error> {
    let mut head = None;
    let mut snapshot: Option<Snapshot> = None;
    let mut updates = Vec::with_capacity(rows.len());
    for (part, seq, bytes) in rows {
        let seq = read(seq)?;
        let bytes = Bytes::from(bytes.unwrap_or_default());
        match part {
            HEAD => head = Some(seq),
            SNAPSHOT if snapshot.as_ref().is_some_and(|newer| newer.seq > seq) => {}
            SNAPSHOT => snapshot = Some(Snapshot { seq, bytes }),
            _ => updates.push(LogRow { seq, bytes }),
        }
    }
    updates.sort_unstable_by_key(|row| row.seq);
    Ok(Loaded { snapshot, updates, head_seq: head.ok_or(Error::NotFound)? })
}

/// Whether `rows`, read in order behind the fence, are exactly those of `append`. No rows prove nothing.
pub(crate) fn are_rows_of(append: &Append, rows: &[(i64, Vec<u8>)]) -> bool {
    !rows.is_empty()
        && rows.len() == append.updates.len()
        && append
            .rows()
            .zip(rows)
            .all(|((seq, bytes), (found, found_bytes))| stored(seq) == *found && bytes == found_bytes)
}

/// What a row of the link statement says: role and whether it is over, both absent where the board has no such link.
pub(crate) fn link(row: Option<(Option<String>, bool)>) -> Result<LinkLookup, Error> {
    match row {
        None => Ok(LinkLookup::UnknownBoard),
        Some((None, _)) => Ok(LinkLookup::NoSuchLink),
        Some((Some(_), true)) => Ok(LinkLookup::Revoked),
        Some((Some(role), false)) => {
            role.parse::<Role>().map(LinkLookup::Role).map_err(|_| Error::Corrupt(format!("unknown role {role:?}")))
        }
    }
}

/// A board, from a row: title, made at, deleted at.
pub(crate) fn board(id: &BoardId, row: (String, i64, Option<i64>)) -> Result<BoardRecord, Error> {
    let (title, created_at, deleted_at) = row;
    let deleted_at_ms = deleted_at.map(read).transpose()?;
    Ok(BoardRecord { id: id.clone(), title, created_at_ms: read(created_at)?, deleted_at_ms })
}

/// A board's id, from a row.
pub(crate) fn board_id((id,): (String,)) -> Result<BoardId, Error> {
    id.parse().map_err(|_| Error::Corrupt(format!("not a board's id: {id:?}")))
}

/// A version, from a row: id, name, author, made at, size.
pub(crate) type VersionRow = (String, Option<String>, Option<String>, i64, i64);

/// A version, from its row.
pub(crate) fn version((id, name, author, created_at, size): VersionRow) -> Result<VersionRecord, Error> {
    let id = id.parse().map_err(|_| Error::Corrupt(format!("not a version's id: {id:?}")))?;
    Ok(VersionRecord { id, name, author, created_at_ms: read(created_at)?, size_bytes: read(size)? })
}

/// Damage, from a row.
pub(crate) fn damage((seq, size, reason, found_at): (Option<i64>, i64, String, i64)) -> Result<Damage, Error> {
    Ok(Damage { seq: seq.map(read).transpose()?, size_bytes: read(size)?, reason, found_at_ms: read(found_at)? })
}

/// A link, from a row: hash, role, made at, expires at, revoked at.
pub(crate) type LinkRow = (Vec<u8>, String, i64, Option<i64>, Option<i64>);

/// A link, from its row.
pub(crate) fn exported_link((hash, role, created_at, expires_at, revoked_at): LinkRow) -> Result<ExportedLink, Error> {
    let hash = hash.try_into().map_err(|_| Error::Corrupt("a link's hash is not of 32 bytes".to_owned()))?;
    Ok(ExportedLink {
        secret_hash: SecretHash(hash),
        role: role.parse::<Role>().map_err(|_| Error::Corrupt(format!("unknown role {role:?}")))?,
        created_at_ms: read(created_at)?,
        expires_at_ms: expires_at.map(read).transpose()?,
        revoked_at_ms: revoked_at.map(read).transpose()?,
    })
}

/// Bytes set aside, from a row.
pub(crate) fn aside((seq, bytes, reason): (Option<i64>, Vec<u8>, String)) -> Result<Aside, Error> {
    Ok(Aside { seq: seq.map(read).transpose()?, bytes: Bytes::from(bytes), reason })
}

/// A service, from a row.
pub(crate) fn owner((service, address): (String, String)) -> Result<Owner, Error> {
    let service = service.parse().map_err(|_| Error::Corrupt(format!("not a service's id: {service:?}")))?;
    Ok(Owner { service, address })
}

/// How many loads began before this one and never ended, from the count with this one in it.
pub(crate) fn earlier_attempts(counted: Option<(i64,)>) -> Result<u32, Error> {
    let (attempts,) = counted.ok_or(Error::NotFound)?;
    Ok(u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX))
}

/// The rows after $4, where the board is still held under epoch $2 and its head is $3: those of an append that was
/// stored while its answer was lost.
pub(crate) const ROWS_BEHIND_FENCE: &str = "SELECT updates.seq, updates.bytes FROM boards \
     JOIN updates ON updates.board_id = boards.id AND updates.seq > $4 \
     WHERE boards.id = $1 AND boards.owner_epoch = $2 AND boards.owner_service IS NOT NULL AND boards.head_seq = $3 \
     ORDER BY updates.seq";
