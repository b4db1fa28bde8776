//! Has people who are on a board feel what changes about who may come in: within a second and a bit, on every gateway.
//!
//! Each gateway asks the store for the boards that changed and looks again with what right its own people are on them. A
//! changed role closes with a transient code: the browser joins again and is told its new role. It must not know sockets.

use std::collections::{HashMap, HashSet};
use std::sync::Weak;

use protocol::{ErrorCode, SecretHash};
use storage::{Grant, Storage};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::admission::granted;
use crate::app::Endpoints;
use crate::hub::{Hub, Ticket};
use crate::limits::{ACCESS_INTERVAL, ACCESS_LOOK_BACK};

/// Follows the store for as long as the gateway lives.
pub async fn follow(gateway: Weak<Endpoints>) {
    let mut ticks = interval(ACCESS_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut since_ms = None;
    loop {
        ticks.tick().await;
        let Some(gateway) = gateway.upgrade() else { return };
        let now = Instant::now();
        let open = gateway.hubs.all();
        open.iter().for_each(|hub| hub.close_expired(now));
        // A board opened after this question was admitted by what the store said then.
        match gateway.storage.access_changes(since_ms).await {
            Ok(changes) => {
                let look_back_ms = u64::try_from(ACCESS_LOOK_BACK.as_millis()).unwrap_or(u64::MAX);
                since_ms = Some(changes.now_ms.saturating_sub(look_back_ms));
                for board in &changes.boards {
                    gateway.recheck(board).await;
                }
            }
            Err(error) => tracing::debug!(%error, "the store did not say who may come in"),
        }
    }
}

/// Looks again with what right everybody is on a board.
///
/// # Errors
/// The store did not answer; whoever was not looked at stays.
pub async fn recheck(hub: &Hub, storage: &dyn Storage) -> Result<(), storage::Error> {
    let record = storage.board(hub.board()).await?;
    if record.as_ref().is_some_and(|record| record.deleted_at_ms.is_some()) {
        hub.tickets().into_iter().for_each(|(connection, _)| hub.close(connection, ErrorCode::Deleted));
        return Ok(());
    }
    let mut known: HashMap<SecretHash, Result<Grant, ErrorCode>> = HashMap::new();
    let locked: HashSet<SecretHash> =
        storage.locked_people(hub.board()).await?.into_iter().map(|locked| locked.person).collect();
    for (connection, ticket) in hub.tickets() {
        if ticket.person.is_some_and(|person| locked.contains(&person)) {
            hub.close(connection, ErrorCode::LockedOut);
            continue;
        }
        let grant = match known.get(&ticket.secret) {
            Some(grant) => *grant,
            None => {
                let grant = granted(storage.link(hub.board(), &ticket.secret).await?);
                known.insert(ticket.secret, grant);
                grant
            }
        };
        match judge(&ticket, grant) {
            Ok(grant) => {
                let left = grant.expires_in_ms.map(std::time::Duration::from_millis);
                hub.prolong(connection, left.and_then(|left| Instant::now().checked_add(left)));
                if let Some(record) = record.as_ref().filter(|record| record.title != ticket.title) {
                    hub.rename_for(connection, &record.title);
                }
            }
            Err(code) => hub.close(connection, code),
        }
    }
    Ok(())
}

/// Whether somebody may stay as they are, or with which code they are closed.
fn judge(ticket: &Ticket, grant: Result<Grant, ErrorCode>) -> Result<Grant, ErrorCode> {
    let grant = grant.map_err(|code| match code {
        // A personal key that ended with its link's password: whoever has the link may ask for another.
        ErrorCode::WrongKey => ErrorCode::Revoked,
        other => other,
    })?;
    if grant.role == ticket.role { Ok(grant) } else { Err(ErrorCode::Resync) }
}

#[cfg(test)]
mod tests {
    use protocol::Role;
    use protocol::lane::Dialect;

    use super::*;
    use crate::admission::Admission;

    #[test]
    fn people_stay_only_with_the_role_they_came_with() {
        let secret = SecretHash([1; 32]);
        let ticket = Ticket { link: secret, ..Ticket::new(&Admission::for_test(Role::Edit), Dialect::Boardwalk) };
        let grant = |role| Grant { link: secret, role, expires_in_ms: None };
        for (found, expected) in [
            (Ok(grant(Role::Edit)), Ok(grant(Role::Edit))),
            (Ok(grant(Role::View)), Err(ErrorCode::Resync)),
            (Ok(grant(Role::Owner)), Err(ErrorCode::Resync)),
            (Err(ErrorCode::Revoked), Err(ErrorCode::Revoked)),
            (Err(ErrorCode::WrongKey), Err(ErrorCode::Revoked)),
            (Err(ErrorCode::Locked), Err(ErrorCode::Locked)),
            (Err(ErrorCode::UnknownBoard), Err(ErrorCode::UnknownBoard)),
        ] {
            assert_eq!(judge(&ticket, found), expected, "{found:?}");
        }
    }
}
