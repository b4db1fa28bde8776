//! The foreign programs, what each of them can, and how to reach one.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use rsocket::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A foreign implementation.
pub struct Peer {
    program: fn() -> Option<Command>,
    /// Its answers carry metadata.
    pub answers_metadata: bool,
    /// It can push metadata, and hears what is pushed.
    pub pushes_metadata: bool,
    /// As a client it grants leases too.
    pub grants_as_client: bool,
}

/// PyPI's `rsocket` 0.4.20.
pub const PYTHON: Peer =
    Peer { program: python, answers_metadata: true, pushes_metadata: true, grants_as_client: true };
/// rsocket-js 0.0.27.
pub const JS_0: Peer =
    Peer { program: || node("js-0.0.27"), answers_metadata: false, pushes_metadata: true, grants_as_client: true };
/// rsocket-js 1.0.0-alpha.3.
pub const JS_1: Peer = Peer {
    program: || node("js-1.0.0-alpha.3"),
    answers_metadata: true,
    pushes_metadata: false,
    grants_as_client: false,
};

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn python() -> Option<Command> {
    let interpreter = here().join("../../target/interop/venv/bin/python");
    let mut command = installed(&interpreter).then(|| Command::new(interpreter))?;
    command.arg(here().join("interop/peer.py"));
    Some(command)
}

fn node(folder: &str) -> Option<Command> {
    let folder = here().join("interop").join(folder);
    let mut command = installed(&folder.join("node_modules/.installed-lock")).then(|| Command::new("node"))?;
    command.arg(folder.join("peer.mjs"));
    Some(command)
}

fn installed(file: &Path) -> bool {
    if !file.exists() {
        let required = std::env::var("RSOCKET_INTEROP").is_ok_and(|value| value == "require");
        assert!(!required, "run crates/rsocket/interop/install.sh first");
        eprintln!("skipped: no foreign peers are installed");
    }
    file.exists()
}

/// What frames travel over.
#[derive(Clone, Copy, Debug)]
pub enum LinkKind {
    Tcp,
    WebSocket,
}

impl LinkKind {
    fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::WebSocket => "websocket",
        }
    }

    pub async fn connect(self, port: u16, options: ConnectionOptions) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let responder = Arc::new(Deaf);
        match self {
            Self::Tcp => connect(tcp::TcpLink::from_stream(stream).unwrap(), options, responder).await,
            Self::WebSocket => {
                let url = format!("ws://127.0.0.1:{port}/");
                let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
                connect(websocket::WebSocketLink::from_stream(socket), options, responder).await
            }
        }
        .unwrap()
    }

    pub async fn accept(
        self,
        listener: &TcpListener,
        options: ConnectionOptions,
        responder: Arc<dyn Responder>,
    ) -> Result<Connection, ConnectError> {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = move |_: &Setup| Ok(Arc::clone(&responder));
        match self {
            Self::Tcp => accept(tcp::TcpLink::from_stream(stream).unwrap(), options, &acceptor).await,
            Self::WebSocket => {
                let socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                accept(websocket::WebSocketLink::from_stream(socket), options, &acceptor).await
            }
        }
    }
}

/// A foreign program that runs.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    input: Option<ChildStdin>,
}

impl Peer {
    fn start(&self, words: &[&str]) -> Option<Running> {
        let mut command = (self.program)()?;
        command.args(words).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let input = child.stdin.take();
        Some(Running { child, lines, input })
    }

    /// Starts it as a client of whoever listens on `port`.
    pub fn ask(&self, link: LinkKind, scenario: &str, port: u16) -> Option<Running> {
        self.start(&["client", link.word(), scenario, &port.to_string()])
    }

    /// Starts it as a server; says on which port it listens.
    pub async fn answer(&self, link: LinkKind, scenario: &str) -> Option<(Running, u16)> {
        let mut running = self.start(&["server", link.word(), scenario])?;
        let port = running.line().await;
        Some((running, port.parse().unwrap()))
    }
}

impl Running {
    /// The next line that it prints; fails with its complaint if there is none.
    pub async fn line(&mut self) -> String {
        if let Some(line) = self.lines.next_line().await.unwrap() {
            return line;
        }
        let mut complaint = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaint).await.unwrap();
        panic!("the peer ended: {complaint}");
    }

    /// Lets it go on where it waits.
    pub async fn go(&mut self) {
        self.input.as_mut().unwrap().write_all(b"go\n").await.unwrap();
    }

    /// Waits until it has checked everything.
    pub async fn ok(mut self) {
        assert_eq!(self.line().await, "ok");
        self.child.wait().await.unwrap();
    }

    /// Ends a server.
    pub async fn stop(mut self) {
        drop(self.input.take());
        self.child.wait().await.unwrap();
    }
}
