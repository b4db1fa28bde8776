//! What a connection counts. Error rate is ERROR ÷ (all − KEEPALIVE) of `rsocket_frames_total`; CANCEL is seen apart.
//! It must not decide anything.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::wire::Frame;

/// Handles of one connection's metrics, looked up once.
pub(crate) struct Meters {
    link: &'static str,
    received: Vec<Counter>,
    sent: Vec<Counter>,
    overruns: Counter,
    /// Streams open now, of all connections of this link kind.
    pub open_streams: Gauge,
    /// Bytes that wait for writers.
    pub backlog_bytes: Gauge,
    /// How long senders waited for credit or room.
    pub send_wait_seconds: Histogram,
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Meters").field("link", &self.link).finish_non_exhaustive()
    }
}

impl Meters {
    pub(crate) fn new(link: &'static str) -> Self {
        let frames = |direction: &'static str| {
            let of = |kind: &&'static str| counter!("rsocket_frames_total", "link" => link, "direction" => direction, "type" => *kind);
            Frame::KINDS.iter().map(of).collect()
        };
        Self {
            link,
            received: frames("received"),
            sent: frames("sent"),
            overruns: counter!("rsocket_overruns_total", "link" => link),
            open_streams: gauge!("rsocket_open_streams", "link" => link),
            backlog_bytes: gauge!("rsocket_backlog_bytes", "link" => link),
            send_wait_seconds: histogram!("rsocket_send_wait_seconds", "link" => link),
        }
    }

    pub(crate) fn received(&self, frame: &Frame) {
        self.received[frame.kind_index()].increment(1);
    }

    pub(crate) fn sent(&self, frame: &Frame) {
        self.sent[frame.kind_index()].increment(1);
    }

    pub(crate) fn ignored(&self, reason: &'static str) {
        counter!("rsocket_ignored_frames_total", "link" => self.link, "reason" => reason).increment(1);
    }

    pub(crate) fn overrun(&self) {
        self.overruns.increment(1);
    }

    pub(crate) fn closed(&self, reason: &'static str) {
        counter!("rsocket_closed_total", "link" => self.link, "reason" => reason).increment(1);
    }
}
