//! The hand: drags the board under the view. Touches no shape.

use scene::ScreenPoint;

use super::{Effect, Event, Tool, ToolSpec};
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "hand", shortcuts: &["h", "2"], edits: false, new: |_| Box::new(Hand::default()) };

#[derive(Default)]
enum Hand {
    #[default]
    Open,
    /// The board follows the pointer, last seen here on the screen.
    Gripping { last: ScreenPoint },
}

impl Tool for Hand {
    fn on_event(&mut self, event: &Event, _view: &View) -> Vec<Effect> {
        match (&mut *self, event) {
            (Hand::Open, Event::Down(pointer)) => {
                *self = Hand::Gripping { last: pointer.screen };
                vec![]
            }
            (Hand::Gripping { last }, Event::Move(pointer)) => {
                let by = pointer.screen - *last;
                *last = pointer.screen;
                vec![Effect::Pan(by)]
            }
            (Hand::Gripping { .. }, Event::Up(_) | Event::Cancel) => {
                *self = Hand::Open;
                vec![]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        match self {
            Hand::Open => CursorKind::Grab,
            Hand::Gripping { .. } => CursorKind::Grabbing,
        }
    }

    fn is_busy(&self) -> bool {
        matches!(self, Hand::Gripping { .. })
    }
}
