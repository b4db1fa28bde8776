//! The sign-in provider over HTTP: what it publishes about itself, and redeeming codes. Its answers are a stranger's:
//! bounded in time and bytes, and followed nowhere else. It must not know browsers or sessions.

use std::sync::Arc;

use form_urlencoded::{Serializer, byte_serialize};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout};

use super::attempt::Attempt;
use super::id_token::{self, Expected, Fault, Identity, Key, KeySet, Names};
use crate::limits::{
    MAX_PROVIDER_ANSWER_BYTES, PROVIDER_ANSWER_TIMEOUT, PROVIDER_CONNECT_TIMEOUT, PROVIDER_KNOWN_FOR, PROVIDER_TIMEOUT,
    REQUEST_TIMEOUT, SIGN_INS_AT_ONCE,
};
use crate::options::SignInOptions;

/// Where people are sent back, below the public address.
pub const CALLBACK: &str = "/api/sign-in/callback";
/// What we want to know: who somebody is, and what they are called.
const SCOPE: &str = "openid profile email";

/// Why the provider gave no identity.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProviderError {
    /// It did not answer, or not in time.
    #[error("the sign-in provider cannot be reached at {0}: {1}")]
    Unreachable(String, String),
    /// It answered with what is no answer.
    #[error("the sign-in provider's answer at {0} is of no use: {1}")]
    Useless(String, String),
    /// It is another one, by its own word.
    #[error("the sign-in provider calls itself {0}: set --sign-in-issuer to exactly that")]
    OtherIssuer(String),
    /// It does not take the code, or says that we are not its client.
    #[error("the sign-in provider refused: {0}")]
    Refused(String),
    /// Its id token is not to be believed.
    #[error(transparent)]
    Token(#[from] Fault),
}

impl ProviderError {
    /// Whether the person can do nothing about it but wait.
    #[must_use]
    pub fn is_providers(&self) -> bool {
        matches!(self, Self::Unreachable(..) | Self::Useless(..) | Self::OtherIssuer(_))
    }
}

/// Why nobody can sign in as it is set.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SignInError {
    /// Whoever reads along could sign in as anybody.
    #[error("the issuer has to be an https address without ? and # (plain http only on this machine)")]
    Issuer,
    /// The provider would not know who asks.
    #[error("the client id is empty")]
    ClientId,
    /// Mostly: the system has no certificates to trust.
    #[error("no client for the sign-in provider: {0}; are ca-certificates installed?")]
    Client(String),
}

/// What the provider publishes at `/.well-known/openid-configuration`, as far as we need it.
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    #[serde(deserialize_with = "endpoint")]
    authorization_endpoint: Url,
    #[serde(deserialize_with = "endpoint")]
    token_endpoint: Url,
    #[serde(deserialize_with = "endpoint")]
    jwks_uri: Url,
    #[serde(default, deserialize_with = "perhaps_endpoint")]
    userinfo_endpoint: Option<Url>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// An address that nobody on the way to it reads along.
fn endpoint<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    private(&String::deserialize(from)?)
}

fn perhaps_endpoint<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
    Option::<String>::deserialize(from)?.map(|address| private(&address)).transpose()
}

fn private<E: Error>(address: &str) -> Result<Url, E> {
    let url = Url::parse(address).map_err(Error::custom)?;
    if is_private(&url) { Ok(url) } else { Err(Error::custom(format!("{url} is not under https"))) }
}

/// What is known of it for a while.
#[derive(Debug)]
struct Known {
    metadata: Metadata,
    keys: Vec<Key>,
    since: Instant,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// What it says to whoever shows an access token (OpenID Connect Core, 5.3.2).
#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    names: Names,
}

/// An error of the token endpoint (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The provider.
pub struct Provider {
    options: SignInOptions,
    client: Client,
    known: Mutex<Option<Arc<Known>>>,
    turns: Semaphore,
}

impl Provider {
    /// Nothing is asked of it before somebody signs in.
    ///
    /// # Errors
    /// The issuer is no address that may be trusted, or the system has no certificates to trust.
    pub fn new(options: SignInOptions) -> Result<Self, SignInError> {
        let issuer = Url::parse(&options.issuer).map_err(|_| SignInError::Issuer)?;
        if !is_private(&issuer) || issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(SignInError::Issuer);
        }
        if options.client_id.trim().is_empty() {
            return Err(SignInError::ClientId);
        }
        // A second client in the process finds the cryptography installed; that is as well.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(PROVIDER_CONNECT_TIMEOUT)
            .timeout(PROVIDER_ANSWER_TIMEOUT)
            .user_agent(concat!("Boardwalk/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| SignInError::Client(chain(&error)))?;
        Ok(Self { options, client, known: Mutex::default(), turns: Semaphore::new(SIGN_INS_AT_ONCE) })
    }

    /// Whose people these are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.options.issuer
    }

    /// Where the browser is to go for an attempt.
    ///
    /// # Errors
    /// The provider cannot be reached, or is not what it should be.
    pub async fn address_of(&self, attempt: &Attempt) -> Result<String, ProviderError> {
        let known = self.bounded(self.known(None)).await?;
        let mut address = known.metadata.authorization_endpoint.clone();
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.options.client_id)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("scope", SCOPE)
            .append_pair("state", &attempt.state())
            .append_pair("nonce", &attempt.nonce())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(address.into())
    }

    /// Redeems the code of an attempt. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// The provider cannot be reached, refuses the code, or its token is not to be believed.
    pub async fn identify(&self, attempt: &Attempt, code: &str, now: f64) -> Result<Identity, ProviderError> {
        let identified = async {
            let known = self.known(None).await?;
            let tokens = self.redeem(&known.metadata, attempt, code).await?;
            let nonce = attempt.nonce();
            let (issuer, client_id) = (&*self.options.issuer, &*self.options.client_id);
            let judge = |known: &Known| {
                id_token::verify(&tokens.id_token, &known.keys, Expected { issuer, client_id, nonce: &nonce, now })
            };
            let mut identity = match judge(&known) {
                // Providers change their keys, some under the same name; the new ones are looked up once.
                Err(Fault::UnknownKey | Fault::Signature) => judge(&*self.known(Some(&known)).await?)?,
                verdict => verdict?,
            };
            if identity.name.is_empty() {
                identity.name = self.name_of(&identity.subject, &known.metadata, tokens.access_token).await;
            }
            Ok(identity)
        };
        self.bounded(identified).await
    }

    /// What somebody is called whose id token does not say so: by the standard names are in it only where nothing else is given out
    /// (OpenID Connect Core, 5.4), and strict providers keep to that. Empty where it cannot be learnt, which keeps nobody out.
    async fn name_of(&self, subject: &str, metadata: &Metadata, access_token: Option<String>) -> String {
        let (Some(address), Some(access_token)) = (&metadata.userinfo_endpoint, access_token) else {
            return String::new();
        };
        let request = self.client.get(address.clone()).bearer_auth(access_token);
        match self.fetch::<UserInfo>(address, request).await {
            Ok(info) if info.sub == subject => info.names.best(),
            Ok(_) => {
                tracing::warn!(%address, "the sign-in provider told of somebody else: their name is not used");
                String::new()
            }
            Err(error) => {
                tracing::warn!(%error, "the sign-in provider does not tell a name");
                String::new()
            }
        }
    }

    async fn redeem(&self, metadata: &Metadata, attempt: &Attempt, code: &str) -> Result<Tokens, ProviderError> {
        let request = self.redemption(metadata, attempt, code);
        self.fetch(&metadata.token_endpoint, request).await
    }

    fn redemption(&self, metadata: &Metadata, attempt: &Attempt, code: &str) -> RequestBuilder {
        let SignInOptions { client_id, client_secret, .. } = &self.options;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("code_verifier", &attempt.verifier());
        let mut request = self.client.post(metadata.token_endpoint.clone());
        let methods = &metadata.token_endpoint_auth_methods_supported;
        // The standard's default is the header, whose parts are form-encoded first (RFC 6749, 2.3.1).
        if methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic") {
            let [id, secret] =
                [client_id, client_secret.reveal()].map(|part| byte_serialize(part.as_bytes()).collect());
            let (id, secret): (String, String) = (id, secret);
            request = request.basic_auth(id, Some(secret));
        } else {
            form.append_pair("client_id", client_id).append_pair("client_secret", client_secret.reveal());
        }
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.finish())
    }

    /// What the provider publishes: kept for a while, unless it is what `stale` was.
    async fn known(&self, stale: Option<&Arc<Known>>) -> Result<Arc<Known>, ProviderError> {
        // Held while it is asked: many who come at once ask it once.
        let mut kept = self.known.lock().await;
        if let Some(known) = &*kept {
            let is_stale = stale.is_some_and(|stale| Arc::ptr_eq(stale, known));
            if !is_stale && known.since.elapsed() < PROVIDER_KNOWN_FOR {
                return Ok(known.clone());
            }
        }
        let address = format!("{}/.well-known/openid-configuration", self.options.issuer.trim_end_matches('/'));
        let address = Url::parse(&address).map_err(|error| useless(&self.options.issuer, error))?;
        let metadata: Metadata = self.fetch(&address, self.client.get(address.clone())).await?;
        if metadata.issuer != self.options.issuer {
            return Err(ProviderError::OtherIssuer(shortened(&metadata.issuer)));
        }
        let keys = self.fetch::<KeySet>(&metadata.jwks_uri, self.client.get(metadata.jwks_uri.clone())).await?.keys();
        let known = Arc::new(Known { metadata, keys, since: Instant::now() });
        *kept = Some(known.clone());
        Ok(known)
    }

    async fn fetch<T: DeserializeOwned>(&self, from: &Url, request: RequestBuilder) -> Result<T, ProviderError> {
        let unreachable = |error: reqwest::Error| {
            ProviderError::Unreachable(from.to_string(), shortened(&chain(&error.without_url())))
        };
        let mut response = request.header(ACCEPT, "application/json").send().await.map_err(unreachable)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unreachable)? {
            if body.len() + part.len() > MAX_PROVIDER_ANSWER_BYTES {
                return Err(useless(from.as_str(), "it is too long"));
            }
            body.extend_from_slice(&part);
        }
        if status.is_client_error()
            && let Ok(Refusal { error }) = serde_json::from_slice(&body)
        {
            return Err(ProviderError::Refused(shortened(&error)));
        }
        if !status.is_success() {
            return Err(useless(from.as_str(), status));
        }
        serde_json::from_slice(&body).map_err(|error| useless(from.as_str(), error))
    }

    /// Bounds how many are at it at once, and for how long.
    async fn bounded<T>(&self, work: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
        let in_turn = async {
            // The semaphore is never closed.
            let _turn = self.turns.acquire().await;
            work.await
        };
        let late = |_| ProviderError::Unreachable(self.options.issuer.clone(), "it takes too long".to_owned());
        timeout(PROVIDER_TIMEOUT, in_turn).await.map_err(late)?
    }

    fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.options.site)
    }
}

/// Whether nobody on the way reads along: https, or the machine itself.
fn is_private(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    }
}

fn useless(place: &str, why: impl ToString) -> ProviderError {
    ProviderError::Useless(shortened(place), shortened(&why.to_string()))
}

/// A stranger's text for the log: one line, not too long.
fn shortened(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// An error with its causes, the outermost first: reqwest's own says little.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

// Whoever waits for the provider is told so, not cut off.
const _: () = assert!(PROVIDER_TIMEOUT.as_millis() < REQUEST_TIMEOUT.as_millis());
