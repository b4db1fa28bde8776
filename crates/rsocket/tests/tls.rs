//! Links under TLS: who has the right certificate is spoken to, nobody else.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use std::sync::Arc;

use rsocket::tls::{TlsLink, rustls};
use rsocket::*;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A server's side for `localhost`, and its certificate.
fn server() -> (Arc<rustls::ServerConfig>, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
    (Arc::new(config), certificate)
}

fn client(trusted: CertificateDer<'static>) -> Arc<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

struct Echo;

#[async_trait::async_trait]
impl Responder for Echo {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        Ok(request)
    }
}

fn echo(_: &Setup) -> Result<Arc<dyn Responder>, SetupRefused> {
    Ok(Arc::new(Echo))
}

/// Serves for ever; gives the address.
async fn serve(config: Arc<rustls::ServerConfig>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            if let Ok(link) = TlsLink::accept(socket, config.clone()).await {
                accept(link, ConnectionOptions::default(), &echo).await.unwrap();
            }
        }
    });
    address
}

#[tokio::test]
async fn large_messages_go_there_and_back() {
    let (config, certificate) = server();
    let link = TlsLink::connect(&serve(config).await, client(certificate)).await.unwrap();
    let connection = connect(link, ConnectionOptions::default(), Arc::new(Deaf)).await.unwrap();
    let request = Payload::new(vec![7_u8; 300_000]);
    assert_eq!(connection.request_response(request.clone()).await, Ok(request));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (config, _) = server();
    let (_, other) = server();
    let address = serve(config).await;
    assert!(TlsLink::connect(&address, client(other)).await.is_err());
}

#[tokio::test]
async fn a_name_that_the_certificate_does_not_hold_is_refused() {
    let (config, certificate) = server();
    let address = serve(config).await.replace("localhost", "127.0.0.1");
    assert!(TlsLink::connect(&address, client(certificate)).await.is_err());
}

#[tokio::test]
async fn who_does_not_speak_tls_is_hung_up_on() {
    let (config, _) = server();
    let stream = TcpStream::connect(serve(config).await).await.unwrap();
    let link = tcp::TcpLink::from_stream(stream).unwrap();
    let connection = connect(link, ConnectionOptions::default(), Arc::new(Deaf)).await.unwrap();
    assert!(connection.request_response(Payload::new("plain")).await.is_err());
    connection.closed().await;
}
