//! The REST surface, the page and the operators' endpoints over a memory store, without a socket.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use gateway::{Gateway, GatewayOptions};
use protocol::limits::{MAX_REST_BODY_BYTES, MAX_TITLE_CHARS};
use protocol::{BoardView, CreatedBoard, ErrorCode, Problem, Role, SecretHash};
use serde_json::{Value, json};
use storage::Storage;
use tower::ServiceExt;

use crate::server;

struct Server {
    gateway: Gateway,
    storage: Arc<dyn Storage>,
}

impl Server {
    async fn start(public_url: Option<&str>) -> Self {
        let options = GatewayOptions { public_url: public_url.map(str::to_owned), ..GatewayOptions::default() };
        let (gateway, storage) = server::start(options, 1 << 30).await;
        Self { gateway, storage }
    }

    async fn ask(&self, request: Request<Body>) -> Response {
        self.gateway.router().oneshot(request).await.expect("a router never fails")
    }

    async fn get(&self, path: &str) -> Response {
        self.ask(Request::get(path).header(header::HOST, "boards.test").body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, body: impl Into<Body>) -> Response {
        let request = Request::post("/api/boards")
            .header(header::HOST, "boards.test")
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .expect("a request");
        self.ask(request).await
    }

    async fn board(&self) -> CreatedBoard {
        serde_json::from_slice(&bytes(self.post("{}").await).await).expect("a board")
    }
}

async fn bytes(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), 1 << 20).await.expect("a body").to_vec()
}

fn header_of(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(&name).map_or("", |value| value.to_str().expect("text"))
}

/// Asserts that the answer is a well-formed problem and gives its code.
async fn problem(response: Response) -> String {
    let status = response.status();
    assert_eq!(header_of(&response, header::CONTENT_TYPE), "application/problem+json");
    let request_id = header_of(&response, header::HeaderName::from_static("x-request-id")).to_owned();
    let problem: Problem = serde_json::from_slice(&bytes(response).await).expect("a problem");
    assert_eq!(problem.status, status.as_u16());
    assert_eq!(problem.request_id.as_ref(), Some(&request_id));
    if let Some(code) = ErrorCode::from_id(&problem.code) {
        assert_eq!((problem.kind, problem.status), (format!("urn:boardwalk:{}", code.id()), code.http_status()));
    }
    problem.code
}

#[tokio::test]
async fn a_board_is_made_with_three_links_that_open_it() {
    let server = Server::start(None).await;
    let response = server.post(json!({ "title": "  Plan " }).to_string()).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let created: CreatedBoard = serde_json::from_slice(&bytes(response).await).unwrap();
    assert_eq!(created.title, "Plan");
    let roles: Vec<Role> = created.links.iter().map(|link| link.role).collect();
    assert_eq!(roles, [Role::Owner, Role::Edit, Role::View]);
    for link in &created.links {
        let key = link.key.reveal();
        assert_eq!(link.url, format!("http://boards.test/b/{}#key={key}", created.id));
        let path = format!("/api/boards/{}", created.id);
        let by_bearer = Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        for response in
            [server.ask(by_bearer.body(Body::empty()).unwrap()).await, server.get(&format!("{path}?key={key}")).await]
        {
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-store");
            let view: BoardView = serde_json::from_slice(&bytes(response).await).unwrap();
            assert_eq!((view.id, view.title.as_str(), view.role), (created.id.clone(), "Plan", link.role));
            assert!(view.created_at_ms > 0);
        }
    }
}

#[tokio::test]
async fn a_board_needs_no_body_and_links_name_the_public_url() {
    let server = Server::start(Some("https://boards.example")).await;
    let request = Request::post("/api/boards").body(Body::empty()).unwrap();
    let response = server.ask(request).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let created: CreatedBoard = serde_json::from_slice(&bytes(response).await).unwrap();
    assert_eq!(created.title, "");
    assert!(created.links.iter().all(|link| link.url.starts_with("https://boards.example/b/")));
}

#[tokio::test]
async fn bodies_that_are_wrong_are_refused_with_a_problem() {
    let server = Server::start(None).await;
    let too_long = json!({ "title": "x".repeat(MAX_TITLE_CHARS + 1) }).to_string();
    for (body, code) in [
        ("{".to_owned(), "malformed"),
        ("7".to_owned(), "malformed"),
        (json!({ "title": 7 }).to_string(), "malformed"),
        (json!({ "titel": "x" }).to_string(), "malformed"),
        (json!({ "title": "a\u{0}b" }).to_string(), "malformed"),
        (too_long, "too-large"),
        (" ".repeat(MAX_REST_BODY_BYTES + 1), "too-large"),
    ] {
        let shown = body.chars().take(20).collect::<String>();
        assert_eq!(problem(server.post(body).await).await, code, "{shown}");
    }
    let untyped = Request::post("/api/boards").header(header::CONTENT_TYPE, "text/plain").body("{}".into()).unwrap();
    assert_eq!(problem(server.ask(untyped).await).await, "unsupported-media-type");
}

#[tokio::test]
async fn only_a_key_of_the_board_opens_it() {
    let server = Server::start(None).await;
    let (board, other) = (server.board().await, server.board().await);
    let [key, view] = [0, 2].map(|index: usize| board.links[index].key.reveal().to_owned());
    let hash = gateway_hash(&view);
    server.storage.edit_link(&board.id, storage::LinkEdit::Revoke(hash)).await.unwrap();
    for (path, code) in [
        (format!("/api/boards/{}", board.id), "wrong-key"),
        (format!("/api/boards/{}?key=", board.id), "wrong-key"),
        (format!("/api/boards/{}?key=short", board.id), "wrong-key"),
        (format!("/api/boards/{}?key={}", board.id, other.links[0].key.reveal()), "wrong-key"),
        (format!("/api/boards/{}?key={view}", board.id), "revoked"),
        (format!("/api/boards/{}?key={key}", "x".repeat(20)), "unknown-board"),
        (format!("/api/boards/nonsense?key={key}"), "unknown-board"),
    ] {
        assert_eq!(problem(server.get(&path).await).await, code, "{path}");
    }
    server.storage.delete_board(&board.id).await.unwrap();
    let path = format!("/api/boards/{}?key={key}", board.id);
    assert_eq!(problem(server.get(&path).await).await, "deleted");
}

fn gateway_hash(key: &str) -> SecretHash {
    use sha2::{Digest, Sha256};
    SecretHash(Sha256::digest(key).into())
}

#[tokio::test]
async fn many_boards_at_once_are_too_many() {
    let server = Server::start(None).await;
    for _ in 0..gateway::limits::CREATE_BURST {
        assert_eq!(server.post("{}").await.status(), StatusCode::CREATED);
    }
    // The bucket regains a token while we ask; a second burst cannot pass.
    let mut refused = 0;
    for _ in 0..gateway::limits::CREATE_BURST {
        let response = server.post("{}").await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            refused += 1;
            assert_eq!(header_of(&response, header::RETRY_AFTER), "1");
            assert_eq!(problem(response).await, "busy");
            break;
        }
    }
    assert_eq!(refused, 1);
}

#[tokio::test]
async fn what_does_not_exist_is_said_so() {
    let server = Server::start(None).await;
    assert_eq!(problem(server.get("/api/nothing").await).await, "not-found");
    assert_eq!(problem(server.get("/api/boards").await).await, "method-not-allowed");
    let response = server.get("/sync/xyz").await;
    assert!(response.status().is_client_error());
    problem(response).await;
    assert_eq!(server.get("/no/such/file.js").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.get("/../Cargo.toml").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.get("/%2e%2e/Cargo.toml").await.status(), StatusCode::NOT_FOUND);
}

/// Every path that the document names.
const ROUTES: [&str; 44] = [
    "/api/admin/boards",
    "/api/admin/boards/{id}",
    "/api/admin/boards/{id}/restore",
    "/api/admin/instance",
    "/api/admin/quotas",
    "/api/boards",
    "/api/boards/{id}",
    "/api/boards/{id}/assets/{hash}",
    "/api/boards/{id}/bin",
    "/api/boards/{id}/comments",
    "/api/boards/{id}/comments/{thread}",
    "/api/boards/{id}/comments/{thread}/{comment}",
    "/api/boards/{id}/copy",
    "/api/boards/{id}/damage",
    "/api/boards/{id}/facilitation",
    "/api/boards/{id}/links",
    "/api/boards/{id}/links/{link}",
    "/api/boards/{id}/links/{link}/rotate",
    "/api/boards/{id}/people",
    "/api/boards/{id}/people/signed-in",
    "/api/boards/{id}/people/{person}/lock",
    "/api/boards/{id}/picture",
    "/api/boards/{id}/private",
    "/api/boards/{id}/private/notes",
    "/api/boards/{id}/private/placed",
    "/api/boards/{id}/private/reveal",
    "/api/boards/{id}/restore",
    "/api/boards/{id}/timer",
    "/api/boards/{id}/unlock",
    "/api/boards/{id}/versions",
    "/api/boards/{id}/versions/{version}",
    "/api/boards/{id}/versions/{version}/changes",
    "/api/boards/{id}/versions/{version}/copy",
    "/api/boards/{id}/versions/{version}/picture",
    "/api/boards/{id}/voting",
    "/api/boards/{id}/voting/ballot",
    "/api/boards/{id}/voting/close",
    "/api/bundle",
    "/api/session",
    "/api/session/boards",
    "/api/session/boards/{id}/key",
    "/api/sign-in",
    "/api/sign-in/callback",
    "/sync/{board_id}",
];

#[tokio::test]
async fn the_document_describes_every_route_and_every_route_answers() {
    let server = Server::start(None).await;
    let document: Value = serde_json::from_slice(&bytes(server.get("/api/openapi.json").await).await).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let names: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(names, ROUTES);
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let names = ["{id}", "{version}", "{link}", "{person}", "{board_id}", "{thread}", "{comment}"];
            let uri = names.iter().fold(path.clone(), |uri, name| uri.replace(name, "x"));
            let request = Request::builder().method(&method).uri(uri).body(Body::empty()).unwrap();
            let status = server.ask(request).await.status();
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    for name in [
        "CreateBoard",
        "CreatedBoard",
        "BoardView",
        "LinkView",
        "Problem",
        "Role",
        "VersionView",
        "BinView",
        "DamageView",
    ] {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}

#[tokio::test]
async fn every_answer_is_guarded_and_pages_are_asked_for_anew() {
    let server = Server::start(None).await;
    for path in ["/", "/b/AAAAAAAAAAAAAAAAAAAA", "/b/anything", "/api/openapi.json", "/health/live", "/nothing"] {
        let response = server.get(path).await;
        let policy = header_of(&response, header::CONTENT_SECURITY_POLICY).to_owned();
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}");
        assert_eq!(header_of(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert_eq!(header_of(&response, header::REFERRER_POLICY), "no-referrer", "{path}");
        if path.starts_with("/b/") || path == "/" {
            let cache = header_of(&response, header::CACHE_CONTROL);
            assert!(["no-cache", "no-store"].contains(&cache), "{path}: {cache}");
        }
    }
}

#[tokio::test]
async fn a_caller_may_name_its_request() {
    let server = Server::start(None).await;
    let name = header::HeaderName::from_static("x-request-id");
    let named = Request::get("/health/live").header(&name, "mine-1").body(Body::empty()).unwrap();
    assert_eq!(header_of(&server.ask(named).await, name.clone()), "mine-1");
    let hostile = Request::get("/health/live").header(&name, "a b\"c").body(Body::empty()).unwrap();
    assert_eq!(header_of(&server.ask(hostile).await, name).len(), 16);
}

#[tokio::test]
async fn health_and_metrics_answer() {
    let server = Server::start(None).await;
    assert_eq!(server.get("/health/live").await.status(), StatusCode::OK);
    let metrics = server.get("/metrics").await;
    assert_eq!(metrics.status(), StatusCode::OK);
}
