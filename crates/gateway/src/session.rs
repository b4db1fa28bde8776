//! Who is signed in: `/api/session`, and the cookie behind it. Whoever holds a [`Session`] has shown the cookie of one that
//! is not over, from a page of this server; there is no other way to one. It must not know how people sign in.

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::limits::MAX_NAME_CHARS;
use protocol::{BoardId, ErrorCode, LinkSecret, OwnBoard, OwnBoardList, Role, SecretHash, SessionView, UnlockedLink};
use storage::{AccountRecord, LinkEdit, LinkLookup, LinkRecord};

use crate::admission::hash;
use crate::app::Shared;
use crate::limits::MAX_OWN_BOARDS;
use crate::problem::ApiError;
use crate::{api_schema, origin, random};

/// The cookies of signing in. Both are for the server alone, and never sent along with what another site's page posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// Of somebody who is signed in.
    Session,
    /// Of somebody who is at the provider's page.
    SignIn,
}

impl Cookie {
    /// Under `__Host-` browsers take it only over https, for this host alone and from nobody but this host.
    fn name(self, is_secure: bool) -> &'static str {
        match (self, is_secure) {
            (Self::Session, true) => "__Host-boardwalk-session",
            (Self::Session, false) => "boardwalk-session",
            (Self::SignIn, true) => "__Host-boardwalk-sign-in",
            (Self::SignIn, false) => "boardwalk-sign-in",
        }
    }

    /// The value of `Set-Cookie`. The cookie's own is of the base64url alphabet.
    #[must_use]
    pub fn set(self, is_secure: bool, value: &str, lasts: Duration) -> HeaderValue {
        let (name, secure) = (self.name(is_secure), if is_secure { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}", lasts.as_secs());
        let mut header = HeaderValue::from_str(&text).expect("the alphabet of base64url is a header value");
        header.set_sensitive(true);
        header
    }

    /// The value of `Set-Cookie` that ends it.
    #[must_use]
    pub fn forget(self, is_secure: bool) -> HeaderValue {
        self.set(is_secure, "", Duration::ZERO)
    }

    /// Its value, as the browser shows it.
    #[must_use]
    pub fn of(self, is_secure: bool, headers: &HeaderMap) -> Option<String> {
        let shown = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = shown.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| name.trim() == self.name(is_secure)).map(|(_, value)| value.trim().to_owned())
    }
}

/// Proof that somebody is signed in. There is no other way to one.
#[derive(Debug, Clone)]
pub struct Session {
    secret: SecretHash,
    account: AccountRecord,
}

impl Session {
    /// Whose request it is, if somebody's. A cookie that comes along with another origin's page says nothing.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn of(shared: &Shared, headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        let Some(sign_in) = &shared.sign_in else { return Ok(None) };
        if !origin::is_ours(headers, shared.public_url.as_deref()) {
            return Ok(None);
        }
        let shown = Cookie::Session.of(sign_in.is_secure(), headers);
        let Some(secret) = shown.and_then(|value| value.parse::<LinkSecret>().ok()) else { return Ok(None) };
        let secret = hash(&secret);
        Ok(shared.storage.session(&secret).await?.map(|account| Self { secret, account }))
    }

    /// Hash of its cookie.
    #[must_use]
    pub fn secret(&self) -> &SecretHash {
        &self.secret
    }
}

impl FromRequestParts<Shared> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        if shared.sign_in.is_none() {
            return Err(ErrorCode::NoSignIn.into());
        }
        Ok(Self::of(shared, &parts.headers).await?.ok_or(ErrorCode::SignInNeeded)?)
    }
}

/// Who is signed in here.
#[utoipa::path(
    get, path = "/api/session", tag = "session",
    responses(
        (status = 200, description = "Whoever the cookie says, if anybody", body = api_schema::SessionView),
        (status = "4XX", description = "no-sign-in or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn view(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    shared.sign_in.as_ref().ok_or(ErrorCode::NoSignIn)?;
    let session = Session::of(&shared, &headers).await?;
    Ok(private(StatusCode::OK, Json(SessionView { name: session.map(|session| session.account.name) })))
}

/// The boards of whoever is signed in, also those in the bin, newest first.
#[utoipa::path(
    get, path = "/api/session/boards", tag = "session",
    responses(
        (status = 200, description = "At most 1,000", body = api_schema::OwnBoardList),
        (status = "4XX", description = "sign-in-needed, no-sign-in or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn boards(State(shared): State<Shared>, session: Session) -> Result<Response, ApiError> {
    let moment = |moment_ms: u64| i64::try_from(moment_ms).unwrap_or(i64::MAX);
    let boards =
        shared.storage.boards_of(&session.account.id, MAX_OWN_BOARDS).await?.into_iter().map(|board| OwnBoard {
            id: board.id,
            title: board.title,
            created_at_ms: moment(board.created_at_ms),
            deleted_at_ms: board.deleted_at_ms.map(moment),
        });
    Ok(private(StatusCode::OK, Json(OwnBoardList { boards: boards.collect() })))
}

/// A key of one's own, with an owner's rights, for a board that is one's own: on another device, or where the link was
/// lost. It belongs to an owner's link and ends with it; then another one can be had.
#[utoipa::path(
    post, path = "/api/session/boards/{id}/key", tag = "session",
    params(("id" = String, Path, description = "The board")),
    responses(
        (status = 201, description = "The key", body = api_schema::UnlockedLink),
        (status = "4XX", description = "unknown-board for one that is not one's own, sign-in-needed, no-sign-in or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn key(
    State(shared): State<Shared>,
    session: Session,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let board: BoardId = path.get("id").and_then(|id| id.parse().ok()).ok_or(ErrorCode::UnknownBoard)?;
    let account = shared.storage.account_of(&board).await?;
    if account.is_none_or(|account| account.id != session.account.id) {
        return Err(ErrorCode::UnknownBoard.into());
    }
    let lasts = |link: &LinkRecord| {
        let settings = &link.settings;
        link.role == Role::Owner && settings.expires_at_ms.is_none() && settings.password.is_none()
    };
    let links = shared.storage.links(&board).await?;
    // The store keeps one such link for every board.
    let link = links.iter().find(|link| lasts(link)).ok_or(ErrorCode::Unavailable)?.secret_hash;
    let key = LinkSecret::from_random(random::bytes());
    let personal = hash(&key);
    match shared.storage.edit_link(&board, LinkEdit::Unlock { link, personal }).await {
        // Between two questions it was withdrawn.
        Err(storage::Error::NotFound | storage::Error::Conflict) => return Err(ErrorCode::Unavailable.into()),
        made => made?,
    }
    match shared.storage.link(&board, &personal).await? {
        LinkLookup::Open(grant) => Ok(private(StatusCode::CREATED, Json(UnlockedLink { role: grant.role, key }))),
        _ => Err(ErrorCode::Unavailable.into()),
    }
}

/// Makes a board that was just made the account's, where its maker is signed in.
///
/// # Errors
/// The store does not answer.
pub async fn own(shared: &Shared, board: &BoardId, maker: Option<&Session>) -> Result<(), ApiError> {
    match maker {
        Some(session) => Ok(shared.storage.give_board(board, &session.account).await?),
        None => Ok(()),
    }
}

/// The name of whoever opens a socket, where they are signed in. Nobody is kept out since that cannot be told.
pub async fn name_of(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    let session = Session::of(shared, headers).await.ok().flatten()?;
    Some(session.account.name)
}

/// Whether somebody who shows this name is called so by their provider, as far as names are shown.
#[must_use]
pub fn is_called(account: &str, shown: &str) -> bool {
    let words: Vec<&str> = account.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    !name.is_empty() && name.trim() == shown.trim()
}

fn private(status: StatusCode, body: impl IntoResponse) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_for_the_server_alone() {
        let value = "v".repeat(40);
        for (cookie, is_secure, expected) in [
            (Cookie::Session, true, "__Host-boardwalk-session=V; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"),
            (Cookie::Session, false, "boardwalk-session=V; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"),
            (Cookie::SignIn, true, "__Host-boardwalk-sign-in=V; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"),
        ] {
            let set = cookie.set(is_secure, &value, Duration::from_secs(60));
            assert_eq!(set.to_str().expect("text"), expected.replace('V', &value));
            assert!(set.is_sensitive(), "it is not shown in Debug");
            assert!(cookie.forget(is_secure).to_str().expect("text").contains("Max-Age=0"));
        }
    }

    #[test]
    fn a_shown_name_is_an_accounts_where_it_says_the_same() {
        let long = "Ada ".repeat(20);
        for (account, shown, expected) in [
            ("Ada Lovelace", "Ada Lovelace", true),
            (" Ada  Lovelace ", "Ada Lovelace", true),
            (&long, &long[..MAX_NAME_CHARS], true),
            (&long, "Ada", false),
            ("Ada Lovelace", "ada lovelace", false),
            ("", "", false),
            (" ", "", false),
        ] {
            assert_eq!(is_called(account, shown), expected, "{account:?} {shown:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        for (shown, is_secure, expected) in [
            (&["a=1; boardwalk-session=v; b=2"][..], false, Some("v")),
            (&["a=1", "boardwalk-session=v"], false, Some("v")),
            (&["boardwalk-session=v"], true, None),
            (&["__Host-boardwalk-session=v"], true, Some("v")),
            (&["__Host-boardwalk-session=v"], false, None),
            (&["xboardwalk-session=v"], false, None),
            (&["boardwalk-session"], false, None),
            (&[], false, None),
        ] {
            let mut headers = HeaderMap::new();
            for value in shown {
                headers.append(header::COOKIE, value.parse().expect("a value"));
            }
            assert_eq!(Cookie::Session.of(is_secure, &headers).as_deref(), expected, "{shown:?}");
        }
    }
}
