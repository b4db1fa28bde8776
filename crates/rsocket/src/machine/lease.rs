//! Leases: how many requests a side may open, and until when. They bound how fast streams are opened, not what flows on
//! them. Pure: the time is a parameter.

use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::Machine;
use crate::limits;
use crate::wire::Frame;

/// What one side has granted to the other. A new grant replaces the old one.
#[derive(Debug, Default)]
pub(super) struct Lease {
    granted: u32,
    remaining: u32,
    expires: Option<Instant>,
}

impl Lease {
    fn renew(&mut self, now: Instant, ttl: Duration, requests: u32) {
        *self = Self { granted: requests, remaining: requests, expires: Some(now + ttl) };
    }

    fn remaining(&self, now: Instant) -> u32 {
        let lives = self.expires.is_some_and(|expires| now < expires);
        if lives { self.remaining } else { 0 }
    }

    fn take(&mut self, now: Instant) -> bool {
        let may = self.remaining(now) > 0;
        self.remaining -= u32::from(may);
        may
    }
}

/// Both directions of a connection whose SETUP asked for leases.
#[derive(Debug, Default)]
pub(super) struct Leases {
    /// Granted by the peer, spent by requests from here.
    ours: Lease,
    /// Granted here, spent by the peer's requests.
    theirs: Lease,
}

impl Machine {
    /// Whether a request may be opened from here, as far as leases go.
    pub(super) fn has_lease(&self, now: Instant) -> bool {
        self.leases.as_ref().is_none_or(|leases| leases.ours.remaining(now) > 0)
    }

    /// Spends one of the requests granted by the peer.
    pub(super) fn spend_lease(&mut self, now: Instant) {
        if let Some(leases) = &mut self.leases {
            leases.ours.take(now);
        }
        self.report_lease(now);
    }

    /// Whether the peer may open one more request; if so, it is spent.
    pub(super) fn admit(&mut self, now: Instant) -> bool {
        let may = self.leases.as_mut().is_none_or(|leases| leases.theirs.take(now));
        if !may {
            self.meters.unleased("received");
        }
        may
    }

    pub(super) fn receive_lease(&mut self, ttl_ms: u32, requests: u32, now: Instant) {
        match &mut self.leases {
            Some(leases) => {
                let ttl = Duration::from_millis(u64::from(ttl_ms));
                leases.ours.renew(now, ttl, requests);
                self.meters.leased("received");
                self.tally.woken.append(&mut self.waiting_for_lease);
                self.report_lease(now);
            }
            None => self.odd("lease"),
        }
    }

    /// Ready once a request may be opened, as far as leases and links go, and when none ever will.
    pub(crate) fn poll_available(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        if self.availability(now) > 0.0 || self.closed.is_some() {
            return Poll::Ready(());
        }
        self.waiting_for_lease.retain(|known| !known.will_wake(cx.waker()));
        self.waiting_for_lease.push(cx.waker().clone());
        Poll::Pending
    }

    /// Tells the metrics how much of the peer's lease is left.
    pub(crate) fn report_lease(&mut self, now: Instant) {
        let left = self.leases.as_ref().map_or(0, |leases| leases.ours.remaining(now));
        let change = f64::from(left) - f64::from(self.reported_leased_requests);
        if change != 0.0 {
            self.meters.leased_requests.increment(change);
        }
        self.reported_leased_requests = left;
    }

    /// Neither side may open anything any more, or, over another link, nothing yet.
    pub(super) fn end_leases(&mut self) {
        self.leases = self.leases.take().map(|_| Leases::default());
        self.meters.leased_requests.decrement(f64::from(std::mem::take(&mut self.reported_leased_requests)));
        self.tally.woken.append(&mut self.waiting_for_lease);
    }

    /// The share of the peer's grant that is left: 1 without leases, 0 when it is spent or has expired, or while there
    /// is no link.
    pub(crate) fn availability(&self, now: Instant) -> f64 {
        match &self.leases {
            _ if self.is_suspended() => 0.0,
            None => 1.0,
            Some(leases) => match leases.ours.remaining(now) {
                0 => 0.0,
                remaining => f64::from(remaining) / f64::from(leases.ours.granted),
            },
        }
    }

    /// Lets the peer open `requests` streams within `ttl`. Nothing is granted on a connection without leases, or while
    /// too much waits for its writer.
    pub(crate) fn grant_lease(&mut self, ttl: Duration, requests: u32, now: Instant) -> bool {
        let crowded = self.tally.backlog_bytes >= limits::CONNECTION_BACKLOG_BYTES / 2;
        let Some(leases) = self.leases.as_mut().filter(|_| !crowded) else {
            return false;
        };
        let ttl = ttl.min(limits::MAX_LEASE);
        let requests = requests.min(limits::MAX_REQUEST_N);
        leases.theirs.renew(now, ttl, requests);
        self.meters.leased("sent");
        // Only the newest grant counts, so at most one waits for the writer.
        self.control.retain(|frame| !matches!(frame, Frame::Lease { .. }));
        self.push_control(Frame::Lease { ttl_ms: ttl.as_millis() as u32, requests, metadata: None });
        true
    }
}
