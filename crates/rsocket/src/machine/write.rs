//! Which frames go out next: the connection's own first, then a turn for each stream in line, measured in bytes.

use bytes::Bytes;

use super::Machine;
use super::stream::Last;
use crate::limits;
use crate::wire::Frame;

/// What a frame weighs in a stream's turn beyond its payload, so that empty messages count too.
const FRAME_BYTES: usize = 16;

impl Machine {
    pub(crate) fn has_output(&self) -> bool {
        self.echo.is_some() || !self.control.is_empty() || !self.line.is_empty()
    }

    /// The next frames to write, about [`limits::BATCH_BYTES`] of them.
    pub(crate) fn write(&mut self, batch: &mut Vec<Frame>) {
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
            if let Some(stream) = self.streams.get_mut(&id) {
                stream.in_line = false;
            }
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
    }

    /// One stream's turn; says how many bytes it took.
    fn serve(&mut self, id: u32, batch: &mut Vec<Frame>) -> usize {
        let mut bytes = 0;
        while bytes < limits::QUANTUM_BYTES && batch.len() < limits::BATCH_FRAMES {
            let Some(frame) = self.next_frame(id) else {
                break;
            };
            bytes += FRAME_BYTES + payload_bytes(&frame);
            batch.push(frame);
        }
        bytes
    }

    fn next_frame(&mut self, id: u32) -> Option<Frame> {
        let stream = self.streams.get_mut(&id)?;
        let between_messages = !stream.send.queue.front().is_some_and(|message| message.is_started());
        if stream.head_sent && between_messages && stream.receive.owed > 0 {
            let n = std::mem::take(&mut stream.receive.owed);
            return Some(Frame::RequestN { stream: id, n });
        }
        if std::mem::take(&mut stream.receive.stop) {
            return Some(Frame::Cancel { stream: id });
        }
        let is_final = stream.send.queue.len() == 1 && stream.send.last == Some(Last::Complete);
        if let Some(message) = stream.send.queue.front_mut() {
            let (frame, done) = message.next_fragment(id, self.mtu, is_final);
            stream.head_sent = true;
            if done {
                stream.front_written(&mut self.tally);
                if is_final {
                    stream.send.last = None;
                }
            }
            return Some(frame);
        }
        Some(match stream.send.last.take()? {
            Last::Complete => Frame::Payload {
                stream: id,
                next: false,
                complete: true,
                follows: false,
                payload: crate::Payload::default(),
            },
            Last::Cancel => Frame::Cancel { stream: id },
            Last::Error { code, text } => Frame::Error { stream: id, code, text: Bytes::from(text) },
        })
    }
}

fn payload_bytes(frame: &Frame) -> usize {
    match frame {
        Frame::Request { payload, .. } | Frame::Payload { payload, .. } => payload.len_bytes(),
        _ => 0,
    }
}
