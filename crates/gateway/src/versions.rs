//! `/api/boards/{id}/versions`: what a board looked like before. For those who may edit it: a version may hold what was
//! deleted on purpose before somebody was given a link to look at the board.
//!
//! Going back to a version is an edit like any other, made by the client from the version's content
//! (`docs/decisions/0020-versions.md`), so there is no route for it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use protocol::limits::{MAX_AUTHOR_CHARS, MAX_NAMED_VERSIONS, MAX_VERSION_BYTES, MAX_VERSION_NAME_CHARS};
use protocol::request::{Ask, KeptVersion};
use protocol::{CreateBoard, ErrorCode, NameVersion, Role, VersionChanges, VersionId, VersionList, VersionView};
use serde::Deserialize;
use storage::VersionRecord;

use crate::admission::{Admission, admit};
use crate::app::Shared;
use crate::key::SentKey;
use crate::problem::ApiError;
use crate::{api_schema, asking, boards};

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// Lists the versions of a board, newest first.
#[utoipa::path(
    get, path = "/api/boards/{id}/versions", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "The versions", body = api_schema::VersionList),
        (status = "4XX", description = "unknown-board, wrong-key, forbidden, deleted, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let admission = editor(&shared, &id, key).await?;
    let versions = shared.storage.versions(admission.board()).await?.into_iter().map(view).collect();
    Ok((NO_STORE, Json(VersionList { versions })).into_response())
}

/// Keeps the board as it is now, under a name.
#[utoipa::path(
    post, path = "/api/boards/{id}/versions", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    request_body = api_schema::NameVersion,
    responses(
        (status = 201, description = "The version", body = api_schema::VersionView),
        (status = "4XX", description = "as for the list; malformed or too-large, also when there are too many names", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn keep(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
    Json(body): Json<NameVersion>,
) -> Result<Response, ApiError> {
    let admission = editor(&shared, &id, key).await?;
    let (name, author) = checked(body)?;
    let named = shared.storage.versions(admission.board()).await?.iter().filter(|kept| kept.name.is_some()).count();
    if named >= MAX_NAMED_VERSIONS {
        return Err(ErrorCode::TooLarge.into());
    }
    let save = Ask::SaveVersion { name, author: author.unwrap_or_default() };
    let answer = asking::ask(&shared.directory, admission.board(), save).await?;
    let kept = KeptVersion::decode(&answer).map_err(ApiError::internal)?;
    // The service knows who has edited, and has stored it.
    let all = shared.storage.versions(admission.board()).await?;
    let kept = all.into_iter().find(|version| version.id == kept.id).ok_or(ErrorCode::UnknownVersion)?;
    Ok((StatusCode::CREATED, NO_STORE, Json(view(kept))).into_response())
}

/// The content of a version: the whole board as one Yjs update, version 1.
#[utoipa::path(
    get, path = "/api/boards/{id}/versions/{version}", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("version" = String, Path, description = "The version"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "A Yjs update", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", description = "as for the list; unknown-version", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn content(
    State(shared): State<Shared>,
    Path((id, version)): Path<(String, String)>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let admission = editor(&shared, &id, key).await?;
    let state = state(&shared, &admission, &version).await?;
    Ok((NO_STORE, [(header::CONTENT_TYPE, "application/octet-stream")], state).into_response())
}

/// `?since=`.
#[derive(Debug, Deserialize)]
pub struct SinceQuery {
    since: Option<String>,
}

/// How many shapes of a version differ from another.
#[utoipa::path(
    get, path = "/api/boards/{id}/versions/{version}/changes", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("version" = String, Path, description = "The version"),
        ("since" = Option<String>, Query, description = "The version that it is compared with; an empty board where it is left out"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "How many were added, changed and removed", body = api_schema::VersionChanges),
        (status = "4XX", description = "as for the list; unknown-version", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn changes(
    State(shared): State<Shared>,
    Path((id, version)): Path<(String, String)>,
    Query(query): Query<SinceQuery>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let admission = editor(&shared, &id, key).await?;
    let version = version_id(&version)?;
    let since = query.since.as_deref().map(version_id).transpose()?;
    // Comparing costs the service as much as painting does.
    let _turn = shared.pictures.turn().await?;
    let answer = asking::ask(&shared.directory, admission.board(), Ask::Changes { version, since }).await?;
    let counted = VersionChanges::decode(&answer).map_err(ApiError::internal)?;
    Ok((NO_STORE, Json(counted)).into_response())
}

/// Names a version, or renames it. A version with a name is kept for good.
#[utoipa::path(
    patch, path = "/api/boards/{id}/versions/{version}", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("version" = String, Path, description = "The version"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    request_body = api_schema::NameVersion,
    responses(
        (status = 200, description = "The version", body = api_schema::VersionView),
        (status = "4XX", description = "as for the list; unknown-version, malformed or too-large", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn name(
    State(shared): State<Shared>,
    Path((id, version)): Path<(String, String)>,
    SentKey(key): SentKey,
    Json(body): Json<NameVersion>,
) -> Result<Response, ApiError> {
    let admission = editor(&shared, &id, key).await?;
    let version = version_id(&version)?;
    let (name, author) = checked(body)?;
    let all = shared.storage.versions(admission.board()).await?;
    let mut record = all.iter().find(|kept| kept.id == version).cloned().ok_or(ErrorCode::UnknownVersion)?;
    if record.name.is_none() && all.iter().filter(|kept| kept.name.is_some()).count() >= MAX_NAMED_VERSIONS {
        return Err(ErrorCode::TooLarge.into());
    }
    known(shared.storage.name_version(admission.board(), &version, &name, author.as_deref()).await)?;
    (record.name, record.author) = (Some(name), author);
    Ok((NO_STORE, Json(view(record))).into_response())
}

/// Forgets a version for good.
#[utoipa::path(
    delete, path = "/api/boards/{id}/versions/{version}", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("version" = String, Path, description = "The version"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = "4XX", description = "as for the list; owners only", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn forget(
    State(shared): State<Shared>,
    Path((id, version)): Path<(String, String)>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let admission = admit(shared.storage.as_ref(), &id, key.as_deref()).await?;
    if admission.role() != Role::Owner {
        return Err(ErrorCode::Forbidden.into());
    }
    let version = version_id(&version)?;
    storage::forget_versions(shared.storage.as_ref(), admission.board(), &[version]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes a new board that begins as a version.
#[utoipa::path(
    post, path = "/api/boards/{id}/versions/{version}/copy", tag = "versions",
    params(
        ("id" = String, Path, description = "The board"),
        ("version" = String, Path, description = "The version"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    request_body(content = Option<api_schema::CreateBoard>, description = "May be left out; the title is then the board's"),
    responses(
        (status = 201, description = "The board with an owner, an edit and a view link", body = api_schema::CreatedBoard),
        (status = "4XX", description = "as for the list; unknown-version, malformed, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn copy(
    State(shared): State<Shared>,
    Path((id, version)): Path<(String, String)>,
    SentKey(key): SentKey,
    uri: Uri,
    headers: HeaderMap,
    body: Option<Json<CreateBoard>>,
) -> Result<Response, ApiError> {
    let admission = editor(&shared, &id, key).await?;
    let state = state(&shared, &admission, &version).await?;
    let title = body.and_then(|Json(body)| body.title).unwrap_or_else(|| admission.title().to_owned());
    boards::make(&shared, &uri, &headers, title, Some((admission.board(), state))).await
}

async fn editor(shared: &Shared, id: &str, key: Option<String>) -> Result<Admission, ApiError> {
    let admission = admit(shared.storage.as_ref(), id, key.as_deref()).await?;
    if admission.role().may_write() { Ok(admission) } else { Err(ErrorCode::Forbidden.into()) }
}

async fn state(shared: &Shared, admission: &Admission, version: &str) -> Result<Bytes, ApiError> {
    let version = version_id(version)?;
    let found = shared.storage.version(admission.board(), &version).await?;
    let (_, content) = found.ok_or(ErrorCode::UnknownVersion)?;
    let unpacking = tokio::task::spawn_blocking(move || protocol::decompress(&content, MAX_VERSION_BYTES));
    let state = unpacking.await.ok().flatten().ok_or(ErrorCode::Internal)?;
    Ok(state.into())
}

fn version_id(text: &str) -> Result<VersionId, ErrorCode> {
    text.parse().map_err(|_| ErrorCode::UnknownVersion)
}

fn known<T>(answer: Result<T, storage::Error>) -> Result<T, ApiError> {
    match answer {
        Err(storage::Error::NotFound) => Err(ErrorCode::UnknownVersion.into()),
        answer => Ok(answer?),
    }
}

/// Name and author, trimmed.
fn checked(body: NameVersion) -> Result<(String, Option<String>), ErrorCode> {
    let name = line(&body.name, MAX_VERSION_NAME_CHARS)?;
    let author = line(body.author.as_deref().unwrap_or_default(), MAX_AUTHOR_CHARS)?;
    if name.is_empty() { Err(ErrorCode::Malformed) } else { Ok((name, (!author.is_empty()).then_some(author))) }
}

fn line(text: &str, max_chars: usize) -> Result<String, ErrorCode> {
    let text = text.trim();
    if text.chars().count() > max_chars {
        return Err(ErrorCode::TooLarge);
    }
    if text.chars().any(char::is_control) { Err(ErrorCode::Malformed) } else { Ok(text.to_owned()) }
}

fn view(version: VersionRecord) -> VersionView {
    let VersionRecord { id, name, author, people, created_at_ms, size_bytes } = version;
    let created_at_ms = i64::try_from(created_at_ms).unwrap_or(i64::MAX);
    VersionView { id, name, author, people, created_at_ms, size_bytes }
}
