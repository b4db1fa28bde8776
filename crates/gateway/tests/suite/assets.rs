//! Images over REST: who may bring and see them, what is taken, and how it goes out again.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use gateway::{Gateway, GatewayOptions};
use protocol::limits::MAX_ASSET_BYTES;
use protocol::{AssetHash, AssetView, CreatedBoard};
use serde_json::Value;
use tower::ServiceExt;

use crate::server;

const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
const DRAWING: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

struct Server(Gateway);

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// The code of a problem; `ok` for what is none.
    fn code(&self) -> String {
        if self.status.is_success() || self.status.is_redirection() {
            return "ok".to_owned();
        }
        let problem: Value = serde_json::from_slice(&self.body).expect("a problem");
        problem["code"].as_str().expect("a code").to_owned()
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl Server {
    async fn start(max_bytes: u64) -> Self {
        Self(server::start(GatewayOptions::default(), max_bytes).await.0)
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.0.router().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn board(&self) -> CreatedBoard {
        let request = Request::post("/api/boards").header(header::HOST, "boards.test").body(Body::empty());
        serde_json::from_slice(&self.send(request.expect("a request")).await.body).expect("a board")
    }

    async fn ask(&self, method: Method, path: &str, key: &str, body: impl Into<Body>) -> Answer {
        let request =
            Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        self.send(request.body(body.into()).expect("a request")).await
    }
}

fn path(board: &CreatedBoard, bytes: &[u8]) -> String {
    format!("/api/boards/{}/assets/{}", board.id, AssetHash::of(bytes))
}

/// The keys of owner, edit and view.
fn keys(board: &CreatedBoard) -> [&str; 3] {
    [0, 1, 2].map(|nth: usize| board.links[nth].key.reveal())
}

#[tokio::test]
async fn who_may_edit_brings_images_and_who_may_look_sees_them() {
    let server = Server::start(1 << 30).await;
    let (board, other) = (server.board().await, server.board().await);
    let [owner, edit, view] = keys(&board);
    let path = path(&board, PICTURE);
    for (key, code) in
        [("", "wrong-key"), (view, "forbidden"), (keys(&other)[0], "wrong-key"), (edit, "ok"), (owner, "ok")]
    {
        let brought = server.ask(Method::PUT, &path, key, PICTURE).await;
        assert_eq!(brought.code(), code, "{key}");
        if code == "ok" {
            let told: AssetView = serde_json::from_slice(&brought.body).expect("a description");
            assert_eq!((told.media_type.as_str(), told.size_bytes), ("image/png", PICTURE.len() as u64));
        }
    }
    for (key, code) in [("", "wrong-key"), (keys(&other)[0], "wrong-key"), (edit, "ok"), (view, "ok")] {
        let seen = server.ask(Method::GET, &path, key, Body::empty()).await;
        assert_eq!(seen.code(), code);
        assert_eq!(seen.body == PICTURE, code == "ok");
    }
    let elsewhere = path.replace(board.id.as_str(), other.id.as_str());
    let seen = server.ask(Method::GET, &elsewhere, keys(&other)[0], Body::empty()).await;
    assert_eq!(seen.code(), "unknown-asset", "a board shows its own images only");
}

#[tokio::test]
async fn images_go_out_so_that_nothing_in_them_runs() {
    let server = Server::start(1 << 30).await;
    let board = server.board().await;
    let [_, edit, view] = keys(&board);
    for (bytes, media_type) in [(PICTURE, "image/png"), (DRAWING, "image/svg+xml")] {
        let path = path(&board, bytes);
        assert_eq!(server.ask(Method::PUT, &path, edit, bytes).await.code(), "ok");
        let seen = server.ask(Method::GET, &path, view, Body::empty()).await;
        let policy = seen.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("script"), "{policy}");
        assert_eq!(seen.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(seen.header(header::CONTENT_DISPOSITION), "attachment");
        assert_eq!(seen.header(header::CONTENT_TYPE), media_type);
        assert_eq!(seen.header(header::CACHE_CONTROL), "private, max-age=31536000, immutable");
        let again = Request::get(&path)
            .header(header::AUTHORIZATION, format!("Bearer {view}"))
            .header(header::IF_NONE_MATCH, seen.header(header::ETAG));
        let again = server.send(again.body(Body::empty()).expect("a request")).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
}

#[tokio::test]
async fn what_is_no_image_or_not_what_it_says_is_refused() {
    let server = Server::start(1 << 30).await;
    let board = server.board().await;
    let edit = keys(&board)[1];
    let page = b"<!doctype html><script>alert(1)</script>";
    let named = |name: &str| format!("/api/boards/{}/assets/{name}", board.id);
    for (path, body, status, code) in [
        (path(&board, page), &page[..], 415, "unknown-format"),
        (path(&board, b""), b"", 415, "unknown-format"),
        (path(&board, DRAWING), PICTURE, 422, "wrong-hash"),
        (named("nonsense"), PICTURE, 400, "malformed"),
        (named("..%2f..%2fetc%2fpasswd"), PICTURE, 400, "malformed"),
    ] {
        let refused = server.ask(Method::PUT, &path, edit, body).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (status, code), "{path}");
        let seen = server.ask(Method::GET, &path, edit, Body::empty()).await;
        assert_eq!(seen.code(), "unknown-asset");
    }
    let declared = Request::put(path(&board, PICTURE))
        .header(header::AUTHORIZATION, format!("Bearer {edit}"))
        .header(header::CONTENT_LENGTH, MAX_ASSET_BYTES + 1);
    let refused = server.send(declared.body(Body::from(PICTURE)).expect("a request")).await;
    assert_eq!(refused.code(), "too-large");
}

#[tokio::test]
async fn there_is_room_for_so_much_and_turns_for_so_many() {
    let server = Server::start(PICTURE.len() as u64).await;
    let board = server.board().await;
    let edit = keys(&board)[1];
    assert_eq!(server.ask(Method::PUT, &path(&board, PICTURE), edit, PICTURE).await.code(), "ok");
    let full = server.ask(Method::PUT, &path(&board, DRAWING), edit, DRAWING).await;
    assert_eq!((full.status.as_u16(), full.code().as_str()), (507, "no-room"));
    for _ in 0..1000 {
        let answer = server.ask(Method::PUT, &path(&board, PICTURE), edit, PICTURE).await;
        if answer.code() == "busy" {
            assert!(answer.header(header::RETRY_AFTER).parse::<u32>().expect("seconds") > 0);
            return;
        }
    }
    panic!("one link may upload for ever");
}
