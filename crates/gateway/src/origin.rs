//! Whether a socket was opened by a page of this server. Browsers say who opens one; a page elsewhere may not ride on what
//! a browser keeps for this one. It must not know what a socket is for.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// Whether the request comes from a page of this server, or from no page at all.
#[must_use]
pub fn is_ours(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|text| text.parse::<Uri>().ok()) else { return false };
    let Some(asked) = origin.authority() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let public: Option<Uri> = public_url.and_then(|url| url.parse().ok());
    let public = public.as_ref().and_then(Uri::authority).map(Authority::as_str);
    // A proxy may name itself to us: then the public address says where pages are.
    [host, public].into_iter().flatten().any(|ours| ours.eq_ignore_ascii_case(asked.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_open_sockets() {
        for (origin, host, public_url, expected) in [
            (None, Some("a.example"), None, true),
            (Some("https://a.example"), Some("a.example"), None, true),
            (Some("http://127.0.0.1:8080"), Some("127.0.0.1:8080"), None, true),
            (Some("http://127.0.0.1:8081"), Some("127.0.0.1:8080"), None, false),
            (Some("https://evil.example"), Some("a.example"), None, false),
            (Some("https://a.example.evil.example"), Some("a.example"), None, false),
            (Some("https://A.example"), Some("inner:1"), Some("https://a.example"), true),
            (Some("https://evil.example"), Some("inner:1"), Some("https://a.example"), false),
            (Some("null"), Some("a.example"), None, false),
            (Some("file://"), Some("a.example"), None, false),
        ] {
            let mut headers = HeaderMap::new();
            origin.map(|value| headers.insert(header::ORIGIN, value.parse().expect("a value")));
            host.map(|value| headers.insert(header::HOST, value.parse().expect("a value")));
            assert_eq!(is_ours(&headers, public_url), expected, "{origin:?} {host:?}");
        }
    }
}
