//! The laser: a trail that everybody sees and that fades by itself. Leaves nothing on the board.

use scene::BoardPoint;

use super::{Effect, Event, Tool, ToolSpec};
use crate::draft::Motion;
use crate::limits;
use crate::output::CursorKind;
use crate::view::View;

pub(super) const SPEC: ToolSpec =
    ToolSpec { id: "laser", shortcuts: &["k"], edits: false, new: |_| Box::new(Laser::default()) };

#[derive(Default)]
enum Laser {
    #[default]
    Off,
    /// The newest points, and how many there were before them.
    On { after: u32, points: Vec<BoardPoint> },
}

impl Laser {
    fn draft(&self) -> Vec<Effect> {
        match self {
            Laser::Off => vec![],
            Laser::On { after, points } => {
                vec![Effect::Draft(Motion::Laser { after: *after, points: points.clone() })]
            }
        }
    }
}

impl Tool for Laser {
    fn on_event(&mut self, event: &Event, _view: &View) -> Vec<Effect> {
        match (&mut *self, event) {
            (Laser::Off, Event::Down(pointer)) => {
                *self = Laser::On { after: 0, points: vec![pointer.at] };
                self.draft()
            }
            (Laser::On { after, points }, Event::Move(pointer)) => {
                points.extend(pointer.trail.iter().map(|(at, _)| *at));
                let gone = points.len().saturating_sub(limits::DRAFT_LASER_POINTS);
                points.drain(..gone);
                *after += gone as u32;
                self.draft()
            }
            (Laser::On { .. }, Event::Up(_) | Event::Cancel) => {
                *self = Laser::Off;
                vec![Effect::Abandon]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        matches!(self, Laser::On { .. })
    }
}
