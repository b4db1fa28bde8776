//! Signing in at a provider, by a raw client: every answer that is not to be believed, who may do what when signed in, and
//! that nothing of it is there where no provider is set.

mod provider;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use gateway::{ClientSecret, Creation, Gateway, GatewayOptions, SignIn, SignInOptions, Token};
use protocol::{CreatedBoard, OwnBoardList, Role, UnlockedLink};
use serde_json::{Value, json};
use storage::Storage;
use tower::ServiceExt;

use crate::server::{self, SITE};
use provider::{CLIENT_ID, CLIENT_SECRET, Lie, Provider};

const SESSION: &str = "__Host-boardwalk-session";
const ATTEMPT: &str = "__Host-boardwalk-sign-in";

struct Server(Gateway);

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        if self.status.is_client_error() || self.status.is_server_error() {
            self.body["code"].as_str().expect("a problem has a code")
        } else {
            "ok"
        }
    }

    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    /// What it sets a cookie to; empty where it ends it.
    fn cookie(&self, name: &str) -> Option<&str> {
        let set = self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("text"));
        let value = set.filter_map(|text| text.strip_prefix(name)?.strip_prefix('=')).next()?;
        Some(value.split(';').next().expect("a value"))
    }
}

/// What a request is sent with.
#[derive(Default, Clone, Copy)]
struct With<'a> {
    session: &'a str,
    attempt: &'a str,
    origin: &'a str,
    key: &'a str,
    accept: &'a str,
    person: &'a str,
    body: &'a str,
    from: Option<[u8; 4]>,
}

fn options(provider: &Provider) -> SignInOptions {
    SignInOptions {
        issuer: provider.issuer.clone(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: ClientSecret::of(CLIENT_SECRET),
        site: SITE.to_owned(),
    }
}

impl Server {
    async fn start(provider: Option<&Provider>, creation: Creation) -> Self {
        Self::on(storage::open("memory:").await.expect("memory never fails"), provider, creation)
    }

    fn on(storage: Arc<dyn Storage>, provider: Option<&Provider>, creation: Creation) -> Self {
        let sign_in = provider.map(|provider| Arc::new(SignIn::new(options(provider)).expect("it is set right")));
        let admin_token = Some(Token::of("correct horse battery"));
        let options = GatewayOptions { sign_in, creation, admin_token, ..server::at_site() };
        Self(server::on(storage, options, 0))
    }

    async fn ask(&self, method: Method, path: &str, with: With<'_>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "boards.example");
        for (name, value) in [(SESSION, with.session), (ATTEMPT, with.attempt)] {
            if !value.is_empty() {
                request = request.header(header::COOKIE, format!("{name}={value}"));
            }
        }
        if !with.key.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", with.key));
        }
        let kind = if with.body.is_empty() { "" } else { "application/json" };
        for (name, value) in [
            (header::ORIGIN, with.origin),
            (header::ACCEPT, with.accept),
            (HeaderName::from_static("boardwalk-person"), with.person),
            (header::CONTENT_TYPE, kind),
        ] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        if let Some(from) = with.from {
            request = request.extension(ConnectInfo(SocketAddr::new(from.into(), 5)));
        }
        let request = request.body(Body::from(with.body.to_owned())).expect("a request");
        let response = self.0.router().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    async fn begin(&self) -> (String, String) {
        let begun = self.ask(Method::GET, "/api/sign-in?return=/recover", With::default()).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{:?}", begun.body);
        (begun.location().to_owned(), begun.cookie(ATTEMPT).expect("a cookie").to_owned())
    }

    async fn end(&self, query: &str, attempt: &str) -> Answer {
        self.ask(Method::GET, &format!("/api/sign-in/callback?{query}"), With { attempt, ..With::default() }).await
    }

    /// Signs somebody in: their session's cookie.
    async fn sign_in(&self, provider: &Provider, subject: &str, name: &str) -> String {
        let (address, attempt) = self.begin().await;
        let ended = self.end(&provider.approve(&address, subject, name), &attempt).await;
        assert_eq!(ended.location(), format!("{SITE}/recover"), "{:?}", ended.body);
        ended.cookie(SESSION).expect("a session").to_owned()
    }

    async fn name(&self, session: &str) -> Value {
        let view = self.ask(Method::GET, "/api/session", With { session, ..With::default() }).await;
        assert_eq!(view.headers[header::CACHE_CONTROL], "no-store");
        view.body["name"].clone()
    }

    async fn make(&self, session: &str) -> Answer {
        self.ask(Method::POST, "/api/boards", With { session, origin: SITE, ..With::default() }).await
    }

    async fn boards(&self, session: &str) -> Vec<String> {
        let list = self.ask(Method::GET, "/api/session/boards", With { session, ..With::default() }).await;
        let list: OwnBoardList = serde_json::from_value(list.body).expect("a list");
        list.boards.into_iter().map(|board| board.id.to_string()).collect()
    }
}

fn key(board: &CreatedBoard, role: Role) -> &str {
    board.links.iter().find(|link| link.role == role).expect("a link of each first role").key.reveal()
}

fn made(answer: Answer) -> CreatedBoard {
    serde_json::from_value(answer.body).expect("a board")
}

#[tokio::test]
async fn who_comes_back_from_the_provider_is_signed_in_until_they_leave() {
    let provider = Provider::start().await;
    let storage = storage::open("memory:").await.expect("memory never fails");
    let [server, other] = [(); 2].map(|()| Server::on(storage.clone(), Some(&provider), Creation::Anybody));
    assert_eq!(server.name("").await, Value::Null);
    let begun = server.ask(Method::GET, "/api/sign-in", With::default()).await;
    let text = begun.headers[header::SET_COOKIE].to_str().expect("text");
    for part in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age=600;"] {
        assert!(text.contains(part), "{text} lacks {part}");
    }
    assert!(begun.location().contains("tenant=1&"), "what the provider's address has stays: {}", begun.location());
    let callback = "redirect_uri=https%3A%2F%2Fboards.example%2Fapi%2Fsign-in%2Fcallback";
    assert!(begun.location().contains(callback), "{}", begun.location());

    // Any gateway ends what another began.
    let (address, attempt) = server.begin().await;
    let query = provider.approve(&address, "7", " Ada\u{7}  Lovelace ");
    let ended = other.end(&query, &attempt).await;
    assert_eq!((ended.status, ended.location()), (StatusCode::SEE_OTHER, "https://boards.example/recover"));
    assert_eq!(ended.cookie(ATTEMPT), Some(""), "the attempt is over");
    let session = ended.cookie(SESSION).expect("a session").to_owned();
    assert_eq!(session.len(), 40, "240 random bits");
    for gateway in [&server, &other] {
        assert_eq!(gateway.name(&session).await, "Ada  Lovelace");
    }
    let again = server.end(&query, &attempt).await;
    assert_eq!((again.code(), again.cookie(SESSION)), ("sign-in-failed", None), "a code is worth one session");

    let elsewhere = With { session: &session, origin: "https://evil.example", ..With::default() };
    assert_eq!(server.ask(Method::DELETE, "/api/session", elsewhere).await.code(), "sign-in-needed");
    assert_eq!(other.name(&session).await, "Ada  Lovelace", "another site's page ends nothing");
    let left = With { session: &session, origin: SITE, ..With::default() };
    let left = server.ask(Method::DELETE, "/api/session", left).await;
    assert_eq!((left.status, left.cookie(SESSION)), (StatusCode::NO_CONTENT, Some("")));
    for gateway in [&server, &other] {
        assert_eq!(gateway.name(&session).await, Value::Null, "it is over on the server, not just in the browser");
    }
}

#[tokio::test]
async fn no_other_answer_is_believed() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    for lie in [Lie::Nonce, Lie::Audience, Lie::Expired, Lie::Issuer, Lie::Unsigned, Lie::OtherKey, Lie::NoToken] {
        let (address, attempt) = server.begin().await;
        let query = provider.approve(&address, "7", "Ada");
        provider.lie(lie);
        let ended = server.end(&query, &attempt).await;
        provider.lie(Lie::None);
        let expected = if lie == Lie::NoToken { "sign-in-unavailable" } else { "sign-in-failed" };
        assert_eq!((ended.code(), ended.cookie(SESSION), ended.cookie(ATTEMPT)), (expected, None, Some("")), "{lie:?}");
    }
    let ((address, attempt), (others_address, others)) = (server.begin().await, server.begin().await);
    let query = provider.approve(&address, "7", "Ada");
    let (code, state) = query.split_once('&').expect("code and state");
    let others_query = provider.approve(&others_address, "8", "Mallory");
    let (others_code, _) = others_query.split_once('&').expect("code and state");
    for (query, attempt) in [
        (query.clone(), ""),
        (query.clone(), &*others),
        (query.clone(), "nonsense"),
        (code.to_owned(), &*attempt),
        (format!("{code}&state="), &*attempt),
        (format!("{code}&state=other"), &*attempt),
        (state.to_owned(), &*attempt),
        (format!("{query}&iss=https%3A%2F%2Fevil.example"), &*attempt),
        (format!("{query}&error=access_denied"), &*attempt),
        (format!("code=made-up&{state}"), &*attempt),
        // Mallory's code under Ada's state: her browser's verifier is not that code's.
        (format!("{others_code}&{state}"), &*attempt),
    ] {
        let ended = server.end(&query, attempt).await;
        assert_eq!((ended.code(), ended.cookie(SESSION)), ("sign-in-failed", None), "{query}");
    }
    assert_eq!(server.end(&query, &attempt).await.status, StatusCode::SEE_OTHER, "the one that is right still is");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    for path in
        ["//evil.example", "https://evil.example", "%2F%5Cevil.example", "%2F%09%2Fevil.example", "/api/sign-in"]
    {
        let begun = server.ask(Method::GET, &format!("/api/sign-in?return={path}"), With::default()).await;
        assert_eq!((begun.code(), begun.location()), ("malformed", ""), "{path}");
    }
}

#[tokio::test]
async fn a_provider_that_changes_its_keys_is_followed() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    for kid in ["first", "second", "second"] {
        if provider.asked() > 0 {
            provider.change_key(kid);
        }
        let session = server.sign_in(&provider, "7", "Ada").await;
        assert_eq!(server.name(&session).await, "Ada");
    }
    assert_eq!(provider.asked(), 3, "once, and once for each change");
    server.sign_in(&provider, "7", "Ada").await;
    assert_eq!(provider.asked(), 3);
    provider.wants_secret_in_form();
    provider.change_key("third");
    let fresh = Server::start(Some(&provider), Creation::Anybody).await;
    fresh.sign_in(&provider, "7", "Ada").await;
}

/// Strict providers leave names out of id tokens: OpenID Connect Core, 5.4.
#[tokio::test]
async fn a_name_that_is_told_apart_is_asked_for_and_is_that_persons() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    provider.tells_names_apart();
    for (lie, expected) in [(Lie::None, "Ada"), (Lie::OtherPerson, ""), (Lie::NoName, "")] {
        provider.lie(lie);
        let session = server.sign_in(&provider, &format!("{lie:?}"), "Ada").await;
        assert_eq!(server.name(&session).await, expected, "{lie:?}: who has no name is signed in as well");
    }
}

#[tokio::test]
async fn a_provider_of_no_use_costs_nothing_but_the_sign_in() {
    let provider = Provider::start().await;
    for lie in [Lie::TooLong, Lie::Breaks, Lie::Redirects, Lie::OtherName, Lie::PlainEndpoint] {
        let server = Server::start(Some(&provider), Creation::Anybody).await;
        provider.lie(lie);
        let begun = server.ask(Method::GET, "/api/sign-in", With::default()).await;
        assert_eq!((begun.code(), begun.cookie(ATTEMPT)), ("sign-in-unavailable", None), "{lie:?}");
        provider.lie(Lie::None);
        server.sign_in(&provider, "7", "Ada").await;
    }
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    let session = server.sign_in(&provider, "7", "Ada").await;
    let (address, attempt) = server.begin().await;
    let query = provider.approve(&address, "7", "Ada");
    provider.stop();
    let fresh = Server::start(Some(&provider), Creation::Anybody).await;
    let begun = fresh.ask(Method::GET, "/api/sign-in", With::default()).await;
    assert_eq!((begun.status, begun.code()), (StatusCode::SERVICE_UNAVAILABLE, "sign-in-unavailable"));
    assert_eq!(fresh.end(&query, &attempt).await.code(), "sign-in-unavailable");
    let person = With { accept: "text/html,*/*", ..With::default() };
    let shown = fresh.ask(Method::GET, "/api/sign-in", person).await;
    assert_eq!(
        (shown.status, shown.location()),
        (StatusCode::SEE_OTHER, "https://boards.example/#sign-in=sign-in-unavailable")
    );
    assert_eq!(server.name(&session).await, "Ada", "who is signed in stays so");
    assert_eq!(server.make(&session).await.code(), "ok");
}

#[tokio::test]
async fn boards_are_made_by_those_who_may_and_belong_to_who_is_signed_in() {
    let provider = Provider::start().await;
    let token = Creation::Token(Token::of("correct horse battery"));
    for (creation, stranger, signed_in) in [
        (Creation::Anybody, "ok", "ok"),
        (token, "token-needed", "token-needed"),
        (Creation::SignedIn, "sign-in-needed", "ok"),
    ] {
        let server = Server::start(Some(&provider), creation).await;
        let ada = server.sign_in(&provider, "7", "Ada").await;
        assert_eq!(server.make("").await.code(), stranger, "{creation:?}");
        assert_eq!(server.make(&"k".repeat(40)).await.code(), stranger, "{creation:?}");
        let elsewhere = With { session: &ada, origin: "https://evil.example", ..With::default() };
        let forged = server.ask(Method::POST, "/api/boards", elsewhere).await;
        assert_eq!(forged.code(), stranger, "another site's page does nothing in her name");
        assert!(server.boards(&ada).await.is_empty());
        let answer = server.make(&ada).await;
        assert_eq!(answer.code(), signed_in, "{creation:?}");
        if signed_in != "ok" {
            continue;
        }
        let board = made(answer);
        let copy = format!("/api/boards/{}/copy", board.id);
        let key = key(&board, Role::Edit);
        let copied = server.ask(Method::POST, &copy, With { key, origin: SITE, ..With::default() }).await;
        assert_eq!(copied.code(), stranger, "{creation:?}");
        let copied =
            server.ask(Method::POST, &copy, With { key, session: &ada, origin: SITE, ..With::default() }).await;
        let mut expected = vec![board.id.to_string(), made(copied).id.to_string()];
        let mut found = server.boards(&ada).await;
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        let admin = With { key: "correct horse battery", ..With::default() };
        let list = server.ask(Method::GET, "/api/admin/boards?query=ada", admin).await;
        assert_eq!((&list.body["total"], &list.body["boards"][0]["owner"]), (&json!(2), &json!("Ada")));
    }
}

#[tokio::test]
async fn an_owner_opens_a_board_again_and_nobody_else_does() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    let (ada, ben) = (server.sign_in(&provider, "7", "Ada").await, server.sign_in(&provider, "8", "Ben").await);
    let (board, nobodys) = (made(server.make(&ada).await), made(server.make("").await));
    let path = format!("/api/session/boards/{}/key", board.id);
    let ask = async |session: &str, path: &str| {
        let with = With { session, origin: SITE, ..With::default() };
        server.ask(Method::POST, path, with).await
    };
    assert_eq!(ask("", &path).await.code(), "sign-in-needed");
    assert_eq!(ask(&ben, &path).await.code(), "unknown-board", "not even that it is somebody's");
    for other in [nobodys.id.as_str(), "abcdefghij0123456789", "x"] {
        assert_eq!(ask(&ada, &format!("/api/session/boards/{other}/key")).await.code(), "unknown-board", "{other}");
    }
    let elsewhere = With { session: &ada, origin: "https://evil.example", ..With::default() };
    assert_eq!(server.ask(Method::POST, &path, elsewhere).await.code(), "sign-in-needed");

    // On another device, with another session: the account is what counts.
    let second = server.sign_in(&provider, "7", "Ada").await;
    let own: UnlockedLink = serde_json::from_value(ask(&second, &path).await.body).expect("a key");
    let view = async |key: &str| {
        let view = server.ask(Method::GET, &format!("/api/boards/{}", board.id), With { key, ..With::default() }).await;
        if view.code() == "ok" {
            view.body["role"].as_str().expect("a role").to_owned()
        } else {
            view.code().to_owned()
        }
    };
    assert_eq!((own.role, &*view(own.key.reveal()).await), (Role::Owner, "owner"));

    // Another owner gives the link another secret: the key ends with it, and the account gets another one.
    let owners = board.links.iter().find(|link| link.role == Role::Owner).expect("an owner's link");
    let rotate = format!("/api/boards/{}/links/{}/rotate", board.id, owners.id);
    let rotated = server.ask(Method::POST, &rotate, With { key: owners.key.reveal(), ..With::default() }).await;
    assert_eq!(rotated.code(), "ok");
    assert_ne!(view(own.key.reveal()).await, "owner");
    let own: UnlockedLink = serde_json::from_value(ask(&second, &path).await.body).expect("a key");
    assert_eq!(view(own.key.reveal()).await, "owner");
}

#[tokio::test]
async fn without_a_provider_there_is_no_sign_in() {
    let server = Server::start(None, Creation::Anybody).await;
    let forged = With { session: &"k".repeat(40), attempt: &"k".repeat(44), ..With::default() };
    for (method, path) in [
        (Method::GET, "/api/sign-in"),
        (Method::GET, "/api/sign-in/callback?code=a&state=b"),
        (Method::GET, "/api/session"),
        (Method::DELETE, "/api/session"),
        (Method::GET, "/api/session/boards"),
        (Method::POST, "/api/session/boards/abcdefghij0123456789/key"),
    ] {
        assert_eq!(server.ask(method.clone(), path, forged).await.code(), "no-sign-in", "{method} {path}");
    }
    assert_eq!(server.make(forged.session).await.code(), "ok");
}

#[tokio::test]
async fn who_signs_in_too_often_waits() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    let from = |last| With { from: Some([203, 0, 113, last]), ..With::default() };
    let mut begun = 0;
    while server.ask(Method::GET, "/api/sign-in", from(1)).await.code() == "ok" {
        begun += 1;
        assert!(begun < 200, "it goes on for ever");
    }
    assert!(begun >= 20, "{begun}");
    let refused = server.ask(Method::GET, "/api/sign-in/callback", from(1)).await;
    assert!(refused.code() == "busy" && refused.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(server.ask(Method::GET, "/api/sign-in", from(2)).await.code(), "ok");
}

#[tokio::test]
async fn no_secret_is_shown_to_a_log() {
    let provider = Provider::start().await;
    let options = options(&provider);
    let sign_in = SignIn::new(options.clone()).expect("it is set right");
    let shown = format!("{options:?} {sign_in:?}");
    assert!(shown.contains(&provider.issuer) && !shown.contains(CLIENT_SECRET), "{shown}");
}

#[tokio::test]
async fn a_comment_says_whether_its_name_is_an_accounts() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    let session = server.sign_in(&provider, "7", "Ada").await;
    let board = made(server.make(&session).await);
    let (path, person) = (format!("/api/boards/{}/comments", board.id), "p".repeat(40));
    for (session, origin, name, expected) in [
        (&*session, SITE, "Ada", true),
        (&*session, SITE, "Grace", false),
        ("", SITE, "Ada", false),
        (&*session, "https://evil.example", "Ada", false),
    ] {
        let body = json!({ "place": { "point": [0.0, 0.0] }, "comment": { "text": "x", "name": name } }).to_string();
        let key = key(&board, Role::Edit);
        let with = With { session, origin, key, person: &person, body: &body, ..With::default() };
        let begun = server.ask(Method::POST, &path, with).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{:?}", begun.body);
        assert_eq!(begun.body["comments"][0]["is_signed_in"] == true, expected, "{name} {origin}");
    }
}

#[tokio::test]
async fn whoever_may_look_may_ask_who_is_signed_in() {
    let provider = Provider::start().await;
    let server = Server::start(Some(&provider), Creation::Anybody).await;
    let board = made(server.make("").await);
    let path = format!("/api/boards/{}/people/signed-in", board.id);
    let shown = |count: usize| json!({ "people": vec![json!({ "client": "7", "name": "Ada" }); count] }).to_string();
    let [one, many] = [1, 1_001].map(shown);
    for (key, body, expected) in [
        (key(&board, Role::View), &*one, "ok"),
        (key(&board, Role::View), &*many, "too-large"),
        ("", &*one, "wrong-key"),
    ] {
        let asked = server.ask(Method::POST, &path, With { key, body, ..With::default() }).await;
        assert_eq!(asked.code(), expected);
        if expected == "ok" {
            assert_eq!(asked.body, json!({ "clients": [] }), "nobody is there");
        }
    }
}
