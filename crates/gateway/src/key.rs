//! How a link's key arrives: as a bearer, or in the query for those that can send no headers. It must not be logged.

use std::fmt;

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Deserialize;

/// `?key=` and `?person=`.
#[derive(Default, Deserialize)]
pub struct KeyQuery {
    key: Option<String>,
    person: Option<String>,
}

impl KeyQuery {
    /// `?person=`: whose browser it is, for sockets, which can send no headers.
    #[must_use]
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }
}

impl fmt::Debug for KeyQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyQuery(redacted)")
    }
}

/// The key of a request, if any: to be judged by `admission`.
pub struct SentKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for SentKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = Query::<KeyQuery>::try_from_uri(&parts.uri).map(|Query(query)| query).unwrap_or_default();
        Ok(Self(sent(&parts.headers, query)))
    }
}

/// The key that was sent: the bearer goes before the query.
#[must_use]
pub fn sent(headers: &HeaderMap, query: KeyQuery) -> Option<String> {
    bearer(headers).or(query.key)
}

/// What was sent as a bearer.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bearer_goes_before_the_query() {
        for (authorization, query, expected) in [
            (None, None, None),
            (None, Some("q"), Some("q")),
            (Some("Bearer b"), Some("q"), Some("b")),
            (Some("bearer b"), None, Some("b")),
            (Some("Basic b"), Some("q"), Some("q")),
            (Some("Bearer"), None, None),
        ] {
            let mut headers = HeaderMap::new();
            authorization.map(|value| headers.insert(header::AUTHORIZATION, value.parse().expect("a value")));
            let query = KeyQuery { key: query.map(str::to_owned), person: None };
            assert_eq!(format!("{query:?}"), "KeyQuery(redacted)");
            assert_eq!(sent(&headers, query).as_deref(), expected, "{authorization:?}");
        }
    }
}
