//! Signs of life, on a virtual clock.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Sink, Stream};
use rsocket::link::Pulse;
use rsocket::*;
use tokio::time::{Instant, Interval, interval, sleep};

const OPTIONS_INTERVAL: Duration = Duration::from_millis(500);
const OPTIONS_LIFETIME: Duration = Duration::from_secs(3);

fn options() -> ConnectionOptions {
    ConnectionOptions {
        keepalive_interval: OPTIONS_INTERVAL,
        keepalive_lifetime: OPTIONS_LIFETIME,
        ..ConnectionOptions::default()
    }
}

fn deaf(_: &Setup) -> Result<Arc<dyn Responder>, SetupRefused> {
    Ok(Arc::new(Deaf))
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_lives() {
    let (client, server) = memory::pair();
    let (client, server) = tokio::join!(connect(client, options(), Arc::new(Deaf)), accept(server, options(), &deaf));
    let (client, server) = (client.unwrap(), server.unwrap());
    tokio::select! {
        reason = client.closed() => panic!("{reason}"),
        reason = server.closed() => panic!("{reason}"),
        () = sleep(Duration::from_secs(600)) => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_after_the_lifetime() {
    let (client, server) = memory::pair();
    let since = Instant::now();
    let client = connect(client, options(), Arc::new(Deaf)).await.unwrap();
    let answer = client.request_response(Payload::new("anyone?")).await;
    assert_eq!(answer, Err(RequestError::Stream(StreamError::ConnectionLost)));
    assert_eq!(client.closed().await, CloseReason::Silent);
    let waited = since.elapsed();
    assert!(waited >= OPTIONS_LIFETIME && waited <= OPTIONS_LIFETIME + OPTIONS_INTERVAL, "{waited:?}");
    drop(server);
}

/// A link on which bytes of an endless frame trickle in.
struct Trickle;

struct TrickleReader(Interval, Pulse);

struct Nowhere;

impl Link for Trickle {
    type Reader = TrickleReader;
    type Writer = Nowhere;

    const NAME: &'static str = "trickle";

    fn split(self, _: usize, pulse: Pulse) -> (TrickleReader, Nowhere) {
        (TrickleReader(interval(Duration::from_secs(2)), pulse), Nowhere)
    }
}

impl Stream for TrickleReader {
    type Item = io::Result<BytesMut>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.0.poll_tick(cx).is_ready() {
            self.1.beat(1);
        }
        Poll::Pending
    }
}

impl Sink<Bytes> for Nowhere {
    type Error = io::Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, _: Bytes) -> io::Result<()> {
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn every_byte_is_a_sign_of_life() {
    let client = connect(Trickle, options(), Arc::new(Deaf)).await.unwrap();
    tokio::select! {
        reason = client.closed() => panic!("{reason}"),
        () = sleep(Duration::from_secs(60)) => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_is_closed_in_bounded_time() {
    let (client, server) = memory::pair();
    let client = connect(client, options(), Arc::new(Deaf)).await.unwrap();
    while client.fire_and_forget(Payload::new(vec![0; 100_000])).await.is_ok() {
        tokio::task::yield_now().await;
    }
    client.close();
    assert_eq!(client.closed().await, CloseReason::Closed);
    drop(server);
}
