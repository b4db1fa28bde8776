//! The table: input, and what must follow.

use bytes::Bytes;
use futures_util::SinkExt;
use rsocket::CloseReason;
use tokio::io::AsyncWriteExt;

use super::raw::*;

pub const INVALID_SETUP: u32 = 0x001;
pub const UNSUPPORTED_SETUP: u32 = 0x002;
pub const REJECTED_RESUME: u32 = 0x004;
pub const CONNECTION_ERROR: u32 = 0x101;
pub const REJECTED: u32 = 0x202;
pub const INVALID: u32 = 0x204;

#[tokio::test]
async fn first_frames_that_are_refused() {
    let mut service = Service::start().await;
    let good = setup_body((1, 0), 1_000, 3_000);
    let cases = [
        ("a request", frame(1, REQUEST_RESPONSE, 0, b"hi"), INVALID_SETUP),
        ("a setup on a stream", frame(1, SETUP, 0, &good), INVALID_SETUP),
        ("an unknown type", frame(0, 0x20, 0, b""), INVALID_SETUP),
        ("a cut off setup", frame(0, SETUP, 0, &good[..9]), INVALID_SETUP),
        ("no frame at all", Bytes::from_static(b"\x00\x01"), INVALID_SETUP),
        ("a metadata overrun", frame(0, SETUP, METADATA, &[&good[..], &[0, 9, 9]].concat()), INVALID_SETUP),
        ("version 2.0", frame(0, SETUP, 0, &setup_body((2, 0), 1_000, 3_000)), INVALID_SETUP),
        ("an interval of 0", frame(0, SETUP, 0, &setup_body((1, 0), 0, 3_000)), INVALID_SETUP),
        ("a lifetime of 0", frame(0, SETUP, 0, &setup_body((1, 0), 1_000, 0)), INVALID_SETUP),
        ("an interval of days", frame(0, SETUP, 0, &setup_body((1, 0), u32::MAX, 3_000)), UNSUPPORTED_SETUP),
        ("an empty resume token", resumable_setup(b""), INVALID_SETUP),
        ("a resumption of nothing", resume((1, 0), b"token", 0, 0), REJECTED_RESUME),
        ("a resumption of another version", resume((2, 0), b"token", 0, 0), REJECTED_RESUME),
    ];
    for (name, first, code) in cases {
        let mut raw = Raw::open(&service).await;
        raw.send(first).await;
        let heard = raw.hear().await.unwrap_or_else(|| panic!("{name}: no ERROR"));
        assert_eq!((heard.stream, heard.error_code()), (0, code), "{name}: {heard:?}");
        raw.expect_end().await;
        assert!(service.accepted().await.is_err(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_setup_in_time_is_refused() {
    let service = Service::start().await;
    let mut raw = Raw::open(&service).await;
    raw.expect_error(0, INVALID_SETUP).await;
    raw.expect_end().await;
}

#[tokio::test]
async fn frames_that_end_the_connection() {
    let mut service = Service::start().await;
    let cases = [
        ("an unknown type", frame(1, 0x20, 0, b"")),
        ("type 0", frame(0, 0, 0, b"")),
        ("an unknown extension", frame(0, 0x3F, 0, &[0, 0, 0, 1])),
        ("a metadata overrun", frame(1, REQUEST_RESPONSE, METADATA, &[0, 0, 9, 1])),
        ("a cut off REQUEST_N", frame(1, REQUEST_N, 0, &[0, 0])),
        ("a cut off header", Bytes::from_static(&[0, 0, 0])),
        ("a resumption", resume((1, 0), b"token", 0, 0)),
        ("a long keepalive", frame(0, KEEPALIVE, RESPOND, &[0; 8 + 1_025])),
        ("a frame over the limit", frame(1, REQUEST_RESPONSE, 0, &[0; 12_000])),
    ];
    for (name, bad) in cases {
        let mut raw = Raw::set_up(&service).await;
        raw.expect_alive(99).await;
        raw.send(bad).await;
        let heard = raw.hear().await.unwrap_or_else(|| panic!("{name}: no ERROR"));
        assert_eq!((heard.stream, heard.error_code()), (0, CONNECTION_ERROR), "{name}");
        raw.expect_end().await;
        let reason = service.ended().await;
        assert!(matches!(reason, CloseReason::Protocol { .. }), "{name}: {reason}");
    }
}

#[tokio::test]
async fn frames_that_are_ignored() {
    let service = Service::start().await;
    let held = |stream| frame(stream, REQUEST_RESPONSE, 0, b"never");
    let cases = [
        ("a second setup", setup()),
        ("an ignorable unknown type", frame(1, 0x20, IGNORE, b"")),
        ("an ignorable extension", frame(0, 0x3F, IGNORE, &[0, 0, 0, 1])),
        ("an ignorable metadata overrun", frame(3, REQUEST_RESPONSE, METADATA | IGNORE, &[0, 0, 9])),
        ("a request of the wrong parity", frame(2, REQUEST_RESPONSE, 0, b"hi")),
        ("a request on stream 0", frame(0, REQUEST_RESPONSE, 0, b"hi")),
        ("a request on a stream in use", held(1)),
        ("a CANCEL of nothing", frame(7, CANCEL, 0, b"")),
        ("an ERROR of nothing", frame(7, ERROR, 0, &[0, 0, 2, 1])),
        ("a PAYLOAD of nothing", frame(7, PAYLOAD, NEXT, b"x")),
        ("a REQUEST_N of nothing", frame(7, REQUEST_N, 0, &[0, 0, 0, 1])),
        ("a REQUEST_N of 0", frame(1, REQUEST_N, 0, &[0, 0, 0, 0])),
        ("a PAYLOAD on a request", frame(1, PAYLOAD, NEXT, b"x")),
        ("a METADATA_PUSH on a stream", frame(1, METADATA_PUSH, METADATA, b"x")),
        ("a KEEPALIVE on a stream", frame(1, KEEPALIVE, RESPOND, &[0; 8])),
        ("a setup error at a server", frame(0, ERROR, 0, &[0, 0, 0, 3])),
        ("a SETUP on a stream", frame(5, SETUP, 0, &setup_body((1, 0), 1, 1))),
        ("a trailing byte on CANCEL", frame(9, CANCEL, 0, b"x")),
        ("a fire-and-forget nobody wants", frame(9, REQUEST_FNF, 0, b"x")),
    ];
    let mut raw = Raw::set_up(&service).await;
    raw.send(held(1)).await;
    let mut stream = 101;
    for (name, odd) in cases {
        raw.send(odd).await;
        println!("{name}");
        raw.expect_alive(stream).await;
        stream += 2;
    }
}

#[tokio::test]
async fn frames_that_end_their_stream_only() {
    let service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    raw.send(request(1, REQUEST_STREAM, 0, 0, b"x")).await;
    raw.expect_error(1, INVALID).await;
    raw.send(request(3, REQUEST_CHANNEL, 0, 0, b"x")).await;
    raw.expect_error(3, INVALID).await;

    // More than the credit of one.
    raw.send(request(5, REQUEST_CHANNEL, 0, 1, b"x")).await;
    let granted = raw.hear().await.unwrap();
    assert_eq!((granted.stream, granted.kind, &granted.body[..]), (5, REQUEST_N, &[0, 0, 0, 1][..]));
    raw.send(frame(5, PAYLOAD, NEXT, b"granted")).await;
    raw.send(frame(5, PAYLOAD, NEXT, b"one too many")).await;
    raw.expect_error(5, INVALID).await;

    // Fragments beyond the limit of a message.
    raw.send(frame(7, REQUEST_RESPONSE, FOLLOWS, &[0; 9_000])).await;
    raw.send(frame(7, PAYLOAD, NEXT | FOLLOWS, &[0; 9_000])).await;
    raw.expect_error(7, INVALID).await;
    raw.expect_alive(9).await;
}

#[tokio::test]
async fn fragments_of_others_are_understood() {
    let service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    // Metadata in two parts, no NEXT on the last, COMPLETE on the first.
    let first = [&[0, 0, 2][..], b"me"].concat();
    raw.send(frame(1, REQUEST_RESPONSE, METADATA | FOLLOWS, &first)).await;
    let second = [&[0, 0, 2][..], b"ta", b"da"].concat();
    raw.send(frame(1, PAYLOAD, METADATA | FOLLOWS | NEXT, &second)).await;
    raw.send(frame(1, PAYLOAD, 0, b"ta")).await;
    let heard = raw.hear().await.unwrap();
    assert_eq!((heard.kind, heard.flags), (PAYLOAD, NEXT | COMPLETE | METADATA));
    assert_eq!(&heard.body[..], b"\x00\x00\x04metadata");

    // A CANCEL in the middle leaves nothing behind, so the id is free again.
    raw.send(frame(3, REQUEST_RESPONSE, FOLLOWS, b"half")).await;
    raw.send(frame(3, CANCEL, 0, b"")).await;
    raw.expect_alive(3).await;
}

#[tokio::test(start_paused = true)]
async fn fragments_that_never_end_are_given_up() {
    let service = Service::start().await;
    let mut raw = Raw::open(&service).await;
    raw.send(frame(0, SETUP, 0, &setup_body((1, 0), 10_000, 300_000))).await;
    raw.send(frame(1, REQUEST_RESPONSE, FOLLOWS, b"half")).await;
    raw.expect_error(1, INVALID).await;
    raw.expect_alive(3).await;
}

#[tokio::test]
async fn floods_end_the_connection() {
    let service = Service::start().await;
    type Flood = fn(u32) -> Bytes;
    let cases: [(&str, Flood); 3] = [
        ("setups", |_| setup()),
        ("requests of the wrong parity", |at| frame(2 + 2 * at, REQUEST_RESPONSE, 0, b"x")),
        ("METADATA_PUSH on a stream", |_| frame(1, METADATA_PUSH, METADATA, b"x")),
    ];
    for (name, flood) in cases {
        let mut raw = Raw::set_up(&service).await;
        for at in 0..2_000 {
            raw.socket.feed(flood(at)).await.ok();
        }
        SinkExt::<Bytes>::flush(&mut raw.socket).await.ok();
        let heard = raw.hear().await.unwrap_or_else(|| panic!("{name}: no ERROR"));
        assert_eq!((heard.stream, heard.error_code()), (0, CONNECTION_ERROR), "{name}");
    }
}

#[tokio::test]
async fn overruns_on_many_streams_end_the_connection() {
    let service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    for at in 0..20 {
        let stream = 1 + 2 * at;
        raw.send(request(stream, REQUEST_CHANNEL, 0, 1, b"x")).await;
        // One may have been granted by now, two cannot.
        raw.send(frame(stream, PAYLOAD, NEXT, b"x")).await;
        raw.send(frame(stream, PAYLOAD, NEXT, b"x")).await;
    }
    let last = loop {
        let heard = raw.hear().await.expect("an ERROR before the end");
        if heard.stream == 0 {
            break heard;
        }
    };
    assert_eq!(last.error_code(), CONNECTION_ERROR);
    raw.expect_end().await;
}

#[tokio::test]
async fn opening_a_million_streams_is_survived() {
    let mut service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    let write = async {
        for at in 0..1_000_000 {
            let never = frame(1 + 2 * at, REQUEST_RESPONSE, 0, b"never");
            if raw.socket.feed(never).await.is_err() {
                break;
            }
        }
    };
    write.await;
    // Over the limit the answers are refusals; unread, they end the connection.
    let heard = raw.hear().await.unwrap();
    assert!([REJECTED, CONNECTION_ERROR].contains(&heard.error_code()), "{heard:?}");
    let reason = service.ended().await;
    assert!(matches!(reason, CloseReason::Protocol { .. }), "{reason}");
}

#[tokio::test]
async fn only_the_newest_keepalive_is_answered_and_without_data_kept() {
    let service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    raw.send(frame(0, KEEPALIVE, RESPOND, &[&[0; 8][..], b"ping"].concat())).await;
    let heard = raw.hear().await.unwrap();
    assert_eq!((heard.kind, heard.flags), (KEEPALIVE, 0));
    assert_eq!(&heard.body[8..], b"ping");
}

#[tokio::test(start_paused = true)]
async fn silence_ends_the_connection() {
    let mut service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    raw.expect_error(0, CONNECTION_ERROR).await;
    raw.expect_end().await;
    assert_eq!(service.ended().await, CloseReason::Silent);
}

#[tokio::test]
async fn hanging_up_in_the_middle_of_a_frame_ends_the_connection() {
    let mut service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    raw.expect_alive(1).await;
    raw.socket.get_mut().write_all(&[0, 0, 99, 1, 2, 3]).await.unwrap();
    drop(raw);
    let reason = service.ended().await;
    assert!(matches!(reason, CloseReason::Link { .. } | CloseReason::HungUp), "{reason}");
}

#[tokio::test]
async fn leases_are_not_granted_unasked() {
    let service = Service::start().await;
    let mut raw = Raw::open(&service).await;
    raw.send(frame(0, SETUP, LEASE, &setup_body((1, 0), 1_000, 3_000))).await;
    raw.expect_error(0, UNSUPPORTED_SETUP).await;
    raw.expect_end().await;
}
