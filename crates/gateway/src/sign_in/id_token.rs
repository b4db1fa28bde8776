//! Whether an id token is to be believed: OpenID Connect Core, 3.1.3.7. A plain function of the token, the provider's keys
//! and what is expected; the signature is `ring`'s business. It must not know HTTP, nor what time it is.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY_SECONDS: f64 = 60.0;
/// Longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 32 * 1024;
/// Longest subject: what the standard allows.
const MAX_SUBJECT_BYTES: usize = 255;
/// Keys of a provider that are looked at.
const MAX_KEYS: usize = 64;

/// A key of the provider (RFC 7517). Those of kinds that we do not know are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The answer of a provider's `jwks_uri`.
#[derive(Debug, Clone, Deserialize)]
pub struct KeySet {
    keys: Vec<Value>,
}

impl KeySet {
    /// The keys that can be read.
    #[must_use]
    pub fn keys(self) -> Vec<Key> {
        self.keys.into_iter().take(MAX_KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect()
    }
}

/// What a token has to say to be ours.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Who we are there.
    pub client_id: &'a str,
    /// Of this try to sign in.
    pub nonce: &'a str,
    /// Seconds since 1970.
    pub now: f64,
}

/// Who somebody is, by a token that was verified. There is no other way to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Never changes, nor is given to anybody else, at this provider.
    pub subject: String,
    /// What they are called there; empty where the token says nothing of it.
    pub name: String,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no token.
    #[error("the id token cannot be read")]
    Unreadable,
    /// It is signed in a way that we do not take: unsigned, or by a shared secret.
    #[error("the id token is signed neither by RS256 nor by ES256: choose a signing key of one of these kinds")]
    Algorithm,
    /// The provider has no such key, as far as we know.
    #[error("the id token is signed by a key that the provider does not publish")]
    UnknownKey,
    /// The signature is not that key's.
    #[error("the id token's signature is wrong")]
    Signature,
    /// Another provider made it.
    #[error("the id token is of another issuer")]
    Issuer,
    /// It was made for somebody else.
    #[error("the id token is for another client")]
    Audience,
    /// It is over, or not yet valid.
    #[error("the id token is out of its time; are both clocks right?")]
    Time,
    /// It was made for another try.
    #[error("the id token answers another sign-in")]
    Nonce,
    /// It names nobody.
    #[error("the id token names nobody")]
    Subject,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; we understand none.
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    #[serde(flatten)]
    names: Names,
}

/// What somebody is called at the provider (OpenID Connect Core, 5.1).
#[derive(Deserialize)]
pub struct Names {
    name: Option<String>,
    preferred_username: Option<String>,
    email: Option<String>,
}

impl Names {
    /// The first that says something; else empty.
    #[must_use]
    pub fn best(self) -> String {
        let names = [self.name, self.preferred_username, self.email].into_iter().flatten();
        names.map(|name| name.trim().to_owned()).find(|name| !name.is_empty()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Judges a token.
///
/// # Errors
/// Why it is not believed.
pub fn verify(token: &str, keys: &[Key], expected: Expected<'_>) -> Result<Identity, Fault> {
    let claims = signed_claims(token, keys)?;
    if claims.iss != expected.issuer {
        return Err(Fault::Issuer);
    }
    if !is_for(&claims, expected.client_id) {
        return Err(Fault::Audience);
    }
    let is_over = claims.exp + LEEWAY_SECONDS <= expected.now;
    let is_early = claims.nbf.unwrap_or(claims.iat).max(claims.iat) > expected.now + LEEWAY_SECONDS;
    if is_over || is_early {
        return Err(Fault::Time);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Fault::Nonce);
    }
    if claims.sub.is_empty() || claims.sub.len() > MAX_SUBJECT_BYTES {
        return Err(Fault::Subject);
    }
    Ok(Identity { subject: claims.sub, name: claims.names.best() })
}

/// Whether a token is for us alone, or by our own request.
fn is_for(claims: &Claims, client_id: &str) -> bool {
    let (is_named, is_shared) = match &claims.aud {
        Audience::One(one) => (one == client_id, false),
        Audience::Many(many) => (many.iter().any(|one| one == client_id), many.len() > 1),
    };
    let party = claims.azp.as_deref();
    is_named && party.map_or(!is_shared, |party| party == client_id)
}

/// What a token says, once its signature holds. Nothing of it is looked at before.
fn signed_claims(token: &str, keys: &[Key]) -> Result<Claims, Fault> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Fault::Unreadable);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Unreadable)?;
    let (header, claims) = signed.split_once('.').ok_or(Fault::Unreadable)?;
    let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| Fault::Unreadable)?;
    if header.crit.is_some() {
        return Err(Fault::Unreadable);
    }
    let signature = bytes(signature)?;
    let fitting = keys.iter().filter(|key| key.fits(&header));
    let mut verdict =
        Err(if ["RS256", "ES256"].contains(&&*header.alg) { Fault::UnknownKey } else { Fault::Algorithm });
    for key in fitting {
        verdict = key.check(signed.as_bytes(), &signature);
        if verdict.is_ok() {
            break;
        }
    }
    verdict?;
    serde_json::from_slice(&bytes(claims)?).map_err(|_| Fault::Unreadable)
}

impl Key {
    /// Whether it may have signed under this header. The kind of the key says how it signs, never the token alone.
    fn fits(&self, header: &Header) -> bool {
        let is_of_kind = match &*header.alg {
            "RS256" => self.kty == "RSA",
            "ES256" => self.kty == "EC" && self.crv.as_deref() == Some("P-256"),
            _ => false,
        };
        is_of_kind
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == header.alg)
            && header.kid.as_ref().is_none_or(|kid| self.kid.as_ref() == Some(kid))
    }

    fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let part = |text: &Option<String>| bytes(text.as_deref().ok_or(Fault::UnknownKey)?);
        let verdict = if self.kty == "RSA" {
            let (n, e) = (part(&self.n)?, part(&self.e)?);
            RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
        } else {
            // An uncompressed point (SEC 1, 2.3.3).
            let point = [&[4][..], &part(&self.x)?, &part(&self.y)?].concat();
            UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
        };
        verdict.map_err(|_| Fault::Signature)
    }
}

fn bytes(base64url: &str) -> Result<Vec<u8>, Fault> {
    BASE64_URL_SAFE_NO_PAD.decode(base64url).map_err(|_| Fault::Unreadable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    const NOW: f64 = 1_800_000_000.0;
    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://id.example", client_id: "boardwalk", nonce: "n-0", now: NOW };

    struct Signer(EcdsaKeyPair);

    impl Signer {
        fn new() -> Self {
            let random = SystemRandom::new();
            let alg = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let key = EcdsaKeyPair::generate_pkcs8(alg, &random).expect("a key");
            Self(EcdsaKeyPair::from_pkcs8(alg, key.as_ref(), &random).expect("a key"))
        }

        fn key(&self, kid: Option<&str>) -> Key {
            let point = self.0.public_key().as_ref();
            let [x, y] = [&point[1..33], &point[33..]].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
            let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": x, "y": y });
            serde_json::from_value(key).expect("a key")
        }

        fn sign(&self, header: &Value, claims: &Value) -> String {
            let [header, claims] = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
            let signed = format!("{header}.{claims}");
            let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).expect("it signs");
            format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
        }
    }

    fn claims() -> Value {
        json!({
            "iss": "https://id.example", "sub": "7", "aud": "boardwalk", "nonce": "n-0", "name": " Ada Lovelace ",
            "iat": NOW - 5.0, "exp": NOW + 300.0,
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[test]
    fn a_token_is_believed_only_where_every_claim_fits() {
        let (signer, header) = (Signer::new(), json!({ "alg": "ES256", "kid": "a" }));
        let keys = [signer.key(Some("a"))];
        let ada = Ok(Identity { subject: "7".to_owned(), name: "Ada Lovelace".to_owned() });
        for (claims, expected) in [
            (claims(), ada.clone()),
            (with("aud", json!(["boardwalk"])), ada.clone()),
            (with("azp", json!("boardwalk")), ada.clone()),
            (with("exp", json!(NOW - 30.0)), ada.clone()),
            (with("exp", json!(NOW - 61.0)), Err(Fault::Time)),
            (with("exp", json!("never")), Err(Fault::Unreadable)),
            (with("exp", Value::Null), Err(Fault::Unreadable)),
            (with("iat", json!(NOW + 61.0)), Err(Fault::Time)),
            (with("nbf", json!(NOW + 61.0)), Err(Fault::Time)),
            (with("iss", json!("https://id.example/")), Err(Fault::Issuer)),
            (with("aud", json!("other")), Err(Fault::Audience)),
            (with("aud", json!([])), Err(Fault::Audience)),
            (with("aud", json!(["boardwalk", "other"])), Err(Fault::Audience)),
            (with("azp", json!("other")), Err(Fault::Audience)),
            (with("nonce", json!("n-1")), Err(Fault::Nonce)),
            (with("nonce", Value::Null), Err(Fault::Nonce)),
            (with("sub", json!("")), Err(Fault::Subject)),
            (with("sub", json!("s".repeat(256))), Err(Fault::Subject)),
            (with("sub", json!(7)), Err(Fault::Unreadable)),
        ] {
            assert_eq!(verify(&signer.sign(&header, &claims), &keys, EXPECTED), expected, "{claims}");
        }
    }

    #[test]
    fn whoever_has_no_name_has_the_next_best() {
        let (signer, header) = (Signer::new(), json!({ "alg": "ES256" }));
        let mut claims = with("name", json!("  "));
        let name = |claims: &Value| {
            verify(&signer.sign(&header, claims), &[signer.key(None)], EXPECTED).expect("a token").name
        };
        assert_eq!(name(&claims), "");
        claims["email"] = json!("ada@example.org");
        assert_eq!(name(&claims), "ada@example.org");
        claims["preferred_username"] = json!("ada");
        assert_eq!(name(&claims), "ada");
    }

    #[test]
    fn only_a_published_key_of_the_right_kind_signs() {
        let (signer, other) = (Signer::new(), Signer::new());
        let sign = |header: Value| signer.sign(&header, &claims());
        let es256 = |kid: &str| json!({ "alg": "ES256", "kid": kid });
        let key = |change: fn(&mut Key)| {
            let mut key = signer.key(Some("a"));
            change(&mut key);
            key
        };
        for (token, keys, expected) in [
            (sign(es256("a")), vec![other.key(Some("b")), signer.key(Some("a"))], Ok(())),
            (sign(json!({ "alg": "ES256" })), vec![other.key(Some("b")), signer.key(Some("a"))], Ok(())),
            (sign(es256("b")), vec![signer.key(Some("a"))], Err(Fault::UnknownKey)),
            (sign(es256("a")), vec![], Err(Fault::UnknownKey)),
            (sign(es256("a")), vec![other.key(Some("a"))], Err(Fault::Signature)),
            (sign(es256("a")), vec![key(|key| key.usage = Some("enc".to_owned()))], Err(Fault::UnknownKey)),
            (sign(es256("a")), vec![key(|key| key.alg = Some("RS256".to_owned()))], Err(Fault::UnknownKey)),
            (sign(es256("a")), vec![key(|key| key.y = None)], Err(Fault::UnknownKey)),
            (sign(json!({ "alg": "none" })), vec![signer.key(None)], Err(Fault::Algorithm)),
            (sign(json!({ "alg": "HS256" })), vec![signer.key(None)], Err(Fault::Algorithm)),
            (sign(json!({ "alg": "RS256" })), vec![signer.key(None)], Err(Fault::UnknownKey)),
            (sign(json!({ "alg": "ES256", "crit": ["x"] })), vec![signer.key(None)], Err(Fault::Unreadable)),
        ] {
            assert_eq!(verify(&token, &keys, EXPECTED).map(drop), expected, "{token}");
        }
        let token = sign(es256("a"));
        let (signed, _) = token.rsplit_once('.').expect("a signature");
        assert_eq!(verify(&format!("{signed}."), &[signer.key(Some("a"))], EXPECTED), Err(Fault::Signature));
        let (header, _) = token.split_once('.').expect("a header");
        let forged = BASE64_URL_SAFE_NO_PAD.encode(with("sub", json!("8")).to_string());
        let signature = token.rsplit('.').next().expect("a signature");
        let token = format!("{header}.{forged}.{signature}");
        assert_eq!(verify(&token, &[signer.key(Some("a"))], EXPECTED), Err(Fault::Signature));
    }

    /// RFC 7515, A.2: its key, and its signature of claims that are none of ours.
    #[test]
    fn rs256_is_what_the_standard_shows() {
        let key: Key = serde_json::from_value(json!({ "kty": "RSA", "e": "AQAB", "n": concat!(
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ",
            "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2",
            "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD",
            "TW9gb54h4FRWyuXpoQ",
        ) }))
        .expect("a key");
        let signed = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = bytes(concat!(
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU",
            "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d",
            "O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig",
            "cN_IoypGlUPQGe77Rw",
        ))
        .expect("base64url");
        assert_eq!(key.check(signed.as_bytes(), &signature), Ok(()));
        assert_eq!(key.check(&signed.as_bytes()[1..], &signature), Err(Fault::Signature));
        assert_eq!(key.check(signed.as_bytes(), &signature[1..]), Err(Fault::Signature));
    }

    #[test]
    fn keys_of_other_kinds_are_passed_over() {
        let set =
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "a" }, { "kty": 7 }, "x", { "kty": "RSA" }] });
        let keys = serde_json::from_value::<KeySet>(set).expect("a set").keys();
        assert_eq!(keys.iter().map(|key| &*key.kty).collect::<Vec<_>>(), ["OKP", "RSA"]);
    }

    proptest! {
        #[test]
        fn no_text_is_taken_for_a_token(text in "[A-Za-z0-9_.=-]{0,80}") {
            prop_assert!(verify(&text, &[Signer::new().key(None)], EXPECTED).is_err());
        }
    }
}
