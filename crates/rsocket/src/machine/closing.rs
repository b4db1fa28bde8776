//! How a connection ends: by draining, by its link, by a fault. It must not know who decides so.

use bytes::Bytes;

use super::Machine;
use super::stream::Stream;
use crate::error::{CloseReason, ErrorCode, StreamError};
use crate::wire::Frame;

impl Machine {
    pub(crate) fn begin_drain(&mut self) {
        if self.draining_here || self.closed.is_some() {
            return;
        }
        self.draining_here = true;
        self.push_control(Frame::Error {
            stream: 0,
            code: ErrorCode::CONNECTION_CLOSE,
            text: Bytes::from_static(b"draining"),
        });
        self.close_if_drained();
    }

    pub(super) fn close_if_drained(&mut self) {
        if (self.draining_here || self.draining_there) && self.streams.is_empty() {
            self.close(CloseReason::Drained);
        }
    }

    /// Ends everything. The peer is told where it is to blame or cannot know.
    pub(crate) fn close(&mut self, reason: CloseReason) {
        if self.closed.is_some() {
            return;
        }
        let farewell = match &reason {
            CloseReason::Protocol { text } => Some((ErrorCode::CONNECTION_ERROR, text.clone())),
            CloseReason::Panicked | CloseReason::Silent => Some((ErrorCode::CONNECTION_ERROR, reason.to_string())),
            CloseReason::Closed => Some((ErrorCode::CONNECTION_CLOSE, reason.to_string())),
            _ => None,
        };
        if let Some((code, text)) = farewell {
            self.control.clear();
            let text = Bytes::from(text);
            self.control.push_back(Frame::Error { stream: 0, code, text });
        }
        tracing::debug!(%reason, streams = self.streams.len(), "connection closed");
        self.meters.closed(reason.label());
        self.closed = Some(reason);
        self.echo = None;
        self.resumption = None;
        self.line.clear();
        for stream in self.streams.values_mut() {
            let lost =
                if stream.mine && !stream.head_sent { StreamError::NotSent } else { StreamError::ConnectionLost };
            stream.terminate(Some(lost), None, &mut self.tally);
            stream.in_line = false;
        }
        let (before, mine_before) = (self.streams.len(), self.mine);
        self.streams.retain(|_, stream| !stream.is_over());
        self.mine = self.streams.values().filter(|stream| stream.mine).count();
        self.meters.open_streams.decrement((before - self.streams.len()) as f64);
        self.meters.pending_streams.decrement((mine_before - self.mine) as f64);
        self.end_leases();
        self.report_backlog();
    }

    pub(super) fn report_backlog(&mut self) {
        let change = self.tally.backlog_bytes as f64 - self.reported_backlog_bytes as f64;
        self.meters.backlog_bytes.increment(change);
        self.reported_backlog_bytes = self.tally.backlog_bytes;
    }

    /// The peer ended the link: that is in order only if nothing was open.
    pub(crate) fn hung_up(&mut self) {
        let is_done = |stream: &Stream| !stream.receive.open && stream.send.ended.is_some();
        let drained = self.is_draining() && self.streams.values().all(|stream| is_done(stream));
        self.close(if drained { CloseReason::Drained } else { CloseReason::HungUp });
    }
}
