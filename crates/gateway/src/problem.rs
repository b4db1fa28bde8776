//! How a request fails: a public code, told as an RFC 9457 problem, and a private cause, which only the log sees.

use std::error::Error as StdError;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::{ErrorCode, Problem};

use crate::request_id;

/// A failed request.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .code.id())]
pub struct ApiError {
    /// What the caller is told.
    pub code: ErrorCode,
    /// For a request that came too often: milliseconds until the next may come.
    pub retry_after_ms: Option<u64>,
    /// What the log is told.
    #[source]
    pub source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ApiError {
    /// A request that came too often.
    #[must_use]
    pub fn busy(wait_ms: u64) -> Self {
        Self { code: ErrorCode::Busy, retry_after_ms: Some(wait_ms), source: None }
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal(source: impl StdError + Send + Sync + 'static) -> Self {
        Self { code: ErrorCode::Internal, retry_after_ms: None, source: Some(Arc::new(source)) }
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry_after_ms: None, source: None }
    }
}

impl From<storage::Error> for ApiError {
    fn from(error: storage::Error) -> Self {
        let code = if error.is_transient() { ErrorCode::Unavailable } else { ErrorCode::Internal };
        Self { code, retry_after_ms: None, source: Some(Arc::new(error)) }
    }
}

impl IntoResponse for ApiError {
    /// The body is written by [`tell`], which knows the request.
    fn into_response(self) -> Response {
        let mut response = status(self.code).into_response();
        if let Some(wait_ms) = self.retry_after_ms {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_ms.div_ceil(1000).max(1)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.http_status()).expect("the table of codes holds valid statuses")
}

/// Middleware: gives every failure of the REST surface a problem for a body, and logs its cause once.
pub async fn tell(request: Request, next: Next) -> Response {
    let request_id = request_id::of(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    if let Some(error) = response.extensions().get::<ApiError>() {
        if let Some(source) = &error.source {
            tracing::error!(code = error.code.id(), error = %source, "a request failed");
        }
        return problem(of_code(error.code, request_id), response);
    }
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Some(ErrorCode::TooLarge),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Some(ErrorCode::Malformed),
        StatusCode::REQUEST_TIMEOUT => Some(ErrorCode::Unavailable),
        _ => None,
    };
    let told = code.map_or_else(|| of_status(status, request_id.clone()), |code| of_code(code, request_id.clone()));
    problem(told, response)
}

fn of_code(code: ErrorCode, request_id: Option<String>) -> Problem {
    Problem {
        kind: format!("urn:boardwalk:{}", code.id()),
        code: code.id().to_owned(),
        title: code.hint().to_owned(),
        status: code.http_status(),
        request_id,
    }
}

/// For failures that HTTP itself explains.
fn of_status(status: StatusCode, request_id: Option<String>) -> Problem {
    let reason = status.canonical_reason().unwrap_or("Failed");
    Problem {
        kind: "about:blank".to_owned(),
        code: reason.to_ascii_lowercase().replace(' ', "-"),
        title: reason.to_owned(),
        status: status.as_u16(),
        request_id,
    }
}

/// Replaces the body, keeps what headers the failure set (`Allow`, `Retry-After`).
fn problem(problem: Problem, failed: Response) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(failed.status());
    let (mut parts, _) = failed.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.status = status;
    let body = Json(problem).into_response().into_body();
    Response::from_parts(parts, Body::new(body))
}
