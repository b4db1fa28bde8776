//! Certificates and keys from PEM files. It must not know what they are for.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rsocket::tls::rustls::ServerConfig;
use rsocket::tls::rustls::crypto::ring;
use rsocket::tls::rustls::pki_types::pem::PemObject;
use rsocket::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A server that shows a certificate.
///
/// # Errors
/// A file cannot be read or used, or they do not fit each other.
pub fn server(cert: &Path, key: &Path) -> Result<ServerConfig> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
    let key_bytes =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read a key in {}", key.display()))?;
    let config = config.with_single_cert(certificates(cert)?, key_bytes);
    config.with_context(|| format!("{} and {} do not fit", cert.display(), key.display()))
}

/// The certificates of a file, at least one.
///
/// # Errors
/// It cannot be read, or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
    let certificates = read().with_context(|| format!("cannot read certificates in {}", path.display()))?;
    if certificates.is_empty() {
        bail!("{} holds no certificate", path.display());
    }
    Ok(certificates)
}
