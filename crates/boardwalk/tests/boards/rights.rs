//! What happens to people on a board when their links, or the board's name, change: here and on another gateway.

use std::time::Duration;

use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::{ErrorCode, LinkSecret, Role, SecretHash};
use storage::{LinkEdit, LinkSettings, Storage};

use crate::client::Client;
use crate::server::{Invite, Server};

fn hash(invite: &Invite, role: Role) -> SecretHash {
    let key: LinkSecret = invite.key(role).parse().expect("a key");
    gateway::secret_hash(&key)
}

/// A second process on the server's database: what it changes, the server's gateway has to hear of.
async fn elsewhere(server: &Server) -> std::sync::Arc<dyn Storage> {
    storage::open(&server.database_url()).await.expect("SQLite takes a second process")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_link_closes_its_people_and_nobody_else() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut owner = Client::join(server.address(), &invite, Role::Owner, Boardwalk, 1).await;
    let mut guest = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    let mut stock = Client::join(server.address(), &invite, Role::Edit, Stock, 3).await;
    let kept = guest.write("kept").await;
    guest.saved().await;

    elsewhere(&server)
        .await
        .edit_link(&invite.board, LinkEdit::Revoke(hash(&invite, Role::Edit)))
        .await
        .expect("revoked");
    assert_eq!(guest.closed().await, ErrorCode::Revoked.close_code());
    assert_eq!(guest.refused, Some(ErrorCode::Revoked));
    assert_eq!(stock.closed().await, ErrorCode::Revoked.close_code());
    owner.sees(&kept).await;
    owner.write("still here").await;
    owner.saved().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_role_is_felt_by_joining_again() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut guest = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    let change =
        LinkEdit::Change { link: hash(&invite, Role::Edit), role: Role::View, settings: LinkSettings::default() };
    elsewhere(&server).await.edit_link(&invite.board, change).await.expect("changed");
    assert_eq!(guest.closed().await, ErrorCode::Resync.close_code());
    let mut guest = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    assert_eq!(guest.role, "view");
    guest.write("forged").await;
    assert_eq!(guest.closed().await, ErrorCode::Forbidden.close_code());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_expires_closes_its_people() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut guest = Client::join(server.address(), &invite, Role::View, Boardwalk, 2).await;
    let store = elsewhere(&server).await;
    let now_ms = store.access_changes(None).await.expect("the time").now_ms;
    let soon = now_ms + u64::try_from(Duration::from_millis(1500).as_millis()).expect("small");
    let settings = LinkSettings { expires_at_ms: Some(soon), ..LinkSettings::default() };
    let change = LinkEdit::Change { link: hash(&invite, Role::View), role: Role::View, settings };
    store.edit_link(&invite.board, change).await.expect("changed");
    assert_eq!(guest.closed().await, ErrorCode::Expired.close_code());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_is_told_to_everybody_on_the_board() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut guest = Client::join(server.address(), &invite, Role::View, Boardwalk, 2).await;
    let mut stock = Client::join(server.address(), &invite, Role::Edit, Stock, 3).await;
    elsewhere(&server).await.rename_board(&invite.board, "Plän").await.expect("renamed");
    guest.until("the new name", |client| client.title == "Plän").await;
    stock.write("a stock client is not told, and stays").await;
    guest.until("the shape", |client| client.board.len() == 1).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_in_the_bin_closes_for_everybody() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut guest = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    elsewhere(&server).await.delete_board(&invite.board).await.expect("deleted");
    assert_eq!(guest.closed().await, ErrorCode::Deleted.close_code());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_has_outgrown_its_bound_is_shown_and_takes_no_more() {
    let server = Server::start_with_board_mib(1).await;
    let invite = server.new_board().await;
    let mut ada = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 1).await;
    for number in 0..220_u32 {
        // Below the bound as far as was looked: everything is taken. Nothing that could be stored in much less.
        let letter = |at: u32| char::from_u32(0x4e00 + (number * 4000 + at).wrapping_mul(2_654_435_761) % 20_000);
        ada.write(&(0..4000).filter_map(letter).collect::<String>()).await;
        ada.saved().await;
    }
    // Whoever joins has it measured.
    let mut ben = Client::join(server.address(), &invite, Role::Edit, Boardwalk, 2).await;
    assert_eq!((ben.board.len(), &*ben.role), (220, "edit"));
    ben.write("one more").await;
    assert_eq!(ben.closed().await, ErrorCode::BoardFull.close_code());
    let guest = Client::join(server.address(), &invite, Role::View, Boardwalk, 3).await;
    assert_eq!(guest.board.len(), 220, "it can be looked at");
    let other = server.new_board().await;
    let mut cleo = Client::join(server.address(), &other, Role::Edit, Boardwalk, 4).await;
    cleo.write("another board goes on").await;
    cleo.saved().await;
    server.stop().await;
}
