//! Two gateways in front of two document services, as processes of their own on one database.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use protocol::Role;
use protocol::lane::Dialect::{Boardwalk, Stock};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::client::Client;
use crate::server::new_board;

const PATIENCE: Duration = Duration::from_secs(30);

/// One process, killed when dropped.
struct Process {
    child: Child,
}

impl Process {
    fn start(database: &Path, arguments: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_boardwalk"))
            .args(arguments)
            .env("BOARDWALK_DATABASE_URL", format!("sqlite:{}", database.display()))
            .env("BOARDWALK_CLUSTER_SECRET", "correct horse battery staple")
            .env("BOARDWALK_LOG", "warn")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        Self { child }
    }

    fn lines(&mut self) -> tokio::io::Lines<BufReader<ChildStdout>> {
        BufReader::new(self.child.stdout.take().expect("piped, and taken once")).lines()
    }

    /// Asks it to leave in good order, and waits for that.
    async fn leave(mut self) {
        let pid = self.child.id().expect("it runs");
        Command::new("kill").args(["-TERM", &pid.to_string()]).status().await.expect("kill runs");
        let status =
            timeout(PATIENCE, self.child.wait()).await.expect("it leaves in time").expect("it can be waited for");
        assert!(status.success(), "{status}");
    }
}

async fn gateway(database: &Path) -> (Process, SocketAddr) {
    let mut process = Process::start(database, &["gateway", "--listen", "127.0.0.1:0"]);
    let line = timeout(PATIENCE, process.lines().next_line()).await.expect("it starts in time");
    let line = line.expect("text").expect("a line");
    let address = line.strip_prefix("Boardwalk is at http://").expect("the address").parse().expect("an address");
    (process, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_shared_between_gateways_and_move_when_a_service_leaves() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("shared.sqlite");
    let document = || Process::start(&database, &["document", "--rsocket-listen", "127.0.0.1:0"]);
    let mut documents = vec![document(), document()];
    let (_door, near) = gateway(&database).await;
    let (_other_door, far) = gateway(&database).await;

    // Several boards, so that both services get some, and either gateway is sent on to the owner of some.
    let mut people = Vec::new();
    for number in 0..6 {
        let invite = new_board(near).await;
        let mut alice = Client::join(near, &invite, Role::Edit, Boardwalk, 10 + number).await;
        let mut bob = Client::join(far, &invite, Role::Edit, Stock, 20 + number).await;
        let shape = alice.write("seen through the other door").await;
        alice.saved().await;
        bob.sees(&shape).await;
        let answer = bob.write("and back").await;
        alice.sees(&answer).await;
        people.push((invite, alice.board.contents()));
    }

    documents.remove(0).leave().await;
    for (invite, contents) in people {
        let mut carol = Client::join(far, &invite, Role::Edit, Boardwalk, 30).await;
        assert_eq!(carol.board.contents(), contents);
        carol.write("after the move").await;
        carol.saved().await;
    }
}
