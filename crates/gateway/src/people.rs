//! `/api/boards/{id}/people`: who is on a board beside the link they came by, for its owner, and locking one of them out.
//!
//! A person is a secret that their browser made and sends along; only its hash is stored, and only that is told
//! (`docs/decisions/0032-people.md`). It must not know presence.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::limits::{MAX_AUTHOR_CHARS, MAX_SHOWN_PEOPLE};
use protocol::visitors::Visitor;
use protocol::{
    BoardId, ErrorCode, LinkSecret, LockPerson, LockedPersonView, PeopleList, PersonView, Role, SecretHash,
    ShownPeople, ShownPerson, SignedInPeople,
};

use crate::admission::{Admission, hash};
use crate::api_schema;
use crate::app::Shared;
use crate::asking;
use crate::boards::one_line;
use crate::problem::ApiError;
use crate::session::is_called;

/// The header in which a browser says whose it is.
pub const HEADER: &str = "boardwalk-person";

/// Who sent a request, if it says so.
#[must_use]
pub fn sender(headers: &HeaderMap) -> Option<SecretHash> {
    headers.get(HEADER).and_then(|value| value.to_str().ok()).and_then(person)
}

/// A person, by the secret that they show.
#[must_use]
pub fn person(secret: &str) -> Option<SecretHash> {
    secret.parse::<LinkSecret>().ok().map(|secret| hash(&secret))
}

/// Middleware: whoever is locked out of a board gets nothing of it, by whatever key.
pub async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let board = request.uri().path().strip_prefix("/api/boards/").and_then(|rest| rest.split('/').next()?.parse().ok());
    if let (Some(board), Some(person)) = (board, sender(request.headers())) {
        match check(&shared, &board, &person).await {
            Ok(()) => {}
            Err(error) => return error.into_response(),
        }
    }
    next.run(request).await
}

/// Whether somebody may be on a board.
///
/// # Errors
/// `LockedOut`, or the store does not answer.
pub async fn check(shared: &Shared, board: &BoardId, person: &SecretHash) -> Result<(), ApiError> {
    if shared.storage.is_locked(board, person).await? { Err(ErrorCode::LockedOut.into()) } else { Ok(()) }
}

/// Who is on the board, and who is locked out.
#[utoipa::path(
    get, path = "/api/boards/{id}/people", tag = "people",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and an owner's key")),
    responses(
        (status = 200, description = "The people", body = api_schema::PeopleList),
        (status = "4XX", description = "forbidden, unknown-board, wrong-key, locked-out, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(shared): State<Shared>,
    admission: Admission,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let admission = admission.only(is_owner)?;
    let own = sender(&headers);
    let locked = shared.storage.locked_people(admission.board()).await?;
    let here = visitors(&shared, admission.board()).await.into_iter();
    // Who is locked out is being sent away, and is not here any more.
    let here = here.filter(|visitor| locked.iter().all(|locked| visitor.person.as_ref() != Some(&locked.person)));
    let here = here.map(|visitor| PersonView {
        is_you: own.is_some() && visitor.person == own,
        person: visitor.person.map(|person| text(&person)),
        role: visitor.role,
        link: visitor.link,
        clients: visitor.clients.iter().map(u64::to_string).collect(),
        account: visitor.account,
    });
    let here = here.fold(Vec::new(), with_visitor);
    let locked = locked.into_iter().map(|locked| LockedPersonView {
        person: text(&locked.person),
        name: locked.name,
        locked_at_ms: i64::try_from(locked.locked_at_ms).unwrap_or(i64::MAX),
    });
    let people = PeopleList { here, locked: locked.collect() };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(people)).into_response())
}

/// Which of the people that the one that asks sees are signed in under the names that they show. Nobody is told a name.
#[utoipa::path(
    post, path = "/api/boards/{id}/people/signed-in", tag = "people",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and a link's key")),
    request_body = api_schema::ShownPeople,
    responses(
        (status = 200, description = "Those who are", body = api_schema::SignedInPeople),
        (status = "4XX", description = "unknown-board, wrong-key, locked-out, revoked or expired; malformed, too-large", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn signed_in(
    State(shared): State<Shared>,
    admission: Admission,
    Json(ShownPeople { people }): Json<ShownPeople>,
) -> Result<Response, ApiError> {
    if people.len() > MAX_SHOWN_PEOPLE {
        return Err(ErrorCode::TooLarge.into());
    }
    let here = match shared.sign_in {
        Some(_) => visitors(&shared, admission.board()).await,
        None => Vec::new(),
    };
    let accounts: HashMap<String, &str> = here
        .iter()
        .filter_map(|visitor| Some((visitor, visitor.account.as_deref()?)))
        .flat_map(|(visitor, account)| visitor.clients.iter().map(move |client| (client.to_string(), account)))
        .collect();
    let is_signed_in =
        |shown: &ShownPerson| accounts.get(&shown.client).is_some_and(|account| is_called(account, &shown.name));
    let clients = people.into_iter().filter(is_signed_in).map(|shown| shown.client).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(SignedInPeople { clients })).into_response())
}

/// Locks somebody out: whatever their browser has open of the board is closed, and nothing opens any more.
#[utoipa::path(
    put, path = "/api/boards/{id}/people/{person}/lock", tag = "people",
    params(
        ("id" = String, Path, description = "The board"),
        ("person" = String, Path, description = "As the list names them"),
        ("authorization" = String, Header, description = "`Bearer` and an owner's key"),
    ),
    request_body = api_schema::LockPerson,
    responses(
        (status = 204, description = "They are locked out"),
        (status = "4XX", description = "as for the list; malformed, too-large; last-owner for oneself", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn lock(
    State(shared): State<Shared>,
    admission: Admission,
    Path((_, who)): Path<(String, String)>,
    headers: HeaderMap,
    Json(wish): Json<LockPerson>,
) -> Result<StatusCode, ApiError> {
    let admission = admission.only(is_owner)?;
    let who = named(&who)?;
    if sender(&headers) == Some(who) {
        return Err(ErrorCode::LastOwner.into());
    }
    let name = one_line(&wish.name, MAX_AUTHOR_CHARS)?;
    shared.storage.lock_person(admission.board(), &who, &name).await?;
    tracing::info!(board_id = %admission.board(), "somebody was locked out");
    shared.recheck(admission.board()).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody in again.
#[utoipa::path(
    delete, path = "/api/boards/{id}/people/{person}/lock", tag = "people",
    params(
        ("id" = String, Path, description = "The board"),
        ("person" = String, Path, description = "As the list names them"),
        ("authorization" = String, Header, description = "`Bearer` and an owner's key"),
    ),
    responses(
        (status = 204, description = "They may come in again"),
        (status = "4XX", description = "as for the list; unknown-person", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn unlock(
    State(shared): State<Shared>,
    admission: Admission,
    Path((_, who)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let admission = admission.only(is_owner)?;
    match shared.storage.unlock_person(admission.board(), &named(&who)?).await {
        Err(storage::Error::NotFound) => Err(ErrorCode::UnknownPerson.into()),
        unlocked => Ok(unlocked.map(|()| StatusCode::NO_CONTENT)?),
    }
}

/// Who is on a board: those of this gateway as it knows them, and those behind others as the board's service does.
async fn visitors(shared: &Shared, board: &BoardId) -> Vec<Visitor> {
    let mut here = shared.hubs.get(board).map(|hub| hub.visitors()).unwrap_or_default();
    match asking::visitors(shared.storage.as_ref(), &shared.directory, board).await {
        Ok(all) => here.extend(all.into_iter().filter(|visitor| visitor.gateway != shared.hubs.gateway())),
        Err(code) => {
            tracing::warn!(code = code.id(), board_id = %board, "who is here through other gateways is not known")
        }
    }
    here
}

/// One visitor more: two windows of one browser that came by the same link are one person.
fn with_visitor(mut here: Vec<PersonView>, visitor: PersonView) -> Vec<PersonView> {
    let is_same =
        |other: &PersonView| other.person.is_some() && (&other.person, &other.link) == (&visitor.person, &visitor.link);
    match here.iter_mut().find(|other| is_same(other)) {
        Some(known) => {
            known.clients.extend(visitor.clients);
            known.account = known.account.take().or(visitor.account);
        }
        None => here.push(visitor),
    }
    here
}

fn is_owner(role: Role) -> bool {
    role == Role::Owner
}

/// A hash of 240 random bits says nothing about them.
fn text(person: &SecretHash) -> String {
    person.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named(text: &str) -> Result<SecretHash, ErrorCode> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ErrorCode::UnknownPerson);
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| ErrorCode::UnknownPerson)?;
    }
    Ok(SecretHash(hash))
}

#[cfg(test)]
mod tests {
    use protocol::LinkId;

    use super::*;

    #[test]
    fn two_windows_of_one_browser_are_one_person() {
        let visitor = |person: Option<&str>, link: u8, client: &str| PersonView {
            is_you: false,
            person: person.map(str::to_owned),
            role: Role::Edit,
            link: LinkId::from_random([link; 12]),
            clients: vec![client.to_owned()],
            account: None,
        };
        let visitors = [
            visitor(Some("ada"), 1, "1"),
            visitor(Some("ada"), 1, "2"),
            visitor(Some("ada"), 2, "3"),
            visitor(Some("bo"), 1, "4"),
            visitor(None, 1, "5"),
            visitor(None, 1, "6"),
        ];
        let clients: Vec<Vec<String>> =
            visitors.into_iter().fold(Vec::new(), with_visitor).into_iter().map(|person| person.clients).collect();
        assert_eq!(clients, [vec!["1", "2"], vec!["3"], vec!["4"], vec!["5"], vec!["6"]]);
    }

    #[test]
    fn people_are_named_by_a_hash() {
        let who = SecretHash([0xa5; 32]);
        assert_eq!(named(&text(&who)), Ok(who));
        for wrong in ["", "a5", &"zz".repeat(32), &"é".repeat(32), &"+f".repeat(32)] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
        assert_eq!(person("short"), None);
        assert_ne!(person(&"k".repeat(40)), None);
    }
}
