//! What whoever runs the server may see and do over REST, and that nobody else may; and the bound on boards.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use gateway::{Gateway, GatewayOptions, Quotas, Token};
use protocol::CreatedBoard;
use serde_json::Value;
use storage::Storage;
use tower::ServiceExt;

use crate::server;

const TOKEN: &str = "correct horse battery";

struct Server {
    gateway: Gateway,
    storage: Arc<dyn Storage>,
}

impl Server {
    async fn start(admin_token: Option<&str>, quotas: Quotas) -> Self {
        let options = GatewayOptions { admin_token: admin_token.map(Token::of), quotas, ..server::at_site() };
        let (gateway, storage) = server::start(options, 1000).await;
        Self { gateway, storage }
    }

    async fn with_admin() -> Self {
        Self::start(Some(TOKEN), Quotas::default()).await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.gateway.router().oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn ask(&self, method: Method, path: &str, token: Option<&str>) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    async fn board(&self, title: &str) -> CreatedBoard {
        let request = Request::post("/api/boards").header(header::CONTENT_TYPE, "application/json");
        let body = serde_json::json!({ "title": title }).to_string();
        let (_, board) = self.send(request.body(body.into()).expect("a request")).await;
        serde_json::from_value(board).expect("a board")
    }
}

/// The code of a problem; `ok` for what is none.
fn code((status, body): &(StatusCode, Value)) -> &str {
    if status.is_success() { "ok" } else { body["code"].as_str().expect("a problem has a code") }
}

#[tokio::test]
async fn every_admin_route_wants_the_admin_token_and_nothing_else_will_do() {
    let (server, closed) = (Server::with_admin().await, Server::start(None, Quotas::default()).await);
    let board = server.board("Plan").await;
    let owner = board.links[0].key.reveal();
    let (_, document) = server.ask(Method::GET, "/api/openapi.json", None).await;
    let mut routes = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        if !path.starts_with("/api/admin/") {
            continue;
        }
        let path = path.replace("{id}", board.id.as_str());
        for method in methods.as_object().expect("methods").keys() {
            routes += 1;
            let method: Method = method.to_uppercase().parse().expect("a method");
            for token in [None, Some(""), Some("wrong"), Some(owner), Some("correct horse batter")] {
                let answer = server.ask(method.clone(), &path, token).await;
                assert_eq!(code(&answer), "wrong-token", "{method} {path} with {token:?}");
            }
            let cookie = Request::builder().method(method.clone()).uri(&path).header(header::COOKIE, TOKEN);
            let answer = server.send(cookie.body(Body::empty()).expect("a request")).await;
            assert_eq!(code(&answer), "wrong-token", "{method} {path} with a cookie");
            let by_query = format!("{path}?key={}", TOKEN.replace(' ', "+"));
            assert_eq!(code(&server.ask(method.clone(), &by_query, None).await), "wrong-token", "{method} {by_query}");
            for token in [None, Some(""), Some(TOKEN)] {
                let answer = closed.ask(method.clone(), &path, token).await;
                assert_eq!(code(&answer), "no-administration", "{method} {path} without an admin token set");
            }
        }
    }
    assert_eq!(routes, 5, "the document names every route of the administration");
    let record = server.storage.board(&board.id).await.expect("it answers").expect("the board");
    assert_eq!(record.deleted_at_ms, None, "nobody without the token deleted it");
}

#[tokio::test]
async fn boards_are_listed_deleted_and_restored() {
    let server = Server::with_admin().await;
    let (plan, other) = (server.board("Plan").await, server.board("Other").await);
    let list = async |query: &str| {
        let (status, list) = server.ask(Method::GET, &format!("/api/admin/boards{query}"), Some(TOKEN)).await;
        assert_eq!(status, StatusCode::OK, "{query}");
        let ids: Vec<String> = list["boards"]
            .as_array()
            .expect("boards")
            .iter()
            .map(|board| board["id"].as_str().expect("an id").to_owned())
            .collect();
        (ids, list["total"].as_u64().expect("a total"))
    };
    let (plan_id, other_id) = (plan.id.to_string(), other.id.to_string());
    assert_eq!(list("?sort=title").await, (vec![other_id.clone(), plan_id.clone()], 2));
    assert_eq!(list("?sort=title&limit=1&offset=1").await, (vec![plan_id.clone()], 2));
    assert_eq!(list("?query=plan").await, (vec![plan_id.clone()], 1));
    assert_eq!(list(&format!("?query={other_id}")).await, (vec![other_id.clone()], 1));
    let path = format!("/api/admin/boards/{plan_id}");
    assert_eq!(code(&server.ask(Method::DELETE, &path, Some(TOKEN)).await), "ok");
    assert_eq!((list("?bin=true").await.0, list("?bin=false").await.0), (vec![plan_id.clone()], vec![other_id]));
    let view = server.ask(Method::GET, &format!("/api/boards/{plan_id}"), Some(plan.links[0].key.reveal())).await;
    assert_eq!(code(&view), "deleted", "its people are told so");
    assert_eq!(code(&server.ask(Method::POST, &format!("{path}/restore"), Some(TOKEN)).await), "ok");
    assert_eq!(list("?bin=true").await, (vec![], 0));
    for strange in ["short", "abcdefghij0123456789"] {
        let path = format!("/api/admin/boards/{strange}");
        assert_eq!(code(&server.ask(Method::DELETE, &path, Some(TOKEN)).await), "unknown-board", "{strange}");
    }
    assert_eq!(code(&server.ask(Method::GET, "/api/admin/boards?sort=x", Some(TOKEN)).await), "malformed");
}

#[tokio::test]
async fn the_instance_is_told_with_its_bounds() {
    let quotas = Quotas { boards: Some(2), board_bytes: Some(5), ..Quotas::default() };
    let server = Server::start(Some(TOKEN), quotas).await;
    let first = server.board("One").await;
    server.board("Two").await;
    let (_, view) = server.ask(Method::GET, "/api/admin/instance", Some(TOKEN)).await;
    assert_eq!((view["boards"].as_u64(), view["boards_in_bin"].as_u64()), (Some(2), Some(0)));
    let most = serde_json::json!({ "boards": 2, "board_bytes": 5, "asset_bytes": 1000 });
    let mut quotas = most.clone();
    quotas["most"] = most;
    assert_eq!(view["quotas"], quotas);
    let copy = format!("/api/boards/{}/copy", first.id);
    for path in ["/api/boards", &copy] {
        let answer = server.ask(Method::POST, path, Some(first.links[0].key.reveal())).await;
        assert_eq!((code(&answer), answer.0.as_u16()), ("too-many-boards", 507), "{path}");
    }
    let owner = first.links[0].key.reveal();
    server.ask(Method::DELETE, &format!("/api/boards/{}", first.id), Some(owner)).await;
    assert_eq!(code(&server.ask(Method::POST, "/api/boards", None).await), "too-many-boards", "the bin counts");
    server.ask(Method::DELETE, &format!("/api/boards/{}/bin", first.id), Some(owner)).await;
    assert_eq!(code(&server.ask(Method::POST, "/api/boards", None).await), "ok");
}

#[tokio::test]
async fn bounds_are_set_below_the_flags_and_taken_away_again() {
    let quotas = Quotas { boards: Some(5), ..Quotas::default() };
    let server = Server::start(Some(TOKEN), quotas).await;
    let set = async |wish: &str| {
        let request = Request::put("/api/admin/quotas").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        server.send(request.body(wish.to_owned().into()).expect("a request")).await
    };
    for (wish, expected) in [
        (r#"{"boards":6}"#, "too-large"),
        (r#"{"asset_bytes":1001}"#, "too-large"),
        (r#"{"board_bytes":1}"#, "malformed"),
        (r#"{"board_bytes":18446744073709551615}"#, "malformed"),
        (r#"{"boards":-1}"#, "malformed"),
        (r#"{"boards":"many"}"#, "malformed"),
        (r#"{"shapes":1}"#, "malformed"),
        ("", "malformed"),
        (r#"{"boards":1,"board_bytes":1048576}"#, "ok"),
    ] {
        assert_eq!(code(&set(wish).await), expected, "{wish}");
    }
    let (_, view) = server.ask(Method::GET, "/api/admin/instance", Some(TOKEN)).await;
    let most = serde_json::json!({ "boards": 5, "board_bytes": null, "asset_bytes": 1000 });
    let expected = serde_json::json!({ "boards": 1, "board_bytes": 1048576, "asset_bytes": 1000, "most": most });
    assert_eq!(view["quotas"], expected);
    server.board("One").await;
    assert_eq!(code(&server.ask(Method::POST, "/api/boards", None).await), "too-many-boards");
    // Another gateway on the same store, which nobody told.
    let store = server.storage.clone();
    let gateway = server::on(store.clone(), GatewayOptions { quotas, ..server::at_site() }, 1000);
    let other = Server { gateway, storage: store };
    assert_eq!(code(&other.ask(Method::POST, "/api/boards", None).await), "too-many-boards");
    assert_eq!(code(&set("{}").await), "ok");
    assert_eq!(code(&other.ask(Method::POST, "/api/boards", None).await), "ok");
}

#[tokio::test]
async fn wrong_tokens_run_out() {
    let server = Server::with_admin().await;
    let mut codes = Vec::new();
    for token in (0..80).map(|number| format!("guess {number}")).chain([TOKEN.to_owned()]) {
        let mut request = Request::get("/api/admin/instance").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let peer: SocketAddr = "203.0.113.7:1".parse().expect("an address");
        request.extensions_mut().expect("a whole request").insert(ConnectInfo(peer));
        codes.push(code(&server.send(request.body(Body::empty()).expect("a request")).await).to_owned());
    }
    assert_eq!(codes.first().map(String::as_str), Some("wrong-token"));
    assert_eq!(codes.last().map(String::as_str), Some("busy"), "the right one has to wait too");
}
