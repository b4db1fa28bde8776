//! The pointer: selects, moves, resizes, turns. Without write access it only selects.

mod grips;

use board::{Edit, ShapeId};
use kurbo::{Line, Point, Rect, Vec2};
use scene::BoardPoint;

use super::{Effect, Event, Pointer, Tool, ToolSpec};
use crate::draft::Motion;
use crate::framing;
use crate::groups;
use crate::growing;
use crate::handles::{self, Handle, Handles};
use crate::input::{Device, Modifiers};
use crate::linking;
use crate::output::CursorKind;
use crate::snapping::{Neighbours, Sides, Snap};
use crate::text_session::TextTarget;
use crate::transform::{Frame, Transform};
use crate::view::{Copied, View};

pub(super) const SPEC: ToolSpec = ToolSpec {
    id: "select",
    shortcuts: &["v", "1"],
    edits: false,
    new: |_| {
        let neighbours = Neighbours::default();
        Box::new(Select { state: State::Hovering, neighbours, frame: None, guides: vec![], cropping: None })
    },
};

struct Select {
    state: State,
    /// What the drag may snap to, and the box that it drags.
    neighbours: Neighbours,
    frame: Option<Frame>,
    guides: Vec<Line>,
    /// The image whose sides crop it instead of resizing it, while it alone is selected.
    cropping: Option<ShapeId>,
}

enum State {
    Hovering,
    /// Down, not yet moved: may become a click or any of the drags below.
    Pressing {
        down: Pointer,
        on: Target,
    },
    Moving(Drag),
    Resizing {
        drag: Drag,
        handles: Handles,
        side: (i8, i8),
    },
    Turning {
        drag: Drag,
        handles: Handles,
    },
    /// Something of a line follows the pointer: a point, a stretch, its label; or a side of an image that is cropped.
    Bending {
        drag: Drag,
        id: ShapeId,
        grip: Handle,
    },
    /// An arrow is pulled out of a side of a shape.
    Pulling {
        drag: Drag,
        from: ShapeId,
        side: Vec2,
        id: ShapeId,
    },
    /// Drawing a rectangle; what it touches, or with Alt holds whole, is selected beside `kept`.
    Sweeping {
        drag: Drag,
        kept: Vec<ShapeId>,
    },
}

/// What was under the pointer when it went down.
enum Target {
    Handle(Handle),
    Shape {
        id: ShapeId,
        was_selected: bool,
    },
    /// Nothing, but inside the box of the selection.
    Selection,
    Nothing,
}

/// From where to where a drag has come.
#[derive(Clone, Copy)]
struct Drag {
    from: BoardPoint,
    to: BoardPoint,
    modifiers: Modifiers,
}

impl Drag {
    fn by(self) -> Vec2 {
        self.to - self.from
    }

    fn swept(self) -> Rect {
        Rect::from_points(Point::from(self.from), Point::from(self.to))
    }
}

impl Tool for Select {
    fn on_event(&mut self, event: &Event, view: &View) -> Vec<Effect> {
        match event {
            Event::Down(pointer) => self.press(pointer, view),
            Event::Move(pointer) => self.moved(pointer, view),
            Event::Up(pointer) => self.release(pointer, view),
            Event::Refresh(modifiers) => self.refresh(*modifiers, view),
            Event::Cancel => self.cancel(),
            Event::Done if !self.is_busy() => grips::crop_by_key(&mut self.cropping, view),
            Event::Tick | Event::Done => vec![],
        }
    }

    fn cursor(&self, view: &View) -> CursorKind {
        match &self.state {
            State::Hovering => self.cursor_over(view),
            State::Pressing { on: Target::Handle(handle), .. } => handles::cursor(handle, view.frame_angle()),
            State::Pressing { .. } | State::Sweeping { .. } => CursorKind::Default,
            State::Moving(_) | State::Bending { .. } => CursorKind::Move,
            State::Pulling { .. } => CursorKind::Crosshair,
            State::Resizing { side: (x, y), .. } => {
                handles::cursor(&Handle::Resize { x: *x, y: *y }, view.frame_angle())
            }
            State::Turning { .. } => CursorKind::Rotate,
        }
    }

    fn is_busy(&self) -> bool {
        !matches!(self.state, State::Hovering)
    }

    fn marquee(&self) -> Option<Rect> {
        match &self.state {
            State::Sweeping { drag, .. } => Some(drag.swept()),
            _ => None,
        }
    }

    fn guides(&self) -> &[Line] {
        &self.guides
    }

    fn cropping(&self) -> Option<&ShapeId> {
        self.cropping.as_ref()
    }
}

impl Select {
    fn cursor_over(&self, view: &View) -> CursorKind {
        let Some(hover) = view.hover else { return CursorKind::Default };
        match self.target(hover, Device::Mouse, view) {
            Target::Handle(handle) => handles::cursor(&handle, view.frame_angle()),
            Target::Shape { .. } | Target::Selection if view.can_edit => CursorKind::Move,
            _ => CursorKind::Default,
        }
    }

    fn target(&self, at: BoardPoint, device: Device, view: &View) -> Target {
        let handles = view.handles();
        if view.can_edit
            && let Some(handle) = handles.as_ref().and_then(|handles| handles.at(at, view.camera, device))
        {
            return Target::Handle(handle);
        }
        if let Some(id) = view.hit(at, device) {
            return Target::Shape { was_selected: view.is_selected(&id), id };
        }
        match handles.is_some_and(|handles| handles.contains(at)) {
            true => Target::Selection,
            false => Target::Nothing,
        }
    }

    fn press(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        let on = self.target(pointer.at, pointer.device, view);
        if pointer.clicks == 2
            && let Target::Shape { id, .. } = &on
            && let Some(ids) = view.board.shape(id).and_then(|shape| groups::deeper(shape, view))
        {
            self.state = State::Hovering;
            return vec![Effect::Select(ids)];
        }
        self.cropping.take_if(|id| !grips::is_on(&on, id, view));
        if pointer.clicks == 2
            && let Some(id) = grips::crops(&on, view)
        {
            // Once more ends it.
            self.cropping = self.cropping.is_none().then(|| id.clone());
            self.state = State::Hovering;
            return vec![Effect::Select(vec![id]), Effect::Repaint];
        }
        if pointer.clicks == 2
            && let Some(effects) = double_click(&on, pointer, view)
        {
            self.state = State::Hovering;
            return effects;
        }
        let adds = pointer.modifiers.shift;
        let effects = match &on {
            // Selecting at once, not at release, makes a drag of something new feel direct.
            Target::Shape { id, was_selected: false } => {
                let kept = if adds { view.selection.to_vec() } else { vec![] };
                vec![Effect::Select(kept.into_iter().chain(meant(id, pointer, view)).collect())]
            }
            Target::Nothing if !adds && !view.selection.is_empty() => vec![Effect::Select(vec![])],
            _ => vec![],
        };
        self.state = State::Pressing { down: pointer.clone(), on };
        effects
    }

    fn moved(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        let drag_from = |from: BoardPoint| Drag { from, to: pointer.at, modifiers: pointer.modifiers };
        match &mut self.state {
            State::Hovering => return vec![],
            State::Pressing { down, on } => {
                if !pointer.is_drag_from(down) {
                    return vec![];
                }
                let drag = drag_from(down.at);
                let crop = self.cropping.clone().and_then(|id| grips::cropping(drag, id, on));
                self.state = crop.unwrap_or_else(|| begin(drag, on, view));
                self.neighbours = Neighbours::of(view);
                self.frame = Frame::around(view.selected());
            }
            State::Moving(drag)
            | State::Resizing { drag, .. }
            | State::Turning { drag, .. }
            | State::Pulling { drag, .. }
            | State::Bending { drag, .. }
            | State::Sweeping { drag, .. } => *drag = drag_from(drag.from),
        }
        self.snap();
        self.show(view)
    }

    fn refresh(&mut self, held: Modifiers, view: &View) -> Vec<Effect> {
        let gone = match &mut self.state {
            State::Hovering => return vec![],
            State::Pressing { on: Target::Shape { id, .. }, .. } => view.board.shape(id).is_none(),
            State::Pressing { .. } => return vec![],
            State::Moving(drag) | State::Resizing { drag, .. } | State::Turning { drag, .. } => {
                drag.modifiers = held;
                view.selection.is_empty()
            }
            State::Bending { drag, id, .. } | State::Pulling { drag, from: id, .. } => {
                drag.modifiers = held;
                view.board.shape(id).is_none()
            }
            State::Sweeping { drag, .. } => {
                drag.modifiers = held;
                false
            }
        };
        if gone {
            // A peer took away what is in the hand: the gesture ends quietly.
            self.state = State::Hovering;
            self.guides.clear();
            return vec![Effect::Abandon];
        }
        self.snap();
        self.show(view)
    }

    /// The drag as others and the overlay see it now.
    fn show(&self, view: &View) -> Vec<Effect> {
        match &self.state {
            State::Hovering | State::Pressing { .. } => vec![],
            State::Sweeping { drag, kept } => {
                let mut ids = kept.clone();
                ids.extend(groups::whole(view.touching(drag.swept(), drag.modifiers.alt), view));
                vec![Effect::Select(ids), Effect::Repaint]
            }
            State::Bending { drag, id, grip } => {
                let fields = grips::dragged(*drag, id, grip, view);
                vec![Effect::Draft(Motion::Change { id: id.clone(), fields })]
            }
            State::Pulling { drag, from, side, id } => match view.board.shape(from) {
                Some(from) => {
                    let shape = growing::pulled(from, *side, drag.to, drag.modifiers, view);
                    vec![Effect::Draft(Motion::Create { id: id.clone(), shape })]
                }
                None => vec![],
            },
            State::Moving(drag) => vec![Effect::Draft(Motion::Transform {
                transform: self.transform().unwrap_or(Transform::Move { by: drag.by() }),
                copies: drag.modifiers.alt,
            })],
            State::Resizing { .. } | State::Turning { .. } => match self.transform() {
                Some(transform) => vec![Effect::Draft(Motion::Transform { transform, copies: false })],
                None => vec![],
            },
        }
    }

    fn transform(&self) -> Option<Transform> {
        let snap = self.snapped().by;
        match &self.state {
            State::Moving(drag) => Some(Transform::Move { by: along_axis(drag.by(), drag.modifiers) + snap }),
            State::Resizing { drag, handles, side } => {
                handles::resize(handles, *side, drag.by() + snap, drag.modifiers)
            }
            State::Turning { drag, handles: Handles::Box { frame, .. } } => {
                Some(handles::rotate(*frame, drag.from, drag.to, drag.modifiers))
            }
            _ => None,
        }
    }

    /// What the drag snaps to where it is now. Mod suspends it; what is turned snaps to nothing while it is resized.
    fn snapped(&self) -> Snap {
        let Some(frame) = self.frame else { return Snap::default() };
        match &self.state {
            State::Moving(drag) if !drag.modifiers.command() => {
                let by = along_axis(drag.by(), drag.modifiers);
                let rect = frame.to_board().transform_rect_bbox(frame.rect);
                let sides = match drag.modifiers.shift {
                    true if by.x == 0.0 => Sides { x: &[], ..Sides::ALL },
                    true => Sides { y: &[], ..Sides::ALL },
                    false => Sides::ALL,
                };
                self.neighbours.snap(rect + by, sides)
            }
            State::Resizing { drag, handles, side } => {
                let held = drag.modifiers;
                if held.command() || held.shift || frame.angle != 0.0 || handles.keeps_proportions() {
                    return Snap::default();
                }
                match handles::resize(handles, *side, drag.by(), held) {
                    // Sides that have changed places have other neighbours.
                    Some(Transform::Resize { to, .. }) if to.x0 < to.x1 && to.y0 < to.y1 => {
                        self.neighbours.snap(to, Sides::of(*side))
                    }
                    _ => Snap::default(),
                }
            }
            _ => Snap::default(),
        }
    }

    fn snap(&mut self) {
        self.guides = self.snapped().guides;
    }

    fn release(&mut self, pointer: &Pointer, view: &View) -> Vec<Effect> {
        let mut effects = match &self.state {
            State::Pressing { .. } => vec![],
            _ => self.moved(pointer, view),
        };
        let transform = self.transform();
        self.guides.clear();
        match std::mem::replace(&mut self.state, State::Hovering) {
            State::Hovering => {}
            State::Pressing { on, .. } => effects.extend(clicked(on, pointer, view)),
            State::Moving(drag) if drag.modifiers.alt => {
                let by = match transform {
                    Some(Transform::Move { by }) => by,
                    _ => drag.by(),
                };
                let (edits, ids) = crate::clipboard::copies(view, by);
                let from = view.selected_in_order().into_iter().map(|shape| shape.id.clone()).collect();
                let copied = Copied { from, to: ids.clone() };
                effects.extend([Effect::Finish(edits), Effect::Select(ids), Effect::Copied(copied)]);
            }
            State::Moving(_) | State::Resizing { .. } | State::Turning { .. } => {
                effects.push(Effect::Finish(transform.map_or(vec![], |transform| edits(&transform, view))));
            }
            State::Bending { drag, id, grip } => {
                let fields = grips::dragged(drag, &id, &grip, view).into_iter();
                effects.push(Effect::Finish(fields.map(|field| Edit::Set { id: id.clone(), field }).collect()));
            }
            State::Pulling { drag, from, side, id } => {
                let shape = view.board.shape(&from);
                let arrow = shape.map(|from| growing::pulled(from, side, drag.to, drag.modifiers, view));
                let edit = arrow.map(|shape| Edit::Insert { id: id.clone(), shape });
                effects.extend([Effect::Finish(edit.into_iter().collect()), Effect::Select(vec![id])]);
            }
            State::Sweeping { .. } => effects.push(Effect::Repaint),
        }
        effects
    }

    fn cancel(&mut self) -> Vec<Effect> {
        self.guides.clear();
        match std::mem::replace(&mut self.state, State::Hovering) {
            State::Hovering | State::Pressing { .. } => vec![],
            State::Sweeping { kept, .. } => vec![Effect::Select(kept), Effect::Repaint],
            State::Moving(_)
            | State::Resizing { .. }
            | State::Turning { .. }
            | State::Pulling { .. }
            | State::Bending { .. } => vec![Effect::Abandon],
        }
    }
}

/// What a press becomes once it moves.
fn begin(drag: Drag, on: &Target, view: &View) -> State {
    let sweeping =
        || State::Sweeping { drag, kept: if drag.modifiers.shift { view.selection.to_vec() } else { vec![] } };
    if !view.can_edit {
        return sweeping();
    }
    match (on, view.handles()) {
        (Target::Handle(Handle::Resize { x, y }), Some(handles)) => State::Resizing { drag, handles, side: (*x, *y) },
        (Target::Handle(Handle::Rotate), Some(handles)) => State::Turning { drag, handles },
        (Target::Handle(Handle::Grow { x, y }), Some(_)) => match growing::node(view) {
            Some(node) => {
                let side = Vec2::new(f64::from(*x), f64::from(*y));
                State::Pulling { drag, from: node.id.clone(), side, id: view.ids.shape() }
            }
            None => sweeping(),
        },
        (Target::Handle(grip), Some(Handles::Points { id, .. })) => State::Bending { drag, id, grip: grip.clone() },
        (Target::Shape { id, .. }, Some(Handles::Points { .. })) => grips::stretch_under(drag, id, view),
        (Target::Shape { .. } | Target::Selection, Some(_)) => State::Moving(drag),
        _ => sweeping(),
    }
}

/// What a press on a shape means: its group, or with Mod the shape itself, however deep in groups.
fn meant(id: &ShapeId, pointer: &Pointer, view: &View) -> Vec<ShapeId> {
    match view.board.shape(id).filter(|_| !pointer.modifiers.command()) {
        Some(shape) => groups::around(shape, view),
        None => vec![id.clone()],
    }
}

/// A press that did not move. A handle is for dragging only: a click means what lies under it.
fn clicked(on: Target, pointer: &Pointer, view: &View) -> Vec<Effect> {
    let adds = pointer.modifiers.shift;
    if let Some(id) = linking::marked(pointer, view) {
        return vec![Effect::Select(vec![id]), Effect::Page("open-link")];
    }
    let on = match (on, view.hit(pointer.at, pointer.device)) {
        (Target::Handle(Handle::Resize { .. }), Some(id)) => Target::Shape { was_selected: view.is_selected(&id), id },
        (on, _) => on,
    };
    match on {
        Target::Handle(Handle::Grow { x, y }) => {
            let direction = Vec2::new(f64::from(x), f64::from(y));
            growing::node(view).map_or(vec![], |node| growing::grown(node, direction, view))
        }
        Target::Shape { id, was_selected: true } if adds => {
            let gone = meant(&id, pointer, view);
            vec![Effect::Select(view.selection.iter().filter(|selected| !gone.contains(selected)).cloned().collect())]
        }
        Target::Shape { id, .. } if view.selection.len() > 1 && !adds => {
            vec![Effect::Select(meant(&id, pointer, view))]
        }
        Target::Selection if !adds && view.selection.len() > 1 => vec![Effect::Select(vec![])],
        _ => vec![],
    }
}

/// What can be written in is written in; on nothing, a new text begins.
fn double_click(on: &Target, pointer: &Pointer, view: &View) -> Option<Vec<Effect>> {
    let writes = matches!(on, Target::Nothing | Target::Selection | Target::Shape { .. });
    if let Target::Handle(handle) = on {
        return grips::unwrapped(handle, view);
    }
    if !view.can_edit || !writes {
        return None;
    }
    match (view.writable(pointer.at, pointer.device), on) {
        (Some(id), _) => Some(vec![Effect::EditText(TextTarget::Shape { id, select_all: false })]),
        (None, Target::Nothing) => Some(vec![Effect::EditText(TextTarget::New { at: pointer.at, wrap: None })]),
        (None, _) => None,
    }
}

/// One transform, as edits of the shapes as they are now.
fn edits(transform: &Transform, view: &View) -> Vec<Edit> {
    if transform.is_nothing() {
        return vec![];
    }
    framing::transformed(transform, view)
}

/// Shift keeps a move on the axis that it is mostly along.
fn along_axis(by: Vec2, modifiers: Modifiers) -> Vec2 {
    match modifiers.shift {
        false => by,
        true if by.x.abs() >= by.y.abs() => Vec2::new(by.x, 0.0),
        true => Vec2::new(0.0, by.y),
    }
}
