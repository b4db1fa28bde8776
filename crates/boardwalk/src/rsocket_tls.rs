//! TLS between the processes of a cluster, from PEM files: a service shows a certificate, whoever connects trusts an
//! authority. Who may connect is the cluster secret's business.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rsocket::tls::rustls::crypto::ring;
use rsocket::tls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::cli::RsocketTls;
use crate::pem;

/// What a service shows, and what it trusts in others; `None` where no file is named.
///
/// # Errors
/// Only some files are named, or they cannot be used.
pub fn of_document(files: &RsocketTls) -> Result<Option<(Arc<ServerConfig>, Arc<ClientConfig>)>> {
    match (&files.rsocket_tls_cert, &files.rsocket_tls_key, &files.rsocket_tls_ca) {
        (None, None, None) => Ok(None),
        (Some(cert), Some(key), Some(ca)) => Ok(Some((Arc::new(pem::server(cert, key)?), client(ca)?))),
        _ => bail!("--rsocket-tls-cert, --rsocket-tls-key and --rsocket-tls-ca go together"),
    }
}

/// Trusts the certificates of a file.
///
/// # Errors
/// It cannot be read, or holds none.
pub fn client(ca: &Path) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    for certificate in pem::certificates(ca)? {
        roots.add(certificate).with_context(|| format!("{} holds a certificate that cannot be used", ca.display()))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_together_and_must_hold_what_they_should() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = rcgen::generate_simple_self_signed(vec!["doc-1".to_owned()]).expect("a certificate");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("cert"), made.cert.pem()).expect("a file");
        std::fs::write(path("key"), made.signing_key.serialize_pem()).expect("a file");
        std::fs::write(path("empty"), "").expect("a file");
        let files = |cert: Option<&str>, key: Option<&str>, ca: Option<&str>| {
            let [rsocket_tls_cert, rsocket_tls_key, rsocket_tls_ca] = [cert, key, ca].map(|name| name.map(path));
            of_document(&RsocketTls { rsocket_tls_cert, rsocket_tls_key, rsocket_tls_ca })
        };
        assert!(files(None, None, None).expect("nothing is asked for").is_none());
        assert!(files(Some("cert"), Some("key"), Some("cert")).expect("all is there").is_some());
        assert!(files(Some("cert"), Some("key"), None).is_err());
        assert!(files(Some("cert"), Some("cert"), Some("cert")).is_err());
        assert!(files(Some("empty"), Some("key"), Some("cert")).is_err());
        assert!(client(&path("empty")).is_err() && client(&path("nowhere")).is_err());
    }
}
