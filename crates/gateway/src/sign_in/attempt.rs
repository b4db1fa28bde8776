//! One try to sign in, from the press of a button until the provider sends the browser back. All of it is in a cookie of
//! that browser: one secret, from which state, nonce and code verifier are derived, and where to go afterwards. So no
//! gateway keeps anything, any of them can go on, and only the browser that began can end it. It must not know HTTP.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use protocol::LinkSecret;
use sha2::{Digest, Sha256};

use crate::options::Token;
use crate::random;

/// Longest path to return to, in bytes.
const MAX_PATH_BYTES: usize = 512;

/// A path of this server's own pages. There is no way to one that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The home page.
    #[must_use]
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Of a stranger's text: one slash and then plain characters. What browsers read as a host (`//`, `/\`) is none, nor is
    /// what they drop on the way (tabs, line ends), nor the API, which no person wants to see.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'));
        let fits = text.len() <= MAX_PATH_BYTES
            && text.starts_with('/')
            && !text.starts_with("//")
            && !text.starts_with("/api/")
            && is_plain;
        fits.then(|| Self(text.to_owned()))
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A try to sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    secret: LinkSecret,
    return_to: LocalPath,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(redacted)")
    }
}

impl Attempt {
    /// A new one.
    #[must_use]
    pub fn begin(return_to: LocalPath) -> Self {
        Self { secret: LinkSecret::from_random(random::bytes()), return_to }
    }

    /// The value of its cookie.
    #[must_use]
    pub fn cookie(&self) -> String {
        format!("{}{}", self.secret.reveal(), BASE64_URL_SAFE_NO_PAD.encode(self.return_to.as_str()))
    }

    /// The one of a cookie's value.
    #[must_use]
    pub fn of_cookie(value: &str) -> Option<Self> {
        let (secret, path) = value.split_at_checked(LinkSecret::LENGTH)?;
        let path = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(path).ok()?).ok()?;
        Some(Self { secret: secret.parse().ok()?, return_to: LocalPath::parse(&path)? })
    }

    /// Where to go afterwards.
    #[must_use]
    pub fn return_to(&self) -> &LocalPath {
        &self.return_to
    }

    /// What the provider gives back with its answer: that it answers this browser (RFC 6749, 10.12).
    #[must_use]
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// Whether an answer's state is this one's. Comparing hashes tells nothing by the time that takes.
    #[must_use]
    pub fn has_state(&self, shown: &str) -> bool {
        Token::of(&self.state()).is(shown)
    }

    /// What the provider writes into the id token: that it was made for this try.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What only we can show when the code is redeemed (RFC 7636).
    #[must_use]
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// The hash of it that the provider is given first.
    #[must_use]
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// 256 bits that tell nothing of the secret, nor of each other.
    fn derived(&self, purpose: &str) -> String {
        let hash = Sha256::new().chain_update("boardwalk sign-in ").chain_update(purpose).chain_update([0]);
        BASE64_URL_SAFE_NO_PAD.encode(hash.chain_update(self.secret.reveal()).finalize())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_own_pages_are_returned_to() {
        for path in ["/", "/b/abcdefghij0123456789", "/b/a?x=1&y=%2F#z", "/recover"] {
            assert_eq!(LocalPath::parse(path).as_ref().map(LocalPath::as_str), Some(path));
        }
        let long = format!("/{}", "a".repeat(MAX_PATH_BYTES));
        for path in [
            "",
            "b",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "/ ",
            "/é",
            "/a\r\nset-cookie: x",
            "/api/sign-in",
            "/\"><script>",
            " /",
            &long,
        ] {
            assert_eq!(LocalPath::parse(path), None, "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_returned_to_stays_on_the_site(text in "[/\\\\a-z.:@?#\t]{0,12}") {
            if let Some(path) = LocalPath::parse(&text) {
                let site = reqwest::Url::parse("https://boards.example").expect("a URL");
                let joined = site.join(path.as_str()).expect("it is a path");
                prop_assert_eq!(joined.origin(), site.origin());
            }
        }

        #[test]
        fn any_cookie_is_read_or_refused(value in "\\PC{0,80}") {
            if let Some(attempt) = Attempt::of_cookie(&value) {
                prop_assert_eq!(Attempt::of_cookie(&attempt.cookie()), Some(attempt));
            }
        }
    }

    #[test]
    fn an_attempt_survives_its_cookie_and_tells_its_secret_to_nobody() {
        let attempt = Attempt::begin(LocalPath::parse("/b/x").expect("a path"));
        assert_eq!(Attempt::of_cookie(&attempt.cookie()), Some(attempt.clone()));
        assert_eq!(format!("{attempt:?}"), "Attempt(redacted)");
        let told = [attempt.state(), attempt.nonce(), attempt.verifier(), attempt.challenge()];
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), told.len());
        assert!(told.iter().all(|text| text.len() == 43 && !text.contains(attempt.secret.reveal())));
        assert!(attempt.has_state(&attempt.state()) && !attempt.has_state(&attempt.nonce()) && !attempt.has_state(""));
        let other = Attempt::begin(LocalPath::home());
        assert!(!other.has_state(&attempt.state()));
        for wrong in ["", "short", &"k".repeat(40), &format!("{}!!!", "k".repeat(40)), &"é".repeat(40)] {
            assert_eq!(Attempt::of_cookie(wrong), None, "{wrong}");
        }
    }
}
