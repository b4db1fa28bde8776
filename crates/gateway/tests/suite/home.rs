//! What a home page asks for over REST: copies, the bin to its end, bundles. Who may do what, and what it does.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use gateway::Gateway;
use protocol::limits::MAX_BUNDLE_BYTES;
use protocol::{CreatedBoard, LinkSecret, Role};
use storage::Storage;
use tower::ServiceExt;

use crate::server;

struct Server {
    gateway: Gateway,
    storage: Arc<dyn Storage>,
}

type Answer = (StatusCode, Vec<u8>);

/// The code of a problem; `ok` for what is none.
fn code((status, body): &Answer) -> String {
    if status.is_success() {
        return "ok".to_owned();
    }
    let problem: serde_json::Value = serde_json::from_slice(body).expect("a problem is JSON");
    problem["code"].as_str().expect("a problem has a code").to_owned()
}

impl Server {
    async fn start() -> Self {
        let (gateway, storage) = server::start(server::at_site(), 0).await;
        Self { gateway, storage }
    }

    async fn ask(&self, method: Method, path: &str, key: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let request = request.body(body.into()).expect("a request");
        let response = self.gateway.router().oneshot(request).await.expect("an answer");
        let status = response.status();
        (status, to_bytes(response.into_body(), 1 << 20).await.expect("a body").to_vec())
    }

    async fn board(&self) -> CreatedBoard {
        let (_, body) = self.ask(Method::POST, "/api/boards", "", "").await;
        serde_json::from_slice(&body).expect("a board")
    }
}

fn key(board: &CreatedBoard, role: Role) -> &str {
    board.links.iter().find(|link| link.role == role).expect("a link of each first role").key.reveal()
}

#[tokio::test]
async fn a_copy_has_the_content_and_links_of_its_own() {
    let server = Server::start().await;
    for (role, expected) in [(Role::Owner, "ok"), (Role::Edit, "ok"), (Role::View, "forbidden")] {
        let board = server.board().await;
        let mut source = server.storage.export_board(&board.id).await.expect("it answers").expect("the board");
        source.id = protocol::BoardId::from_random([7; 20]);
        let path = format!("/api/boards/{}/copy", board.id);
        let answer = server.ask(Method::POST, &path, key(&board, role), "").await;
        assert_eq!(code(&answer), expected, "{role:?}");
        if answer.0.is_success() {
            let copy: CreatedBoard = serde_json::from_slice(&answer.1).expect("a board");
            assert_ne!(copy.id, board.id);
            let made = server.storage.export_board(&copy.id).await.expect("it answers").expect("the copy");
            assert_eq!((made.snapshot, made.rows, made.head_seq), (source.snapshot, source.rows, source.head_seq));
            assert!(made.created_at_ms > 0 && made.links.len() == 3);
            let old = server.ask(Method::GET, &format!("/api/boards/{}", copy.id), key(&board, Role::Owner), "").await;
            assert_eq!(code(&old), "wrong-key", "the old links do not open the copy");
        }
    }
}

#[tokio::test]
async fn only_owners_forget_a_board_for_good_and_only_from_the_bin() {
    let server = Server::start().await;
    let board = server.board().await;
    let (path, bin) = (format!("/api/boards/{}", board.id), format!("/api/boards/{}/bin", board.id));
    for (role, expected) in [(Role::View, "forbidden"), (Role::Edit, "forbidden"), (Role::Owner, "malformed")] {
        assert_eq!(code(&server.ask(Method::DELETE, &bin, key(&board, role), "").await), expected, "{role:?}");
    }
    let owner = key(&board, Role::Owner);
    assert_eq!(code(&server.ask(Method::DELETE, &path, owner, "").await), "ok");
    assert_eq!(code(&server.ask(Method::DELETE, &bin, key(&board, Role::Edit), "").await), "forbidden");
    assert_eq!(code(&server.ask(Method::DELETE, &bin, owner, "").await), "ok");
    assert_eq!(code(&server.ask(Method::GET, &path, owner, "").await), "unknown-board");
    assert_eq!(code(&server.ask(Method::DELETE, &bin, owner, "").await), "unknown-board");
}

#[tokio::test]
async fn pictures_are_for_who_may_see_what_is_on_them() {
    let server = Server::start().await;
    let (board, other) = (server.board().await, server.board().await);
    let picture = format!("/api/boards/{}/picture", board.id);
    let version = format!("/api/boards/{}/versions/{}/picture", board.id, "v".repeat(20));
    for (path, key, expected) in [
        (&picture, "", "wrong-key"),
        (&picture, key(&other, Role::Owner), "wrong-key"),
        (&version, key(&board, Role::View), "forbidden"),
        (&version, key(&board, Role::Edit), "unknown-version"),
        // Nobody paints here: the asking itself was allowed.
        (&picture, key(&board, Role::View), "unavailable"),
    ] {
        assert_eq!(code(&server.ask(Method::GET, path, key, "").await), expected, "{path}");
    }
}

#[tokio::test]
async fn a_bundle_opens_with_its_token_only() {
    let server = Server::start().await;
    let token = |fill| LinkSecret::from_random([fill; LinkSecret::LENGTH]).reveal().to_owned();
    let (mine, other) = (token(1), token(2));
    for (method, key, body, expected) in [
        (Method::GET, &mine, vec![], "wrong-key"),
        (Method::PUT, &String::new(), vec![1], "wrong-key"),
        (Method::PUT, &"short".to_owned(), vec![1], "wrong-key"),
        (Method::PUT, &mine, vec![], "too-large"),
        (Method::PUT, &mine, vec![1; MAX_BUNDLE_BYTES + 1], "too-large"),
        (Method::PUT, &mine, vec![1; MAX_BUNDLE_BYTES], "ok"),
        (Method::PUT, &mine, vec![2, 3], "ok"),
        (Method::GET, &other, vec![], "wrong-key"),
    ] {
        assert_eq!(code(&server.ask(method.clone(), "/api/bundle", key, body).await), expected, "{method}");
    }
    assert_eq!(server.ask(Method::GET, "/api/bundle", &mine, "").await.1, [2, 3]);
    assert_eq!(code(&server.ask(Method::DELETE, "/api/bundle", &mine, "").await), "ok");
    assert_eq!(code(&server.ask(Method::GET, "/api/bundle", &mine, "").await), "wrong-key");
}
