//! A producer without end and a reader that does not read: the producer stands still, and nobody else does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt};
use rsocket::*;
use tokio::net::TcpListener;

const ITEMS: usize = 100_000;
const ITEM_BYTES: usize = 1_024;
const OTHERS: usize = 2_000;

#[derive(Default)]
struct Producer {
    produced: AtomicUsize,
}

#[async_trait]
impl Responder for Producer {
    async fn request_response(&self, request: Payload) -> Result<Payload, Refusal> {
        Ok(request)
    }

    async fn request_stream(&self, _: Payload, mut out: Outbound) {
        for _ in 0..ITEMS {
            if out.send(Payload::new(vec![0; ITEM_BYTES])).await.is_err() {
                return;
            }
            self.produced.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Holds for whatever the reader has granted: what was produced is what was granted, and nothing waits behind it.
#[tokio::test]
async fn a_producer_goes_as_far_as_its_credit_and_holds_up_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let producer = Arc::new(Producer::default());
    let responder = Arc::clone(&producer);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = move |_: &Setup| Ok(Arc::clone(&responder) as Arc<dyn Responder>);
        let link = tcp::TcpLink::from_stream(stream).unwrap();
        accept(link, ConnectionOptions::default(), &acceptor).await.unwrap();
    });
    let link = tcp::TcpLink::connect(address).await.unwrap();
    let client = connect(link, ConnectionOptions::default(), Arc::new(Deaf)).await.unwrap();
    let mut unread = client.request_stream(Payload::default(), Window::manual(1)).unwrap();
    let mut granted = 1;
    for more in [0, 9, 90, 500] {
        if more > 0 {
            unread.grant(more);
        }
        granted += more as usize;
        for _ in 0..OTHERS {
            assert!(client.request_response(Payload::new("others")).await.is_ok());
        }
        assert_eq!(producer.produced.load(Ordering::Relaxed), granted);
    }
    for _ in 0..granted {
        unread.next().await.unwrap().unwrap();
    }
    assert!(unread.next().now_or_never().is_none());
}
