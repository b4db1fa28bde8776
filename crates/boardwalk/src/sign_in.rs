//! Signing in, as it is set: a provider by flags, its secret from the environment or a file, never from a flag.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use gateway::{ClientSecret, SIGN_IN_CALLBACK, SignIn, SignInOptions};

use crate::cli::SignInFlags;
use crate::instance_token;

const SECRET: &str = "BOARDWALK_SIGN_IN_CLIENT_SECRET";

/// Where people sign in, if they do.
pub fn read(flags: &SignInFlags, public_url: Option<&str>) -> Result<Option<Arc<SignIn>>> {
    choose(flags, public_url, instance_token::text(SECRET)?)
}

fn choose(flags: &SignInFlags, public_url: Option<&str>, secret: Option<String>) -> Result<Option<Arc<SignIn>>> {
    let (issuer, client_id) = match (&flags.sign_in_issuer, &flags.sign_in_client_id) {
        (Some(issuer), Some(client_id)) => (issuer.trim().to_owned(), client_id.trim().to_owned()),
        (None, None) => return Ok(None),
        _ => bail!("signing in wants both --sign-in-issuer and --sign-in-client-id"),
    };
    let Some(site) = public_url else {
        bail!("signing in wants --public-url: the provider sends people back to {SIGN_IN_CALLBACK} below it")
    };
    let secret = secret.filter(|secret| !secret.trim().is_empty());
    let Some(secret) = secret else { bail!("set {SECRET} or {SECRET}_FILE: signing in wants the client's secret") };
    let client_secret = ClientSecret::of(&secret);
    let options = SignInOptions { issuer, client_id, client_secret, site: site.to_owned() };
    let sign_in = SignIn::new(options).context("nobody could sign in (--sign-in-issuer)")?;
    Ok(Some(Arc::new(sign_in)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_is_set_whole_or_not_at_all() {
        let flags = |issuer: Option<&str>, client_id: Option<&str>| SignInFlags {
            sign_in_issuer: issuer.map(str::to_owned),
            sign_in_client_id: client_id.map(str::to_owned),
        };
        let whole = flags(Some("https://id.example/realms/team"), Some("boardwalk"));
        let (site, secret) = (Some("https://boards.example"), || Some("s3cret\n".to_owned()));
        assert!(choose(&flags(None, None), None, None).expect("none").is_none());
        let sign_in = choose(&whole, site, secret()).expect("whole").expect("one");
        assert_eq!(format!("{sign_in:?}"), "SignIn(https://id.example/realms/team)", "without its secret");
        let local = flags(Some("http://127.0.0.1:9000"), Some("boardwalk"));
        assert!(choose(&local, site, secret()).is_ok(), "nobody reads along on this machine");
        for (flags, site, secret) in [
            (flags(None, Some("boardwalk")), site, secret()),
            (flags(Some("https://id.example"), None), site, secret()),
            (flags(Some("https://id.example"), Some(" ")), site, secret()),
            (flags(Some("http://id.example"), Some("boardwalk")), site, secret()),
            (flags(Some("https://id.example/?x"), Some("boardwalk")), site, secret()),
            (flags(Some("id.example"), Some("boardwalk")), site, secret()),
            (whole.clone(), None, secret()),
            (whole.clone(), site, None),
            (whole, site, Some(" ".to_owned())),
        ] {
            assert!(choose(&flags, site, secret).is_err(), "{flags:?} {site:?}");
        }
    }
}
