//! `/api/bundle`: the encrypted list by which somebody moves their boards to another device. The page makes the secret,
//! and sends only what is derived of it; neither it nor a board's key is ever seen here (`docs/decisions/0028-home.md`).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::limits::MAX_BUNDLE_BYTES;
use protocol::{ErrorCode, LinkSecret, SecretHash};

use crate::admission::hash;
use crate::api_schema;
use crate::app::Shared;
use crate::boards::take_turn;
use crate::key::SentKey;
use crate::problem::ApiError;

/// Keeps a bundle in the place of the one under the same token.
#[utoipa::path(
    put, path = "/api/bundle", tag = "bundles",
    params(("authorization" = String, Header, description = "`Bearer` and the bundle's token")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "At most 48 KiB, encrypted by the sender"),
    responses(
        (status = 204, description = "It is kept"),
        (status = "4XX", description = "wrong-key, too-large or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn put(State(shared): State<Shared>, key: SentKey, bytes: Bytes) -> Result<Response, ApiError> {
    let token = token(key)?;
    if bytes.is_empty() || bytes.len() > MAX_BUNDLE_BYTES {
        return Err(ErrorCode::TooLarge.into());
    }
    take_turn(&shared)?;
    shared.storage.put_bundle(&token, bytes).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A bundle.
#[utoipa::path(
    get, path = "/api/bundle", tag = "bundles",
    params(("authorization" = String, Header, description = "`Bearer` and the bundle's token")),
    responses(
        (status = 200, description = "As it was kept", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", description = "wrong-key or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn view(State(shared): State<Shared>, key: SentKey) -> Result<Response, ApiError> {
    let bundle = shared.storage.bundle(&token(key)?).await?.ok_or(ErrorCode::WrongKey)?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, bundle).into_response())
}

/// Forgets a bundle; its recovery link opens nothing any more.
#[utoipa::path(
    delete, path = "/api/bundle", tag = "bundles",
    params(("authorization" = String, Header, description = "`Bearer` and the bundle's token")),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = "4XX", description = "wrong-key or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn forget(State(shared): State<Shared>, key: SentKey) -> Result<Response, ApiError> {
    shared.storage.drop_bundle(&token(key)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What the bundle is kept under: the hash of 240 bits that nobody can guess.
fn token(SentKey(key): SentKey) -> Result<SecretHash, ErrorCode> {
    let token: LinkSecret = key.unwrap_or_default().parse().map_err(|_| ErrorCode::WrongKey)?;
    Ok(hash(&token))
}
