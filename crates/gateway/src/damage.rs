//! `/api/boards/{id}/damage`: what of a board could not be read, for its owner. The bytes stay in the store, for whoever
//! runs it to look at, until the owner says that they may go.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{DamageList, DamageView, ErrorCode, Role};
use storage::Damage;

use crate::admission::{Admission, admit};
use crate::api_schema;
use crate::app::Shared;
use crate::key::SentKey;
use crate::problem::ApiError;

/// Lists what of a board could not be read and is kept aside, oldest first.
#[utoipa::path(
    get, path = "/api/boards/{id}/damage", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "The parts", body = api_schema::DamageList),
        (status = "4XX", description = "unknown-board, wrong-key, forbidden, deleted, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let admission = owner(&shared, &id, key.as_deref()).await?;
    let parts = shared.storage.damage(admission.board()).await?.into_iter().map(view).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(DamageList { parts })).into_response())
}

/// Forgets for good what is kept aside; the board's owners are no longer told of it.
#[utoipa::path(
    delete, path = "/api/boards/{id}/damage", tag = "boards",
    params(
        ("id" = String, Path, description = "The board"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 204, description = "They are forgotten"),
        (status = "4XX", description = "as for the list", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn discard(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    SentKey(key): SentKey,
) -> Result<Response, ApiError> {
    let admission = owner(&shared, &id, key.as_deref()).await?;
    shared.storage.discard_damage(admission.board()).await?;
    tracing::warn!(board_id = %admission.board(), "what could not be read of a board was discarded by its owner");
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn owner(shared: &Shared, id: &str, key: Option<&str>) -> Result<Admission, ApiError> {
    let admission = admit(shared.storage.as_ref(), id, key).await?;
    if admission.role() == Role::Owner { Ok(admission) } else { Err(ErrorCode::Forbidden.into()) }
}

fn view(damage: Damage) -> DamageView {
    let Damage { seq, size_bytes, reason, found_at_ms } = damage;
    DamageView { seq, size_bytes, reason, found_at_ms: i64::try_from(found_at_ms).unwrap_or(i64::MAX) }
}
