//! `/api/boards/{id}/assets/{hash}`: images on boards. Whoever may edit brings them, whoever may look sees them.
//!
//! What comes is hostile: its kind is read from its bytes, its name is checked against them, and it goes out again so that
//! nothing in it can run, wherever it is opened.

use std::sync::{Arc, Weak};

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use protocol::limits::{MAX_ASSET_BYTES, MAX_BOARD_ASSET_BYTES};
use protocol::{AssetHash, AssetView, ErrorCode, Role};
use storage::{AssetRecord, AssetRoom};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::admission::Admission;
use crate::api_schema;
use crate::app::{Endpoints, Shared};
use crate::asset_store::AssetStore;
use crate::limits::{ASSET_CARE_EVERY, ASSET_GRACE_MS, MAX_UPLOADS, UPLOAD_BURST, UPLOADS_PER_SECOND};
use crate::problem::ApiError;
use crate::turns::Turns;

/// Opened by itself, an asset is a document without scripts, forms, an origin or anything to load.
const CONTENT_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
/// What an address shows never changes. Not for shared caches: rights are per link.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// What the endpoints of assets share.
pub(crate) struct AssetDesk {
    store: AssetStore,
    turns: Turns,
    uploads: Arc<Semaphore>,
}

impl AssetDesk {
    pub(crate) fn new(store: AssetStore) -> Self {
        let turns = Turns::new(UPLOAD_BURST, UPLOADS_PER_SECOND);
        Self { store, turns, uploads: Arc::new(Semaphore::new(MAX_UPLOADS)) }
    }
}

/// Brings an image to a board. Doing so again changes nothing.
#[utoipa::path(
    put, path = "/api/boards/{id}/assets/{hash}", tag = "assets",
    params(
        ("id" = String, Path, description = "The board"),
        ("hash" = String, Path, description = "SHA-256 of the bytes, 64 digits 0-9 a-f"),
        ("authorization" = String, Header, description = "`Bearer` and the key of an owner's or edit link"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A PNG, JPEG, GIF, WebP, AVIF or SVG image of at most 100 MiB"),
    responses(
        (status = 200, description = "The board has it", body = api_schema::AssetView),
        (status = "4XX", description = "malformed, too-large, unknown-format, wrong-hash, busy, forbidden, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "no-room, unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn bring(
    State(shared): State<Shared>,
    Path((_, hash)): Path<(String, String)>,
    admission: Admission,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let admission = admission.only(Role::may_write)?;
    let hash: AssetHash = hash.parse().map_err(|_| ErrorCode::Malformed)?;
    let desk = &shared.assets;
    if let Err(wait_ms) = desk.turns.take(admission.link(), shared.now_ms()) {
        return Ok(busy(wait_ms.div_ceil(1000)));
    }
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > MAX_ASSET_BYTES) {
        return Err(ErrorCode::TooLarge.into());
    }
    let Ok(_permit) = desk.uploads.try_acquire() else { return Ok(busy(1)) };
    let uploaded = desk.store.put(&hash, body.into_data_stream()).await?;
    let media_type = uploaded.format.media_type().to_owned();
    let asset = AssetRecord { hash, media_type, size_bytes: uploaded.size_bytes };
    let store_bytes = shared.quotas.now().asset_bytes.unwrap_or(desk.store.max_bytes);
    let room = AssetRoom { board_bytes: MAX_BOARD_ASSET_BYTES, store_bytes };
    match shared.storage.add_asset(admission.board(), &asset, room).await {
        Ok(()) => {}
        Err(storage::Error::Full) => {
            forget_unless_used(&shared, &hash).await?;
            return Err(ErrorCode::NoRoom.into());
        }
        Err(storage::Error::NotFound) => return Err(ErrorCode::UnknownBoard.into()),
        Err(error) => return Err(error.into()),
    }
    // Its bytes may have been swept away as nobody's between being written and being noted; from here on they cannot.
    if !desk.store.has(&hash).await? {
        return Err(ErrorCode::Unavailable.into());
    }
    let AssetRecord { hash, media_type, size_bytes } = asset;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(AssetView { hash, media_type, size_bytes })).into_response())
}

/// An image of a board.
#[utoipa::path(
    get, path = "/api/boards/{id}/assets/{hash}", tag = "assets",
    params(
        ("id" = String, Path, description = "The board"),
        ("hash" = String, Path, description = "SHA-256 of its bytes, 64 digits 0-9 a-f"),
        ("key" = Option<String>, Query, description = "A link's key, where no bearer is sent"),
        ("authorization" = Option<String>, Header, description = "`Bearer` and a link's key"),
    ),
    responses(
        (status = 200, description = "Its bytes", body = Vec<u8>, content_type = "image/*"),
        (status = 304, description = "Already known to the caller"),
        (status = "4XX", description = "unknown-asset, unknown-board, wrong-key, revoked or expired", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(
    State(shared): State<Shared>,
    Path((_, hash)): Path<(String, String)>,
    admission: Admission,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let hash: AssetHash = hash.parse().map_err(|_| ErrorCode::UnknownAsset)?;
    let asset = shared.storage.asset(admission.board(), &hash).await?.ok_or(ErrorCode::UnknownAsset)?;
    let etag = format!("\"{hash}\"");
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = shared.assets.store.get(&hash).await?.ok_or_else(|| {
            tracing::error!(board_id = %admission.board(), %hash, "the bytes of an asset are not in the object store");
            ErrorCode::UnknownAsset
        })?;
        let mut response = Body::from_stream(bytes).into_response();
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(asset.size_bytes));
        response
    };
    let kind = protocol::ImageFormat::of_media_type(&asset.media_type).ok_or(ErrorCode::Internal)?.media_type();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::VARY, "authorization"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let etag = HeaderValue::from_str(&etag).map_err(|_| ErrorCode::Internal)?;
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}

fn busy(wait_s: u64) -> Response {
    ([(header::RETRY_AFTER, wait_s.to_string())], ApiError::from(ErrorCode::Busy)).into_response()
}

async fn forget_unless_used(shared: &Endpoints, hash: &AssetHash) -> Result<(), ApiError> {
    if !shared.storage.is_asset_used(hash).await?
        && let Err(error) = shared.assets.store.remove(hash).await
    {
        tracing::warn!(%error, %hash, "an asset that nobody has could not be removed");
    }
    Ok(())
}

/// Removes, now and then, the bytes of assets whose last board is gone. Every gateway does it; that several do it at once
/// is harmless.
pub(crate) async fn tend(endpoints: Weak<Endpoints>) {
    loop {
        sleep(ASSET_CARE_EVERY).await;
        let Some(shared) = endpoints.upgrade() else { return };
        if let Err(error) = sweep(&shared, ASSET_GRACE_MS).await {
            tracing::warn!(%error, "assets that nobody has could not be looked for; it is tried again");
        }
    }
}

/// Removes what no board has and was written longer than `grace_ms` ago.
async fn sweep(shared: &Endpoints, grace_ms: i64) -> Result<(), ApiError> {
    let now_ms = i64::try_from(shared.storage.access_changes(None).await?.now_ms).unwrap_or(i64::MAX);
    let mut all = std::pin::pin!(shared.assets.store.all());
    let listed = |error| ApiError { code: ErrorCode::Unavailable, retry_after_ms: None, source: Some(Arc::new(error)) };
    while let Some((hash, written_at_ms)) = all.try_next().await.map_err(listed)? {
        if written_at_ms.saturating_add(grace_ms) <= now_ms {
            forget_unless_used(shared, &hash).await?;
        }
    }
    Ok(())
}
