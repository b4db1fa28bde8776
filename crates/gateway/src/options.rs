//! What whoever runs a gateway decides about it. It must not know flags or files.

use std::fmt;
use std::sync::Arc;

use protocol::SecretHash;
use sha2::{Digest, Sha256};

use crate::limits::MESSAGES_PER_SECOND;
use crate::quotas::Quotas;
use crate::sign_in::SignIn;

/// What a gateway is told when it starts.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// What people type, without a slash at its end; without it, links name the host that each request was sent to.
    pub public_url: Option<String>,
    /// Whether everybody comes through a proxy that adds their address to `x-forwarded-for`.
    pub trusts_proxy: bool,
    /// Who may make boards.
    pub creation: Creation,
    /// Where people sign in; nobody does where absent.
    pub sign_in: Option<Arc<SignIn>>,
    /// What has to be shown to administer the server; nobody may where absent.
    pub admin_token: Option<Token>,
    /// How much there may be.
    pub quotas: Quotas,
    /// Messages a second that one connection may send for ever, after a burst.
    pub messages_per_second: u32,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            public_url: None,
            trusts_proxy: false,
            creation: Creation::Anybody,
            sign_in: None,
            admin_token: None,
            quotas: Quotas::default(),
            messages_per_second: MESSAGES_PER_SECOND,
        }
    }
}

/// Who may make boards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Creation {
    /// Anybody.
    #[default]
    Anybody,
    /// Whoever shows this.
    Token(Token),
    /// Whoever is signed in.
    SignedIn,
}

/// A sign-in provider, and who we are there.
#[derive(Debug, Clone)]
pub struct SignInOptions {
    /// Its address, exactly as it calls itself.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// What shows it that we are the one.
    pub client_secret: ClientSecret,
    /// What people type to come here, without a slash at its end.
    pub site: String,
}

/// The secret that a sign-in provider shares with this server.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Of its text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text, for the provider alone.
    #[must_use]
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(redacted)")
    }
}

/// A token of the instance, as a hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token(SecretHash);

impl Token {
    /// Of the text that is shown. Comparing hashes tells nothing of it by the time that takes.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(SecretHash(Sha256::digest(text.trim()).into()))
    }

    /// Whether a text is this token.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        *self == Self::of(text)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}
