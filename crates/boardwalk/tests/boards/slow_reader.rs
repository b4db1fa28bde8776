//! A browser that does not read: the others see everything meanwhile, and it is told to join again.

use protocol::edge::EdgeMessage;
use protocol::lane::Dialect::{Boardwalk, Stock};
use protocol::limits::RING_BYTES;
use protocol::{ErrorCode, Role};

use crate::client::Client;
use crate::server::Server;

const UPDATE_BYTES: usize = 720 * 1024;
/// What the kernel may hold of an unread socket (Linux: 4 MiB), and more.
const KERNEL_BYTES: usize = 8 * 1024 * 1024;
const UPDATES: usize = (KERNEL_BYTES + 2 * RING_BYTES) / UPDATE_BYTES;

/// A Yjs update in which client 77 puts some bytes under a key of the board's root.
fn bulky(number: usize) -> Vec<u8> {
    let number = u8::try_from(number).expect("few updates");
    assert!(number < 100, "clock and key are one byte each");
    let mut update = vec![1, 1, 77, number, 0x28, 1, 6];
    update.extend_from_slice(b"shapes");
    update.extend_from_slice(&[1, b' ' + number, 1, 116]);
    let length = UPDATE_BYTES as u32;
    update.extend_from_slice(&[length as u8 | 0x80, (length >> 7) as u8 | 0x80, (length >> 14) as u8]);
    update.extend(std::iter::repeat_n(number, UPDATE_BYTES));
    update.push(0);
    update
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_does_not_read_holds_up_nobody() {
    let server = Server::start().await;
    let invite = server.new_board().await;
    let mut laggard = Client::join(server.address(), &invite, Role::View, Boardwalk, 1).await;
    let mut reader = Client::join(server.address(), &invite, Role::View, Boardwalk, 2).await;
    let mut writer = Client::join(server.address(), &invite, Role::Edit, Stock, 3).await;
    for number in 0..UPDATES {
        writer.send(&EdgeMessage::SyncUpdate(&bulky(number))).await;
        reader.until("keeps up", |client| client.updates > number).await;
    }
    let end = writer.write("the end").await;
    reader.sees(&end).await;
    assert_eq!(laggard.closed().await, ErrorCode::Resync.close_code());
    assert!(laggard.board.shape(&end).is_none());
    server.stop().await;
}
