//! Two gateways in front of two document services, as processes of their own on one database.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::{PeopleList, Role};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::client::Client;
use crate::server::{Invite, new_board};

const PATIENCE: Duration = Duration::from_secs(30);
const ADMIN_TOKEN: &str = "whoever runs this may look";

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
            .env("BOARDWALK_ADMIN_TOKEN", ADMIN_TOKEN)
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

    /// Ends it as a crash does.
    async fn crash(mut self) {
        self.child.kill().await.expect("it runs");
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

/// What a gateway answers to whoever bears a key or token.
async fn read(gateway: SocketAddr, path: &str, bearer: &str) -> Value {
    let (url, bearer) = (format!("http://{gateway}{path}"), format!("Bearer {bearer}"));
    let answer = tokio::task::spawn_blocking(move || {
        let answer = ureq::get(&url).header("authorization", &bearer).call().expect("an answer");
        answer.into_body().read_to_string().expect("text")
    });
    serde_json::from_str(&answer.await.expect("the request does not panic")).expect("JSON")
}

/// The Yjs clients of everybody who is on a board, with their roles, in order.
async fn people(gateway: SocketAddr, invite: &Invite) -> Vec<(String, Role)> {
    let list = read(gateway, &format!("/api/boards/{}/people", invite.board), invite.key(Role::Owner)).await;
    let list: PeopleList = serde_json::from_value(list).expect("a list of people");
    let mut here: Vec<_> =
        list.here.into_iter().flat_map(|person| person.clients.into_iter().map(move |id| (id, person.role))).collect();
    here.sort_by(|one, other| one.0.cmp(&other.0));
    here
}

/// Waits until both gateways say that these people are there.
async fn sees_people(gateways: &[SocketAddr], invite: &Invite, expected: &[(&str, Role)]) {
    let expected: Vec<_> = expected.iter().map(|(id, role)| ((*id).to_owned(), *role)).collect();
    for gateway in gateways {
        let told = async { while people(*gateway, invite).await != expected {} };
        if timeout(PATIENCE, told).await.is_err() {
            assert_eq!(people(*gateway, invite).await, expected, "through {gateway}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gateway_knows_the_people_behind_all_and_one_that_dies_takes_its_own_away() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("shared.sqlite");
    let _documents = [(); 2].map(|()| Process::start(&database, &["document", "--rsocket-listen", "127.0.0.1:0"]));
    let (_door, near) = gateway(&database).await;
    let (other_door, far) = gateway(&database).await;

    let invite = new_board(near).await;
    let mut alice = Client::join(near, &invite, Role::Owner, Boardwalk, 11).await;
    let mut bob = Client::join(far, &invite, Role::View, Stock, 22).await;
    alice.say(11, 1, r#"{"user":{"name":"Alice"}}"#).await;
    bob.say(22, 1, r#"{"user":{"name":"Bob"}}"#).await;
    let both = [("11", Role::Owner), ("22", Role::View)];
    sees_people(&[near, far], &invite, &both).await;
    for gateway in [near, far] {
        let instance = read(gateway, "/api/admin/instance", ADMIN_TOKEN).await;
        assert_eq!((&instance["people_online"], &instance["boards_open"]), (&Value::from(2), &Value::from(1)));
        let boards = read(gateway, "/api/admin/boards?sort=people", ADMIN_TOKEN).await;
        assert_eq!(boards["boards"][0]["people"], 2);
    }

    other_door.crash().await;
    sees_people(&[near], &invite, &both[..1]).await;
}
