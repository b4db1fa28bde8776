//! The bin: deleting a board, and taking it out again within `BIN_KEPT_MS`. Only an owner's key does either, and only
//! who shows a right key hears that a board is in the bin.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::limits::BIN_KEPT_MS;
use protocol::{BinView, ErrorCode, Role};

use crate::admission::{Admission, admit_even_deleted};
use crate::app::Shared;
use crate::key::SentKey;
use crate::problem::ApiError;
use crate::{api_schema, asking};

/// Puts a board in the bin. Who is on it is told so and sent away; its content stays for 30 days.
#[utoipa::path(
    delete, path = "/api/boards/{id}", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "Where the board is now", body = api_schema::BinView),
        (status = "4XX", description = "unknown-board, wrong-key, forbidden, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let (admission, _) = owner(&shared, &id, key.as_deref()).await?;
    shared.storage.delete_board(admission.board()).await?;
    tracing::info!(board_id = %admission.board(), "a board was put in the bin");
    asking::evict(shared.storage.as_ref(), &shared.directory, admission.board()).await;
    let (_, deleted_at_ms) = owner(&shared, &id, key.as_deref()).await?;
    Ok(state(deleted_at_ms))
}

/// Says whether a board is in the bin.
#[utoipa::path(
    get, path = "/api/boards/{id}/bin", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "Where the board is now", body = api_schema::BinView),
        (status = "4XX", description = "unknown-board, wrong-key, forbidden, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn view(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let (_, deleted_at_ms) = owner(&shared, &id, key.as_deref()).await?;
    Ok(state(deleted_at_ms))
}

/// Takes a board out of the bin, as it was.
#[utoipa::path(
    post, path = "/api/boards/{id}/restore", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "Where the board is now", body = api_schema::BinView),
        (status = "4XX", description = "unknown-board, wrong-key, forbidden, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn restore(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let (admission, _) = owner(&shared, &id, key.as_deref()).await?;
    shared.storage.restore_board(admission.board()).await?;
    tracing::info!(board_id = %admission.board(), "a board was taken out of the bin");
    Ok(state(None))
}

async fn owner(shared: &Shared, id: &str, key: Option<&str>) -> Result<(Admission, Option<u64>), ApiError> {
    let (admission, deleted_at_ms) = admit_even_deleted(shared.storage.as_ref(), id, key).await?;
    if admission.role() == Role::Owner { Ok((admission, deleted_at_ms)) } else { Err(ErrorCode::Forbidden.into()) }
}

fn state(deleted_at_ms: Option<u64>) -> Response {
    let told = |time_ms: u64| i64::try_from(time_ms).unwrap_or(i64::MAX);
    let view = BinView {
        deleted_at_ms: deleted_at_ms.map(told),
        gone_at_ms: deleted_at_ms.map(|since| told(since.saturating_add(BIN_KEPT_MS))),
    };
    ([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response()
}

/// Forgets for good a board that is in the bin.
#[utoipa::path(
    delete, path = "/api/boards/{id}/bin", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "unknown-board, wrong-key, forbidden, revoked or expired; malformed where it is not in the bin", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn forget(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let (admission, deleted_at_ms) = owner(&shared, &id, key.as_deref()).await?;
    deleted_at_ms.ok_or(ErrorCode::Malformed)?;
    match shared.storage.purge_board(admission.board()).await {
        // Somebody took it out again, or was quicker.
        Err(storage::Error::NotFound) => Err(ErrorCode::UnknownBoard.into()),
        purged => {
            purged?;
            tracing::info!(board_id = %admission.board(), "a board was forgotten for good");
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}
