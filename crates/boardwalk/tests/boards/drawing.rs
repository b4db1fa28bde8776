//! What people draw reaches the store and each other, in both dialects, and stays.

use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::{ErrorCode, Role};

use crate::client::Client;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_draws_is_saved_and_everybody_sees_it() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Owner, Boardwalk, 1).await;
    let mut bob = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    let mut stock = Client::join(server.address(), &invite, Role::Edit, Stock, 3).await;
    let mut viewer = Client::join(server.address(), &invite, Role::View, Boardwalk, 4).await;
    let mut stock_viewer = Client::join(server.address(), &invite, Role::View, Stock, 5).await;

    let first = alice.write("first").await;
    alice.saved().await;
    for other in [&mut bob, &mut stock, &mut viewer, &mut stock_viewer] {
        other.sees(&first).await;
    }
    let second = stock.write("second").await;
    for other in [&mut alice, &mut bob, &mut viewer, &mut stock_viewer] {
        other.sees(&second).await;
        assert_eq!(other.board.contents(), stock.board.contents());
    }
    let mut late = Client::join(server.address(), &invite, Role::View, Stock, 6).await;
    late.sees(&second).await;
    assert_eq!(late.board.contents(), alice.board.contents());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_the_board() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    let id = alice.write("to stay").await;
    alice.saved().await;
    let contents = alice.board.contents();

    let server = server.restart().await;
    assert_eq!(alice.closed().await, ErrorCode::Unavailable.close_code());
    let mut bob = Client::join(server.address(), &invite, Role::View, Boardwalk, 2).await;
    bob.sees(&id).await;
    assert_eq!(bob.board.contents(), contents);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_of_many_parts_and_chunks_arrives_whole() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    // Text that does not compress well, more of it than one lane part, one chunk and the first credit hold.
    let mut seed = 1_u64;
    for _ in 0..50 {
        let text: String = (0..90_000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                char::from(b' ' + (seed >> 58) as u8)
            })
            .collect();
        alice.write(&text).await;
    }
    alice.saved().await;
    for dialect in [Boardwalk, Stock] {
        let bob = Client::join(server.address(), &invite, Role::View, dialect, 2).await;
        assert!(bob.board.contents() == alice.board.contents(), "{dialect:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_are_apart() {
    let server = Server::start().await;
    let (one, other) = (server.new_board().await, server.new_board().await);
    let mut alice = Client::join(server.address(), &one, Role::Edit, Boardwalk, 1).await;
    let mut bob = Client::join(server.address(), &other, Role::Edit, Boardwalk, 2).await;
    alice.write("mine").await;
    alice.saved().await;
    bob.write("yours").await;
    bob.saved().await;
    assert_eq!((alice.board.len(), bob.board.len()), (1, 1));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_to_leave_loses_nothing() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    for id in 1..=5 {
        let mut alice = Client::join(server.address(), &invite, Role::Edit, Boardwalk, id).await;
        assert_eq!(alice.board.len() as u64, id - 1);
        alice.write("kept").await;
        alice.saved().await;
    }
    server.stop().await;
}
