//! Locking people out, and refusing who asks too often, by a raw client: every role, every route, with the time to wait.

use std::net::{IpAddr, SocketAddr};

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use gateway::{Creation, Gateway, GatewayOptions, Token};
use protocol::{CreatedBoard, LinkSecret, PeopleList, Role};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::server;

struct Server(Gateway);

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        if self.status.is_success() { "ok" } else { self.body["code"].as_str().expect("a problem has a code") }
    }
}

/// What a request is sent with.
#[derive(Default, Clone, Copy)]
struct With<'a> {
    key: &'a str,
    person: &'a str,
    token: &'a str,
    from: Option<[u8; 4]>,
}

impl Server {
    async fn start(options: GatewayOptions) -> Self {
        let options = GatewayOptions { public_url: server::at_site().public_url, ..options };
        Self(server::start(options, 0).await.0)
    }

    async fn ask(&self, method: Method, path: &str, with: With<'_>, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !with.key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", with.key));
        }
        for (name, value) in [("boardwalk-person", with.person), ("boardwalk-token", with.token)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        if let Some(from) = with.from {
            request = request.extension(ConnectInfo(SocketAddr::new(IpAddr::from(from), 5)));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.0.router().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    async fn board(&self) -> CreatedBoard {
        let made = self.ask(Method::POST, "/api/boards", With::default(), None).await;
        serde_json::from_value(made.body).expect("a board")
    }
}

fn key(board: &CreatedBoard, role: Role) -> &str {
    board.links.iter().find(|link| link.role == role).expect("a link of each first role").key.reveal()
}

fn secret(fill: u8) -> LinkSecret {
    LinkSecret::from_random([fill; LinkSecret::LENGTH])
}

fn name_of(person: &LinkSecret) -> String {
    gateway::secret_hash(person).0.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn who_is_locked_out_gets_nothing_by_any_key_until_let_in_again() {
    let server = Server::start(GatewayOptions::default()).await;
    let (board, other) = (server.board().await, server.board().await);
    let (owner, mallory, ben) = (secret(1), secret(2), secret(3));
    let path = format!("/api/boards/{}", board.id);
    let lock = format!("{path}/people/{}/lock", name_of(&mallory));
    let owners = With { key: key(&board, Role::Owner), person: owner.reveal(), ..With::default() };
    for role in [Role::Edit, Role::View] {
        let with = With { key: key(&board, role), ..With::default() };
        for (method, path, body) in [
            (Method::GET, format!("{path}/people"), None),
            (Method::PUT, lock.clone(), Some(json!({ "name": "x" }))),
            (Method::DELETE, lock.clone(), None),
        ] {
            assert_eq!(server.ask(method.clone(), &path, with, body).await.code(), "forbidden", "{role:?} {method}");
        }
    }
    for (who, name, expected) in [
        (name_of(&owner), "me", "last-owner"),
        ("nobody".to_owned(), "x", "unknown-person"),
        (name_of(&mallory), "a\u{7}", "malformed"),
        (name_of(&mallory), &*"x".repeat(61), "too-large"),
        (name_of(&mallory), "Mallory", "ok"),
    ] {
        let path = format!("{path}/people/{who}/lock");
        let answer = server.ask(Method::PUT, &path, owners, Some(json!({ "name": name }))).await;
        assert_eq!(answer.code(), expected, "{name}");
    }
    for role in [Role::Owner, Role::Edit, Role::View] {
        let locked = With { key: key(&board, role), person: mallory.reveal(), ..With::default() };
        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::GET, format!("{path}/versions")),
            (Method::GET, format!("{path}/picture")),
            (Method::POST, format!("{path}/copy")),
            (Method::DELETE, path.clone()),
            (Method::GET, format!("{path}/no-such-route")),
        ] {
            assert_eq!(server.ask(method.clone(), &path, locked, None).await.code(), "locked-out", "{role:?} {path}");
        }
        let others = With { person: ben.reveal(), ..locked };
        assert_eq!(server.ask(Method::GET, &path, others, None).await.code(), "ok", "others stay");
    }
    let elsewhere = With { key: key(&other, Role::View), person: mallory.reveal(), ..With::default() };
    let elsewhere = server.ask(Method::GET, &format!("/api/boards/{}", other.id), elsewhere, None).await;
    assert_eq!(elsewhere.code(), "ok", "another board is another matter");

    let listed = server.ask(Method::GET, &format!("{path}/people"), owners, None).await;
    assert!(!listed.body.to_string().contains(mallory.reveal()));
    let listed: PeopleList = serde_json::from_value(listed.body).expect("a list");
    assert_eq!(listed.locked.iter().map(|locked| &*locked.name).collect::<Vec<_>>(), ["Mallory"]);
    assert_eq!(server.ask(Method::DELETE, &lock, owners, None).await.code(), "ok");
    assert_eq!(server.ask(Method::DELETE, &lock, owners, None).await.code(), "unknown-person");
    let again = With { key: key(&board, Role::View), person: mallory.reveal(), ..With::default() };
    assert_eq!(server.ask(Method::GET, &path, again, None).await.code(), "ok");
}

#[tokio::test]
async fn an_address_that_guesses_is_refused_with_the_time_to_wait_and_others_are_not() {
    let server = Server::start(GatewayOptions::default()).await;
    let board = server.board().await;
    let path = format!("/api/boards/{}", board.id);
    let wrong = secret(9);
    let guess = With { key: wrong.reveal(), from: Some([203, 0, 113, 1]), ..With::default() };
    let mut codes = Vec::new();
    for _ in 0..200 {
        let answer = server.ask(Method::GET, &path, guess, None).await;
        codes.push(answer.code().to_owned());
        if answer.code() == "busy" {
            let wait: u64 = answer.headers[header::RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
            assert!((1..=60).contains(&wait) && answer.status == StatusCode::TOO_MANY_REQUESTS);
            break;
        }
    }
    assert_eq!(codes.last().map(String::as_str), Some("busy"));
    assert!(codes.len() > 20 && codes[..codes.len() - 1].iter().all(|code| code == "wrong-key"));
    let right = With { key: key(&board, Role::View), ..guess };
    assert_eq!(
        server.ask(Method::GET, &path, right, None).await.code(),
        "busy",
        "a right guess hides among wrong ones"
    );
    for from in [Some([203, 0, 113, 2]), None] {
        assert_eq!(server.ask(Method::GET, &path, With { from, ..right }, None).await.code(), "ok", "{from:?}");
    }
}

#[tokio::test]
async fn an_address_that_makes_board_after_board_is_refused() {
    let server = Server::start(GatewayOptions::default()).await;
    let from = With { from: Some([203, 0, 113, 1]), ..With::default() };
    let mut made = 0;
    let refused = loop {
        let answer = server.ask(Method::POST, "/api/boards", from, None).await;
        if answer.code() != "ok" {
            break answer;
        }
        made += 1;
        assert!(made < 200, "it goes on for ever");
    };
    assert!(refused.code() == "busy" && refused.headers.contains_key(header::RETRY_AFTER) && made >= 20);
    let other = With { from: Some([203, 0, 113, 2]), ..With::default() };
    assert_eq!(server.ask(Method::POST, "/api/boards", other, None).await.code(), "ok");
}

#[tokio::test]
async fn boards_are_made_by_token_only_where_it_is_so() {
    let creation = Creation::Token(Token::of("correct horse battery"));
    let server = Server::start(GatewayOptions { creation, ..GatewayOptions::default() }).await;
    let with = |token| With { token, ..With::default() };
    for (token, expected) in [("", "token-needed"), ("wrong", "token-needed"), ("correct horse battery", "ok")] {
        assert_eq!(server.ask(Method::POST, "/api/boards", with(token), None).await.code(), expected, "{token}");
    }
    let made = server.ask(Method::POST, "/api/boards", with("correct horse battery"), None).await;
    let board: CreatedBoard = serde_json::from_value(made.body).expect("a board");
    let copy = format!("/api/boards/{}/copy", board.id);
    let owner = With { key: key(&board, Role::Owner), ..With::default() };
    assert_eq!(server.ask(Method::POST, &copy, owner, None).await.code(), "token-needed");
    let owner = With { token: "correct horse battery", ..owner };
    assert_eq!(server.ask(Method::POST, &copy, owner, None).await.code(), "ok");
}
