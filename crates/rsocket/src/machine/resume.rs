//! What lets a connection go on over another link: how far each direction has come, and a bounded copy of what was
//! written. Positions are sums of the encoded lengths of the frames of streams, from 0 in each direction. It must not
//! know links or encodings.

use std::collections::VecDeque;

use bytes::Bytes;

use super::Machine;
use crate::error::CloseReason;
use crate::limits;
use crate::wire::Frame;

/// What a kept frame costs beyond its bytes.
const KEPT_FRAME_BYTES: usize = size_of::<Bytes>();

/// Both directions of a connection whose SETUP asked for resumption.
#[derive(Debug, Default)]
pub(super) struct Resumption {
    /// How much of the peer's has come in.
    pub(super) received: u64,
    /// How much has been written, or was about to be when a link was lost.
    pub(super) written: u64,
    /// Written and not known to have arrived, oldest first: the end of what was written.
    pub(super) kept: VecDeque<Bytes>,
    pub(super) kept_bytes: usize,
    /// Set while there is no link.
    pub(super) suspended: bool,
}

/// The two sides' positions do not meet, so the connection cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfReach;

impl Resumption {
    pub(super) fn first_available(&self) -> u64 {
        let kept = self.kept_bytes - self.kept.len() * KEPT_FRAME_BYTES;
        self.written - kept as u64
    }

    /// Keeps a frame that is about to be written, and lets go of the oldest when there is no more space.
    fn keep(&mut self, frame: Bytes) {
        self.written += frame.len() as u64;
        self.kept_bytes += frame.len() + KEPT_FRAME_BYTES;
        self.kept.push_back(frame);
        while self.kept_bytes > limits::RESUME_STORE_BYTES {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(frame) = self.kept.pop_front() {
            self.kept_bytes -= frame.len() + KEPT_FRAME_BYTES;
        }
    }

    /// The peer has everything before `position`.
    fn drop_before(&mut self, position: u64) {
        while let Some(frame) = self.kept.front()
            && self.first_available() + frame.len() as u64 <= position
        {
            self.drop_oldest();
        }
    }

    /// Goes to where the peer is, if that is the beginning of a kept frame or the end of all.
    fn seek(&mut self, position: u64) -> Result<(), OutOfReach> {
        if position > self.written {
            return Err(OutOfReach);
        }
        self.drop_before(position);
        if self.first_available() == position { Ok(()) } else { Err(OutOfReach) }
    }
}

impl Machine {
    /// How much of the peer's has come in; 0 without resumption.
    pub(crate) fn received_position(&self) -> u64 {
        self.resumption.as_ref().map_or(0, |it| it.received)
    }

    /// The oldest position from which this side could write again.
    pub(crate) fn first_available_position(&self) -> u64 {
        self.resumption.as_ref().map_or(0, Resumption::first_available)
    }

    pub(crate) fn is_resumable(&self) -> bool {
        self.resumption.is_some()
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.resumption.as_ref().is_some_and(|it| it.suspended)
    }

    /// Notes the length of a frame that has just come in.
    pub(crate) fn count_received(&mut self, frame: &Frame, len_bytes: usize) {
        if let Some(resumption) = self.resumption.as_mut().filter(|_| frame.counts_towards_position()) {
            resumption.received += len_bytes as u64;
        }
    }

    /// Notes the bytes of frames that are about to be written.
    pub(crate) fn keep_written(&mut self, frames: impl Iterator<Item = Bytes>) {
        if let Some(resumption) = &mut self.resumption {
            frames.for_each(|frame| resumption.keep(frame));
        }
    }

    pub(super) fn receive_position(&mut self, position: u64) {
        if let Some(resumption) = &mut self.resumption {
            resumption.drop_before(position.min(resumption.written));
        }
    }

    /// The link is gone. Says whether the connection waits for another; if not, it is closed.
    pub(crate) fn lose_link(&mut self, reason: CloseReason) -> bool {
        let is_loss = matches!(reason, CloseReason::HungUp | CloseReason::Silent | CloseReason::Link { .. });
        let may_resume = is_loss && !self.is_draining();
        if let Some(resumption) = self.resumption.as_mut().filter(|_| may_resume) {
            tracing::info!(%reason, "lost the link, waiting for another");
            resumption.suspended = true;
            self.meters.suspended();
            return true;
        }
        match reason {
            CloseReason::HungUp => self.hung_up(),
            reason => self.close(reason),
        }
        false
    }

    /// Goes on over a new link, to a peer that has received up to `position`: what is to be written first. Nothing else
    /// may be taken from the machine before that.
    pub(crate) fn resume(&mut self, position: u64) -> Result<Vec<Bytes>, OutOfReach> {
        let resumption = self.resumption.as_mut().ok_or(OutOfReach)?;
        resumption.seek(position)?;
        resumption.suspended = false;
        let again = resumption.kept.iter().cloned().collect();
        self.echo = None;
        // A lease never carries over, nor does what was granted and not yet written.
        self.end_leases();
        self.meters.resumed();
        self.control.retain(|frame| !matches!(frame, Frame::Lease { .. } | Frame::Keepalive { .. }));
        Ok(again)
    }

    /// The same on the side that is asked: the peer must also still have what is missing here.
    pub(crate) fn resume_from(&mut self, position: u64, peers_first: u64) -> Result<Vec<Bytes>, OutOfReach> {
        if peers_first > self.received_position() {
            return Err(OutOfReach);
        }
        self.resume(position)
    }

    /// The peer cannot or will not go on where the two were.
    pub(crate) fn give_up_resuming(&mut self, text: &str) {
        self.close(CloseReason::NotResumed { text: text.to_owned() });
    }
}
