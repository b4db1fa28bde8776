//! Links, their passwords and the board's name over REST: who may do what, and what it does.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use gateway::Gateway;
use protocol::limits::{MAX_LABEL_CHARS, MAX_LINKS_PER_BOARD, MAX_PASSWORD_CHARS};
use protocol::{BoardView, CreatedBoard, LinkList, LinkSecret, LinkView, Role, UnlockedLink};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::server;

struct Server(Gateway);

/// A board, and a key for each role.
struct Board {
    path: String,
    keys: Vec<(Role, String)>,
}

impl Board {
    fn key(&self, role: Role) -> &str {
        &self.keys.iter().find(|(of, _)| *of == role).expect("a key for every role").1
    }
}

/// Status and body; the body of a problem is its code.
type Answer = (StatusCode, Value);

fn read<T: DeserializeOwned>((status, body): Answer) -> T {
    assert!(status.is_success(), "{status} {body}");
    serde_json::from_value(body).expect("the promised body")
}

fn code((status, body): &Answer) -> &str {
    if status.is_success() { "ok" } else { body["code"].as_str().expect("a problem has a code") }
}

impl Server {
    async fn start() -> Self {
        Self(server::start(server::at_site(), 0).await.0)
    }

    async fn ask(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = self.0.router().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status();
        assert_eq!(response.headers().get(header::CACHE_CONTROL).map(|value| value.as_bytes()), Some(&b"no-store"[..]));
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") })
    }

    async fn board(&self) -> Board {
        let created: CreatedBoard = read(self.ask(Method::POST, "/api/boards", "", None).await);
        let path = format!("/api/boards/{}", created.id);
        let mut keys: Vec<(Role, String)> =
            created.links.iter().map(|link| (link.role, link.key.reveal().to_owned())).collect();
        let comment = json!({ "role": "comment" });
        let owner = created.links[0].key.reveal();
        let link: LinkView = read(self.ask(Method::POST, &format!("{path}/links"), owner, Some(comment)).await);
        keys.push((Role::Comment, link.key.reveal().to_owned()));
        Board { path, keys }
    }

    async fn links(&self, board: &Board) -> LinkList {
        read(self.ask(Method::GET, &format!("{}/links", board.path), board.key(Role::Owner), None).await)
    }

    async fn role_of(&self, board: &Board, key: &str) -> String {
        let answer = self.ask(Method::GET, &board.path, key, None).await;
        if answer.0.is_success() {
            read::<BoardView>(answer).role.as_str().to_owned()
        } else {
            code(&answer).to_owned()
        }
    }
}

#[tokio::test]
async fn each_role_may_do_what_it_may_and_nothing_else() {
    let server = Server::start().await;
    for role in Role::ALL {
        let board = server.board().await;
        let links = format!("{}/links", board.path);
        let edit_link = server.links(&board).await.links.into_iter().find(|link| link.role == Role::Edit).expect("one");
        let link = format!("{links}/{}", edit_link.id);
        let (owner, writes) = (role == Role::Owner, role.may_write());
        for (method, path, body, allowed) in [
            (Method::GET, &board.path, None, true),
            (Method::PATCH, &board.path, Some(json!({ "title": "New" })), writes),
            (Method::GET, &links, None, owner),
            (Method::POST, &links, Some(json!({ "role": "view" })), owner),
            (Method::PATCH, &link, Some(json!({ "label": "x" })), owner),
            (Method::POST, &format!("{link}/rotate"), None, owner),
        ] {
            let answer = server.ask(method.clone(), path, board.key(role), body).await;
            assert_eq!(code(&answer), if allowed { "ok" } else { "forbidden" }, "{role:?} {method} {path}");
        }
        let other = server.links(&board).await.links.into_iter().find(|link| link.role == Role::View).expect("one");
        let answer = server.ask(Method::DELETE, &format!("{links}/{}", other.id), board.key(role), None).await;
        assert_eq!(code(&answer), if owner { "ok" } else { "forbidden" }, "{role:?}");
    }
}

#[tokio::test]
async fn strangers_keys_open_none_of_it() {
    let server = Server::start().await;
    let (board, other) = (server.board().await, server.board().await);
    let links = format!("{}/links", board.path);
    let link = format!("{links}/{}", server.links(&board).await.links[0].id);
    for (key, expected) in [("", "wrong-key"), ("short", "wrong-key"), (other.key(Role::Owner), "wrong-key")] {
        for (method, path, body) in [
            (Method::PATCH, &board.path, Some(json!({ "title": "New" }))),
            (Method::GET, &links, None),
            (Method::POST, &links, Some(json!({ "role": "view" }))),
            (Method::PATCH, &link, Some(json!({}))),
            (Method::DELETE, &link, None),
            (Method::POST, &format!("{link}/rotate"), None),
            (Method::POST, &format!("{}/unlock", board.path), Some(json!({ "password": "p" }))),
        ] {
            let answer = server.ask(method.clone(), path, key, body).await;
            assert_eq!(code(&answer), expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn links_are_listed_with_what_was_said_of_them_and_without_secrets() {
    let server = Server::start().await;
    let board = server.board().await;
    let links = format!("{}/links", board.path);
    let wish =
        json!({ "role": "view", "label": "  Kunden ", "expires_at_ms": 9_999_999_999_999_i64, "password": "geheim" });
    let made: LinkView = read(server.ask(Method::POST, &links, board.key(Role::Owner), Some(wish)).await);
    assert!(made.url.starts_with("https://boards.example/b/") && made.url.ends_with(made.key.reveal()));
    let (status, body) = server.ask(Method::GET, &links, board.key(Role::Owner), None).await;
    assert!(
        status.is_success() && !body.to_string().contains(r#""key"#) && !body.to_string().contains("argon2"),
        "{body}"
    );
    let listed: LinkList = serde_json::from_value(body).expect("a list");
    assert_eq!(listed.links.len(), 5);
    assert_eq!(listed.links.iter().filter(|link| link.is_yours).count(), 1);
    let found = listed.links.into_iter().find(|link| link.id == made.id).expect("it is listed");
    assert_eq!(
        (found.label.as_str(), found.has_password, found.expires_at_ms),
        ("Kunden", true, Some(9_999_999_999_999))
    );
}

#[tokio::test]
async fn a_changed_rotated_or_withdrawn_link_opens_accordingly() {
    let server = Server::start().await;
    let board = server.board().await;
    let edit = server.links(&board).await.links.into_iter().find(|link| link.role == Role::Edit).expect("one");
    let link = format!("{}/links/{}", board.path, edit.id);
    let (owner, key) = (board.key(Role::Owner), board.key(Role::Edit));
    assert_eq!(
        server.ask(Method::PATCH, &link, owner, Some(json!({ "role": "view" }))).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(server.role_of(&board, key).await, "view");

    let fresh: LinkView = read(server.ask(Method::POST, &format!("{link}/rotate"), owner, None).await);
    assert_eq!(server.role_of(&board, key).await, "revoked");
    assert_eq!(server.role_of(&board, fresh.key.reveal()).await, "view");
    assert_eq!(code(&server.ask(Method::DELETE, &link, owner, None).await), "unknown-link", "its id went with its key");

    let link = format!("{}/links/{}", board.path, fresh.id);
    assert_eq!(server.ask(Method::DELETE, &link, owner, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.role_of(&board, fresh.key.reveal()).await, "revoked");
    assert_eq!(code(&server.ask(Method::DELETE, &link, owner, None).await), "unknown-link");
}

#[tokio::test]
async fn a_password_is_asked_for_once_and_each_gets_a_key_of_their_own() {
    let server = Server::start().await;
    let board = server.board().await;
    let links = format!("{}/links", board.path);
    let (owner, unlock) = (board.key(Role::Owner), format!("{}/unlock", board.path));
    let wish = json!({ "role": "edit", "password": "pässword" });
    let made: LinkView = read(server.ask(Method::POST, &links, owner, Some(wish)).await);
    let key = made.key.reveal();
    assert_eq!(server.role_of(&board, key).await, "locked");
    for tried in ["", "wrong", &"x".repeat(MAX_PASSWORD_CHARS + 1)] {
        let answer = server.ask(Method::POST, &unlock, key, Some(json!({ "password": tried }))).await;
        assert_eq!(code(&answer), "wrong-password");
    }
    let tried = Some(json!({ "password": "pässword" }));
    let mine: UnlockedLink = read(server.ask(Method::POST, &unlock, key, tried.clone()).await);
    let theirs: UnlockedLink = read(server.ask(Method::POST, &unlock, key, tried.clone()).await);
    assert_ne!(mine.key.reveal(), theirs.key.reveal());
    assert_eq!(server.role_of(&board, mine.key.reveal()).await, "edit");
    assert_eq!(server.links(&board).await.links.len(), 5, "personal keys are not listed");

    let link = format!("{links}/{}", made.id);
    server.ask(Method::PATCH, &link, owner, Some(json!({ "role": "view" }))).await;
    assert_eq!(server.role_of(&board, mine.key.reveal()).await, "view", "a personal key follows its link");
    server.ask(Method::PATCH, &link, owner, Some(json!({ "password": null }))).await;
    assert_eq!(server.role_of(&board, key).await, "view", "it wants none any more");
    assert_eq!(server.role_of(&board, theirs.key.reveal()).await, "wrong-key", "and personal keys have ended");
    assert_eq!(code(&server.ask(Method::POST, &unlock, key, tried).await), "wrong-key", "there is nothing to unlock");
}

#[tokio::test]
async fn passwords_cannot_be_tried_for_ever() {
    let server = Server::start().await;
    let board = server.board().await;
    let wish = json!({ "role": "edit", "password": "right" });
    let links = format!("{}/links", board.path);
    let made: LinkView = read(server.ask(Method::POST, &links, board.key(Role::Owner), Some(wish)).await);
    let unlock = format!("{}/unlock", board.path);
    let mut refused = "wrong-password".to_owned();
    // A bounded burst; the rate beyond it is one a second, which no loop of hashes reaches for long.
    for _ in 0..200 {
        let answer = server.ask(Method::POST, &unlock, made.key.reveal(), Some(json!({ "password": "guess" }))).await;
        refused = code(&answer).to_owned();
        if refused != "wrong-password" {
            break;
        }
    }
    assert_eq!(refused, "busy");
}

#[tokio::test]
async fn wrong_wishes_are_refused_with_their_reason() {
    let server = Server::start().await;
    let board = server.board().await;
    let links = format!("{}/links", board.path);
    let owner = board.key(Role::Owner);
    let long = |count: usize| "x".repeat(count);
    for (wish, expected) in [
        (json!({}), "malformed"),
        (json!({ "role": "emperor" }), "malformed"),
        (json!({ "role": "view", "colour": "red" }), "malformed"),
        (json!({ "role": "view", "label": "a\u{0}b" }), "malformed"),
        (json!({ "role": "view", "label": long(MAX_LABEL_CHARS + 1) }), "too-large"),
        (json!({ "role": "view", "expires_at_ms": -1 }), "malformed"),
        (json!({ "role": "view", "password": "" }), "malformed"),
        (json!({ "role": "view", "password": long(MAX_PASSWORD_CHARS + 1) }), "too-large"),
    ] {
        let answer = server.ask(Method::POST, &links, owner, Some(wish.clone())).await;
        assert_eq!(code(&answer), expected, "{wish}");
    }
    let mine = server.links(&board).await.links.into_iter().find(|link| link.is_yours).expect("one is ours");
    let link = format!("{links}/{}", mine.id);
    for wish in [json!({ "role": "edit" }), json!({ "expires_at_ms": 5 }), json!({ "password": "p" })] {
        assert_eq!(code(&server.ask(Method::PATCH, &link, owner, Some(wish)).await), "last-owner");
    }
    assert_eq!(code(&server.ask(Method::DELETE, &link, owner, None).await), "last-owner");
    let nobody = LinkSecret::from_random([0; LinkSecret::LENGTH]);
    let nowhere = format!("{links}/{}", &nobody.reveal()[..12]);
    assert_eq!(code(&server.ask(Method::DELETE, &nowhere, owner, None).await), "unknown-link");
    for _ in server.links(&board).await.links.len()..MAX_LINKS_PER_BOARD {
        read::<LinkView>(server.ask(Method::POST, &links, owner, Some(json!({ "role": "view" }))).await);
    }
    let one_more = server.ask(Method::POST, &links, owner, Some(json!({ "role": "view" }))).await;
    assert_eq!(code(&one_more), "too-many-links");
}

#[tokio::test]
async fn a_board_takes_another_name() {
    let server = Server::start().await;
    let board = server.board().await;
    let renamed =
        server.ask(Method::PATCH, &board.path, board.key(Role::Edit), Some(json!({ "title": " Plän " }))).await;
    assert_eq!(read::<BoardView>(renamed).title, "Plän");
    let seen: BoardView = read(server.ask(Method::GET, &board.path, board.key(Role::View), None).await);
    assert_eq!(seen.title, "Plän");
    let bad = server.ask(Method::PATCH, &board.path, board.key(Role::Edit), Some(json!({ "title": "a\nb" }))).await;
    assert_eq!(code(&bad), "malformed");
}
