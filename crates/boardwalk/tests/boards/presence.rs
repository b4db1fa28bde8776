//! Who is here, where they point and what they drag: shown to others, said by nobody else, gone with its connection.

use protocol::Role;
use protocol::edge::EdgeMessage;
use protocol::lane::Dialect::{Boardwalk, Stock};

use crate::client::Client;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn people_see_each_other_and_themselves_come_and_go() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let mut stock = Client::join(server.address(), &invite, Role::View, Stock, 2).await;
    alice.say(1, 1, r#"{"user":{"name":"Alice"}}"#).await;
    stock.say(2, 1, r#"{"user":{"name":"Stock"}}"#).await;
    for client in [&mut alice, &mut stock] {
        client
            .until("both are here", |client| {
                [1, 2].iter().all(|id| client.people.iter().any(|line| line.client == *id))
            })
            .await;
    }
    let mut late = Client::join(server.address(), &invite, Role::View, Stock, 3).await;
    late.until("who came before is here", |client| client.people.iter().any(|line| line.client == 1)).await;
    drop(stock);
    alice
        .until("the stock client has left", |client| {
            client.people.iter().any(|line| line.client == 2 && line.is_gone())
        })
        .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_for_another() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    alice.say(1, 1, r#"{"user":{"name":"Alice"}}"#).await;
    alice.until("shown", |client| client.people.iter().any(|line| line.client == 1)).await;

    let mut mallory = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    mallory.say(1, 99, r#"{"user":{"name":"Forged"}}"#).await;
    mallory.send(&EdgeMessage::Selection { client: 1, bytes: b"forged" }).await;
    mallory.send(&EdgeMessage::Draft { client: 1, bytes: b"forged" }).await;
    mallory.send(&EdgeMessage::Selection { client: 2, bytes: b"own" }).await;
    mallory.say(2, 1, r#"{"user":{"name":"Mallory"}}"#).await;
    // What Mallory may say comes after what she may not, on either lane.
    alice
        .until("both lanes have spoken", |client| {
            !client.gestures.is_empty() && client.people.iter().any(|line| line.client == 2)
        })
        .await;
    assert_eq!(alice.gestures, [(2, "own".into())]);
    assert!(alice.people.iter().all(|line| !line.state.contains("Forged")));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gestures_reach_our_clients_and_only_them() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let mut bob = Client::join(server.address(), &invite, Role::View, Boardwalk, 2).await;
    let mut stock = Client::join(server.address(), &invite, Role::Edit, Stock, 3).await;
    alice.send(&EdgeMessage::Selection { client: 1, bytes: b"selection" }).await;
    alice.send(&EdgeMessage::Draft { client: 1, bytes: b"draft" }).await;
    bob.until("both came", |client| client.gestures.len() == 2).await;
    bob.send(&EdgeMessage::Draft { client: 2, bytes: b"by who may not write" }).await;
    bob.say(2, 1, "{}").await;
    alice.until("Bob is here", |client| client.people.iter().any(|line| line.client == 2)).await;
    let shape = alice.write("after all of it").await;
    stock.sees(&shape).await;
    stock.until("Bob is here", |client| client.people.iter().any(|line| line.client == 2)).await;
    assert!(stock.gestures.is_empty() && alice.gestures.is_empty());
    server.stop().await;
}
