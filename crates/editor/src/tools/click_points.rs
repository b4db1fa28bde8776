//! Click, click, double click: a line through points, or a polygon. A press that is dragged is a line of one stretch.

use board::{Edit, Field, Kind, NewShape, ShapeId, limits as stored};
use kurbo::Vec2;
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::draft::Motion;
use crate::framing;
use crate::input::{Device, Modifiers};
use crate::output::CursorKind;
use crate::transform::in_angle_steps;
use crate::view::View;

pub(super) const LINE: ToolSpec =
    ToolSpec { id: "line", shortcuts: &["l"], edits: true, new: |id| ClickPoints::boxed(id) };

pub(super) const POLYGON: ToolSpec =
    ToolSpec { id: "polygon", shortcuts: &[], edits: true, new: |id| ClickPoints::boxed(id) };

struct ClickPoints {
    kind: Kind,
    state: State,
}

enum State {
    Waiting,
    Placing(Placing),
}

/// Points are being put down, one after the other.
struct Placing {
    id: ShapeId,
    points: Vec<BoardPoint>,
    /// Where the next one would be.
    to: BoardPoint,
    /// The press that put the last one down, as long as it is down.
    pressed: Option<Pointer>,
}

impl Placing {
    /// The next point; shift turns the stretch to it in steps.
    fn next(&self, at: BoardPoint, modifiers: Modifiers) -> BoardPoint {
        match self.points.last() {
            Some(last) if modifiers.shift => *last + in_angle_steps(at - *last),
            _ => at,
        }
    }

    /// Whether a point here would close the round.
    fn closes(&self, at: BoardPoint, device: Device, view: &View) -> bool {
        self.points.len() > 2 && self.points.first().is_some_and(|first| view.is_grabbed(*first, at, device))
    }
}

impl ClickPoints {
    fn boxed(kind: &str) -> Box<dyn Tool> {
        Box::new(ClickPoints { kind: Kind::from_name(kind), state: State::Waiting })
    }

    fn press(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        let State::Placing(placing) = &mut self.state else {
            let (id, at) = (view.ids.shape(), pointer.at);
            let pressed = Some(pointer.clone());
            self.state = State::Placing(Placing { id, points: vec![at], to: at, pressed });
            return vec![];
        };
        let is_full = placing.points.len() >= stored::POINTS_MAX;
        if placing.closes(pointer.at, pointer.device, view) {
            return self.made(Kind::Polygon, view);
        }
        if pointer.clicks > 1 || is_full {
            return self.made(self.kind.clone(), view);
        }
        let at = placing.next(pointer.at, pointer.modifiers);
        placing.points.push(at);
        (placing.to, placing.pressed) = (at, Some(pointer.clone()));
        self.show(view)
    }

    fn release(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        let State::Placing(placing) = &mut self.state else { return vec![] };
        let Some(down) = placing.pressed.take().filter(|down| pointer.is_drag_from(down)) else { return vec![] };
        placing.to = placing.next(pointer.at, pointer.modifiers);
        let is_one_stretch = placing.points.len() == 1 && down.at == placing.points[0];
        placing.points.push(placing.to);
        match is_one_stretch && self.kind.is_line() {
            true => self.made(self.kind.clone(), view),
            false => self.show(view),
        }
    }

    fn show(&self, view: &View) -> Vec<Effect> {
        let State::Placing(Placing { id, points, to, pressed }) = &self.state else { return vec![] };
        let is_moved = pressed.is_none() || points.last() != Some(to);
        let shown: Vec<BoardPoint> = points.iter().copied().chain(is_moved.then_some(*to)).collect();
        // Two corners are no area yet.
        let kind = if shown.len() > 2 { self.kind.clone() } else { Kind::Line };
        match shape(kind, &shown, view) {
            Some(shape) => vec![Effect::Draft(Motion::Create { id: id.clone(), shape })],
            None => vec![],
        }
    }

    /// What was clicked so far, if it is anything.
    fn made(&mut self, kind: Kind, view: &View) -> Vec<Effect> {
        let State::Placing(placing) = std::mem::replace(&mut self.state, State::Waiting) else { return vec![] };
        let mut points = placing.points;
        points.dedup();
        let least = if kind == Kind::Polygon { 3 } else { 2 };
        match shape(kind, &points, view).filter(|_| points.len() >= least) {
            Some(shape) => {
                let edit = Edit::Insert { id: placing.id.clone(), shape };
                vec![Effect::Finish(vec![edit]), Effect::Made(placing.id)]
            }
            None => vec![Effect::Abandon],
        }
    }
}

impl Tool for ClickPoints {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match event {
            Event::Down(pointer) => self.press(pointer, view),
            Event::Up(pointer) => self.release(pointer, view),
            Event::Done => self.made(self.kind.clone(), view),
            Event::Move(pointer) => {
                let State::Placing(placing) = &mut self.state else { return vec![] };
                if placing.pressed.as_ref().is_some_and(|down| !pointer.is_drag_from(down)) {
                    return vec![];
                }
                placing.to = placing.next(pointer.at, pointer.modifiers);
                self.show(view)
            }
            Event::Refresh(_) => self.show(view),
            Event::Cancel => match std::mem::replace(&mut self.state, State::Waiting) {
                State::Waiting => vec![],
                State::Placing(_) => vec![Effect::Abandon],
            },
            Event::Tick => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        matches!(self.state, State::Placing(_))
    }
}

fn shape(kind: Kind, points: &[BoardPoint], view: &View) -> Option<NewShape> {
    let first = *points.first().filter(|_| points.len() > 1)?;
    let corners: Vec<Vec2> = points.iter().map(|point| *point - first).collect();
    let mut shape = view.new_shape(kind, [Field::Pos(first), Field::Points(corners.into())]);
    shape.fields.extend(framing::of_new(&shape, view));
    Some(shape)
}
