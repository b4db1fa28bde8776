//! Who may come in: a board's links, its name, and word of what changed about them. Must not know any engine.
//!
//! Every engine does the same to change a link: it locks the board, reads its links, asks [`decide`] and writes what that
//! says, in one transaction. So the rules stand here once, and two owners who change links at the same moment meet them
//! one after the other.

use std::fmt;

use async_trait::async_trait;
use protocol::limits::{MAX_LINKS_PER_BOARD, MAX_PERSONAL_LINKS};
use protocol::{BoardId, Role, SecretHash};

use crate::{Error, NewLink};

/// A password as it is stored: the text of a salted hash (PHC string format). The store never sees a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

/// What an owner says of a link besides its role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkSettings {
    /// For people to tell links apart; may be empty. The caller has checked its length.
    pub label: String,
    /// From when on it opens nothing: milliseconds since 1970 by the store's clock.
    pub expires_at_ms: Option<u64>,
    /// What has to be known besides the secret.
    pub password: Option<PasswordHash>,
}

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// Hash of its secret.
    pub secret_hash: SecretHash,
    /// What its holder may do.
    pub role: Role,
    /// What its owner says of it.
    pub settings: LinkSettings,
    /// When it was made: milliseconds since 1970.
    pub created_at_ms: u64,
    /// When it was withdrawn. A withdrawn link stays known, so that its holders are told why.
    pub revoked_at_ms: Option<u64>,
}

/// A secret of somebody's own for a link, see [`LinkEdit::Unlock`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonalLink {
    /// The link, whose role, expiry and end it has.
    pub link: SecretHash,
    /// Hash of the secret.
    pub secret_hash: SecretHash,
    /// When it was given: milliseconds since 1970.
    pub created_at_ms: u64,
}

/// What an open link gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The link. Of a personal link, the one it came from.
    pub link: SecretHash,
    /// What its holder may do.
    pub role: Role,
    /// How long it still holds, in milliseconds; for ever where absent.
    pub expires_in_ms: Option<u64>,
}

/// What a link's secret opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkLookup {
    /// There is no such board.
    UnknownBoard,
    /// The board has no link with this secret.
    NoSuchLink,
    /// The link was withdrawn.
    Revoked,
    /// The link's time is over.
    Expired,
    /// The link wants a password. Who knows it is given a personal link, see [`LinkEdit::Unlock`].
    Locked(PasswordHash),
    /// The link holds.
    Open(Grant),
}

/// A change to the links of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEdit {
    /// A new link.
    Create(NewLink, LinkSettings),
    /// Another role or other settings for a link; its secret stays. Its personal links follow, and end where it has a
    /// new password or none any more.
    Change {
        /// The link.
        link: SecretHash,
        /// What its holder may do from now on.
        role: Role,
        /// What holds from now on.
        settings: LinkSettings,
    },
    /// The same link under another secret; the present one is withdrawn.
    Rotate {
        /// The link.
        link: SecretHash,
        /// The new secret.
        secret: SecretHash,
    },
    /// Withdraws a link, and its personal ones, for good. A second time changes nothing.
    Revoke(SecretHash),
    /// Gives somebody who knew the password of a link a secret of their own for it: a *personal link*, which has the
    /// role, expiry and end of that link and asks for no password. The oldest make room beyond `MAX_PERSONAL_LINKS`.
    Unlock {
        /// The link.
        link: SecretHash,
        /// Hash of the new secret.
        personal: SecretHash,
    },
}

/// Boards whose links, name or bin changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChanges {
    /// The store's clock when it looked: milliseconds since 1970.
    pub now_ms: u64,
    /// The boards, in no order.
    pub boards: Vec<BoardId>,
}

/// The part of a store that says who may come in. [`Storage`](crate::Storage) tells how calls fail and are repeated.
#[async_trait]
pub trait Access: Send + Sync + 'static {
    /// Looks up what a secret opens; also of a board in the bin, whose owner may take it out again.
    async fn link(&self, board: &BoardId, secret: &SecretHash) -> Result<LinkLookup, Error>;

    /// The links of a board that were not withdrawn, oldest first; expired ones with them, personal ones not.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board.
    async fn links(&self, board: &BoardId) -> Result<Vec<LinkRecord>, Error>;

    /// Changes the links of a board.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board or link, [`Error::Full`] where the board has as many links as it may,
    /// [`Error::Conflict`] where the secret is taken or no owner's link would be left that lasts and needs no password.
    async fn edit_link(&self, board: &BoardId, edit: LinkEdit) -> Result<(), Error>;

    /// Gives a board another name. The caller has checked its length.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown board, [`Error::Conflict`] for a title with a NUL.
    async fn rename_board(&self, board: &BoardId, title: &str) -> Result<(), Error>;

    /// The boards whose links, name or bin changed at `since_ms` or later by the store's clock; none for `None`, which
    /// only asks for the time. A change becomes visible up to a few seconds after its time: look back that far.
    async fn access_changes(&self, since_ms: Option<u64>) -> Result<AccessChanges, Error>;
}

/// What is to be written for a [`LinkEdit`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LinkWrites {
    /// Links to be put in the place of those with the same secret, or added.
    pub(crate) put: Vec<LinkRecord>,
    /// Links whose personal ones end.
    pub(crate) forget_personal: Option<SecretHash>,
    /// A personal link to be added: the link, and the new secret.
    pub(crate) personal: Option<(SecretHash, SecretHash)>,
}

/// The rules of links. `links` are all of the board, withdrawn ones too, personal ones not; `now_ms` is the store's clock.
pub(crate) fn decide(links: &[LinkRecord], edit: LinkEdit, now_ms: u64) -> Result<LinkWrites, Error> {
    let find = |secret: &SecretHash| links.iter().find(|link| link.secret_hash == *secret).ok_or(Error::NotFound);
    let find_live = |secret: &SecretHash| {
        find(secret).and_then(|link| if link.revoked_at_ms.is_some() { Err(Error::NotFound) } else { Ok(link) })
    };
    let is_new = |secret: &SecretHash| if find(secret).is_err() { Ok(()) } else { Err(Error::Conflict) };
    let mut writes = LinkWrites::default();
    match edit {
        LinkEdit::Create(link, settings) => {
            if links.iter().filter(|link| link.revoked_at_ms.is_none()).count() >= MAX_LINKS_PER_BOARD {
                return Err(Error::Full);
            }
            is_new(&link.secret_hash)?;
            let (secret_hash, role) = (link.secret_hash, link.role);
            writes.put.push(LinkRecord { secret_hash, role, settings, created_at_ms: now_ms, revoked_at_ms: None });
        }
        LinkEdit::Change { link, role, settings } => {
            let former = find_live(&link)?;
            writes.forget_personal = (former.settings.password != settings.password).then_some(link);
            writes.put.push(LinkRecord { role, settings, ..former.clone() });
        }
        LinkEdit::Rotate { link, secret } => {
            is_new(&secret)?;
            let former = find_live(&link)?;
            writes.forget_personal = Some(link);
            writes.put.push(LinkRecord { revoked_at_ms: Some(now_ms), ..former.clone() });
            writes.put.push(LinkRecord { secret_hash: secret, ..former.clone() });
        }
        LinkEdit::Revoke(link) => {
            writes.forget_personal = Some(link);
            let former = find(&link)?;
            let revoked_at_ms = former.revoked_at_ms.or(Some(now_ms));
            writes.put.push(LinkRecord { revoked_at_ms, ..former.clone() });
        }
        LinkEdit::Unlock { link, personal } => {
            is_new(&personal)?;
            find_live(&link)?;
            writes.personal = Some((link, personal));
        }
    }
    if writes.settings_fit() && writes.leave_an_owner(links) { Ok(writes) } else { Err(Error::Conflict) }
}

impl LinkWrites {
    /// Postgres keeps no NUL in a text.
    fn settings_fit(&self) -> bool {
        self.put.iter().all(|link| !link.settings.label.contains('\0'))
    }

    /// A board whose last owner's link ends could be managed by nobody.
    fn leave_an_owner(&self, links: &[LinkRecord]) -> bool {
        let keeps = |link: &LinkRecord| {
            link.role == Role::Owner
                && link.revoked_at_ms.is_none()
                && link.settings.expires_at_ms.is_none()
                && link.settings.password.is_none()
        };
        let untouched = |link: &LinkRecord| !self.put.iter().any(|put| put.secret_hash == link.secret_hash);
        let had_one = links.iter().any(keeps);
        !had_one || self.put.iter().any(keeps) || links.iter().any(|link| keeps(link) && untouched(link))
    }
}

impl LinkRecord {
    /// What this link opens at a moment, for its own secret or for a personal one of it.
    pub(crate) fn opens(&self, now_ms: u64, is_personal: bool) -> LinkLookup {
        let expires_in_ms = self.settings.expires_at_ms.map(|at_ms| at_ms.saturating_sub(now_ms));
        match &self.settings.password {
            _ if self.revoked_at_ms.is_some() => LinkLookup::Revoked,
            _ if expires_in_ms == Some(0) => LinkLookup::Expired,
            Some(password) if !is_personal => LinkLookup::Locked(password.clone()),
            _ => LinkLookup::Open(Grant { link: self.secret_hash, role: self.role, expires_in_ms }),
        }
    }
}

impl NewLink {
    /// One of the links that a board is made with.
    pub(crate) fn first(self, now_ms: u64) -> LinkRecord {
        let Self { role, secret_hash } = self;
        LinkRecord { secret_hash, role, settings: LinkSettings::default(), created_at_ms: now_ms, revoked_at_ms: None }
    }
}

/// How many of a link's personal ones must go before one is added.
pub(crate) fn personal_surplus(present: usize) -> usize {
    (present + 1).saturating_sub(MAX_PERSONAL_LINKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(fill: u8) -> SecretHash {
        SecretHash([fill; 32])
    }

    fn link(fill: u8, role: Role) -> LinkRecord {
        LinkRecord {
            secret_hash: secret(fill),
            role,
            settings: LinkSettings::default(),
            created_at_ms: 1,
            revoked_at_ms: None,
        }
    }

    #[test]
    fn the_last_owner_cannot_be_locked_out() {
        let links = [link(1, Role::Owner), link(2, Role::Edit)];
        let change = |role, settings| LinkEdit::Change { link: secret(1), role, settings };
        let expiring = LinkSettings { expires_at_ms: Some(9), ..LinkSettings::default() };
        let locked = LinkSettings { password: Some(PasswordHash("h".to_owned())), ..LinkSettings::default() };
        for edit in [
            LinkEdit::Revoke(secret(1)),
            change(Role::Edit, LinkSettings::default()),
            change(Role::Owner, expiring),
            change(Role::Owner, locked),
        ] {
            assert!(matches!(decide(&links, edit.clone(), 5), Err(Error::Conflict)), "{edit:?}");
            let with_another = [&links[..], &[link(3, Role::Owner)]].concat();
            assert!(decide(&with_another, edit.clone(), 5).is_ok(), "{edit:?}");
        }
        assert!(decide(&links, LinkEdit::Rotate { link: secret(1), secret: secret(9) }, 5).is_ok());
        assert!(decide(&links, LinkEdit::Revoke(secret(2)), 5).is_ok());
    }

    #[test]
    fn withdrawn_links_do_not_count_and_cannot_be_changed() {
        let mut links: Vec<LinkRecord> =
            (0..MAX_LINKS_PER_BOARD).map(|fill| link(u8::try_from(fill).expect("few"), Role::View)).collect();
        let new = |fill| NewLink { role: Role::Edit, secret_hash: secret(fill) };
        let create = LinkEdit::Create(new(200), LinkSettings::default());
        assert!(matches!(decide(&links, create.clone(), 5), Err(Error::Full)));
        links[3].revoked_at_ms = Some(4);
        assert!(decide(&links, create, 5).is_ok());
        let taken = LinkEdit::Create(new(3), LinkSettings::default());
        assert!(matches!(decide(&links, taken, 5), Err(Error::Conflict)));
        for edit in [
            LinkEdit::Unlock { link: secret(3), personal: secret(201) },
            LinkEdit::Rotate { link: secret(3), secret: secret(201) },
            LinkEdit::Change { link: secret(3), role: Role::View, settings: LinkSettings::default() },
        ] {
            assert!(matches!(decide(&links, edit, 5), Err(Error::NotFound)));
        }
    }

    #[test]
    fn personal_links_end_with_a_new_secret_or_password() {
        let links = [link(1, Role::Owner), link(2, Role::View)];
        let change = |password: Option<&str>, label: &str| LinkEdit::Change {
            link: secret(2),
            role: Role::Edit,
            settings: LinkSettings {
                label: label.to_owned(),
                expires_at_ms: None,
                password: password.map(|text| PasswordHash(text.to_owned())),
            },
        };
        let ended = |edit| decide(&links, edit, 5).map(|writes| writes.forget_personal);
        assert!(matches!(ended(change(None, "new label")), Ok(None)));
        assert!(matches!(ended(change(Some("p"), "")), Ok(Some(link)) if link == secret(2)));
        assert!(matches!(ended(LinkEdit::Rotate { link: secret(2), secret: secret(3) }), Ok(Some(_))));
        assert_eq!(personal_surplus(MAX_PERSONAL_LINKS), 1);
        assert_eq!(personal_surplus(0), 0);
    }
}
