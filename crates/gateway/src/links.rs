//! `/api/boards/{id}/links`: what an owner does with the links of a board, and what a link's password gives.
//!
//! The rules of links stand in the store, where they hold for every gateway at once; here stands who may ask.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use protocol::limits::{MAX_LABEL_CHARS, MAX_PASSWORD_CHARS};
use protocol::{
    BoardId, ChangeLink, CreateLink, ErrorCode, LinkDescription, LinkId, LinkList, LinkSecret, Role, UnlockLink,
    UnlockedLink,
};
use storage::{LinkEdit, LinkLookup, LinkRecord, LinkSettings, NewLink, PasswordHash};

use crate::admission::{Admission, Asked, hash};
use crate::app::Shared;
use crate::boards::{new_link, one_line, site};
use crate::problem::ApiError;
use crate::{api_schema, random};

/// An owner of the board, and the board's link that the path names.
#[derive(Debug)]
pub struct OwnersLink {
    board: BoardId,
    link: LinkRecord,
}

impl FromRequestParts<Shared> for OwnersLink {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let admission = Admission::from_request_parts(parts, shared).await?.only(is_owner)?;
        let path = Path::<(String, String)>::from_request_parts(parts, shared).await;
        let Path((_, link)) = path.map_err(|_| ErrorCode::Malformed)?;
        let links = shared.storage.links(admission.board()).await?;
        let is_named = |record: &LinkRecord| LinkId::of(&record.secret_hash).as_str() == link;
        let link = links.into_iter().find(is_named).ok_or(ErrorCode::UnknownLink)?;
        Ok(Self { board: admission.board().clone(), link })
    }
}

fn is_owner(role: Role) -> bool {
    role == Role::Owner
}

/// The links of a board.
#[utoipa::path(
    get, path = "/api/boards/{id}/links", tag = "links",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and an owner's key")),
    responses(
        (status = 200, description = "Those that were not withdrawn, oldest first", body = api_schema::LinkList),
        (status = "4XX", description = "forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(State(shared): State<Shared>, admission: Admission) -> Result<Response, ApiError> {
    let admission = admission.only(is_owner)?;
    let links = shared.storage.links(admission.board()).await?;
    let links = links.iter().map(|link| describe(link, &admission)).collect();
    Ok(private(StatusCode::OK, Json(LinkList { links })))
}

/// Makes a link. The answer is the only one that tells its key.
#[utoipa::path(
    post, path = "/api/boards/{id}/links", tag = "links",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and an owner's key")),
    request_body = api_schema::CreateLink,
    responses(
        (status = 201, description = "The link with its key", body = api_schema::LinkView),
        (status = "4XX", description = "malformed, too-large, too-many-links, forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn create(
    State(shared): State<Shared>,
    admission: Admission,
    uri: Uri,
    headers: HeaderMap,
    Json(wish): Json<CreateLink>,
) -> Result<Response, ApiError> {
    let admission = admission.only(is_owner)?;
    let site = site(shared.public_url.as_deref(), &uri, &headers)?;
    let settings = LinkSettings {
        label: one_line(&wish.label, MAX_LABEL_CHARS)?,
        expires_at_ms: wish.expires_at_ms.map(moment).transpose()?,
        password: password(&shared, wish.password).await?,
    };
    let link = new_link(&site, admission.board(), wish.role);
    let stored = NewLink { role: wish.role, secret_hash: hash(&link.key) };
    shared.storage.edit_link(admission.board(), LinkEdit::Create(stored, settings)).await.map_err(refusal)?;
    Ok(private(StatusCode::CREATED, Json(link)))
}

/// Changes a link. Whoever is on the board with it feels it within two seconds.
#[utoipa::path(
    patch, path = "/api/boards/{id}/links/{link}", tag = "links",
    params(("id" = String, Path, description = "The board"), ("link" = String, Path, description = "The link's id"), ("authorization" = String, Header, description = "`Bearer` and an owner's key")),
    request_body = api_schema::ChangeLink,
    responses(
        (status = 204, description = "It was changed"),
        (status = "4XX", description = "malformed, too-large, last-owner, unknown-link, forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn change(
    State(shared): State<Shared>,
    OwnersLink { board, link }: OwnersLink,
    Json(wish): Json<ChangeLink>,
) -> Result<Response, ApiError> {
    let former = link.settings;
    let settings = LinkSettings {
        label: wish.label.map_or(Ok(former.label), |label| one_line(&label, MAX_LABEL_CHARS))?,
        expires_at_ms: match wish.expires_at_ms {
            None => former.expires_at_ms,
            Some(wish) => wish.map(moment).transpose()?,
        },
        password: match wish.password {
            None => former.password,
            Some(wish) => password(&shared, wish).await?,
        },
    };
    let edit = LinkEdit::Change { link: link.secret_hash, role: wish.role.unwrap_or(link.role), settings };
    shared.storage.edit_link(&board, edit).await.map_err(refusal)?;
    shared.recheck(&board).await;
    Ok(private(StatusCode::NO_CONTENT, ()))
}

/// Withdraws a link. Whoever is on the board with it is sent away within two seconds.
#[utoipa::path(
    delete, path = "/api/boards/{id}/links/{link}", tag = "links",
    params(("id" = String, Path, description = "The board"), ("link" = String, Path, description = "The link's id"), ("authorization" = String, Header, description = "`Bearer` and an owner's key")),
    responses(
        (status = 204, description = "It was withdrawn"),
        (status = "4XX", description = "last-owner, unknown-link, forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn revoke(
    State(shared): State<Shared>,
    OwnersLink { board, link }: OwnersLink,
) -> Result<Response, ApiError> {
    shared.storage.edit_link(&board, LinkEdit::Revoke(link.secret_hash)).await.map_err(refusal)?;
    shared.recheck(&board).await;
    Ok(private(StatusCode::NO_CONTENT, ()))
}

/// Gives a link another key; the present one is withdrawn. The answer is the only one that tells the new key.
#[utoipa::path(
    post, path = "/api/boards/{id}/links/{link}/rotate", tag = "links",
    params(("id" = String, Path, description = "The board"), ("link" = String, Path, description = "The link's id"), ("authorization" = String, Header, description = "`Bearer` and an owner's key")),
    responses(
        (status = 201, description = "The link with its new key", body = api_schema::LinkView),
        (status = "4XX", description = "unknown-link, forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn rotate(
    State(shared): State<Shared>,
    OwnersLink { board, link }: OwnersLink,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let fresh = new_link(&site(shared.public_url.as_deref(), &uri, &headers)?, &board, link.role);
    let edit = LinkEdit::Rotate { link: link.secret_hash, secret: hash(&fresh.key) };
    shared.storage.edit_link(&board, edit).await.map_err(refusal)?;
    shared.recheck(&board).await;
    Ok(private(StatusCode::CREATED, Json(fresh)))
}

/// Opens a link that wants a password: gives a key of one's own, which has the link's rights for as long as the link
/// and its password stand.
#[utoipa::path(
    post, path = "/api/boards/{id}/unlock", tag = "links",
    params(("id" = String, Path, description = "The board"), ("authorization" = String, Header, description = "`Bearer` and the link's key")),
    request_body = api_schema::UnlockLink,
    responses(
        (status = 201, description = "A key of one's own", body = api_schema::UnlockedLink),
        (status = "4XX", description = "wrong-password, malformed, busy, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn unlock(
    State(shared): State<Shared>,
    asked: Asked,
    Json(wish): Json<UnlockLink>,
) -> Result<Response, ApiError> {
    let board: BoardId = asked.board.parse().map_err(|_| ErrorCode::UnknownBoard)?;
    let link = hash(&asked.secret.ok_or(ErrorCode::WrongKey)?);
    let stored = match shared.storage.link(&board, &link).await? {
        LinkLookup::Locked(stored) => stored,
        LinkLookup::Open(_) | LinkLookup::NoSuchLink => return Err(ErrorCode::WrongKey.into()),
        LinkLookup::Revoked => return Err(ErrorCode::Revoked.into()),
        LinkLookup::Expired => return Err(ErrorCode::Expired.into()),
        LinkLookup::UnknownBoard => return Err(ErrorCode::UnknownBoard.into()),
    };
    if wish.password.chars().count() > MAX_PASSWORD_CHARS {
        return Err(ErrorCode::WrongPassword.into());
    }
    shared.passwords.take_turn(link, shared.now_ms()).map_err(ApiError::busy)?;
    if !shared.passwords.verify(wish.password, stored).await? {
        return Err(ErrorCode::WrongPassword.into());
    }
    let key = LinkSecret::from_random(random::bytes());
    let personal = hash(&key);
    shared.storage.edit_link(&board, LinkEdit::Unlock { link, personal }).await.map_err(refusal)?;
    match shared.storage.link(&board, &personal).await? {
        LinkLookup::Open(grant) => Ok(private(StatusCode::CREATED, Json(UnlockedLink { role: grant.role, key }))),
        // Between two questions its owner changed the link.
        _ => Err(ErrorCode::Revoked.into()),
    }
}

fn describe(link: &LinkRecord, asked_by: &Admission) -> LinkDescription {
    LinkDescription {
        id: LinkId::of(&link.secret_hash),
        role: link.role,
        label: link.settings.label.clone(),
        created_at_ms: told(link.created_at_ms),
        expires_at_ms: link.settings.expires_at_ms.map(told),
        has_password: link.settings.password.is_some(),
        is_yours: link.secret_hash == asked_by.link(),
    }
}

fn told(moment_ms: u64) -> i64 {
    i64::try_from(moment_ms).unwrap_or(i64::MAX)
}

fn moment(told_ms: i64) -> Result<u64, ErrorCode> {
    u64::try_from(told_ms).map_err(|_| ErrorCode::Malformed)
}

/// The hash of a wished password. An empty one is none that could protect anything.
async fn password(shared: &Shared, wish: Option<String>) -> Result<Option<PasswordHash>, ApiError> {
    let Some(wish) = wish else { return Ok(None) };
    match wish.chars().count() {
        0 => Err(ErrorCode::Malformed.into()),
        1..=MAX_PASSWORD_CHARS => shared.passwords.hash(wish).await.map(Some),
        _ => Err(ErrorCode::TooLarge.into()),
    }
}

/// What the store's refusal of a change means here: text and secrets are ours and fit, so a conflict is the last owner's.
fn refusal(error: storage::Error) -> ApiError {
    match error {
        storage::Error::Conflict => ErrorCode::LastOwner.into(),
        storage::Error::Full => ErrorCode::TooManyLinks.into(),
        storage::Error::NotFound => ErrorCode::UnknownLink.into(),
        other => other.into(),
    }
}

fn private(status: StatusCode, body: impl IntoResponse) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
