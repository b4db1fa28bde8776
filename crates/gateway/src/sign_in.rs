//! `/api/sign-in`: sends a browser to the provider and takes it back, as who the provider says
//! (`docs/decisions/0038-sign-in.md`). Where no provider is set there is no sign-in, for anybody. It must not know boards.

mod attempt;
mod id_token;
mod provider;

use std::fmt;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::limits::MAX_AUTHOR_CHARS;
use protocol::{ErrorCode, LinkSecret};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use storage::{AccountId, AccountRecord};
use utoipa::IntoParams;

use crate::admission::hash;
use crate::app::Shared;
use crate::limits::{SESSION_LASTS, SIGN_IN_LASTS};
use crate::options::SignInOptions;
use crate::problem::ApiError;
use crate::session::{Cookie, Session};
use crate::{api_schema, random};

use attempt::{Attempt, LocalPath};
use id_token::Identity;
use provider::{Provider, ProviderError};

pub use provider::{CALLBACK, SignInError};

/// Signing in at one provider.
pub struct SignIn {
    provider: Provider,
    site: String,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignIn({})", self.provider.issuer())
    }
}

impl SignIn {
    /// Nothing is asked of the provider before somebody signs in.
    ///
    /// # Errors
    /// As it is set nobody could.
    pub fn new(options: SignInOptions) -> Result<Self, SignInError> {
        Ok(Self { site: options.site.clone(), provider: Provider::new(options)? })
    }

    /// Whether browsers keep this server's cookies to https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.site.starts_with("https://")
    }

    fn account(&self, identity: &Identity) -> AccountRecord {
        let id = Sha256::new().chain_update(self.provider.issuer()).chain_update([0]).chain_update(&identity.subject);
        let plain = identity.name.chars().filter(|letter| !letter.is_control());
        let name: String = plain.take(MAX_AUTHOR_CHARS).collect();
        AccountRecord { id: AccountId(id.finalize().into()), name: name.trim().to_owned() }
    }
}

/// Where to go once signed in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wish {
    /// A path of this server's own pages; the home page where absent.
    #[serde(rename = "return")]
    return_to: Option<String>,
}

/// What the provider sends the browser back with (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// Who answers.
    iss: Option<String>,
}

/// Sends the browser to the sign-in provider.
#[utoipa::path(
    get, path = "/api/sign-in", tag = "session", params(Wish),
    responses(
        (status = 303, description = "The provider's page; or, for a browser that asked for a page, the home page with the problem's code behind `#sign-in=`"),
        (status = "4XX", description = "malformed, no-sign-in or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "sign-in-unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn begin(State(shared): State<Shared>, headers: HeaderMap, Query(wish): Query<Wish>) -> Response {
    let Some(sign_in) = &shared.sign_in else { return ApiError::from(ErrorCode::NoSignIn).into_response() };
    let Some(return_to) = wish.return_to.as_deref().map_or(Some(LocalPath::home()), LocalPath::parse) else {
        return ApiError::from(ErrorCode::Malformed).into_response();
    };
    let attempt = Attempt::begin(return_to);
    match sign_in.provider.address_of(&attempt).await {
        Ok(address) => {
            let cookie = Cookie::SignIn.set(sign_in.is_secure(), &attempt.cookie(), SIGN_IN_LASTS);
            went(&address, [cookie])
        }
        Err(error) => failed(sign_in, &headers, told(error)),
    }
}

/// Takes the browser back from the sign-in provider, and begins a session.
#[utoipa::path(
    get, path = "/api/sign-in/callback", tag = "session", params(Answer),
    responses(
        (status = 303, description = "The page that was wished for, with the session's cookie; or, for a browser that asked for a page, the home page with the problem's code behind `#sign-in=`"),
        (status = "4XX", description = "sign-in-failed, no-sign-in or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "sign-in-unavailable, unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn end(State(shared): State<Shared>, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    let Some(sign_in) = &shared.sign_in else { return ApiError::from(ErrorCode::NoSignIn).into_response() };
    let is_secure = sign_in.is_secure();
    let attempt = Cookie::SignIn.of(is_secure, &headers).and_then(|value| Attempt::of_cookie(&value));
    match enter(&shared, sign_in, attempt.as_ref(), answer).await {
        Ok((secret, return_to)) => {
            let session = Cookie::Session.set(is_secure, secret.reveal(), SESSION_LASTS);
            let address = format!("{}{}", sign_in.site, return_to.as_str());
            went(&address, [session, Cookie::SignIn.forget(is_secure)])
        }
        Err(error) => {
            let mut response = failed(sign_in, &headers, error);
            response.headers_mut().append(header::SET_COOKIE, Cookie::SignIn.forget(is_secure));
            response
        }
    }
}

/// Ends the session of this browser, on the server too.
#[utoipa::path(
    delete, path = "/api/session", tag = "session",
    responses(
        (status = 204, description = "It is over"),
        (status = "4XX", description = "sign-in-needed, no-sign-in or busy", body = api_schema::Problem, content_type = "application/problem+json"),
        (status = "5XX", description = "unavailable or internal", body = api_schema::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn leave(State(shared): State<Shared>, session: Session) -> Result<Response, ApiError> {
    shared.storage.end_session(session.secret()).await?;
    let is_secure = shared.sign_in.as_ref().is_some_and(|sign_in| sign_in.is_secure());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, Cookie::Session.forget(is_secure))]).into_response())
}

/// Believes an answer, or not. A new session is always another one than before.
async fn enter(
    shared: &Shared,
    sign_in: &SignIn,
    attempt: Option<&Attempt>,
    answer: Answer,
) -> Result<(LinkSecret, LocalPath), ApiError> {
    let attempt = attempt.ok_or_else(|| refused("the browser began no sign-in, or too long ago"))?;
    if !answer.state.is_some_and(|state| attempt.has_state(&state)) {
        return Err(refused("the answer is to another sign-in"));
    }
    if answer.iss.is_some_and(|issuer| issuer != sign_in.provider.issuer()) {
        return Err(refused("another provider answers"));
    }
    if answer.error.is_some() {
        return Err(refused("the provider says that the person may not, or did not want to"));
    }
    let code = answer.code.ok_or_else(|| refused("the answer has no code"))?;
    let now_ms = shared.storage.access_changes(None).await?.now_ms;
    let identity = sign_in.provider.identify(attempt, &code, now_ms as f64 / 1000.0).await.map_err(told)?;
    let account = sign_in.account(&identity);
    let secret = LinkSecret::from_random(random::bytes());
    let lasts_ms = u64::try_from(SESSION_LASTS.as_millis()).unwrap_or(u64::MAX);
    shared.storage.begin_session(&hash(&secret), &account, lasts_ms).await?;
    tracing::info!(account = ?account.id, "somebody signed in");
    Ok((secret, attempt.return_to().clone()))
}

fn told(error: ProviderError) -> ApiError {
    let code = if error.is_providers() { ErrorCode::SignInUnavailable } else { ErrorCode::SignInFailed };
    ApiError { source: Some(Arc::new(error)), ..code.into() }
}

fn refused(why: &'static str) -> ApiError {
    ApiError { source: Some(Arc::new(Refused(why))), ..ErrorCode::SignInFailed.into() }
}

/// An answer that is not believed, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(&'static str);

/// A browser that navigates here shows a page; it is sent to one that says what happened in the reader's words.
fn failed(sign_in: &SignIn, headers: &HeaderMap, error: ApiError) -> Response {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if !accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html")) {
        return error.into_response();
    }
    if let Some(source) = &error.source {
        tracing::warn!(code = error.code.id(), error = %source, "a sign-in failed");
    }
    went(&format!("{}/#sign-in={}", sign_in.site, error.code.id()), [])
}

fn went<const N: usize>(address: &str, cookies: [HeaderValue; N]) -> Response {
    let Ok(address) = HeaderValue::from_str(address) else {
        return ApiError::from(ErrorCode::Internal).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, address);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
