//! What messages that nobody reads keep alive.

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::machine::unread::Held;

/// What a link read at once.
struct Block {
    /// Counts those that live.
    _alive: Arc<()>,
    bytes: Vec<u8>,
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn small_message(stream: u32, block: &Bytes) -> Frame {
    let payload = Payload::new(block.slice(1000..1008)).with_metadata(block.slice(..4));
    Frame::Payload { stream, next: true, complete: false, follows: false, payload }
}

fn read(machine: &mut Machine, stream: u32, taken: &mut Taken) -> Option<Payload> {
    if let Some(payload) = taken.pop() {
        return Some(payload);
    }
    match machine.poll_receive(stream, taken, &mut Context::from_waker(Waker::noop())) {
        Poll::Ready(message) => message.map(|message| message.expect("no error")),
        Poll::Pending => None,
    }
}

#[test]
fn small_unread_messages_keep_little_alive_of_what_they_came_with() {
    let mut client = machine(Side::Client, &ConnectionOptions::default());
    let ids: Vec<u32> = (0..2 * limits::UNREAD_READS)
        .map(|_| client.open(RequestKind::Stream, Payload::new("x"), Window::of(4), now()).unwrap())
        .collect();
    while !written(&mut client).is_empty() {}
    let alive = Arc::new(());
    for round in 0..2 {
        for id in &ids {
            let block = Bytes::from_owner(Block { _alive: alive.clone(), bytes: vec![round; limits::READ_BYTES] });
            client.begin_read();
            client.receive(small_message(*id, &block), now());
        }
        client.check_books();
        let kept = Arc::strong_count(&alive) - 1;
        assert_eq!(kept, limits::UNREAD_READS, "after round {round}");
    }
    for id in &ids {
        let mut taken = Taken::default();
        for round in 0..2 {
            let expected = Payload::new(vec![round; 8]).with_metadata(vec![round; 4]);
            assert_eq!(read(&mut client, *id, &mut taken), Some(expected));
        }
        assert_eq!(read(&mut client, *id, &mut taken), None);
    }
    assert_eq!((client.tally.unread, Arc::strong_count(&alive)), (Held::default(), 1));
}

#[test]
fn messages_of_one_read_are_not_copied() {
    let mut client = machine(Side::Client, &ConnectionOptions::default());
    let messages = 4 * limits::UNREAD_READS as u32;
    let id = client.open(RequestKind::Stream, Payload::new("x"), Window::of(messages), now()).unwrap();
    written(&mut client);
    client.begin_read();
    let block = Bytes::from(vec![5; limits::READ_BYTES]);
    for _ in 0..messages {
        client.receive(small_message(id, &block), now());
    }
    client.check_books();
    assert_eq!(client.tally.unread.reads, 1);
    let mut taken = Taken::default();
    for _ in 0..messages {
        let message = read(&mut client, id, &mut taken).expect("a message");
        assert_eq!(message.data.as_ptr(), block[1000..].as_ptr());
    }
}
