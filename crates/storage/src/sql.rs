//! What the two SQL engines share: numbers, and rows turned into values. Must not know an engine or hold a statement.

pub(crate) mod accounts;
pub(crate) mod meeting;

use bytes::Bytes;
use protocol::{AssetHash, BoardId, Role, SecretHash, VersionPerson};

use crate::{
    Append, Aside, AssetRecord, BoardOverview, BoardRecord, BoardSize, Damage, Error, LinkLookup, LinkRecord,
    LinkSettings, Loaded, LockedPerson, LogRow, MAX_LEASE_MS, Owner, PasswordHash, PersonalLink, SetQuotas, Snapshot,
    StoreTotals, VersionRecord,
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

/// A board, from a row: title, made at, deleted at, head.
pub(crate) fn board(id: &BoardId, row: (String, i64, Option<i64>, i64)) -> Result<BoardRecord, Error> {
    let (title, created_at, deleted_at, head_seq) = row;
    let deleted_at_ms = deleted_at.map(read).transpose()?;
    let (created_at_ms, head_seq) = (read(created_at)?, read(head_seq)?);
    Ok(BoardRecord { id: id.clone(), title, created_at_ms, deleted_at_ms, head_seq })
}

/// A board's id, from a row.
pub(crate) fn board_id((id,): (String,)) -> Result<BoardId, Error> {
    id.parse().map_err(|_| Error::Corrupt(format!("not a board's id: {id:?}")))
}

/// A version, from a row: id, name, author, people, made at, size.
pub(crate) type VersionRow = (String, Option<String>, Option<String>, Option<String>, i64, i64);

/// A version with its content, from a row: as above, with the content in the size's place.
pub(crate) type FullVersionRow = (String, Option<String>, Option<String>, Option<String>, i64, Vec<u8>);

/// A version, from its row.
pub(crate) fn version((id, name, author, people, created_at, size): VersionRow) -> Result<VersionRecord, Error> {
    let id = id.parse().map_err(|_| Error::Corrupt(format!("not a version's id: {id:?}")))?;
    // A version whose people cannot be read is as good as any other.
    let people = people.and_then(|people| serde_json::from_str(&people).ok()).unwrap_or_default();
    Ok(VersionRecord { id, name, author, people, created_at_ms: read(created_at)?, size_bytes: read(size)? })
}

/// Reads one version ($2) of a board ($1) with its content.
pub(crate) const FULL_VERSION: &str =
    "SELECT id, name, author, people, created_at, bytes FROM versions WHERE board_id = $1 AND id = $2";

/// A version with its content, from its row.
pub(crate) fn full_version(
    (id, name, author, people, created_at, bytes): FullVersionRow,
) -> Result<(VersionRecord, Bytes), Error> {
    let record = version((id, name, author, people, created_at, stored(bytes.len() as u64)))?;
    Ok((record, Bytes::from(bytes)))
}

/// People of a version as they are stored.
pub(crate) fn people(people: &[VersionPerson]) -> Option<String> {
    (!people.is_empty()).then(|| serde_json::to_string(people).expect("people are plain data"))
}

/// Damage, from a row.
pub(crate) fn damage((seq, size, reason, found_at): (Option<i64>, i64, String, i64)) -> Result<Damage, Error> {
    Ok(Damage { seq: seq.map(read).transpose()?, size_bytes: read(size)?, reason, found_at_ms: read(found_at)? })
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

/// The columns of a link, as [`LinkRow`] reads them.
macro_rules! link_columns {
    () => {
        "links.secret_hash, links.role, links.label, links.expires_at, links.password_hash, links.created_at, \
         links.revoked_at"
    };
}
pub(crate) use link_columns;

/// One row of `link_columns!`.
#[derive(sqlx::FromRow)]
pub(crate) struct LinkRow(Vec<u8>, String, String, Option<i64>, Option<String>, i64, Option<i64>);

impl LinkRow {
    pub(crate) fn record(self) -> Result<LinkRecord, Error> {
        let Self(hash, role, label, expires_at, password, created_at, revoked_at) = self;
        let role = role.parse::<Role>().map_err(|_| Error::Corrupt(format!("unknown role {role:?}")))?;
        let expires_at_ms = expires_at.map(read).transpose()?;
        let settings = LinkSettings { label, expires_at_ms, password: password.map(PasswordHash) };
        let revoked_at_ms = revoked_at.map(read).transpose()?;
        Ok(LinkRecord { secret_hash: secret(hash)?, role, settings, created_at_ms: read(created_at)?, revoked_at_ms })
    }
}

/// A hash, from a row.
fn secret(hash: Vec<u8>) -> Result<SecretHash, Error> {
    let hash = hash.try_into().map_err(|_| Error::Corrupt("a secret's hash of another length".to_owned()))?;
    Ok(SecretHash(hash))
}

/// The personal links of a board, as [`PersonalRow`] reads them.
pub(crate) const PERSONAL_OF_BOARD: &str = "SELECT link_hash, secret_hash, created_at FROM personal_links \
     WHERE board_id = $1 ORDER BY created_at, secret_hash";

/// One row of [`PERSONAL_OF_BOARD`].
#[derive(sqlx::FromRow)]
pub(crate) struct PersonalRow(Vec<u8>, Vec<u8>, i64);

impl PersonalRow {
    pub(crate) fn record(self) -> Result<PersonalLink, Error> {
        let Self(link, hash, created_at) = self;
        Ok(PersonalLink { link: secret(link)?, secret_hash: secret(hash)?, created_at_ms: read(created_at)? })
    }
}

/// The links of a board, withdrawn ones too.
pub(crate) const LINKS_OF_BOARD: &str =
    concat!("SELECT ", link_columns!(), " FROM links WHERE board_id = $1 ORDER BY created_at, secret_hash");

/// Puts a link in the place of the one with its secret, or adds it. Its board and the values of a [`LinkRecord`].
pub(crate) const PUT_LINK: &str = "INSERT INTO links \
     (board_id, secret_hash, role, label, expires_at, password_hash, created_at, revoked_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (board_id, secret_hash) DO UPDATE SET role = excluded.role, \
     label = excluded.label, expires_at = excluded.expires_at, password_hash = excluded.password_hash, \
     revoked_at = coalesce(links.revoked_at, excluded.revoked_at)";

/// One row of a lookup: the columns of the link if the board has it, whether the secret is a personal one, the clock.
#[derive(sqlx::FromRow)]
pub(crate) struct LookupRow(
    Option<Vec<u8>>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    bool,
    i64,
);

/// What a secret opens; no row where there is no such board.
pub(crate) fn lookup(row: Option<LookupRow>) -> Result<LinkLookup, Error> {
    let Some(LookupRow(hash, role, label, expires_at, password, created_at, revoked_at, is_personal, now)) = row else {
        return Ok(LinkLookup::UnknownBoard);
    };
    let (Some(hash), Some(role), Some(label), Some(created_at)) = (hash, role, label, created_at) else {
        return Ok(LinkLookup::NoSuchLink);
    };
    let link = LinkRow(hash, role, label, expires_at, password, created_at, revoked_at).record()?;
    Ok(link.opens(read(now)?, is_personal))
}

/// What follows the columns in the lookup of a secret ($2) of a board ($1).
macro_rules! from_secret {
    () => {
        " FROM boards \
         LEFT JOIN personal_links AS personal ON personal.board_id = boards.id AND personal.secret_hash = $2 \
         LEFT JOIN links ON links.board_id = boards.id AND links.secret_hash = coalesce(personal.link_hash, $2) \
         WHERE boards.id = $1"
    };
}
pub(crate) use from_secret;

/// Ends the personal links of a link ($2) of a board ($1).
pub(crate) const FORGET_PERSONAL: &str = "DELETE FROM personal_links WHERE board_id = $1 AND link_hash = $2";

/// How many personal links a link ($2) of a board ($1) has.
pub(crate) const COUNT_PERSONAL: &str = "SELECT count(*) FROM personal_links WHERE board_id = $1 AND link_hash = $2";

/// Ends the oldest $3 of them.
pub(crate) const FORGET_OLDEST_PERSONAL: &str = "DELETE FROM personal_links WHERE board_id = $1 AND secret_hash IN \
     (SELECT secret_hash FROM personal_links WHERE board_id = $1 AND link_hash = $2 ORDER BY created_at LIMIT $3)";

/// Adds a personal link ($2) of a link ($3) of a board ($1), made at $4.
pub(crate) const ADD_PERSONAL: &str =
    "INSERT INTO personal_links (board_id, secret_hash, link_hash, created_at) VALUES ($1, $2, $3, $4)";

/// Notes that who may come in to a board ($1) changed at $2.
pub(crate) const NOTE_ACCESS_CHANGE: &str = "INSERT INTO access_changes (board_id, changed_at) VALUES ($1, $2) \
     ON CONFLICT (board_id) DO UPDATE SET changed_at = excluded.changed_at";

/// The boards that changed so at $1 or later.
pub(crate) const ACCESS_CHANGES: &str = "SELECT board_id FROM access_changes WHERE changed_at >= $1";

/// The assets of a board ($1), as [`asset`] reads them.
pub(crate) const ASSETS_OF_BOARD: &str =
    "SELECT hash, media_type, size_bytes FROM assets WHERE board_id = $1 ORDER BY hash";

/// One of them ($2).
pub(crate) const ASSET: &str = "SELECT hash, media_type, size_bytes FROM assets WHERE board_id = $1 AND hash = $2";

/// Gives a board ($1) an asset ($2 to $4) where it, with what the board ($5) and the store ($6) may hold, fits.
macro_rules! add_asset {
    () => {
        concat!(
            "INSERT INTO assets (board_id, hash, media_type, size_bytes, created_at) SELECT boards.id, $2, $3, $4, ",
            now!(),
            " FROM boards WHERE boards.id = $1 \
             AND (SELECT coalesce(sum(size_bytes), 0) FROM assets WHERE board_id = $1) + $4 <= $5 \
             AND (SELECT coalesce(sum(size_bytes), 0) FROM assets) + $4 <= $6 ON CONFLICT DO NOTHING"
        )
    };
}
pub(crate) use add_asset;

/// Gives a board ($2) the assets of another ($1).
macro_rules! copy_assets {
    () => {
        concat!(
            "INSERT INTO assets (board_id, hash, media_type, size_bytes, created_at) \
             SELECT boards.id, assets.hash, assets.media_type, assets.size_bytes, ",
            now!(),
            " FROM assets, boards WHERE assets.board_id = $1 AND boards.id = $2 ON CONFLICT DO NOTHING"
        )
    };
}
pub(crate) use copy_assets;

/// A row where any board has the asset ($1).
pub(crate) const ASSET_USED: &str = "SELECT size_bytes FROM assets WHERE hash = $1 LIMIT 1";

/// An asset, from a row: hash, media type, size.
pub(crate) fn asset((hash, media_type, size): (Vec<u8>, String, i64)) -> Result<AssetRecord, Error> {
    let hash = hash.try_into().map_err(|_| Error::Corrupt("an asset's hash of another length".to_owned()))?;
    Ok(AssetRecord { hash: AssetHash(hash), media_type, size_bytes: read(size)? })
}

/// The bundle under a secret ($1).
pub(crate) const BUNDLE: &str = "SELECT bytes FROM bundles WHERE secret_hash = $1";

/// Forgets it.
pub(crate) const DROP_BUNDLE: &str = "DELETE FROM bundles WHERE secret_hash = $1";

/// The next $2 bundles behind $1, as [`bundle`] reads them.
pub(crate) const BUNDLES: &str =
    "SELECT secret_hash, bytes FROM bundles WHERE secret_hash > $1 ORDER BY secret_hash LIMIT $2";

/// A bundle, from a row.
pub(crate) fn bundle((hash, bytes): (Vec<u8>, Vec<u8>)) -> Result<(SecretHash, Bytes), Error> {
    Ok((secret(hash)?, Bytes::from(bytes)))
}

/// Whether somebody ($2) is locked out of a board ($1).
pub(crate) const IS_LOCKED: &str = "SELECT locked_at FROM locked_people WHERE board_id = $1 AND person_hash = $2";

/// Lets them in again.
pub(crate) const UNLOCK_PERSON: &str = "DELETE FROM locked_people WHERE board_id = $1 AND person_hash = $2";

/// Who is locked out of a board ($1), as [`locked_person`] reads them.
pub(crate) const LOCKED_PEOPLE: &str =
    "SELECT person_hash, name, locked_at FROM locked_people WHERE board_id = $1 ORDER BY locked_at, person_hash";

/// Somebody locked out, from a row.
pub(crate) fn locked_person((person, name, locked_at): (Vec<u8>, String, i64)) -> Result<LockedPerson, Error> {
    Ok(LockedPerson { person: secret(person)?, name, locked_at_ms: read(locked_at)? })
}

/// The next $2 boards behind $1, as [`overview`] reads them. Of rows and snapshots only the newest is looked at.
pub(crate) const OVERVIEW: &str = "SELECT id, title, created_at, deleted_at, coalesce(\
     (SELECT created_at FROM updates WHERE board_id = boards.id ORDER BY seq DESC LIMIT 1), \
     (SELECT created_at FROM snapshots WHERE board_id = boards.id ORDER BY seq DESC LIMIT 1)), \
     (SELECT accounts.name FROM board_accounts JOIN accounts ON accounts.id = board_accounts.account_id \
     WHERE board_accounts.board_id = boards.id) \
     FROM boards WHERE id > $1 ORDER BY id LIMIT $2";

/// What boards take whose id is as the engine says, as [`size`] reads them.
macro_rules! sizes {
    ($where_id:literal) => {
        concat!(
            "SELECT id, CAST(\
             coalesce((SELECT sum(length(bytes)) FROM snapshots WHERE board_id = boards.id), 0) + \
             coalesce((SELECT sum(length(bytes)) FROM updates WHERE board_id = boards.id), 0) + \
             coalesce((SELECT sum(length(bytes)) FROM versions WHERE board_id = boards.id), 0) AS bigint), \
             (SELECT count(*) FROM versions WHERE board_id = boards.id), \
             CAST(coalesce((SELECT sum(size_bytes) FROM assets WHERE board_id = boards.id), 0) AS bigint) \
             FROM boards WHERE id ",
            $where_id
        )
    };
}
pub(crate) use sizes;

/// How many boards there are, how many of them in the bin, and the bytes of all images.
pub(crate) const TOTALS: &str = "SELECT (SELECT count(*) FROM boards), \
     (SELECT count(*) FROM boards WHERE deleted_at IS NOT NULL), \
     CAST(coalesce((SELECT sum(size_bytes) FROM assets), 0) AS bigint)";

/// Bytes of a board ($1) without its versions.
pub(crate) const BOARD_BYTES: &str = "SELECT CAST(\
     coalesce((SELECT sum(length(bytes)) FROM snapshots WHERE board_id = $1), 0) + \
     coalesce((SELECT sum(length(bytes)) FROM updates WHERE board_id = $1), 0) AS bigint)";

/// The columns of [`OVERVIEW`].
pub(crate) type OverviewRow = (String, String, i64, Option<i64>, Option<i64>, Option<String>);

/// The columns of [`sizes`].
pub(crate) type SizeRow = (String, i64, i64, i64);

/// What there is in all, from a row of [`TOTALS`].
pub(crate) fn totals((boards, in_bin, asset_bytes): (i64, i64, i64)) -> Result<StoreTotals, Error> {
    Ok(StoreTotals { boards: read(boards)?, in_bin: read(in_bin)?, asset_bytes: read(asset_bytes)? })
}

/// A board for whoever runs the server, from a row.
pub(crate) fn overview(row: OverviewRow) -> Result<BoardOverview, Error> {
    let (id, title, created_at, deleted_at, edited_at, account) = row;
    Ok(BoardOverview {
        id: board_id((id,))?,
        title,
        created_at_ms: read(created_at)?,
        deleted_at_ms: deleted_at.map(read).transpose()?,
        edited_at_ms: edited_at.map(read).transpose()?,
        account,
    })
}

/// What a board takes, from a row.
pub(crate) fn size((id, bytes, versions, asset_bytes): SizeRow) -> Result<(BoardId, BoardSize), Error> {
    let size = BoardSize { size_bytes: read(bytes)?, versions: read(versions)?, asset_bytes: read(asset_bytes)? };
    Ok((board_id((id,))?, size))
}

/// How much there may be, as it was set.
pub(crate) const QUOTAS: &str = "SELECT boards, board_bytes, asset_bytes FROM quotas WHERE id = 1";

/// Sets it: boards ($1), bytes of one ($2), bytes of all images ($3).
pub(crate) const SET_QUOTAS: &str = "INSERT INTO quotas (id, boards, board_bytes, asset_bytes) VALUES (1, $1, $2, $3) \
     ON CONFLICT (id) DO UPDATE SET boards = excluded.boards, board_bytes = excluded.board_bytes, \
     asset_bytes = excluded.asset_bytes";

/// The columns of [`QUOTAS`].
pub(crate) type QuotasRow = (Option<i64>, Option<i64>, Option<i64>);

/// How much there may be, from a row; no row is none set.
pub(crate) fn quotas(row: Option<QuotasRow>) -> Result<SetQuotas, Error> {
    let (boards, board_bytes, asset_bytes) = row.unwrap_or_default();
    let read = |most: Option<i64>| most.map(read).transpose();
    Ok(SetQuotas { boards: read(boards)?, board_bytes: read(board_bytes)?, asset_bytes: read(asset_bytes)? })
}

/// Forgets a board ($1) that is in the bin; its rows are forgotten by [`FORGET_ROWS`].
pub(crate) const PURGE_BOARD: &str = "DELETE FROM boards WHERE id = $1 AND deleted_at IS NOT NULL";

/// Forgets the rows of a board ($1), which have no foreign key.
pub(crate) const FORGET_ROWS: &str = "DELETE FROM updates WHERE board_id = $1";
