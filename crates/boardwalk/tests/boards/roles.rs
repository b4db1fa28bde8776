//! Role × operation on a raw socket and over REST: what a link lets its holder do, and that nothing else is done; and that
//! a flood is refused with a time to come again.

use std::net::IpAddr;

use futures_util::{StreamExt, stream};
use protocol::edge::EdgeMessage;
use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::{LinkView, Role};
use serde_json::{Value, json};

use crate::client::Client;
use crate::http::ask;
use crate::server::{Invite, Server};

const WATCHER: u64 = 90;
/// Locking somebody out by the hash that the list of people names.
const LOCK: &str = "/people/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/lock";

/// The key of a link with a role; a board begins without one that may comment.
async fn key(server: &Server, invite: &Invite, role: Role) -> String {
    if role != Role::Comment {
        return invite.key(role).to_owned();
    }
    let path = format!("{}/links", invite.board);
    let wish = Some(json!({ "role": "comment" }));
    let link: LinkView = ask(server.address(), "POST", &path, invite.key(Role::Owner), wish).await.json(201);
    link.key.reveal().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_what_its_link_allows_over_the_socket() {
    let server = Server::start().await;
    for (number, role) in (1_u64..).zip(Role::ALL) {
        let invite = server.new_board().await;
        let mut watcher = Client::join(server.address(), &invite, Role::Owner, Boardwalk, WATCHER).await;
        let key = key(&server, &invite, role).await;
        let board = invite.board.as_str();
        let mut guest = Client::connect_with(server.address(), board, &key, Boardwalk, number).await;
        guest.until("joined", |client| client.joined).await;
        // A laser is presence: it reaches others whatever the role, and grants nothing else.
        let state = json!({ "user": { "name": "Bo" }, "cursor": [1.0, 2.0], "points": true }).to_string();
        guest.say(number, 1, &state).await;
        watcher
            .until("the laser", |client| {
                client.people.iter().any(|line| line.client == number && line.state.contains("points"))
            })
            .await;
        let draft = EdgeMessage::Draft { client: number, bytes: b"draft" };
        let selection = EdgeMessage::Selection { client: number, bytes: b"selection" };
        guest.send(&draft).await;
        guest.send(&selection).await;
        watcher
            .until("the selection", |client| client.gestures.iter().any(|(_, bytes)| &bytes[..] == b"selection"))
            .await;
        let shape = guest.write("drawn").await;
        if role.may_write() {
            guest.saved().await;
            watcher.sees(&shape).await;
        } else {
            assert_eq!(guest.closed().await, protocol::ErrorCode::Forbidden.close_code(), "{role:?} draws");
            // What comes after it has overtaken anything that the guest's edit could have become.
            let own = watcher.write("mine").await;
            watcher.saved().await;
            assert!(watcher.board.shape(&own).is_some() && watcher.board.shape(&shape).is_none(), "{role:?}");
            let is_draft = |(_, bytes): &(u64, bytes::Bytes)| &bytes[..] == b"draft";
            assert!(!watcher.gestures.iter().any(is_draft), "{role:?} drafts nothing");
        }
    }
    server.stop().await;
}

/// Method, path below the board, body, who may.
type Operation = (&'static str, &'static str, Option<Value>, fn(Role) -> bool);

fn operations() -> Vec<Operation> {
    let anybody: fn(Role) -> bool = |_| true;
    let owner: fn(Role) -> bool = |role| role == Role::Owner;
    let thread = json!({ "place": { "point": [1.0, 2.0] }, "comment": { "text": "one", "name": "Bo" } });
    let voting = json!({ "budget": 1, "shapes": ["a"] });
    let notes = json!({ "name": "Bo", "notes": [{ "id": "n", "point": [1.0, 2.0], "text": "mine" }] });
    vec![
        ("GET", "", None, anybody),
        ("GET", "/comments", None, anybody),
        ("GET", "/facilitation", None, anybody),
        ("POST", "/comments", Some(thread), Role::may_comment),
        ("POST", "/timer", Some(json!({ "start": 60_000 })), Role::may_write),
        ("POST", "/voting", Some(voting), Role::may_write),
        ("PUT", "/voting/ballot", Some(json!({ "votes": ["a"] })), Role::may_comment),
        ("POST", "/voting/close", None, Role::may_write),
        ("DELETE", "/voting", None, Role::may_write),
        ("POST", "/private", None, Role::may_write),
        ("PUT", "/private/notes", Some(notes), Role::may_write),
        ("POST", "/private/reveal", None, Role::may_write),
        ("POST", "/private/placed", Some(json!({ "ids": ["n"] })), Role::may_write),
        ("PATCH", "", Some(json!({ "title": "Plan" })), Role::may_write),
        ("GET", "/people", None, owner),
        ("PUT", LOCK, Some(json!({ "name": "Bo" })), owner),
        ("DELETE", LOCK, None, owner),
        ("GET", "/links", None, owner),
        ("POST", "/links", Some(json!({ "role": "view" })), owner),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_what_its_link_allows_over_rest() {
    let server = Server::start().await;
    for role in Role::ALL {
        let invite = server.new_board().await;
        let owner = invite.key(Role::Owner);
        // So that everybody finds a voting, a round and somebody locked out, whether or not they could make one.
        let path = |rest: &str| format!("{}{rest}", invite.board);
        ask(server.address(), "POST", &path("/voting"), owner, Some(json!({ "budget": 1, "shapes": ["a"] }))).await;
        ask(server.address(), "POST", &path("/private"), owner, None).await;
        ask(server.address(), "PUT", &path(LOCK), owner, Some(json!({ "name": "Bo" }))).await;
        let key = key(&server, &invite, role).await;
        for (method, rest, body, may) in operations() {
            let answer = ask(server.address(), method, &path(rest), &key, body).await;
            let said = if answer.status < 300 { "ok".to_owned() } else { answer.code() };
            assert_eq!(said, if may(role) { "ok" } else { "forbidden" }, "{role:?} {method} {rest}");
        }
        let stranger = server.new_board().await;
        for (method, rest, body, _) in operations() {
            let answer = ask(server.address(), method, &path(rest), stranger.key(Role::Owner), body).await;
            assert_eq!(answer.code(), "wrong-key", "another board's owner: {method} {rest}");
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_floods_the_socket_is_told_when_to_come_again() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut bystander = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    let flood = Client::join(server.address(), &invite, Role::View, Boardwalk, 1).await;
    let (code, reason) = flood.closed_while_flooding(&EdgeMessage::Ping.encode()).await;
    assert_eq!(code, protocol::ErrorCode::Busy.close_code());
    assert!(reason.starts_with("busy; retry-after="), "{reason}");
    bystander.write("still here").await;
    bystander.saved().await;
    server.stop().await;
}

/// How many come at the same time, and how many at most: more than a link's turns and what they grow by meanwhile.
const AT_ONCE: usize = 32;
const CROWD: u32 = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_too_often_by_one_link_is_told_when_to_come_again_and_other_links_open() {
    let server = Server::start_behind_proxy().await;
    let (invite, address) = (server.new_board().await, server.address());
    let (board, key) = (invite.board.as_str(), invite.key(Role::Edit));
    // Each from an address of its own: none of them comes too often.
    let joins = (0..CROWD).map(|number| async move {
        let from = IpAddr::from((0x0a00_0000 + number).to_be_bytes());
        Client::open_from(address, board, key, Stock, 5, Some(from)).await.first().await
    });
    let mut refused = std::pin::pin!(stream::iter(joins).buffer_unordered(AT_ONCE).filter_map(async |end| end));
    let (code, reason) = refused.next().await.expect("somebody is refused");
    assert_eq!(code, protocol::ErrorCode::Busy.close_code());
    let wait: u64 = reason.strip_prefix("busy; retry-after=").expect("it says when").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{reason}");
    let mut owner = Client::join(address, &invite, Role::Owner, Boardwalk, 2).await;
    owner.write("another link is another matter").await;
    owner.saved().await;
    server.stop().await;
}
