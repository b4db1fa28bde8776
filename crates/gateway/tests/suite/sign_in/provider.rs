//! A sign-in provider of one's own on a free port: publishes itself and its keys, gives codes, redeems each once, checks who
//! asks and their code verifier. It can be told to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use reqwest::Url;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

pub const CLIENT_ID: &str = "board walk";
pub const CLIENT_SECRET: &str = "s3cr:t+%";

/// How it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Not at all.
    None,
    Nonce,
    Audience,
    Expired,
    Issuer,
    Unsigned,
    /// Signs with a key that it does not publish, under the name of one that it does.
    OtherKey,
    NoToken,
    TooLong,
    Breaks,
    /// Sends whoever asks somewhere else.
    Redirects,
    /// Calls itself something else.
    OtherName,
    /// Wants codes and secrets over plain http.
    PlainEndpoint,
    /// Tells the name of somebody else.
    OtherPerson,
    /// Tells no name to whoever may ask for it.
    NoName,
}

pub struct Provider {
    pub issuer: String,
    inner: Arc<Mutex<Inner>>,
    serving: tokio::task::JoinHandle<()>,
}

struct Inner {
    issuer: String,
    key: EcdsaKeyPair,
    kid: String,
    codes: HashMap<String, Grant>,
    lie: Lie,
    in_form: bool,
    names_apart: bool,
    /// By access token.
    people: HashMap<String, Value>,
    asked: usize,
}

struct Grant {
    claims: Value,
    challenge: String,
    redirect_uri: String,
}

type Shared = Arc<Mutex<Inner>>;

fn key() -> EcdsaKeyPair {
    let (alg, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let document = EcdsaKeyPair::generate_pkcs8(alg, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(alg, document.as_ref(), &random).expect("a key")
}

impl Provider {
    pub async fn start() -> Self {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", socket.local_addr().expect("an address"));
        let inner = Inner {
            issuer: issuer.clone(),
            key: key(),
            kid: "first".to_owned(),
            codes: HashMap::new(),
            lie: Lie::None,
            in_form: false,
            names_apart: false,
            people: HashMap::new(),
            asked: 0,
        };
        let inner = Arc::new(Mutex::new(inner));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/people", get(person))
            .with_state(inner.clone());
        let serving = tokio::spawn(async move { axum::serve(socket, router).await.expect("it serves") });
        Self { issuer, inner, serving }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panicked")
    }

    pub fn lie(&self, lie: Lie) {
        self.inner().lie = lie;
    }

    /// Wants the client's secret in the form instead of the header.
    pub fn wants_secret_in_form(&self) {
        self.inner().in_form = true;
    }

    /// Leaves names out of id tokens, and tells them to whoever shows an access token.
    pub fn tells_names_apart(&self) {
        self.inner().names_apart = true;
    }

    /// Signs with another key from now on.
    pub fn change_key(&self, kid: &str) {
        let mut inner = self.inner();
        (inner.key, inner.kid) = (key(), kid.to_owned());
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.inner().asked
    }

    pub fn stop(&self) {
        self.serving.abort();
    }

    /// What its page does once somebody has signed in there: the query with which it sends them back.
    pub fn approve(&self, address: &str, subject: &str, name: &str) -> String {
        let url = Url::parse(address).expect("an address");
        assert!(address.starts_with(&format!("{}/authorize?", self.issuer)), "{address}");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((&*asked["response_type"], &*asked["client_id"]), ("code", CLIENT_ID));
        assert_eq!((&*asked["code_challenge_method"], asked["code_challenge"].len()), ("S256", 43));
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut inner = self.inner();
        let code = format!("code-{}", inner.codes.len());
        let claims = json!({
            "iss": inner.issuer, "sub": subject, "aud": CLIENT_ID, "name": name, "nonce": asked["nonce"],
            "iat": 1_000_000_000, "exp": 99_999_999_999_u64,
        });
        let (challenge, redirect_uri) = (asked["code_challenge"].clone(), asked["redirect_uri"].clone());
        inner.codes.insert(code.clone(), Grant { claims, challenge, redirect_uri });
        format!("code={code}&state={}", asked["state"])
    }
}

async fn metadata(State(inner): State<Shared>) -> Response {
    let inner = inner.lock().expect("nobody panicked");
    let issuer = &inner.issuer;
    match inner.lie {
        Lie::Breaks => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Lie::TooLong => return "x".repeat(1 << 20).into_response(),
        Lie::Redirects => return (StatusCode::FOUND, [(header::LOCATION, format!("{issuer}/keys"))]).into_response(),
        _ => {}
    }
    let name = if inner.lie == Lie::OtherName { "https://evil.example" } else { issuer };
    let token = if inner.lie == Lie::PlainEndpoint { "http://evil.example" } else { issuer };
    let methods = if inner.in_form { json!(["client_secret_post"]) } else { json!(["client_secret_basic", "x"]) };
    Json(json!({
        "issuer": name,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{token}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/people"),
        "token_endpoint_auth_methods_supported": methods,
    }))
    .into_response()
}

async fn keys(State(inner): State<Shared>) -> Json<Value> {
    let mut inner = inner.lock().expect("nobody panicked");
    inner.asked += 1;
    let point = inner.key.public_key().as_ref();
    let [x, y] = [&point[1..33], &point[33..]].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    let own = json!({ "kty": "EC", "crv": "P-256", "kid": inner.kid, "use": "sig", "alg": "ES256", "x": x, "y": y });
    Json(json!({ "keys": [{ "kty": "OKP", "kid": "strange" }, own] }))
}

async fn token(State(inner): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let mut inner = inner.lock().expect("nobody panicked");
    let form: HashMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if !is_client(inner.in_form, &headers, &form) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    // A code is redeemed once.
    let Some(grant) = form.get("code").and_then(|code| inner.codes.remove(code)) else {
        return refuse("invalid_grant");
    };
    let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    if challenge != grant.challenge || form.get("redirect_uri") != Some(&grant.redirect_uri) {
        return refuse("invalid_grant");
    }
    let mut claims = grant.claims;
    match inner.lie {
        Lie::Nonce => claims["nonce"] = json!("another"),
        Lie::Audience => claims["aud"] = json!("another"),
        Lie::Expired => claims["exp"] = json!(1_000_000_001),
        Lie::Issuer => claims["iss"] = json!("https://evil.example"),
        Lie::NoToken => return Json(json!({ "access_token": "a" })).into_response(),
        _ => {}
    }
    let access_token = format!("token-{}", inner.people.len());
    if inner.names_apart {
        let mut person = json!({ "sub": claims["sub"], "name": claims["name"].take() });
        if inner.lie == Lie::OtherPerson {
            person["sub"] = json!("another");
        }
        inner.people.insert(access_token.clone(), person);
    }
    let id_token = signed(&inner, &claims);
    Json(json!({ "access_token": access_token, "token_type": "Bearer", "id_token": id_token })).into_response()
}

async fn person(State(inner): State<Shared>, headers: HeaderMap) -> Response {
    let inner = inner.lock().expect("nobody panicked");
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match shown.and_then(|token| inner.people.get(token)) {
        Some(person) if inner.lie != Lie::NoName => Json(person).into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

fn is_client(in_form: bool, headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    if in_form {
        let shown = (form.get("client_id"), form.get("client_secret"));
        return shown == (Some(&CLIENT_ID.to_owned()), Some(&CLIENT_SECRET.to_owned()));
    }
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    // Form-encoded, then base64: RFC 6749, 2.3.1.
    shown.is_some_and(|shown| BASE64_STANDARD.decode(shown).is_ok_and(|shown| shown == b"board+walk:s3cr%3At%2B%25"))
}

fn signed(inner: &Inner, claims: &Value) -> String {
    let alg = if inner.lie == Lie::Unsigned { "none" } else { "ES256" };
    let header = json!({ "alg": alg, "kid": inner.kid, "typ": "JWT" });
    let [header, claims] = [&header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let own = if inner.lie == Lie::OtherKey { &key() } else { &inner.key };
    let signature = own.sign(&SystemRandom::new(), signed.as_bytes()).expect("it signs");
    let signature = if inner.lie == Lie::Unsigned { String::new() } else { BASE64_URL_SAFE_NO_PAD.encode(signature) };
    format!("{signed}.{signature}")
}
