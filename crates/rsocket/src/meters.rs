//! What a connection counts. Error rate is ERROR ÷ (all − KEEPALIVE) of `rsocket_frames_total`; CANCEL is seen apart.
//! It must not decide anything.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::ErrorCode;
use crate::wire::Frame;

/// Handles of one connection's metrics, looked up once.
pub(crate) struct Meters {
    link: &'static str,
    received: Vec<Counter>,
    sent: Vec<Counter>,
    overruns: Counter,
    /// Streams open now, of all connections of this link kind.
    pub open_streams: Gauge,
    /// Those of them that were opened from here: what a choice by least pending compares.
    pub pending_streams: Gauge,
    /// Bytes that wait for writers.
    pub backlog_bytes: Gauge,
    /// Requests that peers have granted and that are neither spent nor expired.
    pub leased_requests: Gauge,
    /// How long senders had no credit from their peer.
    pub credit_starved_seconds: Histogram,
    /// How long senders had credit but no room: the writer was behind.
    pub room_starved_seconds: Histogram,
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
            pending_streams: gauge!("rsocket_pending_streams", "link" => link),
            leased_requests: gauge!("rsocket_leased_requests", "link" => link),
            credit_starved_seconds: histogram!("rsocket_credit_starved_seconds", "link" => link),
            room_starved_seconds: histogram!("rsocket_room_starved_seconds", "link" => link),
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

    /// A lease given to the peer or received from it.
    pub(crate) fn leased(&self, direction: &'static str) {
        counter!("rsocket_leases_total", "link" => self.link, "direction" => direction).increment(1);
    }

    /// A request that had no lease: of ours, or of the peer.
    pub(crate) fn unleased(&self, direction: &'static str) {
        counter!("rsocket_unleased_requests_total", "link" => self.link, "direction" => direction).increment(1);
    }

    pub(crate) fn suspended(&self) {
        counter!("rsocket_suspensions_total", "link" => self.link).increment(1);
    }

    pub(crate) fn resumed(&self) {
        counter!("rsocket_resumptions_total", "link" => self.link).increment(1);
    }

    /// A link on which no connection came about.
    pub(crate) fn refused(&self, code: ErrorCode) {
        counter!("rsocket_refused_total", "link" => self.link, "code" => code.to_string()).increment(1);
    }

    pub(crate) fn closed(&self, reason: &'static str) {
        counter!("rsocket_closed_total", "link" => self.link, "reason" => reason).increment(1);
    }
}
