//! A finger that rests opens the menu. Some browsers report it as a wish for a context menu, others never do: here it has a
//! clock of its own. It must not know what the menu offers.

use std::rc::Rc;
use std::time::Duration;

use editor::PointerPhase;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use web_sys::PointerEvent;

use super::events;
use super::shell::Shell;

/// A little later than browsers that report it do.
const LONG_PRESS: Duration = Duration::from_millis(600);
/// A finger that has come this far drags, in CSS pixels.
const REST_PX: f64 = 8.0;

/// A finger that rests so far.
pub(super) struct Resting {
    timer: TimeoutHandle,
    from: (f64, f64),
}

impl Drop for Resting {
    fn drop(&mut self) {
        self.timer.clear();
    }
}

impl Shell {
    /// Follows every pointer over the board.
    pub(super) fn watch_long_press(self: &Rc<Self>, event: &PointerEvent, phase: PointerPhase) {
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let mut resting = self.resting.borrow_mut();
        match phase {
            PointerPhase::Down => {
                // A second finger moves the view.
                *resting = None;
                if event.is_primary() && event.pointer_type() == "touch" {
                    *resting = self.wait_for_menu(event).map(|timer| Resting { timer, from: at });
                }
            }
            PointerPhase::Move => {
                let drags = |resting: &Resting| (at.0 - resting.from.0).hypot(at.1 - resting.from.1) > REST_PX;
                if resting.as_ref().is_some_and(drags) {
                    *resting = None;
                }
            }
            PointerPhase::Up | PointerPhase::Cancel | PointerPhase::Leave => *resting = None,
        }
    }

    fn wait_for_menu(self: &Rc<Self>, event: &PointerEvent) -> Option<TimeoutHandle> {
        let (shell, event) = (Rc::downgrade(self), event.clone());
        let open = move || {
            let Some(shell) = shell.upgrade() else { return };
            let store = shell.page.store;
            if store.tool.get_untracked() != "select" || store.menu_at.get_untracked().is_some() {
                return;
            }
            // What the finger had begun is void.
            shell.edit(events::pointer(&event, PointerPhase::Cancel, &shell.host));
            shell.open_menu(&event);
        };
        set_timeout_with_handle(open, LONG_PRESS).ok()
    }
}
