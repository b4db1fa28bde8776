//! Wrong keys, wrong rights and hostile bytes: the one connection is closed with its reason, everybody else goes on.

use protocol::edge::{EdgeMessage, Hello};
use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::limits::MAX_MESSAGE_BYTES;
use protocol::{ErrorCode, PROTOCOL_VERSION, Role, SCHEMA_VERSION};

use crate::client::Client;
use crate::server::{Invite, Server};

/// A Yjs update that puts one value into the board's root: `any` is its lib0 encoding.
fn update_of(any: &[u8]) -> Vec<u8> {
    let mut update = vec![1, 1, 77, 0, 0x28, 1, 6];
    update.extend_from_slice(b"shapes");
    update.extend_from_slice(&[1, b'k', 1]);
    update.extend_from_slice(any);
    update.push(0);
    update
}

/// Arrays in arrays, ten thousand deep, in 20 KB.
fn nested_arrays() -> Vec<u8> {
    let mut any = [117, 1].repeat(10_000);
    any.push(126);
    update_of(&any)
}

/// An array that declares a thousand million elements.
fn declared_gigabytes() -> Vec<u8> {
    update_of(&[117, 0x80, 0x94, 0xeb, 0xdc, 0x03])
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_key_of_the_board_lets_in() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let other = server.new_board().await;
    let board = invite.board.as_str();
    let key = invite.key(Role::Edit);
    for dialect in [Boardwalk, Stock] {
        for (board, key, code) in [
            (board, other.key(Role::Owner), ErrorCode::WrongKey),
            (board, "", ErrorCode::WrongKey),
            (board, "short", ErrorCode::WrongKey),
            ("AAAAAAAAAAAAAAAAAAAA", key, ErrorCode::UnknownBoard),
            ("nonsense", key, ErrorCode::UnknownBoard),
        ] {
            let mut client = Client::connect_with(server.address(), board, key, dialect, 1).await;
            assert_eq!(client.closed().await, code.close_code(), "{dialect:?} {board}");
            assert_eq!(client.refused, (dialect == Boardwalk).then_some(code));
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_client_says_hello_in_a_version_we_know() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let key = invite.key(Role::Edit);
    let hello = |protocol, schema| EdgeMessage::Hello(Hello { protocol, schema, key, state_vector: &[0] }).encode();
    for (first, code) in [
        (hello(PROTOCOL_VERSION - 1, SCHEMA_VERSION), ErrorCode::Outdated),
        (hello(PROTOCOL_VERSION, SCHEMA_VERSION - 1), ErrorCode::Outdated),
        (EdgeMessage::SyncStep1(&[0]).encode(), ErrorCode::Malformed),
        (vec![0xff; 9], ErrorCode::Malformed),
        (Vec::new(), ErrorCode::Malformed),
    ] {
        let mut client = Client::open(server.address(), invite.board.as_str(), "", Boardwalk, 1).await;
        client.send_bytes(first).await;
        assert_eq!(client.closed().await, code.close_code());
        assert_eq!(client.refused, Some(code));
    }
    let mut newer = Client::open(server.address(), invite.board.as_str(), "", Boardwalk, 1).await;
    newer.send_bytes(hello(PROTOCOL_VERSION + 1, SCHEMA_VERSION + 1)).await;
    newer.until("joined", |client| client.joined).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_link_cannot_write() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let kept = alice.write("kept").await;
    alice.saved().await;
    for dialect in [Boardwalk, Stock] {
        let mut viewer = Client::join(server.address(), &invite, Role::View, dialect, 2).await;
        viewer.send(&EdgeMessage::SyncStep2(&[0, 0])).await;
        viewer.sees(&kept).await;
        viewer.write("forged").await;
        assert_eq!(viewer.closed().await, ErrorCode::Forbidden.close_code(), "{dialect:?}");
    }
    let next = alice.write("still here").await;
    alice.saved().await;
    let mut bob = Client::join(server.address(), &invite, Role::View, Boardwalk, 3).await;
    bob.sees(&next).await;
    assert_eq!(bob.board.len(), 2);
    server.stop().await;
}

async fn knock(server: &Server, invite: &Invite, bytes: Vec<u8>, code: ErrorCode, name: &str) {
    for dialect in [Boardwalk, Stock] {
        let mut mallory = Client::join(server.address(), invite, Role::Edit, dialect, 66).await;
        mallory.send_bytes(bytes.clone()).await;
        assert_eq!(mallory.closed().await, code.close_code(), "{dialect:?} {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bytes_end_one_connection_and_nobody_else_notices() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let mut bob = Client::join(server.address(), &invite, Role::Edit, Stock, 2).await;
    let nested = nested_arrays();
    let declared = declared_gigabytes();
    let cases = [
        ("no message", vec![0xff; 40], ErrorCode::Malformed),
        ("nested arrays", EdgeMessage::SyncUpdate(&nested).encode(), ErrorCode::Malformed),
        ("declared gigabytes", EdgeMessage::SyncUpdate(&declared).encode(), ErrorCode::Malformed),
        ("no update", EdgeMessage::SyncUpdate(&[9; 50]).encode(), ErrorCode::Malformed),
        ("no state vector", EdgeMessage::SyncStep1(&[0xff; 50]).encode(), ErrorCode::Malformed),
        ("over the limit", vec![0; MAX_MESSAGE_BYTES + 1], ErrorCode::TooLarge),
    ];
    for (name, bytes, code) in cases {
        knock(&server, &invite, bytes, code, name).await;
        let shape = alice.write(name).await;
        alice.saved().await;
        bob.sees(&shape).await;
    }
    let mallory = Client::join(server.address(), &invite, Role::Edit, Stock, 66).await;
    let code = mallory.closed_while_sending(vec![0; 3 * MAX_MESSAGE_BYTES]).await;
    assert_eq!(code, ErrorCode::TooLarge.close_code());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_edits_must_rise_by_one() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut client = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    client.send(&EdgeMessage::Edit { seq: 5, update: &[0, 0] }).await;
    assert_eq!(client.closed().await, ErrorCode::Malformed.close_code());
    server.stop().await;
}
