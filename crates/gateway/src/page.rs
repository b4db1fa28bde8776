//! The front end: the files that the build left in `frontend/dist`, embedded in release and read from disk in debug,
//! and the headers that guard a page. It must not know what the page does.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../frontend/dist"]
#[allow_missing = true]
struct Dist;

const PAGE: &str = "index.html";
const ADMIN_PAGE: &str = "admin/index.html";
/// The build names folders below it after their contents.
const FOR_EVER_BELOW: &str = "static/";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NOT_BUILT: &str = "front end not built: cargo xtask build\n";

/// Own scripts and WASM only; images may also be made by the page; a socket may lead to wherever the page came from, for
/// which browsers that take `'self'` as http only need the schemes.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws: wss:; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const GUARDS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// What the page is told of signing in: nothing where nobody can, else whether it is `needed` for making boards or only
/// `offered`.
pub type SignInMark = Option<&'static str>;

/// The page at its addresses, and every file of the build.
pub fn routes(sign_in: SignInMark) -> Router {
    let page = move |headers: HeaderMap| async move { page(sign_in, &headers) };
    Router::new()
        .route("/", get(page))
        .route("/admin", get(|headers: HeaderMap| async move { file(ADMIN_PAGE, &headers) }))
        .route("/b/{board_id}", get(page))
        .route(
            "/{*path}",
            get(move |Path(path): Path<String>, headers: HeaderMap| async move {
                file_or_page(sign_in, &path, &headers)
            }),
        )
}

/// Middleware: the headers that guard every answer.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in GUARDS {
        // What an answer says for itself is stricter.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The answer where there is nothing.
pub async fn nothing_here() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// A file; for a person who followed a wrong address, the page, which says so in its own look and words.
fn file_or_page(sign_in: SignInMark, path: &str, request: &HeaderMap) -> Response {
    let accepted = request.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let is_person = accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html"));
    if !is_person || Dist::get(path).is_some() {
        return file(path, request);
    }
    // Never as something that has not changed: it is not what is at this address.
    let mut response = page(sign_in, &HeaderMap::new());
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().remove(header::ETAG);
    }
    response
}

/// The page. Where people can sign in it is told so by a mark, and asks for what that takes; elsewhere it knows nothing of it.
fn page(sign_in: SignInMark, request: &HeaderMap) -> Response {
    let Some((plain, mark)) = Dist::get(PAGE).zip(sign_in) else { return file(PAGE, request) };
    let etag = format!("{}-{mark}\"", etag(&plain).trim_end_matches('"'));
    let is_known = request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { marked(&plain.data, mark).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).expect("hexadecimal digits are a header value"));
    response
}

fn marked(page: &[u8], mark: &str) -> String {
    let head = format!("<head>\n    <meta name=\"boardwalk-sign-in\" content=\"{mark}\">");
    String::from_utf8_lossy(page).replacen("<head>", &head, 1)
}

fn file(path: &str, request: &HeaderMap) -> Response {
    let Some(plain) = Dist::get(path).filter(|_| !path.ends_with(".br")) else {
        let text = if path == PAGE { NOT_BUILT } else { "nothing here\n" };
        let status = if path == PAGE { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NOT_FOUND };
        return (status, [(header::CACHE_CONTROL, "no-store")], text).into_response();
    };
    let twin = accepts_brotli(request).then(|| Dist::get(&format!("{path}.br"))).flatten();
    let etag = etag(&plain);
    let mut response = if request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body(twin.is_some(), twin.unwrap_or_else(|| plain.clone()))
    };
    let headers = response.headers_mut();
    let kind = plain.metadata.mimetype();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    let kind = HeaderValue::from_str(&kind).expect("a mime type is a header value");
    headers.insert(header::CONTENT_TYPE, kind);
    let cache = if path.starts_with(FOR_EVER_BELOW) { FOR_EVER } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).expect("hexadecimal digits are a header value"));
    response
}

fn body(is_brotli: bool, file: EmbeddedFile) -> Response {
    let mut response = Response::new(Body::from(file.data));
    if is_brotli {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// Weak, since the same file also goes out compressed.
fn etag(file: &EmbeddedFile) -> String {
    let digits: String = file.metadata.sha256_hash()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{digits}\"")
}

fn accepts_brotli(request: &HeaderMap) -> bool {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().trim_start_matches("q=").trim_matches(['0', '.']).is_empty() && !weight.is_empty();
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_people_sign_in_is_the_page_told_so() {
        let page = marked(b"<html>\n  <head>\n    <title>", "needed");
        let mark = "<meta name=\"boardwalk-sign-in\" content=\"needed\">";
        assert!(page.contains(mark) && page.ends_with("<title>"), "{page}");
    }

    #[test]
    fn brotli_goes_to_who_takes_it() {
        for (accept, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("BR", true),
            ("br;q=0, gzip", false),
            ("br;q=0.0", false),
            ("gzip", false),
            ("brotli", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(accepts_brotli(&headers), takes, "{accept}");
        }
        assert!(!accepts_brotli(&HeaderMap::new()));
    }
}
