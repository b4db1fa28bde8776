//! Taking a board and joining, within a transaction: the decisions behind locked rows.
//!
//! The board's row is locked before any service's, and services' rows in the order of their ids, so that two services
//! which take each other's boards at once do not wait in a circle. Must not know how connections come and go.

use protocol::BoardId;
use sqlx::PgConnection;

use crate::{Acquired, Epoch, Error, Owner, sql};

/// Takes a board, unless a live service other than `owner` holds it.
pub(super) async fn acquire(
    tx: &mut PgConnection,
    board: &BoardId,
    owner: &Owner,
    lease_ms: u64,
) -> Result<Acquired, Error> {
    let holder: Option<(Option<String>,)> =
        sqlx::query_as("SELECT owner_service FROM boards WHERE id = $1 AND deleted_at IS NULL FOR UPDATE")
            .bind(board.as_str())
            .fetch_optional(&mut *tx)
            .await?;
    let Some((holder,)) = holder else {
        return Ok(Acquired::UnknownBoard);
    };
    let other = holder.filter(|holder| holder != owner.service.as_str());
    if let Some(alive) = settle_services(tx, other.as_deref(), owner, sql::lease(lease_ms)).await? {
        return Ok(Acquired::HeldBy(alive));
    }
    let (epoch, head_seq): (i64, i64) = sqlx::query_as(
        "UPDATE boards SET owner_service = $2, owner_epoch = owner_epoch + 1 WHERE id = $1 \
         RETURNING owner_epoch, head_seq",
    )
    .bind(board.as_str())
    .bind(owner.service.as_str())
    .fetch_one(&mut *tx)
    .await?;
    Ok(Acquired::Mine { epoch: Epoch(sql::read(epoch)?), head_seq: sql::read(head_seq)? })
}

/// Reads the rows of the holder ($1) and the caller ($2), judged by the clock of the moment: whether the lease runs, and
/// whether at least half of what is asked for ($3) is left.
macro_rules! standings {
    ($lock:literal) => {
        concat!(
            "SELECT id, address, superseded, expires_at > ",
            now!(),
            ", expires_at > ",
            now!(),
            " AND expires_at >= ",
            now!(),
            " + $3 / 2 FROM services WHERE id = $1 OR id = $2 ORDER BY id",
            $lock
        )
    };
}

/// What stands between a caller and a board.
struct Standings {
    /// The holder, if its lease runs.
    alive: Option<Owner>,
    /// The holder's lease has lapsed, and nobody has recorded yet that its boards are taken.
    to_record: bool,
    /// The caller's lease runs long enough.
    is_ample: bool,
}

impl Standings {
    async fn look(
        tx: &mut PgConnection,
        statement: &'static str,
        holder: Option<&str>,
        owner: &Owner,
        lease: i64,
    ) -> Result<Self, Error> {
        let me = owner.service.as_str();
        let rows: Vec<(String, String, bool, bool, bool)> =
            sqlx::query_as(statement).bind(holder).bind(me).bind(lease).fetch_all(tx).await?;
        let mut standings = Self { alive: None, to_record: false, is_ample: false };
        for (id, address, superseded, alive, ample) in rows {
            if id == me {
                standings.is_ample = ample;
            } else if alive {
                standings.alive = Some(sql::owner((id, address))?);
            } else {
                standings.to_record = !superseded;
            }
        }
        Ok(standings)
    }
}

/// Answers with the holder if its lease runs. Otherwise records that others take its boards, and sees to the caller's
/// lease. Looks first and locks only to write, so that a service which takes many boards does not queue at its own row.
///
/// The record and a renewal of the same moment exclude each other by the row's lock: whichever commits first is seen by
/// the other.
async fn settle_services(
    tx: &mut PgConnection,
    holder: Option<&str>,
    owner: &Owner,
    lease: i64,
) -> Result<Option<Owner>, Error> {
    let seen = Standings::look(tx, standings!(""), holder, owner, lease).await?;
    if seen.alive.is_some() || (seen.is_ample && !seen.to_record) {
        return Ok(seen.alive);
    }
    let locked = Standings::look(tx, standings!(" FOR NO KEY UPDATE"), holder, owner, lease).await?;
    if locked.alive.is_some() {
        return Ok(locked.alive);
    }
    if locked.to_record {
        let record = sqlx::query("UPDATE services SET superseded = TRUE WHERE id = $1").bind(holder);
        record.execute(&mut *tx).await?;
    }
    if !locked.is_ample {
        grant_lease(tx, owner, lease).await?;
    }
    Ok(None)
}

/// Lets the caller's lease run anew. What `renew` has to report stays recorded.
async fn grant_lease(tx: &mut PgConnection, owner: &Owner, lease: i64) -> Result<(), Error> {
    let upsert = concat!(
        "INSERT INTO services (id, address, expires_at) VALUES ($1, $2, ",
        now!(),
        " + $3) ON CONFLICT (id) DO UPDATE SET address = excluded.address, expires_at = excluded.expires_at"
    );
    sqlx::query(upsert).bind(owner.service.as_str()).bind(&owner.address).bind(lease).execute(tx).await?;
    Ok(())
}

/// Makes a service a member and ends the lease of earlier ones with its address.
pub(super) async fn join_service(tx: &mut PgConnection, owner: &Owner, lease_ms: u64) -> Result<(), Error> {
    let end = concat!(
        "WITH former AS MATERIALIZED (",
        "SELECT id FROM services WHERE address = $1 OR id = $2 ORDER BY id FOR NO KEY UPDATE",
        ") UPDATE services SET expires_at = least(expires_at, ",
        now!(),
        ") FROM former WHERE services.id = former.id"
    );
    sqlx::query(end).bind(&owner.address).bind(owner.service.as_str()).execute(&mut *tx).await?;
    let forget = concat!(
        "DELETE FROM services WHERE expires_at < ",
        now!(),
        " - $1 AND NOT EXISTS (SELECT 1 FROM boards WHERE owner_service = services.id)"
    );
    sqlx::query(forget).bind(sql::FORGET_SERVICE_AFTER_MS).execute(&mut *tx).await?;
    grant_lease(tx, owner, sql::lease(lease_ms)).await?;
    sqlx::query("UPDATE services SET superseded = FALSE WHERE id = $1")
        .bind(owner.service.as_str())
        .execute(&mut *tx)
        .await?;
    Ok(())
}
