//! What whoever runs a gateway decides about it. It must not know flags or files.

use std::fmt;

use protocol::SecretHash;
use sha2::{Digest, Sha256};

use crate::limits::MESSAGES_PER_SECOND;
use crate::quotas::Quotas;

/// What a gateway is told when it starts.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// What people type, without a slash at its end; without it, links name the host that each request was sent to.
    pub public_url: Option<String>,
    /// Whether everybody comes through a proxy that adds their address to `x-forwarded-for`.
    pub trusts_proxy: bool,
    /// What has to be shown to make a board; anybody may where absent.
    pub create_token: Option<Token>,
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
            create_token: None,
            admin_token: None,
            quotas: Quotas::default(),
            messages_per_second: MESSAGES_PER_SECOND,
        }
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
