//! The cases. Each takes the two ends of a fresh link, client first.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::{SinkExt, StreamExt};
use rsocket::*;

use super::ends::{Ends, Scripted, join, join_with, numbers, settle, text, texts};

pub async fn every_interaction_works(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let asked = Payload::new("hello").with_metadata("about it");
    assert_eq!(ends.client.request_response(asked.clone()).await, Ok(asked));

    ends.client.fire_and_forget(Payload::new("forget me")).await.unwrap();
    assert_eq!(ends.event().await, "forget me");

    let inbound = ends.client.request_stream(Payload::new("5"), Window::of(2)).unwrap();
    assert_eq!(texts(inbound).await, numbers(5));
    assert_eq!(ends.event().await, "completed");

    let (mut out, inbound) = ends.client.request_channel(Payload::new("a"), Window::of(2)).unwrap();
    let send = async {
        for message in ["b", "c", "d"] {
            out.send(Payload::new(message)).await.unwrap();
        }
        out.complete();
    };
    let (_, heard) = tokio::join!(send, texts(inbound));
    assert_eq!(heard, ["a", "b", "c", "d"]);

    ends.client.metadata_push("pushed").unwrap();
    assert_eq!(ends.event().await, "pushed");
    assert_eq!(ends.client.pending_streams(), 0);
}

pub async fn first_message_of_a_channel_needs_no_credit(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let first = Payload::new("by hand");
    let (mut out, inbound) = ends.client.request_channel(first, Window::of(1)).unwrap();
    assert_eq!(out.credit(), 0);
    out.ready().await;
    assert_eq!(out.credit(), 1);
    out.try_send(Payload::new("x")).unwrap();
    assert!(matches!(out.try_send(Payload::new("y")), Err(TrySendError::NoCredit(_))));
    assert_eq!(ends.event().await, "x");
    out.complete();
    ends.responder.hold.notify_one();
    assert_eq!(texts(inbound).await, Vec::<String>::new());
}

pub async fn one_granted_is_one_received(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let request = Payload::new("100000");
    let mut inbound = ends.client.request_stream(request, Window::manual(1)).unwrap();
    assert_eq!(text(&inbound.next().await.unwrap().unwrap()), "0");
    // A whole round trip on another stream: whatever was on its way is here.
    ends.client.request_response(Payload::new("x")).await.unwrap();
    assert_eq!(ends.responder.sent.load(Ordering::SeqCst), 1);
    assert_eq!(futures_util::FutureExt::now_or_never(inbound.next()), None);
    inbound.grant(2);
    assert_eq!(text(&inbound.next().await.unwrap().unwrap()), "1");
    assert_eq!(text(&inbound.next().await.unwrap().unwrap()), "2");
    ends.client.request_response(Payload::new("x")).await.unwrap();
    assert_eq!(ends.responder.sent.load(Ordering::SeqCst), 3);
}

pub async fn windows_top_up(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    for window in [Window::of(1), Window::of(2), Window { initial: 7, refill_at: 6 }] {
        let inbound = ends.client.request_stream(Payload::new("50"), window).unwrap();
        assert_eq!(texts(inbound).await, numbers(50), "{window:?}");
    }
}

pub async fn sender_waits_for_credit_in_both_directions(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let first = Payload::new("by hand");
    let (mut out, _inbound) = ends.client.request_channel(first, Window::of(1)).unwrap();
    out.send(Payload::new("1")).await.unwrap();
    assert_eq!(ends.event().await, "1");
    {
        let mut waiting = std::pin::pin!(out.send(Payload::new("2")));
        ends.client.request_response(Payload::new("x")).await.unwrap();
        assert!(futures_util::FutureExt::now_or_never(&mut waiting).is_none());
        ends.responder.hold.notify_one();
        waiting.await.unwrap();
    }
    assert_eq!(ends.event().await, "2");
}

pub async fn a_sink_collects_no_more_than_its_credit(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let first = Payload::new("by hand");
    let (mut out, _inbound) = ends.client.request_channel(first, Window::of(1)).unwrap();
    out.ready().await;
    out.feed(Payload::new("1")).await.unwrap();
    assert_eq!(out.credit(), 0, "what is collected has used up its credit");
    // Feeding past the credit queues what was collected, and waits.
    {
        let mut waiting = std::pin::pin!(out.feed(Payload::new("2")));
        assert!(futures_util::FutureExt::now_or_never(&mut waiting).is_none());
        assert_eq!(ends.event().await, "1");
        ends.client.request_response(Payload::new("x")).await.unwrap();
        assert!(futures_util::FutureExt::now_or_never(&mut waiting).is_none());
        ends.responder.hold.notify_one();
        waiting.await.unwrap();
    }
    // A message sent singly comes after what was collected.
    ends.responder.hold.notify_one();
    out.send(Payload::new("3")).await.unwrap();
    assert_eq!(ends.event().await, "2");
    assert_eq!(ends.event().await, "3");
}

pub async fn unread_stream_holds_up_nobody(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let unread = ends.client.request_stream(Payload::new("100000x1000"), Window::of(64)).unwrap();
    for at in 0..200 {
        let message = Payload::new(at.to_string());
        assert_eq!(ends.client.request_response(message.clone()).await, Ok(message));
    }
    let sent = ends.responder.sent.load(Ordering::SeqCst);
    assert!(sent <= 64, "{sent} messages sent into a window of 64");
    drop(unread);
}

pub async fn long_messages_travel_in_fragments(client: impl Link, server: impl Link) {
    let options = ConnectionOptions { mtu: 64, ..ConnectionOptions::default() };
    let mut ends = join_with(client, server, options).await;
    let long = Payload::new(vec![7; 10_000]).with_metadata(vec![8; 3_000]);
    assert_eq!(ends.client.request_response(long.clone()).await, Ok(long.clone()));

    ends.client.fire_and_forget(Payload::new("f".repeat(500))).await.unwrap();
    assert_eq!(ends.event().await, "f".repeat(500));

    let inbound = ends.client.request_stream(Payload::new("3x500"), Window::of(1)).unwrap();
    assert_eq!(texts(inbound).await, numbers(3));

    let (mut out, mut inbound) = ends.client.request_channel(long.clone(), Window::of(1)).unwrap();
    assert_eq!(inbound.next().await, Some(Ok(long.clone())));
    out.send(long.clone()).await.unwrap();
    out.complete();
    assert_eq!(inbound.next().await, Some(Ok(long)));
    assert_eq!(inbound.next().await, None);
}

pub async fn metadata_is_fragmented_before_data(client: impl Link, server: impl Link) {
    let options = ConnectionOptions { mtu: 64, ..ConnectionOptions::default() };
    let ends = join_with(client, server, options).await;
    for metadata in 0..140 {
        let message = Payload::new("d".repeat(80)).with_metadata("m".repeat(metadata));
        assert_eq!(ends.client.request_response(message.clone()).await, Ok(message));
    }
}

pub async fn too_long_messages_end_only_their_stream(client: impl Link, server: impl Link) {
    let small = ConnectionOptions { max_message_bytes: 1_000, mtu: 256, ..ConnectionOptions::default() };
    let (responder, mut events) = Scripted::new();
    let answering: Arc<dyn Responder> = responder.clone();
    let acceptor = move |_: &Setup| Ok(Arc::clone(&answering));
    let (client, server) = tokio::join!(
        connect(client, ConnectionOptions { mtu: 256, ..Default::default() }, responder),
        accept(server, small, &acceptor)
    );
    let (client, _server) = (client.unwrap(), server.unwrap());
    let answer = client.request_response(Payload::new(vec![0; 1_001])).await;
    assert!(matches!(answer, Err(RequestError::Stream(StreamError::Invalid { .. }))), "{answer:?}");

    // The answering side refuses to send it, too.
    let mut inbound = client.request_stream(Payload::new("1x2000"), Window::of(1)).unwrap();
    assert!(matches!(inbound.next().await, Some(Err(StreamError::Application { .. }))));
    assert!(events.recv().await.unwrap().starts_with("stopped: the message has 2000 bytes"));
    assert!(client.request_response(Payload::new(vec![0; 1_000])).await.is_ok());
}

pub async fn dropping_the_reader_cancels(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let mut inbound = ends.client.request_stream(Payload::new("100000"), Window::of(2)).unwrap();
    inbound.next().await.unwrap().unwrap();
    assert_eq!(ends.client.pending_streams(), 1);
    drop(inbound);
    assert_eq!(ends.event().await, "stopped: the peer cancelled the stream");
    settle().await;
    assert_eq!(ends.client.pending_streams(), 0);
}

pub async fn dropping_the_future_of_a_request_cancels_it(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let mut request = Box::pin(ends.client.clone().request_response_owned(Payload::new("never")));
    tokio::select! {
        answer = &mut request => panic!("{answer:?}"),
        event = ends.events.recv() => assert_eq!(event.unwrap(), "waiting"),
    }
    drop(request);
    assert_eq!(ends.event().await, "dropped");
}

pub async fn dropping_the_sender_ends_the_stream(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let mut inbound = ends.client.request_stream(Payload::new("abandon"), Window::of(4)).unwrap();
    assert_eq!(text(&inbound.next().await.unwrap().unwrap()), "one");
    let error = inbound.next().await.unwrap().unwrap_err();
    assert!(matches!(error, StreamError::Application { code: ErrorCode::APPLICATION_ERROR, .. }));
    assert!(!error.is_retriable());
    assert_eq!(inbound.next().await, None);

    let (out, mut inbound) = ends.client.request_channel(Payload::new("x"), Window::of(4)).unwrap();
    inbound.next().await.unwrap().unwrap();
    drop(out);
    assert_eq!(inbound.next().await, Some(Err(StreamError::Canceled)));
}

pub async fn refusals_keep_their_code_and_text(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let answer = ends.client.request_response(Payload::new("own code")).await;
    let expected = StreamError::Application { code: ErrorCode(0x301), text: "mine".into() };
    assert_eq!(answer, Err(RequestError::Stream(expected)));

    let request = Payload::new("reject");
    let (mut out, mut inbound) = ends.client.request_channel(request, Window::of(1)).unwrap();
    let rejected = StreamError::Rejected { text: "not this one".into() };
    assert_eq!(inbound.next().await, Some(Err(rejected)));
    assert_eq!(out.send(Payload::new("late")).await, Err(SendError::Ended));

    let (_out, mut inbound) = ends.client.request_channel(Payload::new("drop"), Window::of(1)).unwrap();
    let error = inbound.next().await.unwrap().unwrap_err();
    assert!(matches!(error, StreamError::Rejected { .. }), "{error:?}");
}

pub async fn defaults_refuse_and_rejection_is_retriable(client: impl Link, server: impl Link) {
    let options = ConnectionOptions::default();
    let deaf = |_: &Setup| Ok(Arc::new(Deaf) as Arc<dyn Responder>);
    let (client, server) =
        tokio::join!(connect(client, options.clone(), Arc::new(Deaf)), accept(server, options, &deaf));
    let (client, _server) = (client.unwrap(), server.unwrap());
    let error = client.request_response(Payload::new("x")).await.unwrap_err();
    assert!(error.is_retriable(), "{error:?}");
    let mut inbound = client.request_stream(Payload::new("x"), Window::of(1)).unwrap();
    assert!(inbound.next().await.unwrap().unwrap_err().is_retriable());
    let (_out, mut inbound) = client.request_channel(Payload::new("x"), Window::of(1)).unwrap();
    assert!(inbound.next().await.unwrap().unwrap_err().is_retriable());
}

pub async fn answering_side_may_stop_one_half(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let (out, mut inbound) = ends.client.request_channel(Payload::new("deaf"), Window::of(1)).unwrap();
    assert_eq!(out.closed().await, SendError::Canceled);
    assert_eq!(inbound.next().await, Some(Ok(Payload::new("still talking"))));
    assert_eq!(inbound.next().await, None);
}

pub async fn either_side_may_ask(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let message = Payload::new("from the server");
    assert_eq!(ends.server.request_response(message.clone()).await, Ok(message));
    let inbound = ends.server.request_stream(Payload::new("9"), Window::of(3)).unwrap();
    let other = ends.client.request_stream(Payload::new("8"), Window::of(3)).unwrap();
    assert_eq!(tokio::join!(texts(inbound), texts(other)), (numbers(9), numbers(8)));
}

pub async fn draining_lets_open_streams_end(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let held = ends.client.clone().request_response_owned(Payload::new("hold"));
    let held = tokio::spawn(held);
    assert_eq!(ends.event().await, "holding");
    ends.server.begin_drain();
    let mut seen_draining = ends.client.request_response(Payload::new("x")).await;
    while seen_draining.as_ref().is_ok() {
        seen_draining = ends.client.request_response(Payload::new("x")).await;
    }
    assert!(seen_draining.unwrap_err().is_retriable());
    assert!(ends.server.is_draining());
    ends.responder.hold.notify_one();
    assert_eq!(held.await.unwrap(), Ok(Payload::new("hold")));
    assert_eq!(ends.server.closed().await, CloseReason::Drained);
    assert_eq!(ends.client.closed().await, CloseReason::Drained);
}

pub async fn closing_ends_streams_on_both_sides(client: impl Link, server: impl Link) {
    let mut ends = join(client, server).await;
    let waiting = tokio::spawn(ends.client.clone().request_response_owned(Payload::new("never")));
    assert_eq!(ends.event().await, "waiting");
    ends.client.close();
    let lost = RequestError::Stream(StreamError::ConnectionLost);
    assert_eq!(waiting.await.unwrap(), Err(lost));
    assert_eq!(ends.event().await, "dropped");
    assert_eq!(ends.client.closed().await, CloseReason::Closed);
    ends.server.closed().await;
    let again = ends.client.request_response(Payload::new("x")).await;
    assert_eq!(again, Err(RequestError::Closed(CloseReason::Closed)));
}

pub async fn panic_in_a_responder_closes_the_connection(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let answer = ends.client.request_response(Payload::new("panic")).await;
    assert!(answer.is_err());
    assert_eq!(ends.server.closed().await, CloseReason::Panicked);
    assert!(matches!(ends.client.closed().await, CloseReason::Peer { .. }));
}

pub async fn refused_setup_reaches_the_client(client: impl Link, server: impl Link) {
    let refuse =
        |_: &Setup| -> Result<Arc<dyn Responder>, SetupRefused> { Err(SetupRefused { text: "wrong secret".into() }) };
    let options = ConnectionOptions::default();
    let (client, server) =
        tokio::join!(connect(client, options.clone(), Arc::new(Deaf)), accept(server, options, &refuse));
    assert!(matches!(server, Err(ConnectError::Refused { code: ErrorCode::REJECTED_SETUP, .. })));
    let reason = client.unwrap().closed().await;
    let expected = CloseReason::Peer { code: ErrorCode::REJECTED_SETUP, text: "wrong secret".into() };
    assert_eq!(reason, expected);
}

pub async fn setup_reaches_the_acceptor(client: impl Link, server: impl Link) {
    let secret = metadata::encode(&[metadata::Entry::Bearer("secret".into())]).unwrap();
    let options = ConnectionOptions {
        setup: Payload::new("who").with_metadata(secret),
        data_mime: "text/plain".into(),
        ..ConnectionOptions::default()
    };
    let judge = |setup: &Setup| -> Result<Arc<dyn Responder>, SetupRefused> {
        let token = metadata::bearer_token(setup.payload.metadata.as_ref());
        assert_eq!(token.as_deref(), Some(&b"secret"[..]));
        assert_eq!((setup.data_mime.as_str(), &setup.payload.data[..]), ("text/plain", &b"who"[..]));
        Ok(Arc::new(Deaf))
    };
    let (client, server) =
        tokio::join!(connect(client, options.clone(), Arc::new(Deaf)), accept(server, options, &judge));
    assert!(client.is_ok() && server.is_ok());
}

pub async fn too_many_streams_are_rejected(client: impl Link, server: impl Link) {
    let few = ConnectionOptions { max_open_streams: 2, ..ConnectionOptions::default() };
    let (responder, _events) = Scripted::new();
    let acceptor = move |_: &Setup| Ok(responder.clone() as Arc<dyn Responder>);
    let (client, server) = tokio::join!(
        connect(client, ConnectionOptions::default(), Arc::new(Deaf)),
        accept(server, few.clone(), &acceptor)
    );
    let (client, server) = (client.unwrap(), server.unwrap());
    let open = || client.request_stream(Payload::new("1000"), Window::manual(1)).unwrap();
    let mut first = open();
    let _second = open();
    let mut third = open();
    let rejected = third.next().await.unwrap().unwrap_err();
    assert!(rejected.is_retriable(), "{rejected:?}");
    assert!(first.next().await.unwrap().is_ok());

    let ask = || server.request_stream(Payload::new("x"), Window::manual(1));
    let _held = (ask().unwrap(), ask().unwrap());
    assert!(matches!(ask(), Err(RequestError::TooManyStreams)));
}

pub async fn dropping_the_last_client_handle_drains(client: impl Link, server: impl Link) {
    let Ends { client, server, .. } = join(client, server).await;
    let clone = client.clone();
    drop(client);
    assert!(clone.request_response(Payload::new("x")).await.is_ok());
    drop(clone);
    assert_eq!(server.closed().await, CloseReason::Drained);
}

pub async fn messages_arrive_in_order(client: impl Link, server: impl Link) {
    let ends = join(client, server).await;
    let (mut out, inbound) = ends.client.request_channel(Payload::new("0"), Window::of(8)).unwrap();
    let send = async {
        for at in 1..5_000 {
            out.feed(Payload::new(at.to_string())).await.unwrap();
        }
        out.close().await.unwrap();
    };
    let (_, heard) = tokio::join!(send, texts(inbound));
    assert_eq!(heard, numbers(5_000));

    let (out, inbound) = ends.client.request_channel(Payload::new("count"), Window::of(1)).unwrap();
    let messages = futures_util::stream::iter((0..1_000).map(|_| Ok(Payload::new("m"))));
    let (_, heard) = tokio::join!(messages.forward(out), texts(inbound));
    assert_eq!(heard, ["1000"]);
}

/// Requests that own their connection's handle, to be spawned.
trait RequestOwned {
    async fn request_response_owned(self, request: Payload) -> Result<Payload, RequestError>;
}

impl RequestOwned for Connection {
    async fn request_response_owned(self, request: Payload) -> Result<Payload, RequestError> {
        self.request_response(request).await
    }
}
