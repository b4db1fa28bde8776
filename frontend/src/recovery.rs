//! The recovery link: this browser's boards as an encrypted bundle that another device can fetch
//! (`docs/decisions/0028-home.md`). It must not know components.

use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use protocol::LinkSecret;
use protocol::limits::MAX_BUNDLE_BYTES;
use sha2::{Digest, Sha256, Sha512};

use crate::api::{self, ApiError};
use crate::keyring::{self, KeptBoard, KeyringError};
use crate::preferences::{forget_recovery, keep_recovery, kept_recovery};
use crate::random;

const TOKEN: &[u8] = b"boardwalk bundle token\0";
const KEY: &[u8] = b"boardwalk bundle key\0";
const NONCE_BYTES: usize = 24;
/// Largest list once it is unpacked.
const MAX_LIST_BYTES: usize = 1024 * 1024;

/// Why there is no recovery link, or why one opens nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RecoveryError {
    /// The server has not got it, or gave no answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// This browser keeps no boards.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// What the server keeps is not what this secret seals.
    #[error("the bundle cannot be read")]
    Unreadable,
}

/// The secret of this browser's recovery link, if it has one.
pub fn secret() -> Option<LinkSecret> {
    kept_recovery()?.parse().ok()
}

/// Makes a recovery link.
pub async fn make() -> Result<LinkSecret, RecoveryError> {
    let secret = LinkSecret::from_random(random::bytes().map_err(|_| RecoveryError::Unreadable)?);
    send(&secret, &keyring::boards().await?).await?;
    keep_recovery(secret.reveal());
    Ok(secret)
}

/// Sends the list again, where there is a recovery link.
pub async fn renew(boards: &[KeptBoard]) -> Result<(), RecoveryError> {
    match secret() {
        Some(secret) => send(&secret, boards).await,
        None => Ok(()),
    }
}

/// Withdraws the recovery link of this browser.
pub async fn withdraw() -> Result<(), RecoveryError> {
    if let Some(secret) = secret() {
        api::drop_bundle(&token(&secret)).await?;
    }
    forget_recovery();
    Ok(())
}

/// The boards behind a recovery link.
pub async fn fetch(secret: &LinkSecret) -> Result<Vec<KeptBoard>, RecoveryError> {
    let sealed = api::bundle(&token(secret)).await?;
    unseal(secret, &sealed).ok_or(RecoveryError::Unreadable)
}

/// Adds boards to those of this browser, whose own links, stars and folders stay; goes on with the link that they came by.
pub async fn adopt(boards: Vec<KeptBoard>, secret: &LinkSecret) -> Result<(), RecoveryError> {
    for board in boards {
        keyring::keep(board).await?;
    }
    if kept_recovery().is_none() {
        keep_recovery(secret.reveal());
    }
    Ok(())
}

async fn send(secret: &LinkSecret, boards: &[KeptBoard]) -> Result<(), RecoveryError> {
    let nonce = random::bytes().map_err(|_| RecoveryError::Unreadable)?;
    let sealed = seal(secret, nonce, boards).ok_or(RecoveryError::Unreadable)?;
    Ok(api::put_bundle(&token(secret), &sealed).await?)
}

/// What the server keeps the bundle under; says nothing about the secret.
fn token(secret: &LinkSecret) -> LinkSecret {
    let digest = Sha512::new().chain_update(TOKEN).chain_update(secret.reveal()).finalize();
    let mut random = [0; LinkSecret::LENGTH];
    random.copy_from_slice(&digest[..LinkSecret::LENGTH]);
    LinkSecret::from_random(random)
}

fn cipher(secret: &LinkSecret) -> XChaCha20Poly1305 {
    let key: [u8; 32] = Sha256::new().chain_update(KEY).chain_update(secret.reveal()).finalize().into();
    XChaCha20Poly1305::new(&key.into())
}

/// A nonce and the list behind it. Each board goes with its strongest link alone, which gets its owner all others; of a
/// list that is too long, the boards that were opened last.
fn seal(secret: &LinkSecret, nonce: [u8; NONCE_BYTES], boards: &[KeptBoard]) -> Option<Vec<u8>> {
    let mut list: Vec<KeptBoard> = boards.iter().map(KeptBoard::with_strongest_link).collect();
    loop {
        let packed = protocol::compress(serde_json::to_string(&list).ok()?.as_bytes());
        let sealed = cipher(secret).encrypt(&XNonce::from(nonce), packed.as_ref()).ok()?;
        if NONCE_BYTES + sealed.len() <= MAX_BUNDLE_BYTES {
            return Some([&nonce[..], &sealed].concat());
        }
        list.truncate(list.len() * 9 / 10);
    }
}

fn unseal(secret: &LinkSecret, sealed: &[u8]) -> Option<Vec<KeptBoard>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let packed = cipher(secret).decrypt(&XNonce::from(*nonce), sealed).ok()?;
    let text = protocol::decompress(&packed, MAX_LIST_BYTES)?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use protocol::{BoardId, Role};

    use super::*;
    use crate::keyring::KeptLink;

    fn secret(fill: u8) -> LinkSecret {
        LinkSecret::from_random([fill; LinkSecret::LENGTH])
    }

    fn boards(count: usize) -> Vec<KeptBoard> {
        let board = |at: usize| {
            let mut random = [0; BoardId::LENGTH];
            random[..2].copy_from_slice(&[(at % 64) as u8, (at / 64) as u8]);
            // Of little repetition, as real keys are.
            let mixed = Sha512::digest(at.to_le_bytes());
            let mut key = [0; LinkSecret::LENGTH];
            key.copy_from_slice(&mixed[..LinkSecret::LENGTH]);
            KeptBoard {
                links: vec![KeptLink { role: Role::Edit, key: LinkSecret::from_random(key), id: None }],
                title: format!("Board {at}"),
                ..KeptBoard::new(BoardId::from_random(random), 5)
            }
        };
        (0..count).map(board).collect()
    }

    #[test]
    fn only_the_secret_opens_a_bundle() {
        let sealed = seal(&secret(1), [7; NONCE_BYTES], &boards(3)).expect("a small list");
        assert_eq!(unseal(&secret(1), &sealed), Some(boards(3)));
        assert_eq!(unseal(&secret(2), &sealed), None);
        let mut changed = sealed.clone();
        *changed.last_mut().expect("it is long") ^= 1;
        for wrong in [&changed[..], &sealed[..NONCE_BYTES], &[]] {
            assert_eq!(unseal(&secret(1), wrong), None);
        }
        assert_ne!(token(&secret(1)), secret(1));
        assert_ne!(token(&secret(1)), token(&secret(2)));
    }

    #[test]
    fn a_list_that_is_too_long_keeps_the_latest() {
        let sealed = seal(&secret(1), [7; NONCE_BYTES], &boards(2_000)).expect("some of it fits");
        assert!(sealed.len() <= MAX_BUNDLE_BYTES);
        let opened = unseal(&secret(1), &sealed).expect("it opens");
        assert!(opened.len() > 300, "{}", opened.len());
        assert_eq!(opened[..], boards(2_000)[..opened.len()]);
    }
}
