//! `serve --tls-cert --tls-key`: pages, REST and WebSockets under TLS, and nothing without it.

use std::sync::Arc;
use std::time::Duration;

use boardwalk::cli::HealthOptions;
use boardwalk::{HttpsFiles, check_health};
use protocol::{CreatedBoard, SUBPROTOCOL};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::server::Server;

const PATIENCE: Duration = Duration::from_secs(20);

/// A server, and the certificate that it shows for `localhost`.
async fn start() -> (Server, CertificateDer<'static>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("cert.pem"), made.cert.pem()).expect("a file");
    std::fs::write(path("key.pem"), made.signing_key.serialize_pem()).expect("a file");
    let https = HttpsFiles { tls_cert: Some(path("cert.pem")), tls_key: Some(path("key.pem")) };
    (Server::begin_as(folder, None, https).await, made.cert.der().clone())
}

async fn connect(server: &Server, trusted: CertificateDer<'static>) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots);
    let stream = TcpStream::connect(server.address()).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config.with_no_client_auth())).connect(name, stream).await
}

/// Asks, and gives all that comes until the server closes.
async fn ask(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin, what: &str) -> String {
    let request = format!("{what} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    // One that is hung up on reads nothing.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn people_are_served_under_tls() {
    let (server, certificate) = start().await;
    let stream = connect(&server, certificate.clone()).await.expect("the certificate is trusted");
    let answer = ask(stream, "POST /api/boards").await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let body = &answer[answer.find('{').expect("JSON")..=answer.rfind('}').expect("JSON")];
    let created: CreatedBoard = serde_json::from_str(body).expect("a board");
    assert!(created.links.iter().all(|link| link.url.starts_with("https://localhost/b/")), "links lead back here");

    let stream = connect(&server, certificate).await.expect("the certificate is trusted");
    let mut request = format!("wss://localhost/sync/{}", created.id).into_client_request().expect("a URL");
    request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().expect("a value"));
    let (_, response) = client_async(request, stream).await.expect("the upgrade is accepted");
    assert_eq!(response.status(), 101);
    server.stop().await;
}

#[tokio::test]
async fn nobody_is_served_without() {
    let (server, certificate) = start().await;
    let stream = TcpStream::connect(server.address()).await.expect("it listens");
    let answer = ask(stream, "GET /health/ready").await;
    assert!(!answer.contains("HTTP/1.1"), "{answer}");
    // Who hangs in the handshake holds up nobody.
    let _silent = TcpStream::connect(server.address()).await.expect("it listens");
    let stream = connect(&server, certificate).await.expect("the certificate is trusted");
    assert!(ask(stream, "GET /health/ready").await.starts_with("HTTP/1.1 200"));
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    assert!(connect(&server, other.cert.der().clone()).await.is_err(), "another certificate is not shown");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_check_asks_over_tls_where_there_is_a_certificate() {
    let (server, _) = start().await;
    let check = async |tls_cert: Option<std::path::PathBuf>| {
        let options = HealthOptions { listen: server.address().to_string(), tls_cert };
        tokio::task::spawn_blocking(move || check_health(&options)).await.expect("it does not panic")
    };
    let certificate = server.folder().join("cert.pem");
    check(Some(certificate.clone())).await.expect("it is ready");
    check(None).await.expect_err("it does not speak plain HTTP");
    let plain = Server::start().await;
    let options = HealthOptions { listen: plain.address().to_string(), tls_cert: Some(certificate) };
    let asked = tokio::task::spawn_blocking(move || check_health(&options)).await.expect("it does not panic");
    asked.expect_err("it speaks plain HTTP only");
    plain.stop().await;
    server.stop().await;
}
