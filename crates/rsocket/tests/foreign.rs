//! Other people's RSocket, in both roles. Runs where `interop/install.sh` has installed the peers, and where
//! `RSOCKET_INTEROP=require` is set fails if it has not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::StreamExt;
use rsocket::*;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;

/// The Python peer, if it is installed.
fn python() -> Option<Command> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let interpreter = here.join("../../target/interop/venv/bin/python");
    if !interpreter.exists() {
        let required = std::env::var("RSOCKET_INTEROP").is_ok_and(|value| value == "require");
        assert!(!required, "run crates/rsocket/interop/install.sh first");
        eprintln!("skipped: no foreign peers are installed");
        return None;
    }
    let mut command = Command::new(interpreter);
    command.arg(here.join("interop/peer.py")).kill_on_drop(true).stdout(Stdio::piped());
    Some(command)
}

#[derive(Default)]
struct Echo {
    forgotten: Mutex<Vec<u8>>,
}

#[async_trait]
impl Responder for Echo {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        match &request.data[..] {
            b"fail" => Err(Refusal::application("asked to")),
            b"forgotten" => Ok(Payload::new(self.forgotten.lock().unwrap().clone())),
            _ => Ok(request),
        }
    }

    async fn fire_and_forget(&self, request: Payload) {
        self.forgotten.lock().unwrap().extend_from_slice(&request.data);
    }

    async fn request_stream(&self, request: Payload, mut out: Outbound) {
        let count: u32 = String::from_utf8_lossy(&request.data).parse().unwrap();
        for at in 0..count {
            out.send(Payload::new(at.to_string())).await.unwrap();
        }
        out.complete();
    }

    async fn request_channel(&self, first: Payload, inbound: IncomingChannel) {
        let (mut outbound, mut inbound) = inbound.accept(Window::of(4));
        outbound.send(first).await.unwrap();
        while let Some(Ok(message)) = inbound.next().await {
            outbound.send(message).await.unwrap();
        }
        outbound.complete();
    }
}

fn options() -> ConnectionOptions {
    ConnectionOptions { mtu: 128, ..ConnectionOptions::default() }
}

async fn texts(inbound: Inbound) -> Vec<String> {
    inbound.map(|message| String::from_utf8(message.unwrap().data.into()).unwrap()).collect().await
}

fn numbers(count: u32) -> Vec<String> {
    (0..count).map(|at| at.to_string()).collect()
}

#[tokio::test]
async fn python_asks() {
    let Some(mut python) = python() else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = |_: &Setup| Ok(Arc::new(Echo::default()) as Arc<dyn Responder>);
        let link = tcp::TcpLink::from_stream(stream).unwrap();
        accept(link, options(), &acceptor).await.unwrap()
    };
    let checked = python.args(["client", &port.to_string()]).output();
    let (server, checked) = tokio::join!(serve, checked);
    assert_eq!(String::from_utf8_lossy(&checked.unwrap().stdout).trim(), "ok");
    server.closed().await;
}

#[tokio::test]
async fn python_answers() {
    let Some(mut python) = python() else {
        return;
    };
    let mut peer = python.arg("server").stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(peer.stdout.take().unwrap()).lines();
    let port = lines.next_line().await.unwrap().unwrap();
    let link = tcp::TcpLink::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let client = connect(link, options(), Arc::new(Deaf)).await.unwrap();

    let long = Payload::new(vec![b'd'; 5_000]).with_metadata(vec![b'm'; 1_000]);
    assert_eq!(client.request_response(long.clone()).await, Ok(long));
    let failed = client.request_response(Payload::new("fail")).await;
    assert!(matches!(failed, Err(RequestError::Stream(StreamError::Application { .. }))), "{failed:?}");

    client.fire_and_forget(Payload::new("forget me")).await.unwrap();
    let forgotten = client.request_response(Payload::new("forgotten")).await.unwrap();
    assert_eq!(&forgotten.data[..], b"forget me");

    for window in [Window::of(1), Window::of(3), Window::of(100)] {
        let inbound = client.request_stream(Payload::new("50"), window).unwrap();
        assert_eq!(texts(inbound).await, numbers(50), "{window:?}");
    }

    let (mut out, inbound) = client.request_channel(Payload::new("first"), Window::of(2)).unwrap();
    let send = async {
        for at in 0..20 {
            out.send(Payload::new(at.to_string())).await.unwrap();
        }
        out.complete();
    };
    let (_, heard) = tokio::join!(send, texts(inbound));
    let mut expected = vec!["first".to_owned()];
    expected.extend(numbers(20));
    // The peer tells whether the last message carried the end or the end came alone.
    assert_eq!(heard[..21], expected);
    assert!(heard.len() == 21 || heard[21..] == ["end"], "{heard:?}");

    let stream = client.request_stream(Payload::new("100000"), Window::manual(1)).unwrap();
    drop(stream);
    assert!(client.request_response(Payload::new("alive")).await.is_ok());
    client.close();
    drop(peer.stdin.take());
    peer.wait().await.unwrap();
}
