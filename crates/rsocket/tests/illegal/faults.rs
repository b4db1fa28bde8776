//! Peers that attack a service beside one that behaves: each is closed with the right code and counted, and the other
//! notices nothing.

use bytes::Bytes;
use futures_util::SinkExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use rsocket::CloseReason;

use super::raw::*;
use super::table::{CONNECTION_ERROR, INVALID, INVALID_SETUP};

/// What an attacker sends, all at once; the service may hang up in the middle.
async fn attack(raw: &mut Raw, frames: impl Iterator<Item = Bytes>) {
    for frame in frames {
        if raw.socket.feed(frame).await.is_err() {
            return;
        }
    }
    SinkExt::<Bytes>::flush(&mut raw.socket).await.ok();
}

/// The code of the ERROR that ends the connection; what else was said before it is passed over. A peer that still writes
/// when it is hung up on may lose the last words to a reset.
async fn last_error(raw: &mut Raw) -> Option<u32> {
    while let Some(heard) = raw.hear().await {
        if heard.stream == 0 && heard.kind == ERROR {
            raw.expect_end().await;
            return Some(heard.error_code());
        }
    }
    None
}

fn overruns() -> Vec<Bytes> {
    let channel = |at: u32| {
        let id = 1 + 2 * at;
        let more = || frame(id, PAYLOAD, NEXT, b"x");
        [request(id, REQUEST_CHANNEL, 0, 1, b"x"), more(), more(), more()]
    };
    (0..20).flat_map(channel).collect()
}

#[tokio::test]
async fn attackers_are_closed_and_counted_and_others_notice_nothing() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _local = metrics::set_default_local_recorder(&recorder);

    let setups = (0..2_000).map(|_| setup()).collect();
    let streams = (0..200_000).map(|at| frame(1 + 2 * at, REQUEST_RESPONSE, 0, b"never")).collect();
    let panicking = vec![frame(1, REQUEST_RESPONSE, 0, b"panic")];
    let undecodable = vec![frame(1, REQUEST_RESPONSE, METADATA, &[0, 0, 9, 1])];
    let faults: [(&str, Vec<Bytes>, &str, &str); 5] = [
        ("more messages than granted", overruns(), "protocol", "rsocket_overruns_total{link=\"tcp\"} 9"),
        ("a flood of SETUPs", setups, "protocol", "reason=\"second_setup\"} 1001"),
        ("streams without end", streams, "protocol", "reason=\"refused\"} "),
        ("a panic in a responder", panicking, "panicked", "rsocket_closed_total{link=\"tcp\",reason=\"panicked\"} 1"),
        (
            "what cannot be decoded",
            undecodable,
            "protocol",
            "rsocket_frames_total{link=\"tcp\",direction=\"sent\",type=\"error\"}",
        ),
    ];
    let mut service = Service::start().await;
    let mut neighbour = Raw::set_up(&service).await;
    neighbour.expect_alive(1).await;
    let neighbours = service.accepted().await.unwrap();
    let mut stream = 3;
    for (name, frames, label, counted) in faults {
        let mut raw = Raw::set_up(&service).await;
        let beside = async {
            neighbour.expect_alive(stream).await;
            neighbour.expect_alive(stream + 2).await;
        };
        tokio::join!(attack(&mut raw, frames.into_iter()), beside);
        let code = last_error(&mut raw).await;
        assert!(code.is_none_or(|code| code == CONNECTION_ERROR), "{name}: {code:?}");
        assert_eq!(service.ended().await.label(), label, "{name}");
        neighbour.expect_alive(stream + 4).await;
        stream += 6;
        let counts = metrics.render();
        assert!(counts.contains(counted), "{name}: {counted} is not in\n{counts}");
    }
    assert!(!neighbours.is_draining());
    // The handlers of closed connections end in their own time.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    let counts = metrics.render();
    assert!(counts.contains("rsocket_closed_total{link=\"tcp\",reason=\"protocol\"} 4"), "{counts}");
    assert!(counts.contains("rsocket_open_streams{link=\"tcp\"} 0"), "nothing is left behind\n{counts}");
    assert!(counts.contains("rsocket_backlog_bytes{link=\"tcp\"} 0"), "{counts}");
}

/// Fragments of ever more messages: each stream ends when all of them together are too much, and the connection lives.
#[tokio::test]
async fn fragments_for_ever_are_bounded_over_all_streams() {
    let service = Service::start().await;
    let mut raw = Raw::set_up(&service).await;
    for id in [1, 3, 5] {
        raw.send(frame(id, REQUEST_RESPONSE, FOLLOWS, &[0; 9_000])).await;
    }
    raw.expect_error(5, INVALID).await;
    for _ in 0..100 {
        raw.send(frame(1, PAYLOAD, NEXT | FOLLOWS, b"")).await;
    }
    raw.send(frame(3, PAYLOAD, NEXT | FOLLOWS, &[0; 9_000])).await;
    raw.expect_error(3, INVALID).await;
    raw.expect_alive(7).await;
}

/// It asks for everything and reads nothing: the service holds a bounded backlog, and gives up after the lifetime.
#[tokio::test]
async fn a_peer_that_vanishes_without_a_word_is_closed_as_silent() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _local = metrics::set_default_local_recorder(&recorder);
    let mut service = Service::start().await;
    let mut raw = Raw::open(&service).await;
    raw.send(frame(0, SETUP, 0, &setup_body((1, 0), 50, 200))).await;
    for id in 0..100 {
        raw.send(request(1 + 2 * id, REQUEST_STREAM, 0, u32::MAX >> 1, &[7; 8_000])).await;
    }
    assert_eq!(service.ended().await, CloseReason::Silent);
    let counts = metrics.render();
    assert!(counts.contains("rsocket_closed_total{link=\"tcp\",reason=\"silent\"} 1"), "{counts}");
    drop(raw);
}

#[tokio::test]
async fn refused_setups_are_counted_by_code() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _local = metrics::set_default_local_recorder(&recorder);
    let mut service = Service::start().await;
    let mut raw = Raw::open(&service).await;
    raw.send(frame(1, REQUEST_RESPONSE, 0, b"hi")).await;
    raw.expect_error(0, INVALID_SETUP).await;
    assert!(service.accepted().await.is_err());
    let counts = metrics.render();
    assert!(counts.contains("rsocket_refused_total{link=\"tcp\",code=\"INVALID_SETUP\"} 1"), "{counts}");
}
