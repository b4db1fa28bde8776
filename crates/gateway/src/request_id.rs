//! The number that joins a request, its log lines and its answer: `x-request-id`, the caller's or ours.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::random;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// A caller's id longer than this, or with other than plain characters, is replaced; what passes can go on to a document
/// service.
const MAX_CHARS: usize = rsocket::limits::MAX_REQUEST_ID_BYTES;

/// The id that [`assign`] has given to the request.
#[must_use]
pub fn of(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(HEADER)?.to_str().ok()?.to_owned())
}

/// Middleware: assigns the id and runs the request inside a span that carries it. The span has the path but never the
/// query, which may hold a key.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let id = of(request.headers()).filter(|id| is_plain(id)).unwrap_or_else(|| format!("{:016x}", random::number()));
    let value = HeaderValue::from_str(&id).expect("a plain id is a header value");
    request.headers_mut().insert(HEADER, value.clone());
    let span =
        tracing::info_span!("request", request_id = %id, method = %request.method(), path = request.uri().path());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(HEADER, value);
    response
}

fn is_plain(id: &str) -> bool {
    (1..=MAX_CHARS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_of_callers_are_taken() {
        for (id, plain) in [("abc-1", true), ("", false), ("a b", false), ("a\"", false), (&"x".repeat(65), false)] {
            assert_eq!(is_plain(id), plain, "{id}");
        }
    }
}
