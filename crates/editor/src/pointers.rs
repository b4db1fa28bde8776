//! Which pointers are down: one that the tool follows, or two fingers that move the view. Counts clicks, ignores palms.
//! Knows no tool.

use kurbo::Vec2;
use scene::{Camera, ScreenPoint};

use crate::input::Device;
use crate::limits;

/// All pointers over the board.
#[derive(Debug, Default)]
pub(crate) struct Pointers {
    down: Vec<Contact>,
    /// The one that the tool follows.
    followed: Option<i32>,
    /// The two fingers that move the view, in the order in which they came.
    pinch: Option<[i32; 2]>,
    last_click: Option<Click>,
    pen_left_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Contact {
    id: i32,
    device: Device,
    at: ScreenPoint,
}

#[derive(Clone, Copy, Debug)]
struct Click {
    at: ScreenPoint,
    at_ms: u64,
    count: u32,
}

/// What a pointer that comes down begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Began {
    /// A gesture of the tool; the how-manieth click of a row this is.
    Gesture { clicks: u32 },
    /// Two fingers move the view; what the first had begun is void.
    Pinch,
    /// Nothing: a palm, a third finger, a second button.
    Nothing,
}

impl Pointers {
    /// Whether the tool follows this pointer.
    pub(crate) fn follows(&self, id: i32) -> bool {
        self.followed == Some(id)
    }

    /// Whether the tool follows any.
    pub(crate) fn is_following(&self) -> bool {
        self.followed.is_some()
    }

    /// Whether this pointer went down here.
    pub(crate) fn is_down(&self, id: i32) -> bool {
        self.down.iter().any(|contact| contact.id == id)
    }

    pub(crate) fn press(&mut self, id: i32, device: Device, at: ScreenPoint, now_ms: u64) -> Began {
        if self.down.len() >= limits::POINTERS || self.is_palm(device, now_ms) {
            return Began::Nothing;
        }
        self.down.push(Contact { id, device, at });
        let fingers: Vec<i32> =
            self.down.iter().filter(|contact| contact.device == Device::Touch).map(|contact| contact.id).collect();
        if let [first, second] = fingers[..]
            && self.followed.is_none_or(|followed| followed == first)
        {
            self.followed = None;
            self.pinch = Some([first, second]);
            return Began::Pinch;
        }
        if self.followed.is_some() || self.pinch.is_some() || self.down.len() > 1 {
            return Began::Nothing;
        }
        self.followed = Some(id);
        Began::Gesture { clicks: self.count_click(device, at, now_ms) }
    }

    fn is_palm(&self, device: Device, now_ms: u64) -> bool {
        let pen_is_down = self.down.iter().any(|contact| contact.device == Device::Pen);
        let pen_just_left = self.pen_left_ms.is_some_and(|left_ms| now_ms.saturating_sub(left_ms) < limits::PALM_MS);
        device == Device::Touch && (pen_is_down || pen_just_left)
    }

    fn count_click(&mut self, device: Device, at: ScreenPoint, now_ms: u64) -> u32 {
        let reach_px = match device {
            Device::Touch => limits::DOUBLE_TAP_PX,
            Device::Mouse | Device::Pen => limits::DOUBLE_CLICK_PX,
        };
        let row = self.last_click.filter(|last| {
            now_ms.saturating_sub(last.at_ms) <= limits::DOUBLE_CLICK_MS && last.at.distance(at) <= reach_px
        });
        let count = row.map_or(1, |last| last.count + 1);
        self.last_click = Some(Click { at, at_ms: now_ms, count });
        count
    }

    /// Takes note of where a pointer is now; two fingers answer with the camera that they have moved.
    pub(crate) fn track(&mut self, id: i32, at: ScreenPoint, camera: Camera) -> Option<Camera> {
        let before = self.fingers();
        let contact = self.down.iter_mut().find(|contact| contact.id == id)?;
        contact.at = at;
        // A press that became a drag is no click of a row.
        self.last_click = self.last_click.filter(|click| click.at.distance(at) <= limits::DOUBLE_TAP_PX);
        let ((from_a, from_b), (to_a, to_b)) = (before?, self.fingers()?);
        let spread = (to_b - to_a).hypot() / (from_b - from_a).hypot().max(1.0);
        let by: Vec2 = to_a.midpoint(to_b) - from_a.midpoint(from_b);
        Some(camera.panned(by).zoomed_at(to_a.midpoint(to_b), camera.zoom() * spread.max(0.01)))
    }

    fn fingers(&self) -> Option<(ScreenPoint, ScreenPoint)> {
        let at = |id: i32| self.down.iter().find(|contact| contact.id == id).map(|contact| contact.at);
        let [first, second] = self.pinch?;
        Some((at(first)?, at(second)?))
    }

    /// A pointer left; whether the tool followed it. A finger that is left of two does nothing until it leaves too.
    pub(crate) fn release(&mut self, id: i32, now_ms: u64) -> bool {
        if self.down.iter().any(|contact| contact.id == id && contact.device == Device::Pen) {
            self.pen_left_ms = Some(now_ms);
        }
        self.down.retain(|contact| contact.id != id);
        if self.pinch.is_some_and(|fingers| fingers.contains(&id)) {
            self.pinch = None;
        }
        let followed = self.follows(id);
        if followed {
            self.followed = None;
        }
        followed
    }

    /// The tool follows this one, which is down.
    pub(crate) fn follow(&mut self, id: i32) {
        self.followed = Some(id);
    }

    /// The tool no longer follows any; what is still down does nothing until it leaves.
    pub(crate) fn let_go(&mut self) {
        self.followed = None;
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        *self = Pointers { pen_left_ms: self.pen_left_ms, ..Pointers::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64) -> ScreenPoint {
        ScreenPoint::new(x, 0.0)
    }

    #[test]
    fn clicks_in_a_row_are_counted() {
        let mut pointers = Pointers::default();
        let mut click = |x: f64, now_ms: u64| {
            let began = pointers.press(1, Device::Mouse, at(x), now_ms);
            pointers.release(1, now_ms);
            began
        };
        assert_eq!(click(0.0, 0), Began::Gesture { clicks: 1 });
        assert_eq!(click(2.0, 300), Began::Gesture { clicks: 2 });
        assert_eq!(click(50.0, 400), Began::Gesture { clicks: 1 });
        assert_eq!(click(50.0, 1000), Began::Gesture { clicks: 1 });
    }

    #[test]
    fn two_fingers_pan_and_zoom_and_the_one_left_does_nothing() {
        let mut pointers = Pointers::default();
        let camera = Camera::default();
        assert_eq!(pointers.press(1, Device::Touch, at(0.0), 0), Began::Gesture { clicks: 1 });
        assert_eq!(pointers.press(2, Device::Touch, at(100.0), 10), Began::Pinch);
        let zoomed = pointers.track(2, at(200.0), camera).expect("two fingers move the camera");
        assert_eq!(zoomed.zoom(), 2.0);
        assert_eq!(zoomed.to_screen(camera.to_board(at(50.0))), at(100.0));
        assert!(!pointers.release(1, 20));
        assert_eq!(pointers.track(2, at(300.0), zoomed), None);
        assert_eq!(pointers.press(3, Device::Touch, at(0.0), 30), Began::Pinch);
    }

    #[test]
    fn a_palm_is_no_finger() {
        let mut pointers = Pointers::default();
        assert_eq!(pointers.press(1, Device::Pen, at(0.0), 0), Began::Gesture { clicks: 1 });
        assert_eq!(pointers.press(2, Device::Touch, at(9.0), 1), Began::Nothing);
        assert!(pointers.release(1, 100));
        assert_eq!(pointers.press(3, Device::Touch, at(9.0), 200), Began::Nothing);
        assert_eq!(pointers.press(4, Device::Touch, at(9.0), 100 + limits::PALM_MS), Began::Gesture { clicks: 1 });
    }
}
