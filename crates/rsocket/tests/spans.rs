//! The request id goes over the hop: whoever answers logs under the id of the request that asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rsocket::*;
use tracing_subscriber::fmt::MakeWriter;

struct Speaks;

#[async_trait]
impl Responder for Speaks {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        tracing::info!("answering");
        Ok(request)
    }
}

/// Lines that were logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_answering_side_logs_the_request_id() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let (client, server) = memory::pair();
    let acceptor = |_: &Setup| Ok(Arc::new(Speaks) as Arc<dyn Responder>);
    let (client, server) = tokio::join!(
        connect(client, ConnectionOptions::default(), Arc::new(Deaf)),
        accept(server, ConnectionOptions::default(), &acceptor)
    );
    let (client, _server) = (client.unwrap(), server.unwrap());
    let about = metadata::encode(&[metadata::Entry::RequestId("abc-1".into())]).unwrap();
    client.request_response(Payload::new("x").with_metadata(about)).await.unwrap();
    client.request_response(Payload::new("y")).await.unwrap();

    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let answers: Vec<&str> = logged.lines().filter(|line| line.contains("answering")).collect();
    assert!(answers[0].contains(r#"rsocket_stream{kind="request_response" stream=1 request_id="abc-1"}"#), "{logged}");
    assert!(!answers[1].contains("request_id"), "{logged}");
}
