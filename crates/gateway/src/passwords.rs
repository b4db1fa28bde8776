//! Passwords of links: hashed slowly, tried at a bounded rate, a few at a time. It must not know links or requests.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, SaltString};
use protocol::{ErrorCode, SecretHash};
use storage::PasswordHash;
use tokio::sync::Semaphore;

use crate::limits::{PASSWORD_BURST, PASSWORD_WORKERS, PASSWORDS_PER_SECOND};
use crate::problem::ApiError;
use crate::random;
use crate::turns::Turns;

/// Whoever hashes passwords for a gateway.
pub struct Passwords {
    tries: Turns,
    workers: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let tries = Turns::new(PASSWORD_BURST, PASSWORDS_PER_SECOND);
        Self { tries, workers: Arc::new(Semaphore::new(PASSWORD_WORKERS)) }
    }
}

impl Passwords {
    /// Counts a try of a link's password.
    ///
    /// # Errors
    /// For how many milliseconds there is none.
    pub fn take_turn(&self, link: SecretHash, now_ms: u64) -> Result<(), u64> {
        self.tries.take(link, now_ms)
    }

    /// The hash to store: Argon2id with the crate's recommended cost and a fresh salt.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn hash(&self, password: String) -> Result<PasswordHash, ApiError> {
        let salt = random::bytes::<16>();
        let hashed = self.work(move || {
            let salt = SaltString::encode_b64(&salt)?;
            Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
        });
        hashed.await.map(PasswordHash)
    }

    /// Whether the password is the one that was hashed.
    ///
    /// # Errors
    /// What is stored is no hash.
    pub async fn verify(&self, password: String, stored: PasswordHash) -> Result<bool, ApiError> {
        self.work(move || {
            let stored = password_hash::PasswordHash::new(&stored.0)?;
            match Argon2::default().verify_password(password.as_bytes(), &stored) {
                Ok(()) => Ok(true),
                Err(password_hash::Error::Password) => Ok(false),
                Err(other) => Err(other),
            }
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        hashing: impl FnOnce() -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = self.workers.clone().acquire_owned().await.map_err(|_| ErrorCode::Internal)?;
        let worked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            hashing()
        });
        let hashed = worked.await.map_err(ApiError::internal)?;
        hashed.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            ErrorCode::Internal.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_TRIED_LINKS;

    #[tokio::test]
    async fn only_the_password_verifies_and_equal_ones_hash_differently() {
        let passwords = Passwords::default();
        let hash = |text: &str| passwords.hash(text.to_owned());
        let (first, second) = (hash("pässword").await.expect("a hash"), hash("pässword").await.expect("a hash"));
        assert_ne!(first, second);
        for (tried, expected) in [("pässword", true), ("password", false), ("", false)] {
            assert_eq!(passwords.verify(tried.to_owned(), first.clone()).await.expect("a hash"), expected, "{tried}");
        }
        assert!(passwords.verify("x".to_owned(), PasswordHash("nonsense".to_owned())).await.is_err());
    }

    #[test]
    fn tries_are_counted_per_link_and_the_count_is_bounded() {
        let passwords = Passwords::default();
        let link = |number: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            SecretHash(bytes)
        };
        for _ in 0..PASSWORD_BURST {
            assert!(passwords.take_turn(link(0), 0).is_ok());
        }
        assert!(passwords.take_turn(link(0), 0).is_err());
        assert!(passwords.take_turn(link(1), 0).is_ok());
        for number in 2..MAX_TRIED_LINKS {
            assert!(passwords.take_turn(link(number), 0).is_ok());
        }
        assert!(passwords.take_turn(link(MAX_TRIED_LINKS), 0).is_err(), "no room while all are being tried");
        assert!(passwords.take_turn(link(MAX_TRIED_LINKS), 3_600_000).is_ok(), "those at rest are forgotten");
    }
}
