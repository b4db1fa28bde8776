//! Our client against the foreign servers that `interop/install.sh` has installed.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use futures_util::StreamExt;
use rsocket::*;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{ours, print_rate, rate};

/// They are slower by a hundred times, so fewer will do.
const REQUESTS: u32 = 6_400;
const MESSAGES: u32 = 20_000;

const PEERS: [(&str, &str, &str); 3] = [
    ("PyPI rsocket 0.4.20", "../../target/interop/venv/bin/python", "interop/peer.py"),
    ("rsocket-js 0.0.27", "node", "interop/js-0.0.27/peer.mjs"),
    ("rsocket-js 1.0.0-alpha.3", "node", "interop/js-1.0.0-alpha.3/peer.mjs"),
];

pub async fn speed() {
    for (name, program, script) in PEERS {
        let Some((server, port)) = start(program, script).await else {
            println!("{name}: not installed");
            continue;
        };
        let link = tcp::TcpLink::connect(("127.0.0.1", port)).await.unwrap();
        let connection = connect(link, ConnectionOptions::default(), Arc::new(Deaf)).await.unwrap();
        let per_second = rate(REQUESTS, ours::ask(&connection, 64, REQUESTS)).await;
        print_rate(&format!("{name} answers: request-response of 64 B"), per_second);
        let numbers = connection.request_stream(Payload::new(MESSAGES.to_string()), Window::of(1_024)).unwrap();
        let work = async { assert_eq!(numbers.count().await, MESSAGES as usize) };
        print_rate(&format!("{name} answers: stream of numbers"), rate(MESSAGES, work).await);
        drop(server);
    }
}

async fn start(program: &str, script: &str) -> Option<(Child, u16)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = if program.contains('/') { here.join(program) } else { program.into() };
    let mut command = Command::new(program);
    command.arg(here.join(script)).args(["server", "tcp", "basics"]).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = command.spawn().ok()?;
    let mut lines = BufReader::new(server.stdout.take()?).lines();
    let port = lines.next_line().await.ok()??.parse().ok()?;
    Some((server, port))
}
