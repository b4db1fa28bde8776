//! Which frames go out next: the connection's own first, then a turn for each stream in line, measured in bytes.

use bytes::Bytes;

use super::Machine;
use super::stream::{Last, Stream, Tally};
use crate::error::Refusal;
use crate::limits;
use crate::wire::Frame;

/// What a frame weighs in a stream's turn beyond its payload, so that empty messages count too.
const FRAME_BYTES: usize = 16;

impl Machine {
    pub(crate) fn has_output(&self) -> bool {
        self.echo.is_some() || !self.control.is_empty() || !self.line.is_empty()
    }

    /// Whether the writer is to be called: there is something to write, and it has not been called yet.
    pub(crate) fn call_writer(&mut self) -> bool {
        let call = self.has_output() && !self.writer_called;
        self.writer_called |= call;
        call
    }

    /// The next frames to write, about [`limits::BATCH_BYTES`] of them; says about how many.
    pub(crate) fn write(&mut self, batch: &mut Vec<Frame>) -> usize {
        self.writer_called = false;
        if let Some(data) = self.echo.take() {
            batch.push(Frame::Keepalive { respond: false, position: self.received_position(), data });
        }
        batch.extend(self.control.drain(..));
        self.refusals = 0;
        let mut bytes = 0;
        while bytes < limits::BATCH_BYTES && batch.len() < limits::BATCH_FRAMES {
            let Some(id) = self.line.pop_front() else {
                break;
            };
            bytes += self.serve(id, batch);
            self.settle(id);
        }
        self.report_backlog();
        if self.tally.backlog_bytes < limits::CONNECTION_BACKLOG_BYTES / 2 {
            for id in std::mem::take(&mut self.waiting_for_room) {
                if let Some(stream) = self.streams.get_mut(&id) {
                    stream.send.waits_for_room = false;
                    stream.send.wake(&mut self.tally);
                }
            }
        }
        bytes
    }

    /// One stream's turn; says how many bytes it took.
    fn serve(&mut self, id: u32, batch: &mut Vec<Frame>) -> usize {
        let Some(stream) = self.streams.get_mut(&id) else {
            return 0;
        };
        stream.in_line = false;
        let mut bytes = 0;
        while bytes < limits::QUANTUM_BYTES && batch.len() < limits::BATCH_FRAMES {
            let Some(frame) = stream.next_frame(id, self.mtu, &mut self.tally) else {
                break;
            };
            bytes += FRAME_BYTES + payload_bytes(&frame);
            batch.push(frame);
        }
        bytes
    }
}

impl Stream {
    fn next_frame(&mut self, id: u32, mtu: usize, tally: &mut Tally) -> Option<Frame> {
        let between_messages = !self.send.queue.front().is_some_and(|message| message.is_started());
        if self.head_sent && between_messages && self.receive.owed > 0 {
            let n = std::mem::take(&mut self.receive.owed);
            return Some(Frame::RequestN { stream: id, n });
        }
        if std::mem::take(&mut self.receive.stop) {
            return Some(Frame::Cancel { stream: id });
        }
        let is_final = self.send.queue.len() == 1 && self.send.last == Some(Last::Complete);
        if let Some(message) = self.send.queue.front_mut() {
            let (frame, done) = message.next_fragment(id, mtu, is_final);
            self.head_sent = true;
            if done {
                self.front_written(tally);
                if is_final {
                    self.send.last = None;
                }
            }
            return Some(frame);
        }
        Some(match self.send.last.take()? {
            Last::Complete => Frame::Payload {
                stream: id,
                next: false,
                complete: true,
                follows: false,
                payload: crate::Payload::default(),
            },
            Last::Cancel => Frame::Cancel { stream: id },
            Last::Error(refusal) => {
                let Refusal { code, text } = *refusal;
                Frame::Error { stream: id, code, text: Bytes::from(text) }
            }
        })
    }
}

fn payload_bytes(frame: &Frame) -> usize {
    match frame {
        Frame::Request { payload, .. } | Frame::Payload { payload, .. } => payload.len_bytes(),
        _ => 0,
    }
}
