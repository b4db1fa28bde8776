//! From pointer events to the events of tools: who is followed, who moves the view, who is ignored.

use scene::{BoardPoint, ScreenPoint};

use super::Editor;
use crate::input::{Button, Device, PointerEvent, PointerPhase};
use crate::pointers::Began;
use crate::tools::{self, Event, Pointer};
use crate::transform::tidy;

impl Editor {
    pub(super) fn pointer(&mut self, event: PointerEvent) {
        if !is_finite(event.at) {
            return;
        }
        self.modifiers = event.modifiers;
        match event.phase {
            PointerPhase::Down => self.pointer_down(&event),
            PointerPhase::Move => self.pointer_moved(&event),
            PointerPhase::Up => self.pointer_up(&event),
            PointerPhase::Cancel => {
                if self.pointers.follows(event.id) {
                    self.cancel_gesture();
                }
                self.pointers.release(event.id, self.now_ms);
                self.set_hover(None);
            }
            PointerPhase::Leave => {
                if !self.pointers.is_following() {
                    self.set_hover(None);
                }
            }
        }
    }

    fn pointer_down(&mut self, event: &PointerEvent) {
        self.go_alone();
        if self.pointers.is_down(event.id) {
            // Its release was lost on the way.
            self.cancel_gesture();
            self.pointers.release(event.id, self.now_ms);
        }
        if event.button == Button::Secondary {
            return;
        }
        match self.pointers.press(event.id, event.device, event.at, self.now_ms) {
            Began::Nothing => {}
            Began::Pinch => self.cancel_gesture(),
            Began::Gesture { clicks } => {
                self.set_hover(Some((event.at, event.device)));
                if event.button == Button::Middle || self.space_held {
                    self.lent = Some((tools::PAN.new)(tools::PAN.id));
                } else {
                    self.end_text();
                    // Putting a tool down with the text lets go of all pointers; this one is only beginning.
                    self.pointers.follow(event.id);
                }
                let pointer = self.tool_pointer(event, clicks);
                if !self.begins_private_note(&pointer) {
                    self.feed(&Event::Down(pointer));
                }
            }
        }
    }

    fn pointer_moved(&mut self, event: &PointerEvent) {
        if let Some(camera) = self.pointers.track(event.id, event.at, self.camera) {
            return self.look(camera);
        }
        if self.pointers.follows(event.id) {
            self.set_hover(Some((event.at, event.device)));
            let pointer = self.tool_pointer(event, 0);
            self.feed(&Event::Move(pointer));
        } else if !self.pointers.is_following() && event.device != Device::Touch {
            self.set_hover(Some((event.at, event.device)));
            if self.is_busy() && !self.pointers.is_down(event.id) {
                // A gesture of several clicks follows the pointer between them.
                let pointer = self.tool_pointer(event, 0);
                self.feed(&Event::Move(pointer));
            }
        }
    }

    fn pointer_up(&mut self, event: &PointerEvent) {
        if self.pointers.follows(event.id) {
            let pointer = self.tool_pointer(event, 0);
            self.feed(&Event::Up(pointer));
            self.lent = None;
        }
        self.pointers.release(event.id, self.now_ms);
        if event.device == Device::Touch {
            self.set_hover(None);
        }
    }

    fn set_hover(&mut self, hover: Option<(ScreenPoint, Device)>) {
        let was_near = self.is_near_growing();
        self.hover = hover;
        self.outbox.overlay |= was_near != self.is_near_growing();
        self.announcer.pointed(self.hover_on_board());
    }

    fn place(&self, at: ScreenPoint) -> BoardPoint {
        let at = self.camera.to_board(at);
        BoardPoint::new(tidy(at.x), tidy(at.y))
    }

    fn tool_pointer(&self, event: &PointerEvent, clicks: u32) -> Pointer {
        let pressure = if event.pressure.is_finite() { event.pressure.clamp(0.0, 1.0) } else { 0.5 };
        let folded = event.coalesced.iter().copied().filter(|(at, pressure)| is_finite(*at) && pressure.is_finite());
        let trail: Vec<(BoardPoint, f64)> =
            folded.chain([(event.at, pressure)]).map(|(at, pressure)| (self.place(at), pressure)).collect();
        Pointer {
            at: self.place(event.at),
            screen: event.at,
            pressure,
            device: event.device,
            modifiers: event.modifiers,
            clicks,
            trail,
        }
    }

    /// What a click would select is outlined while a mouse hovers over it.
    pub(super) fn point_at(&mut self) {
        let hover = self.hover.filter(|_| !self.is_busy() && !self.has_tool() && self.typing.is_none());
        let at = hover.filter(|(_, device)| *device != Device::Touch).map(|(at, _)| self.camera.to_board(at));
        let pointed_at = at.and_then(|at| self.view().hit(at, Device::Mouse)).filter(|id| !self.is_selected(id));
        if pointed_at != self.pointed_at {
            self.pointed_at = pointed_at;
            self.outbox.overlay = true;
        }
    }
}

fn is_finite(at: ScreenPoint) -> bool {
    at.x.is_finite() && at.y.is_finite()
}
