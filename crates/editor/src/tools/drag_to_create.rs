//! Press, drag, release: a shape. One tool for each kind that two points define.

use board::{Edit, Field, Kind, NewShape, ShapeId};
use kurbo::{Point, Rect, Vec2};
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::connecting;
use crate::draft::Motion;
use crate::framing;
use crate::input::Modifiers;
use crate::limits;
use crate::output::CursorKind;
use crate::text_session::TextTarget;
use crate::transform::tidy;
use crate::view::View;

/// How two points define a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// Opposite corners of a box; shift makes it a square, alt grows it from its middle.
    Corners,
    /// The ends of an arrow; shift turns it in steps, alt says exactly where it holds on.
    Ends,
}

struct DragToCreate {
    kind: Kind,
    span: Span,
    state: State,
}

enum State {
    Waiting,
    /// Down, not yet moved: may become a click.
    Pressing {
        down: Pointer,
    },
    /// The shape follows the pointer.
    Stretching {
        from: BoardPoint,
        to: BoardPoint,
        id: ShapeId,
    },
}

/// The tool of a closed kind.
pub(super) fn closed(kind: &'static Kind) -> ToolSpec {
    let shortcuts: &[&str] = match kind {
        Kind::Rectangle => &["r", "3"],
        Kind::Ellipse => &["o"],
        Kind::Diamond => &["d"],
        _ => &[],
    };
    ToolSpec { id: kind.name(), shortcuts, edits: true, new: |id| DragToCreate::boxed(id, Span::Corners) }
}

pub(super) const ARROW: ToolSpec =
    ToolSpec { id: "arrow", shortcuts: &["a", "4"], edits: true, new: |id| DragToCreate::boxed(id, Span::Ends) };

pub(super) const NOTE: ToolSpec =
    ToolSpec { id: "note", shortcuts: &["n", "7"], edits: true, new: |id| DragToCreate::boxed(id, Span::Corners) };

pub(super) const FRAME: ToolSpec =
    ToolSpec { id: "frame", shortcuts: &["f"], edits: true, new: |id| DragToCreate::boxed(id, Span::Corners) };

impl DragToCreate {
    /// The tool that makes the kind of this name.
    fn boxed(kind: &str, span: Span) -> Box<dyn Tool> {
        Box::new(DragToCreate { kind: Kind::from_name(kind), span, state: State::Waiting })
    }

    fn shape(&self, from: BoardPoint, to: BoardPoint, modifiers: Modifiers, view: &View) -> NewShape {
        let place = match self.span {
            Span::Corners => {
                let rect = corners(from, to, modifiers, tidy(limits::LEAST_SIDE_PX / view.camera.zoom()));
                vec![Field::Pos(rect.origin().into()), Field::Size(rect.size())]
            }
            Span::Ends => {
                let (start, end) = (from, end(from, to, modifiers));
                let mut place = vec![Field::Pos(start), Field::Points([Vec2::ZERO, end - start].into())];
                place.extend(connecting::ends(start, end, modifiers, view));
                place
            }
        };
        let mut shape = view.new_shape(self.kind.clone(), place);
        shape.fields.extend(framing::of_new(&shape, view));
        shape
    }

    fn stretched(
        &self,
        from: BoardPoint,
        to: BoardPoint,
        id: &ShapeId,
        modifiers: Modifiers,
        view: &View,
    ) -> Vec<Effect> {
        let shape = self.shape(from, to, modifiers, view);
        vec![Effect::Draft(Motion::Create { id: id.clone(), shape })]
    }

    fn made(&self, id: ShapeId, mut shape: NewShape, view: &View) -> Vec<Effect> {
        let mut edits = vec![];
        if self.kind == Kind::Frame {
            edits.extend(framing::taken_in(&id, &mut shape, view));
        }
        edits.push(Edit::Insert { id: id.clone(), shape });
        let mut effects = vec![Effect::Finish(edits), Effect::Made(id.clone())];
        if matches!(self.kind, Kind::Note | Kind::Frame) {
            // A note is for writing, and a frame has a name.
            effects.push(Effect::EditText(TextTarget::Shape { id, select_all: false }));
        }
        effects
    }

    /// What a click makes: the usual size, around the click or from it.
    fn clicked(&self, at: BoardPoint, view: &View) -> Vec<Effect> {
        let side = match self.kind {
            Kind::Note => limits::DEFAULT_NOTE_BOARD,
            _ => limits::DEFAULT_SHAPE_BOARD,
        };
        let (from, to) = match self.span {
            Span::Corners => {
                let half = Vec2::new(side / 2.0, side / 2.0);
                (at - half, at + half)
            }
            Span::Ends => (at, at + Vec2::new(side, 0.0)),
        };
        self.made(view.ids.shape(), self.shape(from, to, Modifiers::default(), view), view)
    }
}

impl Tool for DragToCreate {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match (&self.state, event) {
            (State::Waiting, Event::Down(pointer)) => {
                self.state = State::Pressing { down: pointer.clone() };
                vec![]
            }
            (State::Pressing { down }, Event::Move(pointer)) if pointer.is_drag_from(down) => {
                let (from, id) = (down.at, view.ids.shape());
                let effects = self.stretched(from, pointer.at, &id, pointer.modifiers, view);
                self.state = State::Stretching { from, to: pointer.at, id };
                effects
            }
            (State::Pressing { .. }, Event::Up(pointer)) => {
                self.state = State::Waiting;
                self.clicked(pointer.at, view)
            }
            (State::Stretching { from, id, .. }, Event::Move(pointer)) => {
                let (from, id) = (*from, id.clone());
                let effects = self.stretched(from, pointer.at, &id, pointer.modifiers, view);
                self.state = State::Stretching { from, to: pointer.at, id };
                effects
            }
            (State::Stretching { from, to, id }, Event::Refresh(modifiers)) => {
                self.stretched(*from, *to, id, *modifiers, view)
            }
            (State::Stretching { from, id, .. }, Event::Up(pointer)) => {
                let effects = self.made(id.clone(), self.shape(*from, pointer.at, pointer.modifiers, view), view);
                self.state = State::Waiting;
                effects
            }
            (State::Pressing { .. } | State::Stretching { .. }, Event::Cancel) => {
                self.state = State::Waiting;
                vec![Effect::Abandon]
            }
            _ => vec![],
        }
    }

    fn cursor(&self, _view: &View) -> CursorKind {
        CursorKind::Crosshair
    }

    fn is_busy(&self) -> bool {
        !matches!(self.state, State::Waiting)
    }
}

/// The box of a drag, each side at least `least` board pixels long, in the direction of the drag.
fn corners(from: BoardPoint, to: BoardPoint, modifiers: Modifiers, least: f64) -> Rect {
    let mut by = to - from;
    if modifiers.shift {
        let side = by.x.abs().max(by.y.abs());
        by = Vec2::new(side.copysign(by.x), side.copysign(by.y));
    }
    let long = |by: f64| by.abs().max(least).copysign(by);
    by = Vec2::new(long(by.x), long(by.y));
    let start = if modifiers.alt { from - by } else { from };
    Rect::from_points(Point::from(start), Point::from(from + by))
}

fn end(from: BoardPoint, to: BoardPoint, modifiers: Modifiers) -> BoardPoint {
    if modifiers.shift { from + crate::transform::in_angle_steps(to - from) } else { to }
}
