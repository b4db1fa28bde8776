//! Who may connect: gateways that know the cluster's secret. It must not know what they ask.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use rsocket::{Acceptor, Responder, Setup, SetupRefused, metadata};
use subtle::ConstantTimeEq;

/// What gateways and services of one cluster share, sent as a bearer token in the SETUP.
#[derive(Clone)]
pub struct ClusterSecret(Bytes);

impl ClusterSecret {
    /// Longest secret, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Takes the secret as it was configured. An empty one is none, nor is one over [`Self::MAX_BYTES`].
    #[must_use]
    pub fn new(secret: impl Into<Bytes>) -> Option<Self> {
        let secret = secret.into();
        (1..=Self::MAX_BYTES).contains(&secret.len()).then_some(Self(secret))
    }

    /// Setup metadata by which a gateway proves that it knows the secret.
    #[must_use]
    pub fn setup_metadata(&self) -> Bytes {
        metadata::encode(&[metadata::Entry::Bearer(self.0.clone())])
            .expect("a bearer entry this short can be expressed")
    }
}

impl fmt::Debug for ClusterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClusterSecret(redacted)")
    }
}

impl ClusterSecret {
    /// Whether setup metadata proves knowledge of the secret; takes the same time for any wrong one of its length.
    fn is_borne_by(&self, metadata: Option<&Bytes>) -> bool {
        metadata::bearer_token(metadata).is_some_and(|token| token.ct_eq(&self.0).into())
    }
}

/// Lets in who bears the secret.
pub(crate) struct BearsSecret {
    pub(crate) secret: ClusterSecret,
    pub(crate) responder: Arc<dyn Responder>,
}

impl Acceptor for BearsSecret {
    fn accept(&self, setup: &Setup) -> Result<Arc<dyn Responder>, SetupRefused> {
        if self.secret.is_borne_by(setup.payload.metadata.as_ref()) {
            Ok(self.responder.clone())
        } else {
            Err(SetupRefused { text: "the cluster secret is missing or wrong".to_owned() })
        }
    }
}

/// Lets everybody in: for the in-memory link, whose other end is this process.
pub(crate) struct AcceptAll {
    pub(crate) responder: Arc<dyn Responder>,
}

impl Acceptor for AcceptAll {
    fn accept(&self, _: &Setup) -> Result<Arc<dyn Responder>, SetupRefused> {
        Ok(self.responder.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_proves_itself() {
        let secret = ClusterSecret::new("correct horse").expect("not empty");
        let other = ClusterSecret::new("correct house").expect("not empty");
        assert!(secret.is_borne_by(Some(&secret.setup_metadata())));
        assert!(!secret.is_borne_by(Some(&other.setup_metadata())));
        assert!(!secret.is_borne_by(Some(&Bytes::from_static(b"\x80nonsense"))));
        assert!(!secret.is_borne_by(None));
        assert!(ClusterSecret::new("").is_none());
        assert_eq!(format!("{secret:?}"), "ClusterSecret(redacted)");
    }
}
