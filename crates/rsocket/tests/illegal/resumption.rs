//! A client that comes back, byte by byte: what it is told, and what it is refused.

use bytes::Bytes;
use rsocket::{CloseReason, ConnectionOptions, Deaf, Responder, Setup, accept, memory};
use std::sync::Arc;

use super::raw::*;
use super::table::{CONNECTION_ERROR, REJECTED_RESUME};

const TOKEN: &[u8] = b"0123456789abcdef";
const REJECTED_SETUP: u32 = 0x003;

/// Asks for three of a stream, and reads one.
async fn begin(service: &mut Service) -> Raw {
    let mut raw = Raw::open(service).await;
    raw.send(resumable_setup(TOKEN)).await;
    raw.send(request(1, REQUEST_STREAM, 0, 3, b"x")).await;
    assert_eq!(raw.hear().await.unwrap().stream, 1);
    assert!(service.accepted().await.is_ok());
    raw
}

/// The request of `begin` has 11 bytes, each answer 7.
const ASKED: u64 = 11;
const ANSWERED: u64 = 7;

#[tokio::test]
async fn the_rest_comes_over_another_link() {
    // The second version is what the JavaScript implementation writes.
    for version in [(1, 0), (0, 1)] {
        let mut service = Service::start().await;
        drop(begin(&mut service).await);
        let mut raw = Raw::open(&service).await;
        raw.send(resume(version, TOKEN, ANSWERED, 0)).await;
        let ok = raw.hear().await.unwrap();
        assert_eq!((ok.stream, ok.kind, ok.flags, &ok.body[..]), (0, RESUME_OK, 0, &ASKED.to_be_bytes()[..]));
        for _ in 0..2 {
            let heard = raw.hear().await.unwrap();
            assert_eq!((heard.stream, heard.kind, heard.flags, &heard.body[..]), (1, PAYLOAD, NEXT, &b"x"[..]));
        }
        raw.expect_alive(3).await;
        // What was confirmed is no longer there to be asked for.
        drop(raw);
        let mut raw = Raw::open(&service).await;
        raw.send(resume(version, TOKEN, 0, 0)).await;
        raw.expect_error(0, REJECTED_RESUME).await;
        raw.expect_end().await;
    }
}

#[tokio::test]
async fn a_new_link_replaces_one_that_still_seems_alive() {
    let mut service = Service::start().await;
    let mut old = begin(&mut service).await;
    let mut raw = Raw::open(&service).await;
    raw.send(resume((1, 0), TOKEN, 3 * ANSWERED, 0)).await;
    assert_eq!(raw.hear().await.unwrap().kind, RESUME_OK);
    raw.expect_alive(3).await;
    while old.hear().await.is_some() {}
}

#[tokio::test]
async fn positions_that_do_not_meet_end_the_connection() {
    for (name, received, first_available) in [
        ("more received than was sent", 4 * ANSWERED, 0),
        ("between two frames", ANSWERED + 1, 0),
        ("the client no longer has what is missing", ANSWERED, ASKED + 1),
    ] {
        let mut service = Service::start().await;
        let mut first = Raw::open(&service).await;
        first.send(resumable_setup(TOKEN)).await;
        first.send(request(1, REQUEST_STREAM, 0, 3, b"x")).await;
        for _ in 0..3 {
            first.hear().await.unwrap();
        }
        let connection = service.accepted().await.unwrap();
        let mut raw = Raw::open(&service).await;
        raw.send(resume((1, 0), TOKEN, received, first_available)).await;
        let heard = raw.hear().await.unwrap();
        assert_eq!(heard.error_code(), REJECTED_RESUME, "{name}");
        raw.expect_end().await;
        assert!(matches!(connection.closed().await, CloseReason::NotResumed { .. }), "{name}");
        // The token is free again, for a fresh session.
        let mut fresh = Raw::open(&service).await;
        fresh.send(resumable_setup(TOKEN)).await;
        fresh.expect_alive(1).await;
    }
}

#[tokio::test]
async fn tokens_are_for_one_session_and_resumption_for_fresh_links() {
    let mut service = Service::start().await;
    let mut first = begin(&mut service).await;
    let mut second = Raw::open(&service).await;
    second.send(resumable_setup(TOKEN)).await;
    second.expect_error(0, REJECTED_SETUP).await;
    second.expect_end().await;

    first.send(resume((1, 0), TOKEN, 0, 0)).await;
    while let Some(heard) = first.hear().await {
        assert!(heard.stream == 1 || heard.error_code() == CONNECTION_ERROR, "{heard:?}");
    }
}

#[tokio::test]
async fn without_sessions_resumption_is_refused() {
    for (asked, code) in [(resumable_setup(TOKEN), REJECTED_SETUP), (resume((1, 0), TOKEN, 0, 0), REJECTED_RESUME)] {
        let (client, server) = memory::pair();
        let (mut reader, mut writer) = rsocket::Link::split(client, usize::MAX, Default::default());
        let acceptor = |_: &Setup| Ok(Arc::new(Deaf) as Arc<dyn Responder>);
        futures_util::SinkExt::<Bytes>::send(&mut writer, asked).await.unwrap();
        assert!(accept(server, ConnectionOptions::default(), &acceptor).await.is_err());
        let refusal = futures_util::StreamExt::next(&mut reader).await.unwrap().unwrap();
        assert_eq!(refusal[6..10], code.to_be_bytes());
    }
}
