//! What the editor does when a timer that it asked for has run out.

use super::Editor;
use crate::tools;

impl Editor {
    pub(super) fn tick(&mut self) {
        self.outbox.wake_ms = None;
        if self.is_busy() {
            self.feed(&tools::Event::Tick);
        }
        if self.peers.settle(&self.board, self.now_ms) {
            self.outbox.lifts = true;
            self.outbox.overlay = true;
        }
        if self.is_gliding() {
            self.outbox.overlay = true;
            self.look_along();
        }
        if !self.lasers.is_empty() {
            self.lasers.settle(self.now_ms);
            self.outbox.overlay = true;
        }
        self.put_some_down_if_due();
    }
}
